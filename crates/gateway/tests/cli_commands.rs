//! The program itself, as an operator runs it.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// In an empty folder, with an empty environment: nothing of the tester's own configuration gets in.
    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tieline"));
        command.args(words).current_dir(self.path()).env_clear();
        // The tester's folder for temporary files may lie in memory.
        command.env("TIELINE_ALLOW_VOLATILE_STORE", "true");
        command
    }

    fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    fn json(&self, words: &[&str]) -> Value {
        let output = self.run(&[words, &["--json"]].concat());
        assert!(output.status.success(), "{words:?}: {}", stderr(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The command must fail with that code; gives what it said.
    fn fail(&self, words: &[&str], code: i32) -> String {
        let output = self.run(words);
        assert_eq!(output.status.code(), Some(code), "{words:?}: {}", stderr(&output));
        assert!(output.stdout.is_empty(), "mistakes go to stderr");
        stderr(&output)
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_reader_who_has_heard_enough_is_no_fault() {
    let place = Place::new();
    let words = ["channel", "create", "--name", "Shop", "--origin", "https://shop.example", "--agent", "mia"];
    let mut command = place.command(&words);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Before a word of it.
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", stderr(&output));
    assert_eq!(place.json(&["channel", "list"])["channels"].as_array().map(Vec::len), Some(1), "it was made");
}

/// A gateway that is stopped when the test ends.
struct Serving {
    child: Child,
    greeting: String,
}

impl Serving {
    fn start(place: &Place, words: &[&str]) -> Self {
        let mut command = place.command(&[&["serve"], words].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut greeting = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut greeting).unwrap();
        Self { child, greeting }
    }

    fn address(&self) -> String {
        self.greeting
            .split_whitespace()
            .find(|word| word.starts_with("127.0.0.1:"))
            .unwrap()
            .trim_end_matches(',')
            .into()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const CREATE: &[&str] =
    &["channel", "create", "--name", "Alpine Shop", "--origin", "https://shop.example", "--agent", "mia"];

#[test]
fn a_channel_from_registration_to_revoked_key() {
    let place = Place::new();
    let made = place.json(&[CREATE, &["--recipient", "returns=leo,mia", "--accent", "#0a7"]].concat());
    let id = made["channel"]["id"].as_str().unwrap();
    assert!(id.starts_with("ch_") && id.len() == 25, "{id}");
    assert_eq!(made["channel"]["recipients"][1]["agents"], serde_json::json!(["leo", "mia"]));
    assert!(made["embed"].as_str().unwrap().contains(id));
    assert_eq!(place.json(&["channel", "list"])["channels"][0]["id"], id);

    let added = place.json(&["key", "add", id, "--new-secret"]);
    let kid = added["key"]["kid"].as_str().unwrap();
    assert!(added["secret_key"]["secret"].as_str().unwrap().starts_with("tls_"));
    assert_eq!(place.json(&["key", "retire", id, kid])["key"]["state"], "retiring");
    assert_eq!(place.json(&["key", "revoke", id, kid])["key"]["state"], "revoked");
    assert_eq!(place.json(&["channel", "show", id])["channel"]["keys"][0]["state"], "revoked");
    assert!(place.fail(&["key", "revoke", id, "k9"], 1).contains("no key k9"));
    assert!(place.fail(&["channel", "show", "ch_none"], 1).contains("tieline channel list"));

    let shown = place.run(&["channel", "show", id]);
    let text = String::from_utf8(shown.stdout).unwrap();
    assert!(
        text.contains("Alpine Shop") && text.contains("<script src=\"http://localhost:7070/loader.js\""),
        "{text}"
    );
    let invite = place.json(&["desk", "invite", "--agent", "mia"]);
    assert!(
        invite["link"].as_str().unwrap().starts_with("http://localhost:7070/desk#invite=ti_"),
        "{invite}"
    );
}

#[test]
fn a_channel_is_set_by_words_and_by_files() {
    let place = Place::new();
    let made = place.json(&[CREATE, &["--setting", "answer_time=30"]].concat());
    let id = made["channel"]["id"].as_str().unwrap();
    assert_eq!(made["channel"]["settings"]["answer_time"], 30);
    let hours = serde_json::json!({
        "time_zone": "Europe/Zurich",
        "weekly": [{ "days": ["mon", "fri"], "from": "09:00", "to": "17:30" }],
    });
    std::fs::write(place.path().join("hours.json"), hours.to_string()).unwrap();
    let words = ["channel", "set", id, "hours=@hours.json", "rating=false", "answer_time=none"];
    assert_eq!(place.json(&words)["channel"]["settings"]["hours"], hours);
    let shown = place.run(&["channel", "show", id]);
    let text = String::from_utf8(shown.stdout).unwrap();
    assert!(text.contains("rating        false") && text.contains("answer_time   \"none\""), "{text}");
    for (word, expected) in [
        ("rating=maybe", "settings.rating"),
        ("colour=red", "is not one of quick_questions, hours"),
        ("rating", "KEY=VALUE"),
        ("hours=@nowhere.json", "nowhere.json"),
    ] {
        let said = place.fail(&["channel", "set", id, word], 2);
        assert!(said.contains(expected), "{word}: {said}");
    }
}

#[test]
fn mistakes_of_usage_end_with_two() {
    let place = Place::new();
    let with = |more: &[&'static str]| [CREATE, more].concat();
    for (words, expected) in [
        (vec!["fly"], "unrecognized subcommand"),
        (vec!["channel", "create", "--name", "x", "--origin", "https://x.example"], "--agent"),
        (with(&["--origin", "http://x.example"]), "origins[1]"),
        (with(&["--capability", "teleport"]), "text, item, history, receipts"),
        (with(&["--accent", "red"]), "accent"),
        (with(&["--recipient", "returns"]), "NAME=AGENT,AGENT"),
        (with(&["--public-key", "nowhere.pem"]), "nowhere.pem"),
        (vec!["desk", "invite", "--agent", "Mia Keller"], "--agent"),
        (vec!["serve", "--listen", "nowhere"], "--listen"),
        (vec!["serve", "--config", "nowhere.toml"], "nowhere.toml"),
    ] {
        let said = place.fail(&words, 2);
        assert!(said.contains(expected), "{words:?}\n  lacks {expected} in: {said}");
    }
    std::fs::write(place.path().join("tieline.toml"), "lisen = 'x'\n").unwrap();
    let said = place.fail(&["serve"], 2);
    assert!(said.contains("tieline.toml") && said.contains("`lisen`") && said.contains("`listen`"), "{said}");
}

#[test]
fn a_taken_port_is_named_with_the_flag() {
    let place = Place::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = place.fail(&["serve", "--listen", &address], 1);
    let port = address.rsplit(':').next().unwrap();
    assert!(said.contains(&format!("port {port} is taken")) && said.contains("--listen"), "{said}");
    assert!(!place.path().join("tieline-data").exists(), "nothing was touched");
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let place = Place::new();
    std::fs::write(place.path().join("file"), "").unwrap();
    // Also root cannot make a folder inside a file.
    let said = place.fail(
        &[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--public-url",
            "http://localhost:1",
            "--data-dir",
            "file/data",
        ],
        1,
    );
    assert!(said.contains("file/data") && said.contains("--data-dir"), "{said}");
    std::fs::create_dir(place.path().join("data")).unwrap();
    std::fs::write(
        place.path().join("data/tieline.db"),
        "this is no database, but long enough to be looked at as one",
    )
    .unwrap();
    let said = place.fail(&["channel", "list", "--data-dir", "data"], 1);
    assert!(said.contains("store") && said.contains("tieline doctor"), "{said}");
}

#[test]
fn a_gateway_serves_beside_the_command_line_and_stops_on_request() {
    let place = Place::new();
    let mut serving =
        Serving::start(&place, &["--listen", "127.0.0.1:0", "--public-url", "http://localhost:7999"]);
    let id = place.json(CREATE)["channel"]["id"].as_str().unwrap().to_owned();
    let ticket = get(&serving.address(), &format!("/v1/ticket/{id}"));
    assert!(ticket.starts_with("HTTP/1.1 200") && ticket.contains("\"ticket\""), "{ticket}");
    assert!(get(&serving.address(), "/readyz").ends_with("ready\n"));

    for name in ["tieline.key", "operator.token"] {
        use std::os::unix::fs::PermissionsExt;
        let mode =
            std::fs::metadata(place.path().join("tieline-data").join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let pid = serving.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert!(serving.child.wait().unwrap().success(), "SIGTERM is an orderly end");
}

fn get(address: &str, path: &str) -> String {
    use std::io::{Read, Write};
    let mut socket = std::net::TcpStream::connect(address).unwrap();
    write!(socket, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn the_doctor_says_what_to_do() {
    let place = Place::new();
    place.json(CREATE);
    let levels = |report: &Value, about: &str| -> Vec<String> {
        let findings = report["findings"].as_array().unwrap().iter();
        let about = findings.filter(|finding| finding["what"].as_str().unwrap().starts_with(about));
        about.map(|finding| finding["level"].as_str().unwrap().to_owned()).collect()
    };
    let examine = |words: &[&str]| -> (Option<i32>, Value) {
        let output = place.run(&[&["doctor", "--json"], words].concat());
        (output.status.code(), serde_json::from_slice(&output.stdout).unwrap())
    };
    let (_, report) = examine(&[]);
    assert_eq!(levels(&report, "store"), ["ok", "ok"], "{report:#}");
    assert_eq!(
        (levels(&report, "channels"), levels(&report, "secrets")),
        (vec!["ok".into()], vec!["ok".to_owned()])
    );

    let key = place.path().join("tieline-data/tieline.key");
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let (code, report) = examine(&[]);
    assert_eq!((code, levels(&report, "secrets")), (Some(1), vec!["fail".to_owned()]), "{report:#}");
    assert!(report.to_string().contains("chmod 600"), "{report:#}");

    std::fs::write(
        place.path().join("tieline.toml"),
        "public_url = 'http://chat.example'\nassets_dir = 'none'\n",
    )
    .unwrap();
    let (code, report) = examine(&[]);
    assert_eq!((code, report["healthy"].as_bool()), (Some(1), Some(false)));
    assert_eq!(
        (levels(&report, "public_url"), levels(&report, "web files")),
        (vec!["fail".into()], vec!["fail".to_owned()])
    );
}
