//! Why something was refused, as stable codes. A client obeys the code's [`Retry`], never the text beside it.

use serde::{Deserialize, Serialize};

/// What to do after a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Come back, with backoff.
    Later,
    /// Fetch a new token, then come back.
    SignIn,
    /// Do not come back with the same words.
    Never,
}

macro_rules! error_codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $status:literal, $retry:ident, $title:literal;)*) => {
        /// The code of an `err` frame and of an HTTP problem (RFC 9457).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum ErrorCode { $($(#[$doc])* #[serde(rename = $name)] $variant,)*
            /// A code this build does not know: the frame's `status` and `temporary` still guide.
            #[serde(other, rename = "unknown")]
            Unknown,
        }

        impl ErrorCode {
            /// Every code of this build.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name on the wire.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* Self::Unknown => "unknown" }
            }

            /// The HTTP status of the same refusal.
            pub fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* Self::Unknown => 500 }
            }

            /// Whether and how to try again.
            pub fn retry(self) -> Retry {
                match self { $(Self::$variant => Retry::$retry,)* Self::Unknown => Retry::Never }
            }

            /// One sentence for a developer. A visitor reads a sentence of the widget's locale instead.
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* Self::Unknown => "Unknown error" }
            }
        }
    };
}

error_codes! {
    /// Not JSON, not an object, or a field of the wrong shape.
    BadFrame = "bad_frame", 400, Never, "The frame could not be read";
    /// A field of a request of the HTTP API holds what it must not; `at` names it.
    Invalid = "invalid", 422, Never, "A field holds a value that is not allowed";
    /// A frame type or body kind that this gateway does not know.
    Unsupported = "unsupported", 501, Never, "This gateway does not know that type";
    /// A frame, text or item over its limit.
    TooLarge = "too_large", 413, Never, "Larger than the limit";
    /// No proof, or one that does not hold.
    Unauthorized = "unauthorized", 401, SignIn, "The proof of identity does not hold";
    /// A token or ticket past its time.
    TokenExpired = "token_expired", 401, SignIn, "The token has expired";
    /// A `kid` that the channel does not have, or whose key is revoked.
    KeyUnknown = "key_unknown", 401, SignIn, "The channel has no such key";
    /// The page's origin is not in the channel's list.
    OriginDenied = "origin_denied", 403, Never, "This origin may not embed the channel";
    /// No such channel.
    ChannelUnknown = "channel_unknown", 404, Never, "There is no such channel";
    /// The channel was switched off.
    ChannelClosed = "channel_closed", 403, Never, "The channel is closed";
    /// The channel's capabilities or the principal's role do not allow it.
    Forbidden = "forbidden", 403, Never, "Not allowed";
    /// No such thing, or a stranger's: the answer is the same, on purpose.
    NotFound = "not_found", 404, Never, "There is no such thing";
    /// A kind of file that is not taken, or one that is not what it says.
    TypeDenied = "type_denied", 415, Never, "This kind of file is not taken";
    /// The session has ended.
    SessionClosed = "session_closed", 409, Never, "The session has ended";
    /// Too much in too short a time; `retry_ms` says when.
    RateLimited = "rate_limited", 429, Later, "Too many messages in a short time";
    /// The channel's or party's share is used up.
    Quota = "quota", 429, Later, "The share is used up";
    /// A text without a visible character.
    TextEmpty = "text_empty", 422, Never, "The text is empty";
    /// Words that were said too long ago to be changed.
    TooLate = "too_late", 409, Never, "Said too long ago to be changed";
    /// The same draft id with other words.
    Conflict = "conflict", 409, Never, "The same draft id was used for other words";
    /// The store cannot write just now.
    StorageBusy = "storage_busy", 503, Later, "The store is busy";
    /// The store has no room, or may not be written.
    StorageFull = "storage_full", 507, Later, "The store cannot take more";
    /// Our fault.
    Internal = "internal", 500, Later, "Something went wrong in the gateway";
}

/// Why the gateway closed the socket. Its range alone decides what the client does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CloseCode(pub u16);

impl CloseCode {
    /// The client said `bye`.
    pub const BYE: Self = Self(1000);
    /// A frame over the limit (RFC 6455, 7.4.1). What came after it is lost with the socket.
    pub const TOO_LARGE: Self = Self(1009);
    /// The gateway is about to stop; another, or this one again, takes over.
    pub const DRAIN: Self = Self(4001);
    /// Our fault.
    pub const INTERNAL: Self = Self(4004);
    /// The client reads too slowly; resuming repairs it.
    pub const SLOW: Self = Self(4008);
    /// The client saw a gap that could not be mended.
    pub const GAP: Self = Self(4009);
    /// No answer to a ping.
    pub const NO_PONG: Self = Self(4010);
    /// Too many frames.
    pub const RATE: Self = Self(4013);
    /// The first frame was not a valid `hello`, or came too late.
    pub const BAD_HELLO: Self = Self(4400);
    /// The token does not hold or has run out: fetch one, then come back.
    pub const SIGN_IN: Self = Self(4401);
    /// The origin is not allowed.
    pub const ORIGIN: Self = Self(4403);
    /// No such channel, or it is closed.
    pub const CHANNEL: Self = Self(4404);
    /// This version of the client is no longer served.
    pub const VERSION: Self = Self(4426);

    /// What the range says. Codes of the network itself (1006 and the like) mean: come back.
    pub fn retry(self) -> Retry {
        match self.0 {
            4401 => Retry::SignIn,
            4400..=4499 => Retry::Never,
            _ => Retry::Later,
        }
    }
}
