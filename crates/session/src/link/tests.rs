use super::*;
use crate::{alarm::Alarm, screen::Notice};

const NOW: Millis = Millis(1_000_000);
const PLAN: PingPlan = PingPlan { every_ms: Millis::secs(25), grace_ms: Millis::secs(10) };
const PAUSE: Cure = Cure::Pause { at_least: Millis(0) };

fn live() -> Link {
    let mut link = Link::new(1);
    link.start(NOW, &mut Vec::new());
    assert!(link.opened(NOW));
    link.welcomed(NOW, PLAN);
    link
}

/// What the link wants done after `act`.
fn done(act: impl FnOnce(&mut Vec<Effect>)) -> Vec<Effect> {
    let mut out = Vec::new();
    act(&mut out);
    out
}

#[test]
fn close_codes_decide_by_range() {
    for (code, expected) in [
        (CloseCode(1006), None),
        (CloseCode(1000), None),
        (CloseCode::DRAIN, None),
        (CloseCode::SLOW, None),
        (CloseCode(4077), None),
        (CloseCode::ORIGIN, Some(Notice::Refused)),
        (CloseCode(4499), Some(Notice::Refused)),
        (CloseCode::VERSION, Some(Notice::MustReload)),
        (CloseCode::BAD_HELLO, Some(Notice::Refused)),
    ] {
        let mut link = live();
        link.closed(NOW, code, PAUSE, &mut Vec::new());
        assert_eq!(link.notice(NOW), expected, "{code:?}");
        let comes_back = link.next_wake(NOW).is_some_and(|at| at <= NOW + FIRST_PAUSE)
            || link.next_wake(NOW).is_some() && expected.is_none();
        assert_eq!(comes_back, expected.is_none(), "{code:?}");
    }
}

#[test]
fn pauses_grow_have_jitter_and_a_cap() {
    let mut link = Link::new(3);
    for (tries, longest) in [(0, 500), (1, 1_000), (4, 8_000), (6, 30_000), (40, 30_000)] {
        let drawn: Vec<_> = (0..200).map(|_| link.pause_after(tries).0).collect();
        assert!(drawn.iter().all(|pause| *pause <= longest), "{tries}");
        assert!(
            drawn.iter().any(|pause| *pause > longest / 2) && drawn.iter().any(|pause| *pause < longest / 2),
            "{tries}"
        );
    }
}

#[test]
fn a_silent_peer_is_dead_after_a_beat_and_its_grace() {
    let mut link = live();
    assert_eq!(done(|out| link.tick(NOW + Millis(34_999), out)), []);
    link.heard(NOW + Millis(30_000));
    assert_eq!(done(|out| link.tick(NOW + Millis(35_000), out)), []);
    assert_eq!(
        done(|out| link.tick(NOW + Millis(65_000), out)),
        [Effect::HangUp(CloseCode::NO_PONG), Effect::Dial]
    );
}

#[test]
fn waking_asks_and_waits_three_seconds() {
    let mut link = live();
    assert!(matches!(&done(|out| link.woke(NOW, out))[..], [Effect::Send(_)]));
    assert_eq!(done(|out| link.woke(NOW, out)), [], "one question is enough");
    assert_eq!(link.next_wake(NOW), Some(NOW + Millis::secs(3)));
    link.heard(NOW + Millis(100));
    assert_eq!(done(|out| link.tick(NOW + Millis::secs(3), out)), []);
    link.woke(NOW, &mut Vec::new());
    assert_eq!(
        done(|out| link.tick(NOW + Millis::secs(3), out)),
        [Effect::HangUp(CloseCode::NO_PONG), Effect::Dial]
    );
}

#[test]
fn hello_and_dial_have_limits() {
    let mut link = Link::new(1);
    link.start(NOW, &mut Vec::new());
    assert_eq!(done(|out| link.tick(NOW + Millis::secs(10), out)), [Effect::HangUp(CloseCode::BYE)]);
    let mut link = Link::new(1);
    link.start(NOW, &mut Vec::new());
    link.opened(NOW);
    assert_eq!(done(|out| link.tick(NOW + Millis::secs(10), out)), [Effect::HangUp(CloseCode::BYE)]);
    assert!(!link.is_greeting());
}

#[test]
fn a_hello_that_came_late_from_a_frozen_tab_is_said_again() {
    let mut link = Link::new(1);
    link.start(NOW, &mut Vec::new());
    link.opened(NOW);
    link.closed(NOW + Millis::secs(6), CloseCode::BAD_HELLO, PAUSE, &mut Vec::new());
    assert!(!link.is_refused());
}

#[test]
fn a_hidden_page_has_no_socket_and_a_woken_one_dials_at_once() {
    let mut link = live();
    assert_eq!(done(|out| link.hidden(out)), [Effect::HangUp(CloseCode::BYE)]);
    assert_eq!(link.next_wake(NOW), None);
    assert_eq!(done(|out| link.tick(NOW + Millis::minutes(9), out)), []);
    assert_eq!(link.notice(NOW + Millis::minutes(9)), None);
    assert_eq!(done(|out| link.woke(NOW + Millis::minutes(9), out)), [Effect::Dial]);
    let mut link = live();
    link.closed(NOW, CloseCode(1006), Cure::Pause { at_least: Millis::secs(20) }, &mut Vec::new());
    assert_eq!(done(|out| link.tick(NOW + Millis::secs(19), out)), []);
    assert_eq!(done(|out| link.woke(NOW + Millis::secs(19), out)), [Effect::Dial]);
}

#[test]
fn a_missing_token_is_asked_for_and_waited_for() {
    let mut link = live();
    assert_eq!(
        done(|out| link.closed(NOW, CloseCode::SIGN_IN, Cure::Ask(Lack::Token), out)),
        [Effect::FetchToken]
    );
    assert_eq!(done(|out| link.provided(NOW, Lack::Ticket, out)), [], "that was not the question");
    link.not_provided(NOW);
    assert_eq!(link.notice(NOW), Some(Notice::SignedOut));
    let again = link.next_wake(NOW).expect("asks again");
    assert_eq!(done(|out| link.tick(again.max(NOW + LONGEST_PAUSE), out)), [Effect::FetchToken]);
    // Tokens that do not hold make no busy loop: the pause grows.
    link.provided(NOW, Lack::Token, &mut Vec::new());
    assert!(matches!(link.state, State::Waiting { .. }));
}

fn draining() -> (Link, Millis) {
    let mut link = live();
    link.drain(NOW, Millis::secs(8));
    let moment = link.next_wake(NOW).expect("a moment to dial");
    assert!(moment <= NOW + Millis::secs(6), "time is left for the way");
    assert_eq!(done(|out| link.tick(moment, out)), [Effect::DialNext]);
    assert!(link.is_live(), "the first serves");
    (link, moment)
}

#[test]
fn a_draining_gateway_is_left_for_a_connection_that_stands() {
    let (mut link, moment) = draining();
    assert!(link.next_opened(moment) && link.is_next_greeting());
    assert_eq!(link.notice(moment + Millis::secs(9)), None);
    link.welcomed(moment, PLAN);
    assert_eq!(link.next, Next::Unwanted);
}

#[test]
fn a_second_connection_that_fails_is_tried_again_and_the_first_stays() {
    let (mut link, moment) = draining();
    link.next_closed(moment, CloseCode(1006));
    let again = link.next_wake(moment).expect("another try").max(moment);
    assert!(again <= moment + FIRST_PAUSE);
    assert_eq!(done(|out| link.tick(again, out)), [Effect::DialNext]);
    assert_eq!(done(|out| link.tick(again + DIAL_LIMIT, out)), [Effect::DropNext], "nobody answers");
    let (mut link, moment) = draining();
    link.next_closed(moment, CloseCode::SIGN_IN);
    assert_eq!(
        (link.next, link.is_live()),
        (Next::GivenUp, true),
        "the first is good for as long as it lasts"
    );
}

#[test]
fn a_first_connection_cut_too_early_is_replaced_by_the_second_as_it_stands() {
    let (mut link, moment) = draining();
    assert_eq!(done(|out| link.closed(moment, CloseCode::DRAIN, PAUSE, out)), [Effect::Switch]);
    assert!(link.opened(moment), "it says hello as the first");
    let (mut link, moment) = draining();
    link.next_opened(moment);
    assert_eq!(
        done(|out| link.tick(NOW + Millis::secs(35), out)),
        [Effect::HangUp(CloseCode::NO_PONG), Effect::Switch]
    );
    assert!(link.is_greeting());
}

#[test]
fn whatever_ends_the_link_ends_the_second_connection() {
    let (mut link, _) = draining();
    assert_eq!(done(|out| link.hidden(out)), [Effect::DropNext, Effect::HangUp(CloseCode::BYE)]);
    let (mut link, moment) = draining();
    assert!(done(|out| link.closed(moment, CloseCode::CHANNEL, PAUSE, out)).contains(&Effect::DropNext));
    let (mut link, moment) = draining();
    assert!(done(|out| link.redial(moment, out)).contains(&Effect::DropNext));
    let (mut link, _) = draining();
    assert!(done(|out| link.outdated(out, true)).contains(&Effect::DropNext));
}

/// P9: who was told of a restart looks for the new gateway every second at the latest, and nobody is told for six.
#[test]
fn an_announced_restart_is_not_trouble_until_it_takes_too_long() {
    let mut link = live();
    link.drain(NOW, Millis(0));
    let mut unannounced = live();
    for (link, code) in [(&mut link, CloseCode(1006)), (&mut unannounced, CloseCode::DRAIN)] {
        link.closed(NOW, code, PAUSE, &mut Vec::new());
        let mut now = NOW;
        while now < NOW + Millis(5_999) {
            now = link.next_wake(now).expect("it goes on");
            assert_eq!(link.notice(now.min(NOW + Millis(5_999))), None);
            if done(|out| link.tick(now, out)) == [Effect::Dial] {
                link.closed(now, CloseCode(1006), PAUSE, &mut Vec::new());
                let pause = link.next_wake(now).expect("another try");
                assert!(pause <= now + Millis::secs(1), "{:?}", pause - now);
            }
        }
        assert_eq!(link.notice(NOW + Millis::secs(6)), Some(Notice::Reconnecting));
    }
    // Once it was back, all is as before.
    assert!(done(|out| link.woke(NOW + Millis::secs(7), out)).contains(&Effect::Dial));
    link.opened(NOW + Millis::secs(7));
    link.welcomed(NOW + Millis::secs(7), PLAN);
    link.closed(NOW + Millis::secs(8), CloseCode(1006), PAUSE, &mut Vec::new());
    assert_eq!(link.notice(NOW + Millis::secs(10)), Some(Notice::Reconnecting));
}

#[test]
fn a_dial_from_before_the_sleep_is_not_waited_for() {
    let mut link = Link::new(1);
    link.start(NOW, &mut Vec::new());
    assert_eq!(done(|out| link.woke(NOW + Millis::secs(1), out)), [], "it may still come");
    let redialled = [Effect::HangUp(CloseCode::BYE), Effect::Dial];
    assert_eq!(done(|out| link.woke(NOW + Millis::secs(4), out)), redialled);
}

#[test]
fn a_clock_put_back_by_an_hour_does_not_stop_the_redial() {
    let mut link = live();
    link.closed(NOW, CloseCode(1006), Cure::Pause { at_least: Millis::secs(20) }, &mut Vec::new());
    assert_eq!(done(|out| link.tick(Millis(0), out)), [Effect::Dial]);
    assert!(Alarm::after(NOW, Millis(1)).is_due(Millis(0)));
}
