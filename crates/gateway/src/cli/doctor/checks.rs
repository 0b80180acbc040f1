//! The checks, one function each.

use std::{fs, io, os::unix::fs::PermissionsExt, path::Path};

use rusqlite::{Connection, OpenFlags};
use tokio::net::TcpListener;

use crate::{
    auth::master_key,
    cli::finding::Finding,
    clock,
    config::Config,
    http::Assets,
    store::{Store, durable},
};

/// Below this the store will soon refuse.
const LITTLE_SPACE: u64 = 100 * 1024 * 1024;
/// Below this somebody should look.
const LOW_SPACE: u64 = 1024 * 1024 * 1024;
/// 2026-01-01: no gateway of this build ran before.
const BUILT_AFTER_MS: u64 = 1_767_225_600_000;

pub(super) fn data_dir(config: &Config) -> Vec<Finding> {
    let (folder, shown) = (&config.data_dir, config.data_dir.display());
    let mode = match fs::metadata(folder) {
        Ok(found) if found.is_dir() => found.permissions().mode() & 0o777,
        Ok(_) => {
            return vec![Finding::fail(
                format!("data folder: {shown} is a file"),
                "choose another with --data-dir",
            )];
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let advice = "`tieline serve` makes it; or is --data-dir missing here?";
            return vec![Finding::warn(format!("data folder: {shown} is not there yet"), advice)];
        }
        Err(error) => {
            return vec![Finding::fail(
                format!("data folder: {shown}: {error}"),
                "give yourself the right to read it",
            )];
        }
    };
    let mut findings = Vec::new();
    if mode & 0o077 != 0 {
        let what = format!("data folder: {shown} is open to others (mode {mode:o})");
        findings.push(Finding::warn(what, format!("chmod 700 {shown}")));
    }
    match tempfile_in(folder) {
        Ok(()) => findings.push(Finding::ok(format!("data folder: {shown} can be written"))),
        Err(error) => findings.push(Finding::fail(
            format!("data folder: {shown} cannot be written: {error}"),
            "give the gateway's user the right to write there",
        )),
    }
    findings
}

/// Whether a file can be made there. It is gone afterwards.
fn tempfile_in(folder: &Path) -> io::Result<()> {
    let path = folder.join(format!(".doctor-{}", std::process::id()));
    fs::File::create_new(&path)?;
    fs::remove_file(path)
}

pub(super) fn secret_files(config: &Config) -> Vec<Finding> {
    [master_key::FILE, crate::auth::OPERATOR_TOKEN_FILE]
        .into_iter()
        .filter_map(|name| {
            let path = config.data_dir.join(name);
            let mode = fs::metadata(&path).ok()?.permissions().mode() & 0o777;
            let shown = path.display();
            Some(if mode & 0o077 == 0 {
                Finding::ok(format!("secrets: only you may read {shown}"))
            } else {
                Finding::fail(
                    format!("secrets: others may read {shown} (mode {mode:o})"),
                    format!("chmod 600 {shown}"),
                )
            })
        })
        .collect()
}

pub(super) async fn store(config: &Config) -> Vec<Finding> {
    let shown = config.store.display();
    if !config.store.exists() {
        return vec![Finding::warn(format!("store: {shown} is not there yet"), "`tieline serve` makes it")];
    }
    let mut findings = match inspect(&config.store) {
        Ok(findings) => findings,
        Err(error) => {
            let advice = "is it a store of Tieline? if it is damaged, restore the last copy";
            return vec![Finding::fail(format!("store: {shown} cannot be read: {error}"), advice)];
        }
    };
    let probe = |at: i64| {
        move |db: &rusqlite::Transaction<'_>| {
            db.execute(
                "insert into probe (id, at) values (1, ?1) on conflict (id) do update set at = ?1",
                [at],
            )
        }
    };
    let now = i64::try_from(clock::now().0).unwrap_or(i64::MAX);
    let written = match Store::open(&config.store) {
        Ok(store) => store.write(probe(now)).await,
        Err(error) => Err(error),
    };
    findings.push(match written {
        Ok(_) => Finding::ok(
            "store: takes writes, and has them on the disk before it says so (WAL, synchronous=FULL)",
        ),
        Err(error) => Finding::fail(format!("store: {error}"), "check the disk's space and the file's owner"),
    });
    findings
}

/// What a reader can see: damage, version, channels, and times that have not come yet.
fn inspect(path: &Path) -> rusqlite::Result<Vec<Finding>> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let version: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let health: String = db.pragma_query_value(None, "integrity_check", |row| row.get(0))?;
    let mut findings = vec![if health == "ok" {
        Finding::ok(format!("store: version {version}, and every page is sound"))
    } else {
        Finding::fail(format!("store: damaged: {health}"), "stop the gateway and restore the last copy")
    }];
    let channels: u32 = db.query_row("select count(*) from channel", [], |row| row.get(0))?;
    findings.push(match channels {
        0 => Finding::warn("channels: none yet", "tieline channel create --help"),
        some => Finding::ok(format!("channels: {some}")),
    });
    let newest: Option<i64> = db.query_row("select max(touched_at) from session", [], |row| row.get(0))?;
    let now = i64::try_from(clock::now().0).unwrap_or(i64::MAX);
    if newest.is_some_and(|newest| newest > now.saturating_add(60_000)) {
        let what = "clock: the store holds times that have not come yet";
        findings.push(Finding::warn(what, "the clock went back; let NTP set it (timedatectl)"));
    }
    Ok(findings)
}

/// Whether what lies under the store keeps what it is given.
pub(super) fn durability(config: &Config) -> Finding {
    match durable::check_ground(&config.store) {
        Ok(()) => Finding::ok("durability: nothing speaks against the file system under the store"),
        Err(error) => {
            let what = format!("durability: {error}");
            let (what, advice) = what.split_once("\n  ").unwrap_or((&what, "choose another folder"));
            if config.allow_volatile_store {
                Finding::warn(what, "allow_volatile_store is set: for a trial only")
            } else {
                Finding::fail(what, advice)
            }
        }
    }
}

pub(super) fn free_space(config: &Config) -> Finding {
    let folder = config.data_dir.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."));
    let free = match rustix::fs::statvfs(folder) {
        Ok(found) => found.f_bavail.saturating_mul(found.f_frsize),
        Err(error) => {
            return Finding::warn(format!("disk: its space could not be read: {error}"), "look with df");
        }
    };
    let what = format!("disk: {} MiB free", free / 1024 / 1024);
    if free < LITTLE_SPACE {
        return Finding::fail(what, "make room: without it no message is taken");
    }
    if free < LOW_SPACE { Finding::warn(what, "make room soon") } else { Finding::ok(what) }
}

pub(super) async fn port(config: &Config) -> Finding {
    let address = config.listen;
    match TcpListener::bind(address).await {
        Ok(_) => Finding::ok(format!("port: {address} is free")),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Finding::warn(
            format!("port: {address} is taken"),
            "fine if that is this gateway, running; else choose another with --listen",
        ),
        Err(error) => {
            Finding::fail(format!("port: {address}: {error}"), "choose another address with --listen")
        }
    }
}

pub(super) async fn assets(config: &Config) -> Finding {
    let (assets, place) = match &config.assets_dir {
        Some(folder) => (Assets::Folder(folder.clone()), folder.display().to_string()),
        None => (Assets::BuiltIn, "the binary".to_owned()),
    };
    if assets.are_there().await {
        return Finding::ok(format!("web files: in {place}"));
    }
    Finding::fail(
        format!("web files: none in {place}"),
        "cargo xtask dist, then set assets_dir or build again",
    )
}

pub(super) fn public_url(config: &Config) -> Finding {
    let url = &config.public_url;
    if url.is_insecure() {
        let advice =
            "use https: browsers keep neither the desk's cookie nor the widget's storage safe without it";
        return Finding::fail(format!("public_url: {url} is plain http"), advice);
    }
    if url.as_str().starts_with("https://") && config.listen.ip().is_unspecified() {
        let advice = "let only the TLS proxy reach that port: listen = \"127.0.0.1:...\"";
        return Finding::warn(
            format!("public_url: {url}, but the gateway listens on all addresses in plain http"),
            advice,
        );
    }
    Finding::ok(format!("public_url: {url}; cookies and sockets work there"))
}

pub(super) fn clock() -> Finding {
    if clock::now().0 < BUILT_AFTER_MS {
        return Finding::fail(
            "clock: it stands before 2026",
            "let NTP set it (timedatectl): tokens depend on it",
        );
    }
    Finding::ok("clock: plausible")
}
