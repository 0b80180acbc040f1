//! Forms and ratings, made fit for the log.
//!
//! Cleaned as all words are (`words.rs`). Which form an answer is to is looked up by the shell; [`check`] holds the two together.

use tieline_protocol::{
    Answer, Body, Form,
    form::{ANSWER_CHARS, CHOICES, FIELDS, FieldKind, LABEL_CHARS},
    limits::RATING_CHARS,
};

use crate::{
    Denial,
    words::{is_visible, without_controls},
};

/// Longest name of a field, in bytes.
const NAME_BYTES: usize = 64;

/// Whether that form takes these answers. None: there is no such form, or not any more.
///
/// # Errors
/// When it does not.
pub fn check(form: Option<&Form>, answers: &[Answer]) -> Result<(), Denial> {
    let form = form.ok_or(Denial::Malformed { at: "body.body.source" })?;
    form.check(answers).map_err(|_| Denial::Malformed { at: "body.body.answers" })
}

/// A form that somebody asks: cleaned, and one that can be filled in.
pub(crate) fn clean_form(form: Form) -> Result<Form, Denial> {
    let at = "body.body.form";
    let mut form = Form { title: form.title.map(without_controls), ..form };
    let is_label = |text: &str| text.chars().count() <= LABEL_CHARS && text.chars().any(is_visible);
    let count = form.fields.len();
    if count > FIELDS {
        return Err(Denial::TooLarge { at });
    }
    for field in &mut form.fields {
        field.label = without_controls(std::mem::take(&mut field.label));
        let choices = std::mem::take(&mut field.choices);
        field.choices = choices.into_iter().map(without_controls).collect();
        let has_choices = !field.choices.is_empty();
        let is_sound = (1..=NAME_BYTES).contains(&field.name.len())
            && field.kind != FieldKind::Unknown
            && is_label(&field.label)
            && field.choices.len() <= CHOICES
            && field.choices.iter().all(|choice| is_label(choice))
            && has_choices == (field.kind == FieldKind::Choice);
        if !is_sound {
            return Err(Denial::Malformed { at });
        }
    }
    let is_twice = |place: usize, name: &str| form.fields.iter().take(place).any(|field| field.name == name);
    let has_doubles = form.fields.iter().enumerate().any(|(place, field)| is_twice(place, &field.name));
    if count == 0 || has_doubles || form.title.as_deref().is_some_and(|title| !is_label(title)) {
        return Err(Denial::Malformed { at });
    }
    Ok(form)
}

/// Answers: cleaned, trimmed, without the empty ones, and of bounded length.
pub(crate) fn clean_answers(answers: Vec<Answer>) -> Result<Vec<Answer>, Denial> {
    let at = "body.body.answers";
    if answers.len() > FIELDS {
        return Err(Denial::TooLarge { at });
    }
    let mut clean = Vec::with_capacity(answers.len());
    for answer in answers {
        let label = without_controls(answer.label);
        let value = without_controls(answer.value).trim().to_owned();
        let is_long = answer.name.len() > NAME_BYTES
            || label.chars().count() > LABEL_CHARS
            || value.chars().count() > ANSWER_CHARS;
        if is_long {
            return Err(Denial::TooLarge { at });
        }
        if value.chars().any(is_visible) {
            clean.push(Answer { name: answer.name, label, value });
        }
    }
    Ok(clean)
}

/// A rating: 1 to 5, with words if there are any.
pub(crate) fn clean_rating(stars: u8, text: Option<String>) -> Result<Body, Denial> {
    if !(1..=5).contains(&stars) {
        return Err(Denial::Malformed { at: "body.body.stars" });
    }
    let text = text.map(without_controls).filter(|text| text.chars().any(is_visible));
    if text.as_ref().is_some_and(|text| text.chars().count() > RATING_CHARS) {
        return Err(Denial::TooLarge { at: "body.body.text" });
    }
    Ok(Body::Rating { stars, text })
}

#[cfg(test)]
mod tests {
    use tieline_protocol::Field;

    use super::*;

    fn field(name: &str, label: &str, kind: FieldKind, choices: &[&str]) -> Field {
        let choices = choices.iter().map(|choice| (*choice).to_owned()).collect();
        Field { name: name.into(), label: label.into(), kind, required: true, choices }
    }

    fn form(fields: Vec<Field>) -> Form {
        Form { title: None, fields }
    }

    #[test]
    fn a_form_can_be_filled_in_or_is_refused() {
        let text = || field("a", "Name", FieldKind::Text, &[]);
        let malformed = Some(Denial::Malformed { at: "body.body.form" });
        for (asked, expected) in [
            (form(vec![text()]), None),
            (form(vec![field("a", "Which?", FieldKind::Choice, &["x", "y"])]), None),
            (form(Vec::new()), malformed),
            (form(vec![text(), text()]), malformed),
            (form(vec![field("", "Name", FieldKind::Text, &[])]), malformed),
            (form(vec![field("a", " \u{7}", FieldKind::Text, &[])]), malformed),
            (form(vec![field("a", "Which?", FieldKind::Choice, &[])]), malformed),
            (form(vec![field("a", "Name", FieldKind::Text, &["x"])]), malformed),
            (form(vec![field("a", "Which?", FieldKind::Unknown, &[])]), malformed),
            (form(vec![text(); 13]), Some(Denial::TooLarge { at: "body.body.form" })),
            (Form { title: Some(" ".into()), ..form(vec![text()]) }, malformed),
        ] {
            assert_eq!(clean_form(asked.clone()).err(), expected, "{asked:?}");
        }
    }

    #[test]
    fn answers_are_cleaned_and_held_against_their_form() {
        let answer = |value: &str| Answer { name: "a".into(), label: "Name".into(), value: value.into() };
        assert_eq!(clean_answers(vec![answer(" Ada\u{7} ")]), Ok(vec![answer("Ada")]));
        assert_eq!(clean_answers(vec![answer(" ")]), Ok(Vec::new()), "nothing was filled in");
        let long = Err(Denial::TooLarge { at: "body.body.answers" });
        assert_eq!(clean_answers(vec![answer(&"x".repeat(ANSWER_CHARS + 1))]), long);
        assert_eq!(clean_answers(vec![answer("x"); 13]), long);
        let asked = form(vec![field("a", "E-mail", FieldKind::Email, &[])]);
        assert_eq!(check(Some(&asked), &[answer("ada@shop.example")]), Ok(()));
        let refused = Err(Denial::Malformed { at: "body.body.answers" });
        assert_eq!(check(Some(&asked), &[answer("ada")]), refused);
        assert_eq!(check(Some(&asked), &[]), refused);
        assert_eq!(check(None, &[]), Err(Denial::Malformed { at: "body.body.source" }));
    }

    #[test]
    fn stars_are_one_to_five() {
        let text = |text: &str| Some(text.to_owned());
        for (stars, words, expected) in [
            (1, None, Ok(Body::Rating { stars: 1, text: None })),
            (5, text("Good\u{7}"), Ok(Body::Rating { stars: 5, text: text("Good") })),
            (3, text(" "), Ok(Body::Rating { stars: 3, text: None })),
            (0, None, Err(Denial::Malformed { at: "body.body.stars" })),
            (6, None, Err(Denial::Malformed { at: "body.body.stars" })),
            (5, Some("x".repeat(RATING_CHARS + 1)), Err(Denial::TooLarge { at: "body.body.text" })),
        ] {
            assert_eq!(clean_rating(stars, words), expected, "{stars}");
        }
    }
}
