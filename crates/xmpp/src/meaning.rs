//! What somebody who answers means by a message: words for the session, or a command.

use tieline_connector::{
    Said,
    command::{Line, Meant},
};

use crate::heard::Kind;

/// What comes of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// This is to be taken.
    Said(Said),
    /// Nothing is to be taken; whoever wrote it is answered.
    Answered(String),
    /// Words for the others who answer.
    Note(String),
    /// Somebody has read up to there.
    Displayed {
        /// The last words' id.
        of: String,
    },
    /// Somebody types, or does not any more.
    Typing(bool),
    /// Nothing for us.
    Other,
}

/// By which names words are meant: of a client's id, or the room's.
pub(crate) trait Names {
    /// Those that somebody answers.
    fn answered(&self, id: String) -> Vec<String>;
    /// Those that they corrected.
    fn corrected(&self, id: String) -> Vec<String>;
    /// Those that they took back.
    fn retracted(&self, id: String) -> Vec<String>;
}

/// Reads what a message means.
pub(crate) fn of(kind: Kind, names: &impl Names) -> Meaning {
    Meaning::Said(match kind {
        Kind::Typing(is_typing) => return Meaning::Typing(is_typing),
        Kind::Displayed { of } => return Meaning::Displayed { of },
        Kind::Other => return Meaning::Other,
        Kind::Encrypted => {
            return Meaning::Answered(
                "This message was encrypted, so it was not sent: the visitor has no key. Switch encryption (OMEMO, \
                 OpenPGP) off here and say it again."
                    .to_owned(),
            );
        }
        Kind::Words { text, answers } => {
            let answers = answers.map(|id| names.answered(id)).unwrap_or_default();
            match Line::read(&text).meant(answers) {
                Meant::Said(said) => said,
                Meant::Answered(answer) => return Meaning::Answered(answer),
                Meant::Note => return Meaning::Note(text),
            }
        }
        Kind::Edit { of, text } => Said::Edit { of: names.corrected(of), text },
        Kind::Retract { of } => Said::Retract { of: names.retracted(of) },
        Kind::File { url, name } => Said::File { url, name },
    })
}
