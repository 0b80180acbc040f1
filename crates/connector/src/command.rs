//! What a merchant without a desk may write in the room: `/close`, `/assign`, `/card`, `/note`, `/help`.
//!
//! A command is never shown to the visitor. A word with a slash that is none is refused and not said, so that a mistyped
//! `/clsoe` does not end up in front of a customer; two slashes say one.

use crate::{Said, card::Card};

/// Something written in the room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Words for the visitor.
    Words(String),
    /// The session is over.
    Close,
    /// Somebody answers it from now on.
    Assign(Whom),
    /// A product is shown to the visitor.
    Card(Card),
    /// A command that lacks what it needs, and what that is.
    Wrong(&'static str),
    /// Words for the others in the room only.
    Note,
    /// Which commands there are.
    Help,
    /// A word with a slash that is no command.
    Unknown(String),
}

/// What comes of a line, on every platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    /// This is to be taken.
    Said(Said),
    /// Nothing is; whoever wrote it is answered.
    Answered(String),
    /// Nothing is: words for the others who answer.
    Note,
}

/// Whom a command means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    /// Whoever writes it.
    Me,
    /// Nobody in particular.
    Nobody,
    /// Somebody, by what others call them.
    Called(String),
}

/// What `/help` answers.
pub const HELP: &str = "/close ends the session. /assign gives it to you, /assign NAME to somebody else, /assign nobody to \
                        all. /card shows the session's product, /card and a product's number another, /card with a link and a \
                        title one made by hand. /note and your words stay in this room. \
                        Everything else goes to the visitor; begin with // to say a slash.";

impl Line {
    /// What comes of it. Words answer those of these names.
    pub fn meant(self, answers: Vec<String>) -> Meant {
        Meant::Said(match self {
            Self::Words(text) => Said::Text { text, answers },
            Self::Close => Said::Close,
            Self::Assign(whom) => Said::Assign(whom),
            Self::Card(card) => Said::Card(card),
            Self::Wrong(usage) => return Meant::Answered(usage.to_owned()),
            Self::Note => return Meant::Note,
            Self::Help => return Meant::Answered(HELP.to_owned()),
            Self::Unknown(word) => {
                return Meant::Answered(format!("There is no /{word}, and it was not sent. {HELP}"));
            }
        })
    }

    /// Reads a line.
    pub fn read(text: &str) -> Self {
        let trimmed = text.trim_start();
        // A path or `/s` in the middle of a paste is words; what looks like a command is one word after a slash.
        let Some(rest) = trimmed.strip_prefix('/') else { return Self::Words(text.to_owned()) };
        if let Some(said) = rest.strip_prefix('/') {
            return Self::Words(format!("/{said}"));
        }
        let (word, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        // IRC's habit, which XMPP clients keep.
        if word == "me" || word.is_empty() || !word.chars().all(|letter| letter.is_ascii_alphabetic()) {
            return Self::Words(text.to_owned());
        }
        match word.to_ascii_lowercase().as_str() {
            "close" => Self::Close,
            "assign" => Self::Assign(Whom::read(after)),
            "card" => Card::read(after).map_or_else(Self::Wrong, Self::Card),
            "note" => Self::Note,
            "help" => Self::Help,
            _ => Self::Unknown(word.to_owned()),
        }
    }
}

impl Whom {
    fn read(text: &str) -> Self {
        match text.trim() {
            "" => Self::Me,
            name if name.eq_ignore_ascii_case("me") => Self::Me,
            name if name.eq_ignore_ascii_case("nobody") => Self::Nobody,
            name => Self::Called(name.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, line: &Line) {
        assert_eq!(Line::read(text), *line, "{text:?}");
    }

    #[test]
    fn commands_are_told_from_words() {
        check("/close", &Line::Close);
        check(" /CLOSE now", &Line::Close);
        check("/note he called twice", &Line::Note);
        check("/help", &Line::Help);
        check("/assign", &Line::Assign(Whom::Me));
        check("/assign  me ", &Line::Assign(Whom::Me));
        check("/Assign Nobody", &Line::Assign(Whom::Nobody));
        check("/assign Mia Berger", &Line::Assign(Whom::Called("Mia Berger".into())));
        check("/card 4711", &Line::Card(Card::Numbered("4711".into())));
        check("/card https://shop.example/kettle", &Line::Wrong(crate::card::USAGE));
        check("/assignment", &Line::Unknown("assignment".into()));
        check("/clsoe", &Line::Unknown("clsoe".into()));
        for words in ["hello", "a /close b", "/me waves", "/ slash", "/2 of it", "/etc/hosts", "/"] {
            check(words, &Line::Words(words.to_owned()));
        }
        check("//close is what I typed", &Line::Words("/close is what I typed".into()));
    }
}
