//! Whatever the page, the network and even a gateway out of its mind do: nothing is said before it is saved, the timer
//! never spins, and there is always a screen. That no line is lost or shows twice needs an honest gateway: those are the
//! property tests of `tieline-session`.

use std::collections::BTreeSet;

use arbitrary::{Result, Unstructured};
use tieline_protocol::server::{
    Drain, Limits, Page, Phase, Ping, PingPlan, ReaderCursor, Sessions, Tokens, Typist,
};
use tieline_protocol::{
    Auth, Author, Body, Capabilities, ClientFrame, CloseCode, DraftId, Entry, Epoch, ErrorBody, ErrorCode,
    Millis, PartyId, Receipt, RequestId, Role, Seq, ServerFrame, SessionId, SessionState, Welcome,
};
use tieline_session::screen::Row;
use tieline_session::{Aim, Effect, Input, Setup, Visitor};

/// A shell would re-arm its timer this often without time passing, at most.
const MOST_TICKS: usize = 8;

/// Fails where a visitor's end breaks one of its promises.
pub fn check(data: &[u8]) {
    // Running out of bytes ends the script.
    let _ = play(&mut Unstructured::new(data));
}

fn play(bytes: &mut Unstructured<'_>) -> Result<()> {
    let mut now = Millis(1_000_000);
    let mut visitor = Visitor::new(Setup {
        channel: None,
        app_name: "fuzz",
        app_version: "0",
        language: "en".into(),
        embed: None,
        page_origin: None,
        auth: Auth::New,
        jitter_seed: bytes.arbitrary()?,
        request_base: bytes.arbitrary()?,
    });
    let mut saved = BTreeSet::new();
    while !bytes.is_empty() {
        now = now + Millis(u64::from(bytes.arbitrary::<u16>()?));
        let input = input(bytes)?;
        let effects = visitor.handle(now, input);
        note(&effects, &mut saved);
        // A save is answered at once, well or badly.
        for effect in effects {
            if let Effect::Save(record) = effect {
                let answer = if bytes.ratio(1, 8)? { Input::SaveFailed } else { Input::Saved };
                note(&visitor.handle(now, answer(record.draft_id)), &mut saved);
            }
        }
        let mut ticks = 0;
        while visitor.next_wake().is_some_and(|wake| wake <= now) {
            note(&visitor.handle(now, Input::Tick), &mut saved);
            ticks += 1;
            assert!(ticks <= MOST_TICKS, "the timer spins at {now:?}");
        }
        let rows = visitor.screen(now).thread.rows;
        assert!(
            !matches!(rows.last(), Some(Row::Day { .. } | Row::NewMark)),
            "a thread ends in a heading: {rows:?}"
        );
    }
    Ok(())
}

/// Whatever goes on the wire was handed to the store before.
fn note(effects: &[Effect], saved: &mut BTreeSet<DraftId>) {
    for effect in effects {
        match effect {
            Effect::Save(record) => {
                saved.insert(record.draft_id);
            }
            Effect::Send(outgoing) => {
                if let ClientFrame::Send(draft) = &outgoing.frame {
                    assert!(saved.contains(&draft.draft_id), "{} was sent unsaved", draft.draft_id);
                }
            }
            _ => {}
        }
    }
}

fn input(bytes: &mut Unstructured<'_>) -> Result<Input> {
    Ok(match bytes.int_in_range(0..=22)? {
        0 => Input::Start,
        1 => {
            Input::Asked { to: bytes.arbitrary::<Option<bool>>()?.map(|which| which.to_string()), item: None }
        }
        2 => Input::PanelShown,
        3 => Input::PanelHidden,
        4..=6 => {
            let text = bytes.arbitrary::<&str>()?.to_owned();
            Input::Submit { draft_id: draft(bytes)?, session_draft_id: draft(bytes)?, text }
        }
        7 => Input::Retry(draft(bytes)?),
        8 => Input::Discard(draft(bytes)?),
        9 => Input::OlderWanted,
        10 => Input::SocketOpened,
        11 => Input::SocketClosed(CloseCode(*bytes.choose(&[1000, 1006, 4001, 4008, 4401, 4403, 4999])?)),
        12..=16 => {
            let id = bytes.arbitrary::<Option<u8>>()?.map(|id| RequestId(id.into()));
            Input::Received { id, frame: frame(bytes)? }
        }
        17 => Input::WokeUp,
        18 if bytes.arbitrary()? => Input::WentOffline,
        18 => Input::PageHidden,
        19 => Input::Aimed(match bytes.int_in_range(0..=3)? {
            0 => None,
            1 => Some(Aim::Reply(draft(bytes)?)),
            2 => Some(Aim::Edit(draft(bytes)?)),
            _ => Some(Aim::EditNewest),
        }),
        20 => Input::Retract { draft_id: draft(bytes)?, target: draft(bytes)? },
        21 => Input::Choose { draft_id: draft(bytes)?, target: draft(bytes)?, option: bytes.int_in_range(0..=2)? },
        _ => Input::Tick,
    })
}

fn frame(bytes: &mut Unstructured<'_>) -> Result<ServerFrame> {
    Ok(match bytes.int_in_range(0..=10)? {
        0 | 1 => ServerFrame::Welcome(Box::new(welcome(bytes)?)),
        2 => ServerFrame::Ok(Receipt {
            session: session(bytes)?,
            epoch: epoch(bytes)?,
            draft_id: draft(bytes)?,
            seq: seq(bytes)?,
            at: Millis(1),
            duplicate: bytes.arbitrary()?,
        }),
        3 => ServerFrame::Page(Page {
            session: session(bytes)?,
            epoch: epoch(bytes)?,
            last: seq(bytes)?,
            entries: entries(bytes)?,
        }),
        4 => ServerFrame::Sessions(Sessions { sessions: vec![state(bytes)?], more: bytes.arbitrary()? }),
        5 => ServerFrame::Session(Box::new(state(bytes)?)),
        6 | 7 => ServerFrame::Entry(Box::new(entry(bytes)?)),
        8 if bytes.arbitrary()? => ServerFrame::Cursor(reader(bytes)?),
        8 => ServerFrame::Typing(Typist {
            session: session(bytes)?,
            from: if bytes.arbitrary()? { me() } else { other() },
            on: bytes.arbitrary()?,
        }),
        9 if bytes.arbitrary()? => ServerFrame::Drain(Drain {
            by: Millis(1),
            spread_ms: Millis(bytes.arbitrary()?),
            why: String::new(),
        }),
        9 => ServerFrame::Ping(Ping { nonce: bytes.arbitrary()?, heads: Vec::new() }),
        _ => ServerFrame::Err(ErrorBody::new(*bytes.choose(ErrorCode::ALL)?)),
    })
}

fn welcome(bytes: &mut Unstructured<'_>) -> Result<Welcome> {
    Ok(Welcome {
        connection: String::new(),
        now: Millis(1),
        me: me(),
        channel: None,
        presence: Vec::new(),
        tokens: Tokens::default(),
        ping: PingPlan { every_ms: Millis(bytes.arbitrary()?), grace_ms: Millis(bytes.arbitrary()?) },
        limits: Limits { frame_bytes: 65_536, text_chars: 8_000, burst: 10, per_minute: 60, file_bytes: 0 },
        capabilities: Capabilities::all(),
        sessions: (0..bytes.int_in_range(0..=2)?).map(|_| state(bytes)).collect::<Result<_>>()?,
    })
}

fn state(bytes: &mut Unstructured<'_>) -> Result<SessionState> {
    Ok(SessionState {
        session: session(bytes)?,
        epoch: epoch(bytes)?,
        last: seq(bytes)?,
        phase: *bytes.choose(&[Phase::Open, Phase::Closed, Phase::Unknown])?,
        touched_at: Millis(bytes.arbitrary()?),
        visitor: me(),
        to: None,
        channel_name: None,
        item: None,
        edit_secs: bytes.arbitrary::<Option<bool>>()?.map(|can_edit| u32::from(can_edit) * 900),
        capabilities: bytes.arbitrary::<bool>()?.then(Capabilities::all),
        cursors: vec![reader(bytes)?],
        unread: bytes.arbitrary()?,
        place: bytes.arbitrary()?,
        assigned: None,
        entries: entries(bytes)?,
        more: bytes.arbitrary()?,
        reset: bytes.arbitrary()?,
    })
}

fn entries(bytes: &mut Unstructured<'_>) -> Result<Vec<Entry>> {
    (0..bytes.int_in_range(0..=3)?).map(|_| entry(bytes)).collect()
}

/// The gateway may be slow, forgetful and confused about when, but its log is one: a place holds one line for ever.
fn entry(bytes: &mut Unstructured<'_>) -> Result<Entry> {
    let (session, Seq(seq)) = (session_number(bytes)?, seq(bytes)?);
    let is_mine = seq % 2 == 0;
    let from = if is_mine { me() } else { other() };
    // One's own lines are drafts that `Submit` may have made; nobody else makes those ids.
    let number = session * 16 + u8::try_from(seq).unwrap_or_default() + if is_mine { 0 } else { 128 };
    Ok(Entry {
        session: session_id(session),
        seq: Seq(seq),
        draft_id: DraftId::at(Millis(1), [number; 10]),
        from,
        reply_to: if bytes.ratio(1, 4)? { Some(draft(bytes)?) } else { None },
        at: Millis(bytes.arbitrary()?),
        body: body(bytes)?,
    })
}

fn body(bytes: &mut Unstructured<'_>) -> Result<Body> {
    let text = "said".to_owned();
    Ok(match bytes.int_in_range(0..=7)? {
        0..=2 => Body::Text { text },
        3 => Body::Edit { target: draft(bytes)?, text },
        4 => Body::Retract { target: draft(bytes)? },
        5 => Body::Retracted,
        6 => Body::Choices { text, options: vec!["Yes".to_owned(), "No".to_owned()] },
        _ => Body::Unknown,
    })
}

fn reader(bytes: &mut Unstructured<'_>) -> Result<ReaderCursor> {
    let Author { id: party, role, .. } = if bytes.arbitrary()? { me() } else { other() };
    Ok(ReaderCursor { party, role, session: session(bytes)?, delivered: seq(bytes)?, read: seq(bytes)? })
}

fn me() -> Author {
    Author { id: PartyId::at(Millis(1), [0; 10]), role: Role::Visitor, name: None }
}

fn other() -> Author {
    Author { id: PartyId::at(Millis(1), [1; 10]), role: Role::Agent, name: Some("Mia".into()) }
}

// Small spaces, so that things meet.

fn session_number(bytes: &mut Unstructured<'_>) -> Result<u8> {
    bytes.int_in_range(0..=2)
}

fn session_id(number: u8) -> SessionId {
    SessionId::at(Millis(1), [number; 10])
}

fn session(bytes: &mut Unstructured<'_>) -> Result<SessionId> {
    Ok(session_id(session_number(bytes)?))
}

fn draft(bytes: &mut Unstructured<'_>) -> Result<DraftId> {
    Ok(DraftId::at(Millis(1), [bytes.int_in_range(0..=47)?; 10]))
}

fn seq(bytes: &mut Unstructured<'_>) -> Result<Seq> {
    Ok(Seq(bytes.int_in_range(0..=9)?))
}

fn epoch(bytes: &mut Unstructured<'_>) -> Result<Epoch> {
    Ok(Epoch(if bytes.ratio(7, 8)? { "a" } else { "b" }.into()))
}
