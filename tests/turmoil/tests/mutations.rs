//! A check that finds nothing is worth nothing: each broken promise is found.
//!
//! What is broken here is a part around the code under test, and just as it would be broken by a fault in that code.

use std::{rc::Rc, time::Duration};

use tieline_protocol::Millis;
use tieline_session::Input;
use tieline_turmoil::{
    World,
    check::{self, Flaw},
    person::{Act, Side},
    plan::{Event, settle},
};

fn finds(flaws: &[Flaw], promise: &str) -> bool {
    flaws.iter().any(|flaw| flaw.promise == promise)
}

/// A visitor, who has said something, and the agent who looks at it.
fn talk() -> World {
    let mut world = World::new(7);
    for side in [Side::Visitor, Side::Agent] {
        world.add(side);
    }
    world.plan(Millis::secs(1), say(0, "hello"));
    world.plan(Millis::secs(3), Event::Act { person: 1, act: Act::Pick(0) });
    world.plan(Millis::secs(4), say(1, "how can I help?"));
    world.run_for(Millis::secs(6));
    assert_eq!(check::broken(&world), []);
    world
}

fn say(person: usize, text: &str) -> Event {
    Event::Act { person, act: Act::Say(text.into()) }
}

/// A store that acknowledges before its commit is on disk: after a crash the file is as it was before.
#[test]
fn p1_an_acknowledgement_ahead_of_the_disk_is_found() {
    let mut world = talk();
    world.premises.copy_store();
    world.happen(say(0, "is it in stock?"));
    world.run_for(Millis::secs(2));
    // The page that could say it again is gone as well.
    world.happen(Event::TabGone { person: 0 });
    world.happen(Event::GatewayGone);
    world.premises.put_store_back();
    world.happen(Event::GatewayBack);
    let flaws = settle(&mut world, Millis::secs(10)).flaws;
    assert!(finds(&flaws, "P1"), "{flaws:?}");
}

/// A log without its unique index: what two tabs say at once stands twice.
#[test]
fn p3_a_log_that_does_not_fold_equal_drafts_is_found() {
    for is_mutated in [false, true] {
        let mut world = talk();
        world.happen(Event::GatewayGone);
        if is_mutated {
            world.premises.drop_unique_index();
        }
        world.happen(say(0, "is it in stock?"));
        world.run_for(Millis::secs(1));
        let browser = Rc::clone(&world.people[0].browser);
        let other = world.add_tab(Side::Visitor, &browser);
        world.run_for(Millis::secs(1));
        // Both tabs come back before the first one's words are on the gateway's disk.
        world.premises.set_slowest_write(Duration::from_secs(2));
        world.happen(Event::GatewayBack);
        for person in [0, other] {
            world.happen(Event::Act { person, act: Act::Do(Input::WokeUp) });
        }
        world.run_for(Millis::secs(4));
        let flaws = settle(&mut world, Millis::secs(30)).flaws;
        assert_eq!(finds(&flaws, "P3"), is_mutated, "{flaws:?}");
        assert_eq!(flaws.is_empty(), !is_mutated, "{flaws:?}");
    }
}

/// A browser that says "kept" and keeps nothing: words typed without a network do not survive the tab.
#[test]
fn p12_an_outbox_that_is_not_on_disk_is_found() {
    for is_mutated in [false, true] {
        let mut world = talk();
        world.people[0].browser.set_forgetful(is_mutated);
        world.happen(Event::GatewayGone);
        world.happen(say(0, "is it in stock?"));
        world.run_for(Millis::secs(1));
        world.happen(Event::TabGone { person: 0 });
        let flaws = settle(&mut world, Millis::secs(30)).flaws;
        assert_eq!(finds(&flaws, "P12"), is_mutated, "{flaws:?}");
        assert_eq!(flaws.is_empty(), !is_mutated, "{flaws:?}");
    }
}

/// Histories that cannot have happened, made of one that did.
#[test]
fn p4_p5_p6_a_forged_history_is_found() {
    type Forge = fn(&World);
    let forgeries: [(&str, Forge); 4] = [
        ("P4", |world| world.people[1].typed.borrow_mut().clear()),
        ("P5", |world| world.people[0].typed.borrow_mut().reverse()),
        ("P6", |world| {
            world.people[1].views.borrow_mut().iter_mut().for_each(|view| view.retain(|line| !line.1));
        }),
        ("P1", |world| {
            world.people[0].receipts.borrow_mut().iter_mut().for_each(|receipt| receipt.seq.0 += 1);
        }),
    ];
    for (promise, forge) in forgeries {
        let mut world = talk();
        world.happen(say(0, "is it in stock?"));
        world.run_for(Millis::secs(2));
        forge(&world);
        let flaws = check::broken(&world);
        assert!(finds(&flaws, promise), "{promise}: {flaws:?}");
    }
}
