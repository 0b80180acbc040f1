//! Everything that one end can want done. The shell has one arm for each.

use tieline_protocol::{Body, ClientFrame, CloseCode, DraftId, Item, Millis, Outgoing, SessionId};

/// One wish. Carried out in order; `Save` before its `Send`, because the tab may close between the two.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    not(target_arch = "wasm32"),
    expect(clippy::large_enum_variant, reason = "a handful at a time, and gone at once")
)]
pub enum Effect {
    /// Open a socket, leaving any other alone.
    Dial,
    /// Close the socket and let go of it: the shell reports nothing more of it, not even that it closed.
    HangUp(CloseCode),
    /// Put the frame on the socket.
    Send(Outgoing<ClientFrame>),
    /// Open a second socket beside the first, which goes on serving. Its facts are the `Next` inputs.
    DialNext,
    /// Put the frame on the second socket.
    SendNext(Outgoing<ClientFrame>),
    /// The second socket is the socket from here on, and its facts are the plain inputs. The first, if it is still there,
    /// is closed with 1000 and let go of.
    Switch,
    /// Close the second socket and let go of it.
    DropNext,
    /// Keep the record until `Forget`; answer with `Saved` or `SaveFailed`.
    Save(Record),
    /// Drop the record.
    Forget(DraftId),
    /// Keep the visitor's token for the next visit, unless another visitor sits here by now.
    KeepVisitorToken {
        /// Which visitor, as in [`Owner::Visitor`].
        visitor: u32,
        /// The token.
        token: String,
    },
    /// Put the file of that draft to the address, with the token in a header; answer with `UploadMoved`, and at last with
    /// `Uploaded` or `UploadFailed`.
    Upload {
        /// Whose file.
        draft_id: DraftId,
        /// Where to.
        url: String,
        /// `Authorization: Bearer`.
        token: String,
        /// `Content-Type`.
        media_type: String,
    },
    /// Break off the upload of that draft's file, if there is one. No answer.
    StopUpload(DraftId),
    /// Ask the page for a token; answer with `TokenArrived` or `TokenFailed`.
    FetchToken,
    /// Ask our own origin for a new embed ticket; answer with `TicketArrived` or `TokenFailed`.
    FetchTicket,
    /// Put these words into the composer: the person wants to say them otherwise.
    Compose(String),
    /// Tell the page.
    Tell(Event),
}

/// What the embedding page may care about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The first `welcome` came.
    Ready,
    /// So many entries of the other side are not read yet.
    UnreadChanged(u32),
    /// The log took a message of this end.
    MessageSent {
        /// Which session.
        session: SessionId,
    },
    /// A message of the other side came.
    MessageReceived {
        /// Which session.
        session: SessionId,
    },
    /// The gateway will not have this page; the link will not be tried again.
    Refused,
}

/// A draft as the store keeps it: enough to say it again after a reload, under the same id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its name for ever.
    pub draft_id: DraftId,
    /// Where it belongs.
    pub place: Place,
    /// The words that it answers.
    pub reply_to: Option<DraftId>,
    /// What it says.
    pub body: Body,
    /// When it was typed. A draft older than a day is not sent unasked.
    pub made_at: Millis,
    /// Whose it is: never sent under another principal.
    pub owner: Owner,
    /// The digest of its file, for as long as the gateway does not have that. The store keeps the file along with it.
    pub sha256: Option<String>,
}

/// Where a draft belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A session of the gateway.
    Session(SessionId),
    /// A session that is still to be opened under this id.
    Opening {
        /// Names the wish: said twice, it opens one session.
        draft_id: DraftId,
        /// Whom the page wants to reach.
        to: Option<String>,
        /// What it is about.
        item: Option<Item>,
        /// The wish was on the wire, so the session may exist: only asking again under the same id tells.
        is_asked: bool,
    },
}

/// The person a draft belongs to, as far as this end can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A visitor of this browser. Each sign-out makes another one; the number counts the sign-outs before.
    Visitor(u32),
    /// The user whose token it was: the JWT's subject.
    User(String),
    /// The agent at this desk.
    Agent,
}
