//! What the gateway says in a room, as content of `m.room.message`.

use serde_json::{Value, json};
use tieline_connector::{Due, words};
use tieline_protocol::{Body, DraftId, FileCard, Item};

use crate::markup;

/// Of a draft in content, so that it can be found in the room.
pub const DRAFT: &str = "x.tieline.draft_id";
/// Of an item card in content.
const ITEM: &str = "x.tieline.item";
/// A server takes 64 KiB an event; longer words are not said twice in it.
const SAID_TWICE_BYTES: usize = 16 * 1024;

/// What an entry is in a room.
#[derive(Clone, Debug, PartialEq)]
pub enum Saying {
    /// Something to say.
    Content(Value),
    /// A file to give first.
    File(FileCard),
    /// An event to take back.
    Redaction {
        /// Which.
        event: String,
    },
}

/// An entry, for everybody in the room. None if it has nothing to show there.
pub fn said(due: &Due) -> Option<Saying> {
    let draft = due.entry.draft_id;
    Some(match &due.entry.body {
        Body::Edit { text, .. } => Saying::Content(named(edit(due, text), draft)),
        Body::Retract { .. } => match &due.about {
            Some(event) => Saying::Redaction { event: event.clone() },
            None => Saying::Content(named(notice("(took back a message)"), draft)),
        },
        Body::File { file } => Saying::File(file.clone()),
        Body::Closed => Saying::Content(named(notice(&words::of(&due.entry.body, None)?), draft)),
        other => {
            let mut content = answering(due, &words::of(other, None)?);
            if let Body::Item { item } = other {
                put(&mut content, "format", "org.matrix.custom.html".into());
                put(&mut content, "formatted_body", card_markup(item).into());
                put(&mut content, ITEM, card(item));
            }
            Saying::Content(named(content, draft))
        }
    })
}

/// A file that the homeserver has; without its place there, what it is called and a link.
pub fn file(due: &Due, file: &FileCard, mxc: Option<&str>) -> Value {
    let Some(mxc) = mxc else {
        let text = words::of(&due.entry.body, due.file_url.as_deref()).unwrap_or_default();
        return named(answering(due, &text), due.entry.draft_id);
    };
    let kind = match file.media_type.split('/').next().unwrap_or_default() {
        "image" => "m.image",
        "audio" => "m.audio",
        "video" => "m.video",
        _ => "m.file",
    };
    let mut info = json!({ "mimetype": file.media_type, "size": file.size });
    for (key, value) in [("w", file.width), ("h", file.height)] {
        if let Some(value) = value {
            put(&mut info, key, value.into());
        }
    }
    let mut content =
        json!({ "msgtype": kind, "body": file.name, "filename": file.name, "url": mxc, "info": info });
    if let Some(event) = due.about.as_ref().filter(|_| due.entry.reply_to.is_some()) {
        put(&mut content, "m.relates_to", json!({ "m.in_reply_to": { "event_id": event } }));
    }
    named(content, due.entry.draft_id)
}

/// What stands in for an entry that the server refuses.
pub fn stand_in(draft: DraftId) -> Value {
    named(notice("(a message that this server refused: it can be read at the desk)"), draft)
}

/// Words of the gateway itself, which clients show as no person's.
pub fn notice(text: &str) -> Value {
    json!({ "msgtype": "m.notice", "body": text })
}

/// The same, for somebody who asked.
pub fn notice_for(text: &str, event: &str) -> Value {
    let mut content = notice(text);
    put(&mut content, "m.relates_to", json!({ "m.in_reply_to": { "event_id": event } }));
    content
}

fn text(text: &str) -> Value {
    json!({ "msgtype": "m.text", "body": text })
}

fn named(mut content: Value, draft: DraftId) -> Value {
    put(&mut content, DRAFT, draft.to_string().into());
    content
}

/// Always of the first event, also the second time. Without one, the new words stand by themselves.
fn edit(due: &Due, new: &str) -> Value {
    let Some(event) = &due.about else { return text(new) };
    let star = if new.len() <= SAID_TWICE_BYTES { format!("* {new}") } else { "* (edited)".to_owned() };
    let mut content = text(&star);
    put(&mut content, "m.new_content", text(new));
    put(&mut content, "m.relates_to", json!({ "rel_type": "m.replace", "event_id": event }));
    content
}

/// Words, and what they answer. Quoted only where the server knows no event of it: clients show the event themselves since
/// v1.13, and would show a quotation twice.
fn answering(due: &Due, words: &str) -> Value {
    let Some(quote) = &due.quote else { return text(words) };
    match &due.about {
        Some(event) => {
            let mut content = text(words);
            put(&mut content, "m.relates_to", json!({ "m.in_reply_to": { "event_id": event } }));
            content
        }
        None => text(&format!("{}\n{words}", words::quoted(&quote.text))),
    }
}

fn card(item: &Item) -> Value {
    let mut card = json!({ "title": item.title, "verified": item.verified });
    for (key, value) in [("url", &item.url), ("image_url", &item.image_url)] {
        if let Some(value) = value {
            put(&mut card, key, value.as_str().into());
        }
    }
    if let Some(price) = &item.price {
        // Text: Matrix knows no fractions.
        put(&mut card, "price", json!({ "amount": price.amount, "currency": price.currency }));
    }
    card
}

fn card_markup(item: &Item) -> String {
    let plain = words::item_words(item);
    let mut lines: Vec<String> = plain.lines().skip(1).map(markup::escape).collect();
    // The link is the title's.
    if item.url.is_some() {
        lines.pop();
    }
    let title = markup::link(item.url.as_deref().unwrap_or_default(), &item.title);
    std::iter::once(format!("<strong>{title}</strong>")).chain(lines).collect::<Vec<_>>().join("<br>")
}

fn put(content: &mut Value, key: &str, value: Value) {
    if let Value::Object(fields) = content {
        fields.insert(key.to_owned(), value);
    }
}

#[cfg(test)]
mod tests;
