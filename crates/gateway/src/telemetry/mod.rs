//! What the operator sees. Numbers only: never a body, a token or an address.

mod metrics;

pub use metrics::{Code, Metrics};
