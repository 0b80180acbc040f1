//! A tab: the session's machine between its sockets, its browser and its person. What `crates/driver` is in a real one.

use std::{rc::Rc, time::Duration};

use tieline_protocol::{Auth, ClientFrame, CloseCode, Outgoing};
use tieline_session::{Effect, Input};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::spawn_local,
    time::{Instant, timeout_at},
};

use crate::{
    browser::{Chore, Fact, do_chores},
    person::{Person, Side},
    time,
    wire::Wire,
};

/// One tab, from loading to its end.
struct Shell {
    person: Rc<Person>,
    ears: UnboundedSender<Fact>,
    chores: UnboundedSender<Chore>,
    wire: Option<Wire>,
    next: Option<Wire>,
    wires: u64,
}

/// What runs on a person's host.
///
/// # Errors
/// Never: it ends with its host.
pub(crate) async fn run(person: Rc<Person>) -> turmoil::Result {
    let (ears, mut facts) = unbounded_channel();
    let (chores, to_do) = unbounded_channel();
    person.open_tab(ears.clone());
    spawn_local(do_chores(Rc::clone(&person), to_do));
    let records = person.browser.disk.borrow().records.clone();
    let mut shell = Shell { person, ears, chores, wire: None, next: None, wires: 0 };
    for input in [Input::Restored(records), Input::Start, Input::PanelShown] {
        shell.feed(input);
    }
    while let Some(fact) = shell.next_fact(&mut facts).await {
        let input = match fact {
            Fact::Act(act) => shell.person.input_of(act),
            Fact::Told(input) => Some(input),
            Fact::Wire(number, input) => shell.input_of(number, input),
        };
        if let Some(input) = input {
            shell.feed(input);
        }
    }
    Ok(())
}

impl Shell {
    async fn next_fact(&self, facts: &mut UnboundedReceiver<Fact>) -> Option<Fact> {
        let Some(wake) = self.person.next_wake() else { return facts.recv().await };
        let left = Duration::from_millis((wake - time::now()).0);
        timeout_at(Instant::now() + left, facts.recv()).await.unwrap_or(Some(Fact::Told(Input::Tick)))
    }

    /// What a socket says, by the part that it plays now. What one says that was let go is nobody's business.
    fn input_of(&mut self, number: u64, input: Input) -> Option<Input> {
        let is = |wire: &Option<Wire>| wire.as_ref().is_some_and(|wire| wire.number == number);
        let is_closed = matches!(input, Input::SocketClosed(_));
        if is(&self.wire) {
            self.wire.take_if(|_| is_closed);
            return Some(input);
        }
        if !is(&self.next) {
            return None;
        }
        self.next.take_if(|_| is_closed);
        Some(match input {
            Input::SocketOpened => Input::NextOpened,
            Input::Received { id, frame } => Input::NextReceived { id, frame },
            Input::SocketClosed(code) => Input::NextClosed(code),
            other => other,
        })
    }

    fn feed(&mut self, input: Input) {
        for effect in self.person.handle(input) {
            self.carry_out(effect);
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Dial => self.wire = Some(self.dial()),
            Effect::HangUp(code) => hang_up(self.wire.take(), code),
            Effect::Send(frame) => send(self.wire.as_ref(), frame),
            Effect::DialNext => self.next = Some(self.dial()),
            Effect::SendNext(frame) => send(self.next.as_ref(), frame),
            Effect::Switch => {
                hang_up(self.wire.take(), CloseCode::BYE);
                self.wire = self.next.take();
            }
            Effect::DropNext => hang_up(self.next.take(), CloseCode::BYE),
            // The storage lives as long as the tab.
            Effect::Save(record) => drop(self.chores.send(Chore::Keep(Box::new(record)))),
            Effect::Forget(draft_id) => drop(self.chores.send(Chore::Forget(draft_id))),
            Effect::KeepVisitorToken { token, .. } => {
                self.person.browser.disk.borrow_mut().token = Some(token);
            }
            Effect::FetchToken => self.answer(match self.person.side {
                Side::Agent => Input::TokenArrived(Auth::Agent { token: self.person.agent_token() }),
                Side::Visitor => Input::TokenFailed,
            }),
            Effect::FetchTicket => self.answer(Input::TicketArrived(self.person.ticket())),
            // Nobody gives a file here.
            Effect::Upload { .. } | Effect::StopUpload(_) | Effect::Compose(_) | Effect::Tell(_) => {}
        }
    }

    fn dial(&mut self) -> Wire {
        self.wires += 1;
        Wire::dial(self.wires, self.ears.clone())
    }

    fn answer(&self, input: Input) {
        let _ = self.ears.send(Fact::Told(input));
    }
}

fn hang_up(wire: Option<Wire>, code: CloseCode) {
    if let Some(wire) = wire {
        wire.close(code);
    }
}

/// A frame that finds no socket is lost on purpose: the session says it again after the next `welcome`.
fn send(wire: Option<&Wire>, frame: Outgoing<ClientFrame>) {
    if let Some(wire) = wire {
        wire.send(frame);
    }
}
