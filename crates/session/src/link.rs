//! The one connection: when to dial, when to give up on a silent peer, when to come back.
//!
//! Knows nothing of chats. Full jitter spreads the returning clients; a close code's range alone says whether to return.

use tieline_protocol::{ClientFrame, CloseCode, Millis, Outgoing, Retry, client::Beat, server::PingPlan};

use crate::{
    alarm::Alarm,
    effect::{Effect, Event},
    jitter::Jitter,
};

mod next;
mod state;

use next::Next;
use state::State;
pub(crate) use state::{Cure, Lack};

/// A phone on a bad network needs that long; nobody waits longer.
const DIAL_LIMIT: Millis = Millis::secs(10);
/// From `hello` to `welcome`.
const HELLO_LIMIT: Millis = Millis::secs(10);
/// After a sign of trouble the gateway has so long to say anything at all.
const PROBE_LIMIT: Millis = Millis::secs(3);
/// First pause; doubled each time, and each pause is anything from nothing up to it.
const FIRST_PAUSE: Millis = Millis(500);
/// Longest pause.
const LONGEST_PAUSE: Millis = Millis::secs(30);
/// Shorter trouble than this is nobody's business.
const NOTICE_AFTER: Millis = Millis::secs(2);
/// Nor is a gateway that said it would go and comes back by then: a new version, not trouble.
const RESTART_UNSEEN: Millis = Millis::secs(6);
/// A gateway that is not back so long after it was to be gone has met with trouble after all.
const LONGEST_RESTART: Millis = Millis::secs(30);
/// While one restarts the pauses do not grow beyond that of the second try.
const RESTART_TRIES: u32 = 1;
/// A `hello` refused as malformed this long after it went out was not malformed but late: a frozen tab.
const HELLO_LATE: Millis = Millis::secs(5);

/// The connection of one end.
#[derive(Debug)]
pub(crate) struct Link {
    state: State,
    /// The connection that follows this one, while the gateway drains.
    next: Next,
    /// Failures since the last `welcome`.
    tries: u32,
    /// Why the line is down since then; none while it is up or unwanted.
    down: Option<Alarm>,
    /// The gateway said that it leaves: until then its absence is a restart.
    restart: Option<Alarm>,
    has_been_live: bool,
    is_offline: bool,
    /// The page said that it has no token.
    is_signed_out: bool,
    plan: PingPlan,
    nonce: u32,
    pub(crate) jitter: Jitter,
}

impl Link {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            state: State::Idle,
            next: Next::Unwanted,
            tries: 0,
            down: None,
            restart: None,
            has_been_live: false,
            is_offline: false,
            is_signed_out: false,
            plan: PingPlan { every_ms: Millis::secs(25), grace_ms: Millis::secs(10) },
            nonce: 0,
            jitter: Jitter::new(seed),
        }
    }

    /// Somebody wants to talk.
    pub(crate) fn start(&mut self, now: Millis, out: &mut Vec<Effect>) {
        if self.state == State::Idle {
            self.dial(now, out);
        }
    }

    /// The socket is open. True: say hello.
    pub(crate) fn opened(&mut self, now: Millis) -> bool {
        if !matches!(self.state, State::Dialling { .. }) {
            return false;
        }
        self.state =
            State::Greeting { limit: Alarm::after(now, HELLO_LIMIT), late: Alarm::after(now, HELLO_LATE) };
        true
    }

    /// `welcome` came, on the first socket or on the second that has just taken its place.
    pub(crate) fn welcomed(&mut self, now: Millis, plan: PingPlan) {
        self.plan = plan;
        self.tries = 0;
        self.down = None;
        self.restart = None;
        self.has_been_live = true;
        self.is_signed_out = false;
        // What was heard proves the browser wrong.
        self.is_offline = false;
        self.next = Next::Unwanted;
        self.state = State::Live { silent: Alarm::after(now, self.silence()), probe: None };
    }

    /// Any frame shows that the peer lives.
    pub(crate) fn heard(&mut self, now: Millis) {
        let patience = self.silence();
        if let State::Live { silent, probe } = &mut self.state {
            *silent = Alarm::after(now, patience);
            *probe = None;
        }
    }

    /// The socket closed by itself or by the gateway.
    pub(crate) fn closed(&mut self, now: Millis, code: CloseCode, cure: Cure, out: &mut Vec<Effect>) {
        let came_late = match self.state {
            State::Greeting { late, .. } => code == CloseCode::BAD_HELLO && late.is_due(now),
            State::Dialling { .. } | State::Live { .. } => false,
            _ => return,
        };
        if code == CloseCode::DRAIN {
            self.expect_restart(now, Millis(0));
        }
        self.trouble(now);
        let is_curable = code.retry() == Retry::Later && matches!(cure, Cure::Pause { .. });
        if is_curable && self.promote(out) {
            return;
        }
        self.drop_next(out);
        match code.retry() {
            _ if cure == Cure::None => self.dial(now, out),
            _ if came_late => self.pause(now, Millis(0)),
            Retry::Never if code == CloseCode::VERSION => self.outdated(out, false),
            Retry::Never => {
                self.state = State::Refused;
                out.push(Effect::Tell(Event::Refused));
            }
            Retry::SignIn | Retry::Later => match cure {
                Cure::Ask(lack) => self.ask(now, lack, out),
                Cure::Pause { at_least } => self.pause(now, at_least),
                Cure::None => {}
            },
        }
    }

    /// The copy or the peer cannot be trusted: leave this connection, come back on another.
    pub(crate) fn abandon(&mut self, now: Millis, code: CloseCode, out: &mut Vec<Effect>) {
        if self.state.has_socket() {
            self.drop_next(out);
            out.push(Effect::HangUp(code));
            self.trouble(now);
            self.pause(now, Millis(0));
        }
    }

    /// Another person, or the same with a better proof: dial afresh if there was, or should be, a connection.
    pub(crate) fn redial(&mut self, now: Millis, out: &mut Vec<Effect>) {
        self.is_signed_out = false;
        self.drop_next(out);
        if self.state.has_socket() {
            out.push(Effect::HangUp(CloseCode::BYE));
        }
        if !matches!(self.state, State::Idle | State::Asleep | State::Outdated) {
            self.trouble(now);
            self.dial(now, out);
        }
    }

    /// The page gave what the next `hello` lacked.
    pub(crate) fn provided(&mut self, now: Millis, lack: Lack, out: &mut Vec<Effect>) {
        if matches!(self.state, State::Asking { what, .. } if what == lack) {
            self.is_signed_out = false;
            // A fresh proof that is refused again and again must not become a busy loop.
            if self.tries > 1 {
                self.pause(now, Millis(0));
            } else {
                self.dial(now, out);
            }
        }
    }

    /// The page could not. It is asked again after a pause: its backend may have been down as well.
    pub(crate) fn not_provided(&mut self, now: Millis) {
        if let State::Asking { what, .. } = self.state {
            self.is_signed_out |= what == Lack::Token;
            let again = Alarm::after(now, self.next_pause(now).max(FIRST_PAUSE));
            self.state = State::Asking { what, again };
        }
    }

    /// Network, tab or page came back.
    pub(crate) fn woke(&mut self, now: Millis, out: &mut Vec<Effect>) {
        self.is_offline = false;
        match self.state {
            State::Waiting { .. } | State::Asleep => {
                self.tries = 0;
                self.trouble(now);
                self.dial(now, out);
            }
            State::Live { .. } => self.probe(now, out),
            // It was begun before the tab slept or the network changed, and may wait for nobody.
            State::Dialling { limit } | State::Greeting { limit, .. } if limit.has_run(now, PROBE_LIMIT) => {
                out.push(Effect::HangUp(CloseCode::BYE));
                self.dial(now, out);
            }
            State::Asking { what, .. } => self.ask(now, what, out),
            _ => {}
        }
    }

    /// The browser says there is no network. It is wrong at times, so nothing is torn down for it.
    pub(crate) fn went_offline(&mut self, now: Millis, out: &mut Vec<Effect>) {
        self.is_offline = true;
        self.probe(now, out);
    }

    /// Asks whether anybody is there.
    pub(crate) fn probe(&mut self, now: Millis, out: &mut Vec<Effect>) {
        if let State::Live { probe: probe @ None, .. } = &mut self.state {
            *probe = Some(Alarm::after(now, PROBE_LIMIT));
            self.nonce = self.nonce.wrapping_add(1);
            out.push(Effect::Send(Outgoing {
                id: None,
                frame: ClientFrame::Ping(Beat { nonce: self.nonce }),
            }));
        }
    }

    /// The page goes away: a socket must not keep it out of the back/forward cache.
    pub(crate) fn hidden(&mut self, out: &mut Vec<Effect>) {
        self.drop_next(out);
        if self.state.has_socket() {
            out.push(Effect::HangUp(CloseCode::BYE));
        }
        if !matches!(self.state, State::Idle | State::Refused | State::Outdated) {
            self.state = State::Asleep;
            self.down = None;
        }
    }

    /// The gateway said something that this build must not ignore.
    pub(crate) fn outdated(&mut self, out: &mut Vec<Effect>, hang_up: bool) {
        self.drop_next(out);
        if hang_up && self.state.has_socket() {
            out.push(Effect::HangUp(CloseCode::BYE));
        }
        self.state = State::Outdated;
    }

    /// Time has passed.
    pub(crate) fn tick(&mut self, now: Millis, out: &mut Vec<Effect>) {
        let is_due = |alarm: Option<Alarm>| alarm.is_some_and(|alarm| alarm.is_due(now));
        match self.state {
            State::Dialling { limit } | State::Greeting { limit, .. } if limit.is_due(now) => {
                self.abandon(now, CloseCode::BYE, out);
            }
            State::Live { silent, probe } if silent.is_due(now) || is_due(probe) => {
                out.push(Effect::HangUp(CloseCode::NO_PONG));
                self.trouble(now);
                if !self.promote(out) {
                    self.next = Next::Unwanted;
                    self.dial(now, out);
                }
            }
            State::Live { .. } => self.tick_next(now, out),
            State::Waiting { until } if until.is_due(now) => self.dial(now, out),
            State::Asking { what, again } if again.is_due(now) => self.ask(now, what, out),
            _ => {}
        }
    }

    /// A pause after so many failures.
    pub(crate) fn pause_after(&mut self, tries: u32) -> Millis {
        let longest = FIRST_PAUSE.0.saturating_mul(1 << tries.min(16));
        self.jitter.up_to(Millis(longest).min(LONGEST_PAUSE))
    }

    fn silence(&self) -> Millis {
        self.plan.every_ms + self.plan.grace_ms
    }

    /// The gateway will be gone after `stay`, and another one in its place soon.
    fn expect_restart(&mut self, now: Millis, stay: Millis) {
        self.restart.get_or_insert(Alarm::after(now, stay + LONGEST_RESTART));
    }

    fn is_restart(&self, now: Millis) -> bool {
        self.restart.is_some_and(|over| !over.is_due(now))
    }

    fn trouble(&mut self, now: Millis) {
        let unseen = if self.is_restart(now) { RESTART_UNSEEN } else { NOTICE_AFTER };
        self.down.get_or_insert(Alarm::after(now, unseen));
    }

    fn dial(&mut self, now: Millis, out: &mut Vec<Effect>) {
        self.trouble(now);
        self.state = State::Dialling { limit: Alarm::after(now, DIAL_LIMIT) };
        out.push(Effect::Dial);
    }

    fn ask(&mut self, now: Millis, what: Lack, out: &mut Vec<Effect>) {
        self.tries = self.tries.saturating_add(1);
        self.state = State::Asking { what, again: Alarm::after(now, LONGEST_PAUSE) };
        out.push(match what {
            Lack::Token => Effect::FetchToken,
            Lack::Ticket => Effect::FetchTicket,
        });
    }

    fn pause(&mut self, now: Millis, at_least: Millis) {
        let wait = self.next_pause(now).max(at_least);
        self.state = State::Waiting { until: Alarm::after(now, wait) };
    }

    fn next_pause(&mut self, now: Millis) -> Millis {
        let most = if self.is_restart(now) { RESTART_TRIES } else { u32::MAX };
        let wait = self.pause_after(self.tries.min(most));
        self.tries = self.tries.saturating_add(1);
        wait
    }
}

#[cfg(test)]
mod tests;
