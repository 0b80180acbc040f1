//! What is taken back closes the sockets that rest on it, within a second, whoever takes it back; and no other.

use std::time::{Duration, Instant};

use tieline_gateway::auth::{
    device,
    registration::{Policy, Wish},
    registry::Registry,
};
use tieline_load::client::{Client, Heard, draft_id, hello, now};
use tieline_protocol::{Auth, ChannelId, ClientFrame, CloseCode, ErrorCode, Hello, Millis, client::Beat};

use crate::running::{NO_LIMITS, Running, Talk};

/// What decision and documentation promise; a loaded machine gets as much again.
const WITHIN: Duration = Duration::from_secs(2);

/// What the command line works with: the same store, opened by another program.
fn command_line(gateway: &Running) -> Registry {
    let store = tieline_gateway::store::Store::open(&gateway.state.config.store).unwrap();
    let policy = Policy { allow_insecure_origins: true };
    Registry { store, master: gateway.state.auth.master.clone(), policy }
}

/// Passes over what was on its way, and gives the code of the close.
async fn closed(client: &mut Client) -> CloseCode {
    let began = Instant::now();
    loop {
        match client.hear().await.unwrap() {
            Heard::Frame(..) => {}
            Heard::Closed(code) => {
                assert!(began.elapsed() < WITHIN, "closed after {:?}", began.elapsed());
                return code;
            }
            Heard::Broken => panic!("broken without a word"),
        }
    }
}

async fn is_alive(client: &mut Client) -> bool {
    client.ask(ClientFrame::Ping(Beat { nonce: 1 })).await.is_ok()
}

/// Says hello, and gives what it was refused with.
async fn refused(gateway: &Running, hello: Hello) -> (ErrorCode, CloseCode) {
    let mut client = Client::connect(&gateway.address).await.unwrap();
    client.send(ClientFrame::Hello(Box::new(hello))).await.unwrap();
    let (body, close) = client.refusal().await.unwrap();
    (body.code, close)
}

#[tokio::test]
async fn a_revoked_key_closes_those_it_vouched_for() {
    for by_command_line in [false, true] {
        let gateway = Running::start(NO_LIMITS).await;
        let (first, second) = (gateway.backend_key("k1").await, gateway.backend_key("k2").await);
        let (mut ada, welcome) = gateway.user(&first, "ada").await;
        let (mut bob, _) = gateway.user(&second, "bob").await;
        let (mut visitor, _) = gateway.visitor().await;
        if by_command_line {
            let registry = command_line(&gateway);
            registry.revoke_key(&gateway.channel, "k1", now()).await.unwrap();
        } else {
            gateway.operate("POST", "/keys/k1/revoke", &serde_json::json!({})).await;
        }
        assert_eq!(closed(&mut ada).await, CloseCode::SIGN_IN);
        assert!(is_alive(&mut bob).await && is_alive(&mut visitor).await);
        let resume = gateway.visitor_hello(Auth::Resume { token: welcome.tokens.resume });
        assert_eq!(refused(&gateway, resume).await, (ErrorCode::KeyUnknown, CloseCode::SIGN_IN));
    }
}

/// A socket lives by the key of its last proof: one that was renewed with the new key outlives the old one.
#[tokio::test]
async fn a_renewed_socket_rests_on_its_new_key() {
    let gateway = Running::start(NO_LIMITS).await;
    let (old, new) = (gateway.backend_key("old").await, gateway.backend_key("new").await);
    let (mut ada, _) = gateway.user(&old, "ada").await;
    let (mut bob, _) = gateway.user(&old, "bob").await;
    let jwt = gateway.vouch(&new, "ada", now(), 900);
    let renewal = tieline_protocol::client::Renewal { auth: Auth::User { jwt, visitor: None } };
    ada.ask(ClientFrame::Auth(renewal)).await.unwrap();
    gateway.operate("POST", "/keys/old/revoke", &serde_json::json!({})).await;
    assert_eq!(closed(&mut bob).await, CloseCode::SIGN_IN);
    assert!(is_alive(&mut ada).await);
}

#[tokio::test]
async fn a_user_whose_tokens_are_taken_back_needs_a_later_one() {
    for by_command_line in [false, true] {
        let gateway = Running::start(NO_LIMITS).await;
        let key = gateway.backend_key("k1").await;
        let before = gateway.vouch(&key, "ada", now(), 900);
        let proof = |jwt: &str| Auth::User { jwt: jwt.to_owned(), visitor: None };
        let (mut ada, welcome) =
            Client::enter(&gateway.address, gateway.visitor_hello(proof(&before))).await.unwrap();
        let (mut bob, _) = gateway.user(&key, "bob").await;
        if by_command_line {
            command_line(&gateway).revoke_user(&gateway.channel, "ada", now()).await.unwrap();
        } else {
            gateway.operate("POST", "/revocations", &serde_json::json!({"subject": "ada"})).await;
        }
        assert_eq!(closed(&mut ada).await, CloseCode::SIGN_IN);
        assert!(is_alive(&mut bob).await);
        let resume = Auth::Resume { token: welcome.tokens.resume };
        for auth in [proof(&before), resume] {
            let outcome = refused(&gateway, gateway.visitor_hello(auth)).await;
            assert_eq!(outcome, (ErrorCode::TokenExpired, CloseCode::SIGN_IN));
        }
        let later = gateway.vouch(&key, "ada", now() + Millis::secs(2), 900);
        Client::enter(&gateway.address, gateway.visitor_hello(proof(&later))).await.unwrap();
    }
}

#[tokio::test]
async fn a_closed_channel_closes_its_sockets_and_opens_none() {
    for by_command_line in [false, true] {
        let gateway = Running::start(NO_LIMITS).await;
        let Talk { mut visitor, mut agent, visitor_token, .. } = gateway.talk().await;
        let (_, welcome) = gateway.visitor().await;
        let switch = |state: &str| Wish { state: Some(state.to_owned()), ..Wish::default() };
        if by_command_line {
            command_line(&gateway).change(&gateway.channel, &switch("closed"), now()).await.unwrap();
        } else {
            gateway.change(&serde_json::json!({"state": "closed"})).await;
        }
        assert_eq!(closed(&mut visitor).await, CloseCode::CHANNEL);
        // Who answers may have changed: the desk is told to come back.
        assert_eq!(closed(&mut agent).await, CloseCode::DRAIN);
        for auth in [
            Auth::New,
            Auth::Visitor { token: visitor_token.clone() },
            Auth::Resume { token: welcome.tokens.resume },
        ] {
            let outcome = refused(&gateway, gateway.visitor_hello(auth)).await;
            assert_eq!(outcome, (ErrorCode::ChannelClosed, CloseCode::CHANNEL));
        }
        let (_, desk) = gateway.agent("a0").await;
        assert_eq!(desk.sessions.len(), 1, "the desk still reads what was said");
        gateway.change(&serde_json::json!({"state": "open"})).await;
        let back = gateway.visitor_hello(Auth::Visitor { token: visitor_token });
        let (mut back, _) = Client::enter(&gateway.address, back).await.unwrap();
        back.open(draft_id(), None).await.unwrap();
    }
}

/// A change that closes nothing disturbs nobody who asks.
#[tokio::test]
async fn a_changed_channel_leaves_its_visitors_alone() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, mut agent, .. } = gateway.talk().await;
    gateway.change(&serde_json::json!({"name": "Another name"})).await;
    assert_eq!(closed(&mut agent).await, CloseCode::DRAIN);
    assert!(is_alive(&mut visitor).await);
}

#[tokio::test]
async fn a_revoked_browser_is_cut_off() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, mut agent, session, .. } = gateway.talk().await;
    let (mut other, _) = gateway.visitor().await;
    let facts = gateway.state.log.load_facts(session, now()).await.unwrap().unwrap();
    let party = facts.visitor;
    command_line(&gateway).store.write(move |db| device::revoke(db, party, now())).await.unwrap();
    assert_eq!(closed(&mut visitor).await, CloseCode::SIGN_IN);
    assert!(is_alive(&mut other).await && is_alive(&mut agent).await);
}

/// Signing out ends what was opened with that sign-in, not the agent's other computer.
#[tokio::test]
async fn a_sign_out_closes_the_sockets_of_that_sign_in() {
    let gateway = Running::start(NO_LIMITS).await;
    let sign_in = || async {
        let (cookie, token) = gateway.stage.sign_in("a0").await.unwrap();
        let (client, _) = Client::enter(&gateway.address, hello(Auth::Agent { token })).await.unwrap();
        (cookie, client)
    };
    let (cookie, mut here) = sign_in().await;
    let (_, mut elsewhere) = sign_in().await;
    let request = format!(
        "DELETE /desk/session HTTP/1.1\r\nHost: {}\r\nSec-Fetch-Site: same-origin\r\nCookie: __Host-tieline-desk={cookie}\r\n\
         Connection: close\r\n\r\n",
        gateway.address
    );
    let (status, body) = tieline_load::client::request(&gateway.address, &request).await.unwrap();
    assert_eq!(status, 204, "{body}");
    assert_eq!(closed(&mut here).await, CloseCode::SIGN_IN);
    assert!(is_alive(&mut elsewhere).await);
}

#[tokio::test]
async fn nothing_is_taken_back_from_a_channel_that_is_not_there() {
    let gateway = Running::start(NO_LIMITS).await;
    let nowhere = ChannelId("ch_nosuchchannel".into());
    let registry = command_line(&gateway);
    assert!(registry.revoke_user(&nowhere, "ada", now()).await.is_err());
    assert!(registry.revoke_user(&gateway.channel, "", now()).await.is_err());
}
