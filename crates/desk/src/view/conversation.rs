//! The middle pane: who asks, the thread, the composer.

use std::rc::Rc;

use tieline_browser::page;
use tieline_protocol::{Millis, limits};
use tieline_session::{
    Aim,
    screen::{OpenSession, Thread},
};
use tieline_talk::{
    Composer, Given, Pictures, ThreadView, ThreadWish, attach::DropZone, avatar::avatar, icon,
};
use yew::{Callback, Html, Properties, component, html};

use super::{Action, Manner, assignment};

/// Properties of [`Conversation`].
#[derive(Clone, Properties)]
pub struct ConversationProps {
    /// What to show.
    pub open: Rc<OpenSession>,
    /// How to say it.
    pub manner: Manner,
    /// The agent's clock, to the minute.
    pub now: Millis,
    /// Words typed here earlier and not sent.
    pub unsent: Given,
    /// The line is down.
    pub is_cut: bool,
    /// The context pane is open, where it is folded away.
    pub has_details: bool,
    /// Pictures of this agent's that this page has in memory.
    pub pictures: Option<Pictures>,
    /// Takes the wishes.
    pub on_action: Callback<Action>,
    /// Hears what stands in the composer.
    pub on_typed: Callback<String>,
    /// Opens or closes the context pane.
    pub on_details: Callback<()>,
}

// Of `unsent` only the number counts; while one is typing, the words change with every key and mean nothing.
impl PartialEq for ConversationProps {
    fn eq(&self, other: &Self) -> bool {
        self.open == other.open
            && self.manner == other.manner
            && self.now == other.now
            && self.unsent.turn == other.unsent.turn
            && self.is_cut == other.is_cut
            && self.has_details == other.has_details
            && self.pictures == other.pictures
            && self.on_action == other.on_action
            && self.on_typed == other.on_typed
            && self.on_details == other.on_details
    }
}

/// See the module.
#[component]
pub fn Conversation(props: &ConversationProps) -> Html {
    let ConversationProps { open, manner, .. } = props;
    let locale = manner.locale;
    let key = open.session.to_string();
    let name = visitor_name(open, manner);
    let on_files = props.on_action.reform(Action::Attach);
    html! {
        <>
            { head(props, &name) }
            <ThreadView
                key={format!("thread {key}")}
                thread={Rc::new(thread_of(open))}
                words={&locale.words}
                calendar={manner.calendar.clone()}
                now={props.now}
                stranger={key.clone()}
                is_cut={props.is_cut}
                on_wish={props.on_action.reform(action_of)}
                pictures={props.pictures.clone()}
                empty={html! { <p class="nothing-said">{ locale.nothing_said }</p> }}
            />
            if open.can_write {
                <Composer
                    key={format!("composer {key}")}
                    words={&locale.words}
                    calendar={manner.calendar.clone()}
                    placeholder={(locale.write_to)(&name)}
                    text_chars={u32::try_from(limits::TEXT_CHARS).unwrap_or(u32::MAX)}
                    given={props.unsent.clone()}
                    accepts={open.accepts.clone()}
                    on_files={on_files.clone()}
                    // Where a finger opens the session, a keyboard that jumps up would hide it.
                    takes_focus={page::matches("(pointer: fine)")}
                    on_send={props.on_action.reform(Action::Submit)}
                    on_change={props.on_typed.clone()}
                    aim={open.aim.clone()}
                    on_wish={props.on_action.reform(action_of)}
                />
                <DropZone words={&locale.words} accepts={open.accepts.clone()} {on_files} />
            } else {
                <p key={format!("ended {key}")} class="ended">{ locale.ended }</p>
            }
        </>
    }
}

fn head(props: &ConversationProps, name: &str) -> Html {
    let ConversationProps { open, manner, .. } = props;
    let locale = manner.locale;
    let seed = open.visitor_name.clone().unwrap_or_else(|| open.session.to_string());
    let standing = if open.is_known_user { locale.known } else { locale.anonymous };
    let assignee = open.assignee.as_ref().map(|assignee| assignment::in_words(assignee, locale));
    let under = [open.channel_name.as_deref(), Some(standing), assignee.as_deref()];
    let under = under.into_iter().flatten().collect::<Vec<_>>();
    html! {
        <header class="pane-head">
            <button
                type="button"
                class="icon-button back"
                aria-label={locale.back}
                onclick={props.on_action.reform(|_| Action::Pick(None))}
            >
                { icon::back() }
            </button>
            { avatar(open.visitor_name.as_deref(), &seed) }
            <div class="pane-title">
                <h2 dir="auto">{ name.to_owned() }</h2>
                <p dir="auto">{ under.join(" · ") }</p>
            </div>
            <button
                type="button"
                class="quiet-button details-button"
                aria-expanded={props.has_details.to_string()}
                aria-controls="context"
                onclick={props.on_details.reform(|_| ())}
            >
                { locale.details }
            </button>
        </header>
    }
}

/// The name to call somebody by.
pub(super) fn visitor_name(open: &OpenSession, manner: &Manner) -> String {
    open.visitor_name.clone().unwrap_or_else(|| manner.locale.visitor.to_owned())
}

fn thread_of(open: &OpenSession) -> Thread {
    open.thread.clone()
}

fn action_of(wish: ThreadWish) -> Action {
    match wish {
        ThreadWish::Older => Action::Older,
        ThreadWish::Retry(draft_id) => Action::Retry(draft_id),
        ThreadWish::Revise(draft_id) => Action::Revise(draft_id),
        ThreadWish::Discard(draft_id) => Action::Discard(draft_id),
        ThreadWish::Reply(target) => Action::Aim(Some(Aim::Reply(target))),
        ThreadWish::Edit(target) => Action::Aim(Some(Aim::Edit(target))),
        ThreadWish::EditNewest => Action::Aim(Some(Aim::EditNewest)),
        // The desk shows what can be chosen, and does not choose.
        ThreadWish::Unaim | ThreadWish::Choose(..) => Action::Aim(None),
        ThreadWish::Retract(target) => Action::Retract(target),
    }
}
