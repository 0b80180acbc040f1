//! Who may name whom, within a crate. Between crates `Cargo.toml` decides.

use super::{Complaint, Files};

/// A place, what its code may not name, and why.
struct Rule {
    place: &'static str,
    banned: &'static [&'static str],
    why: &'static str,
}

const RULES: &[Rule] = &[
    Rule {
        place: "src/view",
        banned: &["crate::driver", "crate::embed", "tieline_driver", "ClientFrame", "ServerFrame"],
        why: "a view reads screens and gives inputs",
    },
    Rule {
        place: "crates/desk/src/view",
        banned: &["crate::driver", "tieline_driver", "ClientFrame", "ServerFrame"],
        why: "a view reads screens and gives inputs",
    },
    Rule {
        place: "crates/talk/src",
        banned: &["ClientFrame", "ServerFrame", "tieline_session::Input"],
        why: "the shared views know neither connections nor the machine",
    },
    Rule {
        place: "src/driver",
        banned: &["crate::embed", "crate::view", "yew::"],
        why: "the driver carries out effects and does not know who shows or embeds it",
    },
    Rule {
        place: "src/locale",
        banned: &["crate::driver", "crate::embed", "web_sys", "js_sys"],
        why: "a locale is words",
    },
    Rule {
        place: "crates/browser/src",
        banned: &["ClientFrame", "ServerFrame", "tieline_protocol", "tieline_session"],
        why: "the browser's services know strings and bytes",
    },
    Rule {
        place: "crates/gateway/src/log",
        banned: &["ClientFrame", "ServerFrame", "axum", "tungstenite"],
        why: "the log sees permits and entries",
    },
    Rule {
        place: "crates/gateway/src/edge",
        banned: &["rusqlite", "crate::log", "Permit"],
        why: "the edge sees frames; handlers reach the log",
    },
    Rule {
        place: "crates/gateway/src/handlers",
        banned: &["rusqlite", "axum", "tungstenite"],
        why: "a handler loads, authorises, appends, announces; sockets and SQL are elsewhere",
    },
    Rule {
        place: "crates/gateway/src/fanout",
        banned: &["rusqlite", "crate::store"],
        why: "fan-out is a hint; it does not read the log",
    },
];

/// The root component: where the desk's engine and its views meet.
const DESK_ROOT: &str = "crates/desk/src/view/app.rs";

pub(super) fn check(files: &Files) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for Rule { place, banned, why } in RULES {
        let own_file = format!("{place}.rs");
        let texts = files.below(place).chain(files.below(&own_file));
        let code = texts.filter(|(path, _)| path.ends_with(".rs") && !is_test(path) && *path != DESK_ROOT);
        for (path, text) in code {
            for (number, line) in code_lines(text) {
                for name in banned.iter().filter(|name| line.contains(**name)) {
                    complaints.push(format!("{path}:{number}: names {name}; {why}"));
                }
            }
        }
    }
    complaints
}

fn is_test(path: &str) -> bool {
    path.ends_with("tests.rs") || path.contains("/tests/") || path.ends_with("testing.rs")
}

/// Lines that are no comment, up to the file's tests.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
        .take_while(|(_, line)| line.trim() != "#[cfg(test)]")
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}
