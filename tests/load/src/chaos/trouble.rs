//! What can go wrong between a client and its gateway.

use std::{path::Path, time::Duration};

use anyhow::Result;
use fastrand::Rng;
use tieline_fault::{Cut, Proxy, Way, Weather};

use crate::process::Gateway;

/// One kind of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Everything takes longer, and not always as long.
    Delay,
    /// Frames arrive byte by byte.
    Slices,
    /// Little gets through a second.
    Trickle,
    /// All connections are reset.
    Reset,
    /// All connections end in good order.
    Finish,
    /// One direction ends, the other goes on.
    HalfClose,
    /// One direction loses everything, then the connections are reset: acknowledgements vanish.
    BlackHole,
    /// Nothing moves for a while, then all of it.
    Standstill,
    /// Connections break in the middle of a frame.
    Torn,
    /// `kill -9`, and a new one on the same data.
    Kill,
    /// The gateway stops and goes on as if nothing had been.
    Pause,
    /// The gateway is asked to stop, and a new one starts when it has.
    Restart,
}

/// Long enough for any drain that is configured here.
const STOPPING: Duration = Duration::from_secs(60);

impl Trouble {
    pub(super) const ALL: [Self; 12] = [
        Self::Delay,
        Self::Slices,
        Self::Trickle,
        Self::Reset,
        Self::Finish,
        Self::HalfClose,
        Self::BlackHole,
        Self::Standstill,
        Self::Torn,
        Self::Kill,
        Self::Pause,
        Self::Restart,
    ];

    /// One of them, with its place in [`Self::ALL`].
    pub(super) fn draw(rng: &mut Rng) -> (usize, Self) {
        let index = rng.usize(..Self::ALL.len());
        (index, Self::ALL.get(index).copied().unwrap_or(Self::Reset))
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Delay => "delays",
            Self::Slices => "slicings",
            Self::Trickle => "trickles",
            Self::Reset => "resets",
            Self::Finish => "finishes",
            Self::HalfClose => "half-closes",
            Self::BlackHole => "black holes",
            Self::Standstill => "standstills",
            Self::Torn => "torn frames",
            Self::Kill => "kills",
            Self::Pause => "pauses",
            Self::Restart => "restarts",
        }
    }

    /// Happens, and lasts for a while. The weather is left as it is.
    pub(super) async fn happen(
        self,
        rng: &mut Rng,
        network: &Proxy,
        gateway: &mut Gateway,
        binary: &Path,
        config_file: &Path,
        address: &str,
    ) -> Result<()> {
        let some_millis = |rng: &mut Rng, range: std::ops::Range<u64>| Duration::from_millis(rng.u64(range));
        let way = if rng.bool() { Way::ToServer } else { Way::ToClient };
        let weather = match self {
            Self::Delay => Some(Weather::slow(some_millis(rng, 10..400), some_millis(rng, 0..400))),
            Self::Slices => Some(Weather::sliced(rng.usize(1..8))),
            Self::Trickle => {
                Some(Weather { bytes_per_second: Some(rng.u32(2_000..20_000)), ..Weather::sliced(64) })
            }
            Self::BlackHole => Some(Weather::BLACK_HOLE),
            Self::Standstill => Some(Weather::STANDSTILL),
            Self::Torn => Some(Weather { reset_after_bytes: Some(rng.u64(1..3_000)), ..Weather::CALM }),
            Self::Reset | Self::Finish | Self::HalfClose | Self::Kill | Self::Pause | Self::Restart => None,
        };
        if let Some(weather) = weather {
            network.set(way, weather);
            tokio::time::sleep(some_millis(rng, 100..2_000)).await;
        }
        match self {
            Self::Reset => network.cut(Cut::Reset),
            Self::Finish => network.cut(Cut::Finish),
            Self::HalfClose => network.cut(Cut::Half(way)),
            // Sometimes it is left to the heartbeat to notice.
            Self::BlackHole if rng.bool() => network.cut(Cut::Reset),
            Self::Kill => {
                gateway.kill()?;
                *gateway = Gateway::start(binary, config_file, address).await?;
            }
            Self::Pause => {
                gateway.pause()?;
                tokio::time::sleep(some_millis(rng, 100..4_000)).await;
                gateway.resume()?;
            }
            Self::Restart => {
                gateway.ask_to_stop()?;
                gateway.ended(STOPPING).await?;
                *gateway = Gateway::start(binary, config_file, address).await?;
            }
            _ => {}
        }
        Ok(())
    }
}
