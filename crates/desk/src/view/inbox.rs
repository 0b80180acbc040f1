//! The list of sessions, newest activity first, and who sits here.

use std::rc::Rc;

use tieline_protocol::{Millis, SessionId};
use tieline_session::{DeskScreen, screen::SessionRow};
use tieline_talk::avatar::avatar;
use web_sys::Element;
use yew::{Callback, Component, Context, Event, Html, NodeRef, Properties, TargetCast, html};

use super::{Action, Manner, empty, session_row::SessionLine};

/// The next page is asked for when the end is nearer than this, in CSS pixels.
const END_PX: i32 = 320;

/// Properties of [`Inbox`].
#[derive(Clone, PartialEq, Properties)]
pub struct InboxProps {
    /// What to show.
    pub screen: Rc<DeskScreen>,
    /// How to say it.
    pub manner: Manner,
    /// The agent's clock, to the minute.
    pub now: Millis,
    /// The list's element: the desk moves the focus through its buttons.
    pub list: NodeRef,
    /// Takes the wishes.
    pub on_action: Callback<Action>,
}

/// See the module.
#[derive(Debug)]
pub struct Inbox {
    /// The line that the tab key comes to.
    stop: Option<SessionId>,
    /// How long the list was when more was last asked for: one question per page.
    asked_at: usize,
    /// Only the agent's own are listed.
    is_filtered: bool,
}

/// What happens to the list.
#[derive(Clone, Copy, Debug)]
pub enum InboxEvent {
    /// The focus came to a line.
    Focused(SessionId),
    /// It was scrolled near its end.
    NearEnd,
    /// Only one's own are to be listed, or all again.
    Filtered,
}

impl Component for Inbox {
    type Message = InboxEvent;
    type Properties = InboxProps;

    fn create(_ctx: &Context<Self>) -> Self {
        Self { stop: None, asked_at: 0, is_filtered: false }
    }

    fn update(&mut self, ctx: &Context<Self>, event: InboxEvent) -> bool {
        let InboxProps { screen, on_action, .. } = ctx.props();
        match event {
            InboxEvent::Focused(session) => self.stop.replace(session) != Some(session),
            InboxEvent::Filtered => {
                self.is_filtered = !self.is_filtered;
                true
            }
            InboxEvent::NearEnd => {
                if screen.has_more_sessions && self.asked_at != screen.sessions.len() {
                    self.asked_at = screen.sessions.len();
                    on_action.emit(Action::MoreSessions);
                }
                false
            }
        }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let InboxProps { screen, manner, list, .. } = ctx.props();
        let locale = manner.locale;
        html! {
            <nav class="inbox" aria-label={locale.sessions}>
                <header class="pane-head">
                    <h1>{ locale.inbox }</h1>
                    if screen.unread > 0 {
                        <span class="count">{ (locale.unread)(screen.unread) }</span>
                    }
                    { self.filter(ctx) }
                </header>
                <div
                    ref={list.clone()}
                    class="inbox-list"
                    aria-busy={(!screen.is_loaded).to_string()}
                    onscroll={ctx.link().batch_callback(near_end)}
                >
                    if !screen.is_loaded {
                        { empty::ghost_sessions() }
                    } else if screen.sessions.is_empty() {
                        <p class="nothing-said only-wide">{ locale.no_sessions }</p>
                        <div class="only-narrow">{ empty::no_sessions(manner) }</div>
                    } else {
                        { self.lines(ctx) }
                    }
                </div>
                { me(ctx.props()) }
            </nav>
        }
    }
}

impl Inbox {
    /// There once there is something to tell apart.
    fn filter(&self, ctx: &Context<Self>) -> Html {
        let InboxProps { screen, manner, .. } = ctx.props();
        if !self.is_filtered && !screen.sessions.iter().any(|row| row.assignee.is_some()) {
            return Html::default();
        }
        html! {
            <button
                type="button"
                class="quiet-button filter"
                aria-pressed={self.is_filtered.to_string()}
                onclick={ctx.link().callback(|_| InboxEvent::Filtered)}
            >
                { manner.locale.mine }
            </button>
        }
    }

    fn lines(&self, ctx: &Context<Self>) -> Html {
        let InboxProps { screen, manner, now, on_action, .. } = ctx.props();
        let on_pick = on_action.reform(|session| Action::Pick(Some(session)));
        let on_focus = ctx.link().callback(InboxEvent::Focused);
        let is_listed = |row: &&SessionRow| !self.is_filtered || is_mine(row);
        let listed: Vec<_> = screen.sessions.iter().filter(is_listed).collect();
        let is_there = |session| listed.iter().any(|row| row.session == session);
        let open = screen.open.as_ref().map(|open| open.session);
        let first = listed.first().map(|row| row.session);
        let shop = screen.sessions.first().map(|row| row.channel_name.clone());
        let stop = self.stop.or(open).filter(|session| is_there(*session)).or(first);
        let names_shop = screen.sessions.iter().any(|row| Some(&row.channel_name) != shop.as_ref());
        html! {
            <>
            if listed.is_empty() {
                <p class="nothing-said">{ manner.locale.none_mine }</p>
            }
            <ul>
                { for listed.iter().map(|row| html! {
                    <li key={row.session.to_string()}>
                        <SessionLine
                            row={(*row).clone()}
                            manner={manner.clone()}
                            now={*now}
                            {names_shop}
                            is_stop={stop == Some(row.session)}
                            on_pick={on_pick.clone()}
                            on_focus={on_focus.clone()}
                        />
                    </li>
                }) }
                if screen.has_more_sessions && self.is_filtered {
                    // A short list is not scrolled to its end.
                    <li key="older">
                        <button type="button" class="quiet-button" onclick={on_action.reform(|_| Action::MoreSessions)}>
                            { manner.locale.load_older }
                        </button>
                    </li>
                } else if screen.has_more_sessions {
                    <li key="more">
                        <span class="unseen">{ manner.locale.loading_more }</span>
                        { empty::ghost_session() }
                    </li>
                }
            </ul>
            </>
        }
    }
}

fn is_mine(row: &SessionRow) -> bool {
    row.assignee.as_ref().is_some_and(|assignee| assignee.is_me)
}

fn near_end(event: Event) -> Option<InboxEvent> {
    let list = event.target_dyn_into::<Element>()?;
    let below_px = list.scroll_height() - list.scroll_top() - list.client_height();
    (below_px < END_PX).then_some(InboxEvent::NearEnd)
}

fn me(props: &InboxProps) -> Html {
    let Some(name) = props.screen.me.clone() else { return Html::default() };
    html! {
        <footer class="me">
            { avatar(Some(&name), &name) }
            <span class="me-name" dir="auto">{ name }</span>
            <button type="button" class="quiet-button" onclick={props.on_action.reform(|_| Action::SignOut)}>
                { props.manner.locale.sign_out }
            </button>
        </footer>
    }
}
