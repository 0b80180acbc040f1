//! The wire as files. An old widget meets a new gateway: whatever was once on the wire must decode for ever.
//!
//! `golden/client` and `golden/server` hold at least one file for each frame type. Files are added, never edited:
//! `cargo xtask golden` writes those that are missing.
#![expect(clippy::disallowed_methods, reason = "the files are what is tested; the crate itself stays pure")]

#[path = "golden/desk.rs"]
mod desk;
#[path = "golden/samples.rs"]
mod samples;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tieline_protocol::envelope::json::{decode_client, decode_server, encode};
use tieline_protocol::{ClientFrame, Decoded, RequestId, ServerFrame};

fn folder(end: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(end)
}

/// Name -> content of every file of one end.
fn files(end: &str) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(folder(end)).unwrap().map(|entry| entry.unwrap().path());
    let files: BTreeMap<_, _> = entries
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    assert!(!files.is_empty(), "no golden files for {end}");
    files
}

/// Writes what the folder lacks, and only if asked to. What is there is history.
fn add_missing(end: &str, texts: &BTreeMap<&str, String>) {
    if std::env::var_os("TIELINE_GOLDEN").is_none_or(|word| word != "add") {
        return;
    }
    std::fs::create_dir_all(folder(end)).unwrap();
    for (name, text) in texts {
        let path = folder(end).join(format!("{name}.json"));
        if !path.exists() {
            std::fs::write(path, serde_json::to_string_pretty(&value(text)).unwrap() + "\n").unwrap();
        }
    }
}

fn client_samples() -> Vec<samples::Sample<ClientFrame>> {
    samples::client().into_iter().chain(desk::client()).collect()
}

fn server_samples() -> Vec<samples::Sample<ServerFrame>> {
    samples::server().into_iter().chain(desk::server()).collect()
}

fn client_texts() -> BTreeMap<&'static str, String> {
    client_samples().into_iter().map(|(name, id, frame)| (name, encode(id, frame))).collect()
}

fn server_texts() -> BTreeMap<&'static str, String> {
    server_samples().into_iter().map(|(name, id, frame)| (name, encode(id, frame))).collect()
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn client(text: &str) -> (Option<RequestId>, ClientFrame) {
    match decode_client(text) {
        Ok(Decoded::Frame(id, frame)) => (id, frame),
        other => panic!("{text}\nis not a frame: {other:?}"),
    }
}

fn server(text: &str) -> (Option<RequestId>, ServerFrame) {
    match decode_server(text) {
        Ok(Decoded::Frame(id, frame)) => (id, frame),
        other => panic!("{text}\nis not a frame: {other:?}"),
    }
}

/// What a later version might add, in every object of the frame.
fn with_unknown_fields(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| (name, with_unknown_fields(value)));
            fields.chain([("of_a_later_version".into(), json!({"any": [1, null, "shape"]}))]).collect()
        }
        Value::Array(items) => items.into_iter().map(with_unknown_fields).collect(),
        other => other,
    }
}

#[test]
fn what_we_write_is_what_the_files_hold() {
    for (end, texts) in [("client", client_texts()), ("server", server_texts())] {
        add_missing(end, &texts);
        let files = files(end);
        for (name, text) in texts {
            let file = files.get(name).unwrap_or_else(|| panic!("{end}/{name}.json: run cargo xtask golden"));
            assert_eq!(value(&text), value(file), "{end}/{name}.json: the wire has changed");
        }
    }
}

#[test]
fn what_the_files_hold_is_what_we_read() {
    let files_of_clients = files("client");
    for (name, id, frame) in client_samples() {
        assert_eq!(client(&files_of_clients[name]), (id, frame), "client/{name}.json");
    }
    let files_of_gateways = files("server");
    for (name, id, frame) in server_samples() {
        assert_eq!(server(&files_of_gateways[name]), (id, frame), "server/{name}.json");
    }
}

/// Also those of versions whose samples are gone from this build.
#[test]
fn every_file_of_every_version_decodes() {
    let types_of_clients: BTreeSet<_> = files("client").values().map(|text| client(text).1.name()).collect();
    assert_eq!(types_of_clients, BTreeSet::from(samples::CLIENT_TYPES), "a frame type without a file");
    let types_of_gateways: BTreeSet<_> = files("server").values().map(|text| server(text).1.name()).collect();
    assert_eq!(types_of_gateways, BTreeSet::from(samples::SERVER_TYPES), "a frame type without a file");
}

#[test]
fn unknown_fields_change_nothing() {
    for text in files("client").values() {
        assert_eq!(client(&with_unknown_fields(value(text)).to_string()), client(text));
    }
    for text in files("server").values() {
        assert_eq!(server(&with_unknown_fields(value(text)).to_string()), server(text));
    }
}

#[test]
fn an_unknown_type_is_a_value_with_its_id() {
    let text = r#"{"type":"telepathy","id":7,"must":true,"body":{"deep":[{"er":1}]}}"#;
    let expected = Decoded::UnknownType { id: Some(RequestId(7)), name: "telepathy".into(), must: true };
    assert_eq!(decode_server(text).unwrap(), expected);
    let text = r#"{"type":"telepathy","body":"any"}"#;
    let expected = Decoded::UnknownType { id: None, name: "telepathy".into(), must: false };
    assert_eq!(decode_client(text).unwrap(), expected);
}

#[test]
fn a_body_of_the_wrong_shape_keeps_the_request_id() {
    let bad = decode_client(r#"{"type":"send","id":9,"body":{"session":1}}"#).unwrap_err();
    assert_eq!(bad.id, Some(RequestId(9)));
    let bad = decode_client(r#"{"type":"send","id":9}"#).unwrap_err();
    assert_eq!(bad.id, Some(RequestId(9)));
    for text in ["", "null", "[]", "{}", "7", r#"{"type":7}"#, r#"{"type":"ping""#] {
        assert!(decode_client(text).is_err(), "{text} was taken for a frame");
    }
}
