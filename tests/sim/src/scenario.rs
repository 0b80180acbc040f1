//! What scenarios have in common: a lively minute, and the peace after it.

use tieline_protocol::Millis;
use tieline_session::Input;

use crate::{Chance, World, check, world::Act};

/// People say things and browsers do things, at random moments of a minute.
pub fn plan_a_minute(world: &mut World, chance: &mut Chance, people: &[usize], lines: u64) {
    for number in 0..lines {
        let person = people[chance.below(people.len() as u64) as usize];
        world.plan(chance.between(0, 60_000), person, Act::Say(format!("line {number}")));
    }
    for _ in 0..lines / 2 {
        let person = people[chance.below(people.len() as u64) as usize];
        let act = match chance.below(9) {
            0 => Act::Reload,
            1 => Act::Do(Input::PageHidden),
            2 | 3 => Act::Do(Input::WokeUp),
            4 => Act::Do(Input::WentOffline),
            5 => Act::Do(Input::PanelHidden),
            6 => Act::Do(Input::PanelShown),
            7 => Act::Do(Input::OlderWanted),
            _ => Act::Pick,
        };
        world.plan(chance.between(0, 60_000), person, act);
    }
}

/// The network heals, everybody comes back to their screen, and time does the rest: everything has arrived.
///
/// # Panics
/// When it has not.
pub fn settle(world: &mut World) {
    world.heal();
    for person in 0..world.people.len() {
        // Cursors are soft: one that was lost on a connection that held is learned with the next `welcome`.
        for act in [Act::Do(Input::PageHidden), Act::Do(Input::WokeUp), Act::Do(Input::PanelShown), Act::Pick]
        {
            world.plan(Millis(0), person, act);
        }
    }
    world.run_for(Millis::minutes(5));
    check::everything_arrived(world);
}
