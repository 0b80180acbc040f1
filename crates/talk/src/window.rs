//! Which blocks of a long thread are in the document: those near what the reader looks at. The others are room, as high as
//! they were when they were last drawn.
//!
//! Plain numbers, so that it can be tested without a browser. A thread that most people will ever have is drawn whole: only
//! in a drawn row can the browser find a word, and only there does a selection hold.

/// A thread of so many blocks is drawn whole.
const WHOLE_BLOCKS: usize = 8;
/// So much above and below the pane is drawn, in CSS pixels: what a flick of a finger passes before the next frame.
const MARGIN_PX: f64 = 1200.0;
/// A row that was never drawn, until it is.
const GUESSED_ROW_PX: f64 = 44.0;

/// A block, as far as its place matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) number: u64,
    pub(crate) rows: usize,
}

/// What is drawn of a thread, and how high the rest is.
#[derive(Debug)]
pub(crate) struct Window {
    /// The heights of blocks that were drawn once, by number.
    heights: Vec<(u64, f64)>,
    /// Drawn, both included: numbers, because these stay the same when older blocks come in.
    near: (u64, u64),
    /// The reader's focus is in that block, wherever they have scrolled to.
    focused: Option<u64>,
    /// Somebody is led to that block. It is drawn before they are there.
    wanted: Option<u64>,
}

/// A part of the thread, from top to bottom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Part {
    /// The block at this place of the list, drawn.
    Drawn(usize),
    /// Room for blocks that are not. `number` is the last one's.
    Room { number: u64, px: f64 },
}

impl Window {
    pub(crate) fn new() -> Self {
        Self { heights: Vec::new(), near: (u64::MAX, u64::MAX), focused: None, wanted: None }
    }

    /// A drawn block is so high.
    pub(crate) fn measure(&mut self, number: u64, px: f64) {
        match self.heights.binary_search_by_key(&number, |(known, _)| *known) {
            Ok(at) => {
                if let Some((_, known_px)) = self.heights.get_mut(at) {
                    *known_px = px;
                }
            }
            Err(at) => self.heights.insert(at, (number, px)),
        }
    }

    /// The reader looks at what is between `top_px` and `top_px + view_px` of the blocks. Says whether something else is to be
    /// drawn now.
    pub(crate) fn look(
        &mut self,
        blocks: &[Place],
        (top_px, view_px): (f64, f64),
        focused: Option<u64>,
    ) -> bool {
        let (from_px, to_px) = (top_px - MARGIN_PX, top_px + view_px + MARGIN_PX);
        let (mut near, mut end_px, mut last) = (None, 0.0, 0);
        let count = blocks.len();
        for place in blocks.iter().copied() {
            let start_px = end_px;
            end_px += self.px_of(place);
            last = place.number;
            if end_px > from_px && start_px < to_px {
                near = Some((near.map_or(place.number, |(first, _)| first), place.number));
            }
        }
        if let Some((first, last)) = near
            && self.wanted.is_some_and(|wanted| (first..=last).contains(&wanted))
        {
            self.wanted = None;
        }
        // Past the end of it: the browser has not noticed yet that the thread is shorter.
        let seen = (near.unwrap_or((last, last)), focused);
        let is_other = seen != (self.near, self.focused);
        (self.near, self.focused) = seen;
        is_other && count > WHOLE_BLOCKS
    }

    /// That block is drawn from now on, until the reader has been there.
    pub(crate) fn want(&mut self, number: u64) {
        self.wanted = Some(number);
    }

    /// Everything of the thread, in order. The newest block is always drawn: what comes into it is read out.
    pub(crate) fn parts(&self, blocks: &[Place]) -> Vec<Part> {
        let count = blocks.len();
        let mut parts = Vec::new();
        for (at, place) in blocks.iter().copied().enumerate() {
            let is_near = (self.near.0..=self.near.1).contains(&place.number);
            let is_kept = [self.focused, self.wanted].contains(&Some(place.number));
            if count <= WHOLE_BLOCKS || is_near || is_kept || at + 1 == count {
                parts.push(Part::Drawn(at));
                continue;
            }
            let more_px = self.px_of(place);
            match parts.last_mut() {
                Some(Part::Room { number, px }) => (*number, *px) = (place.number, *px + more_px),
                _ => parts.push(Part::Room { number: place.number, px: more_px }),
            }
        }
        parts
    }

    fn px_of(&self, place: Place) -> f64 {
        let known = self.heights.binary_search_by_key(&place.number, |(number, _)| *number).ok();
        let known = known.and_then(|at| self.heights.get(at));
        known.map_or(place.rows as f64 * GUESSED_ROW_PX, |(_, px)| *px)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thread(numbers: std::ops::Range<u64>) -> Vec<Place> {
        numbers.map(|number| Place { number, rows: 25 }).collect()
    }

    /// Drawn blocks by number, rooms by their height.
    fn sketch(window: &Window, places: &[Place]) -> String {
        let parts = window.parts(places);
        let parts = parts.iter().map(|part| match part {
            Part::Drawn(at) => places[*at].number.to_string(),
            Part::Room { px, .. } => format!("[{px}]"),
        });
        parts.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_usual_thread_is_drawn_whole() {
        let mut window = Window::new();
        let places = thread(3..11);
        window.look(&places, (0.0, 500.0), None);
        assert_eq!(sketch(&window, &places), "3 4 5 6 7 8 9 10");
    }

    #[test]
    fn only_what_is_near_is_drawn_and_the_newest() {
        let mut window = Window::new();
        let places = thread(0..20);
        for (top_px, expected) in [
            (0.0, "0 1 [18700] 19"),
            (10_000.0, "[8800] 8 9 10 [8800] 19"),
            (21_500.0, "[19800] 18 19"),
            (90_000.0, "[20900] 19"),
        ] {
            assert!(window.look(&places, (top_px, 500.0), None));
            assert_eq!(sketch(&window, &places), expected);
            assert!(!window.look(&places, (top_px, 500.0), None), "nothing new");
        }
    }

    #[test]
    fn a_block_keeps_the_height_that_it_had_and_the_focus_keeps_its_block() {
        let mut window = Window::new();
        let places = thread(0..20);
        window.measure(3, 900.5);
        window.measure(0, 2000.0);
        window.measure(3, 1000.5);
        window.look(&places, (21_500.0, 500.0), Some(4));
        assert_eq!(sketch(&window, &places), "[5200.5] 4 [13200] 17 18 19");
    }

    #[test]
    fn what_is_drawn_stays_drawn_when_older_blocks_come_in() {
        let mut window = Window::new();
        window.look(&thread(10..30), (0.0, 500.0), None);
        assert_eq!(sketch(&window, &thread(8..30)), "[2200] 10 11 [18700] 29");
    }
}
