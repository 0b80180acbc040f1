//! What the settings take and refuse.

use serde_json::json;

use super::*;

fn change(wish: &Value) -> Result<Settings, Invalid> {
    Settings::default().change(wish.as_object().unwrap())
}

#[test]
fn what_is_set_is_kept_and_what_is_default_is_not() {
    let wish = json!({
        "quick_questions": ["Is it  in stock?\n", "What is shipping?"],
        "hours": { "time_zone": "Europe/Zurich", "weekly": [{ "days": ["mon"], "from": "09:00", "to": "17:30" }] },
        "answer_time": 30,
        "offline_form": false,
        "rating": false,
    });
    let settings = change(&wish).unwrap();
    assert_eq!(settings.quick_questions, ["Is it in stock?", "What is shipping?"]);
    let kept = settings.to_map();
    assert_eq!(Settings::of_map(&kept), settings);
    // In an order that does not hang on how the map is built.
    let keys: std::collections::BTreeSet<_> = kept.keys().map(String::as_str).collect();
    assert_eq!(keys, ["answer_time", "hours", "quick_questions", "rating"].into());
    let back = settings.change(json!({ "hours": null, "rating": null }).as_object().unwrap()).unwrap();
    assert_eq!((back.hours, back.rating), (None, true));
    assert_eq!(back.quick_questions.len(), 2, "what is not named stays");
}

#[test]
fn each_mistake_names_its_key_and_what_is_allowed() {
    let field = |extra: Value| {
        let mut field = json!({ "name": "email", "label": "E-mail", "kind": "email" });
        field.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        json!({ "pre_chat": { "fields": [field] } })
    };
    let hours = |zone: &str, from: &str, to: &str| {
        let weekly = json!([{ "days": ["mon"], "from": from, "to": to }]);
        json!({ "hours": { "time_zone": zone, "weekly": weekly, "closed": ["2026-12-25"] } })
    };
    let hours_with = |key: &str, value: Value| {
        let mut wish = hours("Europe/Zurich", "09:00", "17:00");
        wish["hours"][key] = value;
        wish
    };
    for (wish, at) in [
        (json!({ "colour": 1 }), "settings.colour"),
        (json!({ "rating": "yes" }), "settings.rating"),
        (json!({ "quick_questions": "one" }), "settings.quick_questions"),
        (json!({ "quick_questions": ["a", "b", "c", "d", "e"] }), "settings.quick_questions"),
        (json!({ "quick_questions": ["a", " "] }), "settings.quick_questions[1]"),
        (json!({ "quick_questions": ["x".repeat(121)] }), "settings.quick_questions[0]"),
        (json!({ "answer_time": 0 }), "settings.answer_time"),
        (json!({ "answer_time": "soon" }), "settings.answer_time"),
        (hours("Mars/Olympus", "09:00", "17:00"), "settings.hours.time_zone"),
        (hours("Europe/Zurich", "9", "17:00"), "settings.hours.weekly[0].from"),
        (hours("Europe/Zurich", "09:00", "08:00"), "settings.hours.weekly[0].to"),
        (hours_with("closed", json!(["25.12."])), "settings.hours.closed[0]"),
        (hours_with("weekly", json!([])), "settings.hours.weekly"),
        (hours_with("holidays", json!([])), "settings.hours.holidays"),
        (json!({ "pre_chat": { "fields": [] } }), "settings.pre_chat.fields"),
        (field(json!({ "name": "e mail" })), "settings.pre_chat.fields[0].name"),
        (field(json!({ "label": "" })), "settings.pre_chat.fields[0].label"),
        (field(json!({ "kind": "date" })), "settings.pre_chat.fields[0].kind"),
        (field(json!({ "kind": "choice" })), "settings.pre_chat.fields[0].choices"),
        (field(json!({ "choices": ["a"] })), "settings.pre_chat.fields[0].choices"),
        (field(json!({ "kind": "choice", "choices": ["a", ""] })), "settings.pre_chat.fields[0].choices[1]"),
    ] {
        let flaw = change(&wish).unwrap_err();
        assert_eq!(flaw.at, at, "{wish}: {}", flaw.why);
        let key = at.trim_start_matches("settings.").split(['.', '[']).next().unwrap();
        let says =
            KEYS.iter().find(|known| known.name == key).map_or("quick_questions, hours", |key| key.allowed);
        assert!(flaw.why.contains(says), "{at}: {}", flaw.why);
    }
}

#[test]
fn a_stored_value_that_cannot_be_read_harms_no_other() {
    let kept = json!({ "rating": false, "hours": 7, "of_a_later_version": true });
    let settings = Settings::of_map(kept.as_object().unwrap());
    assert_eq!(settings, Settings { rating: false, ..Settings::default() });
}
