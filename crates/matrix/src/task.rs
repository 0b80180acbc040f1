//! One room as a task: carries out what its machine wants, in order.

use std::{
    collections::VecDeque,
    future::{Future, pending},
    pin::Pin,
    time::{Duration, Instant},
};

use tieline_connector::{self as connector, Bridge, Hint, Host, Trouble, patience::with_patience};
use tieline_protocol::{Body, Millis, SessionId};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::sleep_until,
};

use crate::{
    address::Server,
    ask::{Answer, Ask, Failure},
    client::Client,
    heard::{Ephemeral, Event as Said},
    room::{Effect, Input, Room},
};

/// How old the knowledge of who takes part may be when something happens.
const KNOWN_FOR: Duration = Duration::from_secs(5);
/// What is told as well as it goes. More than that waits for a homeserver that does not answer.
const TELLINGS: usize = 32;

/// Something for a room.
#[derive(Debug)]
pub(crate) enum Event {
    /// The homeserver is there, maybe again.
    Up,
    /// The homeserver was gone, if only for a moment.
    Cut,
    /// Something was said. Told when it is kept.
    Said(Box<Said>, oneshot::Sender<()>),
    /// Something was said, and may be brought or not.
    News {
        /// The event.
        event: String,
        /// Who.
        sender: String,
    },
    /// Something that is not kept.
    Ephemeral(Ephemeral),
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
    pub(crate) server: Server,
    pub(crate) client: Client,
    pub(crate) host: H,
    pub(crate) told: mpsc::UnboundedSender<Told>,
}

/// What a room tells the runner.
#[derive(Debug)]
pub(crate) enum Told {
    /// The session's room is that one.
    Placed(String, SessionId),
    /// The task has ended.
    Ended(SessionId),
}

/// A room's way in. Never waits for it.
#[derive(Debug)]
pub(crate) struct Handle {
    events: mpsc::UnboundedSender<Event>,
}

impl Handle {
    /// Tells the room. Gives the event back if the task has ended.
    pub(crate) fn tell(&self, event: Event) -> Result<(), Event> {
        self.events.send(event).map_err(|unsent| unsent.0)
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.events.is_closed()
    }
}

/// Starts a room.
pub(crate) fn spawn<H: Host>(shared: Shared<H>, session: SessionId, tasks: &mut JoinSet<()>) -> Handle {
    let (events, mut inbox) = mpsc::unbounded_channel();
    let told = shared.told.clone();
    tasks.spawn(async move {
        if let Some(bridge) = with_patience(|| shared.host.bridge(session)).await {
            if let Some(place) = &bridge.place {
                // The runner outlives its rooms.
                let _ = shared.told.send(Told::Placed(place.clone(), session));
            }
            let room = Room::new(shared.server.clone(), bridge);
            Task::new(shared, session, inbox, room).run().await;
        } else {
            // The platform has no part in it any more: there is nothing to keep.
            inbox.close();
            while let Some(event) = inbox.recv().await {
                if let Event::Said(_, kept) = event {
                    let _ = kept.send(());
                }
            }
        }
        let _ = told.send(Told::Ended(session));
    });
    Handle { events }
}

type Asking = Pin<Box<dyn Future<Output = Result<Answer, Failure>> + Send>>;

struct Task<H> {
    shared: Shared<H>,
    session: SessionId,
    inbox: mpsc::UnboundedReceiver<Event>,
    room: Room,
    asking: Asking,
    /// What is told one after the other, and the one on its way.
    tellings: VecDeque<Ask>,
    telling: Option<Asking>,
    /// Told when what was brought is kept.
    unkept: Vec<oneshot::Sender<()>>,
    known_at: Instant,
    began: Instant,
}

impl<H: Host> Task<H> {
    fn new(shared: Shared<H>, session: SessionId, inbox: mpsc::UnboundedReceiver<Event>, room: Room) -> Self {
        let (asking, now): (Asking, _) = (Box::pin(pending()), Instant::now());
        let (tellings, telling, unkept) = (VecDeque::new(), None, Vec::new());
        Self { shared, session, inbox, room, asking, tellings, telling, unkept, known_at: now, began: now }
    }

    async fn run(mut self) {
        self.carry_out(Input::Stirred).await;
        loop {
            let wake = self.room.next_wake().map(|at| self.began + Duration::from_millis(at.0));
            let woken = async {
                match wake {
                    Some(at) => sleep_until(at.into()).await,
                    None => pending().await,
                }
            };
            if self.telling.is_none() {
                self.telling = self.tellings.pop_front().map(|ask| self.ask(ask));
            }
            let told = async {
                match &mut self.telling {
                    Some(telling) => drop(telling.await),
                    None => pending().await,
                }
            };
            tokio::select! {
                event = self.inbox.recv() => match event {
                    Some(event) => self.take(event).await,
                    None => return,
                },
                answer = &mut self.asking => {
                    self.asking = Box::pin(pending());
                    self.carry_out(Input::Answered(answer)).await;
                }
                () = told => self.telling = None,
                () = woken => self.carry_out(Input::Wake).await,
            }
            if !self.room.is_holding() {
                for kept in self.unkept.drain(..) {
                    // Whoever brought it may have gone; then it is brought again.
                    let _ = kept.send(());
                }
            }
            if self.room.is_done() && self.telling.is_none() && self.tellings.is_empty() {
                // What was said meanwhile is heard still, and then the inbox ends.
                self.inbox.close();
            }
        }
    }

    async fn take(&mut self, event: Event) {
        match event {
            Event::Up => self.carry_out(Input::Up).await,
            Event::Cut => self.carry_out(Input::Cut).await,
            Event::Said(said, kept) => {
                self.carry_out(Input::Event(*said)).await;
                self.unkept.push(kept);
            }
            Event::News { event, sender } => self.carry_out(Input::News { event, sender }).await,
            Event::Ephemeral(ephemeral) => self.carry_out(Input::Ephemeral(ephemeral)).await,
            Event::Stirred => {
                if self.known_at.elapsed() > KNOWN_FOR {
                    self.look_again().await;
                }
                self.carry_out(Input::Stirred).await;
            }
            Event::Assigned => self.look_again().await,
            Event::Typing(is_typing) => self.carry_out(Input::Typing(is_typing)).await,
            Event::Read(seq) => {
                if let Some(name) = self.shared.host.name_at(self.session, seq).await {
                    self.carry_out(Input::Seen(name)).await;
                }
            }
        }
    }

    /// Who takes part may have changed.
    async fn look_again(&mut self) {
        if let Some(bridge) = self.bridge().await {
            self.carry_out(Input::Bridge(Box::new(bridge))).await;
        }
    }

    async fn bridge(&mut self) -> Option<Bridge> {
        self.known_at = Instant::now();
        let (host, session) = (&self.shared.host, self.session);
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
        self.room.handle(now, input)
    }

    /// Begins to ask.
    fn ask(&self, ask: Ask) -> Asking {
        let (client, host) = (self.shared.client.clone(), self.shared.host.clone());
        Box::pin(async move {
            let mut bytes = None;
            if let Ask::Upload { file, .. } = &ask {
                let later = |trouble: Trouble| Failure::Later { why: trouble.to_string(), after: None };
                bytes = host.file_bytes(*file).await.map_err(later)?;
                if bytes.is_none() {
                    let (code, why) = (String::new(), "it is not there any more".to_owned());
                    return Err(Failure::Refused { status: 404, code, why });
                }
            }
            client.ask(&ask, bytes).await
        })
    }

    async fn do_it(&mut self, effect: Effect) -> Vec<Input> {
        let (host, session) = (self.shared.host.clone(), self.session);
        match effect {
            Effect::Ask(ask) => self.asking = self.ask(ask),
            Effect::Tell(ask) => {
                if self.tellings.len() < TELLINGS {
                    self.tellings.push_back(ask);
                }
            }
            Effect::Placed(room) => {
                with_patience(|| host.placed(session, room.clone())).await;
                let _ = self.shared.told.send(Told::Placed(room, session));
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
            Effect::Take { sender, event, mut heard } => {
                if let connector::Said::File { url, .. } = &mut heard.said
                    && let Some(lies_at) = self.shared.client.media_url(url)
                {
                    *url = lies_at;
                }
                let taken = with_patience(|| host.take(heard.clone())).await;
                return vec![Input::Taken { sender, event, taken }];
            }
            Effect::Handed(handed) => with_patience(|| host.handed(session, handed.clone())).await,
            Effect::Told(turn) => with_patience(|| host.told(session, turn)).await,
            Effect::Read { account, event } => host.read(session, &account, vec![event]).await,
            Effect::Typing { account, is_typing } => host.typing(session, &account, is_typing).await,
            Effect::Attend { account, is_here } => host.attend(session, &account, is_here).await,
            Effect::Trouble(what) => tracing::warn!(session.id = %session, what, "a session's room"),
        }
        Vec::new()
    }
}
