//! The operator's API: register, read, change; each mistake is named.

mod asking;
mod signing;
mod site;

use asking::{Answer, ask, json_request};
use serde_json::{Value, json};
use signing::BackendKey;
use site::{OPERATOR, Site};

fn operator(method: &str, path: &str, body: &Value) -> axum::http::Request<axum::body::Body> {
    let mut request = json_request(method, path, body);
    let bearer = format!("Bearer {OPERATOR}").parse().unwrap();
    request.headers_mut().insert("authorization", bearer);
    request
}

fn sound() -> Value {
    json!({
        "name": "Alpine Shop",
        "origins": ["https://shop.example"],
        "recipients": [{ "name": "default", "agents": ["mia"] }],
        "capabilities": ["text", "item"],
        "greeting": "Ask us anything.",
        "accent": "#0A7",
    })
}

#[tokio::test]
async fn a_channel_is_registered_read_and_changed() {
    let site = Site::new().await;
    let answer = ask(&site, operator("POST", "/v1/channels", &sound())).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let channel = &answer.json()["channel"];
    let path = format!("/v1/channels/{}", channel["id"].as_str().unwrap());
    assert_eq!(answer.header("location"), Some(path.as_str()));
    assert_eq!(channel["accent"], "#0a7");
    assert_eq!(channel["capabilities"], json!(["text", "item"]));
    assert!(
        answer.json()["embed"]
            .as_str()
            .unwrap()
            .starts_with("<script src=\"https://chat.example/loader.js\"")
    );
    assert!(answer.json().get("secret_key").is_none());

    let change = json!({ "state": "closed", "greeting": "", "origins": ["https://b.example"] });
    let changed = ask(&site, operator("PATCH", &path, &change)).await.json();
    assert_eq!(changed["channel"]["state"], "closed");
    assert_eq!(changed["channel"]["origins"], json!(["https://b.example"]));
    assert!(changed["channel"].get("greeting").is_none());
    assert_eq!(changed["channel"]["name"], "Alpine Shop", "what is not named stays");
    assert_eq!(ask(&site, operator("GET", &path, &Value::Null)).await.json(), changed);
    let list = ask(&site, operator("GET", "/v1/channels", &Value::Null)).await.json();
    assert_eq!(list["channels"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn settings_are_registered_changed_and_each_mistake_named() {
    let site = Site::new().await;
    let mut wish = sound();
    wish["settings"] = json!({ "answer_time": "none", "rating": true });
    let made = ask(&site, operator("POST", "/v1/channels", &wish)).await.json();
    assert_eq!(made["channel"]["settings"], json!({ "answer_time": "none" }), "defaults are not shown");
    let path = format!("/v1/channels/{}", made["channel"]["id"].as_str().unwrap());
    let change = json!({ "settings": { "offline_form": true, "answer_time": null } });
    let changed = ask(&site, operator("PATCH", &path, &change)).await.json();
    assert_eq!(changed["channel"]["settings"], json!({ "offline_form": true }));
    let bad = json!({ "settings": { "offline_form": false, "hours": { "time_zone": "X", "weekly": [] } } });
    let refused = ask(&site, operator("PATCH", &path, &bad)).await;
    assert_eq!(refused.problem(), (422, "invalid".into(), Some("settings.hours.time_zone".into())));
    assert!(refused.text.contains("allowed:"), "{}", refused.text);
    let shown = ask(&site, operator("GET", &path, &Value::Null)).await.json();
    assert_eq!(shown["channel"]["settings"], json!({ "offline_form": true }), "all or nothing");
}

#[tokio::test]
async fn a_secret_is_shown_once_and_sealed() {
    let site = Site::new().await;
    let mut wish = sound();
    wish["new_secret"] = json!(true);
    let made = ask(&site, operator("POST", "/v1/channels", &wish)).await.json();
    let (secret, kid) =
        (made["secret_key"]["secret"].as_str().unwrap(), made["secret_key"]["kid"].as_str().unwrap());
    assert!(secret.starts_with("tls_"));
    let path = format!("/v1/channels/{}", made["channel"]["id"].as_str().unwrap());
    let shown = ask(&site, operator("GET", &path, &Value::Null)).await;
    assert!(!shown.text.contains(secret));
    assert_eq!(shown.json()["channel"]["keys"][0]["kid"], kid);
    let kid = kid.to_owned();
    let stored: Vec<u8> = site
        .context
        .store
        .read(move |db| db.query_row("select key from channel_key where kid = ?1", [kid], |row| row.get(0)))
        .await
        .unwrap();
    assert!(!stored.windows(secret.len()).any(|part| part == secret.as_bytes()));
}

#[tokio::test]
async fn keys_are_added_retired_and_revoked() {
    let site = Site::new().await;
    let base = format!("/v1/channels/{}/keys", site.shop);
    let key = BackendKey::p256("2026-11");
    let wish = json!({ "kid": "2026-11", "alg": "ES256", "public_key_pem": key.public_pem });
    assert_eq!(ask(&site, operator("POST", &base, &wish)).await.status, 201);
    assert_eq!(ask(&site, operator("POST", &base, &wish)).await.problem(), (409, "conflict".into(), None));
    let retired = ask(&site, operator("POST", &format!("{base}/2026-11/retire"), &Value::Null)).await.json();
    assert_eq!(retired["key"]["state"], "retiring");
    assert_eq!(retired["key"]["not_after"], site::NOW.0 + 86_400_000);
    let revoked = ask(&site, operator("POST", &format!("{base}/2026-11/revoke"), &Value::Null)).await.json();
    assert_eq!(
        (&revoked["key"]["state"], &revoked["key"]["not_after"]),
        (&json!("revoked"), &json!(site::NOW.0))
    );
    let again = ask(&site, operator("POST", &format!("{base}/2026-11/retire"), &Value::Null)).await;
    assert_eq!(again.problem(), (409, "conflict".into(), None));
    let unknown = ask(&site, operator("POST", &format!("{base}/k9/revoke"), &Value::Null)).await;
    assert_eq!(unknown.problem(), (404, "not_found".into(), None));
    let no_channel = ask(&site, operator("POST", "/v1/channels/ch_none/keys", &wish)).await;
    assert_eq!(no_channel.problem(), (404, "channel_unknown".into(), None));
}

#[tokio::test]
async fn a_wrong_field_is_named() {
    let site = Site::new().await;
    let private = "-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----";
    let agents = |agents: Value| json!([{ "name": "default", "agents": agents }]);
    for (field, value, at) in [
        ("name", json!(null), "name"),
        ("name", json!("  "), "name"),
        ("name", json!("x".repeat(81)), "name"),
        ("name", json!(7), "name"),
        ("origins", json!(null), "origins"),
        ("origins", json!([]), "origins"),
        ("origins", json!(["https://a.example", "shop.example"]), "origins[1]"),
        ("origins", json!(["http://shop.example"]), "origins[0]"),
        ("origins", json!(["https://shop.example/path"]), "origins[0]"),
        ("origins", json!(["https://*.example"]), "origins[0]"),
        ("origins", json!(["null"]), "origins[0]"),
        ("origins", json!("https://shop.example"), "origins"),
        ("recipients", json!(null), "recipients"),
        ("recipients", json!([]), "recipients"),
        ("recipients", json!([{ "name": "sales", "agents": ["mia"] }]), "recipients"),
        ("recipients", json!([{ "name": "a b", "agents": ["mia"] }]), "recipients[0].name"),
        ("recipients", agents(json!([])), "recipients[0].agents"),
        ("recipients", agents(json!(["mia", "Mia"])), "recipients[0].agents[1]"),
        (
            "recipients",
            json!([{ "name": "default", "agents": ["mia"], "agent": "leo" }]),
            "recipients[0].agent",
        ),
        ("capabilities", json!(["text", "teleport"]), "capabilities[1]"),
        ("capabilities", json!(["item"]), "capabilities"),
        ("greeting", json!("x".repeat(501)), "greeting"),
        ("accent", json!("red; background: url(x)"), "accent"),
        ("accent", json!("#12345"), "accent"),
        ("state", json!("asleep"), "state"),
        ("keys", json!([{ "public_key_pem": private }]), "keys[0].public_key_pem"),
        ("keys", json!([{ "public_key_pem": "x" }]), "keys[0].public_key_pem"),
        ("keys", json!([{ "kid": "../k" }]), "keys[0].kid"),
        ("keys", json!([{ "alg": "none" }]), "keys[0].alg"),
        ("keys", json!([{ "alg": "RS256" }]), "keys[0].alg"),
        ("keys", json!([{ "new_secret": true }]), "keys[0]"),
        ("colour", json!("#0a7"), "colour"),
    ] {
        let mut wish = sound();
        wish[field] = value.clone();
        if value.is_null() {
            wish.as_object_mut().unwrap().remove(field);
        }
        let answer = ask(&site, operator("POST", "/v1/channels", &wish)).await;
        let expected = (422, "invalid".to_owned(), Some(at.to_owned()));
        assert_eq!(answer.problem(), expected, "{field}: {value:.80}\n{}", answer.text);
    }
    assert_eq!(site.count("channel").await, 1, "nothing of it was kept");
}

#[tokio::test]
async fn what_is_no_request_is_refused() {
    let site = Site::new().await;
    let raw = |body: &str| {
        let mut request = operator("POST", "/v1/channels", &Value::Null);
        *request.body_mut() = axum::body::Body::from(body.to_owned());
        request
    };
    let problem = |answer: Answer| answer.problem();
    for body in ["{", "not json", "{}{}", "[1"] {
        assert_eq!(problem(ask(&site, raw(body)).await), (400, "bad_frame".into(), None), "{body}");
    }
    let huge = format!("{{\"name\":\"{}\"}}", "x".repeat(70_000));
    assert_eq!(problem(ask(&site, raw(&huge)).await), (413, "too_large".into(), None));
    assert_eq!(problem(ask(&site, operator("PUT", "/v1/channels", &Value::Null)).await).0, 405);
    assert_eq!(
        problem(ask(&site, operator("GET", "/v2/x", &Value::Null)).await),
        (404, "not_found".into(), None)
    );
}

#[tokio::test]
async fn only_the_operator_may_ask() {
    let site = Site::new().await;
    for value in [
        None,
        Some("Bearer".to_owned()),
        Some("Bearer ".to_owned()),
        Some("Bearer wrong".to_owned()),
        Some(format!("Bearer {OPERATOR}x")),
        Some(format!("Bearer {}", &OPERATOR[1..])),
        Some(format!("Basic {OPERATOR}")),
    ] {
        for (method, path) in [
            ("GET", "/v1/channels".to_owned()),
            ("POST", "/v1/channels".to_owned()),
            ("PATCH", format!("/v1/channels/{}", site.shop)),
            ("POST", format!("/v1/channels/{}/keys", site.shop)),
            ("POST", format!("/v1/channels/{}/keys/k1/revoke", site.shop)),
        ] {
            let mut request = json_request(method, &path, &sound());
            if let Some(value) = &value {
                request.headers_mut().insert("authorization", value.parse().unwrap());
            }
            let answer = ask(&site, request).await;
            assert_eq!(
                answer.problem(),
                (401, "unauthorized".into(), None),
                "{method} {path} with {value:?}"
            );
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
    }
    assert_eq!(site.count("channel").await, 1);
}
