//! Words that answer others, are said otherwise or taken back, and bring answers to choose from.

use tieline_load::client::{Client, draft_id};
use tieline_protocol::{
    Auth, Body, Capabilities, Capability, ClientFrame, Draft, DraftId, ErrorBody, ErrorCode, Receipt, Seq,
    ServerFrame, SessionId,
    client::{History, List},
};

use crate::running::{NO_LIMITS, Running, Talk};

fn text(text: &str) -> Body {
    Body::Text { text: text.into() }
}

fn edit(target: DraftId, text: &str) -> Body {
    Body::Edit { target, text: text.into() }
}

async fn send(
    client: &mut Client,
    session: SessionId,
    draft_id: DraftId,
    reply_to: Option<DraftId>,
    body: Body,
) -> Result<Receipt, ErrorBody> {
    match client.ask(ClientFrame::Send(Draft { session, draft_id, reply_to, body })).await.unwrap() {
        ServerFrame::Ok(receipt) => Ok(receipt),
        ServerFrame::Err(refusal) => Err(refusal),
        other => panic!("{other:?}"),
    }
}

async fn change(
    client: &mut Client,
    session: SessionId,
    name: DraftId,
    body: Body,
) -> Result<Receipt, (ErrorCode, Option<String>)> {
    send(client, session, name, None, body).await.map_err(|refusal| (refusal.code, refusal.at))
}

async fn history(client: &mut Client, session: SessionId) -> Vec<Body> {
    let wish = History { session, before: None, after: None, limit: 100 };
    match client.ask(ClientFrame::History(wish)).await.unwrap() {
        ServerFrame::Page(page) => page.entries.into_iter().map(|entry| entry.body).collect(),
        other => panic!("{other:?}"),
    }
}

const NO_WORDS: (ErrorCode, Option<&str>) = (ErrorCode::NotFound, Some("body.body.target"));

fn is_no_words<T: std::fmt::Debug>(outcome: Result<T, (ErrorCode, Option<String>)>) -> bool {
    outcome.is_err_and(|(code, at)| (code, at.as_deref()) == NO_WORDS)
}

#[tokio::test]
async fn an_answer_says_what_it_answers_to_everybody_and_for_ever() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, mut agent, session, .. } = gateway.talk().await;
    let (question, answer, never) = (draft_id(), draft_id(), draft_id());
    visitor.say(session, question, "Is it blue?").await.unwrap();
    agent.entry().await.unwrap();
    send(&mut agent, session, answer, Some(question), text("It is.")).await.unwrap();
    assert_eq!(visitor.entry().await.unwrap().reply_to, Some(question));
    // The same again is the same; with another target it is other words.
    assert!(send(&mut agent, session, answer, Some(question), text("It is.")).await.unwrap().duplicate);
    let other = send(&mut agent, session, answer, Some(never), text("It is.")).await.unwrap_err();
    assert_eq!(other.code, ErrorCode::Conflict);
    // A name that the session does not have is kept, and says nothing to anybody.
    send(&mut agent, session, draft_id(), Some(never), text("And red.")).await.unwrap();
    assert_eq!(visitor.entry().await.unwrap().reply_to, Some(never));
}

#[tokio::test]
async fn words_are_changed_by_whoever_said_them_and_gone_when_they_are_taken_back() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, mut agent, session, visitor_token } = gateway.talk().await;
    let (words, first, second, back) = (draft_id(), draft_id(), draft_id(), draft_id());
    visitor.say(session, words, "my secret").await.unwrap();
    agent.entry().await.unwrap();
    assert!(is_no_words(change(&mut agent, session, draft_id(), edit(words, "mine now")).await));
    assert!(is_no_words(change(&mut agent, session, draft_id(), Body::Retract { target: words }).await));
    assert!(is_no_words(change(&mut visitor, session, draft_id(), edit(draft_id(), "what?")).await));

    assert_eq!(change(&mut visitor, session, first, edit(words, "my secret!")).await.unwrap().seq, Seq(2));
    let heard = agent.entry().await.unwrap();
    assert_eq!((heard.seq, heard.body), (Seq(2), edit(words, "my secret!")));
    assert!(is_no_words(change(&mut visitor, session, draft_id(), edit(first, "an edit of the edit")).await));
    assert!(change(&mut visitor, session, first, edit(words, "my secret!")).await.unwrap().duplicate);
    change(&mut visitor, session, second, edit(words, "my secret?")).await.unwrap();

    let retract = || Body::Retract { target: words };
    assert_eq!(change(&mut visitor, session, back, retract()).await.unwrap().seq, Seq(4));
    let expected = [Body::Retracted, retract(), retract(), retract()];
    assert_eq!(history(&mut agent, session).await, expected, "the places stay, the words do not");
    let (mut tab, welcome) =
        Client::enter(&gateway.address, gateway.visitor_hello(Auth::Visitor { token: visitor_token }))
            .await
            .unwrap();
    let caught_up: Vec<_> = welcome.sessions[0].entries.iter().map(|entry| entry.body.clone()).collect();
    assert_eq!(caught_up, expected);
    // What was said once is said; nothing comes back, and taking back twice is no fault.
    assert!(change(&mut tab, session, words, text("my secret")).await.unwrap().duplicate);
    assert!(change(&mut tab, session, first, edit(words, "my secret!")).await.unwrap().duplicate);
    assert!(change(&mut tab, session, back, retract()).await.unwrap().duplicate);
    let (code, _) = change(&mut tab, session, draft_id(), edit(words, "again")).await.unwrap_err();
    assert_eq!(code, ErrorCode::NotFound);
    assert_eq!(change(&mut tab, session, draft_id(), retract()).await.unwrap().seq, Seq(5));
}

#[tokio::test]
async fn the_channel_says_for_how_long_and_a_lost_answer_comes_all_the_same() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, mut agent, session, visitor_token } = gateway.talk().await;
    let (words, in_time) = (draft_id(), draft_id());
    visitor.say(session, words, "hello").await.unwrap();
    agent.entry().await.unwrap();
    change(&mut visitor, session, in_time, edit(words, "hello!")).await.unwrap();
    gateway.change(&serde_json::json!({ "edit_secs": 0 })).await;
    let late = change(&mut visitor, session, draft_id(), edit(words, "hello?")).await;
    assert_eq!(late.unwrap_err().0, ErrorCode::TooLate);
    let late = change(&mut visitor, session, draft_id(), Body::Retract { target: words }).await;
    assert_eq!(late.unwrap_err().0, ErrorCode::TooLate);
    assert!(change(&mut visitor, session, in_time, edit(words, "hello!")).await.unwrap().duplicate);

    for (edit_secs, granted, told) in [(60, true, 60), (60, false, 0), (0, true, 0)] {
        let mut capabilities = Capabilities::all();
        if !granted {
            capabilities.0.remove(&Capability::Edit);
        }
        gateway.grant(capabilities).await;
        gateway.change(&serde_json::json!({ "edit_secs": edit_secs })).await;
        let hello = gateway.visitor_hello(Auth::Visitor { token: visitor_token.clone() });
        let (_, welcome) = Client::enter(&gateway.address, hello).await.unwrap();
        assert_eq!(welcome.channel.unwrap().edit_secs, told);
        let (_, welcome) = gateway.agent("a0").await;
        let head = &welcome.sessions[0];
        assert_eq!(head.edit_secs, Some(told));
        assert_eq!(head.capabilities.as_ref().map(|all| all.grants(Capability::Edit)), Some(granted));
    }
}

#[tokio::test]
async fn a_change_is_no_message_to_whoever_counts_and_a_list_shows_what_was_said_last() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, mut agent, session, .. } = gateway.talk().await;
    let [first, second] = [draft_id(), draft_id()];
    for words in [first, second] {
        visitor.say(session, words, "hello").await.unwrap();
        agent.entry().await.unwrap();
    }
    for (body, unread, listed) in [
        (edit(first, "hello!"), 2, vec![text("hello"), edit(first, "hello!")]),
        (
            Body::Retract { target: first },
            1,
            vec![text("hello"), Body::Retract { target: first }, Body::Retract { target: first }],
        ),
    ] {
        change(&mut visitor, session, draft_id(), body).await.unwrap();
        agent.entry().await.unwrap();
        let ServerFrame::Sessions(list) = agent.ask(ClientFrame::List(List::default())).await.unwrap() else {
            panic!("no list")
        };
        assert_eq!(list.sessions[0].unread, Some(unread));
        let bodies: Vec<_> = list.sessions[0].entries.iter().map(|entry| entry.body.clone()).collect();
        assert_eq!(bodies, listed);
        let (_, welcome) = gateway.agent("a0").await;
        assert_eq!(welcome.sessions[0].unread, Some(unread));
    }
}

#[tokio::test]
async fn a_question_with_answers_is_asked_by_those_who_answer() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, mut agent, session, .. } = gateway.talk().await;
    let question =
        || Body::Choices { text: "Which?".into(), options: vec!["Blue".into(), "Red\u{7}".into()] };
    let refused = change(&mut visitor, session, draft_id(), question()).await;
    assert_eq!(refused.unwrap_err().0, ErrorCode::Forbidden);
    let asked = draft_id();
    change(&mut agent, session, asked, question()).await.unwrap();
    let heard = visitor.entry().await.unwrap();
    let clean = Body::Choices { text: "Which?".into(), options: vec!["Blue".into(), "Red".into()] };
    assert_eq!(heard.body, clean);
    send(&mut visitor, session, draft_id(), Some(asked), text("Blue")).await.unwrap();
    assert_eq!(agent.entry().await.unwrap().reply_to, Some(asked));
    assert!(is_no_words(change(&mut agent, session, draft_id(), edit(asked, "Which one?")).await));
    change(&mut agent, session, draft_id(), Body::Retract { target: asked }).await.unwrap();
    assert_eq!(history(&mut visitor, session).await[0], Body::Retracted);
}
