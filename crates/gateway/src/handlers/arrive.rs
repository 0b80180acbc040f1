//! Somebody arrives: a proof becomes a principal, and everything that they missed goes out in one frame.
//!
//! The order is what makes the catch-up exact. First listen, then read: an entry committed in between is in both, and the
//! connection drops the copy that was announced. Nothing can fall between the two.

use std::sync::{Arc, Mutex};

use tieline_protocol::{
    CloseCode, ErrorCode, Hello, RequestId, Seq, ServerFrame, SessionId, Welcome,
    limits::{CLIENT_FRAME_BYTES, TEXT_CHARS},
    server::{Head, Limits},
};
use tieline_relay::{Bucket, audience::topics_of};

use super::Caller;
use crate::{
    app::AppState,
    auth::{Identified, Refusal, identify},
    clock::{self, Clock},
    edge::{Guest, NoSeat},
    fanout::Subscription,
    presence::Attending,
};

/// Somebody who is in.
pub(crate) struct Arrival {
    /// Who, from now on.
    pub(crate) caller: Caller,
    /// The welcome.
    pub(crate) frame: ServerFrame,
    /// The hello's id.
    pub(crate) id: Option<RequestId>,
    /// What they listen to.
    pub(crate) subscription: Subscription,
    /// That they are there, if they answer.
    pub(crate) attending: Attending,
    /// Where the welcome's logs end.
    pub(crate) caught_up: Vec<(SessionId, Seq)>,
}

/// Checks the hello, seats the guest, and gathers what they missed.
pub(crate) async fn arrive(
    state: AppState,
    guest: Arc<tokio::sync::Mutex<Guest>>,
    id: Option<RequestId>,
    hello: Hello,
    origin: Option<String>,
    clock: Clock,
) -> Result<Box<Arrival>, Refusal> {
    let (Identified { principal, tokens, face, .. }, messages) =
        take_seat(&state, &guest, &hello, origin.as_deref()).await?;
    let outbox = Arc::clone(guest.lock().await.outbox());
    let subscription = state.fanout.subscribe(topics_of(&principal), &outbox);
    // Whom the store does not know has missed nothing.
    let mut sessions = if principal.provisional.is_some() && principal.role == tieline_protocol::Role::Visitor
    {
        Vec::new()
    } else {
        let positions = hello.cursors;
        let missed = state.log.catch_up(principal.clone(), positions).await;
        missed.map_err(|error| Refusal(state.log_failed(&error).code, CloseCode::INTERNAL))?
    };
    let presence = match principal.channel() {
        Some(channel) => state.presence_of(channel).await,
        None => Vec::new(),
    };
    // Behind the welcome, which is not out yet.
    state.connectors.tell_down(&principal, &outbox);
    state.fill_places(principal.channel(), &mut sessions);
    let attending = state.board.attend(&principal);
    let caught_up = sessions.iter().map(|session| (session.session, session.last)).collect();
    let messages_rate = state.config.limits.messages;
    let frame = ServerFrame::Welcome(Box::new(Welcome {
        connection: format!("{:x}", outbox.id().0),
        now: clock::now(),
        me: principal.author(),
        channel: face,
        presence,
        tokens,
        ping: state.config.ping,
        limits: Limits {
            frame_bytes: CLIENT_FRAME_BYTES as u32,
            text_chars: TEXT_CHARS as u32,
            burst: messages_rate.burst,
            per_minute: messages_rate.per_minute,
            file_bytes: u32::try_from(state.files.largest()).unwrap_or(u32::MAX),
        },
        capabilities: principal.capabilities.clone(),
        sessions,
    }));
    state.metrics.welcomes.inc();
    let caller = Caller { state, principal: Arc::new(principal), outbox, clock, messages };
    Ok(Box::new(Arrival { caller, frame, id, subscription, attending, caught_up }))
}

/// Finds out who it is, and gives them a place.
async fn take_seat(
    state: &AppState,
    guest: &tokio::sync::Mutex<Guest>,
    hello: &Hello,
    origin: Option<&str>,
) -> Result<(Identified, Arc<Mutex<Bucket>>), Refusal> {
    loop {
        let looked_at = state.connections.looked_at();
        let identified = identify(&state.auth, hello, origin, clock::now()).await?;
        let Identified { principal, origin: made, .. } = &identified;
        match guest.lock().await.seat(principal, made.clone(), looked_at) {
            Ok(messages) => return Ok((identified, messages)),
            // Something was taken back while the proof was being checked: perhaps what it rests on.
            Err(NoSeat::Outdated) => continue,
            Err(NoSeat::Full) => return Err(Refusal(ErrorCode::Quota, CloseCode::RATE)),
        }
    }
}

/// Where the principal's logs end, so that a lost tail is noticed. Nothing, if the store cannot say just now.
pub(crate) async fn heads(caller: Arc<Caller>) -> Vec<Head> {
    caller.state.log.heads(caller.principal.as_ref().clone()).await.unwrap_or_default()
}
