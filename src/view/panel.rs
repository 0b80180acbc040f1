//! Header, notice, item, thread, composer, from top to bottom.

use std::rc::Rc;

use tieline_session::{
    Screen,
    screen::{FormWish, Thread},
};
use tieline_talk::{Composer, ThreadWish, attach::drop_sign};
use yew::{Callback, Html, NodeRef, html};

use super::{
    app::{Scene, Shape, take_caret},
    drawn::What,
    entries::are_any,
    header::{TITLE_ID, header},
    item_strip::item_strip,
    menu::closed_button,
    notice::notice_line,
    standing::expectation,
    thread::thread,
};
use crate::{locale::Locale, parts};

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
                { parts::place(scene, What::Sessions, None, caret_in(kept)) }
            } else {
                { item_strip(screen, face) }
                { thread(scene, turn, name, kept) }
                { expectation(screen, *now, face) }
                // In the composer's place before the first words, above it in the middle of a session.
                if screen.form.is_some() {
                    { parts::place(scene, What::Form, None, Callback::noop()) }
                }
                if let Some(end) = screen.end {
                    { parts::place(scene, What::Ending { turn, end }, None, Callback::noop()) }
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
fn menu(scene: &Scene, turn: u32, kept: &Kept<'_>) -> Html {
    if !are_any(&scene.face, &scene.screen) {
        return Html::default();
    }
    let closed = closed_button(scene.face.locale.menu, &kept.on_menu);
    match kept.menu {
        Some(opens_at) => parts::place(scene, What::Menu { turn, opens_at }, Some(closed), Callback::noop()),
        None => closed,
    }
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
