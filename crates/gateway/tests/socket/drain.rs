//! Stopping in good order.

use tieline_load::client::{Client, Heard, draft_id};
use tieline_protocol::{ClientFrame, CloseCode, ServerFrame};

use crate::running::{NO_LIMITS, Running, Talk};

#[tokio::test]
async fn everybody_is_told_and_whoever_stays_is_closed_with_4001() {
    let mut gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, mut agent, session, .. } = gateway.talk().await;
    visitor.say(session, draft_id(), "before the end").await.unwrap();
    agent.entry().await.unwrap();
    let server = gateway.ask_to_stop();
    let Heard::Frame(None, ServerFrame::Drain(drain)) = visitor.hear().await.unwrap() else {
        panic!("not told")
    };
    assert_eq!(drain.why, "stopping");
    // Work goes on until the last moment.
    visitor.say(session, draft_id(), "at the last moment").await.unwrap();
    assert_eq!(visitor.hear().await.unwrap(), Heard::Closed(CloseCode::DRAIN));
    assert!(matches!(agent.hear().await.unwrap(), Heard::Frame(None, ServerFrame::Drain(_))));
    agent.entry().await.unwrap();
    assert_eq!(agent.hear().await.unwrap(), Heard::Closed(CloseCode::DRAIN));
    server.await.unwrap().unwrap();
    assert!(gateway.state.connections.is_empty());
}

#[tokio::test]
async fn newcomers_are_turned_away_while_it_stops() {
    let mut gateway = Running::start(NO_LIMITS).await;
    let (mut visitor, _) = gateway.visitor().await;
    let server = gateway.ask_to_stop();
    assert!(matches!(visitor.hear().await.unwrap(), Heard::Frame(None, ServerFrame::Drain(_))));
    let refused = Client::connect(&gateway.address).await.err().expect("turned away").to_string();
    assert!(refused.contains("503"), "{refused}");
    // When the last one leaves, nothing is waited for any more.
    visitor.send(ClientFrame::Bye).await.unwrap();
    assert_eq!(visitor.hear().await.unwrap(), Heard::Closed(CloseCode::BYE));
    server.await.unwrap().unwrap();
}
