//! A file in a bubble: a picture in its own shape, something to listen to, or a row to save it by; and how far it is on its way.
//!
//! Nothing jumps: a picture has its room before a byte of it is here. What is on its way has a bar and a way to stop it.

use std::rc::Rc;

use tieline_protocol::DraftId;
use tieline_session::screen::{Bubble, Delivery, File, FileKind, Row, Thread};
use yew::{Callback, Html, html};

use crate::{ThreadWish, bubble::Around, icon, lightbox::Shown, safe::web_address};

/// Finds a picture that this page has in memory.
pub type Pictures = Callback<DraftId, Option<String>>;

/// The largest room of a picture in a thread, in CSS pixels.
const WIDEST: f64 = 264.0;
const HIGHEST: f64 = 300.0;
/// The smallest: a finger has to find it.
const LEAST: f64 = 56.0;
/// A picture is shown no wider and no narrower than that, as the gateway makes its small ones.
const MOST_WIDE: f64 = 3.0;
const MOST_NARROW: f64 = 0.5;

/// The file as a bubble's content.
pub(crate) fn view(file: &File, bubble: &Bubble, around: &Around<'_>) -> Html {
    match file.kind {
        FileKind::Picture if !file.is_gone => picture(file, bubble, around),
        FileKind::Sound if file.link.is_some() => sound(file, around),
        _ => row(file, bubble, around),
    }
}

fn picture(file: &File, bubble: &Bubble, around: &Around<'_>) -> Html {
    let (width, height) = room(file.card.width.unwrap_or(1), file.card.height.unwrap_or(1));
    let small = file.link.as_ref().map(|link| link.thumbnail_url.as_deref().unwrap_or(&link.url));
    let src = local(bubble, around.pictures).or_else(|| small.and_then(web_address).map(str::to_owned));
    let (on_show, key) = (around.on_show, bubble.key);
    html! {
        <div class="bubble picture">
            <button
                type="button"
                class="picture-open"
                aria-label={around.words.open_picture.with(&file.card.name)}
                onclick={on_show.reform(move |_| key)}
            >
                <svg
                    class="picture-room"
                    width={width.to_string()}
                    height={height.to_string()}
                    viewBox={format!("0 0 {width} {height}")}
                    aria-hidden="true"
                />
                // The key makes another picture another element.
                { for src.map(|src| html! { <img key={src.clone()} {src} alt="" decoding="async" draggable="false" /> }) }
            </button>
            { way(bubble, around) }
        </div>
    }
}

fn sound(file: &File, around: &Around<'_>) -> Html {
    let src = file.link.as_ref().and_then(|link| web_address(&link.url)).map(str::to_owned);
    html! {
        <div class="bubble sound">
            <audio controls=true preload="none" {src} aria-label={around.words.voice_note} />
        </div>
    }
}

fn row(file: &File, bubble: &Bubble, around: &Around<'_>) -> Html {
    let url = file.link.as_ref().and_then(|link| web_address(&link.url));
    let inside = html! {
        <>
            <span class="file-sign">{ icon::page() }</span>
            <span class="file-text">
                <bdi class="file-name">{ file.card.name.clone() }</bdi>
                <span class="file-meta">
                    if file.is_gone {
                        { around.words.file_gone }
                    } else {
                        { around.calendar.bytes(file.card.size) }
                    }
                </span>
            </span>
        </>
    };
    html! {
        <div class="bubble file">
            if let Some(url) = url.filter(|_| !file.is_gone) {
                <a
                    class="file-row"
                    href={url.to_owned()}
                    download={file.card.name.clone()}
                    target="_blank"
                    rel="noopener noreferrer nofollow"
                >
                    { inside }
                    { icon::save() }
                </a>
            } else {
                <span class="file-row">{ inside }</span>
            }
            { way(bubble, around) }
        </div>
    }
}

/// The bar, and the button that stops it. Only for what is not said yet.
fn way(bubble: &Bubble, around: &Around<'_>) -> Html {
    let percent = match bubble.state {
        Some(Delivery::Uploading(percent)) => Some(percent),
        Some(Delivery::Saving | Delivery::Queued) => None,
        _ => return Html::default(),
    };
    let key = bubble.key;
    html! {
        <div class="file-way">
            if let Some(percent) = percent {
                <progress max="100" value={percent.to_string()} aria-label={around.words.uploading} />
            }
            <button
                type="button"
                class="file-stop"
                aria-label={around.words.stop_upload}
                onclick={around.acts.on_wish.reform(move |_| ThreadWish::Discard(key))}
            >
                { icon::close() }
            </button>
        </div>
    }
}

/// What this page has in memory of one's own file.
fn local(bubble: &Bubble, pictures: Option<&Pictures>) -> Option<String> {
    pictures.filter(|_| bubble.is_mine).and_then(|pictures| pictures.emit(bubble.key))
}

/// All pictures of a thread that can be looked at, oldest first.
pub(crate) fn pictures_of(thread: &Thread, pictures: Option<&Pictures>) -> Rc<Vec<Shown>> {
    let shown = thread.rows.iter().filter_map(|row| {
        let Row::Bubble(bubble) = row else { return None };
        let tieline_session::screen::Content::File(file) = &bubble.content else { return None };
        if file.kind != FileKind::Picture || file.is_gone {
            return None;
        }
        let link = file.link.as_ref().and_then(|link| web_address(&link.url)).map(str::to_owned);
        let name = file.card.name.clone();
        Some(Shown { key: bubble.key, src: link.or_else(|| local(bubble, pictures))?, name })
    });
    Rc::new(shown.collect())
}

/// Width and height of a picture's room, whatever its measures.
fn room(width: u32, height: u32) -> (u32, u32) {
    let (width, height) = (f64::from(width.max(1)), f64::from(height.max(1)));
    let (width, height) = (width.min(height * MOST_WIDE), height.min(width / MOST_NARROW));
    let scale = (WIDEST / width).min(HIGHEST / height).min(1.0);
    let side = |side: f64| (side * scale).max(LEAST).round() as u32;
    (side(width), side(height))
}

#[cfg(test)]
mod tests {
    use super::room;

    #[test]
    fn every_picture_has_a_room_of_its_shape_that_can_be_found_and_fits() {
        for (measures, expected) in [
            ((1600, 1200), (264, 198)),
            ((1200, 1600), (225, 300)),
            ((4000, 200), (264, 88)),
            ((200, 4000), (150, 300)),
            ((100, 80), (100, 80)),
            ((1, 1), (56, 56)),
            ((0, 0), (56, 56)),
            ((u32::MAX, 1), (56, 56)),
        ] {
            assert_eq!(room(measures.0, measures.1), expected, "{measures:?}");
        }
    }
}
