//! Everything that can happen to one end. A new fact of browser or gateway is a new line here.

use tieline_protocol::{
    Answer, Auth, ChannelId, CloseCode, DeskOnly, DraftId, ErrorCode, FileCard, Form, Item, RequestId,
    ServerFrame, SessionId, desk::DeskRequest,
};

use crate::{detail::Detail, effect::Record};

/// What is known before anything happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// The embedding; none for the desk.
    pub channel: Option<ChannelId>,
    /// `widget` or `desk`.
    pub app_name: &'static str,
    /// The program's version.
    pub app_version: &'static str,
    /// BCP 47 tag of the interface.
    pub language: String,
    /// The ticket of the frame document, in frame and page mode.
    pub embed: Option<String>,
    /// The embedding page's origin as the browser told it.
    pub page_origin: Option<String>,
    /// First proof. A later token arrives as [`Input::TokenArrived`].
    pub auth: Auth,
    /// Seeds the jitter of redialling, so that a thousand tabs do not come back at once.
    pub jitter_seed: u64,
    /// Its upper twelve bits begin every request id of this end, so that tabs on one line know their own answers.
    pub request_base: u32,
}

/// What the words to come are to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// An answer to these.
    Reply(DraftId),
    /// These, which are one's own, said otherwise.
    Edit(DraftId),
    /// The newest of one's own, said otherwise.
    EditNewest,
}

/// A file as the shell found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    /// Its name, if it has one.
    pub name: String,
    /// Its media type, as the browser has it.
    pub media_type: String,
    /// In bytes.
    pub size: u64,
    /// SHA-256 in lower-case hexadecimal digits. Empty: it was too large to be looked at.
    pub sha256: String,
    /// A picture's width, if it could be decoded.
    pub width: Option<u32>,
    /// A picture's height.
    pub height: Option<u32>,
}

/// Why an upload came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoUpload {
    /// The network.
    Cut,
    /// The gateway said no.
    Refused(ErrorCode),
    /// The file is not here any more: another page had it, and the browser did not keep it.
    Lost,
}

/// One fact, in the order in which it came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The store gave back what an earlier page had saved. Comes once, before `Start`.
    Restored(Vec<Record>),
    /// Connect: the visitor means to talk, or the desk was opened.
    Start,
    /// What makes the screen in full is here, for an end that began plain.
    DetailCame(Detail),

    /// A session creation control was used: whom to reach, and about what. Shows that chat.
    Asked {
        /// A recipient's name within the channel; none for its default.
        to: Option<String>,
        /// The product that the page speaks of.
        item: Option<Item>,
    },
    /// The panel came on screen (or its tab did): what is shown now counts as read.
    PanelShown,
    /// The panel left the screen.
    PanelHidden,
    /// A session of the list was picked. At the desk `None` goes back to the list; a visitor's list lies over the chat.
    SessionPicked(Option<SessionId>),
    /// The visitor's list of sessions lies over the chat, or went away again: what it covers is not read.
    ListShown(bool),
    /// Somebody pressed send. The shell mints both ids.
    Submit {
        /// Names the draft for ever.
        draft_id: DraftId,
        /// Names the wish for a session until that is on the wire, or the card of another product that goes before the words.
        session_draft_id: DraftId,
        /// What was typed.
        text: String,
    },
    /// An agent asks, with answers to choose from. What cannot be a question changes nothing.
    Offer {
        /// Names the draft for ever.
        draft_id: DraftId,
        /// The question.
        text: String,
        /// The answers.
        options: Vec<String>,
    },
    /// A form was filled in: the one that the screen shows.
    FormFilled {
        /// Names the draft for ever.
        draft_id: DraftId,
        /// Names the wish for a session, if there has to be one.
        session_draft_id: DraftId,
        /// What was filled in.
        answers: Vec<Answer>,
        /// Words that go with it: their draft, and what was typed.
        message: Option<(DraftId, String)>,
    },
    /// The visitor said how it was, in the closed session on screen.
    Rated {
        /// Names the draft for ever.
        draft_id: DraftId,
        /// 1 to 5.
        stars: u8,
        /// In words; may be empty.
        text: String,
    },
    /// The visitor puts the closed session away, to begin another.
    BegunAnew,
    /// The agent closes the open session.
    CloseWanted(DraftId),
    /// The agent asks the visitor to fill in a form.
    FormWanted {
        /// Names the draft for ever.
        draft_id: DraftId,
        /// The fields.
        form: Form,
    },
    /// Somebody gave a file: picked, pasted, dropped, recorded. The shell has it under that draft id.
    Attach {
        /// Names the draft for ever.
        draft_id: DraftId,
        /// As in `Submit`.
        session_draft_id: DraftId,
        /// What is known of it.
        file: Attached,
    },
    /// So much of a draft's file is on its way.
    UploadMoved {
        /// Whose file.
        draft_id: DraftId,
        /// Of a hundred.
        percent: u8,
    },
    /// The gateway has the file, and says what it is.
    Uploaded {
        /// Whose file.
        draft_id: DraftId,
        /// As it is read.
        file: FileCard,
    },
    /// The gateway does not have the file.
    UploadFailed {
        /// Whose file.
        draft_id: DraftId,
        /// Why.
        why: NoUpload,
    },
    /// What stands in the composer of the chat on screen has changed.
    Typed {
        /// Something stands there.
        has_text: bool,
    },
    /// The words to come are about certain words of the chat on screen; `None`: they are not, after all.
    Aimed(Option<Aim>),
    /// Delete was pressed on one's own words, and confirmed. The shell mints the id.
    Retract {
        /// Names the draft that takes them back.
        draft_id: DraftId,
        /// The words.
        target: DraftId,
    },
    /// One of the answers under a question was pressed. The shell mints the id.
    Choose {
        /// Names the draft.
        draft_id: DraftId,
        /// The question.
        target: DraftId,
        /// Which answer, from 0.
        option: u32,
    },
    /// Retry was pressed on a failed draft.
    Retry(DraftId),
    /// Delete was pressed on a failed or waiting draft.
    Discard(DraftId),
    /// Edit was pressed on a failed or waiting draft: it is taken out, its words come back as [`crate::Effect::Compose`].
    Revise(DraftId),
    /// The thread was scrolled to its top.
    OlderWanted,
    /// The list was scrolled to its end.
    MoreSessionsWanted,
    /// An agent wants something that only the desk can: to say who answers a session, or to know who could.
    DeskWants(DeskOnly<DeskRequest>),

    /// The socket is open: `hello` may go out.
    SocketOpened,
    /// A frame came in.
    Received {
        /// The request that it answers.
        id: Option<RequestId>,
        /// The frame.
        frame: ServerFrame,
    },
    /// A frame of an unknown type came that says it must not be ignored: only a reload helps.
    MustReload,
    /// The socket closed, or could not be opened (1006).
    SocketClosed(CloseCode),

    /// The store has the record. Only then its draft is queued, and may be sent.
    Saved(DraftId),
    /// The store could not keep the record: say so, go on from memory.
    SaveFailed(DraftId),
    /// Another tab of this person has kept a draft, or kept it anew: show it. That tab says it; this one does so only if
    /// it is still waiting ten seconds later.
    Overheard(Box<Record>),
    /// Another tab took that draft back, or knows that the log has it.
    Unheard(DraftId),

    /// The second socket is open: `hello` may go out on it.
    NextOpened,
    /// A frame came in on the second socket.
    NextReceived {
        /// The request that it answers.
        id: Option<RequestId>,
        /// The frame.
        frame: ServerFrame,
    },
    /// The second socket closed, or could not be opened (1006).
    NextClosed(CloseCode),

    /// The line is another tab's, whose `welcome` names no sessions: ask for them.
    SessionsWanted,
    /// A fresh proof of identity, or the answer to [`crate::Effect::FetchToken`]. Another user means another person; who
    /// proves nothing ([`Auth::New`]) changes nothing. Whoever signs out is [`Input::SignedOut`].
    TokenArrived(Auth),
    /// What this device keeps of its visitor, which another tab may have changed. For a user it is only noted.
    VisitorFound {
        /// Which visitor: a later one than this end's means that whoever sat here has signed out meanwhile.
        visitor: u32,
        /// The token of that visitor.
        token: Option<String>,
    },
    /// Whoever sat here signed out: somebody new sits here, a visitor by that number and without a token.
    SignedOut(u32),
    /// A fresh embed ticket, the answer to [`crate::Effect::FetchTicket`].
    TicketArrived(String),
    /// The page could give no token or ticket.
    TokenFailed,

    /// The browser says the network is back, the tab is visible, or the page came out of the bfcache.
    WokeUp,
    /// The browser says there is no network.
    WentOffline,
    /// The page is about to be frozen or left: let go of the socket.
    PageHidden,
    /// The timer of `next_wake` fired.
    Tick,
    /// Where the person is, for the day separators: minutes east of UTC.
    TimeZone {
        /// Minutes east of UTC.
        offset_minutes: i32,
    },
}
