//! The accessibility tree as text: role, name and what is set, indented as it nests.

use std::collections::HashMap;
use std::fmt::Write as _;

use serde_json::Value;

/// Without a meaning of their own, or repeated by the text that they hold.
const SILENT: [&str; 4] = ["none", "generic", "InlineTextBox", "LineBreak"];
/// What else is told, where it is set.
const TOLD: [&str; 10] =
    ["focused", "disabled", "expanded", "pressed", "checked", "live", "busy", "modal", "level", "hasPopup"];

/// Writes the nodes of `Accessibility.getFullAXTree`. The first is the root.
pub(super) fn write(nodes: &[Value]) -> String {
    let by_id: HashMap<&str, &Value> =
        nodes.iter().filter_map(|node| Some((node["nodeId"].as_str()?, node))).collect();
    let mut out = String::new();
    if let Some(root) = nodes.first() {
        write_node(root, &by_id, 0, &mut out);
    }
    out
}

fn write_node(node: &Value, by_id: &HashMap<&str, &Value>, depth: usize, out: &mut String) {
    let role = node["role"]["value"].as_str().unwrap_or("none");
    let name = node["name"]["value"].as_str().unwrap_or_default().trim();
    let is_silent = node["ignored"] == true || SILENT.contains(&role);
    let mut below = depth;
    let is_empty = role == "StaticText" && name.is_empty();
    if !(is_silent || is_empty) {
        let _ = write!(out, "{}{role}", "  ".repeat(depth));
        if !name.is_empty() {
            let _ = write!(out, " {:?}", steady(name));
        }
        for property in node["properties"].as_array().into_iter().flatten() {
            let (name, value) = (property["name"].as_str().unwrap_or_default(), &property["value"]["value"]);
            let is_set =
                !matches!(value, Value::Null | Value::Bool(false)) && value != "off" && value != "false";
            if TOLD.contains(&name) && is_set {
                let _ = write!(
                    out,
                    " {name}={}",
                    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
                );
            }
        }
        out.push('\n');
        below += 1;
    }
    for child in node["childIds"].as_array().into_iter().flatten() {
        if let Some(child) = child.as_str().and_then(|id| by_id.get(id)) {
            write_node(child, by_id, below, out);
        }
    }
}

/// The same on any day, at any time and on any port: names of days and months are left out, runs of digits are `0`.
fn steady(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        let is_digit = character.is_ascii_digit();
        if !(is_digit && out.ends_with('0')) {
            out.push(if is_digit { '0' } else { character });
        }
    }
    for name in NAMES_OF_TIME {
        out = out.replace(name, "");
    }
    out
}

/// As the browser writes moments in English.
const NAMES_OF_TIME: [&str; 21] = [
    "Monday, ",
    "Tuesday, ",
    "Wednesday, ",
    "Thursday, ",
    "Friday, ",
    "Saturday, ",
    "Sunday, ",
    "January ",
    "February ",
    "March ",
    "April ",
    "May ",
    "June ",
    "July ",
    "August ",
    "September ",
    "October ",
    "November ",
    "December ",
    " AM",
    " PM",
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_says_nothing_is_left_out_and_what_it_holds_is_not() {
        let nodes = [
            json!({ "nodeId": "1", "role": { "value": "RootWebArea" }, "name": { "value": "Chat" }, "childIds": ["2"] }),
            json!({ "nodeId": "2", "role": { "value": "generic" }, "childIds": ["3", "4"] }),
            json!({ "nodeId": "3", "role": { "value": "button" }, "name": { "value": "Send" },
                "properties": [{ "name": "disabled", "value": { "value": true } }, { "name": "busy", "value": { "value": false } }] }),
            json!({ "nodeId": "4", "role": { "value": "time" }, "name": { "value": "10:42" } }),
        ];
        assert_eq!(
            steady("Thursday, November 26, 2026 at 12:19 AM"),
            steady("Monday, May 4, 2026 at 3:05 PM")
        );
        assert_eq!(write(&nodes), "RootWebArea \"Chat\"\n  button \"Send\" disabled=true\n  time \"0:0\"\n");
    }
}
