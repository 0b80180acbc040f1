//! The agent's end: the door of the desk.

use tieline_protocol::Millis;

use crate::{
    effect::Effect,
    input::{Input, Setup},
    screen::DeskScreen,
};

/// One agent at one desk.
#[derive(Debug)]
pub struct Agent {
    setup: Setup,
}

impl Agent {
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

    /// What the agent sees at `now`.
    pub fn screen(&self, _now: Millis) -> DeskScreen {
        DeskScreen {
            notice: None,
            me: None,
            is_loaded: false,
            sessions: Vec::new(),
            has_more_sessions: false,
            open: None,
            unread: 0,
        }
    }
}
