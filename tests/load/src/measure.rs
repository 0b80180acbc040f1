//! Load, and what it costs.

mod idle;
mod paced;
mod pair;
mod saturate;

pub use self::{
    idle::{Idle, idle},
    paced::{Paced, paced},
    saturate::{Saturated, saturate},
};
use crate::{process::Gateway, stage::Stage};

/// Where the load goes.
pub struct Target<'a> {
    /// The gateway under load.
    pub gateway: &'a Gateway,
    /// Its data.
    pub stage: &'a Stage,
    /// Its address.
    pub address: &'a str,
}

/// The value below which that share of the sorted numbers lies.
fn quantile(sorted: &[u32], share: f64) -> f64 {
    let at = (sorted.len().saturating_sub(1)) as f64 * share;
    sorted.get(at.round() as usize).map_or(0.0, |micros| f64::from(*micros) / 1000.0)
}
