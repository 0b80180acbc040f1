//! A block of rows: drawn anew only when something in it has changed.

use std::{cell::RefCell, rc::Rc};

use tieline_browser::focus::focus;
use tieline_protocol::{DraftId, Millis};
use tieline_session::screen::Block;
use web_sys::Element;
use yew::{AttrValue, Callback, Component, Context, Html, NodeRef, Properties, html};

use crate::{
    Calendar, Pictures, ThreadWish,
    bubble::Around,
    menu::{Acts, Menu},
    rows,
    thread::ThreadProps,
    words::Words,
};

/// What every block of a thread shares.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) words: &'static Words,
    pub(crate) calendar: Rc<Calendar>,
    pub(crate) now: Millis,
    pub(crate) acts: Acts,
    pub(crate) on_jump: Callback<(DraftId, bool)>,
    pub(crate) on_show: Callback<DraftId>,
    pub(crate) is_cut: bool,
    pub(crate) stranger: AttrValue,
    pub(crate) pictures: Option<Pictures>,
}

impl Shared {
    pub(crate) fn of(
        props: &ThreadProps,
        acts: Acts,
        on_jump: Callback<(DraftId, bool)>,
        on_show: Callback<DraftId>,
    ) -> Self {
        Self {
            words: props.words,
            calendar: props.calendar.clone(),
            now: props.now,
            acts,
            on_jump,
            on_show,
            is_cut: props.is_cut,
            stranger: props.stranger.clone(),
            pictures: props.pictures.clone(),
        }
    }
}

/// Takes what is wished about a message. The button goes with what it did: whoever pressed it by key stays in the thread.
pub(crate) fn wishes(
    scroller: &NodeRef,
    on_wish: &Rc<RefCell<Callback<ThreadWish>>>,
) -> Callback<ThreadWish> {
    let (scroller, on_wish) = (scroller.clone(), on_wish.clone());
    Callback::from(move |wish| {
        if let Some(scroller) = scroller.cast::<Element>() {
            focus(&scroller);
        }
        let on_wish = on_wish.borrow().clone();
        on_wish.emit(wish);
    })
}

/// Properties of [`BlockView`].
#[derive(Clone, Properties)]
pub(crate) struct BlockProps {
    pub(crate) block: Block,
    /// What comes into the newest block is news. What comes into another was said before, and is not to be read out.
    pub(crate) is_newest: bool,
    /// The newest words of the thread about which something can be done, if they are here.
    pub(crate) last: Option<(DraftId, bool)>,
    pub(crate) menu: Option<Menu>,
    pub(crate) shared: Rc<Shared>,
}

// The same rows are mostly at the same address, and then this is a comparison of pointers.
impl PartialEq for BlockProps {
    fn eq(&self, other: &Self) -> bool {
        self.block == other.block
            && self.is_newest == other.is_newest
            && self.last == other.last
            && self.menu == other.menu
            && Rc::ptr_eq(&self.shared, &other.shared)
    }
}

/// See the module.
#[derive(Debug)]
pub(crate) struct BlockView;

impl Component for BlockView {
    type Message = ();
    type Properties = BlockProps;

    fn create(_ctx: &Context<Self>) -> Self {
        Self
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let BlockProps { block, is_newest, last, menu, shared } = ctx.props();
        let around = Around {
            words: shared.words,
            calendar: &shared.calendar,
            acts: &shared.acts,
            on_jump: &shared.on_jump,
            menu: *menu,
            last: *last,
            is_cut: shared.is_cut,
            stranger: &shared.stranger,
            pictures: shared.pictures.as_ref(),
            on_show: &shared.on_show,
        };
        html! {
            <div
                class="block"
                data-block={block.number().to_string()}
                aria-live={(!is_newest).then_some("off")}
            >
                { rows::rows(block.rows(), shared.now, &around) }
            </div>
        }
    }
}
