//! What a session's log holds: immutable lines, each by an author, with a body of one kind.

use serde::{Deserialize, Deserializer, Serialize, de::IgnoredAny};

use crate::{Answer, DraftId, FileCard, Form, Millis, PartyId, Seq, SessionId};

/// The part somebody plays in a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Somebody on the page without a name the channel vouches for.
    Visitor,
    /// Somebody on the page whom the channel's backend vouches for.
    User,
    /// Somebody who answers.
    Agent,
    /// A program that answers.
    Bot,
    /// A role of a later version.
    #[serde(other)]
    Unknown,
}

impl Role {
    /// Whether this is the asking side. The other side answers.
    pub fn is_visiting(self) -> bool {
        matches!(self, Self::Visitor | Self::User)
    }
}

/// Who said it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// Stable within the channel.
    pub id: PartyId,
    /// The part they play.
    pub role: Role,
    /// The name to show, if one is known. Text from a stranger: never markup.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// One immutable line of a session's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The session it belongs to.
    pub session: SessionId,
    /// Its place.
    pub seq: Seq,
    /// The sender's id for it. The sender's other tabs know their own words by it.
    pub draft_id: DraftId,
    /// Who said it.
    pub from: Author,
    /// The words that these answer, by their `draft_id`. A session may have none of that name: it was said by the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<DraftId>,
    /// When the log took it, by the gateway's clock. For showing only: order is `seq`.
    pub at: Millis,
    /// What was said.
    pub body: Body,
}

/// What was said. A new kind is added here and to the capabilities; old ends see `Unknown`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Body {
    /// Plain text. Never markup.
    Text {
        /// At most [`crate::limits::TEXT_CHARS`] characters.
        text: String,
    },
    /// The product that the page speaks of.
    Item {
        /// The card.
        item: Item,
    },
    /// Text of the answering side with answers to choose from. On the wire a text with `options`, so that a client which does
    /// not know them shows the words. Whoever chooses says the option's text in reply.
    #[serde(rename = "text")]
    Choices {
        /// The question.
        text: String,
        /// The answers: one to [`crate::limits::OPTIONS`].
        options: Vec<String>,
    },
    /// One's own words, said otherwise. Stands at its own place in the log; what it refers to keeps its place.
    Edit {
        /// The `draft_id` of the words as they were first said, also for a second edit.
        target: DraftId,
        /// What stands there from now on.
        text: String,
    },
    /// One's own words, taken back. The log does not give them out any more.
    Retract {
        /// The `draft_id` of the words as they were first said.
        target: DraftId,
    },
    /// What stands where words were that have been taken back. Only the gateway says it.
    Retracted,
    /// Whoever answers asks for a few fields to be filled in.
    Ask {
        /// The fields.
        form: Form,
    },
    /// What a visitor has filled in.
    Form {
        /// Which form.
        source: FormSource,
        /// The entry that asked, for a form that was asked in the session.
        #[serde(skip_serializing_if = "Option::is_none")]
        asked: Option<Seq>,
        /// The fields that were filled in.
        answers: Vec<Answer>,
    },
    /// Whoever answers has closed the session. It takes no more words.
    Closed,
    /// How it was, says the visitor of a closed session. Said again, the newest counts.
    Rating {
        /// 1 to 5, 5 is best.
        stars: u8,
        /// In words, if they like.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// A file that the gateway has.
    File {
        /// What it is. Who says it names its id only; the rest is the gateway's to fill in.
        file: FileCard,
    },
    /// A kind of a later version. The gateway refuses it, a client shows a neutral line.
    Unknown,
}

impl Body {
    /// The words that this changes, if it says none of its own.
    pub fn target(&self) -> Option<DraftId> {
        match self {
            Self::Edit { target, .. } | Self::Retract { target } => Some(*target),
            _ => None,
        }
    }

    /// Whether somebody says something by it: not a change of other words, nor what was taken back.
    pub fn is_said(&self) -> bool {
        self.target().is_none() && *self != Self::Retracted
    }

    /// What stands in the place of this once the words of `target`, which it is or changes, have been taken back.
    #[must_use]
    pub fn taken_back(&self) -> Self {
        match self.target() {
            Some(target) => Self::Retract { target },
            None => Self::Retracted,
        }
    }
}

// Written by hand: serde's internally tagged enums would pull a buffering copy of every type into the wasm.
impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Fields {
            kind: String,
            text: Option<String>,
            item: Option<Item>,
            target: Option<DraftId>,
            #[serde(default)]
            options: Vec<String>,
            form: Option<Form>,
            source: Option<FormSource>,
            asked: Option<Seq>,
            answers: Option<Vec<Answer>>,
            stars: Option<u8>,
            file: Option<FileCard>,
        }
        let fields = Fields::deserialize(deserializer)?;
        let missing = serde::de::Error::missing_field;
        Ok(match fields.kind.as_str() {
            "text" => {
                let text = fields.text.ok_or_else(|| missing("text"))?;
                match fields.options {
                    options if options.is_empty() => Self::Text { text },
                    options => Self::Choices { text, options },
                }
            }
            "item" => Self::Item { item: fields.item.ok_or_else(|| missing("item"))? },
            "edit" => Self::Edit {
                target: fields.target.ok_or_else(|| missing("target"))?,
                text: fields.text.ok_or_else(|| missing("text"))?,
            },
            "retract" => Self::Retract { target: fields.target.ok_or_else(|| missing("target"))? },
            "retracted" => Self::Retracted,
            "ask" => Self::Ask { form: fields.form.ok_or_else(|| missing("form"))? },
            "form" => Self::Form {
                source: fields.source.ok_or_else(|| missing("source"))?,
                asked: fields.asked,
                answers: fields.answers.ok_or_else(|| missing("answers"))?,
            },
            "closed" => Self::Closed,
            "rating" => {
                Self::Rating { stars: fields.stars.ok_or_else(|| missing("stars"))?, text: fields.text }
            }
            "file" => Self::File { file: fields.file.ok_or_else(|| missing("file"))? },
            _ => Self::Unknown,
        })
    }
}

/// Which form was filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FormSource {
    /// The channel's own, before the first message.
    PreChat,
    /// Name and e-mail, left while nobody is there.
    Offline,
    /// One that somebody asked in the session.
    Asked,
    /// One of a later version.
    #[serde(other)]
    Unknown,
}

/// A product card as the page names it. Claimed by the page unless a signed token carried it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The shop's own number for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What it is called.
    pub title: String,
    /// Its page. Only `http` and `https` are ever made into a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Its picture. Only `http` and `https`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// What it costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// Whether the channel's backend signed it. Set by the gateway only.
    #[serde(default, skip_serializing_if = "is_false")]
    pub verified: bool,
}

/// A price as the shop writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// A decimal number as text: `"49.90"`. Text, because binary fractions are not money.
    pub amount: String,
    /// ISO 4217, three capital letters.
    pub currency: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

/// Swallows a body that nobody will read, whatever its shape.
pub(crate) fn skip<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    IgnoredAny::deserialize(deserializer).map(drop)
}
