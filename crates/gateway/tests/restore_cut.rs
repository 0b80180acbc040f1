//! `tieline restore` dies between two of its steps: a whole store bears the store's name all the same, and nothing is lost.

use std::{
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;
use tieline_load::stage::Stage;

/// In the order in which a restore passes them (`crates/gateway/src/crash.rs`), and whether the copy is in place by then.
const POINTS: [(&str, bool); 4] = [
    ("restore_prepared", false),
    ("restore_linked", false),
    ("restore_cleared", false),
    ("restore_renamed", true),
];

/// A store with two channels, and a copy of it from when there was one.
struct Place {
    folder: TempDir,
    stage: Stage,
}

impl Place {
    async fn prepare() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let stage = Stage::prepare(folder.path(), "127.0.0.1:1", 1, "").await.unwrap();
        let place = Self { folder, stage };
        place.succeed(&["backup", place.copy().to_str().unwrap()]);
        place.succeed(&[
            "channel",
            "create",
            "--name",
            "Later",
            "--origin",
            "https://later.example",
            "--agent",
            "mia",
        ]);
        place
    }

    fn copy(&self) -> PathBuf {
        self.folder.path().join("copy.db")
    }

    fn store(&self) -> &Path {
        &self.stage.config.store
    }

    fn run(&self, words: &[&str], crash_at: Option<&str>) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tieline"));
        command.arg("--config").arg(&self.stage.config_file).args(words);
        if let Some(point) = crash_at {
            command.env("CRASH_AT", format!("{point}:1"));
        }
        command.output().unwrap()
    }

    fn succeed(&self, words: &[&str]) {
        let output = self.run(words, None);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn restore(&self) {
        self.succeed(&["restore", self.copy().to_str().unwrap()]);
    }

    fn die_restoring(&self, point: &str) {
        let output = self.run(&["restore", self.copy().to_str().unwrap()], Some(point));
        assert_eq!(output.status.signal(), Some(6), "{point}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// What lies beside the store and bears that word in its name.
    fn beside(&self, word: &str) -> Vec<PathBuf> {
        let files = std::fs::read_dir(&self.stage.config.data_dir).unwrap();
        let files = files.map(|entry| entry.unwrap().path());
        let mut found: Vec<_> =
            files.filter(|file| file.to_str().is_some_and(|name| name.contains(word))).collect();
        found.sort();
        found
    }

    /// The stores that were put aside.
    fn kept(&self) -> Vec<PathBuf> {
        let mut kept = self.beside("before-restore");
        kept.retain(|file| {
            !file.to_str().is_some_and(|name| name.ends_with("-wal") || name.ends_with("-shm"))
        });
        kept
    }
}

/// How many channels a store has, every page of which is sound.
fn channels(store: &Path) -> u32 {
    let db = Connection::open_with_flags(store, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    let health: String = db.pragma_query_value(None, "integrity_check", |row| row.get(0)).unwrap();
    assert_eq!(health, "ok", "{}", store.display());
    db.query_row("select count(*) from channel", [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn a_restore_that_dies_at_any_step_leaves_a_whole_store_and_can_be_begun_again() {
    for (point, is_in_place) in POINTS {
        let place = Place::prepare().await;
        place.die_restoring(point);
        assert_eq!(channels(place.store()), if is_in_place { 1 } else { 2 }, "{point}");
        // The operator's commands work on it as on any other.
        place.succeed(&["channel", "list"]);
        place.restore();
        assert_eq!(channels(place.store()), 1, "{point}");
        assert!(
            place.kept().iter().any(|kept| channels(kept) == 2),
            "{point}: the store of before lies beside it"
        );
        assert_eq!(place.beside("restoring"), [] as [PathBuf; 0], "{point}: nothing half-made is left");
    }
}

/// Whoever takes the store up where the restore died writes to it: that is kept too.
#[tokio::test]
async fn what_is_written_between_two_tries_is_put_aside_whole() {
    for (point, is_in_place) in POINTS {
        let place = Place::prepare().await;
        place.die_restoring(point);
        place.succeed(&[
            "channel",
            "create",
            "--name",
            "New",
            "--origin",
            "https://new.example",
            "--agent",
            "mia",
        ]);
        place.restore();
        assert_eq!(channels(place.store()), 1, "{point}");
        let most = place.kept().iter().map(|kept| channels(kept)).max();
        assert_eq!(most, Some(if is_in_place { 2 } else { 3 }), "{point}");
    }
}

/// A store that cannot even be opened is what one restores over: it is put aside as it was.
#[tokio::test]
async fn a_damaged_store_is_put_aside_as_it_was() {
    for (point, _) in POINTS {
        let place = Place::prepare().await;
        // Not the files that the stage has open: whole, they would mend what is damaged.
        let name = place.store().to_str().unwrap();
        for file in [name, &format!("{name}-wal"), &format!("{name}-shm")] {
            let _ = std::fs::remove_file(file);
        }
        let damaged = "no database ".repeat(1_000);
        std::fs::write(place.store(), &damaged).unwrap();
        place.die_restoring(point);
        place.restore();
        assert_eq!(channels(place.store()), 1, "{point}");
        let is_it = |kept: &PathBuf| std::fs::read(kept).is_ok_and(|bytes| bytes == damaged.as_bytes());
        assert!(place.kept().iter().any(is_it), "{point}");
    }
}
