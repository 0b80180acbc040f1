//! What stands in the composers and is not said yet. It outlives a closed panel, a route change and a reload.
//!
//! Each person has their own words: who signs in takes along what they had begun as a visitor, for everybody else the field
//! is empty at once. Words go to the disk as they are typed, without waiting for it: one write at a time, the newest next.
//! Before [`Unsent::start`] nothing is asked of the disk, as before any other sign of intent.

use std::{
    cell::{Cell, RefCell},
    fmt,
    rc::{Rc, Weak},
};

use js_sys::Array;
use tieline_browser::database::Hold;
use tieline_session::Owner;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;

use crate::{Keeper, record::owner_name};

/// The unsent words of one shelf: of a channel's visitors, of an agent. Clones are the same.
#[derive(Clone)]
pub struct Unsent(Rc<Inner>);

struct Inner {
    keeper: Keeper,
    shelf: String,
    on_news: Box<dyn Fn()>,
    is_started: Cell<bool>,
    whose: RefCell<Option<Owner>>,
    /// By chat. An empty one says that the field was emptied here, whatever the disk still gives back.
    texts: RefCell<Vec<(String, String)>>,
    /// Rises when words come from elsewhere than the composer itself.
    turn: Cell<u32>,
    /// Name on the disk, chat and text of what the disk has in an older form.
    unwritten: RefCell<Vec<(String, String, String)>>,
    is_writing: Cell<bool>,
}

impl Unsent {
    /// `on_news` is called when a composer has to take other words than it has: not by `keep`.
    pub fn new(keeper: Keeper, shelf: String, on_news: impl Fn() + 'static) -> Self {
        Self(Rc::new(Inner {
            keeper,
            shelf,
            on_news: Box::new(on_news),
            is_started: Cell::new(false),
            whose: RefCell::new(None),
            texts: RefCell::default(),
            turn: Cell::new(0),
            unwritten: RefCell::default(),
            is_writing: Cell::new(false),
        }))
    }

    /// From here on the disk is used.
    pub fn start(&self) {
        if !self.0.is_started.replace(true) {
            self.load();
            self.write();
        }
    }

    /// Says who is typing.
    pub fn belong_to(&self, owner: &Owner) {
        if self.0.whose.borrow().as_ref() == Some(owner) {
            return;
        }
        let before = self.0.whose.replace(Some(owner.clone()));
        let texts = self.0.texts.take();
        if let (Some(visitor @ Owner::Visitor(_)), Owner::User(_)) = (before, owner) {
            for (chat, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
                let old_name = self.name(&visitor, &chat);
                self.note(old_name, chat.clone(), String::new());
                self.keep(&chat, text);
            }
        }
        self.0.turn.set(self.0.turn.get().wrapping_add(1));
        self.load();
    }

    /// What stands in a chat's composer, and a number that changes when it came from elsewhere.
    pub fn words(&self, chat: &str) -> (String, u32) {
        let texts = self.0.texts.borrow();
        let text = texts.iter().find(|(its, _)| its == chat).map(|(_, text)| text.clone());
        (text.unwrap_or_default(), self.0.turn.get())
    }

    /// Takes what was typed into a chat's composer.
    pub fn keep(&self, chat: &str, text: String) {
        let mut texts = self.0.texts.borrow_mut();
        texts.retain(|(its, _)| its != chat);
        texts.push((chat.to_owned(), text.clone()));
        drop(texts);
        let name = self.0.whose.borrow().as_ref().map(|owner| self.name(owner, chat));
        if let Some(name) = name {
            self.note(name, chat.to_owned(), text);
        }
    }

    /// Takes what was typed into a chat's composer in another tab. That tab keeps it on the disk.
    pub fn follow(&self, chat: &str, text: String) {
        if self.words(chat).0 == text {
            return;
        }
        let mut texts = self.0.texts.borrow_mut();
        texts.retain(|(its, _)| its != chat);
        if !text.is_empty() {
            texts.push((chat.to_owned(), text));
        }
        drop(texts);
        self.0.turn.set(self.0.turn.get().wrapping_add(1));
        (self.0.on_news)();
    }

    /// Puts words below those that stand in the composer already.
    pub fn add(&self, chat: &str, text: &str) {
        let (before, turn) = self.words(chat);
        self.0.turn.set(turn.wrapping_add(1));
        let both = if before.is_empty() { text.to_owned() } else { format!("{before}\n{text}") };
        self.keep(chat, both);
        (self.0.on_news)();
    }

    fn load(&self) {
        let Some(owner) = self.0.whose.borrow().clone().filter(|_| self.0.is_started.get()) else { return };
        let (weak, keeper, beginning) =
            (Rc::downgrade(&self.0), self.0.keeper.clone(), self.name(&owner, ""));
        spawn_local(async move {
            let kept = keeper.read(&beginning).await.unwrap_or_default();
            take_up(&weak, &owner, &kept);
        });
    }

    fn note(&self, name: String, chat: String, text: String) {
        let mut unwritten = self.0.unwritten.borrow_mut();
        unwritten.retain(|(its, ..)| *its != name);
        unwritten.push((name, chat, text));
        drop(unwritten);
        self.write();
    }

    fn write(&self) {
        if !self.0.is_started.get() || self.0.is_writing.replace(true) {
            return;
        }
        // Holds on to itself until it is done: the last words are kept though the widget is gone.
        let inner = self.0.clone();
        spawn_local(async move {
            loop {
                let next = inner.unwritten.borrow_mut().pop();
                let Some((name, chat, text)) = next else { break };
                // A disk that refuses keeps nothing, and the words stay where they are: in the field.
                let _ = if text.is_empty() {
                    inner.keeper.remove(&name).await
                } else {
                    let value = Array::of2(&chat.into(), &text.into());
                    inner.keeper.put(&name, &value, Hold::System).await
                };
            }
            inner.is_writing.set(false);
        });
    }

    fn name(&self, owner: &Owner, chat: &str) -> String {
        format!("text {} {} {chat}", self.0.shelf, owner_name(owner))
    }
}

/// Takes what the disk had, unless somebody else is typing by now. What was typed meanwhile is newer.
fn take_up(weak: &Weak<Inner>, owner: &Owner, kept: &[JsValue]) {
    let Some(inner) = weak.upgrade().filter(|inner| inner.whose.borrow().as_ref() == Some(owner)) else {
        return;
    };
    let mut has_news = false;
    for value in kept {
        let Some(pair) = value.dyn_ref::<Array>() else { continue };
        let (Some(chat), Some(text)) = (pair.get(0).as_string(), pair.get(1).as_string()) else { continue };
        let is_typed = inner.texts.borrow().iter().any(|(its, _)| *its == chat);
        if !is_typed {
            inner.texts.borrow_mut().push((chat, text));
            has_news = true;
        }
    }
    if has_news {
        inner.turn.set(inner.turn.get().wrapping_add(1));
        (inner.on_news)();
    }
}

impl PartialEq for Unsent {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Unsent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Never the words.
        f.debug_tuple("Unsent").field(&self.0.shelf).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(name: &str) -> Owner {
        Owner::User(name.to_owned())
    }

    #[test]
    fn words_stay_with_their_person_and_go_along_when_a_visitor_signs_in() {
        let unsent = Unsent::new(Keeper::own(), "ch".into(), || ());
        unsent.belong_to(&Owner::Visitor(0));
        unsent.keep("", "Is it".into());
        assert_eq!(unsent.words("").0, "Is it");
        assert_eq!(unsent.words("sales").0, "", "another chat has its own");

        let (_, before) = unsent.words("");
        unsent.belong_to(&user("ada"));
        assert_eq!(unsent.words("").0, "Is it");
        assert_ne!(unsent.words("").1, before);

        unsent.belong_to(&user("grace"));
        assert_eq!(unsent.words("").0, "", "another person's words are not hers");
        unsent.keep("", "Mine".into());
        unsent.belong_to(&Owner::Visitor(0));
        assert_eq!(unsent.words("").0, "", "gone with the sign-out");
        unsent.keep("", "Mine too".into());
        unsent.belong_to(&Owner::Visitor(1));
        assert_eq!(unsent.words("").0, "", "another visitor's");
    }

    #[test]
    fn what_another_tab_types_takes_the_place_of_the_words_here_once() {
        let news = Rc::new(Cell::new(0));
        let told = news.clone();
        let unsent = Unsent::new(Keeper::own(), "ch".into(), move || told.set(told.get() + 1));
        unsent.belong_to(&Owner::Visitor(0));
        unsent.keep("", "Is".into());
        unsent.follow("", "Is it".into());
        unsent.follow("", "Is it".into());
        assert_eq!((unsent.words("").0.as_str(), news.get()), ("Is it", 1));
        unsent.follow("", String::new());
        assert_eq!(unsent.words("").0, "", "it was sent there");
    }

    #[test]
    fn words_to_be_said_otherwise_go_below_those_that_stand_there() {
        let news = Rc::new(Cell::new(0));
        let told = news.clone();
        let unsent = Unsent::new(Keeper::own(), "ch".into(), move || told.set(told.get() + 1));
        unsent.add("", "Two mugs");
        assert_eq!(unsent.words(""), ("Two mugs".to_owned(), 1));
        unsent.add("", "please");
        assert_eq!(unsent.words(""), ("Two mugs\nplease".to_owned(), 2));
        assert_eq!(news.get(), 2);
    }
}
