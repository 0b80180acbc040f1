//! What few sessions need, fetched when it is first wanted: menus, dialogs, pickers, forms.
//!
//! `xtask dist` cuts the widget's wasm at the functions marked `wasm_split`. What can be reached only through what such a
//! function gives lies in a file of its own (`widget_later.wasm`), and a visitor who never opens a menu never pays for one.
//! A crate with such parts gathers them in one static table of functions, a [`Later`] fetches the table, and [`Part`]
//! draws through it: see `parts.rs` in this crate for an example. Where nothing is cut (tests, the dev loop, the desk) the
//! table is there at once.
//!
//! Invariants: a part that does not come is told, with a way to try again, and nothing else stops working. A function of a
//! table is named in that table only: named elsewhere it would be in the main wasm again.

use std::{
    cell::{Cell, RefCell},
    future::Future,
    pin::Pin,
    rc::Rc,
};

use wasm_bindgen_futures::spawn_local;
use yew::{Callback, Component, Context, Html, Properties, html};

use crate::words::Words;

/// Gives a table, once it has come. None: it could not be fetched.
pub type Fetch<T> = fn() -> Pin<Box<dyn Future<Output = Option<&'static T>>>>;

/// A table that is fetched when it is first wanted. One for each table, in a `thread_local`.
#[derive(Debug)]
pub struct Later<T: 'static> {
    fetch: Option<Fetch<T>>,
    place: Cell<Place<T>>,
    waiting: RefCell<Vec<Callback<()>>>,
}

/// Where a table is.
#[derive(Debug)]
pub enum Place<T: 'static> {
    /// Nobody has wanted it yet.
    Away,
    /// On its way.
    Coming,
    /// Here, for as long as the page lives.
    Here(&'static T),
    /// It did not come.
    Lost,
}

impl<T> Clone for Place<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Place<T> {}

impl<T> Later<T> {
    /// A table that is away.
    pub const fn away(fetch: Fetch<T>) -> Self {
        Self { fetch: Some(fetch), place: Cell::new(Place::Away), waiting: RefCell::new(Vec::new()) }
    }

    /// A table that was never cut off.
    pub const fn here(table: &'static T) -> Self {
        Self { fetch: None, place: Cell::new(Place::Here(table)), waiting: RefCell::new(Vec::new()) }
    }

    /// Where the table is. Unless it is here, `wake` is called when that has changed.
    pub fn place(&self, wake: &Callback<()>) -> Place<T> {
        let place = self.place.get();
        if !matches!(place, Place::Here(_)) {
            self.waiting.borrow_mut().push(wake.clone());
        }
        place
    }

    fn settle(&self, table: Option<&'static T>) {
        self.place.set(table.map_or(Place::Lost, Place::Here));
        for wake in self.waiting.take() {
            wake.emit(());
        }
    }
}

/// Fetches the table unless it is here or coming. What is lost is tried again.
pub fn want<T>(later: &'static std::thread::LocalKey<Later<T>>) {
    let fetch = later.with(|later| {
        let fetch = later.fetch.filter(|_| matches!(later.place.get(), Place::Away | Place::Lost))?;
        later.place.set(Place::Coming);
        Some(fetch)
    });
    if let Some(fetch) = fetch {
        spawn_local(async move {
            let table = fetch().await;
            later.with(|later| later.settle(table));
        });
    }
}

/// Tells what can be drawn now; calls back once there is more.
pub type Looking = Rc<dyn Fn(&Callback<()>) -> Look>;

/// What of a part can be drawn now.
#[derive(Debug)]
pub enum Look {
    /// Nothing yet.
    Coming,
    /// The part.
    Here(Html),
    /// Only that it did not come.
    Lost,
}

/// Draws a part of the table, and what stands in its place until it is there. `on_drawn` is called once, when it is on screen.
pub fn part<T>(
    words: &'static Words,
    later: &'static std::thread::LocalKey<Later<T>>,
    draw: impl Fn(&'static T) -> Html + 'static,
    on_drawn: Callback<()>,
) -> Html {
    let look = move |wake: &Callback<()>| match later.with(|later| later.place(wake)) {
        Place::Here(table) => Look::Here(draw(table)),
        Place::Lost => Look::Lost,
        Place::Away | Place::Coming => Look::Coming,
    };
    html! { <Part {words} look={Rc::new(look) as Looking} want={Callback::from(move |()| want(later))} {on_drawn} /> }
}

/// Properties of [`Part`].
#[derive(Clone, Properties)]
pub struct PartProps {
    /// Texts.
    pub words: &'static Words,
    /// What can be drawn now.
    pub look: Looking,
    /// Fetches what is missing.
    pub want: Callback<()>,
    /// The part is on screen.
    pub on_drawn: Callback<()>,
}

// A closure is not to be compared: a part is drawn whenever what is around it is.
impl PartialEq for PartProps {
    fn eq(&self, _other: &Self) -> bool {
        false
    }
}

/// The place of a part. See [`part`].
#[derive(Debug)]
pub struct Part {
    wake: Callback<()>,
    /// It was told that the part is on screen.
    is_told: bool,
}

/// What happens to a part's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartEvent {
    /// The table has come, or is lost.
    Settled,
    /// Try again was pressed.
    Again,
}

impl Component for Part {
    type Message = PartEvent;
    type Properties = PartProps;

    fn create(ctx: &Context<Self>) -> Self {
        ctx.props().want.emit(());
        Self { wake: ctx.link().callback(|()| PartEvent::Settled), is_told: false }
    }

    fn update(&mut self, ctx: &Context<Self>, event: PartEvent) -> bool {
        if event == PartEvent::Again {
            ctx.props().want.emit(());
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let words = ctx.props().words;
        match (ctx.props().look)(&self.wake) {
            Look::Here(html) => html,
            Look::Coming => html! { <div class="later" aria-busy="true" /> },
            Look::Lost => html! {
                <p class="later lost" role="alert">
                    { words.part_lost }
                    { " " }
                    <button type="button" class="link" onclick={ctx.link().callback(|_| PartEvent::Again)}>
                        { words.retry }
                    </button>
                </p>
            },
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, _first_render: bool) {
        if !self.is_told && matches!((ctx.props().look)(&Callback::noop()), Look::Here(_)) {
            self.is_told = true;
            ctx.props().on_drawn.emit(());
        }
    }
}
