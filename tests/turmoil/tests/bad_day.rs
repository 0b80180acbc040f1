//! Many seeds of a bad day, then a good one: nothing is lost, doubled or out of order, and all screens agree.
//!
//! P1, P3, P4, P5, P6, P9 and P12 over the gateway as it runs, at every fault that the simulated network and a crash can bring.

use std::rc::Rc;

use tieline_protocol::Millis;
use tieline_session::screen::Notice;
use tieline_sim::Chance;
use tieline_turmoil::{
    World,
    figures::Figures,
    person::{Act, Side},
    plan::{Day, Event, Settled, settle},
    seeds::for_seeds,
};

/// Long enough for the longest pause between two dials, with all the rest.
const PATIENCE: Millis = Millis::minutes(2);

/// Has the day, lets it end, and gives its figures.
///
/// # Panics
/// When something is not in order afterwards.
fn have(day: Day, mut world: World, seed: u64) -> (World, Figures) {
    day.plan(&mut world, &mut Chance::new(seed ^ 0xbad));
    world.run_for(day.length);
    let Settled { took, flaws } = settle(&mut world, PATIENCE);
    assert!(flaws.is_empty(), "{}", flaws.iter().map(|flaw| format!("\n  {flaw}")).collect::<String>());
    let figures = Figures::of(&world, took);
    (world, figures)
}

fn world_of(seed: u64, sides: &[Side]) -> World {
    let mut world = World::new(seed);
    for side in sides {
        world.add(*side);
    }
    world
}

/// P1, P3, P4, P5, P6, P12: two visitors and the agent's two desks.
#[test]
fn nothing_is_lost_or_doubled_on_a_bad_day() {
    let figures = for_seeds(200, |seed| {
        let world = world_of(seed, &[Side::Visitor, Side::Visitor, Side::Agent, Side::Agent]);
        have(Day::default(), world, seed).1
    });
    println!("{figures}");
    // A day on which nothing had to be said again proves nothing.
    assert!(figures.runs < 100 || figures.duplicates.min(figures.unacknowledged) > 0);
}

/// P6: the operator declares all copies void while people talk; each is dropped and read again, whole.
#[test]
fn a_new_epoch_replaces_every_copy() {
    let figures = for_seeds(40, |seed| {
        let world = world_of(seed, &[Side::Visitor, Side::Agent]);
        have(Day { epochs: 2, ..Day::default() }, world, seed).1
    });
    println!("{figures}");
    assert!(figures.runs < 20 || figures.resets > 0);
}

/// P3, P12: two tabs of one browser without a line between their sockets have the same drafts, and each says what it must.
/// Every line stands once, in both tabs, in the same order.
#[test]
fn two_tabs_agree_after_a_bad_day() {
    let figures = for_seeds(60, |seed| {
        let mut world = World::new(seed);
        let browser = Rc::default();
        world.add_tab(Side::Visitor, &browser);
        world.add(Side::Agent);
        // The first tab alone, until the browser has the visitor's token: two newcomers would be two visitors.
        world.plan(Millis(0), Event::Act { person: 0, act: Act::Say("first".into()) });
        world.run_for(Millis::secs(3));
        let other = world.add_tab(Side::Visitor, &browser);
        let (world, figures) = have(Day { reloads: 4, crashes: 1, ..Day::default() }, world, seed);
        let [one, two] = [0, other].map(|tab| world.people[tab].views.borrow().last().cloned());
        assert_eq!(one, two);
        figures
    });
    println!("{figures}");
}

/// P9: the gateway is restarted in good order while people talk over a good network. Nothing is lost or doubled, and nobody is
/// shown that anything happened.
#[test]
fn nobody_sees_a_restart() {
    let figures = for_seeds(40, |seed| {
        let mut world = world_of(seed, &[Side::Visitor, Side::Visitor, Side::Agent]);
        for second in [5, 12] {
            world.plan(Millis::secs(second), Event::Restart);
        }
        let day = Day { cuts: 0, crashes: 0, reloads: 0, whims: 0, slowest_write_ms: 40, ..Day::default() };
        let (world, figures) = have(day, world, seed);
        for person in &world.people {
            assert!(
                person.diary.borrow().iter().any(|(_, kind)| kind == "drain"),
                "{} never left",
                person.name
            );
            let notices = person.notices.borrow();
            assert!(!notices.contains(&Some(Notice::Reconnecting)), "{} saw {notices:?}", person.name);
        }
        figures
    });
    println!("{figures}");
}

/// The same seed gives the same run, or a printed seed would be worth little.
#[test]
fn a_seed_gives_the_same_run_twice() {
    let run = |seed| {
        let (world, _) = have(Day::default(), world_of(seed, &[Side::Visitor, Side::Agent]), seed);
        world.people.iter().map(|person| person.diary.borrow().clone()).collect::<Vec<_>>()
    };
    for seed in 0..8 {
        assert_eq!(run(seed), run(seed));
    }
}
