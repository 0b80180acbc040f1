//! One connection's loop: what comes in goes to `relay::Peer`, what the peer says is done, what waits goes out.
//!
//! While a command waits for the store, nothing more is read: the socket's own window holds the peer back. Sending goes on
//! meanwhile, so that nobody's slow disk delays what others say.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::extract::ws::WebSocket;
use tieline_protocol::{
    Auth, CloseCode, RequestId, Seq, ServerFrame, SessionId, envelope::json, server::Head,
};
use tieline_relay::peer::{Input, Output, Pace, Peer};
use tokio::{
    sync::Mutex,
    time::{Instant, Sleep},
};

use super::{
    Guest, Stranger,
    socket::{Gone, Socket},
};
use crate::{
    app::AppState,
    auth::Refusal,
    clock::Clock,
    fanout::{Outbox, Parcel, Subscription, Taken},
    handlers::{self, Arrival, Caller, Renewal, Work},
    presence::Attending,
};

/// How long a goodbye may take. Then the socket is dropped.
const GOODBYE: Duration = Duration::from_secs(5);

/// As good as never. Waited out all the same, it does no harm.
const NOT_SOON: Duration = Duration::from_secs(24 * 60 * 60);

/// One connection.
pub(super) struct Connection {
    state: AppState,
    socket: Socket,
    peer: Peer,
    clock: Clock,
    alarm: Pin<Box<Sleep>>,
    guest: Arc<Mutex<Guest>>,
    /// Until the hello held.
    stranger: Option<Arc<Stranger>>,
    outbox: Arc<Outbox>,
    origin: Option<String>,
    seat: Option<Seat>,
    work: Option<Work<Done>>,
    /// The heads for a heartbeat. Read beside the work: taking its place would take back an answer that somebody waits for.
    heads: Option<Work<Vec<Head>>>,
}

/// What there is once the hello held.
struct Seat {
    caller: Arc<Caller>,
    /// Logs whose end the welcome told, until something newer passes. What was announced meanwhile is in it already.
    caught_up: Vec<(SessionId, Seq)>,
    _subscription: Subscription,
    _attending: Attending,
}

/// What became of work that was waited for.
enum Done {
    Arrived(Result<Box<Arrival>, Refusal>),
    Renewed(Option<RequestId>, Result<Box<Renewal>, Refusal>),
    Ran,
}

/// Why the loop goes round.
enum Event {
    Read(Input),
    Done(Done),
    Heads(Vec<Head>),
    Tick,
    Close(CloseCode),
}

impl Connection {
    pub(super) fn new(
        state: AppState,
        socket: WebSocket,
        guest: Guest,
        stranger: Option<Arc<Stranger>>,
        origin: Option<String>,
    ) -> Self {
        let clock = Clock::start();
        let now = clock.now();
        let limits = &state.config.limits;
        let pace = Pace { hello_within: limits.hello_within, frames: limits.frames, ping: state.config.ping };
        let peer = Peer::new(now, pace);
        let outbox = Arc::clone(guest.outbox());
        if let Some(stranger) = &stranger {
            stranger.becomes(&outbox);
        }
        state.metrics.connections.inc();
        Self {
            socket: Socket::new(socket),
            alarm: Box::pin(tokio::time::sleep_until(clock.moment(peer.next_wake().unwrap_or(now)))),
            peer,
            clock,
            guest: Arc::new(Mutex::new(guest)),
            stranger,
            outbox,
            origin,
            seat: None,
            work: None,
            heads: None,
            state,
        }
    }

    /// Runs until either end has had enough.
    pub(super) async fn run(mut self) {
        let outcome = loop {
            let event = match poll_fn(|context| self.poll_event(context)).await {
                Ok(event) => event,
                Err(Gone) => break None,
            };
            if let Some(code) = self.handle(event) {
                break Some(code);
            }
            self.set_alarm();
        };
        let Self { state, socket, guest, seat, work, heads, .. } = self;
        // Out of the tables before the goodbye: nothing more is meant for this connection. Work holds its place too.
        drop((seat, work, heads, guest));
        state.metrics.connections.dec();
        if let Some(code) = outcome {
            state.metrics.closed(code);
            tracing::debug!(close.code = code.0, "connection closed");
            // A peer that takes nothing any more is not waited for.
            let _ = tokio::time::timeout(GOODBYE, socket.close(code)).await;
        }
    }

    /// Sends what waits, then tells what has happened.
    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Result<Event, Gone>> {
        if let Some(event) = self.poll_send(context)? {
            return Poll::Ready(Ok(event));
        }
        if let Some(work) = &mut self.work {
            if let Poll::Ready(done) = work.as_mut().poll(context) {
                self.work = None;
                return Poll::Ready(Ok(Event::Done(done)));
            }
        } else if self.socket.is_idle()
            && let Poll::Ready(read) = self.socket.poll_read(context)
        {
            return Poll::Ready(read.map(Event::Read));
        }
        if let Some(heads) = &mut self.heads
            && let Poll::Ready(heads) = heads.as_mut().poll(context)
        {
            self.heads = None;
            return Poll::Ready(Ok(Event::Heads(heads)));
        }
        if self.alarm.as_mut().poll(context).is_ready() {
            return Poll::Ready(Ok(Event::Tick));
        }
        Poll::Pending
    }

    /// Moves what waits in the outbox to the socket. Gives an event if the outbox wants the connection closed.
    fn poll_send(&mut self, context: &mut Context<'_>) -> Result<Option<Event>, Gone> {
        loop {
            let is_ready = self.socket.poll_hand_over(context)?.is_ready();
            // Before the welcome nothing else goes out.
            let taken = if self.seat.is_some() {
                self.outbox.poll_take(context, is_ready)
            } else {
                self.outbox.poll_close(context).map(|code| Taken { close: Some(code), ..Taken::default() })
            };
            let Poll::Ready(taken) = taken else {
                if is_ready {
                    let _ = self.socket.poll_flush(context)?;
                }
                return Ok(None);
            };
            for parcel in taken.parcels {
                self.send(parcel);
            }
            if let Some(code) = taken.close {
                return Ok(Some(Event::Close(code)));
            }
        }
    }

    fn send(&mut self, parcel: Parcel) {
        if let Some((session, seq)) = parcel.place
            && let Some(seat) = &mut self.seat
            && let Some(at) = seat.caught_up.iter().position(|(known, _)| *known == session)
        {
            if seat.caught_up.get(at).is_some_and(|(_, last)| seq <= *last) {
                return;
            }
            seat.caught_up.swap_remove(at);
        }
        self.state.metrics.frames_out.inc();
        self.socket.push(parcel.text);
    }

    /// Does what the event leads to. Some: close with that code.
    fn handle(&mut self, event: Event) -> Option<CloseCode> {
        let now = self.clock.now();
        let input = match event {
            Event::Close(code) => {
                if code == CloseCode::SLOW {
                    self.socket.clear();
                }
                return Some(code);
            }
            Event::Tick => Input::Tick,
            Event::Read(input) => {
                self.state.metrics.frames_in.inc();
                input
            }
            Event::Done(Done::Ran) => return None,
            Event::Heads(heads) => Input::Heads(heads),
            Event::Done(Done::Arrived(Ok(arrival))) => self.take_seat(*arrival),
            Event::Done(Done::Arrived(Err(Refusal(code, close)))) => Input::Refused { code, close },
            Event::Done(Done::Renewed(id, Ok(renewal))) => self.stay(id, *renewal),
            Event::Done(Done::Renewed(id, Err(Refusal(code, _)))) => Input::NotRenewed { id, code },
        };
        let mut close = None;
        for output in self.peer.handle(now, input) {
            match output {
                Output::Identify(id, hello) => {
                    let arrive = handlers::arrive(
                        self.state.clone(),
                        Arc::clone(&self.guest),
                        id,
                        *hello,
                        self.origin.take(),
                        self.clock,
                    );
                    self.work = Some(Box::pin(async { Done::Arrived(arrive.await) }));
                }
                Output::Renew(id, proof) => self.renew(id, proof),
                Output::Run(id, command) => self.run_command(id, command),
                Output::Heads if self.heads.is_some() => {}
                Output::Heads => self.heads = self.seat.as_ref().map(heads),
                Output::Reply(id, frame) => self.reply(id, frame),
                Output::Close(code) => close = Some(code),
            }
        }
        close
    }

    fn take_seat(&mut self, arrival: Arrival) -> Input {
        let Arrival { caller, frame, id, subscription, attending, caught_up } = arrival;
        let expires_at = caller.principal.expires_at;
        self.stranger = None;
        self.reply(id, frame);
        self.seat = Some(Seat {
            caller: Arc::new(caller),
            caught_up,
            _subscription: subscription,
            _attending: attending,
        });
        Input::Identified { expires_at }
    }

    fn renew(&mut self, id: Option<RequestId>, proof: Auth) {
        let Some(seat) = &self.seat else { return };
        let renew = handlers::renew(Arc::clone(&seat.caller), Arc::clone(&self.guest), proof);
        self.work = Some(Box::pin(async move { Done::Renewed(id, renew.await) }));
    }

    fn stay(&mut self, id: Option<RequestId>, renewal: Renewal) -> Input {
        let Renewal { caller, tokens, expires_at } = renewal;
        if let Some(seat) = &mut self.seat {
            seat.caller = Arc::new(caller);
        }
        Input::Renewed { id, tokens, expires_at }
    }

    fn run_command(&mut self, id: Option<RequestId>, command: tieline_relay::Command) {
        if let Some(work) = self.seat.as_ref().and_then(|seat| seat.caller.run(id, command)) {
            self.work = Some(Box::pin(async {
                work.await;
                Done::Ran
            }));
        }
    }

    /// Past the outbox: these are answers to what was just read, and nothing of the log.
    fn reply(&mut self, id: Option<RequestId>, frame: ServerFrame) {
        if let ServerFrame::Err(body) = &frame {
            self.state.metrics.refused(body.code);
        }
        self.state.metrics.frames_out.inc();
        self.socket.push(json::encode(id, frame).into());
    }

    fn set_alarm(&mut self) {
        // While a proof is checked nothing is due: an alarm left where it was would go off in a circle.
        let moment =
            self.peer.next_wake().map_or_else(|| Instant::now() + NOT_SOON, |wake| self.clock.moment(wake));
        if self.alarm.deadline() != moment {
            self.alarm.as_mut().reset(moment);
        }
    }
}

fn heads(seat: &Seat) -> Work<Vec<Head>> {
    Box::pin(handlers::heads(Arc::clone(&seat.caller)))
}
