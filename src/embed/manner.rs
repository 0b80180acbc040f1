//! How the visitor wants to be told of messages that come while they look elsewhere.
//!
//! Owns their choice, kept on this device, and the words with the page about it. Sound and notification are made by whoever
//! embeds us: a browser lets no frame of another site ask for notifications. Nothing is kept before the first choice.

use std::cell::Cell;

use tieline_browser::{Store as _, storage::LocalStore};

use super::port::ToPage;
use crate::view::{Choices, Notices, Pick};

/// What the page around us can do, as it says itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Sound. None: it has none. Otherwise whether there is sound for those who have not chosen.
    pub sound: Option<bool>,
    /// Desktop notifications. None: it has none.
    pub notices: Option<Permission>,
}

/// What the browser says of notifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// The visitor has not been asked.
    Open,
    /// They said yes.
    Granted,
    /// They said no, or the browser did.
    Denied,
}

/// See the module.
#[derive(Debug)]
pub struct Manner {
    store: LocalStore,
    channel: String,
    offer: Cell<Offer>,
    /// The browser asks the visitor, because they wanted notifications.
    is_asking: Cell<bool>,
}

impl Manner {
    /// Of a channel's visitors on this device.
    pub fn of(channel: String) -> Self {
        let offer = Cell::new(Offer { sound: None, notices: None });
        Self { store: LocalStore::default(), channel, offer, is_asking: Cell::new(false) }
    }

    /// What the menu shows.
    pub fn choices(&self) -> Choices {
        let offer = self.offer.get();
        Choices {
            sound: offer.sound.map(|default| self.has_chosen("sound").unwrap_or(default)),
            notices: offer.notices.map(|permission| match permission {
                Permission::Denied => Notices::Blocked,
                Permission::Granted if self.has_chosen("notices") == Some(true) => Notices::On,
                _ => Notices::Off,
            }),
        }
    }

    /// The page says what it can do, or what the visitor has answered the browser.
    pub fn take_offer(&self, offer: Offer) -> ToPage {
        self.offer.set(offer);
        if self.is_asking.take() && offer.notices == Some(Permission::Granted) {
            self.choose("notices", true);
        }
        self.told()
    }

    /// The visitor picked it in the menu. The answer goes to the page.
    pub fn pick(&self, pick: Pick) -> ToPage {
        let choices = self.choices();
        match pick {
            Pick::Sound => self.choose("sound", choices.sound != Some(true)),
            Pick::Notices if choices.notices == Some(Notices::On) => self.choose("notices", false),
            Pick::Notices => match self.offer.get().notices {
                Some(Permission::Granted) => self.choose("notices", true),
                _ => {
                    self.is_asking.set(true);
                    return ToPage::AskNotices;
                }
            },
        }
        self.told()
    }

    fn told(&self) -> ToPage {
        let choices = self.choices();
        ToPage::Manner {
            has_sound: choices.sound == Some(true),
            has_notices: choices.notices == Some(Notices::On),
        }
    }

    fn has_chosen(&self, what: &str) -> Option<bool> {
        self.store.read(&self.name(what)).map(|kept| kept == "on")
    }

    fn choose(&self, what: &str, is_on: bool) {
        // Where nothing can be kept it holds as long as the page.
        self.store.write(&self.name(what), if is_on { "on" } else { "off" });
    }

    fn name(&self, what: &str) -> String {
        ["tieline.", what, ".", &self.channel].concat()
    }
}
