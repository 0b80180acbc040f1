//! What a person sees, in screen words, as plain comparable data. Views turn it into html and add nothing.

use tieline_protocol::{DraftId, FileCard, Form, Item, Millis, Seq, SessionId, file::FileLink};

use crate::effect::Owner;

pub use desk::{Assignee, Colleague, DeskScreen, OpenSession, SessionRow};
pub use rows::{BLOCK_ENTRIES, Block, Rows};

mod desk;
mod rows;

/// The visitor's panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Screen {
    /// Whose it is: another person has other words in the composer.
    pub owner: Owner,
    /// The shop's name, once known.
    pub title: Option<String>,
    /// First words of an empty thread.
    pub greeting: Option<String>,
    /// Questions that one press asks, in an empty thread.
    pub quick_questions: Vec<String>,
    /// The item strip.
    pub item: Option<Item>,
    /// Whether somebody who answers is there, once known.
    pub standing: Option<Standing>,
    /// Place among those that wait for a first answer; 1 is next.
    pub place: Option<u32>,
    /// The line under the header.
    pub notice: Option<Notice>,
    /// The thread.
    pub thread: Thread,
    /// What the words to come are about.
    pub aim: Option<Aimed>,
    /// Entries of the other side, over all chats, that are not read yet.
    pub unread: u32,
    /// Whether the composer takes words. It does while offline: they wait.
    pub can_write: bool,
    /// The session on screen was closed.
    pub end: Option<Ending>,
    /// Fields that are to be filled in now.
    pub form: Option<FormWish>,
    /// Longest text, in characters.
    pub text_chars: u32,
    /// The visitor's own sessions, newest activity first.
    pub chats: Vec<ChatRow>,
    /// There are older sessions to ask for.
    pub has_more_chats: bool,
    /// Their list lies over the chat.
    pub is_listing: bool,
    /// What files can be given.
    pub accepts: Accepts,
}

/// A line of the visitor's list: one of their sessions, or one that their first words are still to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatRow {
    /// Which; none before the gateway has given it one.
    pub session: Option<SessionId>,
    /// Whom the page wanted to reach; none for the channel's default.
    pub to: Option<String>,
    /// Who answered last, by name.
    pub seller: Option<String>,
    /// What it is about.
    pub item: Option<Item>,
    /// The newest entry's text, or the item's title, cut to 120 characters.
    pub preview: String,
    /// Whether that is the visitor's own.
    pub preview_is_mine: bool,
    /// The newest entry was taken back: there is nothing to preview.
    pub preview_is_gone: bool,
    /// When it was last written to.
    pub touched_at: Millis,
    /// Entries of the other side that are not read yet.
    pub unread: u32,
    /// It is the one on screen.
    pub is_open: bool,
    /// It takes no more words.
    pub is_over: bool,
}

/// What is left to do in a closed session, beside beginning anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The visitor is asked how it was.
    pub can_rate: bool,
    /// What they said last.
    pub rated: Option<u8>,
}

/// A form to be filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormWish {
    /// The channel's own, in place of the composer, before the first message.
    PreChat(Form),
    /// Name and e-mail together with the message, in place of the composer, while nobody is there.
    Offline,
    /// One that was asked in the session.
    Asked {
        /// The entry that asks.
        seq: Seq,
        /// Its fields.
        form: Form,
    },
}

/// Whether those who answer are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Somebody is.
    Here {
        /// First answers usually come within so many minutes.
        answer_minutes: Option<u32>,
    },
    /// Nobody is.
    Away {
        /// When somebody is back, if that is known.
        back_at: Option<Millis>,
    },
}

/// What files can be given, as far as is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accepts {
    /// Their media types. None: no files.
    pub types: Vec<&'static str>,
    /// Largest, in bytes.
    pub bytes: u32,
}

/// A thread, oldest row first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thread {
    /// Its rows.
    pub rows: Rows,
    /// There are older entries to ask for.
    pub has_older: bool,
    /// Where this end's copy begins. A page of older entries may bring no row.
    pub begins_at: Seq,
    /// The first stretch is not here yet: show a skeleton.
    pub is_loading: bool,
    /// Somebody else types.
    pub typing: Option<Typist>,
}

/// Somebody who types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typist {
    /// Their name, if it may be shown.
    pub name: Option<String>,
    /// On this end's side: a colleague at the desk.
    pub is_mine: bool,
}

/// A row of a thread. `key` is stable while a draft becomes an entry, so that nothing flickers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    not(target_arch = "wasm32"),
    expect(
        clippy::large_enum_variant,
        reason = "nearly every row is a bubble: a box would only be one more thing to make"
    )
)]
pub enum Row {
    /// A day begins: midnight of it, local time as Unix milliseconds.
    Day {
        /// Where the day starts.
        starts_at: Millis,
    },
    /// Everything below is new since the panel was last shown.
    NewMark,
    /// Something said.
    Bubble(Bubble),
}

/// Something said, in the log or on its way there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bubble {
    /// Stable key.
    pub key: DraftId,
    /// Said by this side.
    pub is_mine: bool,
    /// Who said it, if not this end itself.
    pub author: Option<String>,
    /// What it shows.
    pub content: Content,
    /// Said otherwise since.
    pub is_edited: bool,
    /// The words that it answers.
    pub quote: Option<Quote>,
    /// Answers to choose from.
    pub options: Vec<String>,
    /// Whether this end can choose one.
    pub can_choose: bool,
    /// What can be done about it.
    pub ways: Ways,
    /// The draft that changes it and is not in the log yet. `state` is that one's, and so is what is retried or discarded.
    pub change: Option<DraftId>,
    /// When: the log's time, or when it was typed.
    pub at: Millis,
    /// How far it has got; none for the other side's words.
    pub state: Option<Delivery>,
    /// First of its author within five minutes.
    pub starts_group: bool,
    /// Last of its author within five minutes: bears time and state.
    pub ends_group: bool,
}

impl Bubble {
    /// One of which nothing more is known.
    pub fn of(key: DraftId, is_mine: bool, content: Content, at: Millis) -> Self {
        Self {
            key,
            is_mine,
            author: None,
            content,
            is_edited: false,
            quote: None,
            options: Vec::new(),
            can_choose: false,
            ways: Ways::default(),
            change: None,
            at,
            state: None,
            starts_group: true,
            ends_group: true,
        }
    }
}

/// What can be done about words in the log, as far as this end can tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ways {
    /// Answer them.
    pub reply: bool,
    /// Say them otherwise.
    pub edit: bool,
    /// Take them back.
    pub retract: bool,
}

/// Words that other words answer, in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The key of their bubble.
    pub key: DraftId,
    /// Said by this side.
    pub is_mine: bool,
    /// Who said them, if not this end itself.
    pub author: Option<String>,
    /// What they say.
    pub words: Quoted,
}

/// What is quoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Quoted {
    /// These words, cut to 120 characters.
    Words(String),
    /// They were taken back.
    Gone,
    /// They are further up than this end has read, if they are anywhere.
    Elsewhere,
}

/// What the words to come are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aimed {
    /// They answer these.
    Reply(Quote),
    /// They take the place of these.
    Edit {
        /// Changes with the words that are edited.
        key: DraftId,
        /// What the composer begins with.
        text: String,
    },
}

/// What a bubble shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Text in pieces.
    Text(Vec<Span>),
    /// An item card.
    Item(Item),
    /// It was taken back.
    Retracted,
    /// A form that somebody asks to be filled in, by its title. The fields are in [`Screen::form`] while they are wanted.
    Asked(Option<String>),
    /// What was filled in: label and answer.
    Answers(Vec<(String, String)>),
    /// The session was closed.
    Closed,
    /// How it was.
    Rating {
        /// 1 to 5.
        stars: u8,
        /// In words.
        text: Option<String>,
    },
    /// A file.
    File(Box<File>),
    /// A kind of a later version.
    Unsupported,
}

/// A file, said or on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// What is known of it.
    pub card: FileCard,
    /// What can be done with it.
    pub kind: FileKind,
    /// Where it can be read; none yet, or not for one's own that is on its way.
    pub link: Option<FileLink>,
    /// It is not there any more.
    pub is_gone: bool,
}

/// How a file is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// As a picture.
    Picture,
    /// As something to listen to.
    Sound,
    /// As a name to save it by.
    Other,
}

/// A piece of text. There is no other markup, ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    /// As it stands.
    Plain(String),
    /// A link whose target is safe to open: `http`, `https` or `mailto`.
    Link {
        /// As it was written.
        text: String,
        /// Where it goes.
        url: String,
    },
}

/// How far one's own message has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// On its way to the disk: not safe from a closed tab yet.
    Saving,
    /// Kept here, waiting for the link.
    Queued,
    /// Its file is on its way, so many of a hundred.
    Uploading(u8),
    /// On the wire.
    Sending,
    /// In the log, on disk.
    Sent,
    /// At the other side's client.
    Delivered,
    /// On the other side's screen.
    Read,
    /// Refused; waits for Retry or Delete.
    Failed(Failure),
}

/// Why a message was refused, in screen words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Over the limit.
    TooLong,
    /// The channel does not allow it.
    NotAllowed,
    /// The session has ended.
    SessionEnded,
    /// Said too long ago to be changed.
    TooLate,
    /// Waited for more than a day.
    Expired,
    /// A file over the limit.
    FileTooLarge,
    /// A kind of file that is not taken, or one that is not what it says.
    FileKindDenied,
    /// The share of files is used up.
    NoRoom,
    /// The file is not here any more: it has to be chosen again.
    FileLost,
    /// Anything else.
    Refused,
}

/// The line under the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The first connection takes more than two seconds.
    Connecting,
    /// The link is down for more than two seconds; drafts wait.
    Reconnecting,
    /// The browser says there is no network.
    Offline,
    /// What is typed cannot be kept over a reload.
    NotKept,
    /// This page may not talk to the gateway. Final.
    Refused,
    /// The page must give a new token; the link waits for it.
    SignedOut,
    /// Only a reload helps.
    MustReload,
}
