//! Everything the widget says. English is here; the other languages are files beside this one, fetched when they are wanted.
//!
//! How to add a text: `CONTRIBUTING.md`. Which file belongs to a reader, and how it comes: `www/locales.js`.

use std::cell::RefCell;

use tieline_session::screen::Notice;
use tieline_talk::{Words, texts};

texts! {
    /// The texts of one language.
    pub struct Locale with words: Words {
        /// In place of the panel, when it broke for good. The first line of a file: `www/boot.js` reads it.
        stopped: Text = "The chat had to stop. What you have sent has arrived.",
        /// Loads the document again. The second line of a file, for `www/boot.js` too.
        reload: Text = "Reload",
        /// The panel's name until the shop's is known.
        chat: Text = "Chat",
        /// Under the shop's name.
        tagline: Text = "Answers arrive right here",
        /// Somebody who answers is there.
        here: Text = "Here now",
        /// How soon they answer; takes a span of time such as `5 minutes`.
        answers_within: Pattern = "Usually answers within {span}",
        /// Nobody is there.
        away: Text = "Away",
        /// Nobody is there until then; takes a moment such as `Monday 09:00`.
        away_until: Pattern = "Away, back {when}",
        /// What becomes of a message while nobody is there.
        waits: Text = "Nobody is here right now. Your message waits and will be read.",
        /// The same; takes the moment when somebody is back.
        waits_until: Pattern = "Nobody is here until {when}. Your message waits and will be read.",
        /// The visitor is the first of those who wait for an answer.
        next: Text = "You are next.",
        /// Place among those who wait for a first answer.
        place: Pattern = "You are number {place}.",
        /// Introduces the questions that one press asks.
        quick_questions: Text = "Common questions",
        /// Label in the form that is shown while nobody is there.
        your_name: Text = "Name",
        /// Another one.
        your_email: Text = "E-mail",
        /// In place of the composer in a closed session.
        ended: Text = "This chat was closed.",
        /// Begins another session.
        begin_anew: Text = "Start a new chat",
        /// Asks how it was.
        rate: Text = "How was it?",
        /// Asks for words beside the stars.
        rate_why: Text = "What was good, what was not? (optional)",
        /// Sends the rating.
        send_rating: Text = "Send rating",
        /// Says it otherwise.
        change_rating: Text = "Change",
        /// The close button.
        close: Text = "Close",
        /// The button with more to choose from.
        menu: Text = "More",
        /// In that menu: a sound when a message comes.
        sound: Text = "Sound",
        /// In that menu: desktop notifications.
        notices: Text = "Notifications",
        /// The same, where the browser does not allow any.
        notices_blocked: Text = "Notifications (blocked by the browser)",
        /// What is in the composer before anything is typed; takes the shop's name.
        write_to: Pattern = "Write to {name}",
        /// The same, while the name is not known.
        write: Text = "Write a message",
        /// Headline of an empty thread.
        welcome: Text = "Hello!",
        /// First words of an empty thread where the shop gave none.
        greeting: Text = "Ask us anything. You can leave and come back, the answer will be here.",
        /// Introduces the item strip to screen readers.
        about: Text = "About",
        /// Headline and name of the list of the visitor's own chats, and of the button that opens it.
        your_chats: Text = "Your chats",
        /// Leads from the list back to the chat.
        back: Text = "Back",
        /// Loads chats of longer ago into the list.
        older_chats: Text = "Older chats",
        /// A chat of the list that has ended.
        over_chat: Text = "Ended",
        /// For screen readers: what is unread in a chat of the list, or in all others.
        unread: Counted = "{count} unread message" | "{count} unread messages",
        /// The button in the header: the whole session becomes a text file.
        save: Text = "Save transcript",
        /// While older messages are fetched for that file.
        saving: Text = "Getting the whole chat.",
        /// In that file, where they did not come.
        older_missing: Text = "Older messages could not be loaded.",
        /// In place of the composer when nothing can be written.
        read_only: Text = "This chat takes no more messages.",
        /// The first connection takes long.
        connecting: Text = "Connecting. You can already write.",
        /// The connection is lost, words wait.
        reconnecting: Text = "Reconnecting. What you write is kept.",
        /// There is no network.
        offline: Text = "You are offline. What you write is sent when you are back.",
        /// Words would not outlive a reload.
        not_kept: Text = "Messages that are not sent yet will be lost if you reload the page.",
        /// The gateway will not have this page.
        refused: Text = "This page cannot reach the chat. Please contact the shop another way.",
        /// The page must say anew who this is.
        signed_out: Text = "You were signed out. Sign in on this page to go on; what you write is kept.",
        /// Only a reload helps.
        must_reload: Text = "There is a newer version of this chat.",
    }
}

static ENGLISH: Locale = Locale::ENGLISH;

/// Begins the line after the last text, which names the language. A file without it there is of another version.
const END: &str = "end ";

thread_local! {
    /// The languages that have come, each of them once: they stay for as long as the page.
    static LEARNT: RefCell<Vec<&'static Locale>> = const { RefCell::new(Vec::new()) };
}

impl Locale {
    /// What is always there.
    pub fn english() -> &'static Self {
        &ENGLISH
    }

    /// Takes the lines of a built file. None: it is of another version.
    pub fn learn(file: &str) -> Option<&'static Self> {
        let tag = file.split('\n').nth(Self::COUNT)?.strip_prefix(END)?;
        let known =
            LEARNT.with_borrow(|locales| locales.iter().copied().find(|known| known.words.language == tag));
        if known.is_some() {
            return known;
        }
        let mut lines = Box::leak(Box::<str>::from(file)).split('\n');
        let locale: &'static Self = Box::leak(Box::new(Self::read(&mut lines)));
        LEARNT.with_borrow_mut(|locales| locales.push(locale));
        Some(locale)
    }

    /// The sentence for the line under the header.
    pub fn notice(&self, notice: Notice) -> &'static str {
        match notice {
            Notice::Connecting => self.connecting,
            Notice::Reconnecting => self.reconnecting,
            Notice::Offline => self.offline,
            Notice::NotKept => self.not_kept,
            Notice::Refused => self.refused,
            Notice::SignedOut => self.signed_out,
            Notice::MustReload => self.must_reload,
        }
    }
}

// Each language is at one address for as long as the page lives.
impl PartialEq for Locale {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

/// Which way a language is written, as the `dir` attribute has it.
pub fn direction(tag: &str) -> &'static str {
    let is_rtl = ["ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"]
        .contains(&language_of(tag));
    if is_rtl { "rtl" } else { "ltr" }
}

fn language_of(tag: &str) -> &str {
    tag.split(['-', '_']).next().unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::{Locale, direction};

    /// A language in which each text is its own key.
    fn pseudo(end: &str) -> String {
        Locale::keys().into_iter().chain([end]).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_language_is_learnt_once() {
        let learnt = Locale::learn(&pseudo("end language")).unwrap();
        assert_eq!((learnt.stopped, learnt.words.verified), ("stopped", "verified"));
        assert!(std::ptr::eq(learnt, Locale::learn(&pseudo("end language")).unwrap()));
        assert_ne!(learnt, Locale::english());
    }

    #[test]
    fn a_file_of_another_version_is_left_alone() {
        for file in [pseudo("more\nend xx"), pseudo(""), "<!doctype html>".into(), String::new()] {
            assert_eq!(Locale::learn(&file), None);
        }
    }

    #[test]
    fn the_first_two_lines_are_those_that_boot_reads() {
        assert_eq!(Locale::keys()[..2], ["stopped", "reload"]);
    }

    #[test]
    fn scripts_run_their_own_way() {
        assert_eq!(direction("ar-EG"), "rtl");
        assert_eq!(direction("he"), "rtl");
        assert_eq!(direction("arn"), "ltr", "Mapudungun only begins like Arabic");
        assert_eq!(direction("de-CH"), "ltr");
    }
}
