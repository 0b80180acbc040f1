//! A client that somebody else wrote: `tests/interop/client.py` on Python's `websockets`.
//!
//! Needs Python 3 and, once, a package index: what is installed stays in the target folder. Without them this test fails; it is
//! never skipped.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    time::timeout,
};

use crate::running::{NO_LIMITS, Running};

/// For all of it; the script has its own for each frame.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_foreign_client_talks_resumes_and_is_drained() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/interop");
    let python = tokio::task::spawn_blocking({
        let folder = folder.clone();
        move || python_with_websockets(&folder)
    });
    let python = python.await.unwrap();
    let mut gateway = Running::start(NO_LIMITS).await;
    let stage = serde_json::json!({
        "address": gateway.address,
        "channel": gateway.channel,
        "ticket": gateway.ticket,
        "agent_token": gateway.stage.agent_token("a0").await.unwrap(),
    });
    let mut client = tokio::process::Command::new(python)
        .arg(folder.join("client.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    client.stdin.take().unwrap().write_all(format!("{stage}\n").as_bytes()).await.unwrap();
    let mut said = BufReader::new(client.stdout.take().unwrap()).lines();
    let next = timeout(PATIENCE, said.next_line()).await.unwrap().unwrap();
    assert_eq!(next.as_deref(), Some("drain me"), "why stands in what Python wrote above");
    let server = gateway.ask_to_stop();
    let next = timeout(PATIENCE, said.next_line()).await.unwrap().unwrap();
    assert_eq!(next.as_deref(), Some("done"), "why stands in what Python wrote above");
    assert!(client.wait().await.unwrap().success());
    server.await.unwrap().unwrap();
}

/// A Python of our own with the pinned package in it.
fn python_with_websockets(folder: &Path) -> PathBuf {
    let wanted = std::fs::read_to_string(folder.join("requirements.txt")).unwrap();
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("interop");
    let (python, installed) = (place.join("bin/python"), place.join("installed"));
    if std::fs::read_to_string(&installed).is_ok_and(|text| text == wanted) {
        return python;
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&place));
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    run(Command::new(&python).args(pip).arg(folder.join("requirements.txt")));
    // Written last: what was broken off half-way is begun again.
    std::fs::write(installed, wanted).unwrap();
    python
}

fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("{command:?} did not start: {error}"));
    assert!(
        status.success(),
        "{command:?} ended with {status}; without Python and a package index this cannot be tested"
    );
}
