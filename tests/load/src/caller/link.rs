//! The way in: hello, the token that it brings, and the session that is opened by the first one through.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use tieline_protocol::{
    Auth, ChannelId, DraftId, Hello, ServerFrame,
    client::Position,
    server::{SessionState, Welcome},
};
use tokio::time::timeout;

use super::view::View;
use crate::client::{Client, Heard, TurnedAway, draft_id, hello, ticket, visitor_hello, with_cursors};

/// Longer, and the dial counts as failed.
const DIAL: Duration = Duration::from_secs(5);

/// Where callers come in.
#[derive(Debug)]
pub struct Door {
    /// The gateway's address, or a proxy's.
    pub address: String,
    /// The channel.
    pub channel: ChannelId,
    ticket: String,
}

impl Door {
    /// A door of that address; the ticket is fetched at another one, past any proxy.
    ///
    /// # Errors
    /// When there is no ticket.
    pub async fn open(address: String, tickets_from: &str, channel: ChannelId) -> Result<Self> {
        let ticket = ticket(tickets_from, &channel).await?;
        Ok(Self { address, channel, ticket })
    }
}

/// Who a caller is.
#[derive(Clone, Debug)]
pub enum Proof {
    /// Nobody yet.
    New,
    /// A visitor of before, by its token.
    Visitor(String),
    /// Somebody at the desk, by a socket token.
    Agent(String),
}

pub(super) struct Link {
    door: Arc<Door>,
    pub(super) recipient: Option<String>,
    /// The same wish each time it is said: it opens one session.
    opening: DraftId,
    tokens: Arc<Mutex<Tokens>>,
}

struct Tokens {
    proof: Proof,
    resume: Option<String>,
}

/// What a caller finds inside.
pub(super) struct Entered {
    pub(super) sessions: Vec<SessionState>,
    /// Longer silence than that, and the gateway counts as dead.
    pub(super) silence: Duration,
}

/// A way in that is gone while another connection serves.
pub(super) type Entering = Pin<Box<dyn Future<Output = Result<(Client, Entered)>> + Send>>;

impl Link {
    pub(super) fn new(door: Arc<Door>, proof: Proof) -> Self {
        let tokens = Arc::new(Mutex::new(Tokens { proof, resume: None }));
        Self { door, recipient: None, opening: draft_id(), tokens }
    }

    /// Dials, says hello, and opens the session if there is none yet.
    pub(super) async fn enter(&self, view: &View) -> Result<(Client, Entered)> {
        let (mut client, entered) = self.enter_beside(view).await?;
        if view.session().is_none() {
            let opened = timeout(DIAL, client.open(self.opening, self.recipient.as_deref()));
            view.session.send_replace(Some(opened.await.context("no answer to open")??.session));
        }
        Ok((client, entered))
    }

    /// Dials and says hello.
    pub(super) fn enter_beside(&self, view: &View) -> Entering {
        let (door, tokens) = (Arc::clone(&self.door), Arc::clone(&self.tokens));
        let position = view.position();
        Box::pin(async move {
            timeout(DIAL, enter(&door, &tokens, position)).await.context("no answer to hello")?
        })
    }
}

async fn enter(door: &Door, tokens: &Mutex<Tokens>, position: Option<Position>) -> Result<(Client, Entered)> {
    let lock = || tokens.lock().unwrap_or_else(PoisonError::into_inner);
    let mut client = Client::connect(&door.address).await?;
    let (is_resuming, auth) = {
        let tokens = lock();
        match &tokens.resume {
            Some(token) => (true, Auth::Resume { token: token.clone() }),
            None => (false, auth_of(&tokens.proof)),
        }
    };
    let greeting = with_cursors(greeting(door, auth), position.into_iter().collect());
    client.send(tieline_protocol::ClientFrame::Hello(Box::new(greeting))).await?;
    let Welcome { tokens: given, sessions, ping, .. } = match client.next().await? {
        Heard::Frame(_, ServerFrame::Welcome(welcome)) => *welcome,
        Heard::Frame(_, ServerFrame::Err(refusal)) => {
            if is_resuming && !refusal.temporary {
                lock().resume = None;
            }
            bail!("refused: {refusal:?}")
        }
        other => bail!("not welcome: {other:?}"),
    };
    let mut tokens = lock();
    if let Some(token) = given.visitor {
        tokens.proof = Proof::Visitor(token);
    }
    tokens.resume = Some(given.resume);
    let silence = Duration::from_millis(ping.every_ms.0 + ping.grace_ms.0);
    Ok((client, Entered { sessions, silence }))
}

fn greeting(door: &Door, auth: Auth) -> Hello {
    match &auth {
        Auth::Agent { .. } => hello(auth),
        _ => visitor_hello(&door.channel, &door.ticket, auth),
    }
}

fn auth_of(proof: &Proof) -> Auth {
    match proof.clone() {
        Proof::New => Auth::New,
        Proof::Visitor(token) => Auth::Visitor { token },
        Proof::Agent(token) => Auth::Agent { token },
    }
}

/// The status of a handshake that was turned away, and whether it said when to come back.
pub(super) fn turned_away(error: &anyhow::Error) -> Option<(u16, bool)> {
    let away: &TurnedAway = error.downcast_ref()?;
    Some((away.status, away.retry_after_secs.is_some()))
}
