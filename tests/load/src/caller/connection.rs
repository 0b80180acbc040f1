//! One connection, and the moments at which something is to be done about it.

use std::{
    future::pending,
    time::{Duration, Instant},
};

use anyhow::Result;
use tieline_protocol::{DraftId, RequestId};
use tokio::time::sleep_until;

use super::link::{Entered, Entering};
use crate::client::{Client, Heard};

/// A connection that was welcome, and perhaps the next one on its way.
pub(super) struct Connection {
    pub(super) client: Client,
    /// The draft that was sent last and is not answered yet.
    pub(super) under_way: Option<UnderWay>,
    /// No draft before that moment, after a refusal that said so.
    pub(super) rest_until: Option<Instant>,
    /// When to dial the next one.
    pub(super) leave_at: Option<Instant>,
    pub(super) next: Option<Entering>,
    silence: Duration,
    heard_at: Instant,
}

/// A draft on the wire.
#[derive(Clone, Copy)]
pub(super) struct UnderWay {
    pub(super) id: RequestId,
    pub(super) draft_id: DraftId,
    pub(super) since: Instant,
}

/// What happened.
pub(super) enum Event {
    /// The gateway spoke, or went.
    Heard(Heard),
    /// The next connection is there, or failed.
    Entered(Result<Box<(Client, Entered)>>),
    /// An answer did not come, or nothing at all: this connection leads nowhere.
    Dead,
    /// It is time to dial the next one.
    TimeToLeave,
    /// Drafts may go out again.
    Rested,
}

impl Connection {
    pub(super) fn new(client: Client, entered: &Entered) -> Self {
        Self {
            client,
            under_way: None,
            rest_until: None,
            leave_at: None,
            next: None,
            silence: entered.silence,
            heard_at: Instant::now(),
        }
    }

    /// Lets the next one come while this one serves.
    pub(super) fn prepare_next(&mut self, next: Entering) {
        self.leave_at = None;
        self.next = Some(next);
    }

    /// The next thing that happens. May be dropped while it waits: nothing is lost by that.
    ///
    /// # Errors
    /// When the gateway says what is no frame.
    pub(super) async fn event(&mut self, patience: Duration) -> Result<Event> {
        let next = async {
            match &mut self.next {
                Some(next) => next.await,
                None => pending().await,
            }
        };
        let event = tokio::select! {
            biased;
            entered = next => Event::Entered(entered.map(Box::new)),
            heard = self.client.next() => Event::Heard(heard?),
            () = until(self.under_way.map(|under_way| under_way.since + patience)) => Event::Dead,
            () = until(Some(self.heard_at + self.silence)) => Event::Dead,
            () = until(self.leave_at) => Event::TimeToLeave,
            () = until(self.rest_until) => Event::Rested,
        };
        match &event {
            Event::Entered(_) => self.next = None,
            Event::Heard(_) => self.heard_at = Instant::now(),
            Event::Rested => self.rest_until = None,
            Event::Dead | Event::TimeToLeave => {}
        }
        Ok(event)
    }
}

/// Waits for a moment, or for ever.
pub(super) async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment.into()).await,
        None => pending().await,
    }
}
