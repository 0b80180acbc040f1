//! An anonymous visitor's token through its life: nothing written for a look, thirty days after a word, replaced daily, and an
//! alarm when an old one comes back.

mod site;

use site::{NOW, Site};
use tieline_gateway::auth::{
    Refusal,
    visitor::{DEVICE_LIFE, OVERLAP, PROVISIONAL_LIFE, ROTATE_AFTER},
};
use tieline_protocol::{Auth, CloseCode, ErrorCode, Millis};
use tieline_relay::Provisional;

const UNKNOWN: Refusal = Refusal(ErrorCode::Unauthorized, CloseCode::SIGN_IN);
const EXPIRED: Refusal = Refusal(ErrorCode::TokenExpired, CloseCode::SIGN_IN);
const HOUR: Millis = Millis::minutes(60);

fn visitor(token: &str) -> Auth {
    Auth::Visitor { token: token.into() }
}

fn resume(token: &str) -> Auth {
    Auth::Resume { token: token.into() }
}

/// Somebody new who has said something; their token 0.
async fn known_visitor(site: &Site) -> (String, tieline_protocol::PartyId) {
    let new = site.identify(Auth::New, NOW).await.unwrap();
    site.open(&new, NOW).await;
    (new.tokens.visitor.unwrap(), new.principal.party)
}

#[tokio::test]
async fn a_look_writes_nothing_and_a_word_writes_who_it_was() {
    let site = Site::new().await;
    let new = site.identify(Auth::New, NOW).await.unwrap();
    assert!(matches!(new.principal.provisional, Some(Provisional::Visitor { .. })));
    let token = new.tokens.visitor.clone().unwrap();
    let again = site.identify(visitor(&token), NOW + HOUR).await.unwrap();
    assert_eq!(again.principal.party, new.principal.party);
    assert_eq!(again.tokens.visitor, None, "the token that they have is good");
    let resumed = site.identify(resume(&again.tokens.resume), NOW + HOUR).await.unwrap();
    assert!(resumed.principal.provisional.is_some(), "a resumed look is still only a look");
    assert_eq!((site.count("device").await, site.count("session").await), (0, 0));

    site.open(&resumed, NOW + HOUR).await;
    assert_eq!((site.count("device").await, site.count("session").await), (1, 1));
    let known = site.identify(visitor(&token), NOW + HOUR).await.unwrap();
    assert_eq!((known.principal.party, known.principal.provisional), (new.principal.party, None));
}

#[tokio::test]
async fn token_zero_holds_a_day_without_a_word_and_thirty_after_one() {
    let site = Site::new().await;
    let silent = site.identify(Auth::New, NOW).await.unwrap().tokens.visitor.unwrap();
    let last = NOW + PROVISIONAL_LIFE - Millis(1);
    assert!(site.identify(visitor(&silent), last).await.is_ok());
    assert_eq!(site.identify(visitor(&silent), last + Millis(1)).await.unwrap_err(), EXPIRED);

    let (spoken, party) = known_visitor(&site).await;
    let late = site.identify(visitor(&spoken), NOW + DEVICE_LIFE - Millis(1)).await.unwrap();
    assert_eq!(late.principal.party, party);
    // That visit moved the end: thirty days from then.
    assert!(site.identify(visitor(&spoken), NOW + DEVICE_LIFE + HOUR).await.is_ok());
}

#[tokio::test]
async fn a_browser_is_forgotten_after_thirty_days() {
    let site = Site::new().await;
    let (token, _) = known_visitor(&site).await;
    assert_eq!(site.identify(visitor(&token), NOW + DEVICE_LIFE).await.unwrap_err(), EXPIRED);
}

#[tokio::test]
async fn whoever_only_resumes_is_remembered_too() {
    let site = Site::new().await;
    let (token, party) = known_visitor(&site).await;
    let mut resume_token = site.identify(visitor(&token), NOW).await.unwrap().tokens.resume;
    for half_day in 1..=70 {
        let now = NOW + Millis(HOUR.0 * 12 * half_day);
        let again = site.identify(resume(&resume_token), now).await.unwrap();
        assert_eq!(again.principal.party, party, "half day {half_day}");
        resume_token = again.tokens.resume;
    }
}

#[tokio::test]
async fn the_next_token_counts_from_its_first_use() {
    let site = Site::new().await;
    let (first, party) = known_visitor(&site).await;
    let day = NOW + ROTATE_AFTER;
    assert_eq!(site.identify(visitor(&first), day - Millis(1)).await.unwrap().tokens.visitor, None);

    // The welcome that brings the next token may be lost any number of times: it is the same one, and the first still holds.
    let mut offered = Vec::new();
    for lost in 0..3 {
        let at = day + Millis(HOUR.0 * lost);
        offered.push(site.identify(visitor(&first), at).await.unwrap().tokens.visitor.unwrap());
    }
    assert!(offered.iter().all(|token| *token == offered[0] && *token != first));

    let used = day + Millis(HOUR.0 * 4);
    let second = &offered[0];
    let seen = site.identify(visitor(second), used).await.unwrap();
    assert_eq!((seen.principal.party, seen.tokens.visitor), (party, None));

    // Another tab was on its way with the first one: it holds a minute more, and is told of the second.
    let tab = site.identify(visitor(&first), used + OVERLAP - Millis(1)).await.unwrap();
    assert_eq!((tab.principal.party, tab.tokens.visitor.as_ref()), (party, Some(second)));
    assert!(site.identify(visitor(second), used + HOUR).await.is_ok());
}

#[tokio::test]
async fn two_tabs_that_adopt_at_once_agree() {
    let site = Site::new().await;
    let (first, party) = known_visitor(&site).await;
    let day = NOW + ROTATE_AFTER;
    let second = site.identify(visitor(&first), day).await.unwrap().tokens.visitor.unwrap();
    let (one, two) = tokio::join!(site.identify(visitor(&second), day), site.identify(visitor(&second), day));
    assert_eq!((one.unwrap().principal.party, two.unwrap().principal.party), (party, party));
    let third = site.identify(visitor(&second), day + ROTATE_AFTER).await.unwrap().tokens.visitor.unwrap();
    assert!(third != second && third != first, "one step, not two");
}

#[tokio::test]
async fn a_retired_token_revokes_the_browser() {
    let site = Site::new().await;
    let (first, _) = known_visitor(&site).await;
    let day = NOW + ROTATE_AFTER;
    let second = site.identify(visitor(&first), day).await.unwrap().tokens.visitor.unwrap();
    let live = site.identify(visitor(&second), day).await.unwrap();

    assert_eq!(site.identify(visitor(&first), day + OVERLAP).await.unwrap_err(), UNKNOWN);
    // Nobody knows who of the two is the thief: neither gets in any more, by no token.
    for token in [visitor(&first), visitor(&second), resume(&live.tokens.resume)] {
        let refused = site.identify(token.clone(), day + OVERLAP).await.unwrap_err();
        assert_eq!(refused, UNKNOWN, "{token:?}");
    }
}

#[tokio::test]
async fn a_token_is_good_for_its_channel_only() {
    let site = Site::new().await;
    let other = site.registry.register(&site::shop_wish(), NOW).await.unwrap().channel.id;
    let (token, _) = known_visitor(&site).await;
    let mut hello = site.hello(visitor(&token), NOW);
    hello.embed = Some(site.context.tickets.issue(&other, NOW).0);
    hello.channel = Some(other);
    let refused = tieline_gateway::auth::identify(&site.context, &hello, Some(site::GATEWAY), NOW).await;
    assert_eq!(refused.unwrap_err(), UNKNOWN);
    for forged in ["", "x", "x.y", &format!("{token}x"), &token[1..]] {
        assert_eq!(site.identify(visitor(forged), NOW).await.unwrap_err(), UNKNOWN, "{forged}");
    }
}
