//! One session's place as a task: carries out what its machine wants, in order.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use tieline_connector::{Bridge, Hint, Host, patience::with_patience};
use tieline_protocol::{Body, Millis, SessionId};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    task::JoinSet,
    time::sleep_until,
};

use crate::{
    address::Domains,
    element::Element,
    place::{Effect, Input, Place},
    service,
};

/// Rooms that come up at once: a server with a thousand sessions is not met by a thousand joins.
const TOGETHER: usize = 32;
/// Stanzas that wait for a room. What does not fit is read from the archive.
const WAITING: usize = 512;
/// How old the knowledge of who takes part may be when something happens.
const KNOWN_FOR: Duration = Duration::from_secs(5);

/// Something for a room.
#[derive(Debug)]
pub(crate) enum Event {
    /// There is a line, and this is where stanzas go.
    Up(mpsc::Sender<Element>),
    /// There is none.
    Down,
    /// A stanza from the room.
    Stanza(Box<Element>),
    /// The log may have more.
    Stirred,
    /// Somebody else answers it.
    Assigned,
    /// The visitor types, or does not any more.
    Typing(bool),
    /// The visitor has read up to there.
    Read(tieline_protocol::Seq),
}

impl Event {
    pub(crate) fn of(hint: Hint) -> Self {
        match hint {
            Hint::Stirred(_) => Self::Stirred,
            Hint::Typing(_, is_typing) => Self::Typing(is_typing),
            Hint::Read(_, seq) => Self::Read(seq),
            Hint::Assigned(_) => Self::Assigned,
        }
    }
}

/// What all rooms share.
#[derive(Clone)]
pub(crate) struct Shared<H> {
    pub(crate) domains: Domains,
    pub(crate) host: H,
    coming_up: Arc<Semaphore>,
    ended: mpsc::UnboundedSender<SessionId>,
}

impl<H> Shared<H> {
    pub(crate) fn new(domains: Domains, host: H, ended: mpsc::UnboundedSender<SessionId>) -> Self {
        Self { domains, host, coming_up: Arc::new(Semaphore::new(TOGETHER)), ended }
    }
}

/// A room's way in. Never waits for it.
#[derive(Debug)]
pub(crate) struct Handle {
    events: mpsc::UnboundedSender<Event>,
    stanzas: Arc<Semaphore>,
    is_overrun: Arc<AtomicBool>,
}

impl Handle {
    /// Tells the room. Stanzas that do not fit are left out, and the room reads the archive instead.
    pub(crate) fn tell(&self, event: Event) {
        if matches!(event, Event::Stanza(_)) {
            match self.stanzas.try_acquire() {
                Ok(place) => place.forget(),
                Err(_) => return self.is_overrun.store(true, Ordering::Release),
            }
        }
        // The task may have ended: then its session is over.
        let _ = self.events.send(event);
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.events.is_closed()
    }
}

/// Starts a room.
pub(crate) fn spawn<H: Host>(shared: Shared<H>, session: SessionId, tasks: &mut JoinSet<()>) -> Handle {
    let (events, inbox) = mpsc::unbounded_channel();
    let (stanzas, is_overrun) = (Arc::new(Semaphore::new(WAITING)), Arc::new(AtomicBool::new(false)));
    let handle = Handle { events, stanzas: Arc::clone(&stanzas), is_overrun: Arc::clone(&is_overrun) };
    let ended = shared.ended.clone();
    tasks.spawn(async move {
        if let Some(bridge) = with_patience(|| shared.host.bridge(session)).await {
            let place = Place::new(shared.domains.clone(), bridge);
            let seat = Seat { shared, session, inbox, stanzas, is_overrun, known_at: Instant::now() };
            let task = Task { seat, place, line: None, permit: None, began: Instant::now() };
            task.run().await;
        } else {
            refuse(&shared.domains, inbox).await;
        }
        let _ = ended.send(session);
    });
    handle
}

/// There is no such session here: whoever wrote to it hears so. A room is nobody to tell.
async fn refuse(domains: &Domains, mut inbox: mpsc::UnboundedReceiver<Event>) {
    inbox.close();
    let mut line = None;
    while let Some(event) = inbox.recv().await {
        match (event, &line) {
            (Event::Up(up), _) => line = Some(up),
            (Event::Stanza(stanza), Some(line)) => {
                if let Some(answer) = service::answer(&stanza, domains) {
                    // A line that has broken meanwhile takes none.
                    let _: Result<(), _> = line.send(answer).await;
                }
            }
            _ => {}
        }
    }
}

struct Seat<H> {
    shared: Shared<H>,
    session: SessionId,
    inbox: mpsc::UnboundedReceiver<Event>,
    stanzas: Arc<Semaphore>,
    is_overrun: Arc<AtomicBool>,
    known_at: Instant,
}

struct Task<H> {
    seat: Seat<H>,
    place: Place,
    line: Option<mpsc::Sender<Element>>,
    /// Held while the room comes up.
    permit: Option<OwnedSemaphorePermit>,
    began: Instant,
}

impl<H: Host> Task<H> {
    async fn run(mut self) {
        loop {
            let wake = self.place.next_wake().map(|at| self.began + Duration::from_millis(at.0));
            let woken = async {
                match wake {
                    Some(at) => sleep_until(at.into()).await,
                    None => std::future::pending().await,
                }
            };
            let input = tokio::select! {
                event = self.seat.inbox.recv() => match event {
                    Some(event) => self.input_of(event).await,
                    None => return,
                },
                () = woken => Some(Input::Wake),
            };
            if let Some(input) = input {
                if input == Input::Wake {
                    // A server that is silent about one room holds up no others.
                    self.permit = None;
                }
                let is_down = input == Input::Down;
                let was_done = self.place.is_done();
                self.carry_out(input).await;
                // A session that is over is not taken up again with the next line.
                if self.place.has_left() || (is_down && was_done) {
                    return;
                }
            }
            if self.seat.inbox.is_empty()
                && self.seat.is_overrun.swap(false, Ordering::AcqRel)
                && self.line.is_some()
            {
                self.carry_out(Input::Up).await;
            }
            if !self.place.is_coming_up() {
                self.permit = None;
            }
        }
    }

    async fn input_of(&mut self, event: Event) -> Option<Input> {
        Some(match event {
            Event::Up(line) => {
                self.line = Some(line);
                self.permit = Arc::clone(&self.seat.shared.coming_up).acquire_owned().await.ok();
                Input::Up
            }
            Event::Down => {
                (self.line, self.permit) = (None, None);
                Input::Down
            }
            Event::Stanza(stanza) => {
                self.seat.stanzas.add_permits(1);
                Input::Stanza(*stanza)
            }
            Event::Stirred => {
                if self.seat.known_at.elapsed() > KNOWN_FOR {
                    self.look_again().await;
                }
                Input::Stirred
            }
            Event::Assigned => {
                self.look_again().await;
                return None;
            }
            Event::Typing(is_typing) => Input::Typing(is_typing),
            Event::Read(seq) => Input::Seen(self.seat.shared.host.name_at(self.seat.session, seq).await?),
        })
    }

    /// Who takes part may have changed.
    async fn look_again(&mut self) {
        if let Some(bridge) = self.bridge().await {
            self.carry_out(Input::Bridge(Box::new(bridge))).await;
        }
    }

    async fn bridge(&mut self) -> Option<Bridge> {
        self.seat.known_at = Instant::now();
        let (host, session) = (&self.seat.shared.host, self.seat.session);
        with_patience(|| host.bridge(session)).await
    }

    async fn carry_out(&mut self, input: Input) {
        let mut effects: VecDeque<Effect> = self.handle(input).into();
        while let Some(effect) = effects.pop_front() {
            for answer in self.do_it(effect).await {
                effects.extend(self.handle(answer));
            }
        }
    }

    fn handle(&mut self, input: Input) -> Vec<Effect> {
        let now = Millis(u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX));
        self.place.handle(now, input)
    }

    async fn do_it(&mut self, effect: Effect) -> Vec<Input> {
        let (host, session) = (self.seat.shared.host.clone(), self.seat.session);
        match effect {
            Effect::Send(stanza) => {
                if let Some(line) = &self.line {
                    // A line that has broken meanwhile is told of by `Down`.
                    let _ = line.send(stanza).await;
                }
            }
            Effect::ReadLog(after) => {
                let due = with_patience(|| host.due(session, after)).await;
                let mut answers = Vec::new();
                if due.iter().any(|due| due.entry.body == Body::Closed) {
                    answers.extend(self.bridge().await.map(|bridge| Input::Bridge(Box::new(bridge))));
                }
                answers.push(Input::Due(due));
                return answers;
            }
            Effect::Take { who, heard } => {
                let taken = with_patience(|| host.take(heard.clone())).await;
                return vec![Input::Taken { who, taken }];
            }
            Effect::Handed(handed) => {
                with_patience(|| host.handed(session, handed.clone())).await;
            }
            Effect::Delivered { account, names } => {
                host.delivered(session, &account, names).await;
            }
            Effect::Told(turn) => with_patience(|| host.told(session, turn)).await,
            Effect::Read { account, names } => {
                host.read(session, &account, names).await;
            }
            Effect::Typing { account, is_typing } => {
                host.typing(session, &account, is_typing).await;
            }
            Effect::Attend { account, is_here } => {
                host.attend(session, &account, is_here).await;
            }
            Effect::Trouble(what) => {
                tracing::warn!(session.id = %session, what, "a session on the XMPP server");
            }
        }
        Vec::new()
    }
}
