//! What of the widget's views is fetched later. One table, one place that names each function: see `tieline_talk::later`.

use std::rc::Rc;

use tieline_session::{Detail, Screen};
use tieline_talk::{
    cut_off,
    later::{self, part_after},
};
use web_sys::File;
use yew::{Callback, Html};

use crate::{
    driver::Giving,
    view::{Face, Scene, drawn, drawn::What, transcript},
};

/// A function that draws, one that saves, what makes of a session what there is to be drawn, and what looks at a given file.
#[derive(Debug)]
struct Parts {
    draw: fn(&Scene, &What) -> Html,
    save: fn(&Screen, &Face),
    detail: fn() -> Detail,
    attach: fn(&Giving, Vec<File>, u32),
}

static PARTS: Parts =
    Parts { draw: drawn::draw, save: transcript::save, detail: Detail::full, attach: Giving::give };

cut_off!(PARTS: Parts, cut_view);

/// Fetches what the first words will need.
pub(crate) fn want() {
    later::want::<Parts>();
}

/// Whether all of it is here.
pub(crate) fn are_here() -> bool {
    later::table::<Parts>().is_some()
}

/// Gives what makes the screen in full, as soon as it is here.
pub(crate) fn await_detail(take: impl Fn(Detail) + 'static) {
    when_here(Rc::new(move |parts| take((parts.detail)())));
}

/// Takes files, each of so many bytes at most, as soon as what looks at them is here.
pub(crate) fn attach(giving: Giving, files: Vec<File>, most_bytes: u32) {
    want();
    when_here(Rc::new(move |parts| (parts.attach)(&giving, files.clone(), most_bytes)));
}

fn when_here(then: Rc<dyn Fn(&Parts)>) {
    match later::table::<Parts>() {
        Some(parts) => then(parts),
        // If it is lost, the next try may bring it.
        None => later::await_table::<Parts>(&Callback::from(move |()| when_here(then.clone()))),
    }
}

/// Saves the session as a file of the visitor's. False: what does that is not here.
pub(crate) fn save(screen: &Screen, face: &Face) -> bool {
    let parts = later::table::<Parts>();
    if let Some(parts) = parts {
        (parts.save)(screen, face);
    }
    parts.is_some()
}

/// The place of one of them: what stands there `meanwhile`, then the part. `on_drawn` is called once, when it is on screen.
pub(crate) fn place(scene: &Scene, what: What, meanwhile: Option<Html>, on_drawn: Callback<()>) -> Html {
    let (words, scene) = (&scene.face.locale.words, scene.clone());
    let draw = move |parts: &Parts| (parts.draw)(&scene, &what);
    part_after(words, meanwhile, draw, on_drawn)
}
