//! A session as a text file: who said what and when, in plain words.
//!
//! Does not know how older lines come: `src/embed/keepsake.rs`.

use tieline_browser::download;
use tieline_protocol::{Item, Millis, Price, form::YES};
use tieline_session::{
    Screen,
    screen::{Content, Delivery, Row, Span},
};

use super::app::Face;
use crate::locale::Locale;

/// Gives the visitor the session as a file.
pub(crate) fn save(screen: &Screen, face: &Face) {
    let name = screen.title.as_deref().or(face.name.as_deref()).unwrap_or(face.locale.chat);
    let zoned = face.calendar.zoned();
    let pen = Pen { moment: &zoned, price: &|price| face.calendar.price(price) };
    download::save_text(&format!("{name}.txt"), &transcript(screen, name, face.locale, &pen));
}

/// How moments and prices are written.
pub struct Pen<'a> {
    /// A moment, with its zone.
    pub moment: &'a dyn Fn(Millis) -> String,
    /// A price.
    pub price: &'a dyn Fn(&Price) -> String,
}

/// The text. What was not sent is left out: the other side has never seen it.
pub fn transcript(screen: &Screen, name: &str, locale: &Locale, pen: &Pen<'_>) -> String {
    let mut text = format!("{name}\n");
    if let Some(item) = &screen.item {
        text.push_str(&item_lines(item, pen));
    }
    if screen.thread.has_older {
        text.push('\n');
        text.push_str(locale.older_missing);
        text.push('\n');
    }
    for row in screen.thread.rows.iter() {
        let Row::Bubble(bubble) = row else { continue };
        if !matches!(bubble.state, None | Some(Delivery::Sent | Delivery::Delivered | Delivery::Read)) {
            continue;
        }
        let nobody = if bubble.is_mine { locale.words.you } else { locale.words.somebody };
        text.push('\n');
        text.push_str(&(pen.moment)(bubble.at));
        text.push_str(" \u{b7} ");
        text.push_str(bubble.author.as_deref().unwrap_or(nobody));
        text.push('\n');
        match &bubble.content {
            Content::Text(spans) => {
                spans.iter().for_each(|span| push_span(&mut text, span));
                text.push('\n');
            }
            Content::Item(item) => text.push_str(&item_lines(item, pen)),
            // The address that it has now will not hold for long.
            Content::File(file) => {
                text.push_str(&file.card.name);
                text.push('\n');
            }
            Content::Retracted => {
                text.push_str(locale.words.gone);
                text.push('\n');
            }
            Content::Asked(title) => {
                push_line(&mut text, title.as_deref().unwrap_or(locale.words.form_asked));
            }
            Content::Answers(answers) => {
                for (label, value) in answers {
                    let value = if value == YES { locale.words.ticked } else { value };
                    push_line(&mut text, &[label, ": ", value].concat());
                }
            }
            Content::Rating { stars, text: words } => {
                push_line(&mut text, &locale.words.rated.with(&stars.to_string()));
                words.iter().for_each(|words| push_line(&mut text, words));
            }
            Content::Closed => push_line(&mut text, locale.words.closed),
            Content::Unsupported => push_line(&mut text, locale.words.unsupported),
        }
    }
    text
}

fn push_line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

/// A link whose words are not its address is followed by that: on paper nobody can press it.
fn push_span(text: &mut String, span: &Span) {
    match span {
        Span::Plain(words) => text.push_str(words),
        Span::Link { text: words, url } => {
            text.push_str(words);
            if words != url {
                text.push_str(" <");
                text.push_str(url);
                text.push('>');
            }
        }
    }
}

fn item_lines(item: &Item, pen: &Pen<'_>) -> String {
    let price = item.price.as_ref().map(|price| (pen.price)(price));
    let title = [Some(item.title.clone()), price].into_iter().flatten().collect::<Vec<_>>().join(", ");
    [Some(title), item.url.clone()]
        .into_iter()
        .flatten()
        .fold(String::new(), |lines, line| lines + &line + "\n")
}

#[cfg(test)]
mod tests {
    use tieline_protocol::DraftId;
    use tieline_session::{
        Owner,
        screen::{Bubble, Thread},
    };

    use super::*;

    fn bubble(second: u8, author: Option<&str>, state: Option<Delivery>, content: Content) -> Row {
        let key = DraftId::at(Millis(u64::from(second)), [second; 10]);
        let bubble = Bubble::of(key, state.is_some(), content, Millis(u64::from(second)));
        Row::Bubble(Bubble { author: author.map(str::to_owned), state, ..bubble })
    }

    fn said(text: &str) -> Content {
        Content::Text(vec![Span::Plain(text.into())])
    }

    #[test]
    fn everything_that_both_sides_saw_stands_in_the_file() {
        let kettle = Item {
            title: "Kettle".into(),
            url: Some("https://shop.example/k".into()),
            price: Some(Price { amount: "64.00".into(), currency: "EUR".into() }),
            ..Item::default()
        };
        let link = Span::Link { text: "shop.example".into(), url: "https://shop.example/".into() };
        let mail = Span::Link { text: "https://a.example/".into(), url: "https://a.example/".into() };
        let rows = vec![
            Row::Day { starts_at: Millis(0) },
            bubble(1, None, Some(Delivery::Read), said("Is it loud?\nReally?")),
            Row::NewMark,
            bubble(2, Some("Mia"), None, Content::Text(vec![Span::Plain("See ".into()), link, mail])),
            bubble(3, None, None, Content::Item(kettle.clone())),
            bubble(4, None, None, Content::Unsupported),
            bubble(5, None, Some(Delivery::Queued), said("Not yet")),
        ];
        let screen = Screen {
            owner: Owner::Visitor(0),
            title: None,
            greeting: None,
            item: Some(kettle),
            notice: None,
            thread: Thread { rows: rows.into(), has_older: true, ..Thread::default() },
            aim: None,
            unread: 0,
            quick_questions: Vec::new(),
            standing: None,
            place: None,
            end: None,
            form: None,
            can_write: true,
            text_chars: 8000,
            chats: Vec::new(),
            has_more_chats: false,
            is_listing: false,
            accepts: tieline_session::screen::Accepts::default(),
        };
        let pen = Pen { moment: &|at| format!("at {}", at.0), price: &|price| price.amount.clone() };
        let text = transcript(&screen, "Fern & Clay", Locale::english(), &pen);
        let expected = "Fern & Clay\nKettle, 64.00\nhttps://shop.example/k\n\
                        \nOlder messages could not be loaded.\n\
                        \nat 1 \u{b7} You\nIs it loud?\nReally?\n\
                        \nat 2 \u{b7} Mia\nSee shop.example <https://shop.example/>https://a.example/\n\
                        \nat 3 \u{b7} Shop\nKettle, 64.00\nhttps://shop.example/k\n\
                        \nat 4 \u{b7} Shop\nThis message needs a newer version of this chat. Reload the page to see it.\n";
        assert_eq!(text, expected);
    }
}
