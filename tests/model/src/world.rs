//! Everything together, and what each move does to it.

use std::collections::BTreeSet;

use tieline_protocol::Seq;

use crate::{
    Flaw,
    end::{End, Row, Stage},
    gateway::{Down, Gateway, Link, Phase, Up, Work},
    log::{Draft, Log},
};

/// The tab that the visitor types in.
pub const TYPING_TAB: usize = 0;
/// Their other tab.
pub const OTHER_TAB: usize = 1;
/// Who answers.
pub const AGENT: usize = 2;

/// All there is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct World {
    /// On disk: survives everything.
    pub log: Log,
    /// Two, over one log.
    pub gateways: [Gateway; 2],
    /// The visitor's two tabs and the agent.
    pub ends: [End; 3],
    /// Drafts in a gateway's socket whose end has gone away: they may be read yet.
    pub ghosts: BTreeSet<(usize, Vec<Draft>)>,
    /// What some end was told to be safe at a place where it did not stand at that moment.
    pub unfounded: BTreeSet<(Seq, Draft)>,
    /// Mishaps that may still happen.
    pub mishaps: u8,
}

impl World {
    /// Everybody is connected. All is typed, saved, and said as far as it can be: when a draft is read decides where it
    /// stands, not when it was typed.
    pub fn new(mishaps: u8, flaw: Option<Flaw>) -> Self {
        let mut world = Self { mishaps, ..Self::default() };
        let row = |draft, stage| Row { draft: Draft(draft), stage };
        world.ends[TYPING_TAB].outbox = vec![row(1, Stage::Queued), row(2, Stage::Queued)];
        world.ends[AGENT].outbox = vec![row(3, Stage::Queued)];
        // What is saved the other tab knows.
        if flaw != Some(Flaw::SendsUnsaved) {
            world.ends[OTHER_TAB].outbox = vec![row(1, Stage::Held), row(2, Stage::Held)];
        }
        for (end, gateway) in [(TYPING_TAB, 0), (OTHER_TAB, 1), (AGENT, 1)] {
            world.dial(end, gateway, flaw);
        }
        world
    }

    /// Some sender still waits to hear that this was committed.
    pub fn is_awaited(&self, gateway: usize, seq: Seq) -> bool {
        self.ends.iter().filter_map(|end| end.link.as_ref()).any(|link| {
            link.gateway == gateway && matches!(link.work, Some(Work::Committed(place, _)) if place == seq)
        })
    }

    /// A tab has waited long enough for the other to send what both know.
    pub fn send_copies(&mut self, end: usize, flaw: Option<Flaw>) {
        for row in &mut self.ends[end].outbox {
            if row.stage == Stage::Held {
                row.stage = Stage::Queued;
            }
        }
        self.ends[end].flush(flaw);
    }

    /// An end says hello on a new connection and is welcome; if it has an old one, it is served there until then. The gateway
    /// listens before it reads what the end has missed, so nothing falls between the two.
    pub fn dial(&mut self, end: usize, gateway: usize, flaw: Option<Flaw>) {
        let missed = self.log.after(self.ends[end].settled(), flaw);
        self.change_link(end, Some(Link::to(gateway)), flaw);
        self.ends[end].hear(Down::Welcome(missed), flaw);
    }

    /// The gateway takes the next command of a connection. A send is committed, and nobody knows yet.
    pub fn serve(&mut self, end: usize, flaw: Option<Flaw>) {
        let Some(link) = &mut self.ends[end].link else { return };
        match link.up.pop_front() {
            Some(Up::Send(draft)) if flaw == Some(Flaw::AnswerBeforeCommit) => {
                link.work = Some(Work::Promised(draft));
                self.acknowledge(end, self.log.last().next(), draft, flaw);
            }
            Some(Up::Send(draft)) => {
                let gateway = link.gateway;
                link.work = Some(Work::Committed(self.log.place(draft, flaw), draft));
                self.commit(gateway, draft, flaw);
            }
            Some(Up::History(after)) => self.ends[end].hear(Down::Page(self.log.after(after, flaw)), flaw),
            None => {}
        }
    }

    /// What was committed becomes known: to the sender, and to everybody else.
    pub fn answer(&mut self, end: usize, flaw: Option<Flaw>) {
        let Some(link) = &mut self.ends[end].link else { return };
        let gateway = link.gateway;
        match link.work.take() {
            Some(Work::Committed(seq, draft)) => {
                self.acknowledge(end, seq, draft, flaw);
                if self.gateways[gateway].unannounced.contains(&seq) {
                    self.announce(gateway, seq, flaw);
                }
            }
            Some(Work::Promised(draft)) => self.commit(gateway, draft, flaw),
            None => {}
        }
    }

    /// A gateway reads on in a socket that nobody holds any more.
    pub fn haunt(&mut self, ghost: &(usize, Vec<Draft>), flaw: Option<Flaw>) {
        self.ghosts.remove(ghost);
        if let (gateway, [draft, rest @ ..]) = (ghost.0, ghost.1.as_slice()) {
            self.leave_behind(gateway, rest.to_vec());
            self.commit(gateway, *draft, flaw);
        }
    }

    /// A gateway tells its guests of an entry, and the other gateway if the entry is its own.
    pub fn announce(&mut self, gateway: usize, seq: Seq, flaw: Option<Flaw>) {
        let is_own = self.gateways[gateway].unannounced.remove(&seq);
        self.gateways[gateway].heard.remove(&seq);
        let Some(draft) = self.log.at(seq) else { return };
        for end in &mut self.ends {
            if end.link.as_ref().is_some_and(|link| link.gateway == gateway) {
                end.hear(Down::Entry(seq, draft), flaw);
            }
        }
        let other = &mut self.gateways[1 - gateway];
        if is_own && other.phase != Phase::Down {
            other.heard.insert(seq);
        }
    }

    /// A ping tells where the log ends.
    pub fn ping(&mut self, end: usize, flaw: Option<Flaw>) {
        self.ends[end].hear(Down::Head(self.log.last()), flaw);
    }

    /// The bus between the gateways loses a hint.
    pub fn lose_hint(&mut self, gateway: usize, seq: Seq) {
        self.gateways[gateway].heard.remove(&seq);
    }

    /// The store is busy: the gateway does not take the draft just now.
    pub fn refuse(&mut self, end: usize, flaw: Option<Flaw>) {
        let Some(link) = &mut self.ends[end].link else { return };
        if let Some(Up::Send(draft)) = link.up.pop_front() {
            self.ends[end].hear(Down::Busy(draft), flaw);
        }
    }

    /// The draft on the wire is said once more, over the same connection.
    pub fn repeat(&mut self, end: usize) {
        let Some(link) = &mut self.ends[end].link else { return };
        if let Some(Up::Send(draft)) = link.up.front().copied() {
            link.up.push_back(Up::Send(draft));
        }
    }

    /// Nothing reaches the end any more.
    pub fn break_link(&mut self, end: usize) {
        if let Some(link) = &mut self.ends[end].link {
            link.is_broken = true;
        }
    }

    /// It gives the broken connection up.
    pub fn give_up(&mut self, end: usize, flaw: Option<Flaw>) {
        self.change_link(end, None, flaw);
    }

    /// A tab is closed, or its process dies.
    pub fn kill(&mut self, end: usize, flaw: Option<Flaw>) {
        self.change_link(end, None, flaw);
        self.ends[end] = End { is_dead: true, ..End::default() };
    }

    /// A gateway dies. What was on disk stays; nobody hears of the rest.
    pub fn crash(&mut self, gateway: usize, flaw: Option<Flaw>) {
        self.gateways[gateway] = Gateway { phase: Phase::Down, ..Gateway::default() };
        for end in &mut self.ends {
            if end.link.as_ref().is_some_and(|link| link.gateway == gateway) {
                end.change_link(None, flaw);
            }
        }
        self.ghosts.retain(|(place, _)| *place != gateway);
    }

    /// A gateway sends its guests away.
    pub fn drain(&mut self, gateway: usize, flaw: Option<Flaw>) {
        self.gateways[gateway].phase = Phase::Draining;
        for end in &mut self.ends {
            if end.link.as_ref().is_some_and(|link| link.gateway == gateway) {
                end.hear(Down::Drain, flaw);
            }
        }
    }

    /// Forgets what can make no difference any more: worlds that differ in nothing else are one.
    pub fn tidy(&mut self) {
        let lines = self.log.lines();
        self.ghosts.retain(|(_, drafts)| !drafts.iter().all(|draft| lines.contains(draft)));
        for (number, gateway) in self.gateways.iter_mut().enumerate() {
            let guests =
                self.ends.iter().filter(|end| end.link.as_ref().is_some_and(|link| link.gateway == number));
            let settled = guests.map(End::settled).min().unwrap_or(Seq(u64::MAX));
            gateway.heard.retain(|seq| *seq > settled);
        }
        for end in &mut self.ends {
            if end.settled() == end.head {
                end.asked = None;
            }
        }
    }

    fn commit(&mut self, gateway: usize, draft: Draft, flaw: Option<Flaw>) {
        let (seq, is_new) = self.log.append(draft, flaw);
        if is_new {
            self.gateways[gateway].unannounced.insert(seq);
        }
    }

    fn acknowledge(&mut self, end: usize, seq: Seq, draft: Draft, flaw: Option<Flaw>) {
        let end = &mut self.ends[end];
        if end.link.as_ref().is_some_and(|link| !link.is_broken) {
            if self.log.at(seq) != Some(draft) {
                self.unfounded.insert((seq, draft));
            }
            end.hear(Down::Ok(seq, draft), flaw);
        }
    }

    fn change_link(&mut self, end: usize, link: Option<Link>, flaw: Option<Flaw>) {
        if let Some(left) = self.ends[end].change_link(link, flaw) {
            self.leave_behind(left.gateway, left.afterlife());
        }
    }

    fn leave_behind(&mut self, gateway: usize, drafts: Vec<Draft>) {
        if !drafts.is_empty() {
            self.ghosts.insert((gateway, drafts));
        }
    }
}
