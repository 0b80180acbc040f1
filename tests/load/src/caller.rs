//! A client with manners: keeps to the contract as the widget does, and notes down all that it sees.
//!
//! One draft at a time, the same id again until it is answered; after a cut it comes back with a cursor and a full-jitter
//! backoff; told to leave, it opens the next connection before it closes the old one. It is written anew and not built from
//! `crates/session`, so that one mistake is not made at both ends of a proof. `view.rs` is what it shows, `link.rs` how it
//! gets in, `connection.rs` what it waits for.

mod connection;
mod figures;
mod link;
mod tempo;
mod view;

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Result;
use fastrand::Rng;
use tieline_protocol::{ClientFrame, DraftId, RequestId, ServerFrame, SessionId, client::Beat};
use tokio::sync::watch;

use self::{
    connection::{Connection, Event, UnderWay, until},
    link::{Entered, Entering, Link},
    view::View,
};
pub use self::{
    figures::Figures,
    link::{Door, Proof},
    tempo::{Phase, Tempo},
};
use crate::{
    client::{Client, Heard, draft_id, text_frame},
    history::{Fact, Record},
};

/// One client.
pub struct Caller {
    client: u32,
    link: Link,
    view: View,
    tempo: Tempo,
    record: Arc<Record>,
    rng: Rng,
    /// Oldest first. The first one is under way.
    waiting: VecDeque<(DraftId, Option<Instant>)>,
    /// How many these are, for whoever waits until there are none.
    left: watch::Sender<usize>,
    is_asked_to_read: bool,
    /// The gateway said that it leaves: the next one is looked for more often.
    is_restart: bool,
    /// A connection on its way that outlives the one beside which it was dialled.
    coming: Option<Entering>,
    figures: Figures,
}

/// Why a connection is left.
enum Left {
    Cut,
    Done,
}

impl Caller {
    /// A client of that number in the record. It opens a session of its own unless it is given one to join.
    pub fn new(
        client: u32,
        link: (Arc<Door>, Proof),
        session: Option<SessionId>,
        tempo: Tempo,
        record: Arc<Record>,
    ) -> Self {
        Self {
            client,
            link: Link::new(link.0, link.1),
            view: View::new(client, session),
            tempo,
            record,
            rng: Rng::with_seed(u64::from(client)),
            waiting: VecDeque::new(),
            left: watch::Sender::default(),
            is_asked_to_read: false,
            is_restart: false,
            coming: None,
            figures: Figures::default(),
        }
    }

    /// Wants to be put through to that recipient.
    #[must_use]
    pub fn to(mut self, recipient: String) -> Self {
        self.link.recipient = Some(recipient);
        self
    }

    /// Drafts that wait from the start: an outbox found on disk.
    #[must_use]
    pub fn with_waiting(mut self, drafts: impl IntoIterator<Item = DraftId>) -> Self {
        self.waiting = drafts.into_iter().map(|draft_id| (draft_id, None)).collect();
        self.left.send_replace(self.waiting.len());
        self
    }

    /// Its session, once it has one; told to whoever waits for it.
    pub fn session(&self) -> watch::Receiver<Option<SessionId>> {
        self.view.session.subscribe()
    }

    /// How many drafts it still has to say.
    pub fn left(&self) -> watch::Receiver<usize> {
        self.left.subscribe()
    }

    /// Lives until all is over; while settling, until nothing waits and its view reaches the log's end.
    ///
    /// # Errors
    /// When the gateway says what no gateway may.
    pub async fn run(mut self, mut phase: watch::Receiver<Phase>) -> Result<Figures> {
        let mut backoff = self.tempo.backoff;
        let mut offline_since: Option<Instant> = None;
        loop {
            let coming = self.coming.take();
            let enter = async {
                match coming {
                    Some(coming) => coming.await,
                    None => self.link.enter(&self.view).await,
                }
            };
            let entered = tokio::select! {
                entered = enter => entered,
                _ = phase.wait_for(|phase| *phase == Phase::Over) => break,
            };
            match entered {
                Ok((client, welcome)) => {
                    if let Some(since) = offline_since.take() {
                        self.figures.longest_offline = self.figures.longest_offline.max(since.elapsed());
                    }
                    backoff = self.tempo.backoff;
                    let left = self.live(client, welcome, &mut phase).await?;
                    if matches!(left, Left::Done) {
                        break;
                    }
                    self.figures.cuts += 1;
                    offline_since = Some(Instant::now());
                    if self.coming.is_some() {
                        continue;
                    }
                }
                Err(error) => self.figures.turned_away.extend(link::turned_away(&error)),
            }
            let wait = backoff.mul_f64(self.rng.f64());
            let longest = if self.is_restart { self.tempo.backoff * 2 } else { self.tempo.longest_backoff };
            backoff = (backoff * 2).min(longest);
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                _ = phase.wait_for(|phase| *phase == Phase::Over) => break,
            }
        }
        self.figures.shown = self.view.shown();
        self.figures.waiting = self.waiting.len();
        self.figures.missing = self.view.missing();
        Ok(self.figures)
    }

    /// One connection, and those that follow it without a gap.
    async fn live(
        &mut self,
        client: Client,
        entered: Entered,
        phase: &mut watch::Receiver<Phase>,
    ) -> Result<Left> {
        let mut connection = Connection::new(client, &entered);
        let mut word_at = self.next_word();
        self.arrive(&entered);
        loop {
            let now = *phase.borrow();
            if now == Phase::Settling && !self.is_asked_to_read {
                self.is_asked_to_read = true;
                self.view.look_again();
            }
            self.left.send_replace(self.waiting.len());
            if self.speak(&mut connection).await.is_err() {
                return Ok(self.cut(&mut connection));
            }
            let is_settled = now == Phase::Settling && self.waiting.is_empty() && self.view.is_complete();
            if is_settled || now == Phase::Over {
                // Whether the goodbye arrives changes nothing.
                let _ = connection.client.send(ClientFrame::Bye).await;
                return Ok(Left::Done);
            }
            let is_talking = now == Phase::Talking && self.waiting.len() < self.tempo.most_waiting;
            let event = tokio::select! {
                event = connection.event(self.tempo.patience) => event?,
                () = until(word_at), if is_talking => {
                    self.waiting.push_back((draft_id(), None));
                    word_at = self.next_word();
                    continue;
                }
                _ = phase.changed() => continue,
            };
            if let Some(left) = self.handle(&mut connection, event).await {
                return Ok(left);
            }
        }
    }

    fn arrive(&mut self, entered: &Entered) {
        self.figures.welcomes += 1;
        self.is_restart = false;
        self.view.welcome(&entered.sessions, &self.record);
    }

    fn next_word(&mut self) -> Option<Instant> {
        // From nothing to twice the mean: no two keep step for long.
        Some(Instant::now() + self.tempo.pause?.mul_f64(2.0 * self.rng.f64()))
    }

    /// Sends the oldest draft unless one is under way, and asks for what is missing.
    async fn speak(&mut self, connection: &mut Connection) -> Result<()> {
        if connection.rest_until.is_some() {
            return Ok(());
        }
        self.view.ask(&mut connection.client).await?;
        let Some(session) = self.view.session() else { return Ok(()) };
        if connection.under_way.is_some() {
            return Ok(());
        }
        let Some((draft_id, first)) = self.waiting.front_mut() else { return Ok(()) };
        let (draft_id, since) = (*draft_id, Instant::now());
        first.get_or_insert(since);
        self.note(|session| Fact::Sent { session, draft_id });
        let id = connection.client.send(text_frame(session, draft_id, &words_of(draft_id))).await;
        // Even what failed to leave may have left.
        let answered = *id.as_ref().unwrap_or(&RequestId(0));
        connection.under_way = Some(UnderWay { id: answered, draft_id, since });
        id.map(drop)
    }

    /// The connection is gone: what was under way has no answer.
    fn cut(&mut self, connection: &mut Connection) -> Left {
        self.coming = connection.next.take();
        if let Some(UnderWay { draft_id, .. }) = connection.under_way {
            self.note(|session| Fact::Unanswered { session, draft_id });
        }
        Left::Cut
    }

    async fn handle(&mut self, connection: &mut Connection, event: Event) -> Option<Left> {
        match event {
            Event::Heard(Heard::Frame(id, frame)) => {
                let handled = self.hear(connection, id, frame).await;
                return handled.is_err().then(|| self.cut(connection));
            }
            Event::Heard(Heard::Closed(_) | Heard::Broken) | Event::Dead => {
                return Some(self.cut(connection));
            }
            Event::TimeToLeave => connection.prepare_next(self.link.enter_beside(&self.view)),
            Event::Entered(Ok(next)) => {
                // The old one goes without a word: what it still had to say, the new one says too.
                self.cut(connection);
                let (client, entered) = *next;
                *connection = Connection::new(client, &entered);
                self.figures.switches += 1;
                self.arrive(&entered);
            }
            Event::Entered(Err(error)) => {
                self.figures.turned_away.extend(link::turned_away(&error));
                connection.leave_at = Some(Instant::now() + self.tempo.backoff.mul_f64(self.rng.f64()));
            }
            Event::Rested => {}
        }
        None
    }

    async fn hear(
        &mut self,
        connection: &mut Connection,
        id: Option<RequestId>,
        frame: ServerFrame,
    ) -> Result<()> {
        let answered = connection.under_way.filter(|under_way| Some(under_way.id) == id);
        match (frame, answered) {
            (ServerFrame::Ok(receipt), Some(UnderWay { draft_id, .. })) => {
                connection.under_way = None;
                if let Some((_, Some(first))) = self.waiting.pop_front() {
                    let millis = first.elapsed().as_millis();
                    self.figures.answers_ms.push(u32::try_from(millis).unwrap_or(u32::MAX));
                }
                self.note(|session| Fact::Acknowledged { session, draft_id, seq: receipt.seq });
            }
            (ServerFrame::Err(refusal), Some(UnderWay { draft_id, .. })) => {
                connection.under_way = None;
                if refusal.temporary {
                    let wait = refusal.retry_ms.map(|wait| Duration::from_millis(wait.0));
                    connection.rest_until = Some(Instant::now() + wait.unwrap_or(self.tempo.backoff));
                    self.note(|session| Fact::Unanswered { session, draft_id });
                } else {
                    self.waiting.pop_front();
                    self.figures.refused += 1;
                    self.note(|session| Fact::Refused { session, draft_id, code: refusal.code });
                }
            }
            (ServerFrame::Err(refusal), None) if id.is_some() && refusal.temporary => {
                // What was missing is asked for again.
                self.view.refused(id);
                let wait = refusal.retry_ms.map(|wait| Duration::from_millis(wait.0));
                connection.rest_until = Some(Instant::now() + wait.unwrap_or(self.tempo.backoff));
            }
            (ServerFrame::Ping(ping), _) => {
                self.view.heads(&ping.heads);
                connection.client.send(ClientFrame::Pong(Beat { nonce: ping.nonce })).await?;
            }
            (ServerFrame::Drain(drain), _) => {
                self.is_restart = true;
                let spread = Duration::from_millis(drain.spread_ms.0);
                connection.leave_at = Some(Instant::now() + spread.mul_f64(self.rng.f64()));
            }
            (frame, _) => self.view.frame(&frame, id, &self.record),
        }
        Ok(())
    }

    fn note(&self, fact: impl FnOnce(SessionId) -> Fact) {
        if let Some(session) = self.view.session() {
            self.record.note(self.client, fact(session));
        }
    }
}

/// The same draft has the same words, whoever says it.
pub fn words_of(draft_id: DraftId) -> String {
    format!("these are the words of {draft_id}")
}
