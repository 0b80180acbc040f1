//! What the holder of a proxy tells its connections, and what they tell back.

use std::net::SocketAddr;

use tokio::sync::watch;

use crate::weather::{Way, Weather};

/// An end that is made, of every connection there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Both ends see a reset.
    Reset,
    /// Both ends see the stream end in good order.
    Finish,
    /// The reader of that direction sees the stream end; the other direction goes on.
    Half(Way),
}

/// Where, in what weather, and which cuts have been made. Counted, so that none is missed by whoever looks late.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Orders {
    pub(crate) upstream: SocketAddr,
    pub(crate) turns_away: bool,
    weather: [Weather; 2],
    cuts: Cuts,
}

/// How many cuts of each kind there have been.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cuts {
    pub(crate) resets: u64,
    pub(crate) finishes: u64,
    halves: [u64; 2],
}

impl Orders {
    pub(crate) fn new(upstream: SocketAddr) -> Self {
        Self { upstream, turns_away: false, weather: [Weather::CALM; 2], cuts: Cuts::default() }
    }

    pub(crate) fn weather(&self, way: Way) -> Weather {
        let [to_server, to_client] = self.weather;
        match way {
            Way::ToServer => to_server,
            Way::ToClient => to_client,
        }
    }

    pub(crate) fn set_weather(&mut self, way: Way, weather: Weather) {
        let [to_server, to_client] = &mut self.weather;
        match way {
            Way::ToServer => *to_server = weather,
            Way::ToClient => *to_client = weather,
        }
    }

    pub(crate) fn cuts(&self) -> Cuts {
        self.cuts
    }

    pub(crate) fn cut(&mut self, cut: Cut) {
        let [to_server, to_client] = &mut self.cuts.halves;
        match cut {
            Cut::Reset => self.cuts.resets += 1,
            Cut::Finish => self.cuts.finishes += 1,
            Cut::Half(Way::ToServer) => *to_server += 1,
            Cut::Half(Way::ToClient) => *to_client += 1,
        }
    }
}

impl Cuts {
    pub(crate) fn halves(&self, way: Way) -> u64 {
        let [to_server, to_client] = self.halves;
        match way {
            Way::ToServer => to_server,
            Way::ToClient => to_client,
        }
    }
}

/// Bytes of one direction, all connections together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Read from the sender.
    pub taken: u64,
    /// Handed to the receiver.
    pub passed: u64,
    /// Swallowed.
    pub lost: u64,
}

/// Traffic of both directions, to be waited for.
#[derive(Clone, Debug)]
pub(crate) struct Tally([watch::Sender<Traffic>; 2]);

impl Tally {
    pub(crate) fn new() -> Self {
        Self([watch::Sender::default(), watch::Sender::default()])
    }

    pub(crate) fn of(&self, way: Way) -> &watch::Sender<Traffic> {
        let [to_server, to_client] = &self.0;
        match way {
            Way::ToServer => to_server,
            Way::ToClient => to_client,
        }
    }
}
