//! What tabs say to each other: an array of a name and what belongs to it.
//!
//! Tabs may run different versions of us. The group's name bears the version of these words, and a word that is not known
//! is not heard.

use tieline_protocol::CloseCode;

/// What tabs say of the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    /// To the holder of the lock: I want to speak through you.
    Dial,
    /// The holder: I have no connection yet.
    Wait,
    /// The holder: I have one. With what the gateway said first, and what it said anew since: tokens, the channel, who is there.
    Live {
        /// The text of `welcome`.
        welcome: String,
        /// The texts of those frames.
        since: Vec<String>,
    },
    /// The holder: I have none any more.
    Cut(CloseCode),
    /// The holder: the gateway said this.
    Down(String),
    /// To the holder: tell the gateway this.
    Up(String),
    /// The holder: I have taken what you said.
    Here,
}

/// A word as it is posted: its name, then what belongs to it.
pub(crate) type Parts = (&'static str, Option<String>, Option<String>);

impl Word {
    /// As it is posted.
    pub(crate) fn into_parts(self) -> Parts {
        match self {
            Self::Dial => ("dial", None, None),
            Self::Wait => ("wait", None, None),
            // JSON has no line break outside of its texts, and none inside of them.
            Self::Live { welcome, since } => {
                ("live", Some(welcome), (!since.is_empty()).then(|| since.join("\n")))
            }
            Self::Cut(code) => ("cut", Some(code.0.to_string()), None),
            Self::Down(text) => ("down", Some(text), None),
            Self::Up(text) => ("up", Some(text), None),
            Self::Here => ("here", None, None),
        }
    }

    /// As it was posted; none if this is no word of ours.
    pub(crate) fn of_parts(name: &str, first: Option<String>, second: Option<String>) -> Option<Self> {
        Some(match name {
            "dial" => Self::Dial,
            "wait" => Self::Wait,
            "live" => {
                let since = second.iter().flat_map(|texts| texts.split('\n')).map(str::to_owned);
                Self::Live { welcome: first?, since: since.collect() }
            }
            "cut" => Self::Cut(CloseCode(first?.parse().ok()?)),
            "down" => Self::Down(first?),
            "up" => Self::Up(first?),
            "here" => Self::Here,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Word;
    use tieline_protocol::CloseCode;

    #[test]
    fn each_word_is_heard_as_it_was_said() {
        for word in [
            Word::Dial,
            Word::Wait,
            Word::Live { welcome: "{}".into(), since: Vec::new() },
            Word::Live { welcome: "{}".into(), since: vec!["[]".into(), "{}".into()] },
            Word::Cut(CloseCode(4401)),
            Word::Down("\"\u{1f642}".into()),
            Word::Up(String::new()),
            Word::Here,
        ] {
            let (name, first, second) = word.clone().into_parts();
            assert_eq!(Word::of_parts(name, first, second), Some(word));
        }
    }

    #[test]
    fn what_is_no_word_is_not_heard() {
        for (name, first) in
            [("", None), ("lives", None), ("down", None), ("cut", Some("soon")), ("cut", Some("99999"))]
        {
            assert_eq!(Word::of_parts(name, first.map(Into::into), None), None, "{name} {first:?}");
        }
    }
}
