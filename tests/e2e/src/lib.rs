//! The stage for end-to-end tests: a real gateway process on a store of its own, merchant pages on another origin, and a
//! real browser that looks at them: Chromium in three storage models, and Firefox.
//!
//! Knows the product only from outside: processes, addresses, and what stands on the screen. `TIELINE_BIN` and
//! `TIELINE_ASSETS` say where binary and bundle lie; `cargo xtask test e2e` builds both and sets them.
//!
//! Nothing here sleeps in order to be right: [`until`] asks again until a deadline.

pub mod access;
mod browser;
mod desk;
mod gateway;
mod hosts;
mod processes;
mod shop;
mod stage;
mod store;
pub mod tour;
mod visitor;
mod wait;
mod window;

pub use browser::Kind;
pub use desk::Desk;
pub use gateway::Gateway;
pub use hosts::Hosts;
pub use shop::Shop;
pub use stage::{Stage, play, play_in, stand_once};
pub use store::Rows;
pub use visitor::{Line, Side, Visitor};
pub use wait::until;
pub use window::Window;
