//! What was typed and is not in the log yet: on the device's disk, and in memory for as long as it is not there.
//!
//! A record stands in the memory of the page from the moment it is typed until the disk has it. Memory outlives the end that
//! typed it: a page that changes its route takes the widget away and puts it back. What the disk would not take is offered
//! to it again, now and then. Knows neither tabs nor the link; what it has to say are inputs for the end.

use std::{
    cell::OnceCell,
    rc::{Rc, Weak},
};

use tieline_browser::{Timer, database::Hold};
use tieline_protocol::{Body, DraftId};
use tieline_session::{Input, Record};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

use crate::{Files, Keeper, record};

/// How long a disk that has failed is left in peace.
const REST_MS: u64 = 10_000;

/// The drafts of one shelf: of a channel's visitors, of an agent. The owner of each stands in its record.
pub(crate) struct Drafts(Rc<Inner>);

struct Inner {
    keeper: Keeper,
    shelf: String,
    tell: Box<dyn Fn(Input)>,
    rest: OnceCell<Timer>,
    files: Files,
}

impl Drafts {
    /// `tell` takes `Restored`, `Saved` and `SaveFailed`, never at once.
    pub(crate) fn of(keeper: Keeper, shelf: String, files: Files, tell: impl Fn(Input) + 'static) -> Self {
        let inner = Rc::new(Inner { keeper, shelf, tell: Box::new(tell), rest: OnceCell::new(), files });
        let weak = Rc::downgrade(&inner);
        let _ = inner.rest.set(Timer::new(move || offer_again(&weak)));
        Self(inner)
    }

    /// Asks for what earlier pages left. The answer is `Restored`, with what memory has if the disk does not answer.
    pub(crate) fn load(&self) {
        let (weak, keeper, shelf) = (Rc::downgrade(&self.0), self.0.keeper.clone(), self.0.shelf.clone());
        spawn_local(async move {
            let kept = keeper.read(&beginning(&shelf)).await.unwrap_or_default();
            let mut records: Vec<Record> = kept.iter().filter_map(record::of_value).collect();
            for newer in memory::records(&shelf) {
                records.retain(|record| record.draft_id != newer.draft_id);
                records.push(newer);
            }
            if let Some(inner) = weak.upgrade() {
                let files = records.iter().filter(|record| matches!(record.body, Body::File { .. }));
                files.for_each(|record| inner.files.note_kept(record.draft_id));
            }
            tell(&weak, Input::Restored(records));
            // What an end left that went before the disk had taken it.
            offer_again(&weak);
        });
    }

    /// Keeps the record. The answer is `Saved` once it is on the disk, or `SaveFailed`; after that, perhaps `Saved` all the same.
    pub(crate) fn save(&self, record: Record) {
        memory::put(&self.0.shelf, record.clone());
        keep(&self.0, record);
    }

    /// Drops the record wherever it is.
    pub(crate) fn forget(&self, draft_id: DraftId) {
        memory::remove(&self.0.shelf, draft_id);
        let (keeper, name) = (self.0.keeper.clone(), name(&self.0.shelf, draft_id));
        // One that stays is said again under its old id, which the log knows.
        spawn_local(async move {
            let _ = keeper.remove(&name).await;
        });
    }
}

/// Offers a record to the disk. Goes on without the end: what was typed is kept though the widget is gone.
fn keep(inner: &Rc<Inner>, record: Record) {
    let (weak, keeper, shelf) = (Rc::downgrade(inner), inner.keeper.clone(), inner.shelf.clone());
    let files = inner.files.clone();
    spawn_local(async move {
        let draft_id = record.draft_id;
        let value = record::to_value(&record).unwrap_or(JsValue::NULL);
        // The file first: a draft that is kept without it would be a promise that cannot be kept.
        let is_kept = (record.sha256.is_none() || files.keep(draft_id).await)
            && keeper.put(&name(&shelf, draft_id), &value, Hold::Disk).await;
        if is_kept {
            memory::settle(&shelf, &record);
        } else if let Some(inner) = weak.upgrade()
            && let Some(rest) = inner.rest.get()
        {
            rest.arm(Some(REST_MS));
        }
        tell(&weak, if is_kept { Input::Saved(draft_id) } else { Input::SaveFailed(draft_id) });
    });
}

fn offer_again(weak: &Weak<Inner>) {
    let Some(inner) = weak.upgrade() else { return };
    for record in memory::records(&inner.shelf) {
        keep(&inner, record);
    }
}

fn tell(weak: &Weak<Inner>, input: Input) {
    if let Some(inner) = weak.upgrade() {
        (inner.tell)(input);
    }
}

fn beginning(shelf: &str) -> String {
    format!("draft {shelf} ")
}

fn name(shelf: &str, draft_id: DraftId) -> String {
    format!("{}{draft_id}", beginning(shelf))
}

impl std::fmt::Debug for Drafts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Drafts").field(&self.0.shelf).finish()
    }
}

/// What the disk does not have, or not in its newest form.
mod memory {
    use std::cell::RefCell;

    use tieline_protocol::DraftId;
    use tieline_session::Record;

    thread_local! {
        // A list, not a map: it holds a handful, and a map's code is more to download than it could ever save.
        static UNKEPT: RefCell<Vec<(String, Record)>> = const { RefCell::new(Vec::new()) };
    }

    /// In the order in which they were put.
    pub(super) fn records(shelf: &str) -> Vec<Record> {
        UNKEPT.with_borrow(|unkept| {
            unkept.iter().filter(|(its, _)| its == shelf).map(|(_, record)| record.clone()).collect()
        })
    }

    pub(super) fn put(shelf: &str, record: Record) {
        remove(shelf, record.draft_id);
        UNKEPT.with_borrow_mut(|unkept| unkept.push((shelf.to_owned(), record)));
    }

    pub(super) fn remove(shelf: &str, draft_id: DraftId) {
        UNKEPT.with_borrow_mut(|unkept| {
            unkept.retain(|(its, record)| its != shelf || record.draft_id != draft_id);
        });
    }

    /// The disk has exactly this.
    pub(super) fn settle(shelf: &str, kept: &Record) {
        UNKEPT.with_borrow_mut(|unkept| unkept.retain(|(its, record)| its != shelf || record != kept));
    }
}

#[cfg(test)]
mod tests {
    use tieline_protocol::{Millis, SessionId};
    use tieline_session::{Owner, Place};

    use super::*;

    fn record(number: u8, text: &str) -> Record {
        Record {
            draft_id: DraftId::at(Millis(u64::from(number)), [number; 10]),
            place: Place::Session(SessionId::at(Millis(0), [0; 10])),
            reply_to: None,
            body: Body::Text { text: text.to_owned() },
            made_at: Millis(u64::from(number)),
            owner: Owner::Agent,
            sha256: None,
        }
    }

    #[test]
    fn memory_holds_what_the_disk_does_not_have_and_by_shelf() {
        let (one, two) = (record(1, "one"), record(2, "two"));
        memory::put("mia", one.clone());
        memory::put("mia", two.clone());
        memory::put("ben", record(3, "three"));
        assert_eq!(memory::records("mia"), [one.clone(), two.clone()], "in the order of typing");

        let newer = record(1, "one, moved into its session");
        memory::put("mia", newer.clone());
        memory::settle("mia", &one);
        assert_eq!(memory::records("mia"), [two.clone(), newer.clone()], "the disk has only the older form");
        memory::settle("mia", &newer);
        memory::remove("mia", two.draft_id);
        assert_eq!(memory::records("mia"), []);
        assert_eq!(memory::records("ben"), [record(3, "three")]);
    }
}
