//! The object around every frame: `{"type": .., "id": .., "body": ..}`.
//!
//! Decoding is done in two steps, so that an unknown type costs nothing and its body need not be understood. The browser
//! takes the first step with `JSON.parse` and reads the values that it gave in the second; natively [`json`] does both.

use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::{ClientFrame, RequestId, ServerFrame};

/// A frame with its request id, ready to be serialised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing<F> {
    /// On a request: chosen by the client. On an answer: echoed. On a push: absent.
    pub id: Option<RequestId>,
    /// The frame.
    pub frame: F,
}

/// What the two steps gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decoded<F> {
    /// A frame of this version.
    Frame(Option<RequestId>, F),
    /// A type that this build does not know. `must`: the sender says that ignoring it would be wrong.
    UnknownType {
        /// The request id, so that it can be refused.
        id: Option<RequestId>,
        /// Its name.
        name: String,
        /// The sender insists.
        must: bool,
    },
}

macro_rules! outgoing {
    ($frame:ty, $self:ident, $state:ident, { $($arm:pat => $body:expr,)* }) => {
        impl Serialize for Outgoing<$frame> {
            fn serialize<S: Serializer>(&$self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut $state = serializer.serialize_struct("Frame", if $self.id.is_some() { 3 } else { 2 })?;
                $state.serialize_field("type", $self.frame.name())?;
                if let Some(id) = $self.id {
                    $state.serialize_field("id", &id)?;
                }
                match &$self.frame {
                    $($arm => $state.serialize_field("body", $body)?,)*
                }
                $state.end()
            }
        }
    };
}

/// `{}`: the body of a frame that has nothing to say.
#[derive(Serialize)]
struct Nothing {}

outgoing!(ClientFrame, self, state, {
    ClientFrame::Hello(body) => body,
    ClientFrame::Auth(body) => body,
    ClientFrame::Open(body) => body,
    ClientFrame::List(body) => body,
    ClientFrame::History(body) => body,
    ClientFrame::Send(body) => body,
    ClientFrame::Upload(body) => body,
    ClientFrame::Links(body) => body,
    ClientFrame::Cursor(body) => body,
    ClientFrame::Typing(body) => body,
    ClientFrame::Ping(body) => body,
    ClientFrame::Pong(body) => body,
    ClientFrame::Desk(body) => body,
    ClientFrame::Bye => &Nothing {},
});

outgoing!(ServerFrame, self, state, {
    ServerFrame::Welcome(body) => body,
    ServerFrame::AuthDue(body) => body,
    ServerFrame::Renewed(body) => body,
    ServerFrame::Ok(body) => body,
    ServerFrame::Ticket(body) => body,
    ServerFrame::Links(body) => body,
    ServerFrame::Page(body) => body,
    ServerFrame::Sessions(body) => body,
    ServerFrame::Session(body) => body,
    ServerFrame::Channel(body) => body,
    ServerFrame::Presence(body) => body,
    ServerFrame::Queue(body) => body,
    ServerFrame::Entry(body) => body,
    ServerFrame::Cursor(body) => body,
    ServerFrame::Typing(body) => body,
    ServerFrame::Ping(body) => body,
    ServerFrame::Pong(body) => body,
    ServerFrame::Drain(body) => body,
    ServerFrame::Desk(body) => body,
    ServerFrame::Err(body) => body,
});

#[cfg(any(test, feature = "json"))]
pub mod json {
    //! Both steps on JSON text, for the native ends.

    use serde::Deserialize;
    use serde_json::{Deserializer, value::RawValue};

    use super::{ClientFrame, Decoded, Outgoing, RequestId, ServerFrame};

    #[derive(Deserialize)]
    struct Envelope<'a> {
        #[serde(rename = "type", borrow)]
        name: std::borrow::Cow<'a, str>,
        #[serde(default)]
        id: Option<RequestId>,
        #[serde(borrow, default)]
        body: Option<&'a RawValue>,
        #[serde(default)]
        must: bool,
    }

    /// Why a text is no frame, with the request id if that much could be read.
    #[derive(Debug)]
    pub struct BadFrame {
        /// The request id, so that it can be refused.
        pub id: Option<RequestId>,
        /// What is wrong, for a developer.
        pub why: String,
    }

    macro_rules! decode {
        ($(#[$doc:meta])* $name:ident, $frame:ty) => {
            $(#[$doc])*
            ///
            /// # Errors
            /// When the text is not a JSON object with a string `type`, or its body does not have the type's shape.
            pub fn $name(text: &str) -> Result<Decoded<$frame>, BadFrame> {
                let envelope: Envelope<'_> =
                    serde_json::from_str(text).map_err(|error| BadFrame { id: None, why: error.to_string() })?;
                let body = envelope.body.map_or("{}", RawValue::get);
                match <$frame>::decode(&envelope.name, &mut Deserializer::from_str(body)) {
                    Ok(Some(frame)) => Ok(Decoded::Frame(envelope.id, frame)),
                    Ok(None) => Ok(Decoded::UnknownType {
                        id: envelope.id,
                        name: envelope.name.into_owned(),
                        must: envelope.must,
                    }),
                    Err(error) => Err(BadFrame { id: envelope.id, why: error.to_string() }),
                }
            }
        };
    }

    decode! {
        /// Reads what a client sent.
        decode_client, ClientFrame
    }
    decode! {
        /// Reads what the gateway sent.
        decode_server, ServerFrame
    }

    /// The frame as JSON text.
    pub fn encode<F>(id: Option<RequestId>, frame: F) -> String
    where
        Outgoing<F>: serde::Serialize,
    {
        // Our frames hold strings, numbers and maps with string keys: serde_json cannot refuse them.
        serde_json::to_string(&Outgoing { id, frame }).unwrap_or_default()
    }
}
