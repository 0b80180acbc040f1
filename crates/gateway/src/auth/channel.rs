//! The mapping table: channel to registration. Reads and writes its rows, judges nothing.
//!
//! Functions take a connection, so that several make one transaction. What goes in was checked by `registration.rs`.

use rusqlite::{Connection, OptionalExtension, Row, params};
use tieline_protocol::{Capabilities, Capability, ChannelId, Millis, PartyId, server::ChannelFace};

use super::{
    account,
    columns::{read_millis, read_uuid, stamp},
    origin::Origin,
    secret,
    settings::Settings,
};

/// A registered embedding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Its public name.
    pub id: ChannelId,
    /// The shop's name, as visitors see it.
    pub name: String,
    /// Whether it was not switched off.
    pub is_open: bool,
    /// Where it may be embedded.
    pub origins: Vec<Origin>,
    /// What it may do.
    pub capabilities: Capabilities,
    /// First words in an empty thread.
    pub greeting: Option<String>,
    /// CSS colour of the launcher.
    pub accent: Option<String>,
    /// For how long one's own words can be changed after they were said, in seconds. 0: not at all.
    pub edit_secs: u32,
    /// What its operator chose.
    pub settings: Settings,
    /// Who answers.
    pub recipients: Vec<Recipient>,
    /// When it was registered.
    pub created_at: Millis,
}

impl Channel {
    /// What visitors see of it.
    pub fn face(&self) -> ChannelFace {
        let face = ChannelFace {
            name: self.name.clone(),
            greeting: self.greeting.clone(),
            edit_secs: if self.capabilities.grants(Capability::Edit) { self.edit_secs } else { 0 },
            ..ChannelFace::default()
        };
        self.settings.face(face)
    }
}

/// A receiving account, by the name that pages know.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipient {
    /// What `data-tieline-to` says.
    pub name: String,
    /// Who answers: sign-in names of the desk, and accounts elsewhere (`account.rs`).
    pub agents: Vec<String>,
}

const CHANNEL: &str = "select id, name, state, origins, capabilities, greeting, accent, created_at, edit_secs, settings from channel";

/// A fresh channel id.
pub fn new_id() -> ChannelId {
    ChannelId(format!("ch_{}", secret::encode(&secret::random::<16>())))
}

/// The channel of that id.
///
/// # Errors
/// When the store fails, as for every function here.
pub fn find(db: &Connection, id: &ChannelId) -> rusqlite::Result<Option<Channel>> {
    let mut select = db.prepare_cached(&format!("{CHANNEL} where id = ?1"))?;
    let Some(mut channel) = select.query_row([&id.0], from_row).optional()? else { return Ok(None) };
    channel.recipients = recipients(db, id)?;
    Ok(Some(channel))
}

/// All channels, oldest first.
///
/// # Errors
/// When the store fails.
pub fn list(db: &Connection) -> rusqlite::Result<Vec<Channel>> {
    let mut select = db.prepare_cached(&format!("{CHANNEL} order by created_at, id"))?;
    let mut channels = select.query_map([], from_row)?.collect::<rusqlite::Result<Vec<_>>>()?;
    for channel in &mut channels {
        channel.recipients = recipients(db, &channel.id)?;
    }
    Ok(channels)
}

/// Writes a channel, new or changed, with its recipients; makes the agents who are not there yet.
///
/// # Errors
/// When the store fails.
pub fn save(db: &Connection, channel: &Channel, now: Millis) -> rusqlite::Result<()> {
    let origins: Vec<_> = channel.origins.iter().map(Origin::as_str).collect();
    let capabilities: Vec<_> = channel.capabilities.0.iter().map(|capability| capability.name()).collect();
    db.execute(
        "insert into channel (id, name, state, origins, capabilities, greeting, accent, created_at, edit_secs, settings)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         on conflict (id) do update set name = ?2, state = ?3, origins = ?4, capabilities = ?5, greeting = ?6, accent = ?7,
         edit_secs = ?9, settings = ?10",
        params![
            channel.id.0,
            channel.name,
            if channel.is_open { "open" } else { "closed" },
            json(&origins),
            json(&capabilities),
            channel.greeting,
            channel.accent,
            stamp(channel.created_at),
            channel.edit_secs,
            serde_json::Value::Object(channel.settings.to_map()).to_string(),
        ],
    )?;
    db.execute("delete from recipient where channel_id = ?1", [&channel.id.0])?;
    for recipient in &channel.recipients {
        for agent in &recipient.agents {
            find_or_add_agent(db, agent, None, now)?;
            let (connector, target) = account::split(agent);
            db.execute(
                "insert or ignore into recipient (channel_id, name, connector, target) values (?1, ?2, ?3, ?4)",
                params![channel.id.0, recipient.name, connector, target],
            )?;
        }
    }
    Ok(())
}

/// The agent of that sign-in name; made if there is none. A name that is given replaces the one shown before.
///
/// # Errors
/// When the store fails.
pub fn find_or_add_agent(
    db: &Connection,
    login: &str,
    name: Option<&str>,
    now: Millis,
) -> rusqlite::Result<PartyId> {
    let found = db
        .prepare_cached("select id from party where role = 'agent' and external_id = ?1")?
        .query_row([login], |row| read_uuid(row, 0))
        .optional()?;
    if let Some(id) = found {
        if let Some(name) = name {
            db.execute("update party set name = ?2 where id = ?1", params![id.as_bytes(), name])?;
        }
        return Ok(PartyId(id));
    }
    let id = PartyId::at(now, secret::random());
    db.execute(
        "insert into party (id, channel_id, role, external_id, name, created_at) values (?1, null, 'agent', ?2, ?3, ?4)",
        params![id.0.as_bytes(), login, name.unwrap_or_else(|| account::shown_name(login)), stamp(now)],
    )?;
    Ok(id)
}

fn recipients(db: &Connection, channel: &ChannelId) -> rusqlite::Result<Vec<Recipient>> {
    let mut select = db.prepare_cached(
        "select name, connector, target from recipient where channel_id = ?1 order by name, connector, target",
    )?;
    let mut rows = select.query([&channel.0])?;
    let mut out: Vec<Recipient> = Vec::new();
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        let agent = account::join(&row.get::<_, String>(1)?, &row.get::<_, String>(2)?);
        match out.last_mut() {
            Some(last) if last.name == name => last.agents.push(agent),
            _ => out.push(Recipient { name, agents: vec![agent] }),
        }
    }
    Ok(out)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Channel> {
    let origins: Vec<String> = from_json(row, 3)?;
    let capabilities: Vec<String> = from_json(row, 4)?;
    Ok(Channel {
        id: ChannelId(row.get(0)?),
        name: row.get(1)?,
        is_open: row.get::<_, String>(2)? == "open",
        // An origin that no longer parses embeds nowhere: the safe side.
        origins: origins.iter().filter_map(|text| Origin::parse(text).ok()).collect(),
        capabilities: Capabilities(capabilities.iter().filter_map(|name| Capability::find(name)).collect()),
        greeting: row.get(5)?,
        accent: row.get(6)?,
        settings: settings(row, 9)?,
        recipients: Vec::new(),
        created_at: read_millis(row, 7)?,
        edit_secs: row.get(8)?,
    })
}

/// What the store kept of the settings.
fn settings(row: &Row<'_>, at: usize) -> rusqlite::Result<Settings> {
    let text: String = row.get(at)?;
    let map = serde_json::from_str(&text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(at, rusqlite::types::Type::Text, error.into())
    })?;
    Ok(Settings::of_map(&map))
}

fn json(texts: &[&str]) -> String {
    serde_json::to_string(texts).unwrap_or_default()
}

fn from_json(row: &Row<'_>, at: usize) -> rusqlite::Result<Vec<String>> {
    let text: String = row.get(at)?;
    serde_json::from_str(&text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(at, rusqlite::types::Type::Text, error.into())
    })
}
