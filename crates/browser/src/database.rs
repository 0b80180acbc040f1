//! Values that should outlive the page, in the browser's own database.
//!
//! Each visit opens the database, does one thing and closes it. A connection that stays open would have to be given up for a
//! newer version of us, for the back-forward cache and for a visitor who clears their data; one that is closed cannot be in
//! the way. The browser keeps visits in the order in which they were begun, also those of other tabs.
//!
//! Whatever goes wrong is `false` or `None`: no database, no room, private mode, a disk that does not answer.

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::{Event, IdbDatabase, IdbKeyRange, IdbObjectStore, IdbOpenDbRequest, IdbTransaction, Window};

use crate::{clock, patience};

/// The one store: values under names.
const STORE: &str = "kept";
/// A database that has not answered by then is treated as one that is not there. Somebody is looking at a clock meanwhile.
const PATIENCE_MS: u64 = 1_000;

#[wasm_bindgen]
extern "C" {
    // web-sys has the one with options behind a flag for all of its unstable half.
    #[wasm_bindgen(extends = IdbDatabase)]
    type Transactor;

    #[wasm_bindgen(method, catch)]
    fn transaction(
        this: &Transactor,
        store: &str,
        mode: &str,
        options: &JsValue,
    ) -> Result<IdbTransaction, JsValue>;
}

/// How sure the browser must be before it says that something is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// On the disk: it outlives the machine's power.
    Disk,
    /// With the operating system: it outlives the browser.
    System,
}

impl Hold {
    /// What a transaction calls it.
    pub fn durability(self) -> &'static str {
        match self {
            Self::Disk => "strict",
            Self::System => "default",
        }
    }
}

/// One thing to do.
enum Task<'a> {
    Put(&'a str, &'a JsValue, Hold),
    Remove(&'a str),
    Read(&'a str),
}

/// Keeps a value that can be cloned. True: it is kept.
pub async fn put(database: &str, name: &str, value: &JsValue, hold: Hold) -> bool {
    visit(database, Task::Put(name, value, hold)).await.is_ok()
}

/// Takes a value away. True: it is gone.
pub async fn remove(database: &str, name: &str) -> bool {
    visit(database, Task::Remove(name)).await.is_ok()
}

/// All values whose names begin so, by name. None: nobody knows.
pub async fn read(database: &str, beginning: &str) -> Option<Vec<JsValue>> {
    let found = visit(database, Task::Read(beginning)).await.ok()?;
    Some(found.dyn_into::<Array>().ok()?.iter().collect())
}

/// Whether the browser refuses this page the database. One that does not answer may be busy: that is no refusal.
pub async fn is_denied(database: &str) -> bool {
    let Some(window) = web_sys::window() else { return true };
    match open(&window, database, clock::now_ms() + PATIENCE_MS).await {
        Ok(database) => {
            database.close();
            false
        }
        Err(why) => !patience::is_silence(&why),
    }
}

async fn visit(database: &str, task: Task<'_>) -> Result<JsValue, JsValue> {
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    let deadline_ms = clock::now_ms() + PATIENCE_MS;
    let database = open(&window, database, deadline_ms).await?;
    let outcome = carry_out(&database, task, deadline_ms).await;
    database.close();
    outcome
}

async fn heard(deadline_ms: u64, listen: impl FnOnce(&Function, &Function)) -> Result<JsValue, JsValue> {
    patience::within(deadline_ms.saturating_sub(clock::now_ms()), listen).await
}

async fn open(window: &Window, name: &str, deadline_ms: u64) -> Result<IdbDatabase, JsValue> {
    // No version: a page of tomorrow may have raised it, and what we need will still be there.
    let request = window.indexed_db()?.ok_or(JsValue::NULL)?.open(name)?;
    let event = heard(deadline_ms, |yes, no| {
        request.set_onupgradeneeded(Some(yes));
        listen(&request, yes, no);
    })
    .await?;
    let database: IdbDatabase = request.result()?.unchecked_into();
    if event.unchecked_ref::<Event>().type_() == "upgradeneeded" {
        database.create_object_store(STORE)?;
        heard(deadline_ms, |yes, no| listen(&request, yes, no)).await?;
    }
    Ok(database)
}

fn listen(request: &IdbOpenDbRequest, yes: &Function, no: &Function) {
    request.set_onsuccess(Some(yes));
    request.set_onerror(Some(no));
}

async fn carry_out(database: &IdbDatabase, task: Task<'_>, deadline_ms: u64) -> Result<JsValue, JsValue> {
    let (mode, hold) = match task {
        Task::Put(_, _, hold) => ("readwrite", hold),
        Task::Remove(_) => ("readwrite", Hold::System),
        Task::Read(_) => ("readonly", Hold::System),
    };
    let options = Object::new();
    Reflect::set(&options, &"durability".into(), &hold.durability().into())?;
    let transaction = database.unchecked_ref::<Transactor>().transaction(STORE, mode, &options)?;
    let store: IdbObjectStore = transaction.object_store(STORE)?;
    let request = match task {
        Task::Put(name, value, _) => store.put_with_key(value, &name.into())?,
        Task::Remove(name) => store.delete(&name.into())?,
        Task::Read(beginning) => {
            let end = format!("{beginning}\u{ffff}");
            store.get_all_with_key(&IdbKeyRange::bound(&beginning.into(), &end.into())?.into())?
        }
    };
    // A request that has succeeded can still be undone: only the end of its transaction counts.
    heard(deadline_ms, |yes, no| {
        transaction.set_oncomplete(Some(yes));
        transaction.set_onabort(Some(no));
    })
    .await?;
    request.result()
}
