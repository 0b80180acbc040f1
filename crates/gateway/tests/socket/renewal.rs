//! A proof ends, and is renewed on the connection that is open.

use tieline_load::client::{Client, Heard, draft_id, hello, now, text_frame};
use tieline_protocol::{
    Auth, ClientFrame, ErrorCode, Millis, ServerFrame, SessionId,
    client::{History, Renewal},
};

use crate::running::{NO_LIMITS, Running, Talk};

fn auth(auth: Auth) -> ClientFrame {
    ClientFrame::Auth(Renewal { auth })
}

fn user(jwt: String) -> Auth {
    Auth::User { jwt, visitor: None }
}

async fn refused(client: &mut Client, proof: Auth) -> ErrorCode {
    match client.ask(auth(proof)).await.unwrap() {
        ServerFrame::Err(body) => body.code,
        other => panic!("{other:?}"),
    }
}

/// Says one line after the other until one is refused.
async fn refusal(client: &mut Client, session: SessionId) -> tieline_protocol::ErrorBody {
    loop {
        match client.ask(text_frame(session, draft_id(), "still here")).await.unwrap() {
            ServerFrame::Ok(_) => {}
            ServerFrame::Err(body) => return body,
            other => panic!("{other:?}"),
        }
    }
}

/// Told in time; past the end it reads and does not write; after the renewal it writes again, and the new resume token holds.
#[tokio::test]
async fn a_user_renews_on_the_open_connection() {
    let gateway = Running::start(NO_LIMITS).await;
    let key = gateway.backend_key("k1").await;
    // Thirty seconds of leeway are the gateway's: this one has two to three seconds left.
    let short = gateway.vouch(&key, "ada", now() - Millis::secs(60), 33);
    let (mut ada, welcome) =
        Client::enter(&gateway.address, gateway.visitor_hello(user(short))).await.unwrap();
    let ends_at = welcome.tokens.expires_at.unwrap();
    match ada.hear().await.unwrap() {
        Heard::Frame(None, ServerFrame::AuthDue(due)) => assert_eq!(due.expires_at, ends_at),
        other => panic!("{other:?}"),
    }
    let session = ada.open(draft_id(), None).await.unwrap().session;
    let body = refusal(&mut ada, session).await;
    assert_eq!((body.code, body.temporary), (ErrorCode::TokenExpired, true));
    let history = ClientFrame::History(History { session, before: None, after: None, limit: 1 });
    assert!(matches!(ada.ask(history).await.unwrap(), ServerFrame::Page(_)), "it still reads");

    let fresh = gateway.vouch(&key, "ada", now(), 900);
    let ServerFrame::Renewed(renewed) = ada.ask(auth(user(fresh))).await.unwrap() else {
        panic!("not renewed")
    };
    assert!(renewed.tokens.expires_at.unwrap() > ends_at + Millis::secs(800));
    ada.say(session, draft_id(), "as before").await.unwrap();
    let resume = gateway.visitor_hello(Auth::Resume { token: renewed.tokens.resume });
    let (_, again) = Client::enter(&gateway.address, resume).await.unwrap();
    assert_eq!(again.me.id, welcome.me.id);
}

#[tokio::test]
async fn an_agent_renews_with_another_token_of_the_desk() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut agent, mut visitor, session, .. } = gateway.talk().await;
    let token = gateway.stage.agent_token("a0").await.unwrap();
    assert!(matches!(agent.ask(auth(Auth::Agent { token })).await.unwrap(), ServerFrame::Renewed(_)));
    visitor.say(session, draft_id(), "hello").await.unwrap();
    agent.entry().await.unwrap();
    agent.say(session, draft_id(), "hello").await.unwrap();
}

/// Another's proof, or none that ends: refused, and the connection is whose it was.
#[tokio::test]
async fn a_renewal_makes_nobody_somebody_else() {
    let gateway = Running::start(NO_LIMITS).await;
    let key = gateway.backend_key("k1").await;
    let stranger_key = crate::signing::BackendKey::ed25519("k1");
    let (mut ada, welcome) = gateway.user(&key, "ada").await;
    let Talk { mut agent, mut visitor, visitor_token, session, .. } = gateway.talk().await;
    let bob = || user(gateway.vouch(&key, "bob", now(), 900));
    let other_agent = Auth::Agent { token: gateway.stage.agent_token("a1").await.unwrap() };
    let forged = user(gateway.vouch(&stranger_key, "ada", now(), 900));
    let old = user(gateway.vouch(&key, "ada", now() - Millis::secs(900), 60));
    for (who, proof, code) in [
        ("another user", bob(), ErrorCode::Forbidden),
        ("nobody", Auth::New, ErrorCode::Forbidden),
        ("a resume", Auth::Resume { token: welcome.tokens.resume }, ErrorCode::Forbidden),
        ("a visitor", Auth::Visitor { token: visitor_token }, ErrorCode::Forbidden),
        ("an agent", other_agent.clone(), ErrorCode::Forbidden),
        ("a forger", forged, ErrorCode::Unauthorized),
        ("an old one", old, ErrorCode::TokenExpired),
    ] {
        assert_eq!(refused(&mut ada, proof).await, code, "{who}");
    }
    assert_eq!(refused(&mut visitor, bob()).await, ErrorCode::Forbidden);
    assert_eq!(refused(&mut agent, other_agent).await, ErrorCode::Forbidden);
    visitor.say(session, draft_id(), "mine").await.unwrap();
    agent.say(session, draft_id(), "mine").await.unwrap();
    let hers = ada.open(draft_id(), None).await.unwrap().session;
    ada.say(hers, draft_id(), "mine").await.unwrap();
    // What agent `a0` hears is still theirs: the renewal that failed moved nobody to another desk.
    let (_, welcome) = Client::enter(
        &gateway.address,
        hello(Auth::Agent { token: gateway.stage.agent_token("a0").await.unwrap() }),
    )
    .await
    .unwrap();
    assert_eq!(welcome.sessions.len(), 2);
}
