//! What the gateway says in a room, as stanzas.

use tieline_connector::{Due, words};
use tieline_protocol::{Body, DraftId, Item};

use crate::{element::Element, ns};

/// How stored words are named in the host: by the room (XEP-0359), which nobody else can make up.
pub fn room_name(stanza_id: &str) -> String {
    format!("sid:{stanza_id}")
}

/// How words are named by whoever said them: their client's `id`, unique to the account at best.
pub fn client_name(account: &str, id: &str) -> String {
    format!("id:{account}:{id}")
}

/// A stanza's frame.
pub fn message(kind: &str, from: &str, to: &str) -> Element {
    Element::new("message", ns::COMPONENT).with("type", kind).with("from", from).with("to", to)
}

/// A question to the server or a room.
pub fn iq(kind: &str, id: &str, from: &str, to: &str, payload: Element) -> Element {
    Element::new("iq", ns::COMPONENT)
        .with("type", kind)
        .with("id", id)
        .with("from", from)
        .with("to", to)
        .child(payload)
}

/// Somebody comes into a room. No history: the archive has it, in order and with names.
pub fn join(from: &str, room: &str, nick: &str) -> Element {
    let history = Element::new("history", ns::MUC).with("maxstanzas", "0");
    Element::new("presence", ns::COMPONENT)
        .with("from", from)
        .with("to", format!("{room}/{nick}"))
        .child(Element::new("x", ns::MUC).child(history))
}

/// How an entry is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// `groupchat` or `chat`.
    pub kind: &'a str,
    /// Whose mouth.
    pub from: &'a str,
    /// The room, or an account.
    pub to: &'a str,
    /// What is put before the words: who says them, where the address does not tell.
    pub before: &'a str,
    /// What those there call the words that it answers or takes back, if they know them.
    pub about: Option<&'a str>,
}

/// Somebody leaves a room.
pub fn leave(from: &str, room: &str, nick: &str) -> Element {
    let presence = Element::new("presence", ns::COMPONENT).with("type", "unavailable");
    presence.with("from", from).with("to", format!("{room}/{nick}"))
}

/// An entry. None if it has nothing to show there.
pub fn said(due: &Due, frame: Frame<'_>) -> Option<Element> {
    let Frame { kind, from, to, before, about } = frame;
    let entry = &due.entry;
    let id = entry.draft_id.to_string();
    let mut out = message(kind, from, to).with("id", &id);
    out = match &entry.body {
        Body::Edit { target, text } => out.child(body(&format!("{before}{text}"))).child(correction(*target)),
        Body::Retract { .. } => retraction(out, about),
        Body::File { file } if due.file_url.is_some() => {
            let url = due.file_url.as_deref().unwrap_or_default();
            let metadata = Element::new("file", ns::FILE_METADATA)
                .child(Element::new("media-type", ns::FILE_METADATA).text_of(&file.media_type))
                .child(Element::new("name", ns::FILE_METADATA).text_of(&file.name))
                .child(Element::new("size", ns::FILE_METADATA).text_of(&file.size.to_string()));
            let source = Element::new("url-data", ns::URL_DATA).with("target", url);
            let sharing = Element::new("file-sharing", ns::FILE_SHARING)
                .with("disposition", "inline")
                .child(metadata)
                .child(Element::new("sources", ns::FILE_SHARING).child(source));
            // Clients show a picture where the body is the link and nothing else.
            out.child(body(url)).child(out_of_band(url)).child(sharing)
        }
        other => {
            let words = format!("{before}{}", words::of(other, due.file_url.as_deref())?);
            out = answering(out, due, about, &words);
            match other {
                Body::Item { item } => out.child(card(item)),
                _ => out,
            }
        }
    };
    Some(
        out.child(Element::new("origin-id", ns::SID).with("id", &id))
            .child(Element::new("markable", ns::MARKERS))
            .child(Element::new("thread", ns::COMPONENT).text_of(&entry.session.to_string())),
    )
}

/// Words under an entry's name that are not the entry's.
pub fn plain(from: &str, room: &str, id: &str, text: &str) -> Element {
    message("groupchat", from, room).with("id", id).child(body(text))
}

/// Somebody's message is in the log (XEP-0184).
pub fn receipt(from: &str, to: &str, id: &str) -> Element {
    message("chat", from, to)
        .child(Element::new("received", ns::RECEIPTS).with("id", id))
        .child(Element::new("store", ns::HINTS))
}

/// Somebody's message was not taken, and why: their client shows that it did not arrive.
pub fn refusal(from: &str, to: &str, id: Option<&str>, why: &str) -> Element {
    let error = Element::new("error", ns::COMPONENT)
        .with("type", "cancel")
        .child(Element::new("not-acceptable", ns::STANZA_ERROR))
        .child(Element::new("text", ns::STANZA_ERROR).text_of(why));
    let out = message("error", from, to);
    let out = match id {
        Some(id) => out.with("id", id),
        None => out,
    };
    out.child(error)
}

/// Words of the gateway itself for one account.
pub fn word(from: &str, to: &str, text: &str) -> Element {
    message("chat", from, to).child(body(text))
}

/// Words for one person in the room, from the gateway itself.
pub fn whisper(from: &str, room: &str, nick: &str, text: &str) -> Element {
    let mark = Element::new("x", ns::MUC_USER);
    message("chat", from, &format!("{room}/{nick}")).child(body(text)).child(mark)
}

/// The visitor types, or does not any more.
pub fn typing(kind: &str, from: &str, to: &str, is_typing: bool) -> Element {
    let state = if is_typing { "composing" } else { "paused" };
    message(kind, from, to)
        .child(Element::new(state, ns::CHAT_STATES))
        .child(Element::new("no-store", ns::HINTS))
}

/// The visitor has read up to there.
pub fn displayed(kind: &str, from: &str, to: &str, id: &str) -> Element {
    message(kind, from, to)
        .child(Element::new("displayed", ns::MARKERS).with("id", id))
        .child(Element::new("store", ns::HINTS))
}

/// An account is asked in, by the room and past it: either may be what its client shows.
pub fn invitations(from: &str, room: &str, account: &str, why: &str) -> [Element; 2] {
    let reason = Element::new("reason", ns::MUC_USER).text_of(why);
    let invite = Element::new("invite", ns::MUC_USER).with("to", account).child(reason);
    let mediated = Element::new("message", ns::COMPONENT)
        .with("from", from)
        .with("to", room)
        .child(Element::new("x", ns::MUC_USER).child(invite));
    let direct = Element::new("message", ns::COMPONENT)
        .with("from", from)
        .with("to", account)
        .child(Element::new("x", ns::CONFERENCE).with("jid", room).with("reason", why));
    [mediated, direct]
}

fn body(text: &str) -> Element {
    Element::new("body", ns::COMPONENT).text_of(text)
}

fn out_of_band(url: &str) -> Element {
    Element::new("x", ns::OOB).child(Element::new("url", ns::OOB).text_of(url))
}

/// XEP-0308, business rules: always of the first words, also the second time.
fn correction(target: DraftId) -> Element {
    Element::new("replace", ns::CORRECT).with("id", target.to_string())
}

fn retraction(out: Element, about: Option<&str>) -> Element {
    const WORDS: &str = "(took back a message)";
    let Some(about) = about else { return out.child(body(WORDS)) };
    out.child(Element::new("retract", ns::RETRACT).with("id", about))
        .child(Element::new("fallback", ns::FALLBACK).with("for", ns::RETRACT))
        .child(Element::new("store", ns::HINTS))
        .child(body(WORDS))
}

/// Words, and before them what they answer: quoted for clients without replies, and marked as such for those with.
fn answering(out: Element, due: &Due, about: Option<&str>, words: &str) -> Element {
    let Some(quote) = &due.quote else { return out.child(body(words)) };
    let quoted = words::quoted(&quote.text);
    let out = out.child(body(&format!("{quoted}{words}")));
    let Some(about) = about else { return out };
    let part =
        Element::new("body", ns::FALLBACK).with("start", "0").with("end", quoted.chars().count().to_string());
    out.child(Element::new("reply", ns::REPLY).with("id", about))
        .child(Element::new("fallback", ns::FALLBACK).with("for", ns::REPLY).child(part))
}

fn card(item: &Item) -> Element {
    let mut card = Element::new("item", ns::ITEM).with("verified", item.verified.to_string());
    card = card.child(Element::new("title", ns::ITEM).text_of(&item.title));
    if let Some(url) = &item.url {
        card = card.child(Element::new("url", ns::ITEM).text_of(url));
    }
    if let Some(url) = &item.image_url {
        card = card.child(Element::new("image", ns::ITEM).text_of(url));
    }
    if let Some(price) = &item.price {
        let price =
            Element::new("price", ns::ITEM).with("amount", &price.amount).with("currency", &price.currency);
        card = card.child(price);
    }
    card
}
