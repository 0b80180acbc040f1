//! The thread: its rows, and where it is scrolled to.
//!
//! Follows the newest row only while the reader is at the end (or has just said something); else a pill counts what is
//! new. When older rows come in at the top, or others take the place of room that was guessed, what the reader sees stays
//! where it is. Of a long thread only a part is drawn: `window.rs`.

use std::{cell::RefCell, rc::Rc};

use tieline_browser::{SizeWatch, focus::focus};
use tieline_protocol::{DraftId, Millis, Seq};
use tieline_session::screen::{Bubble, Row, Thread};
use web_sys::{Element, KeyboardEvent};
use yew::{AttrValue, Callback, Component, Context, Html, NodeRef, Properties, classes, html};

use crate::{
    Calendar, Pictures,
    block::{self, Shared},
    file, icon, later,
    lightbox::LightboxProps,
    menu::{self, Acts, Menu},
    parts::Parts,
    rows,
    scroll::{self, Held},
    window::Window,
    words::Words,
};

/// Closer than this to the end counts as being there, in CSS pixels: about one line of text and its foot.
const END_PX: i32 = 48;
/// Older rows are asked for when the top is nearer than this, so that they are there before they are missed.
const TOP_PX: i32 = 240;

/// What a reader of a thread can want.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThreadWish {
    /// More of what was said before.
    Older,
    /// Say a failed message again.
    Retry(DraftId),
    /// Take a failed or waiting message back into the composer.
    Revise(DraftId),
    /// Drop a failed or waiting message, or a change of one.
    Discard(DraftId),
    /// Answer these words.
    Reply(DraftId),
    /// Say these words of one's own otherwise.
    Edit(DraftId),
    /// Say the newest of one's own words otherwise.
    EditNewest,
    /// Neither answer nor say otherwise, after all.
    Unaim,
    /// Take back these words of one's own. It was asked about.
    Retract(DraftId),
    /// Say this answer, counted from 0, to the question of that name.
    Choose(DraftId, u32),
}

/// Properties of [`ThreadView`]. Give it a `key` that changes with the session: each has its own place of scrolling.
#[derive(Clone, Properties)]
pub struct ThreadProps {
    /// What to show.
    pub thread: Rc<Thread>,
    /// Texts.
    pub words: &'static Words,
    /// Dates and prices.
    pub calendar: Rc<Calendar>,
    /// The reader's clock: which day separator says "today".
    pub now: Millis,
    /// Takes the wishes.
    pub on_wish: Callback<ThreadWish>,
    /// The line is down: what waits may wait long, and can be taken back.
    #[prop_or_default]
    pub is_cut: bool,
    /// Picks the colour of somebody without a name, so that it is theirs wherever they are drawn.
    #[prop_or_default]
    pub stranger: AttrValue,
    /// Pictures of one's own that this page has in memory.
    #[prop_or_default]
    pub pictures: Option<Pictures>,
    /// Shown instead of rows when there are none and none are coming.
    #[prop_or_default]
    pub empty: Html,
    /// Id of the element, for `aria-controls` and the like.
    #[prop_or_default]
    pub id: Option<AttrValue>,
}

impl PartialEq for ThreadProps {
    fn eq(&self, other: &Self) -> bool {
        self.thread == other.thread
            && self.is_alike(other)
            && self.on_wish == other.on_wish
            && self.empty == other.empty
            && self.id == other.id
    }
}

impl ThreadProps {
    /// The same rows look the same. `now` counts only by its day, and each `Calendar` is the only one of its app.
    fn is_alike(&self, other: &Self) -> bool {
        self.words == other.words
            && Rc::ptr_eq(&self.calendar, &other.calendar)
            && self.now.0 / 3_600_000 == other.now.0 / 3_600_000
            && self.is_cut == other.is_cut
            && self.stranger == other.stranger
            && self.pictures == other.pictures
    }
}

/// See the module.
#[derive(Debug)]
pub struct ThreadView {
    scroller: NodeRef,
    is_at_end: bool,
    /// The newest bubble that was on screen while the reader was at the end.
    seen: Option<DraftId>,
    /// Where the copy began when older rows were last asked for: one question per stretch.
    asked_at: Option<Seq>,
    /// What the reader saw before the rows around it changed.
    held: Option<Held>,
    /// Rows have come in at the top, and are not drawn yet.
    has_new_top: bool,
    window: Window,
    /// Takes what is wished now; the apps make another one with each screen.
    on_wish: Rc<RefCell<Callback<ThreadWish>>>,
    /// One for all that is drawn, so that nothing is drawn anew for its sake.
    shared: Rc<Shared>,
    /// The row that the reader is led to, by its block and its place there.
    target: Option<(u64, usize)>,
    /// The composer grows, a phone's keyboard comes: the end stays in sight.
    size: Option<SizeWatch>,
    /// Where it was scrolled to when that was last looked at. Elsewhere since means: by the reader.
    known_px: i32,
    /// The menu of a bubble that is open.
    menu: Option<Menu>,
    /// The menu has to take the focus, once it is there.
    wants_focus: bool,
    /// The picture that is shown large.
    shown: Option<DraftId>,
}

/// What happens to the thread.
#[derive(Clone, Copy, Debug)]
pub enum ThreadEvent {
    /// The reader scrolled.
    Scrolled,
    /// The pane has another height.
    Resized,
    /// The pill was pressed.
    ToEnd,
    /// A bubble's menu opens, changes or closes.
    Menu(Option<Menu>),
    /// The menu is on screen.
    MenuDrawn,
    /// What is drawn has turned out to be of another height than was thought: other blocks are near.
    Measured,
    /// Quoted words were pressed: those of that name, which this side said or the other.
    Jump(DraftId, bool),
    /// A picture is to be shown large, or no more.
    Show(Option<DraftId>),
}

impl Component for ThreadView {
    type Message = ThreadEvent;
    type Properties = ThreadProps;

    fn create(ctx: &Context<Self>) -> Self {
        let (scroller, on_wish) = (NodeRef::default(), Rc::new(RefCell::new(ctx.props().on_wish.clone())));
        let acts = Acts {
            on_wish: block::wishes(&scroller, &on_wish),
            on_menu: ctx.link().callback(ThreadEvent::Menu),
            on_drawn: ctx.link().callback(|()| ThreadEvent::MenuDrawn),
        };
        let on_jump = ctx.link().callback(|(key, is_mine)| ThreadEvent::Jump(key, is_mine));
        let on_show = ctx.link().callback(|key| ThreadEvent::Show(Some(key)));
        Self {
            scroller,
            on_wish,
            is_at_end: true,
            seen: None,
            asked_at: None,
            held: None,
            has_new_top: false,
            window: Window::new(),
            shared: Rc::new(Shared::of(ctx.props(), acts, on_jump, on_show)),
            target: None,
            size: None,
            known_px: 0,
            menu: None,
            wants_focus: false,
            shown: None,
        }
    }

    fn update(&mut self, ctx: &Context<Self>, event: ThreadEvent) -> bool {
        if let ThreadEvent::Show(shown) = event {
            self.shown = shown;
            return true;
        }
        let Some(scroller) = self.scroller.cast::<Element>() else { return false };
        let was_at_end = self.is_at_end;
        match event {
            ThreadEvent::Scrolled => {
                self.look(&scroller);
                self.ask_for_older(ctx, &scroller);
            }
            ThreadEvent::Resized => {
                self.look(&scroller);
                if self.is_at_end {
                    self.go(&scroller, scroller.scroll_height());
                }
            }
            ThreadEvent::ToEnd => {
                self.go(&scroller, scroller.scroll_height());
                self.is_at_end = true;
            }
            ThreadEvent::Menu(menu) => {
                self.wants_focus = menu.is_some();
                return std::mem::replace(&mut self.menu, menu) != menu;
            }
            ThreadEvent::MenuDrawn => menu::take_focus(&scroller),
            ThreadEvent::Jump(key, is_mine) => self.jump(ctx, &scroller, (key, is_mine)),
            ThreadEvent::Measured | ThreadEvent::Show(_) => {}
        }
        let has_moved = self.look_around(ctx, &scroller) || matches!(event, ThreadEvent::Measured);
        if has_moved {
            self.held = Held::of(&scroller);
        }
        has_moved || self.target.is_some() || was_at_end != self.is_at_end
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &ThreadProps) -> bool {
        let (before, after) = (&old.thread, &ctx.props().thread);
        if let Some(scroller) = self.scroller.cast::<Element>() {
            self.look(&scroller);
            self.has_new_top = first_key(before) != first_key(after);
            self.held = if self.is_at_end { None } else { Held::of(&scroller) };
        }
        self.on_wish.replace(ctx.props().on_wish.clone());
        if !ctx.props().is_alike(old) {
            let Shared { acts, on_jump, on_show, .. } = &*self.shared;
            self.shared = Rc::new(Shared::of(ctx.props(), acts.clone(), on_jump.clone(), on_show.clone()));
        }
        let newest = bubbles(after).next_back();
        if last_key(before) != last_key(after) && newest.is_some_and(|bubble| bubble.is_mine) {
            self.is_at_end = true;
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let props = ctx.props();
        let is_empty = props.thread.rows.is_empty();
        html! {
            <div class="thread">
                <div
                    ref={self.scroller.clone()}
                    id={props.id.clone()}
                    class="thread-rows"
                    role="log"
                    aria-live={if self.is_paging(ctx) { "off" } else { "polite" }}
                    aria-relevant="additions"
                    aria-label={props.words.thread}
                    aria-busy={props.thread.is_loading.to_string()}
                    tabindex="0"
                    onscroll={ctx.link().callback(|_| ThreadEvent::Scrolled)}
                    onkeydown={Callback::from(|event: KeyboardEvent| {
                        if menu::walk(&event) {
                            event.prevent_default();
                        }
                    })}
                >
                    if props.thread.is_loading && is_empty {
                        { rows::skeleton() }
                    } else if is_empty {
                        { props.empty.clone() }
                    } else {
                        { rows::parts(&props.thread, &self.window, &self.shared, self.menu) }
                    }
                </div>
                if !self.is_at_end {
                    { self.pill(ctx) }
                }
                if let Some(at) = self.shown {
                    { Self::lightbox(ctx, at) }
                }
            </div>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, first_render: bool) {
        let Some(scroller) = self.scroller.cast::<Element>() else { return };
        if first_render {
            let link = ctx.link().clone();
            self.size = SizeWatch::new(&scroller, move || link.send_message(ThreadEvent::Resized));
        }
        if std::mem::take(&mut self.wants_focus) {
            menu::take_focus(&scroller);
        }
        let (held, target, was_at_end) = (self.held.take(), self.target.take(), self.is_at_end);
        self.has_new_top = false;
        scroll::furnish(&scroller, &self.window.parts(&rows::places(&ctx.props().thread)));
        scroll::measure(&scroller, &mut self.window);
        if let Some(row) = target.and_then(|(number, place)| scroll::row_at(&scroller, number, place)) {
            self.arrive(&scroller, &row);
        } else if self.is_at_end {
            self.go(&scroller, scroller.scroll_height());
            self.seen = last_key(&ctx.props().thread);
        } else if let Some(moved_px) = held.and_then(|held| held.moved_px(&scroller)) {
            self.go(&scroller, scroller.scroll_top() + moved_px);
        }
        self.ask_for_older(ctx, &scroller);
        if self.look_around(ctx, &scroller) || was_at_end != self.is_at_end {
            ctx.link().send_message(ThreadEvent::Measured);
        }
    }
}

impl ThreadView {
    /// Whether the reader is at the end. A new height alone moves nobody away from it: its events come late, and mixed.
    fn look(&mut self, scroller: &Element) {
        if scroller.scroll_top() != self.known_px {
            self.is_at_end = px_below(scroller) <= END_PX;
            self.known_px = scroller.scroll_top();
        }
    }

    /// Scrolls there, or as near as the browser lets.
    fn go(&mut self, scroller: &Element, top_px: i32) {
        scroller.set_scroll_top(top_px);
        self.known_px = scroller.scroll_top();
    }

    /// Older rows are awaited or just coming in. They are not news: a screen reader is not to read them out.
    fn is_paging(&self, ctx: &Context<Self>) -> bool {
        let is_awaiting = self.asked_at == Some(ctx.props().thread.begins_at);
        is_awaiting || self.has_new_top
    }

    fn ask_for_older(&mut self, ctx: &Context<Self>, scroller: &Element) {
        let thread = &ctx.props().thread;
        let oldest = Some(thread.begins_at);
        let has_rows = first_key(thread).is_some();
        if thread.has_older && has_rows && oldest != self.asked_at && scroller.scroll_top() < TOP_PX {
            self.asked_at = oldest;
            ctx.props().on_wish.emit(ThreadWish::Older);
        }
    }

    /// Whether other blocks are to be drawn than are.
    fn look_around(&mut self, ctx: &Context<Self>, scroller: &Element) -> bool {
        let view_px = (f64::from(scroller.scroll_top()), f64::from(scroller.client_height()));
        self.window.look(&rows::places(&ctx.props().thread), view_px, scroll::focused(scroller))
    }

    /// Leads to where quoted words were said: their block is drawn first. Those that are not here are further up, if anywhere.
    fn jump(&mut self, ctx: &Context<Self>, scroller: &Element, name: (DraftId, bool)) {
        let is_named = |row: &Row| matches!(row, Row::Bubble(bubble) if (bubble.key, bubble.is_mine) == name);
        let blocks = ctx.props().thread.rows.blocks().iter();
        let mut places =
            blocks.filter_map(|block| Some((block.number(), block.rows().iter().position(is_named)?)));
        self.is_at_end = false;
        self.target = places.next();
        match self.target {
            Some((number, _)) => self.window.want(number),
            None => {
                self.go(scroller, 0);
                self.ask_for_older(ctx, scroller);
            }
        }
    }

    /// Shows a row that is drawn by now, and marks it.
    fn arrive(&mut self, scroller: &Element, row: &Element) {
        let above = row.get_bounding_client_rect().top() - scroller.get_bounding_client_rect().top();
        let (above, room_px) = (above as i32, scroller.client_height() - row.client_height());
        self.go(scroller, scroller.scroll_top() + above - room_px / 2);
        self.is_at_end = px_below(scroller) <= END_PX;
        flash(scroller, row);
    }

    /// Few look: it is fetched when somebody does.
    fn lightbox(ctx: &Context<Self>, at: DraftId) -> Html {
        let ThreadProps { thread, pictures, words, .. } = ctx.props();
        let words = *words;
        let props = LightboxProps {
            pictures: file::pictures_of(thread, pictures.as_ref()),
            at,
            words,
            on_close: ctx.link().callback(|()| ThreadEvent::Show(None)),
        };
        let draw = move |parts: &'static Parts| (parts.lightbox)(props.clone());
        later::part(words, draw, Callback::noop())
    }

    fn pill(&self, ctx: &Context<Self>) -> Html {
        let words = ctx.props().words;
        let count = new_since(&ctx.props().thread, self.seen);
        html! {
            <button
                type="button"
                class={classes!("to-end", (count > 0).then_some("has-new"))}
                aria-label={(count == 0).then_some(words.to_newest)}
                onclick={ctx.link().callback(|_| ThreadEvent::ToEnd)}
            >
                { icon::down() }
                if count > 0 {
                    <span>{ ctx.props().calendar.count(words.new_count, u64::from(count)) }</span>
                }
            </button>
        }
    }
}

/// Marks a row until it has faded. The same one is marked anew; a keyboard goes on from there.
fn flash(scroller: &Element, row: &Element) {
    if let Ok(Some(before)) = scroller.query_selector(".flash") {
        let _ = before.class_list().remove_1("flash");
        // Asking for its size makes the browser see the row without the mark.
        let _ = before.client_height();
    }
    let _ = row.class_list().add_1("flash");
    focus(&row.query_selector(".more").ok().flatten().unwrap_or_else(|| scroller.clone()));
}

fn bubbles(thread: &Thread) -> impl DoubleEndedIterator<Item = &Bubble> {
    thread.rows.iter().filter_map(|row| match row {
        Row::Bubble(bubble) => Some(bubble),
        Row::Day { .. } | Row::NewMark => None,
    })
}

fn first_key(thread: &Thread) -> Option<DraftId> {
    bubbles(thread).next().map(|bubble| bubble.key)
}

fn last_key(thread: &Thread) -> Option<DraftId> {
    bubbles(thread).next_back().map(|bubble| bubble.key)
}

/// The other side's bubbles below the one that was seen last.
fn new_since(thread: &Thread, seen: Option<DraftId>) -> u32 {
    let unseen = bubbles(thread).rev().take_while(|bubble| Some(bubble.key) != seen);
    u32::try_from(unseen.filter(|bubble| !bubble.is_mine).count()).unwrap_or(u32::MAX)
}

fn px_below(scroller: &Element) -> i32 {
    scroller.scroll_height() - scroller.scroll_top() - scroller.client_height()
}

#[cfg(test)]
mod tests {
    use tieline_session::screen::Content;

    use super::*;

    fn said(number: u8, is_mine: bool) -> Row {
        let key = DraftId::at(Millis(u64::from(number)), [number; 10]);
        Row::Bubble(Bubble::of(key, is_mine, Content::Unsupported, Millis(0)))
    }

    #[test]
    fn only_the_other_sides_unseen_words_are_counted_as_new() {
        let rows =
            vec![said(1, false), Row::NewMark, said(2, true), said(3, false), said(4, false), said(5, true)];
        let thread = Thread { rows: rows.into(), ..Thread::default() };
        let seen = first_key(&thread);
        assert_eq!(new_since(&thread, seen), 2);
        assert_eq!(new_since(&thread, last_key(&thread)), 0);
        assert_eq!(new_since(&thread, None), 3, "nothing seen: all of theirs are new");
    }
}
