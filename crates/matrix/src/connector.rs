//! Runs the rooms: hands them what the homeserver brings and what happens in the sessions, and watches whether the homeserver is
//! there.
//!
//! Each room is a task ([`crate::task`]), so that one whose session waits for the disk holds up no other.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use tieline_connector::{Hint, Host, Standing, Trouble, backoff::Backoff, patience::chance};
use tieline_protocol::SessionId;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::sleep_until,
};

use crate::{
    address::Server,
    ask::{Answer, Ask, Failure, News},
    client::Client,
    door::{Arrival, Inbox},
    heard::{self, Kind},
    task::{self, Event, Handle, Shared, Told},
};

/// The registration's id.
pub const SERVICE_ID: &str = "tieline";
/// How often the homeserver is asked to ask back.
const BETWEEN_PINGS: Duration = Duration::from_secs(30);

/// Where the homeserver is, and who we are there.
#[derive(Clone)]
pub struct Setup {
    /// Its address.
    pub homeserver: String,
    /// Its name.
    pub server_name: String,
    /// The token that the gateway shows it.
    pub token: String,
}

impl std::fmt::Debug for Setup {
    /// Without the token: whoever writes a configuration into a trace means no harm.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { homeserver, server_name, .. } = self;
        f.debug_struct("Setup")
            .field("homeserver", homeserver)
            .field("server_name", server_name)
            .finish_non_exhaustive()
    }
}

/// Serves until it is dropped. `hints` tell what happens in the sessions, `inbox` what the homeserver brings.
pub async fn run<H: Host>(setup: Setup, host: H, mut hints: mpsc::UnboundedReceiver<Hint>, mut inbox: Inbox) {
    host.report(Standing::Dialling);
    let client = match Client::new(&setup.homeserver, &setup.token) {
        Ok(client) => client,
        Err(why) => return host.report(Standing::Down { why }),
    };
    let (told, mut tellings) = mpsc::unbounded_channel();
    let shared =
        Shared { server: Server(setup.server_name), client: client.clone(), host: host.clone(), told };
    let mut rooms = Rooms { shared, rooms: HashMap::new(), places: HashMap::new(), tasks: JoinSet::new() };
    let mut watch = Watch::new(host, rooms.shared.server.service());
    let mut are_loaded = false;
    loop {
        if !are_loaded {
            are_loaded = rooms.load().await;
        }
        let (next_at, ask) = (watch.next_at, watch.next());
        let looking = async {
            sleep_until(next_at.into()).await;
            client.ask(&ask, None).await
        };
        tokio::pin!(looking);
        // A question on its way is not given up for a hint.
        let answer = loop {
            tokio::select! {
                answer = &mut looking => break answer,
                Some(arrival) = inbox.arrivals.recv() => rooms.take(arrival).await,
                Some(hint) = hints.recv() => rooms.hint(hint),
                Some(told) = tellings.recv() => rooms.note(told),
            }
        };
        let news = match &answer {
            Ok(Answer::Held { news, .. }) => news.clone(),
            _ => Vec::new(),
        };
        for news in news {
            rooms.take_news(news);
        }
        match watch.take(answer) {
            Some(Change::Back) => rooms.tell_all(|| Event::Up),
            Some(Change::Gone) => rooms.tell_all(|| Event::Cut),
            None => {}
        }
    }
}

/// Whether the homeserver is there, and the way to it and back.
///
/// In turn, the homeserver is asked to ask back, and a line to it is held. So its death is seen at once, also where it is back
/// before anybody wants something of it; and what it says on the line makes up for what it does not bring.
struct Watch<H> {
    host: H,
    service: String,
    standing: Standing,
    backoff: Backoff,
    next_at: Instant,
    step: Step,
    /// When the homeserver last reached the gateway.
    asked_back_at: Instant,
    /// What the line before ended with.
    since: Option<String>,
}

/// What the homeserver is asked next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Register,
    Ping,
    Hold,
}

/// What the rooms are to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Back,
    Gone,
}

impl<H: Host> Watch<H> {
    fn new(host: H, service: String) -> Self {
        let backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(30));
        let (standing, now) = (Standing::Dialling, Instant::now());
        Self {
            host,
            service,
            standing,
            backoff,
            next_at: now,
            step: Step::Register,
            asked_back_at: now,
            since: None,
        }
    }

    fn next(&self) -> Ask {
        let user = self.service.clone();
        match self.step {
            Step::Register => Ask::Register { user },
            Step::Ping => Ask::Ping { service: SERVICE_ID.to_owned() },
            Step::Hold => Ask::Hold { user, since: self.since.clone() },
        }
    }

    /// Takes in how it went.
    fn take(&mut self, answer: Result<Answer, Failure>) -> Option<Change> {
        self.next_at = Instant::now();
        let step = self.step;
        let failure = match (step, answer) {
            (Step::Hold, Ok(Answer::Held { since, .. })) => {
                self.since = Some(since);
                if self.asked_back_at.elapsed() > BETWEEN_PINGS {
                    self.step = Step::Ping;
                }
                return None;
            }
            (Step::Register, Err(Failure::Refused { code, .. })) if code == "M_USER_IN_USE" => None,
            // An older server cannot ask back; it is there.
            (Step::Ping, Err(Failure::Refused { code, .. })) if code == "M_UNRECOGNIZED" => None,
            // One that holds no line is looked at from time to time.
            (Step::Hold, Err(Failure::Refused { .. })) => {
                (self.step, self.since) = (Step::Ping, None);
                self.next_at += BETWEEN_PINGS;
                return None;
            }
            (_, Err(failure)) => Some(failure),
            (_, Ok(_)) => None,
        };
        match (failure, step) {
            (Some(failure), _) => {
                self.next_at += self.backoff.next(chance());
                self.step = if step == Step::Register { step } else { Step::Ping };
                self.since = None;
                let was_up = self.standing == Standing::Up;
                let why = reason(&failure);
                if was_up || self.standing == Standing::Dialling {
                    tracing::warn!(error.what = %why, "the homeserver is not there");
                }
                self.stand(Standing::Down { why });
                was_up.then_some(Change::Gone)
            }
            (None, Step::Register) => {
                self.step = Step::Ping;
                None
            }
            (None, _) => {
                (self.step, self.asked_back_at) = (Step::Hold, Instant::now());
                let is_new = self.standing != Standing::Up;
                if is_new {
                    tracing::info!("the homeserver is there, and reaches the gateway");
                }
                self.backoff.reset();
                self.stand(Standing::Up);
                is_new.then_some(Change::Back)
            }
        }
    }

    fn stand(&mut self, standing: Standing) {
        self.host.report(standing.clone());
        self.standing = standing;
    }
}

/// In a sentence for an operator. Some servers answer a ping that failed with 502, so the code may stand within the words.
fn reason(failure: &Failure) -> String {
    let why = failure.to_string();
    let says = |code: &str| why.contains(code);
    let sentence = if says("M_CONNECTION_FAILED") || says("M_CONNECTION_TIMEOUT") {
        "the homeserver does not reach the gateway: is the registration's url right, and open to it?"
    } else if says("M_BAD_STATUS") {
        "the homeserver reaches something else, or with another token: is its registration the newest?"
    } else if says("M_FORBIDDEN") {
        "the homeserver knows the token, but not as tieline's: is its registration the newest?"
    } else {
        &why
    };
    sentence.to_owned()
}

/// All rooms.
struct Rooms<H> {
    shared: Shared<H>,
    rooms: HashMap<SessionId, Handle>,
    places: HashMap<String, SessionId>,
    tasks: JoinSet<()>,
}

impl<H: Host> Rooms<H> {
    /// Makes rooms of all sessions that have something to do with the platform.
    async fn load(&mut self) -> bool {
        match self.shared.host.sessions().await {
            Ok(sessions) => {
                for session in sessions {
                    self.room(session);
                }
                true
            }
            Err(trouble) => {
                tracing::warn!(error.what = %trouble, "the sessions could not be read");
                false
            }
        }
    }

    fn room(&mut self, session: SessionId) -> &Handle {
        let (shared, tasks) = (&self.shared, &mut self.tasks);
        let spawn = |tasks: &mut JoinSet<()>| task::spawn(shared.clone(), session, tasks);
        let handle = self.rooms.entry(session).or_insert_with(|| spawn(tasks));
        if handle.has_ended() {
            *handle = spawn(tasks);
        }
        handle
    }

    /// A transaction: each room takes its part in order, and beside the others.
    async fn take(&mut self, arrival: Arrival) {
        let Arrival { transaction, done } = arrival;
        let mut kept = Vec::new();
        for event in &transaction.events {
            let Some(event) = heard::read(event) else { continue };
            match self.session_of(&event).await {
                Ok(Some(session)) => {
                    let (tell, told) = oneshot::channel();
                    kept.push(told);
                    self.tell(session, Event::Said(Box::new(event), tell));
                }
                // A room of nobody's: somebody has asked one of ours in.
                Ok(None) => {}
                Err(trouble) => {
                    tracing::warn!(error.what = %trouble, "a transaction waits for the store");
                    let _ = done.send(false);
                    return;
                }
            }
        }
        for ephemeral in transaction.ephemeral.iter().flat_map(heard::read_ephemeral) {
            self.take_ephemeral(ephemeral);
        }
        self.tasks.spawn(async move {
            let mut are_all_kept = true;
            for kept in kept {
                are_all_kept &= kept.await.is_ok();
            }
            let _ = done.send(are_all_kept);
        });
    }

    async fn session_of(&self, event: &heard::Event) -> Result<Option<SessionId>, Trouble> {
        if let Some(session) = self.places.get(&event.room) {
            return Ok(Some(*session));
        }
        // A room is made by its session's visitor, whom nobody else can be.
        if event.kind == Kind::Created
            && let Some(session) = self.shared.server.session_of(&event.sender)
        {
            return Ok(Some(session));
        }
        self.shared.host.session_at(&event.room).await
    }

    fn take_news(&mut self, news: News) {
        // A session that is over has no task: what is brought of it is enough.
        if let Some(session) = self.places.get(&news.room).copied() {
            self.tell(session, Event::News { event: news.event, sender: news.sender });
        }
    }

    fn take_ephemeral(&mut self, ephemeral: heard::Ephemeral) {
        let (heard::Ephemeral::Typing { room, .. } | heard::Ephemeral::Read { room, .. }) = &ephemeral;
        if let Some(session) = self.places.get(room).copied() {
            self.tell(session, Event::Ephemeral(ephemeral));
        }
    }

    fn hint(&mut self, hint: Hint) {
        match hint {
            Hint::Stirred(session) => self.tell(session, Event::Stirred),
            _ if self.rooms.contains_key(&hint.session()) => self.tell(hint.session(), Event::of(hint)),
            _ => {}
        }
    }

    fn tell(&mut self, session: SessionId, event: Event) {
        if let Err(event) = self.room(session).tell(event) {
            // It ended at this moment.
            let _ = self.room(session).tell(event);
        }
    }

    fn tell_all(&self, event: impl Fn() -> Event) {
        for handle in self.rooms.values() {
            let _ = handle.tell(event());
        }
    }

    fn note(&mut self, told: Told) {
        match told {
            Told::Placed(place, session) => drop(self.places.insert(place, session)),
            Told::Ended(session) => {
                // A task that has ended may have been followed by another already.
                if self.rooms.get(&session).is_some_and(Handle::has_ended) {
                    self.rooms.remove(&session);
                    self.places.retain(|_, placed| *placed != session);
                }
            }
        }
        while self.tasks.try_join_next().is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_setup_does_not_show_the_token() {
        let setup = Setup {
            homeserver: "https://matrix.shop.example".into(),
            server_name: "shop.example".into(),
            token: "canary".into(),
        };
        assert!(!format!("{setup:?}").contains("canary"));
    }

    #[test]
    fn an_operator_is_told_what_to_look_at() {
        let refused = |code: &str| Failure::Refused { status: 502, code: code.into(), why: String::new() };
        assert!(reason(&refused("M_CONNECTION_FAILED")).contains("url"));
        assert!(reason(&refused("M_BAD_STATUS")).contains("registration"));
        let later = Failure::Later { why: "the homeserver says M_CONNECTION_FAILED: x".into(), after: None };
        assert!(reason(&later).contains("url"));
    }
}
