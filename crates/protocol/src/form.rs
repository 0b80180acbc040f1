//! Forms: a few fields that one side asks the other to fill in, and what counts as an answer to each.
//!
//! The widget says what is wrong while one types, the gateway refuses it again. Both ask here, so that they agree.

use serde::{Deserialize, Serialize};

/// Most fields of a form.
pub const FIELDS: usize = 12;
/// Most choices of a field.
pub const CHOICES: usize = 20;
/// Longest title, label or choice, in characters.
pub const LABEL_CHARS: usize = 200;
/// Longest answer, in characters.
pub const ANSWER_CHARS: usize = 500;
/// The answer that a consent is given by.
pub const YES: &str = "yes";

/// What is asked while nobody is there, in the words of whoever asks: a name, and where to answer.
pub fn offline(name: &str, email: &str) -> Form {
    let field = |key: &str, label: &str, kind, required| Field {
        name: key.into(),
        label: label.into(),
        kind,
        required,
        choices: Vec::new(),
    };
    let fields =
        vec![field("name", name, FieldKind::Text, false), field("email", email, FieldKind::Email, true)];
    Form { title: None, fields }
}

/// Fields to be filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The fields, in order.
    pub fields: Vec<Field>,
}

/// One field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Names it within its form.
    pub name: String,
    /// What one reads beside it.
    pub label: String,
    /// What it takes.
    pub kind: FieldKind,
    /// It may not stay empty.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// What can be chosen, for a choice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
}

/// What a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// A line of text.
    Text,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// One of its choices.
    Choice,
    /// A box to tick: consent.
    Consent,
    /// A kind of a later version: taken as text.
    #[serde(other)]
    Unknown,
}

/// What was filled into one field. The label stands with it: the form may change, and the answer must stay readable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The field.
    pub name: String,
    /// What stood beside it.
    pub label: String,
    /// What was filled in; [`YES`] for a consent.
    pub value: String,
}

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Nothing stands there, and something must.
    Missing,
    /// Over its length.
    TooLong,
    /// Not what the field takes.
    Unfit,
    /// The form has no such field, or it was answered twice.
    Stray,
}

impl Form {
    /// The first answer that the form does not take, by its field's name, and why.
    ///
    /// # Errors
    /// When there is one.
    pub fn check(&self, answers: &[Answer]) -> Result<(), (String, Flaw)> {
        for (place, answer) in answers.iter().enumerate() {
            let is_second = answers.iter().take(place).any(|earlier| earlier.name == answer.name);
            let is_known = self.fields.iter().any(|field| field.name == answer.name);
            if is_second || !is_known {
                return Err((answer.name.clone(), Flaw::Stray));
            }
            if answer.label.chars().count() > LABEL_CHARS {
                return Err((answer.name.clone(), Flaw::TooLong));
            }
        }
        for field in &self.fields {
            let answer = answers.iter().find(|answer| answer.name == field.name);
            let value = answer.map_or("", |answer| answer.value.as_str());
            if let Some(flaw) = field.flaw_of(value) {
                return Err((field.name.clone(), flaw));
            }
        }
        Ok(())
    }
}

impl Field {
    /// What is wrong with that answer, if anything.
    pub fn flaw_of(&self, value: &str) -> Option<Flaw> {
        let value = value.trim();
        if value.is_empty() {
            return self.required.then_some(Flaw::Missing);
        }
        if value.chars().count() > ANSWER_CHARS {
            return Some(Flaw::TooLong);
        }
        let fits = match self.kind {
            FieldKind::Text | FieldKind::Unknown => true,
            FieldKind::Email => is_email(value),
            FieldKind::Phone => is_phone(value),
            FieldKind::Choice => self.choices.iter().any(|choice| choice == value),
            FieldKind::Consent => value == YES,
        };
        (!fits).then_some(Flaw::Unfit)
    }
}

/// Has the shape of an address. Whether it exists, only a mail would tell.
fn is_email(text: &str) -> bool {
    let Some((person, host)) = text.rsplit_once('@') else { return false };
    let is_plain = |part: &str| !part.chars().any(|c| c.is_whitespace() || c.is_control() || c == '@');
    let is_host = host.split('.').count() > 1 && host.split('.').all(|label| !label.is_empty());
    text.len() <= 254 && !person.is_empty() && is_plain(person) && is_plain(host) && is_host
}

/// Digits, and what people put between them.
fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let is_usual = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '(' | ')' | '/' | '.' | ' ');
    (3..=20).contains(&digits) && text.len() <= 40 && text.chars().all(is_usual)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(kind: FieldKind, required: bool) -> Field {
        Field {
            name: "f".into(),
            label: "F".into(),
            kind,
            required,
            choices: vec!["Order".into(), "Other".into()],
        }
    }

    #[test]
    fn each_kind_takes_what_it_is_for() {
        for (kind, value, flaw) in [
            (FieldKind::Text, "Ada", None),
            (FieldKind::Text, " \n ", Some(Flaw::Missing)),
            (FieldKind::Email, "ada@shop.example", None),
            (FieldKind::Email, "ada+x@mail.shop.example", None),
            (FieldKind::Email, "ada@shop", Some(Flaw::Unfit)),
            (FieldKind::Email, "ada@.example", Some(Flaw::Unfit)),
            (FieldKind::Email, "a b@shop.example", Some(Flaw::Unfit)),
            (FieldKind::Email, "ada@x@shop.example", Some(Flaw::Unfit)),
            (FieldKind::Phone, "+41 (0)44 123-45 67", None),
            (FieldKind::Phone, "call me", Some(Flaw::Unfit)),
            (FieldKind::Phone, "12", Some(Flaw::Unfit)),
            (FieldKind::Choice, "Order", None),
            (FieldKind::Choice, "order", Some(Flaw::Unfit)),
            (FieldKind::Consent, YES, None),
            (FieldKind::Consent, "no", Some(Flaw::Unfit)),
            (FieldKind::Unknown, "anything", None),
        ] {
            assert_eq!(field(kind, true).flaw_of(value), flaw, "{kind:?} {value:?}");
        }
        assert_eq!(field(FieldKind::Email, false).flaw_of(""), None);
        let long = "x".repeat(ANSWER_CHARS + 1);
        assert_eq!(field(FieldKind::Text, false).flaw_of(&long), Some(Flaw::TooLong));
    }

    #[test]
    fn a_form_takes_each_field_once_and_no_other() {
        let form = Form { title: None, fields: vec![field(FieldKind::Email, true)] };
        let answer =
            |name: &str, value: &str| Answer { name: name.into(), label: "F".into(), value: value.into() };
        let good = answer("f", "ada@shop.example");
        assert_eq!(form.check(std::slice::from_ref(&good)), Ok(()));
        assert_eq!(form.check(&[]), Err(("f".into(), Flaw::Missing)));
        assert_eq!(form.check(&[good.clone(), good.clone()]), Err(("f".into(), Flaw::Stray)));
        assert_eq!(form.check(&[good, answer("g", "x")]), Err(("g".into(), Flaw::Stray)));
    }
}
