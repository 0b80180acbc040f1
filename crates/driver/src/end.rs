//! What the two ends have in common.

use tieline_protocol::Millis;
use tieline_session::{Agent, DeskScreen, Effect, Input, Owner, Screen, Visitor, screen::Notice};

/// One end of a session, as `tieline_session` promises it.
pub trait End: 'static {
    /// What the person at this end sees.
    type Screen: PartialEq + 'static;

    /// Takes a fact, gives what is to be done about it, in order.
    fn handle(&mut self, now: Millis, input: Input) -> Vec<Effect>;
    /// When to say `Tick` at the latest.
    fn next_wake(&self) -> Option<Millis>;
    /// What the person sees at `now`.
    fn screen(&self, now: Millis) -> Self::Screen;
    /// Who the person at this end is.
    fn owner(&self) -> &Owner;
    /// What a screen says of the connection.
    fn notice(screen: &Self::Screen) -> Option<Notice>;
}

macro_rules! end {
    ($end:ty, $screen:ty) => {
        impl End for $end {
            type Screen = $screen;

            fn handle(&mut self, now: Millis, input: Input) -> Vec<Effect> {
                Self::handle(self, now, input)
            }

            fn next_wake(&self) -> Option<Millis> {
                Self::next_wake(self)
            }

            fn screen(&self, now: Millis) -> $screen {
                Self::screen(self, now)
            }

            fn owner(&self) -> &Owner {
                Self::owner(self)
            }

            fn notice(screen: &$screen) -> Option<Notice> {
                screen.notice
            }
        }
    };
}

end!(Visitor, Screen);
end!(Agent, DeskScreen);
