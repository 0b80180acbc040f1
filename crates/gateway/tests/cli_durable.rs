//! Where the program refuses to keep what it could not keep.

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// Every Linux has it, and it is always a tmpfs.
const VOLATILE: &str = "/dev/shm";

fn run(folder: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tieline"));
    command.args(words).current_dir(folder).env_clear().stdin(Stdio::null()).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn doctor(folder: &Path) -> (Option<i32>, Vec<(String, String)>) {
    let output = run(folder, &["doctor", "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let findings = report["findings"].as_array().unwrap().iter();
    let findings = findings.map(|finding| (text(finding, "level"), text(finding, "what")));
    (output.status.code(), findings.filter(|(_, what)| what.starts_with("durability")).collect())
}

const SERVE: &[&str] = &["serve", "--listen", "127.0.0.1:0", "--public-url", "http://localhost:7999"];

/// P2: no promise where nobody could keep it.
#[test]
fn a_store_in_memory_is_refused_unless_it_is_asked_for() {
    let folder = TempDir::new_in(VOLATILE).unwrap();
    let output = run(folder.path(), SERVE);
    assert_eq!(output.status.code(), Some(1));
    let said = said(&output);
    assert!(said.contains("tmpfs") && said.contains("allow_volatile_store"), "{said}");
    assert!(!folder.path().join("tieline-data/tieline.db").exists(), "no store was made");
    let (code, findings) = doctor(folder.path());
    assert!(
        matches!(&findings[..], [(level, what)] if level == "fail" && what.contains("tmpfs")),
        "{findings:?}"
    );
    assert_eq!(code, Some(1));

    fs::write(folder.path().join("tieline.toml"), "allow_volatile_store = true\n").unwrap();
    let (_, findings) = doctor(folder.path());
    assert!(matches!(&findings[..], [(level, _)] if level == "warn"), "{findings:?}");
    let mut child = Command::new(env!("CARGO_BIN_EXE_tieline"))
        .args(SERVE)
        .current_dir(folder.path())
        .env_clear()
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut greeting = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.take().unwrap()), &mut greeting)
        .unwrap();
    assert!(greeting.contains("listens on"), "{greeting}");

    let second = run(folder.path(), SERVE);
    assert_eq!(second.status.code(), Some(1), "one gateway on one folder");
    assert!(self::said(&second).contains("a gateway runs on the data folder"), "{}", self::said(&second));
    child.kill().unwrap();
    child.wait().unwrap();
}
