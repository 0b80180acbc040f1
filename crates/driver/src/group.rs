//! The tabs of one person at one channel: their lock, their channel, and what they tell each other besides the line.
//!
//! Another person is another group, so that nobody overhears whom they are not. A name tells other code of our origin
//! nothing: a user's id is in it as a hash. Knows no frames.

use js_sys::Array;
use tieline_browser::{Broadcast, Lock, LockFact};
use tieline_session::Owner;
use wasm_bindgen::{JsCast, JsValue};

/// Raised when a word changes its meaning: tabs of two versions then do without each other.
const WORDS_VERSION: u32 = 1;

/// This tab's place in its group.
#[derive(Debug)]
pub(crate) struct Group {
    owner: Owner,
    name: String,
    channel: Option<Broadcast>,
    lock: Option<Lock>,
}

impl Group {
    /// Joins the group of `owner`'s tabs at a channel. `hear` takes what the others say; without a channel it is never called.
    pub(crate) fn join(channel: &str, owner: Owner, hear: impl Fn(&Array) + 'static) -> Self {
        let name = name_of(channel, &owner);
        let channel = Broadcast::join(&name, move |value| {
            if let Some(parts) = value.dyn_ref::<Array>() {
                hear(parts);
            }
        });
        Self { owner, name, channel, lock: None }
    }

    pub(crate) fn owner(&self) -> &Owner {
        &self.owner
    }

    /// Queues for the group's lock. False: this page has none, or could not talk to the others if it got it.
    pub(crate) fn claim(&mut self, tell: impl Fn(LockFact) + 'static) -> bool {
        self.lock = self.channel.as_ref().and_then(|_| Lock::wish(&self.name, tell));
        self.lock.is_some()
    }

    /// Gives the lock back, or leaves the queue.
    pub(crate) fn let_go(&mut self) {
        self.lock = None;
    }

    /// Says something to the others.
    pub(crate) fn post(&self, parts: &[JsValue]) {
        if let Some(channel) = &self.channel {
            channel.post(&parts.iter().collect::<Array>());
        }
    }
}

fn name_of(channel: &str, owner: &Owner) -> String {
    let who = match owner {
        Owner::Visitor(number) => format!("visitor.{number}"),
        Owner::Agent => "agent".to_owned(),
        Owner::User(subject) => format!("user.{:016x}", hash(subject)),
    };
    format!("tieline.{WORDS_VERSION}.{channel}.{who}")
}

/// FNV-1a. It keeps an id from being read, and two users of one browser apart; more is not asked of it.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::{Owner, name_of};

    #[test]
    fn each_person_has_a_group_and_its_name_tells_no_id() {
        let names = ["mia@example.com", "ben"].map(|subject| name_of("ch_1", &Owner::User(subject.into())));
        assert_ne!(names[0], names[1]);
        assert!(!names[0].contains("mia"), "{names:?}");
        assert_eq!(name_of("ch_1", &Owner::Visitor(0)), "tieline.1.ch_1.visitor.0");
        assert_ne!(name_of("ch_1", &Owner::Visitor(0)), name_of("ch_2", &Owner::Visitor(0)));
        assert_ne!(name_of("ch_1", &Owner::Visitor(0)), name_of("ch_1", &Owner::Visitor(1)));
    }
}
