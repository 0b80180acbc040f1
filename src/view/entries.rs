//! What hangs in the panel's menu.

use tieline_session::Screen;

use super::{
    app::{Choices, Face, Notices, Pick},
    menu::Entry,
};

/// What an entry stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// The session as a file.
    Save,
    /// Something that the page around us does.
    Page(Pick),
}

/// Whether there are entries.
pub(super) fn are_any(face: &Face, screen: &Screen) -> bool {
    face.choices != Choices::default() || has_words(screen)
}

fn has_words(screen: &Screen) -> bool {
    !screen.is_listing && !screen.thread.rows.is_empty()
}

/// The entries from top to bottom; one that the page around us cannot serve is not there, nor one for a session without words.
pub(super) fn entries(face: &Face, screen: &Screen) -> Vec<Entry> {
    let locale = face.locale;
    let has_words = has_words(screen);
    let Choices { sound, notices } = face.choices;
    let save = has_words.then(|| Entry { text: locale.save.into(), wish: Wish::Save, is_on: None });
    let sound = sound.map(|is_on| Entry {
        text: locale.sound.into(),
        wish: Wish::Page(Pick::Sound),
        is_on: Some(is_on),
    });
    let notices = notices.map(|notices| Entry {
        text: if notices == Notices::Blocked { locale.notices_blocked } else { locale.notices }.into(),
        wish: Wish::Page(Pick::Notices),
        is_on: Some(notices == Notices::On),
    });
    save.into_iter().chain(sound).chain(notices).collect()
}
