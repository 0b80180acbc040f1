//! What a merchant without a desk may write in the room: `/close`, `/note`, `/help`.
//!
//! A command is never shown to the visitor. A word with a slash that is none is refused and not said, so that a mistyped
//! `/clsoe` does not end up in front of a customer; two slashes say one.

/// Something written in the room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Words for the visitor.
    Words(String),
    /// The session is over.
    Close,
    /// Words for the others in the room only.
    Note,
    /// Which commands there are.
    Help,
    /// A word with a slash that is no command.
    Unknown(String),
}

/// What `/help` answers.
pub const HELP: &str = "/close ends the session. /note and your words stay in this room. \
                        Everything else goes to the visitor; begin with // to say a slash.";

impl Line {
    /// Reads a line.
    pub fn read(text: &str) -> Self {
        let trimmed = text.trim_start();
        // A path or `/s` in the middle of a paste is words; what looks like a command is one word after a slash.
        let Some(rest) = trimmed.strip_prefix('/') else { return Self::Words(text.to_owned()) };
        if let Some(said) = rest.strip_prefix('/') {
            return Self::Words(format!("/{said}"));
        }
        let word = rest.split(char::is_whitespace).next().unwrap_or_default();
        // IRC's habit, which XMPP clients keep.
        if word == "me" || word.is_empty() || !word.chars().all(|letter| letter.is_ascii_alphabetic()) {
            return Self::Words(text.to_owned());
        }
        match word.to_ascii_lowercase().as_str() {
            "close" => Self::Close,
            "note" => Self::Note,
            "help" => Self::Help,
            _ => Self::Unknown(word.to_owned()),
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
        check("/clsoe", &Line::Unknown("clsoe".into()));
        for words in ["hello", "a /close b", "/me waves", "/ slash", "/2 of it", "/etc/hosts", "/"] {
            check(words, &Line::Words(words.to_owned()));
        }
        check("//close is what I typed", &Line::Words("/close is what I typed".into()));
    }
}
