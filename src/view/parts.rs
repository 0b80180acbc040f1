//! What of the widget's views is fetched later. One table, one place that names each function: see `tieline_talk::later`.

use std::rc::Rc;

use tieline_session::{
    Detail, Screen,
    screen::{Ending, Thread},
};
use tieline_talk::{
    ThreadWish, cut_off,
    later::{self, part_after},
};
use yew::{Callback, Html};

use super::{
    app::{Face, Scene},
    drawn, transcript,
};

/// What of the panel is drawn by what is fetched later. The numbers tell one from the next.
#[derive(Debug)]
pub(super) enum What {
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

/// A function that draws, one that saves, and what makes of a session what there is to be drawn.
#[derive(Debug)]
struct Parts {
    draw: fn(&Scene, &What) -> Html,
    save: fn(&Screen, &Face),
    detail: fn() -> Detail,
}

static PARTS: Parts = Parts { draw: drawn::draw, save: transcript::save, detail: Detail::full };

cut_off!(PARTS: Parts, cut_view);

/// Fetches what the first words will need.
pub fn want() {
    later::want::<Parts>();
}

/// Whether all of it is here.
pub(super) fn are_here() -> bool {
    later::table::<Parts>().is_some()
}

/// Gives what makes the screen in full, as soon as it is here.
pub fn await_detail(take: Rc<dyn Fn(Detail)>) {
    match later::table::<Parts>() {
        Some(parts) => take((parts.detail)()),
        // If it is lost, the next try may bring it.
        None => later::await_table::<Parts>(&Callback::from(move |()| await_detail(take.clone()))),
    }
}

/// Saves the session as a file of the visitor's. False: what does that is not here.
pub fn save(screen: &Screen, face: &Face) -> bool {
    let parts = later::table::<Parts>();
    if let Some(parts) = parts {
        (parts.save)(screen, face);
    }
    parts.is_some()
}

/// The place of one of them: what stands there `meanwhile`, then the part. `on_drawn` is called once, when it is on screen.
pub(super) fn place(scene: &Scene, what: What, meanwhile: Option<Html>, on_drawn: Callback<()>) -> Html {
    let (words, scene) = (&scene.face.locale.words, scene.clone());
    let draw = move |parts: &Parts| (parts.draw)(&scene, &what);
    part_after(words, meanwhile, draw, on_drawn)
}
