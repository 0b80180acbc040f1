//! What the operator of a channel chooses reaches its visitors: in the `welcome`, and those who are there within a second.

use tieline_gateway::auth::{
    registration::{Policy, Wish},
    registry::Registry,
};
use tieline_load::client::{Client, Heard, now};
use tieline_protocol::{ServerFrame, server::ChannelFace};

use crate::running::{NO_LIMITS, Running};

/// The next push of the channel itself.
async fn face(client: &mut Client) -> ChannelFace {
    loop {
        match client.hear().await.unwrap() {
            Heard::Frame(None, ServerFrame::Channel(face)) => return *face,
            Heard::Frame(..) => {}
            gone => panic!("no face: {gone:?}"),
        }
    }
}

#[tokio::test]
async fn a_changed_setting_is_pushed_to_who_is_there_and_told_to_who_comes() {
    let gateway = Running::start(NO_LIMITS).await;
    let (mut first, welcome) = gateway.visitor().await;
    assert!(welcome.channel.unwrap().quick_questions.is_empty());
    let questions = vec!["Is it in stock?".to_owned(), "What is shipping?".to_owned()];
    gateway.change(&serde_json::json!({ "settings": { "quick_questions": questions } })).await;
    assert_eq!(face(&mut first).await.quick_questions, questions);
    let (mut second, welcome) = gateway.visitor().await;
    assert_eq!(welcome.channel.unwrap().quick_questions, questions);

    // The command line is another program on the same store.
    let store = tieline_gateway::store::Store::open(&gateway.state.config.store).unwrap();
    let policy = Policy { allow_insecure_origins: true };
    let registry = Registry { store, master: gateway.state.auth.master.clone(), policy };
    let settings = serde_json::json!({ "quick_questions": null, "rating": false });
    let wish = Wish { settings: settings.as_object().unwrap().clone(), ..Wish::default() };
    registry.change(&gateway.channel, &wish, now()).await.unwrap();
    for client in [&mut first, &mut second] {
        let face = face(client).await;
        assert!(face.quick_questions.is_empty() && !face.rating);
        assert_eq!(face.name, "Load", "what is not named stays");
    }
}
