//! Signing in at the desk over HTTP: the link, the cookie, the socket's token.

mod asking;
mod site;

use asking::{Answer, ask, ask_router, json_request, request, router};
use serde_json::{Value, json};
use site::{GATEWAY, NOW, Site};
use tieline_gateway::auth::{
    desk, identify,
    revocation::{self, Revocation},
};
use tieline_protocol::{Auth, Hello};

const COOKIE: &str = "__Host-tieline-desk";

async fn invite(site: &Site) -> String {
    let (token, _) = site.context.store.write(|db| desk::invite(db, "mia", Some("Mia"), NOW)).await.unwrap();
    token.expose().clone()
}

fn post(body: &Value, headers: &[(&str, &str)]) -> axum::http::Request<axum::body::Body> {
    let mut request = json_request("POST", "/desk/session", body);
    for (name, value) in headers {
        let name = axum::http::HeaderName::from_bytes(name.as_bytes()).unwrap();
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    request
}

async fn sign_in(site: &Site, invite: &str, headers: &[(&str, &str)]) -> Answer {
    ask(site, post(&json!({ "invite": invite }), headers)).await
}

const OURS: &[(&str, &str)] = &[("sec-fetch-site", "same-origin")];

#[tokio::test]
async fn a_link_becomes_a_cookie_that_scripts_and_strangers_cannot_use() {
    let site = Site::new().await;
    let answer = sign_in(&site, &invite(&site).await, OURS).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json()["agent"]["name"], "Mia");
    assert_eq!(answer.json()["expires_at"], NOW.0 + 300_000);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let cookie = answer.header("set-cookie").unwrap();
    let (value, flags) = cookie.split_once("; ").unwrap();
    assert_eq!(flags, "Path=/; Max-Age=2592000; Secure; HttpOnly; SameSite=Strict");
    let token = value.strip_prefix("__Host-tieline-desk=td_").unwrap();
    assert_eq!(token.len(), 43, "256 bits");
    assert!(!answer.text.contains(token), "the cookie's value is in no body");
    let stored: u32 = site.count("desk_session").await;
    assert_eq!(stored, 1);
}

#[tokio::test]
async fn a_link_works_once() {
    let site = Site::new().await;
    let link = invite(&site).await;
    assert_eq!(sign_in(&site, &link, OURS).await.status, 200);
    for used in [link.as_str(), "ti_forged", ""] {
        let answer = sign_in(&site, used, OURS).await;
        assert_eq!(answer.problem(), (401, "unauthorized".into(), None), "{used}");
        assert_eq!(answer.header("set-cookie"), None);
    }
    let unknown = ask(&site, post(&json!({ "invitation": link }), OURS)).await;
    assert_eq!(unknown.problem().0, 422);
}

#[tokio::test]
async fn only_our_own_page_signs_in_and_out() {
    let site = Site::new().await;
    let link = invite(&site).await;
    for headers in [
        &[][..],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site"), ("origin", GATEWAY)],
        &[("sec-fetch-site", "none")],
        &[("origin", "https://evil.example")],
        &[("origin", "https://chat.example.evil.example")],
        &[("origin", "null")],
    ] {
        let refused = sign_in(&site, &link, headers).await;
        assert_eq!(refused.problem(), (403, "origin_denied".into(), None), "{headers:?}");
        let out = ask(&site, request("DELETE", "/desk/session", headers)).await;
        assert_eq!(out.problem(), (403, "origin_denied".into(), None), "{headers:?}");
    }
    assert_eq!(sign_in(&site, &link, &[("origin", GATEWAY)]).await.status, 200, "the link is still good");
}

#[tokio::test]
async fn the_cookie_gives_a_socket_token_until_sign_out() {
    let site = Site::new().await;
    let answer = sign_in(&site, &invite(&site).await, OURS).await;
    let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let among_others = format!("a=b; {cookie}; {COOKIE}-other=x");
    let shown = ask(&site, request("GET", "/desk/session", &[("cookie", &among_others)])).await;
    assert_eq!(shown.status, 200);
    assert_eq!(shown.header("set-cookie"), None, "not a moment old: not renewed");

    let token = shown.json()["token"].as_str().unwrap().to_owned();
    let hello = Hello { channel: None, embed: None, ..site.hello(Auth::Agent { token }, NOW) };
    let mia = identify(&site.context, &hello, Some(GATEWAY), NOW).await.unwrap();
    assert_eq!(mia.principal.name.as_deref(), Some("Mia"));

    let out = ask(&site, request("DELETE", "/desk/session", &[OURS[0], ("cookie", &cookie)])).await;
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").unwrap().starts_with("__Host-tieline-desk=; Path=/; Max-Age=0;"));
    let gone = ask(&site, request("GET", "/desk/session", &[("cookie", &cookie)])).await;
    assert_eq!(gone.problem(), (401, "unauthorized".into(), None));
    assert!(
        identify(&site.context, &hello, Some(GATEWAY), NOW).await.is_err(),
        "the socket token went with it"
    );
}

#[tokio::test]
async fn signing_out_tells_the_gateway_once_it_is_written() {
    use std::sync::{Arc, Mutex};
    let site = Site::new().await;
    let cookie = site.sign_in("mia", NOW).await;
    let expected = Revocation::of_desk(&desk::hash(cookie.expose()));
    // The shop's own registration stands before it.
    let (_, registered) = site.context.store.read(|db| revocation::after(db, 0)).await.unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let (hears, store) = (Arc::clone(&told), site.context.store.clone());
    let routes = tieline_gateway::http::routes(tieline_gateway::http::Site {
        auth: Arc::clone(&site.context),
        registry: site.registry.clone(),
        assets: tieline_gateway::http::Assets::BuiltIn,
        now: || NOW,
        revoked: Arc::new(move || {
            let (hears, store) = (Arc::clone(&hears), store.clone());
            Box::pin(async move {
                let (written, _) = store.read(move |db| revocation::after(db, registered)).await.unwrap();
                hears.lock().unwrap().extend(written);
            })
        }),
        is_draining: Arc::new(|| false),
        metrics: Arc::new(String::new),
        standings: Arc::new(String::new),
        readiness: Arc::default(),
    });
    let header = format!("{COOKIE}={}", cookie.expose());
    let out = ask_router(routes, request("DELETE", "/desk/session", &[OURS[0], ("cookie", &header)])).await;
    assert_eq!(out.status, 204);
    assert_eq!(*told.lock().unwrap(), [expected]);
}

#[tokio::test]
async fn a_cookie_that_is_used_lives_on() {
    let site = Site::new().await;
    let earlier = NOW - (desk::SESSION_LIFE - tieline_protocol::Millis::minutes(1));
    let cookie = site.sign_in("mia", earlier).await;
    let header = format!("{COOKIE}={}", cookie.expose());
    let shown =
        ask_router(router(&site, None), request("GET", "/desk/session", &[("cookie", &header)])).await;
    assert_eq!(shown.status, 200);
    assert!(shown.header("set-cookie").unwrap().starts_with(&header), "renewed for thirty days");
    let session = desk::hash(cookie.expose());
    let late = NOW + desk::SESSION_LIFE - tieline_protocol::Millis(1);
    assert!(
        site.context.store.read(move |db| desk::find_session(db, session, late)).await.unwrap().is_some()
    );
}
