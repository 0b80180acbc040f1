//! What the visitor sees: a [`Screen`](tieline_session::Screen) as html, and what they do as an
//! [`Input`](tieline_session::Input).
//!
//! Owns the panel around thread and composer; those two come from `tieline_talk`, as the desk shows the same ones. Does not
//! know sockets, storage or the embedding page. One tree serves frame, page and inline mode; [`Face`] says which.
//! Start in [`app`].

mod app;
pub(crate) mod drawn;
mod empty;
mod ending;
mod entries;
mod header;
mod item_strip;
mod menu;
mod notice;
mod paint;
mod panel;
mod sessions;
mod standing;
mod thread;
pub mod transcript;

pub use app::{Act, App, AppProps, Choices, Face, Notices, Pick, Scene, Scheme, Shape};
pub use ending::Rated;
