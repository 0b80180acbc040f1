//! How the session gets into a page: what the page says about it, where it is drawn, and how the two talk.
//!
//! Owns mounts. A mount pairs one driver with one stage and translates between them and the embedding page. Nothing else
//! imports this module.

pub mod api;
pub mod config;
pub mod element;
pub mod host;
pub mod item;
mod keepsake;
pub mod manner;
pub mod page_store;
pub mod port;
pub mod registry;
pub mod shadow;
pub mod stage;
mod tongue;

pub use api::Handle;
pub use config::Config;
pub use element::Mount;
pub use host::Host;
pub use shadow::Shade;
