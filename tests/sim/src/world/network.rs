//! The bad network: sockets keep their order, pushes may not; wires break, loudly or silently.

use tieline_protocol::{ClientFrame, CloseCode, Millis, Outgoing};
use tieline_session::Input;

use super::{Event, World};
use crate::gateway::{Connection, Parcel};

/// One socket, seen from the network.
pub(super) struct Wire {
    pub(super) person: usize,
    /// Nothing comes through any more.
    pub(super) is_dead: bool,
    last_up: Millis,
    last_down: Millis,
}

impl World {
    pub(super) fn dial(&mut self, person: usize) {
        self.last_event += 1;
        let connection = Connection(self.last_event);
        assert!(self.people[person].socket.is_none(), "person {person} dials with a socket in hand");
        self.people[person].socket = Some(connection);
        let is_open = !self.chance.happens(self.faults.dial_fails);
        let wire = Wire { person, is_dead: !is_open, last_up: self.now, last_down: self.now };
        self.wires.insert(connection, wire);
        let at = self.now + self.delay();
        self.schedule(at, Event::DialEnds { person, connection, is_open });
    }

    pub(super) fn end_dial(&mut self, person: usize, connection: Connection, is_open: bool) {
        if self.people[person].socket != Some(connection) {
            return;
        }
        if is_open {
            self.gateway.accept(self.now, connection);
            self.arm_gateway();
            self.feed(person, Input::SocketOpened);
        } else {
            self.lose(connection, CloseCode(1006));
        }
    }

    pub(super) fn send(&mut self, person: usize, frame: Outgoing<ClientFrame>) {
        let Some(connection) = self.people[person].socket else {
            panic!("person {person} sends without a socket")
        };
        if self.goes_wrong(connection) {
            return;
        }
        let delay = self.delay();
        let Some(wire) = self.wires.get_mut(&connection) else { return };
        // A socket keeps its order.
        wire.last_up = wire.last_up.max(self.now + delay);
        let at = wire.last_up;
        self.schedule(at, Event::ToGateway { connection, frame: Box::new(frame) });
    }

    pub(super) fn post(&mut self, parcels: Vec<(Connection, Parcel)>) {
        for (connection, parcel) in parcels {
            let copies = match &parcel {
                Parcel::Hint(_) if self.chance.happens(self.faults.hint_lost) => 0,
                Parcel::Hint(_) if self.chance.happens(self.faults.hint_doubled) => 2,
                _ => 1,
            };
            for _ in 0..copies {
                self.post_one(connection, parcel.clone());
            }
        }
        self.arm_gateway();
    }

    fn post_one(&mut self, connection: Connection, parcel: Parcel) {
        if self.goes_wrong(connection) {
            return;
        }
        let delay = self.delay();
        let is_late = matches!(parcel, Parcel::Hint(_)) && self.chance.happens(self.faults.hint_late);
        let Some(wire) = self.wires.get_mut(&connection) else { return };
        let at = if is_late {
            wire.last_down.max(self.now + delay) + Millis(self.faults.delay_ms)
        } else {
            wire.last_down = wire.last_down.max(self.now + delay);
            wire.last_down
        };
        self.schedule(at, Event::ToPerson { connection, parcel: Box::new(parcel) });
    }

    pub(super) fn deliver(&mut self, connection: Connection, parcel: Parcel) {
        let Some(wire) = self.wires.get(&connection).filter(|wire| !wire.is_dead) else { return };
        let person = wire.person;
        if self.people[person].socket != Some(connection) {
            return;
        }
        match parcel {
            Parcel::Answer(id, frame) => self.feed(person, Input::Received { id, frame }),
            Parcel::Hint(frame) => self.feed(person, Input::Received { id: None, frame }),
            Parcel::Close(code) => self.lose(connection, code),
        }
    }

    /// Whether the network fails under this frame.
    fn goes_wrong(&mut self, connection: Connection) -> bool {
        if self.wires.get(&connection).is_none_or(|wire| wire.is_dead) {
            return true;
        }
        let is_cut = self.chance.happens(self.faults.cut);
        let is_blackhole = !is_cut && self.chance.happens(self.faults.blackhole);
        if is_cut || is_blackhole {
            self.kill(connection, is_cut);
        }
        is_cut || is_blackhole
    }

    /// Nothing comes through any more. `is_noticed`: the end is told after a while.
    pub(super) fn kill(&mut self, connection: Connection, is_noticed: bool) {
        if let Some(wire) = self.wires.get_mut(&connection) {
            wire.is_dead = true;
        }
        if is_noticed {
            let at = self.now + self.delay();
            self.schedule(at, Event::Noticed { connection });
        }
    }

    pub(super) fn lose(&mut self, connection: Connection, code: CloseCode) {
        let Some(wire) = self.wires.remove(&connection) else { return };
        if self.people[wire.person].socket == Some(connection) {
            self.people[wire.person].socket = None;
            self.feed(wire.person, Input::SocketClosed(code));
        }
    }

    fn arm_gateway(&mut self) {
        if let Some(at) = self.gateway.next_wake() {
            let at = at.max(self.now + Millis(1));
            self.schedule(at, Event::GatewayWake);
        }
    }

    fn delay(&mut self) -> Millis {
        self.chance.between(1, self.faults.delay_ms.max(1))
    }
}
