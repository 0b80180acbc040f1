//! The desk: three panes and the keys that lead through them.

use std::rc::Rc;

use tieline_browser::{Listener, focus::focus, page};
use tieline_protocol::{Millis, SessionId};
use tieline_session::{DeskScreen, screen::Notice};
use tieline_talk::{Given, Pictures};
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};
use yew::{Callback, Component, Context, Html, NodeRef, Properties, html};

use super::{
    Action, Manner, context,
    conversation::Conversation,
    empty,
    inbox::Inbox,
    keys::{self, Focus, KeyWish},
    notice, walk,
};

/// Up to here one pane fills the window. The same number stands in the style sheet.
const ONE_PANE: &str = "(max-width: 720px)";
/// Up to here the context pane is folded away. The same number stands in the style sheet.
const FOLDED: &str = "(max-width: 1100px)";

/// Properties of [`Desk`].
#[derive(Clone, PartialEq, Properties)]
pub struct DeskProps {
    /// What to show.
    pub screen: Rc<DeskScreen>,
    /// How to say it.
    pub manner: Manner,
    /// The agent's clock, to the minute.
    pub now: Millis,
    /// What stands in the open session's composer.
    pub unsent: Given,
    /// Pictures of this agent's that this page has in memory.
    #[prop_or_default]
    pub pictures: Option<Pictures>,
    /// Hears of every change of it, with its session, so that looking elsewhere loses nothing.
    pub on_typed: Callback<(SessionId, String)>,
    /// Takes the wishes.
    pub on_action: Callback<Action>,
}

/// See the module. Holds only what the session need not know.
#[derive(Debug)]
pub struct Desk {
    root: NodeRef,
    list: NodeRef,
    has_details: bool,
    /// Said aloud: who has written while one looked elsewhere.
    spoken: String,
    _on_key: Option<Listener>,
}

/// What happens to the desk.
#[derive(Clone, Debug)]
pub enum DeskEvent {
    /// A key was pressed that means something.
    Key(KeyWish),
    /// The context pane is to be opened or closed.
    Details(bool),
}

impl Component for Desk {
    type Message = DeskEvent;
    type Properties = DeskProps;

    fn create(ctx: &Context<Self>) -> Self {
        let root = NodeRef::default();
        Self {
            _on_key: listen(ctx, root.clone()),
            root,
            list: NodeRef::default(),
            has_details: false,
            spoken: String::new(),
        }
    }

    fn update(&mut self, ctx: &Context<Self>, event: DeskEvent) -> bool {
        match event {
            DeskEvent::Details(is_wanted) => {
                self.has_details = is_wanted;
                true
            }
            DeskEvent::Key(KeyWish::Details) => {
                self.has_details = !self.has_details && page::matches(FOLDED);
                true
            }
            DeskEvent::Key(KeyWish::Step(by)) => {
                self.walk(by);
                false
            }
            DeskEvent::Key(KeyWish::Reply) => {
                if let Some(field) = self.find("textarea") {
                    focus(&field);
                }
                false
            }
            DeskEvent::Key(KeyWish::Back) => self.go_back(ctx),
        }
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &DeskProps) -> bool {
        let (before, after) = (&old.screen, &ctx.props().screen);
        if open_session(before) != open_session(after) {
            self.has_details = false;
        }
        if let Some(name) = who_wrote(before, after) {
            let locale = ctx.props().manner.locale;
            self.spoken = (locale.wrote)(name.unwrap_or(locale.visitor));
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let DeskProps { screen, manner, now, on_action, .. } = ctx.props();
        let pane = if screen.open.is_some() { "thread" } else { "inbox" };
        html! {
            <div ref={self.root.clone()} class="desk" data-pane={pane}>
                { notice::view(screen, manner, on_action) }
                <p class="unseen" aria-live="polite">{ self.spoken.clone() }</p>
                <Inbox
                    screen={screen.clone()}
                    manner={manner.clone()}
                    now={*now}
                    list={self.list.clone()}
                    on_action={on_action.clone()}
                />
                <main class="conversation">{ self.conversation(ctx) }</main>
                { self.context(ctx) }
            </div>
        }
    }
}

impl Desk {
    fn conversation(&self, ctx: &Context<Self>) -> Html {
        let DeskProps { screen, manner, now, on_action, unsent, pictures, on_typed } = ctx.props();
        let Some(open) = screen.open.clone() else {
            return match screen.sessions.is_empty() {
                _ if !screen.is_loaded => Html::default(),
                true => empty::no_sessions(manner),
                false => empty::nothing_open(manner),
            };
        };
        let session = open.session;
        let has_details = self.has_details;
        html! {
            <Conversation
                open={Rc::new(open)}
                manner={manner.clone()}
                now={*now}
                unsent={unsent.clone()}
                is_cut={matches!(screen.notice, Some(Notice::Connecting | Notice::Reconnecting | Notice::Offline))}
                {has_details}
                pictures={pictures.clone()}
                on_action={on_action.clone()}
                on_typed={on_typed.reform(move |text| (session, text))}
                on_details={ctx.link().callback(move |()| DeskEvent::Details(!has_details))}
            />
        }
    }

    fn context(&self, ctx: &Context<Self>) -> Html {
        let DeskProps { screen, manner, on_action, .. } = ctx.props();
        let on_close = ctx.link().callback(|()| DeskEvent::Details(false));
        let open = screen.open.as_ref();
        open.map(|open| context::view(open, manner, self.has_details, &on_close, on_action))
            .unwrap_or_default()
    }

    /// One level back: sheet, composer, session.
    fn go_back(&mut self, ctx: &Context<Self>) -> bool {
        if self.has_details {
            self.has_details = false;
            // The sheet takes its focus along when it goes.
            if let Some(button) = self.find(".details-button") {
                focus(&button);
            }
            return true;
        }
        let is_in_list = self.list().is_some_and(|list| has_focus(&list));
        if is_in_list || page::matches(ONE_PANE) {
            ctx.props().on_action.emit(Action::Pick(None));
        }
        self.walk(0);
        false
    }

    fn walk(&self, by: i32) {
        if let Some(list) = self.list() {
            walk::step(&list, by);
        }
    }

    fn list(&self) -> Option<Element> {
        self.list.cast()
    }

    fn find(&self, selector: &str) -> Option<Element> {
        self.root.cast::<Element>()?.query_selector(selector).ok().flatten()
    }
}

fn listen(ctx: &Context<Desk>, root: NodeRef) -> Option<Listener> {
    let link = ctx.link().clone();
    let window = web_sys::window()?;
    Some(Listener::new(&window, "keydown", move |event| {
        let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
        if event.default_prevented() || event.is_composing() || root.get().is_none() {
            return;
        }
        let has_modifier = event.ctrl_key() || event.meta_key() || event.alt_key();
        if let Some(wish) = keys::wish(&event.key(), focus_now(), has_modifier) {
            event.prevent_default();
            link.send_message(DeskEvent::Key(wish));
        }
    }))
}

fn focus_now() -> Focus {
    let active =
        web_sys::window().and_then(|window| window.document()).and_then(|document| document.active_element());
    let is_in =
        |selector| active.as_ref().is_some_and(|active| active.closest(selector).ok().flatten().is_some());
    if is_in("textarea, input, [contenteditable]") {
        Focus::Typing
    } else if is_in("[role=log]") {
        Focus::Reading
    } else {
        Focus::Elsewhere
    }
}

fn has_focus(element: &Element) -> bool {
    let active = element.owner_document().and_then(|document| document.active_element());
    active.is_some_and(|active| element.contains(Some(&active)))
}

fn open_session(screen: &DeskScreen) -> Option<SessionId> {
    screen.open.as_ref().map(|open| open.session)
}

/// Whose unread messages have become more, with their name if they have one.
fn who_wrote<'a>(before: &DeskScreen, after: &'a DeskScreen) -> Option<Option<&'a str>> {
    if !before.is_loaded {
        return None;
    }
    let unread_before =
        |session| before.sessions.iter().find(|row| row.session == session).map_or(0, |row| row.unread);
    let row = after.sessions.iter().find(|row| row.unread > unread_before(row.session))?;
    Some(row.visitor_name.as_deref())
}
