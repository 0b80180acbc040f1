//! Who is it? From a proof to a [`Principal`](tieline_relay::Principal), once per connection.
//!
//! Owns the master key, channels and their keys, and every kind of token. Does not know sockets or frames beyond the `hello`,
//! and does not decide what a principal may do: that is `relay::authz`. Invariants:
//! - No token is stored; SHA-256 of it at most. No token, key or cookie reaches a trace, an error or a `Debug`.
//! - Nothing in a token chooses how it is checked.
//! - A page view writes no row.
//!
//! Read next: [`identify`], the only door of the socket; [`channel`] for the mapping table.

pub mod account;
pub mod channel;
mod columns;
mod context;
pub mod desk;
pub mod device;
mod fields;
pub mod hours;
pub mod identify;
pub mod jwt;
pub mod key;
pub mod key_rows;
pub mod master_key;
pub mod merge;
pub mod origin;
pub mod plain;
pub mod registration;
pub mod registry;
mod renewing;
pub mod resume;
mod resumed;
pub mod revocation;
pub mod secret;
pub mod settings;
pub mod signed;
pub mod ticket;
pub mod visiting;
pub mod visitor;

pub use context::{AuthContext, OPERATOR_TOKEN_FILE};
pub use identify::{Identified, Refusal, identify};
pub use origin::Origin;
pub use renewing::renew;
pub use secret::Secret;
