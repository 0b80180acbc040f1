//! What a command does. One file per command, and always the same four steps: load the facts, authorise, do it in the log,
//! announce it. Everything that goes back goes through the caller's outbox, in the order in which it came about.

mod arrive;
mod assign;
mod files;
mod fill_form;
mod history;
mod list;
mod move_cursor;
mod open;
mod post;
mod renew;
mod tell_typing;

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
};

use tieline_protocol::{ErrorBody, RequestId, ServerFrame, SessionId};
use tieline_relay::{Bucket, Command, Denial, Facts, Permit, Principal, Wish, authorise};

pub(crate) use self::{
    arrive::{Arrival, arrive, heads},
    renew::{Renewal, renew},
};
use crate::{
    app::AppState,
    clock::{self, Clock},
    edge::take_token,
    fanout::Outbox,
    store::StoreError,
};

/// Something that goes on while the connection stays responsive.
pub(crate) type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Who asks, and where the answer goes.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) state: AppState,
    pub(crate) principal: Arc<Principal>,
    pub(crate) outbox: Arc<Outbox>,
    /// The connection's own: a proof ends by it, whatever happens to the time of day.
    pub(crate) clock: Clock,
    pub(crate) messages: Arc<Mutex<Bucket>>,
}

/// Why a command came to nothing.
enum Failure {
    Denied(Denial),
    Store(StoreError),
}

impl Caller {
    /// Does what is asked. What needs the store before it can even begin comes back as work to wait for.
    pub(crate) fn run(self: &Arc<Self>, id: Option<RequestId>, command: Command) -> Option<Work<()>> {
        let caller = Arc::clone(self);
        match command {
            Command::Post(wish) => post::post(caller, id, wish),
            Command::MoveCursor(wish) => move_cursor::move_cursor(caller, id, wish),
            Command::Type(wish) => tell_typing::tell_typing(caller, id, wish),
            Command::Open(wish) => Some(Box::pin(open::open(caller, id, wish))),
            Command::Upload(wish) => Some(Box::pin(files::upload(caller, id, wish))),
            Command::ReadFiles(wish) => Some(Box::pin(files::links(caller, id, wish))),
            Command::History(wish) => Some(Box::pin(history::history(caller, id, wish))),
            Command::List(wish) => Some(Box::pin(list::list(caller, id, wish))),
            Command::Assign(wish) => Some(Box::pin(assign::assign(caller, id, wish))),
            Command::ListAgents(wish) => Some(Box::pin(assign::agents(caller, id, wish))),
        }
    }

    fn reply(&self, id: Option<RequestId>, frame: ServerFrame) {
        self.outbox.reply(id, frame);
    }

    fn refuse(&self, id: Option<RequestId>, failure: Failure) {
        let body = match failure {
            Failure::Denied(denial) => denial.body(),
            Failure::Store(error) => self.state.store_failed(&error),
        };
        self.refuse_with(id, body);
    }

    fn refuse_with(&self, id: Option<RequestId>, body: ErrorBody) {
        self.state.metrics.refused(body.code);
        self.reply(id, ServerFrame::Err(body));
    }

    fn take_token(&self) -> Result<(), Denial> {
        take_token(&self.messages, clock::steady())
    }

    /// Authorises by what is remembered of the session. None: it has to be looked up.
    fn authorise_remembered<W>(&self, session: SessionId, wish: &W) -> Option<(Permit<W>, Arc<Facts>)>
    where
        W: Wish<Facts = Facts> + Clone,
    {
        let now = clock::now();
        let facts = self.state.log.find_remembered_facts(session, now)?;
        // A refusal by what may be out of date is looked up before it is told.
        let permit = authorise(self.clock.now(), &self.principal, facts.as_ref(), wish.clone()).ok()?;
        Some((permit, facts))
    }

    /// Authorises by what the store says now.
    async fn authorise<W>(&self, session: SessionId, wish: W) -> Result<(Permit<W>, Arc<Facts>), Failure>
    where
        W: Wish<Facts = Facts>,
    {
        let now = clock::now();
        let facts = self.state.log.load_facts(session, now).await?.ok_or(Denial::NoSuchSession)?;
        let permit = authorise(self.clock.now(), &self.principal, facts.as_ref(), wish)?;
        Ok((permit, facts))
    }
}

impl From<Denial> for Failure {
    fn from(denial: Denial) -> Self {
        Self::Denied(denial)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
