//! What the tabs of one browser share: storage that takes its time, and a channel on which each hears what the others keep.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
    time::Duration,
};

use tieline_protocol::DraftId;
use tieline_session::{Input, Record};
use tieline_sim::person::Disk;
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender},
    time::sleep,
};

use crate::person::{Act, Person};

/// One browser.
#[derive(Default)]
pub struct Browser {
    /// The storage.
    pub disk: RefCell<Disk>,
    tabs: RefCell<BTreeMap<String, UnboundedSender<Fact>>>,
    is_forgetful: Cell<bool>,
}

/// Something for a tab to deal with.
pub(crate) enum Fact {
    /// By the person.
    Act(Act),
    /// By a socket, with its number.
    Wire(u64, Input),
    /// By the browser.
    Told(Input),
}

impl From<(u64, Input)> for Fact {
    fn from((number, input): (u64, Input)) -> Self {
        Self::Wire(number, input)
    }
}

/// Something for the storage to do.
pub(crate) enum Chore {
    /// Keep it, and say so.
    Keep(Box<Record>),
    /// Drop it.
    Forget(DraftId),
}

impl Browser {
    /// Says "kept" and keeps nothing. For tests of the check.
    pub fn set_forgetful(&self, is_forgetful: bool) {
        self.is_forgetful.set(is_forgetful);
    }

    pub(crate) fn open_tab(&self, name: &str, ears: UnboundedSender<Fact>) {
        self.tabs.borrow_mut().insert(name.to_owned(), ears);
    }

    pub(crate) fn close_tab(&self, name: &str) {
        self.tabs.borrow_mut().remove(name);
    }

    /// Nothing happens in a tab that is not there.
    pub(crate) fn tell(&self, name: &str, fact: Fact) {
        if let Some(tab) = self.tabs.borrow().get(name) {
            // Fails only while the tab is going down.
            let _ = tab.send(fact);
        }
    }

    fn tell_others(&self, teller: &str, input: &Input) {
        for name in self.tabs.borrow().keys().filter(|name| *name != teller) {
            self.tell(name, Fact::Told(input.clone()));
        }
    }
}

/// A tab's way to the storage: one chore after the other, and none at once. What was not done when the tab crashed is not done.
pub(crate) async fn do_chores(person: Rc<Person>, mut chores: UnboundedReceiver<Chore>) {
    let browser = Rc::clone(&person.browser);
    while let Some(chore) = chores.recv().await {
        sleep(Duration::from_millis(person.dice(20))).await;
        match chore {
            Chore::Keep(record) => {
                let draft_id = record.draft_id;
                if !browser.is_forgetful.get() {
                    browser.disk.borrow_mut().save(Record::clone(&record));
                }
                person.kept.borrow_mut().insert(draft_id);
                browser.tell(&person.name, Fact::Told(Input::Saved(draft_id)));
                browser.tell_others(&person.name, &Input::Overheard(record));
            }
            Chore::Forget(draft_id) => {
                browser.disk.borrow_mut().records.retain(|record| record.draft_id != draft_id);
                browser.tell_others(&person.name, &Input::Unheard(draft_id));
            }
        }
    }
}
