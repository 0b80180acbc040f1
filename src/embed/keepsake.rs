//! A whole session as a file for the visitor: asks for older lines until there are none, then saves what is here.
//!
//! How it reads: `src/view/transcript.rs`.

use std::cell::Cell;

use tieline_browser::Timer;
use tieline_protocol::DraftId;
use tieline_session::{
    Input, Screen,
    screen::{Row, Thread},
};

use crate::{
    parts,
    view::{Act, Face},
};

/// So long without an older line, and the file gets what is here.
const PATIENCE_MS: u64 = 10_000;
/// So long until what writes the file is asked for again.
const AGAIN_MS: u64 = 1_000;

/// The visitor's wish for a file.
#[derive(Debug)]
pub(super) struct Keepsake {
    wish: Cell<Wish>,
    patience: Timer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    /// Nothing is wanted.
    None,
    /// The session, and nothing was asked for yet.
    All,
    /// What is older than this was asked for.
    OlderThan(Option<DraftId>),
    /// Nothing older comes.
    WhatIsHere,
}

impl Keepsake {
    /// `give_up` is called when older lines do not come: it ends in [`Self::give_up`] and [`Self::look`].
    pub(super) fn new(give_up: impl Fn() + 'static) -> Self {
        Self { wish: Cell::new(Wish::None), patience: Timer::new(give_up) }
    }

    /// The visitor wants it.
    pub(super) fn want(&self) {
        self.wish.set(Wish::All);
    }

    /// Whether it is on its way.
    pub(super) fn is_wanted(&self) -> bool {
        self.wish.get() != Wish::None
    }

    /// Goes on with what is here.
    pub(super) fn give_up(&self) {
        if self.is_wanted() {
            self.wish.set(Wish::WhatIsHere);
        }
    }

    /// Looks at what is on screen now: asks for more, or saves it.
    pub(super) fn look(&self, screen: &Screen, face: &Face, act: &Act) {
        let thread = &screen.thread;
        let oldest = oldest(thread);
        match self.wish.get() {
            Wish::None => return,
            Wish::OlderThan(asked) if thread.has_older && asked == oldest => return,
            Wish::All | Wish::OlderThan(_) if thread.has_older => {
                // Before it is fed: the answer may be the next screen, which is looked at before this returns.
                self.wish.set(Wish::OlderThan(oldest));
                self.patience.arm(Some(PATIENCE_MS));
                return act.feed.emit(Input::OlderWanted);
            }
            Wish::All | Wish::OlderThan(_) | Wish::WhatIsHere => {}
        }
        if parts::save(screen, face) {
            self.wish.set(Wish::None);
            self.patience.arm(None);
        } else {
            // What writes it was lost with what draws the thread. It is asked for again until it comes.
            self.wish.set(Wish::WhatIsHere);
            parts::want();
            self.patience.arm(Some(AGAIN_MS));
        }
    }
}

fn oldest(thread: &Thread) -> Option<DraftId> {
    thread.rows.iter().find_map(|row| match row {
        Row::Bubble(bubble) => Some(bubble.key),
        Row::Day { .. } | Row::NewMark => None,
    })
}
