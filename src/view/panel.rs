//! Header, notice, item, thread, composer, from top to bottom.

use std::rc::Rc;

use tieline_protocol::form::offline;
use tieline_session::{
    Input, Screen,
    screen::{Ending, FormWish, Thread},
};
use tieline_talk::{Composer, ThreadWish, attach::drop_sign, form::FormProps};
use yew::{Callback, Html, NodeRef, html};

use super::{
    app::{Scene, Shape, take_caret},
    ending::EndingProps,
    entries::{Wish, entries},
    header::{TITLE_ID, header},
    item_strip::item_strip,
    menu::{MenuProps, closed_button},
    notice::notice_line,
    parts,
    standing::expectation,
    thread::thread,
};
use crate::locale::Locale;

/// In characters: what a field has room for on a phone.
const SHORT_NAME: usize = 16;

/// What outlives one drawing of the panel.
pub(super) struct Kept<'a> {
    /// The panel's element.
    pub(super) panel: &'a NodeRef,
    /// The thread, the same one as before if nothing in it has changed.
    pub(super) thread: &'a Rc<Thread>,
    /// Takes the thread's wishes.
    pub(super) on_wish: &'a Callback<ThreadWish>,
    /// The menu was opened: at that entry.
    pub(super) menu: Option<usize>,
    /// Opens it.
    pub(super) on_menu: Callback<usize>,
}

/// The panel. Another chat, or another mount on the same root, has its own scrolling and its own unsent words.
pub(super) fn panel(scene: &Scene, turn: u32, kept: &Kept<'_>) -> Html {
    let Scene { screen, now, face, act } = scene;
    let words = &face.locale.words;
    let name = screen.title.as_deref().or(face.name.as_deref());
    html! {
        <section ref={kept.panel.clone()} class="panel" role={role(face.shape)} aria-labelledby={TITLE_ID}>
            { header(scene, name, menu(scene, turn, kept)) }
            { notice_line(screen.notice, face.is_saving, face.locale) }
            if screen.is_listing {
                { parts::sessions(scene, caret_in(kept)) }
            } else {
                { item_strip(screen, face) }
                { thread(scene, turn, name, kept) }
                { expectation(screen, *now, face) }
                { asked_form(scene) }
                if let Some(end) = screen.end {
                    { ending_of(scene, turn, end) }
                } else if takes_composers_place(screen) {
                    // The form stands where the composer would.
                } else if screen.can_write {
                    <Composer
                        key={format!("composer {turn} {}", face.chat)}
                        {words}
                        calendar={face.calendar.clone()}
                        placeholder={placeholder(name, face.locale)}
                        text_chars={screen.text_chars}
                        given={face.unsent.clone()}
                        accepts={screen.accepts.clone()}
                        on_files={act.attach.clone()}
                        on_send={act.submit.clone()}
                        on_change={act.typed.clone()}
                        aim={screen.aim.clone()}
                        on_wish={kept.on_wish.clone()}
                    />
                    { drop_sign(words, &screen.accepts) }
                } else {
                    <p class="read-only">{ face.locale.read_only }</p>
                }
            }
        </section>
    }
}

/// Where one goes on in a list that came after it was asked for.
fn caret_in(kept: &Kept<'_>) -> Callback<()> {
    let panel = kept.panel.clone();
    Callback::from(move |()| take_caret(&panel))
}

/// To whom one writes; a long name would be cut off in the middle of a word, as a field has no dots for that.
fn placeholder(name: Option<&str>, locale: &Locale) -> String {
    match name.filter(|name| name.chars().count() <= SHORT_NAME) {
        Some(name) => locale.write_to.with(name),
        None => locale.write.to_owned(),
    }
}

/// Its button, and the menu behind that once it was opened.
fn menu(Scene { screen, face, act, .. }: &Scene, turn: u32, kept: &Kept<'_>) -> Html {
    let entries = entries(face, !screen.is_listing && !screen.thread.rows.is_empty());
    if entries.is_empty() {
        return Html::default();
    }
    let closed = closed_button(face.locale.menu, &kept.on_menu);
    let Some(opens_at) = kept.menu else { return closed };
    let (save, pick) = (act.save.clone(), act.pick.clone());
    let on_pick = Callback::from(move |wish| match wish {
        Wish::Save => save.emit(()),
        Wish::Page(wish) => pick.emit(wish),
    });
    let props = MenuProps { label: face.locale.menu.into(), entries, on_pick, opens_at };
    parts::menu(face.locale, turn, props, closed)
}

/// The form that is to be filled in: in the composer's place before the first words, above it in the middle of a session.
fn asked_form(scene: &Scene) -> Html {
    let Scene { screen, face, act, .. } = scene;
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
    parts::form(locale, format!("{key} {}", face.chat), props)
}

fn ending_of(scene: &Scene, turn: u32, end: Ending) -> Html {
    let Scene { face, act, .. } = scene;
    let props = EndingProps {
        end,
        locale: face.locale,
        on_rate: act.rate.clone(),
        on_begin: act.feed.reform(|()| Input::BegunAnew),
    };
    parts::ending(format!("ending {turn} {}", face.chat), props)
}

fn takes_composers_place(screen: &Screen) -> bool {
    matches!(screen.form, Some(FormWish::PreChat(_) | FormWish::Offline))
}

/// In the merchant's page the frame is announced by its title and acts as a dialog that leaves the page usable.
fn role(shape: Shape) -> &'static str {
    match shape {
        Shape::Frame => "dialog",
        Shape::Page => "main",
        Shape::Inline => "region",
    }
}
