//! What goes wrong goes wrong for one, and says so clearly.

use tieline_gateway::store::{Store, StoreError};

fn store() -> (Store, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (Store::open(&folder.path().join("x.db")).unwrap(), folder)
}

#[tokio::test]
async fn the_file_is_durable() {
    let (store, _folder) = store();
    let settings = store.write(|db| {
        Ok((
            db.pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0))?,
            db.pragma_query_value(None, "synchronous", |row| row.get::<_, i64>(0))?,
        ))
    });
    assert_eq!(settings.await.unwrap(), ("wal".to_owned(), 2));
}

/// Of many that share commits, those that fail are told and leave nothing; the others stand.
#[tokio::test]
async fn a_change_that_fails_disturbs_nobody() {
    let (store, _folder) = store();
    store.write(|db| db.execute_batch("create table t (n integer primary key) strict")).await.unwrap();
    let changes: Vec<_> = (0..200_i64)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move {
                store
                    .write(move |db| {
                        db.execute("insert into t values (?1)", [n])?;
                        match n % 10 {
                            3 => db.execute("insert into t values (?1)", [n]).map(drop),
                            7 => panic!("a mistake in one change"),
                            _ => Ok(()),
                        }
                    })
                    .await
            })
        })
        .collect();
    for (n, change) in changes.into_iter().enumerate() {
        assert_eq!(change.await.unwrap().is_err(), matches!(n % 10, 3 | 7), "{n}");
    }
    let rows = store
        .read(|db| db.query_row("select count(*) from t", [], |row| row.get::<_, i64>(0)))
        .await
        .unwrap();
    assert_eq!(rows, 160);
}

#[tokio::test]
async fn a_reader_cannot_write() {
    let (store, _folder) = store();
    let outcome = store.read(|db| db.execute("create table t (n integer) strict", [])).await;
    assert!(matches!(outcome, Err(StoreError::ReadOnly { .. })), "{outcome:?}");
}

#[test]
fn what_cannot_be_opened_says_which_file_and_what_to_check() {
    let folder = tempfile::tempdir().unwrap();
    let in_no_folder = folder.path().join("missing").join("x.db");
    let is_a_folder = folder.path().to_owned();
    for path in [in_no_folder, is_a_folder] {
        let error = Store::open(&path).err().expect("cannot be opened").to_string();
        assert!(error.contains(&path.display().to_string()) && error.contains("written"), "{error}");
    }
    let garbage = folder.path().join("garbage.db");
    std::fs::write(&garbage, "this is no database, but it is long enough to be taken for one by its size")
        .unwrap();
    assert!(matches!(Store::open(&garbage), Err(StoreError::Corrupt { .. })));
}

#[tokio::test]
async fn a_newer_file_is_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.db");
    let store = Store::open(&path).unwrap();
    store.write(|db| db.pragma_update(None, "user_version", 99)).await.unwrap();
    drop(store);
    assert!(matches!(Store::open(&path), Err(StoreError::Newer { found: 99, .. })));
}

/// The WAL does not grow for ever, and what it held is in the file.
#[tokio::test]
async fn checkpoints_keep_up_with_the_commits() {
    let (store, folder) = store();
    store
        .write(|db| db.execute_batch("create table t (n integer primary key, x text) strict"))
        .await
        .unwrap();
    let text = "x".repeat(1_000);
    for round in 0..6_i64 {
        let changes = (0..4_000_i64).map(|n| {
            let (store, text) = (store.clone(), text.clone());
            async move {
                store
                    .write(move |db| db.execute("insert into t values (?1, ?2)", (round * 4_000 + n, text)))
                    .await
            }
        });
        for outcome in futures_util::future::join_all(changes).await {
            outcome.unwrap();
        }
    }
    let file = std::fs::metadata(folder.path().join("x.db")).unwrap().len();
    assert!(file > 10_000_000, "only {file} bytes reached the file");
}
