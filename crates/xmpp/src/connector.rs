//! Runs the rooms over the line: dials, hands stanzas to the rooms they are from, and tells the rooms when the line is up.
//!
//! Each room is a task ([`crate::task`]), so that one whose session waits for the disk holds up no other.

use std::{collections::HashMap, time::Duration};

use tieline_connector::{Hint, Host, Standing, backoff::Backoff, patience::chance};
use tieline_protocol::SessionId;
use tokio::{
    sync::mpsc,
    task::JoinSet,
    // Tokio's, so that a test can let half a minute pass at once.
    time::{Instant, sleep, timeout_at},
};

use crate::{
    address::Domains,
    element::Element,
    line::{self, Broken, Incoming, Outgoing},
    service,
    task::{self, Event, Handle, Shared},
};

/// Where the server is, and who we are there.
#[derive(Clone)]
pub struct Setup {
    /// Host and port for components.
    pub server: String,
    /// The two domains.
    pub domains: Domains,
    /// The component's secret.
    pub secret: String,
}

impl std::fmt::Debug for Setup {
    /// Without the secret: whoever writes a configuration into a trace means no harm.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { server, domains, .. } = self;
        f.debug_struct("Setup").field("server", server).field("domains", domains).finish_non_exhaustive()
    }
}

/// The server is asked whether it is there after so long without a word, and given up after as long again.
const QUIET: Duration = Duration::from_secs(30);
/// Stanzas that wait to be written.
const WAITING: usize = 1_024;
/// Stanzas written in one go.
const TOGETHER: usize = 64;

/// Serves until it is dropped. `hints` tell what happens in the sessions.
pub async fn run<H: Host>(setup: Setup, host: H, mut hints: mpsc::UnboundedReceiver<Hint>) {
    let mut backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(30));
    let mut rooms = Rooms::new(setup.domains.clone(), host.clone());
    loop {
        host.report(Standing::Dialling);
        let why = match line::dial(&setup.server, &setup.domains.component, &setup.secret).await {
            Ok((incoming, outgoing)) => {
                let up_at = Instant::now();
                tracing::info!(server = setup.server, "the line to the XMPP server is up");
                host.report(Standing::Up);
                let why = serve(&mut rooms, &mut hints, incoming, outgoing).await;
                if up_at.elapsed() > QUIET {
                    backoff.reset();
                }
                why
            }
            Err(why) => why,
        };
        rooms.tell_all(|| Event::Down);
        tracing::warn!(server = setup.server, error.what = %why, "the line to the XMPP server is down");
        host.report(Standing::Down { why: why.to_string() });
        let pause = sleep(backoff.next(chance()));
        tokio::pin!(pause);
        loop {
            tokio::select! {
                () = &mut pause => break,
                Some(hint) = hints.recv() => rooms.hint(hint),
            }
        }
    }
}

/// Serves one line to its end, and says why it ended.
async fn serve<H: Host>(
    rooms: &mut Rooms<H>,
    hints: &mut mpsc::UnboundedReceiver<Hint>,
    mut incoming: Incoming,
    outgoing: Outgoing,
) -> Broken {
    let (stanzas, waiting) = mpsc::channel(WAITING);
    let mut writing = tokio::spawn(write(outgoing, waiting));
    rooms.load().await;
    rooms.tell_all(|| Event::Up(stanzas.clone()));
    // Of the server's words: what happens here meanwhile says nothing of it.
    let mut quiet_at = Instant::now() + QUIET;
    let mut is_asked = false;
    let why = loop {
        tokio::select! {
            read = timeout_at(quiet_at, incoming.next()) => match read {
                Ok(Ok(Some(stanza))) => {
                    (quiet_at, is_asked) = (Instant::now() + QUIET, false);
                    rooms.dispatch(stanza, &stanzas).await;
                }
                Ok(Ok(None)) => break Broken::Closed,
                Ok(Err(why)) => break why,
                Err(_) if is_asked => break Broken::Silent,
                Err(_) => {
                    (quiet_at, is_asked) = (Instant::now() + QUIET, true);
                    let _ = stanzas.send(service::ping(&rooms.shared.domains)).await;
                }
            },
            written = &mut writing => break match written {
                Ok(Err(why)) => why,
                _ => Broken::Closed,
            },
            Some(hint) = hints.recv() => rooms.hint_live(hint, &stanzas),
            Some(session) = rooms.done.recv() => rooms.forget(session),
        }
    };
    writing.abort();
    why
}

async fn write(mut outgoing: Outgoing, mut waiting: mpsc::Receiver<Element>) -> Result<(), Broken> {
    let mut stanzas = Vec::with_capacity(TOGETHER);
    while waiting.recv_many(&mut stanzas, TOGETHER).await > 0 {
        outgoing.send(&stanzas).await?;
        stanzas.clear();
    }
    outgoing.close().await;
    Ok(())
}

/// Whether somebody wrote it. That one has left a room is told by the room, too.
fn is_written(stanza: &Element) -> bool {
    stanza.name == "message" && stanza.attribute("type") != Some("error")
}

/// All rooms.
struct Rooms<H> {
    shared: Shared<H>,
    rooms: HashMap<SessionId, Handle>,
    done: mpsc::UnboundedReceiver<SessionId>,
    tasks: JoinSet<()>,
}

impl<H: Host> Rooms<H> {
    fn new(domains: Domains, host: H) -> Self {
        let (ended, done) = mpsc::unbounded_channel();
        Self { shared: Shared::new(domains, host, ended), rooms: HashMap::new(), done, tasks: JoinSet::new() }
    }

    /// Makes rooms of all sessions that have something to do with the platform.
    async fn load(&mut self) {
        match self.shared.host.sessions().await {
            Ok(sessions) => {
                for session in sessions {
                    self.room(session, None);
                    self.tell(session, Event::Stirred);
                }
            }
            // Each comes up with its next hint, and all with the next line.
            Err(trouble) => tracing::warn!(error.what = %trouble, "the sessions could not be read"),
        }
    }

    fn room(&mut self, session: SessionId, line: Option<&mpsc::Sender<Element>>) -> &Handle {
        let (shared, tasks) = (&self.shared, &mut self.tasks);
        self.rooms.entry(session).or_insert_with(|| {
            let handle = task::spawn(shared.clone(), session, tasks);
            if let Some(line) = line {
                handle.tell(Event::Up(line.clone()));
            }
            handle
        })
    }

    async fn dispatch(&mut self, stanza: Element, line: &mpsc::Sender<Element>) {
        match self.shared.domains.session_in(&stanza) {
            Some(session) if !self.is_service_asked(session, &stanza) => {
                // Of a session that was not thought of: somebody writes in an old one.
                if is_written(&stanza) {
                    self.room(session, Some(line));
                }
                self.tell(session, Event::Stanza(Box::new(stanza)));
            }
            _ => {
                if let Some(answer) = service::answer(&stanza, &self.shared.domains) {
                    let _ = line.send(answer).await;
                }
            }
        }
    }

    /// Whether the answer is the service's: the same for all addresses, or that of nobody.
    fn is_service_asked(&self, session: SessionId, stanza: &Element) -> bool {
        service::answers(stanza, &self.shared.domains)
            || (service::is_question(stanza) && !self.rooms.contains_key(&session))
    }

    fn hint(&mut self, hint: Hint) {
        // Without a line there is nothing to be in a hurry about: `load` finds all.
        if self.rooms.contains_key(&hint.session()) {
            self.tell(hint.session(), Event::of(hint));
        }
    }

    fn hint_live(&mut self, hint: Hint, line: &mpsc::Sender<Element>) {
        if matches!(hint, Hint::Stirred(_)) {
            self.room(hint.session(), Some(line));
        }
        self.tell(hint.session(), Event::of(hint));
    }

    fn tell(&self, session: SessionId, event: Event) {
        if let Some(handle) = self.rooms.get(&session) {
            handle.tell(event);
        }
    }

    fn tell_all(&self, event: impl Fn() -> Event) {
        for handle in self.rooms.values() {
            handle.tell(event());
        }
    }

    fn forget(&mut self, session: SessionId) {
        // A task that has ended may have been followed by another already.
        if self.rooms.get(&session).is_some_and(Handle::has_ended) {
            self.rooms.remove(&session);
        }
        while self.tasks.try_join_next().is_some() {}
    }
}
