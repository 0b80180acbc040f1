//! Runs the rooms: hands them what the homeserver brings and what happens in the sessions, and watches whether the homeserver is
//! there.
//!
//! Each room is a task ([`crate::task`]), so that one whose session waits for the disk holds up no other.

use std::collections::HashMap;

use tieline_connector::{Hint, Host, Standing, Trouble};
use tieline_protocol::SessionId;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::sleep_until,
};

use crate::{
    address::Server,
    ask::{Answer, News},
    client::Client,
    door::{Arrival, Inbox},
    heard::{self, Kind},
    task::{self, Event, Handle, Shared, Told},
    watch::{Change, Watch},
};

/// The registration's id.
pub const SERVICE_ID: &str = "tieline";

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
    let mut watch = Watch::new(move |standing| host.report(standing), rooms.shared.server.service());
    let mut are_loaded = false;
    loop {
        if !are_loaded {
            are_loaded = rooms.load().await;
        }
        let (next_at, ask) = watch.next();
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
}
