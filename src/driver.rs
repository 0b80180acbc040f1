//! Between the pure session and the browser: inputs in, effects out.
//!
//! Owns the visitor's end, its socket, its one timer and what is kept on this device. Does not know html, nor who embeds us.
//! Start in [`run`].

mod drafts;
mod effects;
mod ids;
mod run;
pub mod wire;

pub use run::{Driver, Hooks, Settings, Word};
