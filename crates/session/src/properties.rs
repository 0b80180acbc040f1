//! What holds for every list of operations, not just for those that somebody thought of.

mod anything;
mod log;
mod person;
mod thread;
