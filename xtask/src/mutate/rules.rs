//! The rules of the delivery contract that can be broken by one edit, and the tests that are there to notice.

use anyhow::{Context as _, Result, ensure};

/// One edit.
pub(super) struct Rule {
    /// What to call it by.
    pub(super) name: &'static str,
    /// What is broken.
    pub(super) means: &'static str,
    pub(super) file: &'static str,
    /// Stands in the file exactly once.
    find: &'static str,
    replace: &'static str,
    /// Which binary: arguments to `cargo test`. Of the whole workspace where a binary needs the gateway: a selection of packages
    /// would choose other features, and build every dependency once more.
    pub(super) target: &'static [&'static str],
    /// Of that binary, tests with one of these in their name.
    pub(super) tests: &'static [&'static str],
}

impl Rule {
    /// The file's text with the rule broken.
    pub(super) fn broken(&self, text: &str) -> Result<String> {
        let count = text.matches(self.find).count();
        ensure!(
            count == 1,
            "{}: its text stands {count} times in {}, not once; mend xtask/src/mutate/rules.rs",
            self.name,
            self.file
        );
        Ok(text.replacen(self.find, self.replace, 1))
    }
}

/// The rule of that name.
pub(super) fn find(name: &str) -> Result<&'static Rule> {
    let known = || RULES.iter().map(|rule| rule.name).collect::<Vec<_>>().join(", ");
    RULES
        .iter()
        .find(|rule| rule.name == name)
        .with_context(|| format!("there is no {name}; there are: {}", known()))
}

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "unique-index",
        means: "P3: the table takes the same draft twice",
        file: "crates/gateway/migrations/V1__first.sql",
        find: "    primary key (session_id, seq),\n    unique (session_id, sender_id, draft_id)\n",
        replace: "    primary key (session_id, seq)\n",
        target: &["--workspace", "--test", "store"],
        tests: &["conformance"],
    },
    Rule {
        name: "answer-before-commit",
        means: "P1: whoever asked is told before it is on disk",
        file: "crates/gateway/src/store/writer.rs",
        find: "                Ok(()) => written.push(change),\n",
        replace: "                Ok(()) => change.settle(Ok(())),\n",
        target: &["--workspace", "--test", "kill"],
        tests: &["nothing_"],
    },
    Rule {
        name: "cursor-off-by-one",
        means: "P6: whoever reads after a place misses the entry right behind it",
        file: "crates/gateway/src/log/stretch.rs",
        find: "where e.session_id = ?1 and e.seq > ?2 order by e.seq limit ?3",
        replace: "where e.session_id = ?1 and e.seq > ?2 + 1 order by e.seq limit ?3",
        target: &["--workspace", "--test", "socket"],
        tests: &["catch_up"],
    },
    Rule {
        name: "duplicate-moves",
        means: "P3: a draft said again is answered with another place than the first time",
        file: "crates/gateway/src/log/append.rs",
        find: "Ok(self.appended(epoch, place, at, true))",
        replace: "Ok(self.appended(epoch, place.next(), at, true))",
        target: &["--workspace", "--test", "store"],
        tests: &["conformance"],
    },
    Rule {
        name: "slow-reader-skips",
        means: "P4, P14: a queue that is full loses an entry instead of the connection",
        file: "crates/gateway/src/fanout/outbox.rs",
        find: "*waiting = Waiting { close: Some(CloseCode::SLOW), ..Waiting::default() };",
        replace: "waiting.parcels.pop_front();",
        target: &["--workspace", "--test", "socket"],
        tests: &["pressure"],
    },
    Rule {
        name: "sent-unsaved",
        means: "P12: a draft is sent before the disk has it",
        file: "crates/session/src/outbox.rs",
        find: "let stage = Stage::Saving(Alarm::after(now, STORE_LIMIT));",
        replace: "let (stage, _) = (Stage::Queued, Alarm::after(now, STORE_LIMIT));",
        target: &["-p", "tieline-session", "--lib"],
        tests: &[""],
    },
    Rule {
        name: "cut-loses-draft",
        means: "P3: a draft that was on the wire when the connection broke is not said again",
        file: "crates/session/src/outbox.rs",
        find: "            row.not_before = None;\n            if row.stage == Stage::Sending {\n                row.stage = Stage::Queued;\n            }\n",
        replace: "            row.not_before = None;\n",
        target: &["-p", "tieline-session", "--lib"],
        tests: &["properties"],
    },
];
