//! What the operator of a channel chose: one JSON object, each key with a type, a default and a check.
//!
//! A new setting is one line in [`settings!`] below: name, type, default, check, and what is allowed in words. Everything else
//! follows: the column, the HTTP API, `tieline channel set`, and its error. A key that the widget needs also becomes a field of
//! `ChannelFace`, filled in [`Settings::face`].

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use tieline_protocol::{Form, form, server::ChannelFace};

use super::{
    fields::NAMED_LENGTH,
    hours::Hours,
    plain,
    registration::{Invalid, invalid},
};

/// Most quick questions: more would not fit under the greeting.
const QUICK_QUESTIONS: usize = 4;
/// Longest quick question, in characters.
const QUESTION_CHARS: usize = 120;
/// The longest answer time that can be promised: a week.
const LONGEST_PROMISE: u32 = 7 * 24 * 60;

/// What is wrong within a value: where in it, and why.
type Flaw = (String, String);

/// One setting, for help texts.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What may stand there.
    pub allowed: &'static str,
}

macro_rules! settings {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $default:expr, $check:path, $allowed:literal;)*) => {
        /// All settings of a channel.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct Settings { $($(#[$doc])* pub $name: $type,)* }

        impl Default for Settings {
            fn default() -> Self {
                Self { $($name: $default,)* }
            }
        }

        /// Every key, in the order in which help texts name them.
        pub const KEYS: &[Key] = &[$(Key { name: stringify!($name), allowed: $allowed },)*];

        impl Settings {
            /// Sets one key; null takes it back to its default.
            fn set(&mut self, key: &str, value: &Value) -> Result<(), Invalid> {
                match key {
                    $(stringify!($name) => {
                        self.$name = if value.is_null() {
                            $default
                        } else {
                            read(key, value, $allowed, $check)?
                        };
                    })*
                    _ => {
                        let known = KEYS.iter().map(|key| key.name).collect::<Vec<_>>().join(", ");
                        return invalid(format!("settings.{key}"), format!("is not one of {known}"));
                    }
                }
                Ok(())
            }
        }
    };
}

settings! {
    /// Questions that one press asks, in an empty thread.
    quick_questions: Vec<String> = Vec::new(), check_questions, "a list of up to 4 texts of 1 to 120 characters";
    /// When somebody is there. None: always.
    hours: Option<Hours> = None, check_hours,
        "{\"time_zone\": \"Europe/Zurich\", \"weekly\": [{\"days\": [\"mon\", \"tue\"], \"from\": \"09:00\", \"to\": \"17:30\"}], \"closed\": [\"2026-12-25\"]}";
    /// Where the sentence on how soon one answers comes from.
    answer_time: AnswerTime = AnswerTime::Source(Source::Measured), check_answer_time,
        "\"measured\", \"none\", or a number of minutes from 1 to 10080";
    /// Asked once, before a visitor's first message.
    pre_chat: Option<Form> = None, check_form,
        "{\"title\": \"..\", \"fields\": [{\"name\": \"email\", \"label\": \"E-mail\", \"kind\": \"text | email | phone | choice | consent\", \"required\": true, \"choices\": [..]}]}";
    /// While nobody is there: ask for name and e-mail with the message.
    offline_form: bool = false, anything, "true or false";
    /// Ask the visitor how it was, once a session is closed.
    rating: bool = true, anything, "true or false";
}

/// How soon somebody answers, as visitors are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AnswerTime {
    /// By a rule.
    Source(Source),
    /// What the shop promises, in minutes.
    Minutes(u32),
}

/// Where the answer time comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The median of the first answers in the log.
    Measured,
    /// Nothing is said of it.
    None,
}

impl Settings {
    /// The settings as they are to be: what is not named stays, null goes back to the default.
    ///
    /// # Errors
    /// With the first key at fault, and what it takes.
    pub fn change(&self, wish: &Map<String, Value>) -> Result<Self, Invalid> {
        let mut to = self.clone();
        for (key, value) in wish {
            to.set(key, value)?;
        }
        Ok(to)
    }

    /// As the store keeps them and the API shows them: what differs from the default.
    pub fn to_map(&self) -> Map<String, Value> {
        let (mine, defaults) = (object(self), object(&Self::default()));
        mine.into_iter().filter(|(key, value)| defaults.get(key) != Some(value)).collect()
    }

    /// What the store kept. A value that this build cannot read any more is as good as none.
    pub fn of_map(map: &Map<String, Value>) -> Self {
        let mut settings = Self::default();
        for (key, value) in map {
            if let Err(flaw) = settings.set(key, value) {
                tracing::warn!(setting.key = %key, error.what = %flaw, "a stored setting is passed over");
            }
        }
        settings
    }

    /// Fills in what visitors see.
    pub fn face(&self, face: ChannelFace) -> ChannelFace {
        ChannelFace {
            quick_questions: self.quick_questions.clone(),
            pre_chat: self.pre_chat.clone(),
            offline_form: self.offline_form,
            rating: self.rating,
            ..face
        }
    }
}

fn object(settings: &Settings) -> Map<String, Value> {
    match serde_json::to_value(settings) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

/// One value, of its type and as its check wants it.
fn read<T: DeserializeOwned>(
    key: &str,
    value: &Value,
    allowed: &str,
    check: fn(&mut T) -> Result<(), Flaw>,
) -> Result<T, Invalid> {
    let refuse = |at: &str, why: &str| {
        let within = if at.is_empty() || at.starts_with('[') { at.to_owned() } else { format!(".{at}") };
        Invalid { at: format!("settings.{key}{within}"), why: format!("{why}; allowed: {allowed}") }
    };
    let mut read: T = serde_path_to_error::deserialize(value).map_err(|error| {
        let at = error.path().to_string();
        refuse(if at == "." { "" } else { &at }, &error.inner().to_string())
    })?;
    check(&mut read).map_err(|(at, why)| refuse(&at, &why))?;
    Ok(read)
}

fn anything<T>(_: &mut T) -> Result<(), Flaw> {
    Ok(())
}

#[expect(clippy::ptr_arg, reason = "the setting's own type: that is what `settings!` checks")]
fn check_questions(questions: &mut Vec<String>) -> Result<(), Flaw> {
    if questions.len() > QUICK_QUESTIONS {
        return flaw("", format!("has more than {QUICK_QUESTIONS} members"));
    }
    for (index, question) in questions.iter_mut().enumerate() {
        *question = line(&format!("[{index}]"), question, QUESTION_CHARS)?;
    }
    Ok(())
}

fn check_hours(hours: &mut Option<Hours>) -> Result<(), Flaw> {
    hours.as_ref().map_or(Ok(()), Hours::check)
}

fn check_answer_time(time: &mut AnswerTime) -> Result<(), Flaw> {
    match time {
        AnswerTime::Minutes(minutes) if !(1..=LONGEST_PROMISE).contains(minutes) => {
            flaw("", format!("{minutes} is out of range"))
        }
        AnswerTime::Minutes(_) | AnswerTime::Source(_) => Ok(()),
    }
}

fn check_form(form: &mut Option<Form>) -> Result<(), Flaw> {
    let Some(form) = form else { return Ok(()) };
    if let Some(title) = &mut form.title {
        *title = line("title", title, form::LABEL_CHARS)?;
    }
    if form.fields.is_empty() || form.fields.len() > form::FIELDS {
        return flaw("fields", format!("must be 1 to {}", form::FIELDS));
    }
    let mut names: Vec<String> = Vec::new();
    for (index, field) in form.fields.iter_mut().enumerate() {
        let at = |part: &str| format!("fields[{index}].{part}");
        let is_name = (1..=NAMED_LENGTH).contains(&field.name.len())
            && field.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if !is_name {
            return flaw(at("name"), format!("must be 1 to {NAMED_LENGTH} letters, digits, '-' or '_'"));
        }
        if names.contains(&field.name) {
            return flaw(at("name"), "stands there twice");
        }
        names.push(field.name.clone());
        field.label = line(&at("label"), &field.label, form::LABEL_CHARS)?;
        let is_choice = field.kind == form::FieldKind::Choice;
        match (field.kind, field.choices.len()) {
            (form::FieldKind::Unknown, _) => return flaw(at("kind"), "is not a kind of field"),
            (_, 0) if is_choice => return flaw(at("choices"), "is missing"),
            (_, 1..) if !is_choice => return flaw(at("choices"), "only a choice has them"),
            (_, count) if count > form::CHOICES => {
                return flaw(at("choices"), format!("has more than {} members", form::CHOICES));
            }
            _ => {}
        }
        for (place, choice) in field.choices.iter_mut().enumerate() {
            *choice = line(&format!("fields[{index}].choices[{place}]"), choice, form::LABEL_CHARS)?;
        }
    }
    Ok(())
}

/// A text of one line that may be shown.
fn line(at: &str, text: &str, chars: usize) -> Result<String, Flaw> {
    let text = plain::line(text);
    match text.chars().count() {
        0 => flaw(at, "is empty"),
        count if count > chars => flaw(at, format!("is longer than {chars} characters")),
        _ => Ok(text),
    }
}

pub(super) fn flaw<T>(at: impl Into<String>, why: impl Into<String>) -> Result<T, Flaw> {
    Err((at.into(), why.into()))
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
