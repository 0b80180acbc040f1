//! Whose a session is, and how it is given to somebody: to oneself by one press, to a colleague or to nobody by a choice.

use tieline_protocol::{PartyId, SessionId};
use tieline_session::screen::{Assignee, Colleague, OpenSession};
use web_sys::HtmlSelectElement;
use yew::{Callback, Event, Html, Properties, TargetCast, component, html, use_effect_with, use_node_ref};

use super::{Action, Manner};
use crate::locale::Locale;

/// Properties of [`Assignment`].
#[derive(Clone, PartialEq, Properties)]
pub struct AssignmentProps {
    /// Which session.
    pub session: SessionId,
    /// Whose it is.
    pub assignee: Option<Assignee>,
    /// Who could have it, once known.
    pub team: Option<Vec<Colleague>>,
    /// Whether it can be given to somebody now.
    pub can_assign: bool,
    /// The last wish was refused.
    pub is_refused: bool,
    /// It takes words: a session that has ended stays whose it was.
    pub is_open: bool,
    /// How to say it.
    pub manner: Manner,
    /// Takes the wishes.
    pub on_action: Callback<Action>,
}

/// The section of an open session.
pub(super) fn view(open: &OpenSession, manner: &Manner, on_action: &Callback<Action>) -> Html {
    html! {
        <Assignment
            session={open.session}
            assignee={open.assignee.clone()}
            team={open.team.clone()}
            can_assign={open.can_assign}
            is_refused={open.is_assign_refused}
            is_open={open.can_write}
            manner={manner.clone()}
            on_action={on_action.clone()}
        />
    }
}

/// In words, for a line.
pub(super) fn in_words(assignee: &Assignee, locale: &Locale) -> String {
    match &assignee.name {
        _ if assignee.is_me => locale.yours.to_owned(),
        Some(name) => (locale.assigned_to)(name),
        None => (locale.assigned_to)(locale.a_colleague),
    }
}

/// See the module.
#[component]
pub fn Assignment(props: &AssignmentProps) -> Html {
    let AssignmentProps { assignee, team, can_assign, manner, on_action, .. } = props;
    let locale = manner.locale;
    let select = use_node_ref();
    let held = team.iter().flatten().find(|one| one.has_it).map(|one| one.id);
    {
        // What stands there is what holds, whatever was pressed: a wish may be refused, and another agent's may come first.
        let (select, value) = (select.clone(), value_of(held));
        use_effect_with((value, team.clone()), move |(value, _)| {
            if let Some(select) = select.cast::<HtmlSelectElement>() {
                select.set_value(value);
            }
        });
    }
    let is_mine = assignee.as_ref().is_some_and(|assignee| assignee.is_me);
    let me = team.iter().flatten().find(|one| one.is_me).map(|one| one.id);
    let said = assignee.as_ref().map_or_else(|| locale.nobody.to_owned(), |one| in_words(one, locale));
    let on_change = {
        let (on_action, held) = (on_action.clone(), value_of(held));
        move |event: Event| {
            let Some(select) = event.target_dyn_into::<HtmlSelectElement>() else { return };
            let wanted = select.value();
            select.set_value(&held);
            on_action.emit(Action::Assign(wanted.parse().ok()));
        }
    };
    html! {
        <section class="assignment">
            <h3 id="who-answers">{ locale.who_answers }</h3>
            if props.is_open {
                <div class="assignment-ways">
                    <select
                        ref={select}
                        aria-labelledby="who-answers"
                        disabled={!can_assign || team.is_none()}
                        onchange={on_change}
                    >
                        if let Some(team) = team {
                            <option value="" selected={held.is_none()}>{ locale.nobody }</option>
                            { for team.iter().map(|one| option(one, locale)) }
                        } else {
                            <option value="">{ said }</option>
                        }
                    </select>
                    // One button for both ways: whoever has pressed it keeps the focus.
                    <button
                        type="button"
                        class="quiet-button"
                        disabled={!can_assign || me.is_none()}
                        onclick={on_action.reform(move |_| Action::Assign(me.filter(|_| !is_mine)))}
                    >
                        { if is_mine { locale.release } else { locale.assign_to_me } }
                    </button>
                </div>
                <p class="assignment-refused" role="status">
                    if props.is_refused { { locale.assign_refused } }
                </p>
            } else {
                <p dir="auto">{ said }</p>
            }
        </section>
    }
}

fn option(one: &Colleague, locale: &Locale) -> Html {
    let mut label = one.name.clone();
    if let Some(platform) = &one.platform {
        label = format!("{label} · {}", (locale.platform)(platform));
    }
    if one.is_me {
        label = format!("{label} ({})", locale.you_mark);
    }
    html! { <option key={one.id.to_string()} value={one.id.to_string()} selected={one.has_it}>{ label }</option> }
}

fn value_of(party: Option<PartyId>) -> String {
    party.map(|party| party.to_string()).unwrap_or_default()
}
