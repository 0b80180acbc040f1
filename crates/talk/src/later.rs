//! What few sessions need, fetched when it is first wanted: menus, dialogs, pickers, forms.
//!
//! `xtask dist` cuts the widget's wasm at the functions marked `wasm_split`. What can be reached only through what such a
//! function gives lies in a file of its own (`widget_later.wasm`), and a visitor who never opens a menu never pays for one.
//! A crate with such parts gathers them in one static table of functions, [`cut_off!`](crate::cut_off) makes the table one
//! that is fetched, and [`Part`] draws through it: see `parts.rs` in this crate for an example. Where nothing is cut (tests,
//! the dev loop, the desk) the table is there at once.
//!
//! Invariants: a part that does not come is told, with a way to try again, and nothing else stops working. A function of a
//! table is named in that table only: named elsewhere it would be in the main wasm again.

use std::{
    cell::{Cell, RefCell},
    future::Future,
    pin::Pin,
    rc::Rc,
    thread::LocalKey,
};

use wasm_bindgen_futures::spawn_local;
use yew::{Callback, Component, Context, Html, Properties, html};

use crate::words::Words;

/// Gives a table, once it has come. None: it could not be fetched.
pub type Fetch<T> = fn() -> Pin<Box<dyn Future<Output = Option<&'static T>>>>;

/// A type of which one static table is fetched when it is first wanted: see [`cut_off!`](crate::cut_off).
pub trait Table: Sized + 'static {
    /// Where the table is.
    fn later() -> &'static LocalKey<Later<Self>>;
}

/// Makes of a static the table of its type that `xtask dist` cuts off. The last word is the mark's name: each table's is another.
#[macro_export]
macro_rules! cut_off {
    ($table:ident: $type:ty, $mark:ident) => {
        #[cfg(not(feature = "split"))]
        thread_local! {
            static LATER: $crate::later::Later<$type> = const { $crate::later::Later::here(&$table) };
        }

        #[cfg(feature = "split")]
        thread_local! {
            static LATER: $crate::later::Later<$type> =
                const { $crate::later::Later::away(|| Box::pin(async { $mark().await.ok() })) };
        }

        #[cfg(feature = "split")]
        #[wasm_split_helpers::wasm_split(later, fallible)]
        fn $mark() -> Result<&'static $type, wasm_split_helpers::SplitLoaderError> {
            Ok(&$table)
        }

        impl $crate::later::Table for $type {
            fn later() -> &'static std::thread::LocalKey<$crate::later::Later<Self>> {
                &LATER
            }
        }
    };
}

/// A table that is fetched when it is first wanted. One for each table, in a `thread_local`.
#[derive(Debug)]
pub struct Later<T: 'static> {
    fetch: Option<Fetch<T>>,
    place: Cell<Place<T>>,
    waiting: RefCell<Vec<Callback<()>>>,
}

/// Where a table is.
#[derive(Debug)]
enum Place<T: 'static> {
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

    fn settle(&self, table: Option<&'static T>) {
        self.place.set(table.map_or(Place::Lost, Place::Here));
        for wake in self.waiting.take() {
            wake.emit(());
        }
    }
}

/// Fetches the table unless it is here or coming. What is lost is tried again.
pub fn want<T: Table>() {
    let fetch = T::later().with(|later| {
        let fetch = later.fetch.filter(|_| matches!(later.place.get(), Place::Away | Place::Lost))?;
        later.place.set(Place::Coming);
        Some(fetch)
    });
    if let Some(fetch) = fetch {
        spawn_local(async move {
            let table = fetch().await;
            T::later().with(|later| later.settle(table));
        });
    }
}

/// The table, if it is here.
pub fn table<T: Table>() -> Option<&'static T> {
    match T::later().with(|later| later.place.get()) {
        Place::Here(table) => Some(table),
        Place::Away | Place::Coming | Place::Lost => None,
    }
}

/// Calls `wake` once, when the table has come or is lost. Not if it is here.
pub fn await_table<T: Table>(wake: &Callback<()>) {
    T::later().with(|later| {
        if !matches!(later.place.get(), Place::Here(_)) {
            later.waiting.borrow_mut().push(wake.clone());
        }
    });
}

/// What of a part can be drawn now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Nothing yet.
    Coming,
    /// The part.
    Here,
    /// Only that it did not come.
    Lost,
}

fn look<T: Table>() -> Look {
    match T::later().with(|later| later.place.get()) {
        Place::Here(_) => Look::Here,
        Place::Lost => Look::Lost,
        Place::Away | Place::Coming => Look::Coming,
    }
}

/// Draws a part of the table, and what stands in its place until it is there. `on_drawn` is called once, when it is on screen.
pub fn part<T: Table>(
    words: &'static Words,
    draw: impl Fn(&'static T) -> Html + 'static,
    on_drawn: Callback<()>,
) -> Html {
    part_after(words, None, draw, on_drawn)
}

/// The same for a part that may have something of its own to show `meanwhile`, and above the word that it did not come.
pub fn part_after<T: Table>(
    words: &'static Words,
    meanwhile: Option<Html>,
    draw: impl Fn(&'static T) -> Html + 'static,
    on_drawn: Callback<()>,
) -> Html {
    let draw = move || table::<T>().map(&draw).unwrap_or_default();
    let source = Source { look: look::<T>, want: want::<T>, wait: await_table::<T>, draw: Rc::new(draw) };
    html! { <Part {words} {source} {meanwhile} {on_drawn} /> }
}

/// Where a part comes from, whatever its table.
#[derive(Clone)]
pub struct Source {
    look: fn() -> Look,
    want: fn(),
    wait: fn(&Callback<()>),
    draw: Rc<dyn Fn() -> Html>,
}

/// Properties of [`Part`].
#[derive(Clone, Properties)]
pub struct PartProps {
    /// Texts.
    pub words: &'static Words,
    /// Where it comes from.
    pub source: Source,
    /// What stands in its place until it is here.
    pub meanwhile: Option<Html>,
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
        let part = Self { wake: ctx.link().callback(|()| PartEvent::Settled), is_told: false };
        let source = &ctx.props().source;
        (source.want)();
        (source.wait)(&part.wake);
        part
    }

    fn update(&mut self, ctx: &Context<Self>, event: PartEvent) -> bool {
        let source = &ctx.props().source;
        match event {
            PartEvent::Again => (source.want)(),
            // If it is lost, the next try may be another part's.
            PartEvent::Settled => (source.wait)(&self.wake),
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let PartProps { words, source, meanwhile, .. } = ctx.props();
        match (source.look)() {
            Look::Here => (source.draw)(),
            Look::Coming => match meanwhile {
                Some(meanwhile) => meanwhile.clone(),
                None => html! { <div class="later" aria-busy="true" /> },
            },
            Look::Lost => html! {
                <>
                    { for meanwhile.clone() }
                    <p class="later lost" role="alert">
                        { words.part_lost }
                        { " " }
                        <button type="button" class="link" onclick={ctx.link().callback(|_| PartEvent::Again)}>
                            { words.retry }
                        </button>
                    </p>
                </>
            },
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, _first_render: bool) {
        if !self.is_told && (ctx.props().source.look)() == Look::Here {
            self.is_told = true;
            ctx.props().on_drawn.emit(());
        }
    }
}
