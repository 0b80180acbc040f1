//! Every trace at every level, while every kind of secret passes through: none of them shows.

mod asking;
mod signing;
mod site;

use std::{
    io,
    sync::{Arc, Mutex},
};

use asking::{ask, json_request, request};
use serde_json::json;
use signing::{BackendKey, claims};
use site::{GATEWAY, NOW, OPERATOR, Site};
use tieline_gateway::auth::{desk, visitor};
use tieline_protocol::Auth;
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Traces(Arc<Mutex<Vec<u8>>>);

impl io::Write for Traces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Traces {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn no_secret_is_ever_traced() {
    let traces = Traces::default();
    tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(traces.clone()).init();
    let site = Site::new().await;
    let mut secrets = vec![OPERATOR.to_owned()];

    // A visitor through a rotation, up to the alarm.
    let new = site.identify(Auth::New, NOW).await.unwrap();
    site.open(&new, NOW).await;
    let first = new.tokens.visitor.clone().unwrap();
    let day = NOW + visitor::ROTATE_AFTER;
    let second =
        site.identify(Auth::Visitor { token: first.clone() }, day).await.unwrap().tokens.visitor.unwrap();
    site.identify(Auth::Visitor { token: second.clone() }, day).await.unwrap();
    site.identify(Auth::Visitor { token: first.clone() }, day + visitor::OVERLAP).await.unwrap_err();
    secrets.extend([first, second, new.tokens.resume.clone()]);

    // A user, right and wrong.
    let (key, eve) = (BackendKey::ed25519("k1"), BackendKey::ed25519("k1"));
    site.add_key("k1", "EdDSA", &key.public_pem).await;
    for signer in [&key, &eve] {
        let jwt = signer.sign(&claims(&site.shop.0, GATEWAY, NOW.0 / 1000));
        let _ = site.identify(Auth::User { jwt: jwt.clone(), visitor: None }, NOW).await;
        secrets.push(jwt);
    }

    // A shared secret; an agent through the desk; the operator.
    let wish = json!({ "name": "B", "origins": ["https://b.example"], "new_secret": true,
        "recipients": [{ "name": "default", "agents": ["mia"] }] });
    let mut register = json_request("POST", "/v1/channels", &wish);
    register.headers_mut().insert("authorization", format!("Bearer {OPERATOR}").parse().unwrap());
    let made = ask(&site, register).await.json();
    secrets.push(made["secret_key"]["secret"].as_str().unwrap().to_owned());
    let (invite, _) = site.context.store.write(|db| desk::invite(db, "mia", None, NOW)).await.unwrap();
    let mut sign_in = json_request("POST", "/desk/session", &json!({ "invite": invite.expose() }));
    sign_in.headers_mut().insert("sec-fetch-site", "same-origin".parse().unwrap());
    let signed_in = ask(&site, sign_in).await;
    let cookie = signed_in.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    ask(&site, request("DELETE", "/desk/session", &[("sec-fetch-site", "same-origin"), ("cookie", &cookie)]))
        .await;
    secrets.extend([
        invite.expose().clone(),
        cookie.split('=').nth(1).unwrap().to_owned(),
        signed_in.json()["token"].as_str().unwrap().to_owned(),
    ]);

    let text = String::from_utf8(traces.0.lock().unwrap().clone()).unwrap();
    for expected in [
        "channel registered",
        "retired_visitor_token",
        "its signature does not match",
        "signed in at the desk",
    ] {
        assert!(text.contains(expected), "the test did not see: {expected}\n{text}");
    }
    for secret in &secrets {
        assert!(secret.len() > 20, "long enough to be found by chance nowhere");
        assert!(!text.contains(secret.as_str()), "a secret was traced: {secret:.12}...");
        // Nor the part behind the dot, which would be enough to check guesses against.
        let tail = secret.rsplit('.').next().unwrap();
        assert!(!text.contains(tail), "part of a secret was traced: {secret:.12}...");
    }
}
