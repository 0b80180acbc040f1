//! A visitor signs in: with both proofs their sessions become the user's, and nobody else's do.

mod signing;
mod site;

use serde_json::json;
use signing::{BackendKey, claims};
use site::{GATEWAY, NOW, Site, boots};
use tieline_gateway::auth::Identified;
use tieline_protocol::{Auth, CloseCode, DraftId, ErrorCode, Millis, Role};
use tieline_relay::Provisional;

const NOW_SECS: u64 = NOW.0 / 1000;

async fn site_with_key() -> (Site, BackendKey) {
    let (site, key) = (Site::new().await, BackendKey::ed25519("k1"));
    site.add_key("k1", "EdDSA", &key.public_pem).await;
    (site, key)
}

fn user(site: &Site, key: &BackendKey, visitor: Option<&str>) -> Auth {
    let jwt = key.sign(&claims(&site.shop.0, GATEWAY, NOW_SECS));
    Auth::User { jwt, visitor: visitor.map(str::to_owned) }
}

async fn sessions_of(site: &Site, who: &Identified) -> u32 {
    let party = who.principal.party.0;
    site.context
        .store
        .read(move |db| {
            db.query_row("select count(*) from session where visitor_id = ?1", [party.as_bytes()], |row| {
                row.get(0)
            })
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn a_user_is_the_same_one_each_time() {
    let (site, key) = site_with_key().await;
    let one = site.identify(user(&site, &key, None), NOW).await.unwrap();
    let two = site.identify(user(&site, &key, None), NOW).await.unwrap();
    assert_eq!(one.principal.party, two.principal.party);
    assert_eq!((one.principal.role, one.principal.name.as_deref()), (Role::User, Some("Ada")));
    assert_eq!(one.principal.provisional, Some(Provisional::User { external_id: "ada".into() }));
    assert_eq!(one.principal.expires_at, Some(NOW + Millis::minutes(15) + Millis::secs(30)));
    assert_eq!(one.tokens.visitor, None);
    assert_eq!(site.count("session").await, 0);
}

#[tokio::test]
async fn both_proofs_move_the_sessions_and_spend_the_visitors_token() {
    let (site, key) = site_with_key().await;
    let visitor = site.identify(Auth::New, NOW).await.unwrap();
    let token = visitor.tokens.visitor.clone().unwrap();
    site.open(&visitor, NOW).await;
    site.open(&visitor, NOW).await;
    let stranger = site.identify(Auth::New, NOW).await.unwrap();
    site.open(&stranger, NOW).await;

    let ada = site.identify(user(&site, &key, Some(&token)), NOW).await.unwrap();
    assert_eq!((sessions_of(&site, &ada).await, sessions_of(&site, &visitor).await), (2, 0));
    assert_eq!(sessions_of(&site, &stranger).await, 1, "a stranger's stays the stranger's");

    // The welcome was lost: the same hello comes again, with a token that is spent, and is welcome.
    let again = site.identify(user(&site, &key, Some(&token)), NOW).await.unwrap();
    assert_eq!((again.principal.party, sessions_of(&site, &again).await), (ada.principal.party, 2));

    // Whoever uses the browser after Ada has signed out is somebody new.
    for auth in [Auth::Visitor { token }, Auth::Resume { token: visitor.tokens.resume.clone() }] {
        let refused = site.identify(auth.clone(), NOW).await.unwrap_err();
        assert_eq!((refused.0, refused.1), (ErrorCode::Unauthorized, CloseCode::SIGN_IN), "{auth:?}");
    }
}

/// The answer to a draft was lost, the visitor signs in, and the widget sends the draft again: it stands once.
#[tokio::test]
async fn a_draft_sent_before_and_after_sign_in_stands_once() {
    let (site, key) = site_with_key().await;
    let visitor = site.identify(Auth::New, NOW).await.unwrap();
    let session = site.open(&visitor, NOW).await.session;
    let draft = DraftId::at(NOW, [1; 10]);
    let before = site.say(&visitor, session, draft, "Is it waterproof?", NOW).await;
    let ada = site.identify(user(&site, &key, visitor.tokens.visitor.as_deref()), NOW).await.unwrap();
    let again = site.say(&ada, session, draft, "Is it waterproof?", NOW).await;
    assert_eq!((again.entry.seq, again.is_duplicate), (before.entry.seq, true));
    let next = site.say(&ada, session, DraftId::at(NOW, [2; 10]), "And warm?", NOW).await;
    assert_eq!((next.entry.seq, next.is_duplicate), (before.entry.seq.next(), false));
    assert_eq!(site.count("entry").await, 2);
}

#[tokio::test]
async fn one_proof_moves_nothing() {
    let (site, key) = site_with_key().await;
    let visitor = site.identify(Auth::New, NOW).await.unwrap();
    site.open(&visitor, NOW).await;
    let token = visitor.tokens.visitor.clone().unwrap();
    // A token that does not hold claims nothing, and keeps nobody out.
    for forged in ["", "x.y", &format!("{token}x")] {
        let ada = site.identify(user(&site, &key, Some(forged)), NOW).await.unwrap();
        assert_eq!((sessions_of(&site, &ada).await, sessions_of(&site, &visitor).await), (0, 1), "{forged}");
    }
    // A visitor's token with a JWT that does not hold: nobody gets in, nothing moves.
    let eve = BackendKey::ed25519("k1");
    assert_eq!(
        site.identify(user(&site, &eve, Some(&token)), NOW).await.unwrap_err().0,
        ErrorCode::Unauthorized
    );
    assert_eq!(sessions_of(&site, &visitor).await, 1);
    assert!(site.identify(Auth::Visitor { token }, NOW).await.is_ok());
}

#[tokio::test]
async fn a_revoked_key_ends_also_what_was_resumed_from_it() {
    let (site, key) = site_with_key().await;
    let ada = site.identify(user(&site, &key, None), NOW).await.unwrap();
    let resume = || Auth::Resume { token: ada.tokens.resume.clone() };
    site.registry.retire_key(&site.shop, "k1", NOW).await.unwrap();
    assert!(site.identify(user(&site, &key, None), NOW).await.is_ok(), "retiring: what is signed holds");
    assert!(site.identify(resume(), NOW).await.is_ok());
    site.registry.revoke_key(&site.shop, "k1", NOW).await.unwrap();
    for auth in [user(&site, &key, None), resume()] {
        let refused = site.identify(auth.clone(), NOW).await.unwrap_err();
        assert_eq!((refused.0, refused.1), (ErrorCode::KeyUnknown, CloseCode::SIGN_IN), "{auth:?}");
    }
    assert!(site.registry.retire_key(&site.shop, "k1", NOW).await.is_err(), "revoked stays revoked");
}

#[tokio::test]
async fn a_resume_token_ends_with_the_proof_behind_it() {
    let (site, key) = site_with_key().await;
    let ada = site.identify(user(&site, &key, None), NOW).await.unwrap();
    let end = ada.principal.expires_at.unwrap();
    let resume = || Auth::Resume { token: ada.tokens.resume.clone() };
    let resumed = site.identify(resume(), end - Millis(1)).await.unwrap();
    assert_eq!(resumed.principal.expires_at, Some(end), "resuming makes no proof live longer");
    assert_eq!(site.identify(resume(), end).await.unwrap_err().0, ErrorCode::TokenExpired);
}

#[tokio::test]
async fn another_channels_key_vouches_for_nobody_here() {
    let (site, key) = site_with_key().await;
    let other = site.registry.register(&site::shop_wish(), NOW).await.unwrap().channel.id;
    let for_other = Auth::User { jwt: key.sign(&claims(&other.0, GATEWAY, NOW_SECS)), visitor: None };
    assert_eq!(site.identify(for_other.clone(), NOW).await.unwrap_err().0, ErrorCode::Unauthorized);
    let mut hello = site.hello(for_other, NOW);
    hello.embed = Some(site.context.tickets.issue(&other, NOW).0);
    hello.channel = Some(other);
    let refused =
        tieline_gateway::auth::identify(&site.context, &hello, Some(GATEWAY), NOW).await.unwrap_err();
    assert_eq!(refused.0, ErrorCode::KeyUnknown, "the other channel has no such key");
}

#[tokio::test]
async fn a_card_is_verified_if_the_backend_signed_the_same() {
    let (site, key) = site_with_key().await;
    let mut signed = claims(&site.shop.0, GATEWAY, NOW_SECS);
    signed["item"] = json!({ "title": "Boots" });
    let ada = site.identify(Auth::User { jwt: key.sign(&signed), visitor: None }, NOW).await.unwrap();
    let resumed = site.identify(Auth::Resume { token: ada.tokens.resume.clone() }, NOW).await.unwrap();
    for who in [&ada, &resumed] {
        assert!(who.principal.vouch(boots()).verified);
        let cheaper = tieline_protocol::Item { id: Some("other".into()), verified: true, ..boots() };
        assert!(
            !who.principal.vouch(cheaper).verified,
            "a card that says otherwise cannot call itself verified"
        );
    }
    let visitor = site.identify(Auth::New, NOW).await.unwrap();
    assert!(!visitor.principal.vouch(boots()).verified);
}
