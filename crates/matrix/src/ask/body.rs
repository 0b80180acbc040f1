//! What stands in a question or an answer, where that is more than a field.

use serde_json::{Value, json};
use tieline_protocol::DraftId;

use super::{Member, News};

/// A room for a few people who know each other: whoever is asked in may do in it what its maker may. Not encrypted, and not to be:
/// nobody has the power for that event.
pub(super) fn room(alias: &str, name: &str, invite: &[String]) -> Value {
    const NOBODY: u32 = 1_000;
    json!({
        "preset": "trusted_private_chat",
        "visibility": "private",
        "room_alias_name": alias,
        "name": name,
        "invite": invite,
        "is_direct": true,
        "power_level_content_override": { "events": { "m.room.encryption": NOBODY } },
        "initial_state": [
            { "type": "m.room.history_visibility", "state_key": "", "content": { "history_visibility": "shared" } },
            { "type": "m.room.guest_access", "state_key": "", "content": { "guest_access": "forbidden" } },
        ],
    })
}

pub(super) fn news(body: &Value) -> Vec<News> {
    let rooms = body.pointer("/rooms/join").and_then(Value::as_object);
    let events = |(room, of): (&String, &Value)| {
        let events = of.pointer("/timeline/events").and_then(Value::as_array).cloned().unwrap_or_default();
        let room = room.clone();
        events.into_iter().filter_map(move |event| {
            let text = |key: &str| event.get(key)?.as_str().map(str::to_owned);
            Some(News { room: room.clone(), event: text("event_id")?, sender: text("sender")? })
        })
    };
    rooms.into_iter().flatten().flat_map(events).collect()
}

pub(super) fn member(event: &Value) -> Option<Member> {
    let content = event.get("content")?;
    let is_in = match content.get("membership")?.as_str()? {
        "join" => true,
        "invite" => false,
        _ => return None,
    };
    let name = content.get("displayname").and_then(Value::as_str).map(str::to_owned);
    Some(Member { user: event.get("state_key")?.as_str()?.to_owned(), is_in, name })
}

pub(super) fn find(events: &[Value], draft: DraftId, user: &str) -> Option<String> {
    let draft = draft.to_string();
    let is_it = |event: &&Value| {
        event.get("sender").and_then(Value::as_str) == Some(user)
            && event.pointer("/content/x.tieline.draft_id").and_then(Value::as_str) == Some(&draft)
    };
    Some(events.iter().find(is_it)?.get("event_id")?.as_str()?.to_owned())
}
