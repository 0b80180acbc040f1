//! Length, left-overs, and words that belong to somebody's machine.

use super::{Complaint, Files};

/// Above this a file holds two things.
const MOST_LINES: usize = 500;

/// Longer on purpose.
const LONGER: [(&str, usize, &str); 4] = [
    ("www/loader.js", 550, "one scope: all of it works with natives taken at its top"),
    ("crates/talk/style.css", 700, "one cascade"),
    ("crates/talk/later.css", 700, "one cascade"),
    ("crates/desk/src/view/style.css", 900, "one cascade"),
];

const MEASURED: [&str; 4] = [".rs", ".js", ".css", ".html"];

/// Pieces of text that no tracked file may hold. Each in two halves, so that this file does not hold them either.
const BANNED: [(&str, &str, &str); 7] = [
    ("/wo", "rk/", "a path of one machine"),
    ("/ro", "ot/", "a path of one machine"),
    ("/ho", "me/", "a path of one machine"),
    ("/Use", "rs/", "a path of one machine"),
    ("#[ign", "ore", "a test that does not run proves nothing"),
    ("#[should_", "panic", "say which error comes back"),
    ("TO", "DO:", "write TO\u{200b}DO(#n), with an issue's number"),
];

pub(super) fn check(files: &Files) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (path, text) in files.iter() {
        complaints.extend(length(path, text));
        for (number, line) in text.lines().enumerate() {
            for (first, second, why) in BANNED {
                if line.contains(&[first, second].concat()) {
                    complaints.push(format!("{path}:{}: holds {first}{second}: {why}", number + 1));
                }
            }
        }
    }
    complaints
}

fn length(path: &str, text: &str) -> Option<Complaint> {
    if !MEASURED.iter().any(|extension| path.ends_with(extension)) {
        return None;
    }
    let most = LONGER.iter().find(|(longer, ..)| *longer == path).map_or(MOST_LINES, |(_, most, _)| *most);
    let lines = text.lines().count();
    (lines > most).then(|| format!("{path}: {lines} lines, {most} at most: split it by what it owns"))
}
