//! Small strings that should outlive the page, where the browser allows it.

use std::cell::RefCell;

use web_sys::Storage;

/// A place for small strings under names.
pub trait Store {
    /// What stands under that name.
    fn read(&self, name: &str) -> Option<String>;
    /// Puts it there. False: it will be gone with the page.
    fn write(&self, name: &str, value: &str) -> bool;
    /// Takes it away.
    fn remove(&self, name: &str);
}

/// Lives as long as the page.
#[derive(Debug, Default)]
pub struct MemoryStore(RefCell<Vec<(String, String)>>);

impl Store for MemoryStore {
    fn read(&self, name: &str) -> Option<String> {
        self.0.borrow().iter().find(|(kept, _)| kept == name).map(|(_, value)| value.clone())
    }

    fn write(&self, name: &str, value: &str) -> bool {
        self.remove(name);
        self.0.borrow_mut().push((name.to_owned(), value.to_owned()));
        false
    }

    fn remove(&self, name: &str) {
        self.0.borrow_mut().retain(|(kept, _)| kept != name);
    }
}

/// The browser's `localStorage`, with memory behind it for when it is full, denied or partitioned away.
#[derive(Debug, Default)]
pub struct LocalStore {
    memory: MemoryStore,
}

impl LocalStore {
    /// Asked for each time: permission can come and go while the page is open, and asking is what throws.
    fn storage() -> Option<Storage> {
        web_sys::window()?.local_storage().ok()?
    }
}

impl Store for LocalStore {
    fn read(&self, name: &str) -> Option<String> {
        let kept = Self::storage().and_then(|storage| storage.get_item(name).ok()?);
        kept.or_else(|| self.memory.read(name))
    }

    fn write(&self, name: &str, value: &str) -> bool {
        let is_kept = Self::storage().is_some_and(|storage| storage.set_item(name, value).is_ok());
        is_kept || self.memory.write(name, value)
    }

    fn remove(&self, name: &str) {
        self.memory.remove(name);
        if let Some(storage) = Self::storage() {
            let _ = storage.remove_item(name);
        }
    }
}
