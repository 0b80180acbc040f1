//! Where the widget may stand: origins, tickets, channels; and the desk's door.

mod site;

use site::{GATEWAY, NOW, SHOP, Site};
use tieline_gateway::auth::{Refusal, desk, identify, registration::Wish, secret, ticket};
use tieline_protocol::{Auth, ChannelId, CloseCode, ErrorCode, Hello, Millis, Role};
use tieline_relay::Scope;

async fn outcome(site: &Site, hello: &Hello, origin: Option<&str>, now: Millis) -> Result<(), Refusal> {
    identify(&site.context, hello, origin, now).await.map(drop)
}

const ORIGIN: Refusal = Refusal(ErrorCode::OriginDenied, CloseCode::ORIGIN);
const UNAUTHORIZED: Refusal = Refusal(ErrorCode::Unauthorized, CloseCode::SIGN_IN);

#[tokio::test]
async fn the_socket_opens_from_known_places_only() {
    let site = Site::new().await;
    let with_ticket = site.hello(Auth::New, NOW);
    let without = Hello { embed: None, ..with_ticket.clone() };
    for (origin, ticketless, ticketed) in [
        (Some(SHOP), Ok(()), Ok(())),
        (Some("https://shop.example:8443"), Ok(()), Ok(())),
        (Some(GATEWAY), Err(UNAUTHORIZED), Ok(())),
        (None, Err(UNAUTHORIZED), Ok(())),
        (Some("null"), Err(ORIGIN), Err(ORIGIN)),
        (Some("http://shop.example"), Err(ORIGIN), Err(ORIGIN)),
        (Some("https://shop.example:444"), Err(ORIGIN), Err(ORIGIN)),
        (Some("https://shop.example.evil.example"), Err(ORIGIN), Err(ORIGIN)),
        (Some("https://evilshop.example"), Err(ORIGIN), Err(ORIGIN)),
        (Some("https://SHOP.example"), Err(ORIGIN), Err(ORIGIN)),
        (Some("https://chat.example.evil.example"), Err(ORIGIN), Err(ORIGIN)),
    ] {
        assert_eq!(outcome(&site, &without, origin, NOW).await, ticketless, "{origin:?} without a ticket");
        assert_eq!(outcome(&site, &with_ticket, origin, NOW).await, ticketed, "{origin:?} with a ticket");
    }
}

#[tokio::test]
async fn a_frame_reports_a_page_of_the_channel() {
    let site = Site::new().await;
    for (page, expected) in
        [(SHOP, Ok(())), (GATEWAY, Ok(())), ("https://evil.example", Err(ORIGIN)), ("null", Err(ORIGIN))]
    {
        let hello = Hello { page_origin: Some(page.into()), ..site.hello(Auth::New, NOW) };
        assert_eq!(outcome(&site, &hello, Some(GATEWAY), NOW).await, expected, "{page}");
    }
}

#[tokio::test]
async fn a_ticket_is_for_its_channel_and_its_time() {
    let site = Site::new().await;
    let other = site.registry.register(&site::shop_wish(), NOW).await.unwrap().channel.id;
    let hello = site.hello(Auth::New, NOW);
    let late = NOW + ticket::LIFE;
    let expired = Refusal(ErrorCode::TokenExpired, CloseCode::SIGN_IN);
    assert_eq!(outcome(&site, &hello, Some(GATEWAY), late - Millis(1)).await, Ok(()));
    assert_eq!(outcome(&site, &hello, Some(GATEWAY), late).await, Err(expired));
    let foreign = Hello { embed: Some(site.context.tickets.issue(&other, NOW).0), ..hello.clone() };
    assert_eq!(outcome(&site, &foreign, Some(GATEWAY), NOW).await, Err(UNAUTHORIZED));
    // A token of another kind is no ticket, though the same gateway signed it.
    let tokens = site.identify(Auth::New, NOW).await.unwrap().tokens;
    for other_kind in [tokens.resume, tokens.visitor.unwrap()] {
        let hello = Hello { embed: Some(other_kind), ..hello.clone() };
        assert_eq!(outcome(&site, &hello, Some(GATEWAY), NOW).await, Err(UNAUTHORIZED));
    }
}

#[tokio::test]
async fn resuming_needs_no_ticket_but_the_same_channel_and_a_known_place() {
    let site = Site::new().await;
    let other = site.registry.register(&site::shop_wish(), NOW).await.unwrap().channel.id;
    let token = site.identify(Auth::New, NOW).await.unwrap().tokens.resume;
    let hello = Hello { embed: None, ..site.hello(Auth::Resume { token }, NOW) };
    for (origin, expected) in [
        (Some(GATEWAY), Ok(())),
        (None, Ok(())),
        (Some(SHOP), Ok(())),
        (Some("https://evil.example"), Err(ORIGIN)),
    ] {
        assert_eq!(outcome(&site, &hello, origin, NOW).await, expected, "{origin:?}");
    }
    for channel in [None, Some(other)] {
        let hello = Hello { channel: channel.clone(), ..hello.clone() };
        assert_eq!(outcome(&site, &hello, Some(GATEWAY), NOW).await, Err(UNAUTHORIZED), "{channel:?}");
    }
}

#[tokio::test]
async fn a_channel_must_be_there_and_open() {
    let site = Site::new().await;
    let resume = Auth::Resume { token: site.identify(Auth::New, NOW).await.unwrap().tokens.resume };
    let none = Hello { channel: None, ..site.hello(Auth::New, NOW) };
    let bad_hello = Refusal(ErrorCode::BadFrame, CloseCode::BAD_HELLO);
    assert_eq!(outcome(&site, &none, Some(GATEWAY), NOW).await, Err(bad_hello));
    let unknown = Hello { channel: Some(ChannelId("ch_' or 1=1".into())), ..site.hello(Auth::New, NOW) };
    let no_channel = Refusal(ErrorCode::ChannelUnknown, CloseCode::CHANNEL);
    assert_eq!(outcome(&site, &unknown, Some(GATEWAY), NOW).await, Err(no_channel));

    site.change(Wish { state: Some("closed".into()), ..Wish::default() }).await;
    let closed = Refusal(ErrorCode::ChannelClosed, CloseCode::CHANNEL);
    for auth in [Auth::New, resume] {
        assert_eq!(
            outcome(&site, &site.hello(auth.clone(), NOW), Some(GATEWAY), NOW).await,
            Err(closed),
            "{auth:?}"
        );
    }
}

#[tokio::test]
async fn an_agent_comes_from_the_desk_and_leaves_for_good() {
    let site = Site::new().await;
    let cookie = site.sign_in("mia", NOW).await;
    let session = desk::hash(cookie.expose());
    let expires_at = NOW + desk::SOCKET_LIFE;
    let token =
        site.context.sockets.sign(&desk::SocketToken { session: secret::encode(&session), expires_at });
    let hello = Hello { channel: None, embed: None, ..site.hello(Auth::Agent { token }, NOW) };
    for (origin, expected) in
        [(Some(GATEWAY), Ok(())), (None, Ok(())), (Some(SHOP), Err(ORIGIN)), (Some("null"), Err(ORIGIN))]
    {
        assert_eq!(outcome(&site, &hello, origin, NOW).await, expected, "{origin:?}");
    }
    let late = Refusal(ErrorCode::TokenExpired, CloseCode::SIGN_IN);
    assert_eq!(outcome(&site, &hello, Some(GATEWAY), expires_at).await, Err(late));

    let mia = identify(&site.context, &hello, Some(GATEWAY), NOW).await.unwrap();
    assert_eq!((mia.principal.role, mia.face), (Role::Agent, None));
    let Scope::Desks(desks) = &mia.principal.scope else { panic!("an agent sits at desks") };
    let at: Vec<_> = desks.iter().map(|desk| (&desk.channel, desk.recipient.as_str())).collect();
    assert_eq!(at, [(&site.shop, "default")]);

    let resume = Hello { auth: Auth::Resume { token: mia.tokens.resume }, ..hello.clone() };
    assert_eq!(outcome(&site, &resume, Some(GATEWAY), NOW).await, Ok(()));
    assert_eq!(outcome(&site, &resume, Some(SHOP), NOW).await, Err(ORIGIN));
    site.context.store.write(move |db| desk::sign_out(db, session, NOW)).await.unwrap();
    for hello in [&hello, &resume] {
        assert_eq!(outcome(&site, hello, Some(GATEWAY), NOW).await, Err(UNAUTHORIZED), "signed out");
    }
}

#[tokio::test]
async fn an_invite_works_once_and_for_a_day() {
    let site = Site::new().await;
    let store = &site.context.store;
    let (invite, end) = store.write(|db| desk::invite(db, "leo", Some("Leo"), NOW)).await.unwrap();
    let redeem = |at: Millis| {
        let token = invite.expose().clone();
        store.write(move |db| desk::redeem(db, &token, at))
    };
    assert!(redeem(end).await.unwrap().is_none(), "too late");
    let (one, two) = tokio::join!(redeem(NOW), redeem(NOW));
    let redeemed = [one.unwrap(), two.unwrap()].iter().filter(|cookie| cookie.is_some()).count();
    assert_eq!(redeemed, 1, "of two who use it at once, one gets in");
    assert!(redeem(NOW).await.unwrap().is_none());
    let forged = store.write(|db| desk::redeem(db, "ti_forged", NOW)).await.unwrap();
    assert!(forged.is_none());
}
