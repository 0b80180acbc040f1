//! Ids and seeds, minted here because the session knows neither clock nor chance.

use tieline_browser::{clock, ids};
use tieline_protocol::{DraftId, Millis};

/// A new draft's name.
pub(super) fn draft_id() -> DraftId {
    DraftId::at(now(), ids::random())
}

/// Seeds the jitter of redialling.
pub(super) fn seed() -> u64 {
    u64::from_le_bytes(ids::random())
}

/// This device's clock.
pub(super) fn now() -> Millis {
    Millis(clock::now_ms())
}
