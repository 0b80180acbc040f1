//! A draft as the browser keeps it and as tabs pass it on: a plain object, cloned structurally, never text.
//!
//! It may be read by a page of another day and another version. So it bears a number that is raised only when older pages
//! must leave it alone; a field more is no reason. What cannot be read is skipped, and stays for whoever can.

use js_sys::{JSON, Object, Reflect};
use serde::Serialize;
use tieline_protocol::{Body, Millis};
use tieline_session::{Owner, Place, Record};
use wasm_bindgen::JsValue;

use crate::value;

const VERSION: f64 = 1.0;
const USER: &str = "user:";
const VISITOR: &str = "visitor:";

/// The record as a plain object; none if it says what no body of ours says.
pub fn to_value(record: &Record) -> Option<JsValue> {
    let value = Object::new();
    set(&value, "version", &VERSION.into());
    set(&value, "draft_id", &record.draft_id.to_string().into());
    match &record.place {
        Place::Session(session) => set(&value, "session", &session.to_string().into()),
        Place::Opening { draft_id, to, item, is_asked } => {
            set(&value, "opening", &draft_id.to_string().into());
            set(&value, "to", &to.as_deref().into());
            set(&value, "is_asked", &(*is_asked).into());
            set(&value, "item", &plain(item)?);
        }
    }
    if let Some(words) = record.reply_to {
        set(&value, "reply_to", &words.to_string().into());
    }
    set(&value, "body", &plain(&record.body)?);
    // Exact up to the year 287396.
    set(&value, "made_at", &(record.made_at.0 as f64).into());
    set(&value, "sha256", &record.sha256.as_deref().into());
    set(&value, "owner", &owner_name(&record.owner).into());
    Some(value.into())
}

/// The record in a value that came from the store or from another tab; none if it is not one that we understand.
pub fn of_value(value: &JsValue) -> Option<Record> {
    get(value, "version").as_f64().filter(|version| *version <= VERSION)?;
    let text = |name: &str| get(value, name).as_string();
    let place = match text("session") {
        Some(session) => Place::Session(session.parse().ok()?),
        None => Place::Opening {
            draft_id: text("opening")?.parse().ok()?,
            to: text("to"),
            item: value::read(get(value, "item"))?,
            is_asked: get(value, "is_asked").is_truthy(),
        },
    };
    Some(Record {
        draft_id: text("draft_id")?.parse().ok()?,
        place,
        reply_to: text("reply_to").and_then(|words| words.parse().ok()),
        // A kind of a later version could only be said as something that it is not.
        body: value::read(get(value, "body")).filter(|body| *body != Body::Unknown)?,
        made_at: Millis(get(value, "made_at").as_f64()? as u64),
        owner: parse_owner(&text("owner")?)?,
        sha256: text("sha256"),
    })
}

/// One word for whose a thing is.
pub fn owner_name(owner: &Owner) -> String {
    match owner {
        Owner::Visitor(0) => "visitor".to_owned(),
        Owner::Visitor(number) => format!("{VISITOR}{number}"),
        Owner::Agent => "agent".to_owned(),
        Owner::User(subject) => format!("{USER}{subject}"),
    }
}

fn parse_owner(name: &str) -> Option<Owner> {
    match name {
        "visitor" => Some(Owner::Visitor(0)),
        "agent" => Some(Owner::Agent),
        _ => match name.strip_prefix(VISITOR) {
            Some(number) => number.parse().ok().map(Owner::Visitor),
            None => name.strip_prefix(USER).map(|subject| Owner::User(subject.to_owned())),
        },
    }
}

fn plain<T: Serialize>(value: &T) -> Option<JsValue> {
    JSON::parse(&value::write(value)?).ok()
}

fn get(value: &JsValue, name: &str) -> JsValue {
    // Throws for what is no object; then it has no such field either.
    Reflect::get(value, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

fn set(object: &Object, name: &str, value: &JsValue) {
    // A fresh plain object takes every property.
    let _ = Reflect::set(object, &name.into(), value);
}
