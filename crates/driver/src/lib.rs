//! Between a pure end and the browser: facts in, effects out. One loop for widget and desk.
//!
//! Owns the end, its line (a socket, or a way through another tab's), its one timer and what was typed and is not in the log yet. Does not know html, who embeds it,
//! or how one proves who one is: such errands go to the app as [`Errand`]s. Start in [`engine`].
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod drafts;
pub mod effects;
pub mod end;
pub mod engine;
pub mod files;
mod greeting;
mod group;
pub mod ids;
mod keeper;
mod line;
pub mod record;
mod sockets;
mod tabs;
mod unsent;
pub mod value;
pub mod wire;
mod word;

pub use effects::Errand;
pub use end::End;
pub use engine::{Engine, Feeder, Hooks, Plan, Share};
pub use files::Files;
pub use keeper::{Ask, Keeper};
pub use unsent::Unsent;
