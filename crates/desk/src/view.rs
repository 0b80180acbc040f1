//! What the agent sees. Reads a `DeskScreen`, gives [`Action`]s; [`App`] alone knows that there is an engine behind it.
//!
//! Three panes (inbox, thread, context) that fold to two and to one by the style sheet; `data-pane` names the one that a
//! narrow window shows.

pub mod app;
pub mod assignment;
pub mod closing;
pub mod context;
pub mod conversation;
pub mod desk;
pub mod empty;
pub mod inbox;
pub mod keys;
pub mod notice;
pub mod session_row;
pub mod shut;
pub mod walk;

use std::rc::Rc;

use tieline_protocol::{DraftId, Form, PartyId, SessionId};
use tieline_session::Aim;
use tieline_talk::Calendar;
use web_sys::File;

pub use app::App;
pub use desk::Desk;
pub use shut::Shut;

use crate::locale::Locale;

/// What an agent can want.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Look at a session; none goes back to the list.
    Pick(Option<SessionId>),
    /// Say something in the open session.
    Submit(String),
    /// What stands in the open session's composer has changed; whether anything does.
    Typed(bool),
    /// Say a failed message again.
    Retry(DraftId),
    /// Take a failed or waiting message back into the composer.
    Revise(DraftId),
    /// Drop a failed or waiting message.
    Discard(DraftId),
    /// The words to come are about certain words; or not, after all.
    Aim(Option<Aim>),
    /// Take back one's own words.
    Retract(DraftId),
    /// Close the open session.
    CloseSession,
    /// Ask the visitor to fill in a form.
    AskForm(Form),
    /// The open session is that agent's from now on; nobody's in particular.
    Assign(Option<PartyId>),
    /// Say these files in the open session.
    Attach(Vec<File>),
    /// More of what was said before.
    Older,
    /// More of the list.
    MoreSessions,
    /// Leave the desk.
    SignOut,
    /// Load the document again.
    Reload,
}

/// How things are said to this agent. One per app, shared by every view.
#[derive(Clone, Debug)]
pub struct Manner {
    /// Texts.
    pub locale: &'static Locale,
    /// Dates and prices.
    pub calendar: Rc<Calendar>,
}

impl Manner {
    /// In English words, with dates and prices the way `language` (BCP 47) writes them.
    pub fn new(language: &str) -> Self {
        let locale = Locale::english();
        Self { locale, calendar: Rc::new(Calendar::new(&locale.words, language)) }
    }
}

impl PartialEq for Manner {
    fn eq(&self, other: &Self) -> bool {
        self.locale == other.locale && Rc::ptr_eq(&self.calendar, &other.calendar)
    }
}
