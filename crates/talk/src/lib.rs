//! What widget and desk have in common on screen: a thread, a composer, an item card, and their one style sheet.
//!
//! Owns how a [`tieline_session::screen::Thread`] looks and how words get typed. Does not know connections, stores or who
//! embeds it: it takes screen data as properties and gives wishes back through callbacks. Texts come from the app's
//! locale as [`Words`], dates and prices from the browser's own `Intl` through [`Calendar`].
//!
//! `style.css` beside `Cargo.toml` belongs to it and holds the design tokens; `later.css` and `files.css` hold what a first
//! open of the widget does not show. Each app's style sheet is built from those files and then its own (`xtask dist`; in the dev loop two `link` elements).
//!
//! Invariants: text reaches the page as text nodes only; no `style` attribute is ever written (our CSP refuses it); a
//! target of a link or picture is one that [`safe`] let through.
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod attach;
pub mod avatar;
mod block;
pub mod bubble;
pub mod calendar;
mod choices;
pub mod composer;
mod confirm;
mod emoji;
mod file;
pub mod form;
pub mod icon;
pub mod item;
pub mod later;
pub mod lightbox;
pub mod menu;
mod parts;
mod picker;
mod plain;
mod quote;
mod rows;
pub mod safe;
mod scroll;
mod strip;
pub mod texts;
pub mod thread;
pub mod voice;
mod window;
pub mod words;

pub use calendar::Calendar;
pub use composer::{Composer, Given};
pub use file::Pictures;
pub use plain::plain;
pub use rows::skeleton;
pub use thread::{ThreadView, ThreadWish};
pub use words::Words;
