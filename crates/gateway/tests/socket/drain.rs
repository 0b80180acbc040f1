//! P9: stopping in good order.

use std::time::{Duration, Instant};

use tieline_gateway::{
    Listener, serve_state,
    store::{Store, Tuning},
};
use tieline_load::client::{self, Client, Heard, draft_id, text_frame};
use tieline_protocol::{Auth, ClientFrame, CloseCode, ServerFrame};
use tokio::sync::oneshot;

use crate::running::{NO_LIMITS, Running, Talk};

fn short_stay() -> String {
    format!("drain_secs = 1\n{NO_LIMITS}")
}

#[tokio::test]
async fn everybody_is_told_and_whoever_stays_is_closed_with_4001() {
    let mut gateway = Running::start(&short_stay()).await;
    let Talk { mut visitor, mut agent, session, .. } = gateway.talk().await;
    visitor.say(session, draft_id(), "before the end").await.unwrap();
    agent.entry().await.unwrap();
    let server = gateway.ask_to_stop();
    let Heard::Frame(None, ServerFrame::Drain(drain)) = visitor.hear().await.unwrap() else {
        panic!("not told")
    };
    assert_eq!((drain.why.as_str(), drain.spread_ms.0), ("stopping", 500));
    assert!((client::now().0..client::now().0 + 1_001).contains(&drain.by.0), "{drain:?}");
    // Work goes on until the last moment.
    visitor.say(session, draft_id(), "at the last moment").await.unwrap();
    assert_eq!(visitor.hear().await.unwrap(), Heard::Closed(CloseCode::DRAIN));
    assert!(matches!(agent.hear().await.unwrap(), Heard::Frame(None, ServerFrame::Drain(_))));
    agent.entry().await.unwrap();
    assert_eq!(agent.hear().await.unwrap(), Heard::Closed(CloseCode::DRAIN));
    server.await.unwrap().unwrap();
    assert!(gateway.state.connections.is_empty());
}

/// Not ready from the first moment; newcomers are told when to come back; when the last one leaves, nothing is waited for.
#[tokio::test]
async fn newcomers_are_turned_away_while_it_stops() {
    let mut gateway = Running::start(NO_LIMITS).await;
    let (mut visitor, _) = gateway.visitor().await;
    assert_eq!(client::get(&gateway.address, "/readyz").await.unwrap().0, 200);
    let server = gateway.ask_to_stop();
    assert!(matches!(visitor.hear().await.unwrap(), Heard::Frame(None, ServerFrame::Drain(_))));
    assert_eq!(client::get(&gateway.address, "/readyz").await.unwrap().0, 503);
    assert_eq!(client::get(&gateway.address, "/healthz").await.unwrap().0, 200);
    let head = gateway.dial().await;
    assert!(head.starts_with("http/1.1 503") && head.contains("retry-after: "), "{head}");
    let left_at = Instant::now();
    visitor.send(ClientFrame::Bye).await.unwrap();
    assert_eq!(visitor.hear().await.unwrap(), Heard::Closed(CloseCode::BYE));
    server.await.unwrap().unwrap();
    assert!(left_at.elapsed() < Duration::from_secs(8), "it stayed on for {:?}", left_at.elapsed());
}

/// P1, P9: somebody talks without a pause until the socket closes; every `ok` is in the store.
#[tokio::test]
async fn what_was_acknowledged_while_it_stopped_is_on_disk() {
    let mut gateway = Running::start(&short_stay()).await;
    let Talk { mut visitor, session, .. } = gateway.talk().await;
    let server = gateway.ask_to_stop();
    let mut acknowledged = Vec::new();
    loop {
        let draft = draft_id();
        if visitor.send(text_frame(session, draft, "to the last")).await.is_err() {
            break;
        }
        match visitor.hear().await.unwrap() {
            Heard::Frame(None, ServerFrame::Drain(_)) => {}
            Heard::Frame(_, ServerFrame::Ok(receipt)) => acknowledged.push(receipt.draft_id),
            Heard::Closed(code) => break assert_eq!(code, CloseCode::DRAIN),
            other => panic!("{other:?}"),
        }
    }
    server.await.unwrap().unwrap();
    let store = Store::open(&gateway.stage.config.store).unwrap();
    let kept: Vec<Vec<u8>> = store
        .read(|db| {
            db.prepare("select draft_id from entry order by seq")?.query_map([], |row| row.get(0))?.collect()
        })
        .await
        .unwrap();
    assert!(!acknowledged.is_empty());
    for draft in &acknowledged {
        assert_eq!(kept.iter().filter(|kept| kept.as_slice() == draft.0.as_bytes()).count(), 1);
    }
}

/// P9: a listener that outlives the process. Whoever dials while it stops is refused by nobody, and served by the successor.
#[tokio::test]
async fn who_dials_while_it_stops_waits_for_the_successor() {
    let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    socket.set_nonblocking(true).unwrap();
    let inherited =
        || Listener::Inherited(tokio::net::TcpListener::from_std(socket.try_clone().unwrap()).unwrap());
    let mut gateway = Running::start_on(inherited(), &short_stay(), Tuning::default()).await;
    let (mut visitor, _) = gateway.visitor().await;
    let server = gateway.ask_to_stop();
    assert!(matches!(visitor.hear().await.unwrap(), Heard::Frame(None, ServerFrame::Drain(_))));
    let hello = gateway.visitor_hello(Auth::New);
    let address = gateway.address.clone();
    let early = tokio::spawn(async move { Client::enter(&address, hello).await });
    assert_eq!(visitor.hear().await.unwrap(), Heard::Closed(CloseCode::DRAIN));
    server.await.unwrap().unwrap();
    assert!(!early.is_finished(), "answered by a gateway that had stopped to take in");

    let state = tieline_gateway::app::AppState::open(gateway.stage.config.clone()).unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let successor = tokio::spawn(serve_state(inherited(), state, async {
        let _ = stopped.await;
    }));
    let (mut client, _) = early.await.unwrap().unwrap();
    client.send(ClientFrame::Bye).await.unwrap();
    assert_eq!(client.hear().await.unwrap(), Heard::Closed(CloseCode::BYE));
    stop.send(()).unwrap();
    successor.await.unwrap().unwrap();
}
