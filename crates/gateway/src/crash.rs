//! Places at which a test can have the process die.
//!
//! `CRASH_AT=after_commit:3` ends it, without a goodbye, when that place is passed for the third time. In a release build there
//! are no such places, unless the feature `crash_points` asks for them.

/// Between which steps of an append, or of a restore.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    /// The row is written, its transaction is open.
    AfterInsert,
    /// It is on disk; nobody knows.
    AfterCommit,
    /// The sender is about to be told.
    BeforeAck,
    /// The sender was told, the others are about to be.
    BeforePublish,
    /// The copy is made ready, under a name of its own.
    RestorePrepared,
    /// The store has a second name.
    RestoreLinked,
    /// What lay beside the store is out of the way.
    RestoreCleared,
    /// The copy bears the store's name.
    RestoreRenamed,
}

#[cfg(any(debug_assertions, feature = "crash_points"))]
pub(crate) fn pass(point: Point) {
    armed::pass(point);
}

#[cfg(not(any(debug_assertions, feature = "crash_points")))]
#[inline(always)]
pub(crate) fn pass(_: Point) {}

#[cfg(any(debug_assertions, feature = "crash_points"))]
mod armed {
    use std::sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    };

    use super::Point;

    static ORDER: LazyLock<Option<(String, u32)>> = LazyLock::new(|| {
        let text = std::env::var("CRASH_AT").ok()?;
        let (name, pass) = text.split_once(':')?;
        Some((name.to_owned(), pass.parse().ok()?))
    });
    static PASSED: AtomicU32 = AtomicU32::new(0);

    pub(super) fn pass(point: Point) {
        if let Some((name, fatal)) = &*ORDER
            && name == point.name()
            && PASSED.fetch_add(1, Ordering::Relaxed) + 1 == *fatal
        {
            // No destructor runs and nothing is flushed: as with `kill -9`.
            std::process::abort();
        }
    }

    impl Point {
        fn name(self) -> &'static str {
            match self {
                Self::AfterInsert => "after_insert",
                Self::AfterCommit => "after_commit",
                Self::BeforeAck => "before_ack",
                Self::BeforePublish => "before_publish",
                Self::RestorePrepared => "restore_prepared",
                Self::RestoreLinked => "restore_linked",
                Self::RestoreCleared => "restore_cleared",
                Self::RestoreRenamed => "restore_renamed",
            }
        }
    }
}
