//! The gateway's store, read beside the running gateway.

use std::path::Path;

use anyhow::{Context as _, Result};
use rusqlite::{Connection, OpenFlags};

/// How many rows stand in the tables that a conversation fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rows {
    /// Visitors and users; agents are there before.
    pub visitors: i64,
    /// Browsers that hold a visitor token.
    pub devices: i64,
    /// Sessions.
    pub sessions: i64,
    /// Entries of all sessions.
    pub entries: i64,
}

impl Rows {
    pub(crate) fn read(file: &Path) -> Result<Self> {
        let connection = open(file)?;
        let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        Ok(Self {
            visitors: count("select count(*) from party where role in ('visitor', 'user')")?,
            devices: count("select count(*) from device")?,
            sessions: count("select count(*) from session")?,
            entries: count("select count(*) from entry")?,
        })
    }
}

/// Every text of every session, in order.
pub(crate) fn texts(file: &Path) -> Result<Vec<String>> {
    let connection = open(file)?;
    let mut query = connection.prepare(
        "select json_extract(body, '$.text') from entry where json_extract(body, '$.kind') = 'text' order by at, seq",
    )?;
    let texts = query.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(texts)
}

fn open(file: &Path) -> Result<Connection> {
    Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .with_context(|| format!("opening {}", file.display()))
}
