//! The promises that the two ends keep together, each under its number: docs/promises.md says what they mean.

use tieline_protocol::{Author, Millis, PartyId, Role};
use tieline_session::{
    Input,
    screen::{Delivery, Notice},
};
use tieline_sim::{
    Chance, Faults, World, check,
    gateway::Node,
    person::{bubbles, is_in_log},
    scenario::{plan_a_minute, settle},
    seeds::for_seeds,
    world::{Act, BAD},
};

/// A network on which nothing goes wrong.
const GOOD: Faults = Faults {
    delay_ms: 40,
    dial_fails: 0,
    hint_lost: 0,
    hint_doubled: 0,
    hint_late: 0,
    cut: 0,
    blackhole: 0,
    busy: 0,
};

fn keys(world: &World, person: usize) -> Vec<tieline_protocol::DraftId> {
    let thread = world.people[person].thread(world.now).expect("a visitor has a thread");
    bubbles(&thread).into_iter().map(|bubble| bubble.key).collect()
}

/// P3: two tabs flush the outbox of one disk, answers are lost, the store is busy and lies about it: each line stands in the
/// log once, and both tabs show the same. With tabs that hear each other, and with tabs that do not.
#[test]
fn p3_two_tabs_flush_one_outbox() {
    for_seeds(200, |seed| {
        let mut chance = Chance::new(seed ^ 0x9003);
        let mut world = World::new(seed, Faults { dial_fails: 1000, ..BAD });
        let token = world.visitor_token();
        let disk = world.add_disk();
        world.disks[disk].has_channel = seed % 2 == 0;
        let first = world.add_visitor(disk, Some(token.clone()));
        world.start(first);
        for number in 0..5 {
            world.plan(Millis(number * 10), first, Act::Say(format!("offline {number}")));
        }
        world.run_for(Millis::secs(2));
        let second = world.add_visitor(disk, Some(token));
        world.start(second);
        let agent = world.add_agent();
        world.start(agent);
        world.set_faults(BAD);
        plan_a_minute(&mut world, &mut chance, &[first, second], 8);
        world.run_for(Millis::secs(70));
        settle(&mut world);
        let (one, other) = (keys(&world, first), keys(&world, second));
        assert_eq!(one, other, "both tabs show the same");
        assert!(one.len() >= 5);
    });
}

/// P5: lines typed in one go stand in the log in that order, whatever is cut, refused or drained between them.
#[test]
fn p5_the_order_of_typing_survives_a_drain_mid_queue() {
    for_seeds(200, |seed| {
        let mut chance = Chance::new(seed ^ 0x9005);
        let mut world = World::new(seed, BAD);
        world.gateway.set_nodes(2);
        let disk = world.add_disk();
        let people = [world.add_visitor(disk, None), world.add_agent()];
        people.iter().for_each(|person| world.start(*person));
        for burst in 0..3 {
            let begin = chance.between(0, 20_000);
            for number in 0..6 {
                world.plan(begin + Millis(number * 150), people[0], Act::Say(format!("{burst}.{number}")));
            }
            let node = Node(u8::try_from(burst % 2).unwrap());
            world.plan_drain(begin + chance.between(0, 2_000), node, Millis::secs(3));
        }
        world.run_for(Millis::secs(60));
        settle(&mut world);
    });
}

/// P6: after a cut of a second to an hour one round trip brings everything, and nothing is shown before all of it is there.
/// A new epoch costs no more.
#[test]
fn p6_a_resume_costs_one_round_trip() {
    let longest = std::cell::Cell::new(0);
    for_seeds(200, |seed| {
        let mut chance = Chance::new(seed ^ 0x9006);
        let mut world = World::new(seed, GOOD);
        world.gateway.set_catch_up(300);
        let disk = world.add_disk();
        let person = world.add_visitor(disk, None);
        world.start(person);
        world.plan(Millis(0), person, Act::Say("before".into()));
        world.run_for(Millis::secs(5));
        let session = world.gateway.sessions().next().expect("it is open");
        let mia = Author {
            id: PartyId::at(world.now, chance.bytes()),
            role: Role::Agent,
            name: Some("Mia".into()),
        };
        world.plan(Millis(0), person, Act::Do(Input::PageHidden));
        let missed = chance.below(299) + 1;
        for number in 0..missed {
            world.gateway.say(world.now, session, mia.clone(), format!("missed {number}"));
        }
        world.run_for(chance.between(1_000, 3_600_000));
        let is_new_epoch = seed % 4 == 0;
        if is_new_epoch {
            world.gateway.bump_epoch();
        }
        let before = keys(&world, person);
        assert_eq!(before.len(), 1);
        world.plan(Millis(0), person, Act::Do(Input::WokeUp));
        while world.frames_sent(person) == 0 {
            world.run_for(Millis(1));
        }
        let (asked_at, mut frames) = (world.now, 0);
        while keys(&world, person) == before {
            frames = world.frames_sent(person);
            world.run_for(Millis(1));
            assert!(world.now < asked_at + Millis::secs(1), "nothing comes");
        }
        let took = world.now - asked_at;
        longest.set(longest.get().max(took.0));
        assert_eq!(frames, 1, "hello, and no other question");
        assert!(took <= Millis(2 * GOOD.delay_ms), "one way there, one way back: {took:?}");
        let log: Vec<_> = world.gateway.entries(session).iter().map(|entry| entry.draft_id).collect();
        let shown = keys(&world, person);
        let whole = if is_new_epoch { log.len().min(50) } else { log.len() };
        assert_eq!(shown, log[log.len() - whole..], "whole, or its end after a reset");
    });
    println!("P6: longest resume {} ms at up to {} ms a way", longest.get(), GOOD.delay_ms);
}

/// P6, protocol.md 4.5: a restored backup lacks the tail. Copies are dropped and read again; what the people said
/// themselves, acknowledged or not, they say again under the same ids: nothing of it is lost or doubled.
#[test]
fn p6_a_restored_backup_gets_its_tail_back_from_those_who_said_it() {
    for_seeds(200, |seed| {
        let mut chance = Chance::new(seed ^ 0x9a06);
        let mut world = World::new(seed, GOOD);
        let disk = world.add_disk();
        let people = [world.add_visitor(disk, None), world.add_agent()];
        people.iter().for_each(|person| world.start(*person));
        world.plan(Millis(0), people[0], Act::Say("kept".into()));
        world.plan(Millis::secs(3), people[1], Act::Pick);
        world.run_for(Millis::secs(5));
        world.set_faults(Faults { cut: 10, hint_lost: 50, busy: 20, delay_ms: 300, ..GOOD });
        for number in 0..16 {
            let who = people[chance.below(2) as usize];
            world.plan(chance.between(0, 60_000), who, Act::Say(format!("line {number}")));
        }
        world.plan_backup(chance.between(0, 20_000));
        world.plan_restore(chance.between(20_000, 60_000));
        world.run_for(Millis::secs(70));
        settle(&mut world);
    });
}

/// Steps until `is_over`, and tells how long that took.
fn time_until(world: &mut World, limit: Millis, is_over: impl Fn(&World) -> bool) -> Millis {
    let begin = world.now;
    while !is_over(world) {
        world.run_for(Millis(10));
        assert!(world.now - begin <= limit, "not within {limit:?}");
    }
    world.now - begin
}

/// P8: a wire that swallows everything, in either direction or both, is noticed by both ends within 35 s.
#[test]
fn p8_a_dead_peer_is_noticed_by_both_sides() {
    let longest = std::cell::Cell::new((0, 0));
    // Beat and grace, and what was on the way when the wire died; 10 ms is how finely the test looks.
    let limit = Millis::secs(35) + Millis(GOOD.delay_ms + 10);
    for_seeds(200, |seed| {
        let mut chance = Chance::new(seed ^ 0x9008);
        let mut world = World::new(seed, GOOD);
        let disk = world.add_disk();
        let person = world.add_visitor(disk, None);
        world.start(person);
        world.plan(Millis(0), person, Act::Say("hello".into()));
        world.run_for(Millis::secs(2) + chance.between(0, 60_000));
        let old = world.people[person].socket.expect("it is connected");
        let (is_deaf, is_mute) = [(true, false), (false, true), (true, true)][(seed % 3) as usize];
        world.swallow(person, is_deaf, is_mute);
        let begin = world.now;
        let by_one = time_until(&mut world, limit, |world| {
            world.people[person].socket != Some(old) || !world.gateway.holds(old)
        });
        let both = |world: &World| world.people[person].socket != Some(old) && !world.gateway.holds(old);
        time_until(&mut world, limit - by_one, both);
        let (client, gateway) = longest.get();
        longest.set((client.max(by_one.0), gateway.max((world.now - begin).0)));
        world.run_for(Millis::secs(2));
        assert_eq!(world.people[person].notice(world.now), None, "and the line is up again");
    });
    println!("P8: first end after {} ms at most, both after {} ms", longest.get().0, longest.get().1);
}

/// P8: a tab that comes back to the front on a dead line knows within 3 s.
#[test]
fn p8_a_dead_line_is_noticed_three_seconds_after_the_tab_is_visible() {
    for_seeds(200, |seed| {
        let mut chance = Chance::new(seed ^ 0x9108);
        let mut world = World::new(seed, GOOD);
        let disk = world.add_disk();
        let person = world.add_visitor(disk, None);
        world.start(person);
        world.run_for(Millis::secs(2) + chance.between(0, 20_000));
        let old = world.people[person].socket;
        world.swallow(person, seed % 2 == 0, true);
        world.run_for(chance.between(0, 8_000));
        assert_eq!(world.people[person].socket, old, "nobody has noticed yet");
        world.plan(Millis(0), person, Act::Do(Input::WokeUp));
        time_until(&mut world, Millis::secs(3) + Millis(10), |world| world.people[person].socket != old);
    });
}

/// P9: two gateways over one log are restarted in turn while people talk. Nobody is without a line for a moment, sees a
/// "reconnecting" bar or a failed message.
#[test]
fn p9_a_rolling_restart_is_seen_by_nobody() {
    for_seeds(200, |seed| {
        let mut chance = Chance::new(seed ^ 0x9009);
        let mut world = World::new(seed, GOOD);
        world.gateway.set_nodes(2);
        let disks: Vec<_> = (0..4).map(|_| world.add_disk()).collect();
        let mut people: Vec<_> = disks.into_iter().map(|disk| world.add_visitor(disk, None)).collect();
        people.push(world.add_agent());
        people.iter().for_each(|person| world.start(*person));
        for number in 0..24 {
            let person = people[chance.below(4) as usize];
            world.plan(chance.between(0, 55_000), person, Act::Say(format!("line {number}")));
        }
        for turn in 0..4 {
            let node = Node(u8::try_from(turn % 2).unwrap());
            world.plan_drain(Millis::secs(5 + 12 * turn), node, Millis::secs(10));
        }
        world.run_for(Millis::secs(60));
        for (number, person) in world.people.iter().enumerate() {
            let is_bar = |notice: &Notice| matches!(notice, Notice::Reconnecting | Notice::Offline);
            assert!(!person.notices.iter().any(is_bar), "person {number} saw {:?}", person.notices);
            assert_eq!(
                (person.dials, person.cuts),
                (1, 0),
                "person {number} was without a line for a moment"
            );
            let thread = person.thread(world.now).unwrap_or_default();
            for bubble in bubbles(&thread) {
                assert!(is_in_log(bubble), "{:?}", bubble.state);
                assert!(!matches!(bubble.state, Some(Delivery::Failed(_))), "{:?}", bubble.state);
            }
        }
        settle(&mut world);
        check::everything_arrived(&world);
    });
}
