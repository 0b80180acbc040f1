//! What a peer wishes, cleaned but not yet authorised.
//!
//! A frame becomes a command here and nowhere else, so whatever reaches `authz` already keeps the sizes, has visible
//! words, and no control characters.

use tieline_protocol::{
    Body, Cursor, DraftId, FileCard, FileId, Item, PartyId, Seq, SessionId,
    client::{self, DEFAULT_RECIPIENT, Draft},
    desk, file, limits,
};

use crate::{Denial, file_name, forms, words};

/// One wish of a peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Begin a session.
    Open(Open),
    /// Say something.
    Post(Post),
    /// Read a stretch of a log.
    History(History),
    /// See which sessions there are.
    List(List),
    /// Give a file to a session.
    Upload(Upload),
    /// Read files of a session.
    ReadFiles(ReadFiles),
    /// Tell how far one has read.
    MoveCursor(MoveCursor),
    /// Tell that one types.
    Type(Type),
    /// Say who answers a session.
    Assign(Assign),
    /// See who can answer a session.
    ListAgents(ListAgents),
}

/// Begin a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// Names the wish: wished twice, one session.
    pub draft_id: DraftId,
    /// The recipient.
    pub to: String,
    /// What it is about.
    pub item: Option<Item>,
}

/// Say something in a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// Where.
    pub session: SessionId,
    /// Its name for ever.
    pub draft_id: DraftId,
    /// The words that it answers. Nobody has looked whether there are any of that name.
    pub reply_to: Option<DraftId>,
    /// What.
    pub body: Body,
}

/// Read the `limit` entries just before `before`, or just after `after`, or the newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct History {
    /// The session.
    pub session: SessionId,
    /// Which stretch.
    pub stretch: Stretch,
    /// At most so many, at least one.
    pub limit: u32,
}

/// A stretch of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stretch {
    /// The newest entries.
    Newest,
    /// Those just before.
    Before(Seq),
    /// Those just after.
    After(Seq),
}

/// See the sessions, newest activity first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct List {
    /// Only those that come after this one.
    pub after: Option<SessionId>,
}

/// Give a file to a session. Exactly these bytes, under exactly this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Where it will be said.
    pub session: SessionId,
    /// Under which draft id.
    pub draft_id: DraftId,
    /// Its name: no path, nothing that turns the direction of writing, an ending that goes with the type.
    pub name: String,
    /// In bytes, more than none.
    pub size: u64,
    /// One of the kinds that there are.
    pub media_type: String,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
}

/// Read files of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadFiles {
    /// The session.
    pub session: SessionId,
    /// Which of its files.
    pub files: Vec<FileId>,
}

/// Tell how far one has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MoveCursor(pub Cursor);

/// Tell that one types, or does not any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Type(pub client::Typing);

/// Say who answers a session from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assign {
    /// The session.
    pub session: SessionId,
    /// Names the wish: wished twice, it counts once.
    pub draft_id: DraftId,
    /// Who. None: nobody in particular.
    pub to: Option<PartyId>,
}

/// See who can answer a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListAgents {
    /// The session.
    pub session: SessionId,
}

/// Longest recipient name in a wish, in bytes.
const RECIPIENT_BYTES: usize = 64;

impl TryFrom<client::Open> for Open {
    type Error = Denial;

    fn try_from(frame: client::Open) -> Result<Self, Denial> {
        let to = frame.to.unwrap_or_else(|| DEFAULT_RECIPIENT.to_owned());
        if to.len() > RECIPIENT_BYTES {
            return Err(Denial::TooLarge { at: "body.to" });
        }
        let item = frame.item.map(words::clean_item).transpose()?;
        Ok(Self { draft_id: frame.draft_id, to, item })
    }
}

impl TryFrom<Draft> for Post {
    type Error = Denial;

    fn try_from(draft: Draft) -> Result<Self, Denial> {
        let body = match draft.body {
            Body::Text { text } => Body::Text { text: words::clean_text(text)? },
            Body::Item { item } => Body::Item { item: words::clean_item(item)? },
            Body::Choices { text, options } => {
                Body::Choices { text: words::clean_text(text)?, options: words::clean_options(options)? }
            }
            Body::Edit { target, text } => Body::Edit { target, text: words::clean_text(text)? },
            Body::Retract { target } => Body::Retract { target },
            Body::Ask { form } => Body::Ask { form: forms::clean_form(form)? },
            Body::Form { source, asked, answers } => {
                Body::Form { source, asked, answers: forms::clean_answers(answers)? }
            }
            Body::Closed => Body::Closed,
            Body::Rating { stars, text } => forms::clean_rating(stars, text)?,
            // Whatever else is said of it is not believed.
            Body::File { file } => Body::File { file: FileCard::named(file.id) },
            Body::Retracted | Body::Unknown => return Err(Denial::UnknownKind),
        };
        // What changes other words answers what those answered.
        let reply_to = draft.reply_to.filter(|_| body.is_said());
        Ok(Self { session: draft.session, draft_id: draft.draft_id, reply_to, body })
    }
}

impl TryFrom<file::Upload> for Upload {
    type Error = Denial;

    fn try_from(frame: file::Upload) -> Result<Self, Denial> {
        if file::capability_of(&frame.media_type).is_none() {
            return Err(Denial::KindOfFile);
        }
        if frame.size == 0 {
            return Err(Denial::Malformed { at: "body.size" });
        }
        Ok(Self {
            session: frame.session,
            draft_id: frame.draft_id,
            name: file_name::clean(&frame.name, &frame.media_type),
            size: frame.size,
            sha256: digest_of(&frame.sha256).ok_or(Denial::Malformed { at: "body.sha256" })?,
            media_type: frame.media_type,
        })
    }
}

impl TryFrom<file::Links> for ReadFiles {
    type Error = Denial;

    fn try_from(frame: file::Links) -> Result<Self, Denial> {
        if frame.files.len() > file::LINKS {
            return Err(Denial::TooLarge { at: "body.files" });
        }
        Ok(Self { session: frame.session, files: frame.files })
    }
}

impl From<desk::DeskRequest> for Command {
    fn from(request: desk::DeskRequest) -> Self {
        match request {
            desk::DeskRequest::Assign(desk::Assign { session, draft_id, to }) => {
                Self::Assign(Assign { session, draft_id, to })
            }
            desk::DeskRequest::Agents(desk::Agents { session }) => Self::ListAgents(ListAgents { session }),
        }
    }
}

/// 32 bytes out of 64 hexadecimal digits.
fn digest_of(text: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    let digits = text.as_bytes();
    if digits.len() != 2 * digest.len() {
        return None;
    }
    for (byte, pair) in digest.iter_mut().zip(digits.chunks_exact(2)) {
        let pair = std::str::from_utf8(pair).ok().filter(|pair| !pair.starts_with('+'))?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(digest)
}

impl From<client::History> for History {
    fn from(frame: client::History) -> Self {
        let stretch = match (frame.before, frame.after) {
            (Some(before), _) => Stretch::Before(before),
            (None, Some(after)) => Stretch::After(after),
            (None, None) => Stretch::Newest,
        };
        Self { session: frame.session, stretch, limit: frame.limit.clamp(1, limits::PAGE_ENTRIES) }
    }
}
