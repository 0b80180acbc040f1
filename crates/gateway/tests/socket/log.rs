//! Saying things: once, in order, to those who may hear.

use tieline_load::client::{Client, Heard, draft_id, text_frame};
use tieline_protocol::{
    Auth, Body, ClientFrame, Cursor, Draft, ErrorCode, Item, Role, Seq, ServerFrame,
    client::{History, List, Open, Typing},
};

use crate::running::{NO_LIMITS, Running, Talk};

#[tokio::test]
async fn a_visitors_words_reach_the_agent_and_the_answer_comes_back() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, mut agent, session, .. } = gateway.talk().await;
    let first = draft_id();
    let receipt = visitor.say(session, first, "Is it blue?").await.unwrap();
    assert_eq!((receipt.seq, receipt.duplicate), (Seq(1), false));
    let entry = agent.entry().await.unwrap();
    assert_eq!((entry.seq, entry.draft_id), (Seq(1), first));
    assert_eq!(entry.body, Body::Text { text: "Is it blue?".into() });
    let receipt = agent.say(session, draft_id(), "It is.").await.unwrap();
    assert_eq!(receipt.seq, Seq(2));
    let answer = visitor.entry().await.unwrap();
    assert_eq!((answer.seq, answer.body), (Seq(2), Body::Text { text: "It is.".into() }));
}

#[tokio::test]
async fn the_desk_hears_of_a_new_session() {
    let gateway = Running::start(NO_LIMITS).await;
    let (mut agent, _) = gateway.agent("a0").await;
    let (mut visitor, _) = gateway.visitor().await;
    let item = Item { title: "Kettle".into(), verified: true, ..Item::default() };
    let open = Open { draft_id: draft_id(), to: None, item: Some(item) };
    let ServerFrame::Ok(receipt) = visitor.ask(ClientFrame::Open(open)).await.unwrap() else {
        panic!("not opened")
    };
    let Heard::Frame(None, ServerFrame::Session(state)) = agent.hear().await.unwrap() else {
        panic!("no session")
    };
    assert_eq!((state.session, state.last), (receipt.session, Seq(0)));
    let item = state.item.unwrap();
    assert_eq!((item.title.as_str(), item.verified), ("Kettle", false), "a page cannot verify its own card");
}

/// Same id: one entry. Other words under it: refused, and the entry stands.
#[tokio::test]
async fn a_draft_stands_once() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, mut agent, session, .. } = gateway.talk().await;
    let id = draft_id();
    let first = visitor.say(session, id, "once").await.unwrap();
    let again = visitor.say(session, id, "once").await.unwrap();
    assert_eq!((again.seq, again.at, again.duplicate), (first.seq, first.at, true));
    match visitor.ask(text_frame(session, id, "other words")).await.unwrap() {
        ServerFrame::Err(refusal) => assert_eq!(refusal.code, ErrorCode::Conflict),
        other => panic!("{other:?}"),
    }
    visitor.say(session, draft_id(), "next").await.unwrap();
    let heard = [agent.entry().await.unwrap(), agent.entry().await.unwrap()];
    assert_eq!(heard.map(|entry| entry.seq), [Seq(1), Seq(2)], "the duplicate was announced to nobody");
}

#[tokio::test]
async fn opening_twice_under_one_id_opens_once() {
    let gateway = Running::start(NO_LIMITS).await;
    let (mut visitor, _) = gateway.visitor().await;
    let id = draft_id();
    let first = visitor.open(id, None).await.unwrap();
    let again = visitor.open(id, None).await.unwrap();
    assert_eq!((again.session, again.epoch, again.duplicate), (first.session, first.epoch, true));
    let open = Open { draft_id: id, to: Some("r1".into()), item: None };
    assert!(matches!(
        visitor.ask(ClientFrame::Open(open)).await.unwrap(),
        ServerFrame::Err(refusal) if refusal.code == ErrorCode::Conflict
    ));
}

/// Ten pipelined messages keep their order, and the answers come in it, too.
#[tokio::test]
async fn pipelined_words_keep_their_order() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, mut agent, session, .. } = gateway.talk().await;
    let mut asked = Vec::new();
    for n in 0..10 {
        asked.push(visitor.send(text_frame(session, draft_id(), &format!("line {n}"))).await.unwrap());
    }
    for (n, id) in asked.into_iter().enumerate() {
        match visitor.hear().await.unwrap() {
            Heard::Frame(Some(answered), ServerFrame::Ok(receipt)) => {
                assert_eq!((answered, receipt.seq), (id, Seq(n as u64 + 1)));
            }
            other => panic!("{other:?}"),
        }
        let entry = agent.entry().await.unwrap();
        assert_eq!(entry.body, Body::Text { text: format!("line {n}") });
    }
}

#[tokio::test]
async fn a_second_tab_hears_what_the_first_one_says() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, visitor_token, session, .. } = gateway.talk().await;
    let hello = gateway.visitor_hello(Auth::Visitor { token: visitor_token });
    let (mut tab, welcome) = Client::enter(&gateway.address, hello).await.unwrap();
    assert_eq!(welcome.sessions.len(), 1);
    visitor.say(session, draft_id(), "from the first").await.unwrap();
    assert_eq!(tab.entry().await.unwrap().body, Body::Text { text: "from the first".into() });
}

#[tokio::test]
async fn cursors_move_forward_only_and_never_past_the_end() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, mut agent, session, .. } = gateway.talk().await;
    for _ in 0..3 {
        visitor.say(session, draft_id(), "x").await.unwrap();
        agent.entry().await.unwrap();
    }
    for (delivered, read, expected) in [(2, 1, (2, 1)), (99, 2, (3, 2)), (0, 99, (3, 3))] {
        let cursor = Cursor { session, delivered: Seq(delivered), read: Seq(read) };
        agent.send(ClientFrame::Cursor(cursor)).await.unwrap();
        // The one who moved it hears of it too: a tab that shares the socket may not have been the one.
        for client in [&mut visitor, &mut agent] {
            match client.hear().await.unwrap() {
                Heard::Frame(None, ServerFrame::Cursor(seen)) => {
                    assert_eq!((seen.delivered.0, seen.read.0), expected);
                }
                other => panic!("{other:?}"),
            }
        }
    }
    // Backwards is nothing, and so is announced to nobody: the next thing heard is the agent's answer.
    agent.send(ClientFrame::Cursor(Cursor { session, delivered: Seq(1), read: Seq(1) })).await.unwrap();
    agent.say(session, draft_id(), "done").await.unwrap();
    assert!(matches!(visitor.hear().await.unwrap(), Heard::Frame(None, ServerFrame::Entry(_))));
}

/// Whoever types is seen by the other side at once, and leaves nothing behind.
#[tokio::test]
async fn who_types_is_told_to_the_others_and_kept_nowhere() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, visitor_token, mut agent, session } = gateway.talk().await;
    for on in [true, false] {
        agent.send(ClientFrame::Typing(Typing { session, on })).await.unwrap();
        match visitor.hear().await.unwrap() {
            Heard::Frame(None, ServerFrame::Typing(typist)) => {
                assert_eq!((typist.session, typist.from.role, typist.on), (session, Role::Agent, on));
            }
            other => panic!("{other:?}"),
        }
    }
    visitor.send(ClientFrame::Typing(Typing { session, on: true })).await.unwrap();
    // Nor does the one who types hear of it: the next thing that the agent hears is the visitor.
    let typist = loop {
        match agent.hear().await.unwrap() {
            Heard::Frame(None, ServerFrame::Typing(typist)) => break typist,
            // Of the session's beginning.
            Heard::Frame(None, ServerFrame::Session(_)) => {}
            other => panic!("{other:?}"),
        }
    };
    assert!(typist.from.role.is_visiting());
    let hello = gateway.visitor_hello(Auth::Visitor { token: visitor_token });
    let (mut again, welcome) = Client::enter(&gateway.address, hello).await.unwrap();
    assert_eq!(welcome.sessions.iter().map(|state| state.last).collect::<Vec<_>>(), [Seq(0)]);
    again.say(session, draft_id(), "so").await.unwrap();
    assert!(matches!(visitor.hear().await.unwrap(), Heard::Frame(None, ServerFrame::Entry(_))));
}

/// Both sides read, each at their own pace; whoever comes back finds how far the other has got.
#[tokio::test]
async fn cursors_of_both_sides_are_kept() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, visitor_token, mut agent, session } = gateway.talk().await;
    for n in 0..4 {
        visitor.say(session, draft_id(), &format!("line {n}")).await.unwrap();
    }
    for (is_visitor, delivered, read) in [(true, 4, 1), (false, 3, 2), (true, 2, 3)] {
        let client = if is_visitor { &mut visitor } else { &mut agent };
        let cursor = Cursor { session, delivered: Seq(delivered), read: Seq(read) };
        client.send(ClientFrame::Cursor(cursor)).await.unwrap();
        // Told to the one who moved it, once it is on disk.
        loop {
            if let Heard::Frame(_, ServerFrame::Cursor(seen)) = client.hear().await.unwrap()
                && (seen.role.is_visiting(), seen.read) == (is_visitor, Seq(read))
            {
                break;
            }
        }
    }
    let (_, desk) = gateway.agent("a0").await;
    let hello = gateway.visitor_hello(Auth::Visitor { token: visitor_token });
    let (_, widget) = Client::enter(&gateway.address, hello).await.unwrap();
    for welcome in [desk, widget] {
        let cursors = &welcome.sessions[0].cursors;
        let mut kept: Vec<_> = cursors
            .iter()
            .map(|cursor| (cursor.role.is_visiting(), cursor.delivered.0, cursor.read.0))
            .collect();
        kept.sort_unstable();
        assert_eq!(kept, [(false, 3, 2), (true, 4, 3)], "merged by maximum");
    }
}

#[tokio::test]
async fn history_gives_the_stretch_that_was_asked_for() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, session, .. } = gateway.talk().await;
    for n in 1..=120 {
        visitor.say(session, draft_id(), &format!("{n}")).await.unwrap();
    }
    for (before, after, limit, expected) in [
        (None, None, 5, 116..=120),
        (Some(10), None, 3, 7..=9),
        (Some(3), None, 100, 1..=2),
        (None, Some(117), 100, 118..=120),
        (None, Some(0), 1000, 1..=100),
    ] {
        let history = History { session, before: before.map(Seq), after: after.map(Seq), limit };
        let ServerFrame::Page(page) = visitor.ask(ClientFrame::History(history)).await.unwrap() else {
            panic!("no page")
        };
        let places: Vec<_> = page.entries.iter().map(|entry| entry.seq.0).collect();
        assert_eq!(places, expected.collect::<Vec<_>>(), "{before:?} {after:?} {limit}");
        assert_eq!(page.last, Seq(120));
    }
}

#[tokio::test]
async fn the_list_goes_back_page_by_page() {
    let gateway = Running::start(NO_LIMITS).await;
    let (mut agent, _) = gateway.agent("a0").await;
    let (mut visitor, _) = gateway.visitor().await;
    let mut opened = std::collections::BTreeSet::new();
    for _ in 0..130 {
        opened.insert(visitor.open(draft_id(), None).await.unwrap().session);
    }
    let mut seen = std::collections::BTreeSet::new();
    let mut after = None;
    loop {
        let ServerFrame::Sessions(page) = agent.ask(ClientFrame::List(List { after })).await.unwrap() else {
            panic!("no list")
        };
        assert!(page.sessions.len() <= 100);
        after = page.sessions.last().map(|state| state.session);
        seen.extend(page.sessions.iter().map(|state| state.session));
        if !page.more {
            break;
        }
    }
    assert_eq!(seen, opened);
}

#[tokio::test]
async fn a_kind_of_a_later_version_is_refused_and_the_socket_stays() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, session, .. } = gateway.talk().await;
    let unknown =
        ClientFrame::Send(Draft { session, draft_id: draft_id(), reply_to: None, body: Body::Unknown });
    assert!(matches!(
        visitor.ask(unknown).await.unwrap(),
        ServerFrame::Err(refusal) if refusal.code == ErrorCode::Unsupported
    ));
    visitor.send_text(r#"{"type":"teleport","id":900,"body":{}}"#.into()).await.unwrap();
    assert!(matches!(
        visitor.hear().await.unwrap(),
        Heard::Frame(Some(id), ServerFrame::Err(refusal)) if id.0 == 900 && refusal.code == ErrorCode::Unsupported
    ));
    visitor.say(session, draft_id(), "still here").await.unwrap();
}
