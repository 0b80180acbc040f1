//! The store and the log on it: durability, isolation of failures, agreement with `relay::log_model`.

mod conformance;
mod failures;
