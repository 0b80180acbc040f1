//! The bad network: sockets keep their order, pushes may not; wires break, loudly or silently.

use tieline_protocol::{ClientFrame, CloseCode, Millis, Outgoing};
use tieline_session::Input;

use super::{Event, World};
use crate::gateway::{Connection, Parcel};

/// One socket, seen from the network.
pub(super) struct Wire {
    pub(super) person: usize,
    /// Nothing comes through to the gateway any more.
    pub(super) is_deaf: bool,
    /// Nothing comes through from the gateway any more.
    pub(super) is_mute: bool,
    /// Frames that the person put on it.
    pub(super) sent: u64,
    last_up: Millis,
    last_down: Millis,
}

impl Wire {
    fn is_dead(&self) -> bool {
        self.is_deaf && self.is_mute
    }
}

impl World {
    pub(super) fn dial(&mut self, person: usize) {
        assert!(self.people[person].socket.is_none(), "person {person} dials with a socket in hand");
        self.people[person].dials += 1;
        self.people[person].socket = Some(self.begin_dial(person));
    }

    pub(super) fn dial_next(&mut self, person: usize) {
        let (first, next) = (self.people[person].socket, self.people[person].next);
        assert!(first.is_some() && next.is_none(), "person {person} dials beside {first:?} and {next:?}");
        self.people[person].next = Some(self.begin_dial(person));
    }

    fn begin_dial(&mut self, person: usize) -> Connection {
        self.last_event += 1;
        let connection = Connection(self.last_event);
        let is_open = !self.chance.happens(self.faults.dial_fails);
        let (is_deaf, is_mute) = (!is_open, !is_open);
        let wire = Wire { person, is_deaf, is_mute, sent: 0, last_up: self.now, last_down: self.now };
        self.wires.insert(connection, wire);
        let at = self.now + self.delay();
        self.schedule(at, Event::DialEnds { person, connection, is_open });
        connection
    }

    pub(super) fn end_dial(&mut self, person: usize, connection: Connection, is_open: bool) {
        let (is_first, is_next) = self.role_of(person, connection);
        if !is_first && !is_next {
            return;
        }
        if is_open && self.gateway.accept(self.now, connection) {
            self.arm_gateway();
            self.feed(person, if is_first { Input::SocketOpened } else { Input::NextOpened });
        } else {
            self.lose(connection, CloseCode(1006));
        }
    }

    /// The second socket takes the first one's place.
    pub(super) fn switch(&mut self, person: usize) {
        if let Some(old) = self.people[person].socket.take() {
            self.kill(old, true);
        }
        self.people[person].socket = self.people[person].next.take();
        assert!(self.people[person].socket.is_some(), "person {person} switches to nothing");
    }

    /// Whether it is the person's socket, or the second one.
    fn role_of(&self, person: usize, connection: Connection) -> (bool, bool) {
        let person = &self.people[person];
        (person.socket == Some(connection), person.next == Some(connection))
    }

    pub(super) fn send(&mut self, person: usize, socket: Option<Connection>, frame: Outgoing<ClientFrame>) {
        let Some(connection) = socket else { panic!("person {person} sends without a socket") };
        if let Some(wire) = self.wires.get_mut(&connection) {
            wire.sent += 1;
        }
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

    /// Frames that the person put on their socket.
    pub fn frames_sent(&self, person: usize) -> u64 {
        let wire = self.people[person].socket.and_then(|connection| self.wires.get(&connection));
        wire.map_or(0, |wire| wire.sent)
    }

    /// From now on nothing comes through to the gateway, or from it, or neither; and nobody is told.
    pub fn swallow(&mut self, person: usize, is_deaf: bool, is_mute: bool) {
        let wire = self.people[person].socket.and_then(|connection| self.wires.get_mut(&connection));
        if let Some(wire) = wire {
            (wire.is_deaf, wire.is_mute) = (wire.is_deaf || is_deaf, wire.is_mute || is_mute);
        }
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
        let Some(wire) = self.wires.get(&connection).filter(|wire| !wire.is_mute) else { return };
        let person = wire.person;
        let (id, frame) = match parcel {
            Parcel::Answer(id, frame) => (id, frame),
            Parcel::Hint(frame) => (None, frame),
            Parcel::Close(code) => return self.lose(connection, code),
        };
        match self.role_of(person, connection) {
            (true, _) => self.feed(person, Input::Received { id, frame }),
            (_, true) => self.feed(person, Input::NextReceived { id, frame }),
            (false, false) => {}
        }
    }

    /// Whether the network fails under this frame.
    fn goes_wrong(&mut self, connection: Connection) -> bool {
        if self.wires.get(&connection).is_none_or(Wire::is_dead) {
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
            (wire.is_deaf, wire.is_mute) = (true, true);
        }
        if is_noticed {
            let at = self.now + self.delay();
            self.schedule(at, Event::Noticed { connection });
        }
    }

    pub(super) fn lose(&mut self, connection: Connection, code: CloseCode) {
        let Some(wire) = self.wires.remove(&connection) else { return };
        match self.role_of(wire.person, connection) {
            (true, _) => {
                self.people[wire.person].socket = None;
                self.people[wire.person].cuts += 1;
                self.feed(wire.person, Input::SocketClosed(code));
            }
            (_, true) => {
                self.people[wire.person].next = None;
                self.feed(wire.person, Input::NextClosed(code));
            }
            (false, false) => {}
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
