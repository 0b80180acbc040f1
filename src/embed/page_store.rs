//! The page's store, as a frame asks for it over the port. The other end is `shelve` in `www/panel.js`.
//!
//! Owns the questions that are not answered yet. Does not know what is kept, nor how long an answer is waited for.

use std::{
    cell::{Cell, OnceCell, RefCell},
    fmt,
    rc::Rc,
};

use js_sys::Function;
use tieline_driver::Ask;
use wasm_bindgen::JsValue;

use super::{host::Line, port::ToPage};

/// More than a person can type within the patience of those who wait. The oldest beyond it gets a no.
const MOST_WAITING: usize = 64;

/// Pairs each question with its answer.
#[derive(Default)]
pub struct PageStore {
    line: Rc<OnceCell<Line>>,
    waiting: RefCell<Vec<Waiting>>,
    last: Cell<u32>,
}

struct Waiting {
    id: u32,
    yes: Function,
    no: Function,
}

impl PageStore {
    /// The store of the page at the end of that line, which may be opened later than this is made.
    pub fn behind(line: Rc<OnceCell<Line>>) -> Self {
        Self { line, ..Self::default() }
    }

    /// Asks. The answer calls one of the two.
    pub fn ask(&self, ask: Ask, yes: &Function, no: &Function) {
        let id = self.last.get().wrapping_add(1);
        self.last.set(id);
        let mut waiting = self.waiting.borrow_mut();
        waiting.push(Waiting { id, yes: yes.clone(), no: no.clone() });
        let too_many = (waiting.len() > MOST_WAITING).then(|| waiting.remove(0));
        drop(waiting);
        if let Some(oldest) = too_many {
            let _ = oldest.no.call1(&JsValue::UNDEFINED, &JsValue::NULL);
        }
        if let Some(line) = self.line.get() {
            line.tell(&ToPage::Keep { id, ask });
        }
    }

    /// Takes the answer to a question: none for a no. One that nobody waits for is dropped.
    pub fn hear(&self, id: u32, values: Option<&JsValue>) {
        let mut waiting = self.waiting.borrow_mut();
        let Some(place) = waiting.iter().position(|waiting| waiting.id == id) else { return };
        let answered = waiting.remove(place);
        drop(waiting);
        let _ = match values {
            Some(values) => answered.yes.call1(&JsValue::UNDEFINED, values),
            None => answered.no.call1(&JsValue::UNDEFINED, &JsValue::NULL),
        };
    }
}

impl fmt::Debug for PageStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageStore").field("waiting", &self.waiting.borrow().len()).finish_non_exhaustive()
    }
}
