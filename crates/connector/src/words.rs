//! What is shown where a client knows neither cards nor forms: text and a link, always plain.
//!
//! The table of all kinds. A platform may show more of one (a picture, a correction), but never less than this.

use tieline_protocol::{Answer, Author, Body, FieldKind, FileCard, Form, FormSource, Item, form::YES};

/// The words of a body, as a person reads them. None for what is not said but changes other words: that is the platform's own
/// way of saying so.
pub fn of(body: &Body, file_url: Option<&str>) -> Option<String> {
    Some(match body {
        Body::Text { text } => text.clone(),
        Body::Choices { text, options } => {
            let mut out = text.clone();
            for option in options {
                out.push_str("\n- ");
                out.push_str(option);
            }
            out
        }
        Body::Item { item } => item_words(item),
        Body::File { file } => file_words(file, file_url),
        Body::Ask { form } => form_words(form),
        Body::Form { source, answers, .. } => answer_words(*source, answers),
        Body::Rating { stars, text } => {
            let rating = format!("Rating: {stars} of 5");
            text.as_ref().map_or(rating.clone(), |text| format!("{rating}\n{text}"))
        }
        Body::Closed => "The session was closed.".to_owned(),
        Body::Edit { .. } | Body::Retract { .. } | Body::Retracted => return None,
        Body::Unknown => "(something that this gateway cannot show)".to_owned(),
    })
}

/// A product card: what it is, what it costs, where it is.
pub fn item_words(item: &Item) -> String {
    let mut out = item.title.clone();
    if let Some(price) = &item.price {
        out.push_str(&format!("\n{} {}", price.amount, price.currency));
        // A price that only the page named is not to be taken for the shop's.
        out.push_str(if item.verified { " (confirmed by the shop)" } else { " (as the page says)" });
    }
    if let Some(url) = &item.url {
        out.push('\n');
        out.push_str(url);
    }
    out
}

fn file_words(file: &FileCard, url: Option<&str>) -> String {
    let what = format!("{} ({})", file.name, size_words(file.size));
    url.map_or(what.clone(), |url| format!("{what}\n{url}"))
}

/// A size as people write it: one digit behind the point at most.
pub fn size_words(bytes: u64) -> String {
    const UNITS: [(&str, u64); 2] = [("MB", 1_000_000), ("KB", 1_000)];
    for (unit, size) in UNITS {
        if bytes >= size {
            let tenths = bytes.saturating_mul(10) / size;
            return match tenths % 10 {
                0 => format!("{} {unit}", tenths / 10),
                rest => format!("{}.{rest} {unit}", tenths / 10),
            };
        }
    }
    format!("{bytes} bytes")
}

fn form_words(form: &Form) -> String {
    let mut lines = Vec::new();
    lines.extend(form.title.clone());
    for field in &form.fields {
        let must = if field.required { " (needed)" } else { "" };
        lines.push(match field.kind {
            FieldKind::Choice => format!("- {}{must}: {}", field.label, field.choices.join(", ")),
            _ => format!("- {}{must}", field.label),
        });
    }
    lines.join("\n")
}

fn answer_words(source: FormSource, answers: &[Answer]) -> String {
    let mut lines = Vec::new();
    if source == FormSource::Offline {
        lines.push("Left a message while nobody was there.".to_owned());
    }
    for answer in answers {
        let value = if answer.value == YES { "yes" } else { &answer.value };
        lines.push(format!("{}: {value}", answer.label));
    }
    lines.join("\n")
}

/// Who answers a session, as a room is told it.
pub fn assigned(name: Option<&str>) -> String {
    match name {
        Some(name) => format!("{name} answers this session from now on."),
        None => "Nobody in particular answers this session from now on.".to_owned(),
    }
}

/// What somebody is called where there is no name.
pub fn name_of(author: &Author) -> String {
    match &author.name {
        Some(name) if !name.trim().is_empty() => name.clone(),
        _ if author.role.is_visiting() => "Visitor".to_owned(),
        _ => "Agent".to_owned(),
    }
}

/// Words as a quotation: each line behind a `>`, as clients without replies show them.
pub fn quoted(text: &str) -> String {
    text.lines().map(|line| format!("> {line}\n")).collect()
}

/// Words without the quotation that they begin with, as people and clients write it. For clients that mark it by nothing else.
pub fn without_quote(text: &str) -> &str {
    let mut rest = text;
    while rest.starts_with('>') {
        rest = rest.split_once('\n').map_or("", |(_, after)| after);
    }
    rest.trim_start_matches('\n')
}

#[cfg(test)]
mod tests {
    use tieline_protocol::{FileId, Price};

    use super::*;

    #[track_caller]
    fn check(body: &Body, words: &str) {
        assert_eq!(of(body, Some("https://chat.example/f")).as_deref(), Some(words));
    }

    #[test]
    fn every_kind_is_readable_as_text_and_link() {
        let item = Item {
            title: "Mug".into(),
            url: Some("https://shop.example/mug".into()),
            price: Some(Price { amount: "9.90".into(), currency: "EUR".into() }),
            ..Item::default()
        };
        check(
            &Body::Item { item: item.clone() },
            "Mug\n9.90 EUR (as the page says)\nhttps://shop.example/mug",
        );
        check(
            &Body::Item { item: Item { verified: true, ..item } },
            "Mug\n9.90 EUR (confirmed by the shop)\nhttps://shop.example/mug",
        );
        let file = FileCard {
            name: "a.png".into(),
            size: 1_250_000,
            ..FileCard::named(FileId::at(tieline_protocol::Millis(1), [0; 10]))
        };
        check(&Body::File { file }, "a.png (1.2 MB)\nhttps://chat.example/f");
        check(
            &Body::Choices { text: "Which?".into(), options: vec!["Red".into(), "Blue".into()] },
            "Which?\n- Red\n- Blue",
        );
        check(&Body::Rating { stars: 4, text: Some("Quick".into()) }, "Rating: 4 of 5\nQuick");
        let answer =
            |label: &str, value: &str| Answer { name: "n".into(), label: label.into(), value: value.into() };
        let answers = vec![answer("Name", "Ada"), answer("I agree", YES)];
        check(&Body::Form { source: FormSource::PreChat, asked: None, answers }, "Name: Ada\nI agree: yes");
        let target = tieline_protocol::DraftId::at(tieline_protocol::Millis(1), [0; 10]);
        assert_eq!(of(&Body::Retract { target }, None), None);
    }

    #[test]
    fn sizes_are_short() {
        for (bytes, words) in
            [(0, "0 bytes"), (999, "999 bytes"), (1_000, "1 KB"), (1_590, "1.5 KB"), (12_000_000, "12 MB")]
        {
            assert_eq!(size_words(bytes), words);
        }
    }

    #[test]
    fn a_quotation_is_put_before_words_and_taken_off_again() {
        let words = format!("{}Yes", quoted("a\nb"));
        assert_eq!(words, "> a\n> b\nYes");
        assert_eq!(without_quote(&words), "Yes");
        assert_eq!(without_quote("> all of it"), "");
        assert_eq!(without_quote("2 > 1"), "2 > 1");
    }
}
