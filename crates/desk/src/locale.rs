//! Everything the desk says. A language that lacks a text does not compile.

mod en;

use tieline_session::screen::Notice;
use tieline_talk::Words;

use crate::signin::Why;

/// The texts of one language.
#[derive(Debug)]
pub struct Locale {
    /// What thread and composer say.
    pub words: Words,
    /// Headline of the list.
    pub inbox: &'static str,
    /// Name of the list for screen readers.
    pub sessions: &'static str,
    /// What the tab is called; takes the count of unread messages.
    pub title: fn(u32) -> String,
    /// Unread messages of a session, for screen readers.
    pub unread: fn(u32) -> String,
    /// Says aloud that somebody has written; takes their name.
    pub wrote: fn(&str) -> String,
    /// Introduces one's own words in a preview.
    pub you: &'static str,
    /// Somebody without a name.
    pub visitor: &'static str,
    /// There are older sessions, they are on their way.
    pub loading_more: &'static str,
    /// Signs out.
    pub sign_out: &'static str,
    /// Placeholder of the composer; takes the visitor's name.
    pub write_to: fn(&str) -> String,
    /// In place of the composer.
    pub ended: &'static str,
    /// Closes the open session.
    pub close_session: &'static str,
    /// Asks once more.
    pub close_really: &'static str,
    /// Asks the visitor how they can be reached.
    pub ask_contact: &'static str,
    /// What the visitor reads above that form.
    pub contact_title: &'static str,
    /// Its labels.
    pub contact_name: &'static str,
    /// See above.
    pub contact_email: &'static str,
    /// A closed session in the list.
    pub closed_mark: &'static str,
    /// A session that is one's own.
    pub yours: &'static str,
    /// A session that is somebody else's; takes their name.
    pub assigned_to: fn(&str) -> String,
    /// Somebody else, whose name cannot be shown.
    pub a_colleague: &'static str,
    /// A session that is nobody's in particular.
    pub nobody: &'static str,
    /// Headline over whose it is.
    pub who_answers: &'static str,
    /// Takes it.
    pub assign_to_me: &'static str,
    /// Gives it to nobody in particular.
    pub release: &'static str,
    /// Behind one's own name among others.
    pub you_mark: &'static str,
    /// It could not be given to somebody.
    pub assign_refused: &'static str,
    /// Lists one's own sessions only.
    pub mine: &'static str,
    /// There are none.
    pub none_mine: &'static str,
    /// Asks for older sessions.
    pub load_older: &'static str,
    /// A platform, by its name in the configuration.
    pub platform: fn(&str) -> String,
    /// One is out of reach; takes that name.
    pub platform_down: fn(&str) -> String,
    /// Back to the list.
    pub back: &'static str,
    /// Opens the pane with the facts.
    pub details: &'static str,
    /// Closes it.
    pub close: &'static str,
    /// Headline over the item.
    pub item: &'static str,
    /// Link to the item's page.
    pub open_page: &'static str,
    /// Nobody vouches for title and price.
    pub claimed: &'static str,
    /// Headline over the facts about who asks.
    pub person: &'static str,
    /// Facts.
    pub name: &'static str,
    /// The name of somebody without one.
    pub no_name: &'static str,
    /// Whether the shop vouches for them.
    pub standing: &'static str,
    /// It does.
    pub known: &'static str,
    /// It does not.
    pub anonymous: &'static str,
    /// The shop.
    pub shop: &'static str,
    /// When the session began.
    pub started: &'static str,
    /// Nothing is open: headline.
    pub nothing_open: &'static str,
    /// Keys, each with what it does.
    pub keys: &'static [(&'static str, &'static str)],
    /// There are no sessions yet: headline, and what to do.
    pub no_sessions: &'static str,
    /// What to do about it.
    pub embed_hint: &'static str,
    /// Where the channel's id is found.
    pub channel_hint: &'static str,
    /// A session in which nothing was said.
    pub nothing_said: &'static str,
    /// Asks again.
    pub try_again: &'static str,
    /// Loads the document again.
    pub reload: &'static str,
    /// The line at the top.
    pub notices: fn(Notice) -> &'static str,
    /// Headline and sentence for somebody who is not in.
    pub shut: fn(Why) -> (&'static str, &'static str),
    /// Introduces the command that makes a link.
    pub how_to: &'static str,
    /// What holds for such a link.
    pub link_rules: &'static str,
}

impl Locale {
    /// The language of this build. More come with the full desk.
    pub fn english() -> &'static Self {
        &en::EN
    }
}

// Statics: the same language is the same address.
impl PartialEq for Locale {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}
