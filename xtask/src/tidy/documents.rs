//! Documents that promise what the code must have.

use std::collections::BTreeSet;

use super::{Complaint, Files};
use crate::shell;

/// Every frame type has a golden file and a row in the protocol's document, at the right end.
pub(super) fn golden_files(files: &Files) -> Vec<Complaint> {
    let document = files.text("docs/protocol.md").unwrap_or_default();
    let mut complaints = Vec::new();
    for (end, heading) in [("client", "## Frames of a client"), ("server", "## Frames of the gateway")] {
        let folder = format!("crates/protocol/golden/{end}");
        let golden: BTreeSet<_> = files.below(&folder).filter_map(|(path, _)| type_of_file(path)).collect();
        let documented = rows_under(document, heading);
        for name in golden.difference(&documented) {
            complaints
                .push(format!("docs/protocol.md: `{name}` has a golden file but no row under \"{heading}\""));
        }
        for name in documented.difference(&golden) {
            complaints
                .push(format!("{folder}: `{name}` is documented but has no file; run cargo xtask golden"));
        }
    }
    complaints
}

/// `hello` of `../hello.new.json`.
fn type_of_file(path: &str) -> Option<&str> {
    path.rsplit('/').next()?.split('.').next()
}

/// The first cell of each row of the table under a heading.
fn rows_under<'a>(document: &'a str, heading: &str) -> BTreeSet<&'a str> {
    let section = document.split_once(heading).map_or("", |(_, rest)| rest);
    let section = section.split("\n## ").next().unwrap_or_default();
    section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect()
}

/// A map that shows a road that is gone is worse than none.
pub(super) fn paths_named_in_architecture(files: &Files) -> Vec<Complaint> {
    let Some(text) = files.text("ARCHITECTURE.md") else {
        return vec!["ARCHITECTURE.md: missing".into()];
    };
    let quoted = text.split('`').skip(1).step_by(2);
    let paths = quoted.filter(|word| is_path(word) && !exists(word));
    paths.map(|path| format!("ARCHITECTURE.md: names {path}, which is not there")).collect()
}

fn is_path(word: &str) -> bool {
    word.contains('/')
        && !word.starts_with('/')
        && word.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c))
}

/// From the top, or within a place that the text is speaking of.
fn exists(path: &str) -> bool {
    let places = ["", "crates/gateway/src", "crates/session/src", "crates/relay/src", "src"];
    places.iter().any(|place| shell::root().join(place).join(path).exists())
}
