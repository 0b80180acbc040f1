//! What hangs in the panel's menu.

use super::{
    app::{Choices, Face, Notices, Pick},
    menu::Entry,
};

/// The entries from top to bottom; one that the page around us cannot serve is not there.
pub(super) fn entries(face: &Face) -> Vec<Entry> {
    let locale = face.locale;
    let Choices { sound, notices } = face.choices;
    let sound = sound.map(|is_on| Entry { text: locale.sound.into(), pick: Pick::Sound, is_on: Some(is_on) });
    let notices = notices.map(|notices| Entry {
        text: if notices == Notices::Blocked { locale.notices_blocked } else { locale.notices }.into(),
        pick: Pick::Notices,
        is_on: Some(notices == Notices::On),
    });
    sound.into_iter().chain(notices).collect()
}
