//! What is fetched later, drawn. Named in `src/parts.rs` only, so that all of it lies there.

use std::rc::Rc;

use tieline_protocol::form::offline;
use tieline_session::{
    Input,
    screen::{Ending, FormWish, Notice, Thread},
};
use tieline_talk::{
    ThreadView, ThreadWish,
    form::{FormProps, FormView},
    thread::ThreadProps,
};
use yew::{Callback, Html, html};

use super::{
    app::Scene,
    ending::{EndingProps, EndingView},
    entries::{Wish, entries},
    menu::{Menu, MenuProps},
    sessions,
};

/// What of the panel is drawn by what is fetched later. The numbers tell one from the next.
#[derive(Debug)]
pub(crate) enum What {
    /// The words of a session.
    Thread {
        /// Which mount's.
        turn: u32,
        /// The rows.
        thread: Rc<Thread>,
        /// Takes what is wished in it.
        on_wish: Callback<ThreadWish>,
        /// What stands there before the first word.
        empty: Html,
    },
    /// The panel's menu, open at that entry.
    Menu {
        /// Which mount's.
        turn: u32,
        /// Where the caret is at first.
        opens_at: usize,
    },
    /// A form to be filled in.
    Form,
    /// What stands in the composer's place when a session has ended.
    Ending {
        /// Which mount's.
        turn: u32,
        /// What is left to do.
        end: Ending,
    },
    /// The list of the visitor's sessions.
    Sessions,
}

/// Draws one of them.
pub(crate) fn draw(scene: &Scene, what: &What) -> Html {
    match what {
        What::Thread { turn, thread, on_wish, empty } => {
            let Scene { screen, now, face, act } = scene;
            let picked = face.picked.map(|session| session.to_string()).unwrap_or_default();
            let is_cut =
                matches!(screen.notice, Some(Notice::Connecting | Notice::Reconnecting | Notice::Offline));
            let props = ThreadProps {
                thread: thread.clone(),
                words: &face.locale.words,
                calendar: face.calendar.clone(),
                now: *now,
                on_wish: on_wish.clone(),
                is_cut,
                stranger: "".into(),
                pictures: Some(act.pictures.clone()),
                empty: empty.clone(),
                id: None,
            };
            html! { <ThreadView key={format!("thread {turn} {} {picked}", face.chat)} ..props /> }
        }
        What::Menu { turn, opens_at } => menu(scene, *turn, *opens_at),
        What::Form => form(scene),
        What::Ending { turn, end } => ending(scene, *turn, *end),
        What::Sessions => sessions::sessions(scene),
    }
}

fn menu(Scene { screen, face, act, .. }: &Scene, turn: u32, opens_at: usize) -> Html {
    let (save, pick) = (act.save.clone(), act.pick.clone());
    let props = MenuProps {
        label: face.locale.menu.into(),
        entries: entries(face, screen),
        on_pick: Callback::from(move |wish| match wish {
            Wish::Save => save.emit(()),
            Wish::Page(wish) => pick.emit(wish),
        }),
        opens_at,
    };
    html! { <Menu key={turn} ..props /> }
}

fn form(Scene { screen, face, act, .. }: &Scene) -> Html {
    let Some(wish) = &screen.form else { return Html::default() };
    let locale = face.locale;
    let (key, form, message_chars) = match wish {
        FormWish::PreChat(form) => ("pre-chat".to_owned(), form.clone(), None),
        FormWish::Offline => {
            let form = offline(locale.your_name, locale.your_email);
            ("offline".to_owned(), form, Some(screen.text_chars))
        }
        FormWish::Asked { seq, form } => (format!("asked {seq}"), form.clone(), None),
    };
    let props = FormProps { form, message_chars, words: &locale.words, on_fill: act.fill.clone() };
    html! { <FormView key={format!("{key} {}", face.chat)} ..props /> }
}

fn ending(Scene { face, act, .. }: &Scene, turn: u32, end: Ending) -> Html {
    let props = EndingProps {
        end,
        locale: face.locale,
        on_rate: act.rate.clone(),
        on_begin: act.feed.reform(|()| Input::BegunAnew),
    };
    html! { <EndingView key={format!("ending {turn} {}", face.chat)} ..props /> }
}
