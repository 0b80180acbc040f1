//! Who one writes to, the way to the other sessions, and the way out.

use tieline_session::Screen;
use tieline_talk::{avatar::avatar, icon};
use yew::{AttrValue, Callback, Html, html};

use super::{
    app::{Scene, Shape},
    standing::standing_line,
};

/// The element that names the panel.
pub(super) const TITLE_ID: &str = "tieline-title";

/// The header. Only a frame can be closed; who has one session alone has no list.
pub(super) fn header(scene: &Scene, name: Option<&str>, menu: Html) -> Html {
    let Scene { screen, face, act, .. } = scene;
    let locale = face.locale;
    let shown = name.unwrap_or(locale.chat).to_owned();
    let button = |label: AttrValue, icon: Html, on_press: Callback<()>| {
        html! {
            <button
                type="button"
                class="icon-button"
                aria-label={label.clone()}
                title={label}
                onclick={on_press.reform(|_| ())}
            >
                { icon }
            </button>
        }
    };
    html! {
        <header class="header">
            if screen.is_listing {
                { button(locale.back.into(), icon::back(), act.list.reform(|()| false)) }
                <div class="header-text">
                    <h1 id={TITLE_ID} class="header-name">{ locale.your_chats }</h1>
                </div>
            } else {
                if screen.chats.len() > 1 {
                    <span class="header-list">
                        { button(list_label(scene), icon::back(), act.list.reform(|()| true)) }
                        if unread_elsewhere(screen) > 0 {
                            <span class="header-dot" aria-hidden="true" />
                        }
                    </span>
                }
                { avatar(name, &shown) }
                <div class="header-text">
                    <h1 id={TITLE_ID} class="header-name" dir="auto" title={shown.clone()}>{ shown }</h1>
                    { standing_line(screen.standing, scene.now, face) }
                </div>
            }
            { menu }
            if face.shape == Shape::Frame {
                { button(locale.close.into(), icon::close(), act.close.clone()) }
            }
        </header>
    }
}

/// The name of the button that leads to the list tells what waits there.
fn list_label(scene: &Scene) -> AttrValue {
    let (locale, unread) = (scene.face.locale, unread_elsewhere(&scene.screen));
    match unread {
        0 => locale.your_chats.into(),
        _ => format!("{} ({})", locale.your_chats, scene.face.calendar.count(locale.unread, unread)).into(),
    }
}

/// Unread in the sessions that are not on screen.
fn unread_elsewhere(screen: &Screen) -> u64 {
    screen.chats.iter().filter(|row| !row.is_open).fold(0, |sum, row| sum + u64::from(row.unread))
}
