//! The stage for tests against other platforms: real servers (Prosody, ejabberd, Synapse), each in a folder and on ports of its
//! own, and real foreign clients (slixmpp, profanity, matrix-nio) that a test tells what to do.
//!
//! Knows nothing of the gateway but what its configuration has to say of a server. The servers run on the files of
//! `docs/connectors`, so that what operators are given is what is tested. `SERVICES_PYTHON` names a Python with `requirements.txt`
//! in it; `cargo xtask test services` makes it and sets it.
//!
//! Nothing here sleeps in order to be right: starts and screens are awaited by asking, events by being woken.

mod connector_check;
mod ejabberd;
mod foreign;
pub mod http;
mod matrix_client;
mod place;
mod process;
mod profanity;
mod prosody;
mod synapse;
mod wait;
mod xmpp_client;
mod xmpp_server;

pub use connector_check::{Said, tieline};
pub use foreign::Foreign;
pub use matrix_client::{MatrixClient, Receiver};
pub use place::{free_address, python};
pub use profanity::Profanity;
pub use synapse::{Registration, Synapse};
pub use xmpp_client::{Component, XmppClient, place_of};
pub use xmpp_server::{XmppKind, XmppServer};
