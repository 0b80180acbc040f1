//! Where the thread stands. Its rows, once there are any; before the first word a greeting, for which nothing is fetched.

use tieline_talk::{plain, skeleton};
use yew::{Callback, Html, html};

use super::{app::Scene, drawn::What, empty::empty, panel::Kept};
use crate::parts;

/// The thread, or its place. A visitor who has sessions has words to be shown: what draws them is fetched ahead of them.
pub(super) fn thread(scene: &Scene, turn: u32, name: Option<&str>, kept: &Kept<'_>) -> Html {
    let Scene { screen, face, act, .. } = scene;
    let empty = empty(name, screen, face, act);
    let is_wanted = !kept.thread.rows.is_empty()
        || screen.chats.iter().any(|row| row.session.is_some())
        || face.has_given;
    if !is_wanted && !parts::are_here() {
        return place(scene, kept, empty);
    }
    let meanwhile = place(scene, kept, empty.clone());
    let what = What::Thread { turn, thread: kept.thread.clone(), on_wish: kept.on_wish.clone(), empty };
    parts::place(scene, what, Some(meanwhile), Callback::noop())
}

/// What is in its place: the greeting, the words alone, or the ghosts of what is on its way. The same to a screen reader as what
/// comes there.
fn place(scene: &Scene, kept: &Kept<'_>, empty: Html) -> Html {
    let is_awaited = kept.thread.is_loading || !kept.thread.rows.is_empty();
    html! {
        <div class="thread">
            <div
                class="thread-rows"
                role="log"
                aria-live="polite"
                aria-relevant="additions"
                aria-label={scene.face.locale.words.thread}
                aria-busy={if is_awaited { "true" } else { "false" }}
                tabindex="0"
            >
                if !kept.thread.rows.is_empty() {
                    { plain(kept.thread) }
                } else if is_awaited {
                    { skeleton() }
                } else {
                    { empty }
                }
            </div>
        </div>
    }
}
