//! The visitor's end: the door of the widget.

use tieline_protocol::{Millis, limits};

use crate::{
    effect::Effect,
    input::{Input, Setup},
    screen::{Screen, Thread},
};

/// One visitor on one page.
#[derive(Debug)]
pub struct Visitor {
    setup: Setup,
}

impl Visitor {
    /// An end that has not dialled yet.
    pub fn new(setup: Setup) -> Self {
        Self { setup }
    }

    /// Takes a fact, gives what is to be done about it, in order.
    pub fn handle(&mut self, now: Millis, input: Input) -> Vec<Effect> {
        let _ = (now, &self.setup);
        match input {
            Input::Start => vec![Effect::Dial],
            _ => Vec::new(),
        }
    }

    /// When the shell is to say `Tick` at the latest. An earlier or a second one does no harm.
    pub fn next_wake(&self) -> Option<Millis> {
        None
    }

    /// What the visitor sees at `now`.
    pub fn screen(&self, _now: Millis) -> Screen {
        Screen {
            title: None,
            greeting: None,
            item: None,
            notice: None,
            thread: Thread { rows: Vec::new(), has_older: false, is_loading: true },
            unread: 0,
            can_write: true,
            text_chars: limits::TEXT_CHARS as u32,
        }
    }
}
