//! One connection's conversation: what may be said when. Frames and time in, [`Output`]s out.
//!
//! Owns the order (hello first, once), the frame rate, the heartbeat, and how long the proof holds. Does not decide what a
//! principal may do: that is `authz`. Knows no socket: a closed one is simply not fed any more.

mod proof;

use tieline_protocol::{
    Auth, ClientFrame, CloseCode, ErrorBody, ErrorCode, Hello, Millis, RequestId, ServerFrame,
    client::{Beat, Renewal},
    limits::HELLO_FRAME_BYTES,
    server::{AuthDue, Head, Ping, PingPlan, Renewed, Tokens},
};

use self::proof::{Due, Proof};
use crate::{
    Bucket, Command, Denial, Rate,
    command::{MoveCursor, Type},
};

/// Every so many pings one carries the sessions' heads, so that a lost tail is noticed.
const HEADS_EVERY: u32 = 4;

/// What a connection is held to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How long a stranger may stay silent.
    pub hello_within: Millis,
    /// Frames of one socket.
    pub frames: Rate,
    /// Heartbeat.
    pub ping: PingPlan,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            hello_within: Millis::secs(10),
            // 20 a second; twice that at once, as a reconnect flushes what has waited.
            frames: Rate { burst: 40, per_minute: 20 * 60 },
            ping: PingPlan { every_ms: Millis::secs(25), grace_ms: Millis::secs(10) },
        }
    }
}

/// One fact, in the order in which it came about.
#[derive(Clone, Debug)]
pub enum Input {
    /// A frame of this version, and how many bytes it had.
    Frame {
        /// The request id.
        id: Option<RequestId>,
        /// The frame.
        frame: ClientFrame,
        /// Its size on the wire.
        bytes: usize,
    },
    /// A frame of an unknown type.
    UnknownType {
        /// The request id.
        id: Option<RequestId>,
    },
    /// Something that is no frame.
    Broken {
        /// The request id, if that much could be read.
        id: Option<RequestId>,
        /// What is wrong, for a developer.
        why: String,
    },
    /// A frame over the limit. What follows it on the socket cannot be read.
    Oversize,
    /// The hello's proof holds; it does so until then.
    Identified {
        /// When the proof runs out, if it does.
        expires_at: Option<Millis>,
    },
    /// The hello's proof does not hold.
    Refused {
        /// Why.
        code: ErrorCode,
        /// What to close with.
        close: CloseCode,
    },
    /// The fresh proof that [`Output::Renew`] asked about holds.
    Renewed {
        /// The id of the request.
        id: Option<RequestId>,
        /// What the peer keeps from now on.
        tokens: Tokens,
        /// When the proof runs out, if it does.
        expires_at: Option<Millis>,
    },
    /// The fresh proof does not hold, or is somebody else's. The one before stands as long as it did.
    NotRenewed {
        /// The id of the request.
        id: Option<RequestId>,
        /// Why.
        code: ErrorCode,
    },
    /// The heads that [`Output::Heads`] asked for.
    Heads(Vec<Head>),
    /// The timer of `next_wake` fired.
    Tick,
}

/// What the shell has to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Check the proof; answer with `Identified` or `Refused`.
    Identify(Option<RequestId>, Box<Hello>),
    /// Check that the proof is the same party's; answer with `Renewed` or `NotRenewed`.
    Renew(Option<RequestId>, Auth),
    /// Authorise and carry out.
    Run(Option<RequestId>, Command),
    /// Answer, or push.
    Reply(Option<RequestId>, ServerFrame),
    /// Read the heads of the sessions; answer with `Heads`.
    Heads,
    /// Close. Nothing follows.
    Close(CloseCode),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Waits for the hello.
    Greeting { until: Millis },
    /// The proof is being checked. Frames may be pipelined behind the hello; the shell holds them back.
    Identifying,
    /// Welcome.
    Live(Live),
    /// Closed by us.
    Closed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Live {
    /// Anything at all from the peer proves that it lives.
    heard_at: Millis,
    next_ping: Millis,
    pings: u32,
    proof: Proof,
}

/// The machine.
#[derive(Clone, Debug)]
pub struct Peer {
    pace: Pace,
    frames: Bucket,
    state: State,
}

impl Peer {
    /// A socket was accepted.
    pub fn new(now: Millis, pace: Pace) -> Self {
        Self {
            pace,
            frames: Bucket::full(pace.frames, now),
            state: State::Greeting { until: now + pace.hello_within },
        }
    }

    /// The only door.
    pub fn handle(&mut self, now: Millis, input: Input) -> Vec<Output> {
        let outputs = match (self.state, input) {
            (State::Closed, _) => Vec::new(),
            (_, Input::Tick) => self.tick(now),
            (State::Greeting { .. }, Input::Frame { id, frame: ClientFrame::Hello(hello), bytes })
                if bytes <= HELLO_FRAME_BYTES =>
            {
                self.state = State::Identifying;
                vec![Output::Identify(id, hello)]
            }
            (State::Greeting { .. }, input) => bad_hello(&input),
            (State::Identifying, Input::Identified { expires_at }) => {
                self.state = State::Live(Live {
                    heard_at: now,
                    next_ping: now + self.pace.ping.every_ms,
                    pings: 0,
                    proof: Proof::new(expires_at),
                });
                Vec::new()
            }
            (State::Identifying, Input::Refused { code, close }) => {
                vec![Output::Reply(None, ServerFrame::Err(ErrorBody::new(code))), Output::Close(close)]
            }
            // The shell reads no frame while it checks a proof.
            (State::Identifying, _) => Vec::new(),
            (State::Live(live), input) => self.live(now, live, input),
        };
        if outputs.iter().any(|output| matches!(output, Output::Close(_))) {
            self.state = State::Closed;
        }
        outputs
    }

    /// When `Tick` is due.
    pub fn next_wake(&self) -> Option<Millis> {
        match self.state {
            State::Greeting { until } => Some(until),
            State::Identifying | State::Closed => None,
            State::Live(live) => {
                let due = live.next_ping.min(self.dead_at(live));
                Some(live.proof.next_wake().map_or(due, |wake| due.min(wake)))
            }
        }
    }

    fn dead_at(&self, live: Live) -> Millis {
        live.heard_at + self.pace.ping.every_ms + self.pace.ping.grace_ms
    }

    fn tick(&mut self, now: Millis) -> Vec<Output> {
        match self.state {
            State::Greeting { until } if until <= now => vec![
                Output::Reply(None, refuse(ErrorCode::BadFrame, "no hello came in time")),
                Output::Close(CloseCode::BAD_HELLO),
            ],
            State::Live(live) if live.proof.due(now).is_some() => self.end_proof(live, now),
            State::Live(live) if self.dead_at(live) <= now => vec![Output::Close(CloseCode::NO_PONG)],
            State::Live(live) if live.next_ping <= now => {
                let pings = live.pings.wrapping_add(1);
                self.state = State::Live(Live { next_ping: now + self.pace.ping.every_ms, pings, ..live });
                if pings % HEADS_EVERY == 0 { vec![Output::Heads] } else { vec![ping(pings, Vec::new())] }
            }
            _ => Vec::new(),
        }
    }

    /// The proof ends soon, or has ended.
    fn end_proof(&mut self, live: Live, now: Millis) -> Vec<Output> {
        match live.proof.due(now) {
            Some(Due::Tell(expires_at)) => {
                self.state = State::Live(Live { proof: live.proof.told(), ..live });
                vec![Output::Reply(None, ServerFrame::AuthDue(AuthDue { expires_at }))]
            }
            Some(Due::Over) => vec![
                Output::Reply(None, ServerFrame::Err(ErrorBody::new(ErrorCode::TokenExpired))),
                Output::Close(CloseCode::SIGN_IN),
            ],
            None => Vec::new(),
        }
    }

    fn live(&mut self, now: Millis, live: Live, input: Input) -> Vec<Output> {
        let (id, frame) = match input {
            Input::Heads(heads) => return vec![ping(live.pings, heads)],
            Input::Renewed { id, tokens, expires_at } => {
                self.state = State::Live(Live { proof: Proof::new(expires_at), ..live });
                return vec![Output::Reply(id, ServerFrame::Renewed(Renewed { tokens }))];
            }
            Input::NotRenewed { id, code } => {
                return vec![Output::Reply(id, ServerFrame::Err(ErrorBody::new(code)))];
            }
            Input::Oversize => {
                let refusal = ServerFrame::Err(ErrorBody::new(ErrorCode::TooLarge));
                return vec![Output::Reply(None, refusal), Output::Close(CloseCode::TOO_LARGE)];
            }
            Input::Frame { id, frame, .. } => (id, Ok(frame)),
            Input::UnknownType { id } => (id, Err(ServerFrame::Err(ErrorBody::new(ErrorCode::Unsupported)))),
            Input::Broken { id, why } => (id, Err(refuse(ErrorCode::BadFrame, &why))),
            Input::Tick | Input::Identified { .. } | Input::Refused { .. } => return Vec::new(),
        };
        self.state = State::Live(Live { heard_at: now, ..live });
        if let Err(retry_after) = self.frames.take(now) {
            let refusal = ServerFrame::Err(Denial::TooFast { retry_after }.body());
            return vec![Output::Reply(id, refusal), Output::Close(CloseCode::RATE)];
        }
        frame.map_or_else(|refusal| vec![Output::Reply(id, refusal)], |frame| answer(id, frame))
    }
}

/// What a live peer's frame leads to.
fn answer(id: Option<RequestId>, frame: ClientFrame) -> Vec<Output> {
    let command = match frame {
        ClientFrame::Open(open) => open.try_into().map(Command::Open),
        ClientFrame::Send(draft) => draft.try_into().map(Command::Post),
        ClientFrame::History(history) => Ok(Command::History(history.into())),
        ClientFrame::List(list) => Ok(Command::List(crate::List { after: list.after })),
        ClientFrame::Upload(upload) => upload.try_into().map(Command::Upload),
        ClientFrame::Links(links) => links.try_into().map(Command::ReadFiles),
        ClientFrame::Cursor(cursor) => Ok(Command::MoveCursor(MoveCursor(cursor))),
        ClientFrame::Typing(typing) => Ok(Command::Type(Type(typing))),
        ClientFrame::Desk(request) => Ok(request.into_inner().into()),
        ClientFrame::Ping(Beat { nonce }) => {
            return vec![Output::Reply(id, ServerFrame::Pong(Beat { nonce }))];
        }
        ClientFrame::Pong(_) => return Vec::new(),
        ClientFrame::Bye => return vec![Output::Close(CloseCode::BYE)],
        ClientFrame::Auth(Renewal { auth }) => return vec![Output::Renew(id, auth)],
        ClientFrame::Hello(_) => {
            return vec![Output::Reply(id, refuse(ErrorCode::BadFrame, "hello comes once, and first"))];
        }
    };
    match command {
        Ok(command) => vec![Output::Run(id, command)],
        Err(denial) => vec![Output::Reply(id, ServerFrame::Err(denial.body()))],
    }
}

/// Whatever came instead of a hello.
fn bad_hello(input: &Input) -> Vec<Output> {
    let refusal = match input {
        Input::Frame { frame: ClientFrame::Hello(_), .. } => {
            refuse(ErrorCode::TooLarge, "hello is larger than 16 KiB")
        }
        Input::Oversize => refuse(ErrorCode::TooLarge, "hello is larger than 16 KiB"),
        Input::Broken { why, .. } => refuse(ErrorCode::BadFrame, why),
        Input::Frame { .. } | Input::UnknownType { .. } => {
            refuse(ErrorCode::BadFrame, "the first frame must be hello")
        }
        _ => return Vec::new(),
    };
    vec![Output::Reply(None, refusal), Output::Close(CloseCode::BAD_HELLO)]
}

fn ping(nonce: u32, heads: Vec<Head>) -> Output {
    Output::Reply(None, ServerFrame::Ping(Ping { nonce, heads }))
}

fn refuse(code: ErrorCode, title: &str) -> ServerFrame {
    ServerFrame::Err(ErrorBody { title: title.to_owned(), ..ErrorBody::new(code) })
}

#[cfg(test)]
mod tests;
