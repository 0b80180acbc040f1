//! A user's JWT, right and wrong in each way that one can be.

mod signing;

use jsonwebtoken::Header;
use serde_json::{Value, json};
use signing::{BackendKey, by_hand, claims};
use tieline_gateway::auth::{
    Secret,
    jwt::{Expected, JwtFlaw, Vouched, verify},
    key::{Algorithm, ChannelKey, KeyState, seal_context},
    master_key::MasterKey,
};
use tieline_protocol::{ChannelId, Millis};

const CHANNEL: &str = "ch_shop";
const GATEWAY: &str = "https://chat.example";
const NOW_SECS: u64 = 1_800_000_000;
const NOW: Millis = Millis::secs(NOW_SECS);

fn master() -> MasterKey {
    MasterKey::new([5; 32])
}

/// The gateway's row of that key.
fn registered(key: &BackendKey) -> ChannelKey {
    let algorithm = match key.algorithm {
        jsonwebtoken::Algorithm::EdDSA => Algorithm::EdDSA,
        jsonwebtoken::Algorithm::ES256 => Algorithm::ES256,
        _ => Algorithm::HS256,
    };
    ChannelKey {
        kid: key.kid.clone(),
        algorithm,
        material: Secret::new(key.public_pem.clone().into_bytes()),
        state: KeyState::Active,
        not_before: None,
        not_after: None,
    }
}

fn sealed(key: &BackendKey, secret: &str) -> ChannelKey {
    let context = seal_context(&ChannelId(CHANNEL.into()), &key.kid);
    let material = master().seal(&context, secret.as_bytes()).unwrap();
    ChannelKey { material: Secret::new(material), ..registered(key) }
}

fn check(token: &str, key: &ChannelKey, now: Millis) -> Result<Vouched, JwtFlaw> {
    let (channel, master) = (ChannelId(CHANNEL.into()), master());
    verify(token, key, &Expected { channel: &channel, gateway_id: GATEWAY, master: &master }, now)
}

fn with(changes: &Value) -> Value {
    let mut all = claims(CHANNEL, GATEWAY, NOW_SECS);
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            all.as_object_mut().unwrap().remove(name);
        } else {
            all[name] = value.clone();
        }
    }
    all
}

#[test]
fn each_algorithm_vouches_for_its_user() {
    let secret = "tls_a-shared-secret-of-good-length";
    let (ed, ec, hs) = (BackendKey::ed25519("k1"), BackendKey::p256("k1"), BackendKey::shared("k1", secret));
    for (key, row) in [(&ed, registered(&ed)), (&ec, registered(&ec)), (&hs, sealed(&hs, secret))] {
        let vouched = check(&key.sign(&claims(CHANNEL, GATEWAY, NOW_SECS)), &row, NOW).unwrap();
        assert_eq!(
            (vouched.subject.as_str(), vouched.name.as_deref()),
            ("ada", Some("Ada")),
            "{:?}",
            key.algorithm
        );
        assert_eq!(vouched.expires_at, NOW + Millis::minutes(15));
    }
}

#[test]
fn claims_must_be_there_and_right() {
    let key = BackendKey::ed25519("k1");
    let row = registered(&key);
    let day = NOW_SECS + 24 * 60 * 60;
    let big = json!({ "title": "x".repeat(5000) });
    for (changes, expected) in [
        (json!({}), Ok(())),
        (json!({ "aud": ["https://other.example", GATEWAY] }), Ok(())),
        (json!({ "exp": day }), Ok(())),
        (json!({ "nbf": NOW_SECS }), Ok(())),
        (json!({ "iat": NOW_SECS as f64 + 0.5 }), Ok(())),
        (json!({ "iss": "ch_other" }), Err(JwtFlaw::Issuer)),
        (json!({ "iss": ["ch_shop"] }), Err(JwtFlaw::Malformed)),
        (json!({ "iss": null }), Err(JwtFlaw::Malformed)),
        (json!({ "aud": "https://other.example" }), Err(JwtFlaw::Audience)),
        (json!({ "aud": "https://chat.example.evil.example" }), Err(JwtFlaw::Audience)),
        (json!({ "aud": [] }), Err(JwtFlaw::Audience)),
        (json!({ "aud": null }), Err(JwtFlaw::Malformed)),
        (json!({ "sub": null }), Err(JwtFlaw::Malformed)),
        (json!({ "sub": "" }), Err(JwtFlaw::Subject)),
        (json!({ "sub": "x".repeat(256) }), Err(JwtFlaw::Subject)),
        (json!({ "exp": null }), Err(JwtFlaw::Malformed)),
        (json!({ "iat": null }), Err(JwtFlaw::Malformed)),
        (json!({ "exp": "never" }), Err(JwtFlaw::Malformed)),
        (json!({ "exp": 1e300 }), Err(JwtFlaw::Lifetime)),
        (json!({ "exp": -1 }), Err(JwtFlaw::Expired)),
        (json!({ "exp": day + 1 }), Err(JwtFlaw::Lifetime)),
        (json!({ "iat": NOW_SECS - 86_400 * 2, "exp": NOW_SECS + 60 }), Err(JwtFlaw::Lifetime)),
        (json!({ "iat": NOW_SECS + 30 }), Ok(())),
        (json!({ "iat": NOW_SECS + 31 }), Err(JwtFlaw::Early)),
        (json!({ "nbf": NOW_SECS + 31 }), Err(JwtFlaw::Early)),
        (json!({ "item": { "title": "Boots" } }), Ok(())),
        (json!({ "item": big }), Err(JwtFlaw::Item)),
        (json!({ "item": "Boots" }), Err(JwtFlaw::Malformed)),
    ] {
        let outcome = check(&key.sign(&with(&changes)), &row, NOW).map(drop);
        assert_eq!(outcome, expected, "{changes:.120}");
    }
}

#[test]
fn the_leeway_is_thirty_seconds_to_the_millisecond() {
    let key = BackendKey::ed25519("k1");
    let row = registered(&key);
    let token = key.sign(&with(&json!({ "iat": NOW_SECS - 900, "exp": NOW_SECS })));
    for (after_ms, expected) in
        [(0, Ok(())), (29_999, Ok(())), (30_000, Err(JwtFlaw::Expired)), (60_000, Err(JwtFlaw::Expired))]
    {
        assert_eq!(
            check(&token, &row, NOW + Millis(after_ms)).map(drop),
            expected,
            "{after_ms} ms after exp"
        );
    }
}

#[test]
fn a_key_vouches_in_its_time_only() {
    let key = BackendKey::ed25519("k1");
    let token = key.sign(&claims(CHANNEL, GATEWAY, NOW_SECS));
    let row = |state, not_before, not_after| ChannelKey { state, not_before, not_after, ..registered(&key) };
    for (row, expected) in [
        (row(KeyState::Active, None, None), Ok(())),
        (row(KeyState::Retiring, None, Some(NOW + Millis(1))), Ok(())),
        (row(KeyState::Retiring, None, Some(NOW)), Err(JwtFlaw::Key)),
        (row(KeyState::Active, Some(NOW), None), Ok(())),
        (row(KeyState::Active, Some(NOW + Millis(1)), None), Err(JwtFlaw::Key)),
        (row(KeyState::Revoked, None, None), Err(JwtFlaw::Key)),
    ] {
        let shown = format!("{row:?}");
        assert_eq!(check(&token, &row, NOW).map(drop), expected, "{shown}");
    }
}

#[test]
fn a_token_cannot_choose_how_it_is_checked() {
    let (ed, ec) = (BackendKey::ed25519("k1"), BackendKey::p256("k1"));
    let sound = claims(CHANNEL, GATEWAY, NOW_SECS);
    let header = |alg: &str| json!({ "alg": alg, "kid": "k1", "typ": "JWT" });
    // The classic: the public key, which everybody knows, used as an HMAC secret.
    let confused = |key: &BackendKey| BackendKey::shared("k1", &key.public_pem).sign(&sound);
    let other_key = BackendKey::ed25519("k1").sign(&sound);
    let cut = ed.sign(&sound).rsplit_once('.').unwrap().0.to_owned();
    let crit = json!({ "alg": "EdDSA", "kid": "k1", "crit": ["b64"], "b64": false });
    for (what, token, row, expected) in [
        ("alg none", by_hand(&header("none"), &sound, b""), &ed, JwtFlaw::Malformed),
        ("alg None, with a signature", by_hand(&header("None"), &sound, b"x"), &ed, JwtFlaw::Malformed),
        ("HS256 with the Ed25519 key", confused(&ed), &ed, JwtFlaw::Algorithm),
        ("HS256 with the P-256 key", confused(&ec), &ec, JwtFlaw::Algorithm),
        ("RS256", by_hand(&header("RS256"), &sound, &[0; 256]), &ed, JwtFlaw::Algorithm),
        ("ES256 for an EdDSA key", ec.sign(&sound), &ed, JwtFlaw::Algorithm),
        ("EdDSA for an ES256 key", ed.sign(&sound), &ec, JwtFlaw::Algorithm),
        ("another key of the same kid", other_key, &ed, JwtFlaw::Signature),
        ("no signature", format!("{cut}."), &ed, JwtFlaw::Signature),
        ("two parts", cut, &ed, JwtFlaw::Malformed),
        ("zero signature", by_hand(&header("ES256"), &sound, &[0; 64]), &ec, JwtFlaw::Signature),
        ("a critical extension", by_hand(&crit, &sound, &[0; 64]), &ed, JwtFlaw::Malformed),
        ("nothing", String::new(), &ed, JwtFlaw::Malformed),
        ("no JSON", "a.b.c".into(), &ed, JwtFlaw::Malformed),
    ] {
        assert_eq!(check(&token, &registered(row), NOW).map(drop), Err(expected), "{what}");
    }
}

#[test]
fn altered_claims_do_not_hold() {
    let key = BackendKey::ed25519("k1");
    let token = key.sign(&claims(CHANNEL, GATEWAY, NOW_SECS));
    let parts: Vec<_> = token.split('.').collect();
    let eve = by_hand(&json!({}), &with(&json!({ "sub": "eve" })), b"");
    let altered = format!("{}.{}.{}", parts[0], eve.split('.').nth(1).unwrap(), parts[2]);
    assert_eq!(check(&altered, &registered(&key), NOW).map(drop), Err(JwtFlaw::Signature));
}

#[test]
fn a_kid_is_a_name_and_nothing_else() {
    let key = BackendKey::ed25519("k1");
    let row = registered(&key);
    let sound = claims(CHANNEL, GATEWAY, NOW_SECS);
    for kid in [
        None,
        Some(""),
        Some("k2"),
        Some("K1"),
        Some("../../k1"),
        Some("/dev/null"),
        Some("k1' or '1'='1"),
        Some("k1\u{0}"),
        Some("http://evil.example/jwks.json"),
    ] {
        let header = Header { kid: kid.map(str::to_owned), ..Header::new(key.algorithm) };
        assert_eq!(check(&key.sign_as(&header, &sound), &row, NOW).map(drop), Err(JwtFlaw::Key), "{kid:?}");
    }
    // Keys and addresses that a token brings along are not looked at.
    let mut header = Header { kid: Some("k1".into()), ..Header::new(key.algorithm) };
    header.jku = Some("http://127.0.0.1:1/jwks.json".into());
    header.x5u = Some("http://127.0.0.1:1/cert.pem".into());
    assert_eq!(check(&key.sign_as(&header, &sound), &row, NOW).map(drop), Ok(()));
}

#[test]
fn a_sealed_secret_holds_in_its_own_row_only() {
    let secret = "tls_a-shared-secret-of-good-length";
    let key = BackendKey::shared("k1", secret);
    let token = key.sign(&claims(CHANNEL, GATEWAY, NOW_SECS));
    let row = sealed(&key, secret);
    assert_eq!(check(&token, &row, NOW).map(drop), Ok(()));
    let other_channel = ChannelId("ch_other".into());
    let moved = master().seal(&seal_context(&other_channel, "k1"), secret.as_bytes()).unwrap();
    let moved = ChannelKey { material: Secret::new(moved), ..row };
    assert_eq!(check(&token, &moved, NOW).map(drop), Err(JwtFlaw::Key));
}

#[test]
fn neither_a_secret_nor_a_token_shows_in_debug() {
    let secret = "tls_canary-4711";
    let key = BackendKey::shared("k1", secret);
    let row = sealed(&key, secret);
    let shown = format!("{row:?} {:?}", row.verifier(&ChannelId(CHANNEL.into()), &master()).is_some());
    assert!(!shown.contains("canary"), "{shown}");
    assert!(shown.contains("Secret(..)"), "{shown}");
}
