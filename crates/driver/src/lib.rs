//! Between a pure end and the browser: facts in, effects out. One loop for widget and desk.
//!
//! Owns the end, its socket, its one timer and what was typed and is not in the log yet. Does not know html, who embeds it,
//! or how one proves who one is: such errands go to the app as [`Errand`]s. Start in [`engine`].
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod drafts;
pub mod effects;
pub mod end;
pub mod engine;
pub mod ids;
pub mod wire;

pub use effects::Errand;
pub use end::End;
pub use engine::{Engine, Feeder, Hooks, Plan};
