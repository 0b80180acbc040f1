//! Many seeds of a bad day, then a good one: nothing is lost, doubled or out of order, and all screens agree.

use tieline_protocol::Millis;
use tieline_sim::{
    Chance, Faults, World,
    scenario::{plan_a_minute, settle},
    seeds::for_seeds,
    world::{Act, BAD},
};

#[test]
fn nothing_is_lost_or_doubled_on_a_bad_day() {
    for_seeds(200, |seed| {
        let mut chance = Chance::new(seed ^ 0xbad);
        let mut world = World::new(seed, BAD);
        let mut people = Vec::new();
        for _ in 0..chance.below(3) + 1 {
            let disk = world.add_disk();
            people.push(world.add_visitor(disk, None));
        }
        for _ in 0..chance.below(2) + 1 {
            people.push(world.add_agent());
        }
        people.iter().for_each(|person| world.start(*person));
        plan_a_minute(&mut world, &mut chance, &people, 30);
        for _ in 0..chance.below(3) {
            world.plan_restart(chance.between(0, 60_000));
        }
        world.run_for(Millis::secs(70));
        settle(&mut world);
    });
}

/// Two tabs of one browser send from one outbox, the network drops, both return: each line shows once, in both.
#[test]
fn two_tabs_agree_after_a_cut() {
    for_seeds(60, |seed| {
        let mut chance = Chance::new(seed ^ 0x7ab);
        let mut world = World::new(seed, BAD);
        let token = world.visitor_token();
        let disk = world.add_disk();
        let tabs: Vec<_> = (0..2).map(|_| world.add_visitor(disk, Some(token.clone()))).collect();
        let agent = world.add_agent();
        // The first tab types before the second is there, so that both have the same drafts.
        world.start(tabs[0]);
        for number in 0..4 {
            world.plan(Millis(number), tabs[0], Act::Say(format!("early {number}")));
        }
        world.run_for(Millis(10));
        world.start(tabs[1]);
        world.start(agent);
        plan_a_minute(&mut world, &mut chance, &[tabs[0], agent], 16);
        world.plan(chance.between(5_000, 50_000), tabs[1], Act::Reload);
        world.plan_restart(chance.between(0, 60_000));
        world.run_for(Millis::secs(70));
        settle(&mut world);
        let [one, other] =
            [0, 1].map(|tab| world.people[tabs[tab]].thread(world.now).expect("a visitor has a thread"));
        let keys = |thread| {
            tieline_sim::person::bubbles(thread).into_iter().map(|bubble| bubble.key).collect::<Vec<_>>()
        };
        assert_eq!(keys(&one), keys(&other));
        assert!(keys(&one).len() >= 4);
    });
}

/// A backup is restored while people talk: every copy of the old generation is dropped and read again.
#[test]
fn a_new_epoch_replaces_every_copy() {
    for_seeds(30, |seed| {
        let mut chance = Chance::new(seed ^ 0xe90c);
        let mut world = World::new(seed, Faults { cut: 5, blackhole: 0, ..BAD });
        let disk = world.add_disk();
        let people = [world.add_visitor(disk, None), world.add_agent()];
        people.iter().for_each(|person| world.start(*person));
        plan_a_minute(&mut world, &mut chance, &people, 20);
        for _ in 0..2 {
            world.plan_epoch_bump(chance.between(10_000, 60_000));
        }
        world.run_for(Millis::secs(70));
        settle(&mut world);
    });
}

/// The same seed gives the same run, or a printed seed would be worth nothing.
#[test]
fn a_seed_gives_the_same_run_twice() {
    let run = || {
        let mut world = World::new(7, BAD);
        let disk = world.add_disk();
        let people = [world.add_visitor(disk, None), world.add_agent()];
        people.iter().for_each(|person| world.start(*person));
        plan_a_minute(&mut world, &mut Chance::new(7), &people, 20);
        world.run_for(Millis::secs(70));
        (world.steps, people.map(|person| world.people[person].thread(world.now)))
    };
    assert_eq!(run(), run());
}
