//! Configuration: what is set wins over what is default, and each mistake is traced to its source.

use std::path::PathBuf;

use tieline_gateway::config::{Config, ConfigError, KEYS, Kind, Sources, load};

struct File {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn file(text: &str) -> File {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tieline.toml");
    std::fs::write(&path, text).unwrap();
    File { _folder: folder, path }
}

fn load_with(
    text: &str,
    environment: &[(&str, &str)],
    flags: &[(&'static str, &str)],
) -> Result<Config, ConfigError> {
    let file = file(text);
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    load(&Sources {
        file: Some(file.path),
        environment: environment.iter().map(owned).collect(),
        flags: flags.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
    })
}

#[test]
fn flags_win_over_the_environment_over_the_file_over_defaults() {
    let text = "listen = '127.0.0.1:1001'\n[limits]\nburst = 3\n";
    let environment =
        [("TIELINE_LISTEN", "127.0.0.1:1002"), ("TIELINE_LIMITS_PER_MINUTE", "7"), ("HOME", "/x")];
    let by_default = load_with("", &[], &[]).unwrap();
    assert_eq!(by_default.listen.port(), 7070);
    assert_eq!(by_default.public_url.as_str(), "http://localhost:7070");
    assert_eq!(by_default.store, PathBuf::from("tieline-data/tieline.db"));
    let by_file = load_with(text, &[], &[]).unwrap();
    assert_eq!((by_file.listen.port(), by_file.limits.messages.burst), (1001, 3));
    assert_eq!(by_file.gateway_id, "http://localhost:1001", "what follows from another key follows");
    let by_environment = load_with(text, &environment, &[]).unwrap();
    assert_eq!(by_environment.listen.port(), 1002);
    assert_eq!((by_environment.limits.messages.burst, by_environment.limits.messages.per_minute), (3, 7));
    let by_flag = load_with(text, &environment, &[("listen", "127.0.0.1:1003"), ("data_dir", "/d")]).unwrap();
    assert_eq!((by_flag.listen.port(), by_flag.store), (1003, PathBuf::from("/d/tieline.db")));
}

#[test]
fn a_mistake_names_file_key_and_what_is_allowed() {
    for (text, words) in [
        (
            "lisen = 'x'",
            &["tieline.toml", "line 1", "`lisen`", "`listen`", "`public_url`", "tieline serve --help"][..],
        ),
        ("[limits]\nbursts = 1", &["tieline.toml", "line 2", "`bursts`", "`burst`", "`per_minute`"]),
        ("[limit]\nburst = 1", &["tieline.toml", "`limit`", "`limits`"]),
        ("listen = 7070", &["tieline.toml", "line 1", "integer", "string"]),
        ("[limits]\nburst = -1", &["tieline.toml", "line 2", "-1"]),
        ("listen = 'x", &["tieline.toml", "line 1"]),
        ("listen = 'nowhere'", &["tieline.toml", "listen", "`nowhere`", "127.0.0.1:7070"]),
        ("public_url = 'chat.example'", &["tieline.toml", "public_url", "`chat.example`", "https://"]),
        (
            "public_url = 'https://chat.example/tieline'",
            &["tieline.toml", "public_url", "scheme, host and port only"],
        ),
        ("store = 'mysql://x'", &["tieline.toml", "store", "`mysql://x`", "sqlite:<file>"]),
        ("listen = '127.0.0.1:0'", &["tieline.toml", "public_url", "must be set"]),
        ("[log]\nformat = 'xml'", &["tieline.toml", "log.format", "`xml`", "text or json"]),
        ("[log]\nlevel = 'tieline=loud'", &["tieline.toml", "log.level", "`tieline=loud`", "debug"]),
        ("[ping]\nevery_ms = 5", &["tieline.toml", "ping.every_ms", "`5`", "100 to 600000"]),
        ("[limits]\nqueue_frames = 0", &["tieline.toml", "limits.queue_frames", "16 or more"]),
        ("[limits]\nper_minute = 0", &["tieline.toml", "limits.per_minute", "1 or more"]),
        ("operator_token = 'short'", &["tieline.toml", "operator_token", "16 characters"]),
    ] {
        let error = load_with(text, &[], &[]).unwrap_err().to_string();
        for word in words {
            assert!(error.contains(word), "{text}\n  lacks {word} in:\n{error}");
        }
    }
}

#[test]
fn a_mistake_elsewhere_names_its_source() {
    for (environment, flags, words) in [
        (&[("TIELINE_LISEN", "x")][..], &[][..], &["TIELINE_LISEN", "no such key", "TIELINE_LISTEN"][..]),
        (&[("TIELINE_LIMITS_BURST", "many")], &[], &["TIELINE_LIMITS_BURST", "`many`", "whole number"]),
        (
            &[("TIELINE_ALLOW_INSECURE_ORIGINS", "yes")],
            &[],
            &["TIELINE_ALLOW_INSECURE_ORIGINS", "true or false"],
        ),
        (&[("TIELINE_LISTEN", "x")], &[], &["TIELINE_LISTEN", "listen", "`x`"]),
        (&[("TIELINE_LISTEN", "127.0.0.1:1")], &[("listen", "y")], &["--listen", "`y`"]),
        (&[], &[("public_url", "z")], &["--public-url", "`z`"]),
    ] {
        let error = load_with("", environment, flags).unwrap_err().to_string();
        for word in words {
            assert!(error.contains(word), "lacks {word} in:\n{error}");
        }
    }
    let missing = load(&Sources { file: Some("/nowhere/tieline.toml".into()), ..Sources::default() });
    assert!(missing.unwrap_err().to_string().starts_with("/nowhere/tieline.toml: "));
}

/// The table of keys, the settings and the handbook are three places that say the same.
#[test]
fn every_key_can_be_set_and_is_in_the_handbook() {
    let handbook = include_str!("../../../docs/operate.md");
    for key in KEYS {
        let value = match (key.name, key.kind) {
            ("listen", _) => "127.0.0.1:7070",
            ("public_url", _) => "https://chat.example",
            ("store", _) => "sqlite:x.db",
            ("drain_secs", _) => "60",
            ("log.format", _) => "json",
            ("log.level", _) => "debug",
            ("limits.file_mib", _) => "25",
            ("xmpp.server", _) => "127.0.0.1:5347",
            ("xmpp.domain", _) => "chat.shop.example",
            ("xmpp.mode", _) => "rooms",
            ("xmpp.rooms", _) => "rooms.shop.example",
            ("matrix.server_name", _) => "shop.example",
            ("xmpp.files" | "matrix.homeserver" | "matrix.gateway_url", _) => "https://im.shop.example",
            (_, Kind::Text) => "some text of good length",
            (_, Kind::Number) => "100000",
            (_, Kind::Switch) => "true",
        };
        // Of another platform, all is set or nothing.
        let file = match key.name.split('.').next() {
            Some("xmpp") => "xmpp = { server = 'localhost:1', domain = 'a', rooms = 'b', secret = 's' }",
            Some("matrix") => "matrix = { homeserver = 'http://localhost:1', server_name = 'a' }",
            _ => "",
        };
        load_with(file, &[(&key.variable(), value)], &[])
            .unwrap_or_else(|error| panic!("{}: {error}", key.name));
        let row = format!("| `{}` | {} | {} |", key.name, key.default, key.about);
        assert!(handbook.contains(&row), "docs/operate.md lacks this row:\n{row}");
    }
}

#[test]
fn the_operators_token_is_in_no_debug_and_no_error() {
    let canary = "canary-operator-token";
    let config = load_with(&format!("operator_token = '{canary}'"), &[], &[]).unwrap();
    assert!(!format!("{config:?}").contains("canary"));
    let short = load_with("operator_token = 'canary'", &[], &[]).unwrap_err().to_string();
    assert!(!short.contains("canary"), "{short}");
    let short = load_with("", &[("TIELINE_OPERATOR_TOKEN", "canary")], &[]).unwrap_err().to_string();
    assert!(!short.contains("canary"), "{short}");
}
