//! Whatever a peer sends and whenever: nothing is run for a stranger, a proof is checked once, nothing follows a close.

use arbitrary::{Result, Unstructured};
use tieline_protocol::client::{Beat, History, List, Open, Renewal, Typing};
use tieline_protocol::server::{Head, Tokens};
use tieline_protocol::{
    Auth, Body, ClientFrame, CloseCode, Cursor, Draft, DraftId, ErrorCode, Hello, Millis, RequestId, Seq,
    SessionId,
};
use tieline_relay::Peer;
use tieline_relay::peer::{Input, Output, Pace};

/// Fails where an output breaks the order of a conversation.
pub fn check(data: &[u8]) {
    // Running out of bytes ends the script.
    let _ = play(&mut Unstructured::new(data));
}

fn play(bytes: &mut Unstructured<'_>) -> Result<()> {
    let mut now = Millis(1);
    let mut peer = Peer::new(now, Pace::default());
    let (mut proofs, mut is_known, mut is_closed) = (0, false, false);
    while !bytes.is_empty() {
        now = now + Millis(u64::from(bytes.arbitrary::<u16>()?));
        let input = input(bytes)?;
        is_known |= matches!(input, Input::Identified { .. }) && proofs == 1 && !is_closed;
        for output in peer.handle(now, input) {
            assert!(!is_closed, "{output:?} after a close");
            match output {
                Output::Identify(..) => proofs += 1,
                Output::Run(..) | Output::Renew(..) | Output::Heads => {
                    assert!(is_known, "{output:?} for a stranger")
                }
                Output::Close(_) => is_closed = true,
                Output::Reply(..) => {}
            }
        }
        assert!(proofs <= 1, "a second hello was taken");
        assert!(!is_closed || peer.next_wake().is_none(), "a closed peer keeps its timer");
    }
    Ok(())
}

fn input(bytes: &mut Unstructured<'_>) -> Result<Input> {
    let id = bytes.arbitrary::<Option<u32>>()?.map(RequestId);
    Ok(match bytes.int_in_range(0..=10)? {
        0..=4 => Input::Frame { id, frame: frame(bytes)?, bytes: usize::from(bytes.arbitrary::<u16>()?) },
        5 => Input::Identified { expires_at: bytes.arbitrary::<Option<u32>>()?.map(|at| Millis(at.into())) },
        6 => Input::Refused { code: ErrorCode::Unauthorized, close: CloseCode::SIGN_IN },
        7 if bytes.arbitrary()? => Input::UnknownType { id },
        7 => Input::Broken { id, why: String::new() },
        8 if bytes.arbitrary()? => Input::Oversize,
        8 => Input::Heads(vec![Head { session: session(bytes)?, last: Seq(bytes.arbitrary()?) }]),
        9 if bytes.arbitrary()? => Input::NotRenewed { id, code: ErrorCode::Forbidden },
        9 => {
            let expires_at = bytes.arbitrary::<Option<u32>>()?.map(|at| Millis(at.into()));
            Input::Renewed { id, tokens: Tokens::default(), expires_at }
        }
        _ => Input::Tick,
    })
}

fn frame(bytes: &mut Unstructured<'_>) -> Result<ClientFrame> {
    Ok(match bytes.int_in_range(0..=10)? {
        0 => ClientFrame::Hello(Box::new(Hello {
            channel: None,
            capabilities: Vec::new(),
            app: None,
            language: None,
            embed: None,
            page_origin: None,
            auth: Auth::New,
            cursors: Vec::new(),
        })),
        1 => ClientFrame::Open(Open { draft_id: draft(bytes)?, to: None, item: None }),
        2 => ClientFrame::List(List::default()),
        3 => ClientFrame::History(History {
            session: session(bytes)?,
            before: bytes.arbitrary::<Option<u64>>()?.map(Seq),
            after: bytes.arbitrary::<Option<u64>>()?.map(Seq),
            limit: bytes.arbitrary()?,
        }),
        4 => {
            let text = bytes.arbitrary::<&str>()?.to_owned();
            ClientFrame::Send(Draft {
                session: session(bytes)?,
                draft_id: draft(bytes)?,
                reply_to: if bytes.arbitrary()? { Some(draft(bytes)?) } else { None },
                body: match bytes.int_in_range(0..=5)? {
                    0 => Body::Edit { target: draft(bytes)?, text },
                    1 => Body::Retract { target: draft(bytes)? },
                    2 => Body::Retracted,
                    3 => Body::Choices { options: vec![text.clone()], text },
                    _ => Body::Text { text },
                },
            })
        }
        5 => ClientFrame::Cursor(Cursor {
            session: session(bytes)?,
            delivered: Seq(bytes.arbitrary()?),
            read: Seq(bytes.arbitrary()?),
        }),
        6 => ClientFrame::Ping(Beat { nonce: bytes.arbitrary()? }),
        7 => ClientFrame::Pong(Beat { nonce: bytes.arbitrary()? }),
        8 => ClientFrame::Auth(Renewal { auth: Auth::New }),
        9 => ClientFrame::Typing(Typing { session: session(bytes)?, on: bytes.arbitrary()? }),
        _ => ClientFrame::Bye,
    })
}

fn session(bytes: &mut Unstructured<'_>) -> Result<SessionId> {
    Ok(SessionId::at(Millis(1), [bytes.arbitrary()?; 10]))
}

fn draft(bytes: &mut Unstructured<'_>) -> Result<DraftId> {
    Ok(DraftId::at(Millis(1), [bytes.arbitrary()?; 10]))
}
