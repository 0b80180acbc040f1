//! `tieline-load check FILE`, as a person or a script calls it.

use std::process::{Command, Output};

fn check(history: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("history.jsonl");
    std::fs::write(&file, history).unwrap();
    Command::new(env!("CARGO_BIN_EXE_tieline-load")).arg("check").arg(file).output().unwrap()
}

fn line(n: u32, client: u32, fact: &str) -> String {
    let session = "01990000-0000-7000-8000-000000000001";
    let draft = "01990000-0000-7000-8000-000000000002";
    format!(r#"{{"n":{n},"at":1,"client":{client},{fact},"session":"{session}","draft_id":"{draft}"}}"#)
}

#[test]
fn a_good_history_succeeds_and_a_lost_draft_fails_with_its_lines() {
    let sent = line(1, 1, r#""type":"invoke""#);
    let acknowledged = line(2, 1, r#""type":"ok","seq":1"#);
    let logged = line(3, 0, r#""type":"logged","seq":1"#);
    let good = check(&format!("{sent}\n{acknowledged}\n{logged}\n"));
    let said = String::from_utf8(good.stdout).unwrap();
    assert!(good.status.success() && said.contains("0 lost, 0 doubled, 0 reordered, 0 holes"), "{said}");
    let bad = check(&format!("{sent}\n{acknowledged}\n"));
    let said = String::from_utf8(bad.stdout).unwrap();
    assert_eq!(bad.status.code(), Some(1), "{said}");
    assert!(said.contains("1 lost") && said.contains(r#""type":"ok""#), "{said}");
}

#[test]
fn a_line_that_is_none_of_ours_is_named() {
    let broken = check(&format!("{}\nnonsense\n", line(1, 1, r#""type":"invoke""#)));
    let said = String::from_utf8(broken.stderr).unwrap();
    assert!(!broken.status.success() && said.contains("line 2"), "{said}");
}
