//! Sessions are closed by who answers, rated by who asked, and forms are held against what was asked; by nobody else, and in
//! no other order.

use tieline_load::client::{Client, draft_id, text_frame};
use tieline_protocol::{
    Answer, Body, Capabilities, Capability, ClientFrame, Draft, ErrorCode, Field, FieldKind, Form,
    FormSource, Seq, ServerFrame, SessionId, server::Phase,
};

use crate::running::{NO_LIMITS, Running, Talk};

/// Says it, and gives its place or what it was refused with.
async fn say(
    client: &mut Client,
    session: SessionId,
    body: Body,
) -> Result<Seq, (ErrorCode, Option<String>)> {
    let frame = ClientFrame::Send(Draft { session, draft_id: draft_id(), reply_to: None, body });
    match client.ask(frame).await.unwrap() {
        ServerFrame::Ok(receipt) => Ok(receipt.seq),
        ServerFrame::Err(body) => Err((body.code, body.at)),
        other => panic!("{other:?}"),
    }
}

fn rating(stars: u8) -> Body {
    Body::Rating { stars, text: Some("Quick and kind.".into()) }
}

fn answers(value: &str) -> Vec<Answer> {
    vec![Answer { name: "email".into(), label: "E-mail".into(), value: value.into() }]
}

fn contact() -> Form {
    let email = Field {
        name: "email".into(),
        label: "E-mail".into(),
        kind: FieldKind::Email,
        required: true,
        choices: Vec::new(),
    };
    Form { title: Some("How can we reach you?".into()), fields: vec![email] }
}

#[tokio::test]
async fn a_closed_session_takes_a_rating_and_no_more_words() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, mut agent, session, .. } = gateway.talk().await;
    visitor.say(session, draft_id(), "Thanks").await.unwrap();
    let forbidden = |at: Option<&str>| Err((ErrorCode::Forbidden, at.map(str::to_owned)));
    assert_eq!(say(&mut visitor, session, rating(5)).await, forbidden(None), "not at the end yet");
    assert_eq!(say(&mut visitor, session, Body::Closed).await, forbidden(None), "not a visitor's to close");
    let (mut stranger, _) = gateway.agent("a1").await;
    assert_eq!(say(&mut stranger, session, Body::Closed).await.unwrap_err().0, ErrorCode::NotFound);

    assert_eq!(say(&mut agent, session, Body::Closed).await, Ok(Seq(2)));
    let entry = visitor.entry().await.unwrap();
    assert_eq!((entry.seq, entry.body), (Seq(2), Body::Closed));
    let closed = Err((ErrorCode::SessionClosed, None));
    assert_eq!(say(&mut agent, session, Body::Closed).await, closed);
    let ServerFrame::Err(refusal) = visitor.ask(text_frame(session, draft_id(), "Wait")).await.unwrap()
    else {
        panic!("a closed session took words")
    };
    assert_eq!(refusal.code, ErrorCode::SessionClosed);
    assert_eq!(say(&mut agent, session, rating(5)).await, forbidden(None), "not an agent's to rate");
    assert_eq!(
        say(&mut visitor, session, rating(0)).await,
        Err((ErrorCode::BadFrame, Some("body.body.stars".into())))
    );
    assert_eq!(say(&mut visitor, session, rating(2)).await, Ok(Seq(3)));
    assert_eq!(say(&mut visitor, session, rating(4)).await, Ok(Seq(4)), "said again, the newest counts");
    let kept: (String, u8) = gateway
        .state
        .store
        .read(|db| {
            db.query_row("select phase, rating from session", [], |row| Ok((row.get(0)?, row.get(1)?)))
        })
        .await
        .unwrap();
    assert_eq!(kept, ("closed".to_owned(), 4));
    let (_, welcome) = gateway.agent("a0").await;
    assert_eq!(welcome.sessions[0].phase, Phase::Closed);

    // Where it is not granted, nobody is asked and nothing is taken.
    let mut granted = Capabilities::all();
    granted.0.remove(&Capability::Rating);
    gateway.grant(granted).await;
    assert_eq!(say(&mut visitor, session, rating(1)).await, forbidden(None));
}

#[tokio::test]
async fn answers_are_held_against_the_form_that_asked() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, mut agent, session, .. } = gateway.talk().await;
    let form = |source, asked, value: &str| Body::Form { source, asked, answers: answers(value) };
    let unknown = Err((ErrorCode::BadFrame, Some("body.body.source".to_owned())));
    let unfit = Err((ErrorCode::BadFrame, Some("body.body.answers".to_owned())));
    let good = "ada@shop.example";
    assert_eq!(
        say(&mut visitor, session, form(FormSource::PreChat, None, good)).await,
        unknown,
        "none is set"
    );
    gateway.change(&serde_json::json!({ "settings": { "pre_chat": contact() } })).await;
    assert_eq!(say(&mut visitor, session, form(FormSource::PreChat, None, "ada")).await, unfit);
    assert_eq!(say(&mut visitor, session, form(FormSource::PreChat, None, good)).await, Ok(Seq(1)));
    assert_eq!(say(&mut visitor, session, form(FormSource::Offline, None, "nowhere")).await, unfit);
    assert_eq!(say(&mut visitor, session, form(FormSource::Offline, None, good)).await, Ok(Seq(2)));

    // The desk comes back after its channel was changed.
    drop(agent);
    (agent, _) = gateway.agent("a0").await;
    let ask = Body::Ask { form: contact() };
    assert_eq!(say(&mut visitor, session, ask.clone()).await, Err((ErrorCode::Forbidden, None)));
    let empty = Body::Ask { form: Form::default() };
    assert_eq!(
        say(&mut agent, session, empty).await,
        Err((ErrorCode::BadFrame, Some("body.body.form".into())))
    );
    assert_eq!(say(&mut agent, session, ask).await, Ok(Seq(3)));
    for (asked, expected) in [
        (None, unknown.clone()),
        (Some(Seq(1)), unknown.clone()),
        (Some(Seq(99)), unknown),
        (Some(Seq(3)), Ok(Seq(4))),
    ] {
        assert_eq!(
            say(&mut visitor, session, form(FormSource::Asked, asked, good)).await,
            expected,
            "{asked:?}"
        );
    }
    assert_eq!(
        say(&mut agent, session, form(FormSource::Asked, Some(Seq(3)), good)).await.unwrap_err().0,
        ErrorCode::Forbidden
    );
}
