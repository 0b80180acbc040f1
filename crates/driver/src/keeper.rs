//! Where values are kept that should outlive the page: as high on the ladder as the browser lets us.
//!
//! The browser's own database comes first. A frame that is denied one may ask the page around it for room; which of the two
//! it is, is found out once, at the first use. A page that says no, or nothing, leaves the lowest rung: nothing is kept, each
//! wish is answered with a no, the callers have what they need in memory, and the visitor is told. Knows neither the page nor
//! what is kept.

use std::{cell::OnceCell, fmt, rc::Rc};

use js_sys::{Array, Function, Promise};
use tieline_browser::{
    database::{self, Hold},
    patience,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};

/// The database that everything of ours is in.
const DATABASE: &str = "tieline";
/// A loader of before knows no such question, and does not answer. Somebody is looking at a clock meanwhile.
const FIRST_ANSWER_MS: u64 = 1_000;
/// A page that has given us room will answer. It may be busy with itself, as when it has just been loaded.
const ANSWER_MS: u64 = 3_000;

/// Something asked of the page around us.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Keep a value that can be cloned.
    Put {
        /// Under which name.
        name: String,
        /// What.
        value: JsValue,
        /// How surely.
        hold: Hold,
    },
    /// Take it away.
    Remove(String),
    /// All values whose names begin so, by name, as an array.
    Read(String),
}

/// A place for values under names. Clones are the same place. Whatever goes wrong is `false` or `None`.
#[derive(Clone)]
pub struct Keeper(Option<Rc<Ladder>>);

struct Ladder {
    ask: Box<AskPage>,
    /// Settles once it is known whether the values lie with the page.
    choice: OnceCell<Promise>,
    is_page: OnceCell<bool>,
}

/// Takes what to call for a yes and for a no.
type AskPage = dyn Fn(Ask, &Function, &Function);

impl Keeper {
    /// The browser's own database, or nothing.
    pub fn own() -> Self {
        Self(None)
    }

    /// The browser's own database, or the page's, or nothing. `ask` is to call one of two functions, later; too late is a no.
    pub fn own_or_page(ask: impl Fn(Ask, &Function, &Function) + 'static) -> Self {
        let ladder = Ladder { ask: Box::new(ask), choice: OnceCell::new(), is_page: OnceCell::new() };
        Self(Some(Rc::new(ladder)))
    }

    /// Whether the page is known to keep the values. Then `localStorage` is denied too.
    pub fn is_page(&self) -> bool {
        self.0.as_ref().is_some_and(|ladder| ladder.is_page.get() == Some(&true))
    }

    /// Keeps a value that can be cloned. True: it is kept.
    pub async fn put(&self, name: &str, value: &JsValue, hold: Hold) -> bool {
        match self.page().await {
            Some(page) => {
                let ask = Ask::Put { name: name.to_owned(), value: value.clone(), hold };
                page.answer(ask, ANSWER_MS).await.is_some()
            }
            None => database::put(DATABASE, name, value, hold).await,
        }
    }

    /// Takes a value away. True: it is gone.
    pub async fn remove(&self, name: &str) -> bool {
        match self.page().await {
            Some(page) => page.answer(Ask::Remove(name.to_owned()), ANSWER_MS).await.is_some(),
            None => database::remove(DATABASE, name).await,
        }
    }

    /// All values whose names begin so, by name. None: nobody knows.
    pub async fn read(&self, beginning: &str) -> Option<Vec<JsValue>> {
        match self.page().await {
            Some(page) => {
                let found = page.answer(Ask::Read(beginning.to_owned()), ANSWER_MS).await?;
                Some(found.dyn_into::<Array>().ok()?.iter().collect())
            }
            None => database::read(DATABASE, beginning).await,
        }
    }

    /// The page, if it is the one that keeps.
    async fn page(&self) -> Option<&Ladder> {
        let ladder = self.0.as_ref()?;
        let choice = ladder.choice.get_or_init(|| future_to_promise(choose(ladder.clone())));
        // Even when the choice was made long ago: whoever asked first is served first, and a later value is not overtaken.
        let _ = JsFuture::from(choice.clone()).await;
        (ladder.is_page.get() == Some(&true)).then_some(ladder)
    }
}

impl Ladder {
    async fn answer(&self, ask: Ask, patience_ms: u64) -> Option<JsValue> {
        patience::within(patience_ms, |yes, no| (self.ask)(ask, yes, no)).await.ok()
    }
}

async fn choose(ladder: Rc<Ladder>) -> Result<JsValue, JsValue> {
    // Where we have a database of our own, the page learns of nothing and no storage of its is touched.
    let is_page = database::is_denied(DATABASE).await
        && ladder.answer(Ask::Read(String::new()), FIRST_ANSWER_MS).await.is_some();
    let _ = ladder.is_page.set(is_page);
    Ok(JsValue::UNDEFINED)
}

impl fmt::Debug for Keeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keeper").field("is_page", &self.is_page()).finish_non_exhaustive()
    }
}
