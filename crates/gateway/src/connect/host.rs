//! The gateway, as a connector sees it.

use std::sync::Arc;

use tieline_connector::{Bridge, Due, Handed, Heard, Host, Platform, Standing, Taken, Trouble};
use tieline_protocol::{Body, Cursor, FileId, Seq, SessionId, client::Typing};
use tieline_relay::{Facts, MoveCursor, Principal, Type, authorise};

use super::{accounts::Accounts, files::Fetcher};
use crate::{app::AppState, clock, store::StoreError};

/// What one connector stands on. Cheap to clone.
#[derive(Clone)]
pub(crate) struct GatewayHost {
    pub(super) state: AppState,
    pub(super) platform: Platform,
    pub(super) accounts: Arc<Accounts>,
    pub(super) fetcher: Fetcher,
}

impl GatewayHost {
    pub(super) fn new(state: AppState, platform: Platform, fetcher: Fetcher) -> Self {
        Self { state, platform, accounts: Arc::default(), fetcher }
    }

    pub(super) async fn principal(&self, account: &str) -> Result<Option<Arc<Principal>>, Trouble> {
        self.accounts.find(&self.state, self.platform, account).await.map_err(|error| self.trouble(&error))
    }

    pub(super) fn trouble(&self, error: &StoreError) -> Trouble {
        Trouble(error.to_string())
    }

    /// An account has got, or read, the words of one of these names.
    async fn reach(
        &self,
        session: SessionId,
        account: &str,
        names: Vec<String>,
        cursor: impl Fn(Seq) -> Cursor,
    ) {
        let known = self.state.log.find_named(self.platform, session, names).await;
        if let (Ok(Some(known)), Ok(Some(principal))) = (known, self.principal(account).await)
            && let Ok(Some(facts)) = self.state.log.load_facts(session, clock::now()).await
        {
            self.move_cursor(&principal, facts, cursor(known.seq));
        }
    }

    /// They have come so far. Soft: where it fails, the next one tells it too.
    pub(super) fn move_cursor(&self, principal: &Principal, facts: Arc<Facts>, cursor: Cursor) {
        let Ok(permit) = authorise(clock::now(), principal, facts.as_ref(), MoveCursor(cursor)) else {
            return;
        };
        let (state, principal) = (self.state.clone(), principal.clone());
        self.state.log.move_cursor(permit, move |cursor| {
            state.publish_cursor(&facts, &principal, cursor);
        });
    }
}

impl Host for GatewayHost {
    async fn sessions(&self) -> Result<Vec<SessionId>, Trouble> {
        self.state.log.bridged_sessions(self.platform).await.map_err(|error| self.trouble(&error))
    }

    async fn bridge(&self, session: SessionId) -> Result<Option<Bridge>, Trouble> {
        self.state.log.find_bridge(self.platform, session).await.map_err(|error| self.trouble(&error))
    }

    async fn due(&self, session: SessionId, after: Seq) -> Result<Vec<Due>, Trouble> {
        let due = self.state.log.due(self.platform, session, after).await;
        let mut due = due.map_err(|error| self.trouble(&error))?;
        for due in &mut due {
            if let Body::File { file } = &due.entry.body {
                due.file_url = Some(self.state.files.lasting_link(file.id, clock::now()));
            }
        }
        Ok(due)
    }

    async fn handed(&self, session: SessionId, handed: Handed) -> Result<(), Trouble> {
        if !handed.names.is_empty() {
            self.state.metrics.carried(self.platform.name(), "out").inc();
        }
        let noted = self.state.log.note_handed(self.platform, session, handed).await;
        noted.map_err(|error| self.trouble(&error))
    }

    async fn placed(&self, session: SessionId, place: String) -> Result<(), Trouble> {
        self.state.log.note_place(self.platform, session, place).await.map_err(|error| self.trouble(&error))
    }

    async fn told(&self, session: SessionId, turn: u32) -> Result<(), Trouble> {
        self.state.log.note_told(self.platform, session, turn).await.map_err(|error| self.trouble(&error))
    }

    async fn session_at(&self, place: &str) -> Result<Option<SessionId>, Trouble> {
        let found = self.state.log.find_placed(self.platform, place.to_owned()).await;
        found.map_err(|error| self.trouble(&error))
    }

    async fn file_bytes(&self, file: FileId) -> Result<Option<Vec<u8>>, Trouble> {
        self.state.files.bytes_of(file).await.map_err(|error| Trouble(error.to_string()))
    }

    async fn take(&self, heard: Heard) -> Result<Taken, Trouble> {
        self.take_heard(heard).await
    }

    async fn delivered(&self, session: SessionId, account: &str, names: Vec<String>) {
        let reached = |seq| Cursor { session, delivered: seq, read: Seq::ZERO };
        self.reach(session, account, names, reached).await;
    }

    async fn read(&self, session: SessionId, account: &str, names: Vec<String>) {
        let reached = |seq| Cursor { session, delivered: seq, read: seq };
        self.reach(session, account, names, reached).await;
    }

    async fn name_at(&self, session: SessionId, seq: Seq) -> Option<String> {
        self.state.log.name_of(self.platform, session, seq).await.ok().flatten()
    }

    async fn typing(&self, session: SessionId, account: &str, is_typing: bool) {
        let (Ok(Some(principal)), Ok(Some(facts))) =
            (self.principal(account).await, self.state.log.load_facts(session, clock::now()).await)
        else {
            return;
        };
        let typing = Typing { session, on: is_typing };
        if authorise(clock::now(), &principal, facts.as_ref(), Type(typing)).is_ok() {
            self.state.publish_typing(&facts, &principal, typing, None);
        }
    }

    async fn attend(&self, session: SessionId, account: &str, is_here: bool) {
        if !is_here {
            self.accounts.left(account, session);
        } else if let Ok(Some(principal)) = self.principal(account).await {
            self.accounts.came(&self.state, &principal, account, session);
        }
    }

    fn report(&self, standing: Standing) {
        let is_up = i64::from(standing == Standing::Up);
        self.state.metrics.connector_up(self.platform.name()).set(is_up);
        self.state.note_standing(self.platform, standing);
    }
}
