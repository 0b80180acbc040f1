//! The keys of the configuration file, as written.

use serde::Deserialize;

use crate::auth::Secret;

/// The file's content over the defaults.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// See [`KEYS`], as for every key here.
    pub listen: String,
    /// Absent: `http://localhost:<port>`.
    pub public_url: Option<String>,
    /// Absent: `public_url`.
    pub gateway_id: Option<String>,
    /// Where keys and the store lie.
    pub data_dir: String,
    /// `sqlite:<file>`.
    pub store: String,
    /// Absent: what was built into the binary.
    pub assets_dir: Option<String>,
    /// Absent: made at first start.
    pub operator_token: Option<Secret<String>>,
    /// For closed networks.
    pub allow_insecure_origins: bool,
    /// For trials and tests.
    pub allow_volatile_store: bool,
    /// How long sockets stay once the gateway was asked to stop.
    pub drain_secs: u32,
    /// Rates and sizes.
    pub limits: LimitSettings,
    /// Heartbeat.
    pub ping: PingSettings,
    /// Traces.
    pub log: LogSettings,
    /// An XMPP server.
    pub xmpp: XmppSettings,
    /// A Matrix homeserver.
    pub matrix: MatrixSettings,
}

/// `[matrix]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MatrixSettings {
    pub homeserver: Option<String>,
    pub server_name: Option<String>,
    pub gateway_url: Option<String>,
}

/// `[xmpp]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct XmppSettings {
    pub server: Option<String>,
    pub domain: Option<String>,
    pub mode: Option<String>,
    pub rooms: Option<String>,
    pub secret: Option<Secret<String>>,
    pub files: Option<String>,
}

/// `[limits]`
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitSettings {
    pub burst: u32,
    pub per_minute: u32,
    pub frames_burst: u32,
    pub frames_per_minute: u32,
    pub accepts_burst: u32,
    pub accepts_per_minute: u32,
    pub strangers: u32,
    pub hello_ms: u32,
    pub sockets_per_party: u32,
    pub sockets_per_ip: u32,
    pub sockets_per_channel: u32,
    pub queue_frames: u32,
    pub queue_bytes: u32,
    pub file_mib: u32,
    pub session_files_mib: u32,
    pub party_files_mib: u32,
    pub channel_files_mib: u32,
}

/// `[ping]`
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PingSettings {
    pub every_ms: u32,
    pub grace_ms: u32,
}

/// `[log]`
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogSettings {
    pub format: String,
    pub level: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:7070".into(),
            public_url: None,
            gateway_id: None,
            data_dir: "tieline-data".into(),
            store: "sqlite:tieline.db".into(),
            assets_dir: None,
            operator_token: None,
            allow_insecure_origins: false,
            allow_volatile_store: false,
            drain_secs: 10,
            limits: LimitSettings::default(),
            ping: PingSettings::default(),
            log: LogSettings::default(),
            xmpp: XmppSettings::default(),
            matrix: MatrixSettings::default(),
        }
    }
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            burst: 10,
            per_minute: 60,
            frames_burst: 40,
            frames_per_minute: 1_200,
            accepts_burst: 2_000,
            accepts_per_minute: 120_000,
            strangers: 5_000,
            hello_ms: 10_000,
            sockets_per_party: 8,
            sockets_per_ip: 50,
            sockets_per_channel: 20_000,
            queue_frames: 256,
            queue_bytes: 1_048_576,
            file_mib: 10,
            session_files_mib: 100,
            party_files_mib: 200,
            channel_files_mib: 10_240,
        }
    }
}

impl Default for PingSettings {
    fn default() -> Self {
        Self { every_ms: 25_000, grace_ms: 10_000 }
    }
}

impl Default for LogSettings {
    fn default() -> Self {
        Self { format: "text".into(), level: "info".into() }
    }
}

/// What a key holds, so that a text from the environment becomes the right thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Switch,
}

/// One key of the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// As in the file, with its table: `limits.burst`.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// What holds when nobody says otherwise.
    pub default: &'static str,
    /// What it is for.
    pub about: &'static str,
}

impl Key {
    /// The variable that sets it: `TIELINE_LIMITS_BURST`.
    pub fn variable(&self) -> String {
        format!("TIELINE_{}", self.name.replace('.', "_").to_uppercase())
    }
}

const fn text(name: &'static str, default: &'static str, about: &'static str) -> Key {
    Key { name, kind: Kind::Text, default, about }
}

const fn number(name: &'static str, default: &'static str, about: &'static str) -> Key {
    Key { name, kind: Kind::Number, default, about }
}

/// Every key. `docs/operate.md` shows this table; a test holds both together.
pub const KEYS: &[Key] = &[
    text("listen", "127.0.0.1:7070", "address and port to listen on"),
    text("public_url", "http://localhost:<port>", "the origin under which browsers reach the gateway"),
    text("gateway_id", "public_url", "what the `aud` of a user's JWT must name"),
    text("data_dir", "tieline-data", "folder of the keys and the store"),
    text("store", "sqlite:tieline.db", "where sessions are kept; a file relative to data_dir"),
    text("assets_dir", "built in", "folder of `cargo xtask dist`, read at every request"),
    text("operator_token", "made at first start", "opens the operator's API; 16 characters or more"),
    Key {
        name: "allow_insecure_origins",
        kind: Kind::Switch,
        default: "false",
        about: "channels may name http origins beyond localhost",
    },
    Key {
        name: "allow_volatile_store",
        kind: Kind::Switch,
        default: "false",
        about: "the store may lie where it is lost with the power; for trials",
    },
    number("drain_secs", "10", "how long sockets stay once the gateway was asked to stop; 60 at most"),
    number("limits.burst", "10", "messages of one party at once; 0 switches the limit off"),
    number("limits.per_minute", "60", "messages of one party a minute, in the long run"),
    number("limits.frames_burst", "40", "frames of one socket at once; 0 switches the limit off"),
    number("limits.frames_per_minute", "1200", "frames of one socket a minute, in the long run"),
    number("limits.accepts_burst", "2000", "new sockets at once, all together; 0 switches the limit off"),
    number("limits.accepts_per_minute", "120000", "new sockets a minute, in the long run"),
    number(
        "limits.strangers",
        "5000",
        "connections that have not said who they are yet; above it the oldest go",
    ),
    number("limits.hello_ms", "10000", "time for a request's head, and for a socket's hello"),
    number("limits.sockets_per_party", "8", "sockets of one visitor, user or agent"),
    number("limits.sockets_per_ip", "50", "sockets of one address"),
    number("limits.sockets_per_channel", "20000", "sockets of visitors and users on one channel"),
    number("limits.queue_frames", "256", "frames that wait for a slow reader before its socket is cut"),
    number("limits.queue_bytes", "1048576", "bytes that wait for a slow reader before its socket is cut"),
    number("limits.file_mib", "10", "largest file in MiB, 100 at most; 0: no files are taken"),
    number("limits.session_files_mib", "100", "all files of one session, in MiB"),
    number("limits.party_files_mib", "200", "all files of one visitor, user or agent, in MiB"),
    number("limits.channel_files_mib", "10240", "all files of one channel, in MiB"),
    number("ping.every_ms", "25000", "time between heartbeats of a socket"),
    number("ping.grace_ms", "10000", "time after a missed heartbeat until the peer counts as gone"),
    text(
        "xmpp.server",
        "none",
        "host and port for components of an XMPP server; the secret goes over it in the open",
    ),
    text("xmpp.domain", "none", "the gateway's name on that server, such as chat.shop.example"),
    text(
        "xmpp.mode",
        "rooms",
        "what a session is there: `rooms`; or `direct`, a contact, which may lose words",
    ),
    text("xmpp.rooms", "none", "the server's rooms, such as rooms.shop.example; not in direct mode"),
    text("xmpp.secret", "none", "what the server and the gateway both know"),
    text("xmpp.files", "none", "where the server keeps files: an origin; a file from elsewhere stays a link"),
    text(
        "matrix.homeserver",
        "none",
        "where a Matrix homeserver is reached: an origin such as http://127.0.0.1:8008",
    ),
    text("matrix.server_name", "none", "that homeserver's name, behind the colon of its accounts"),
    text(
        "matrix.gateway_url",
        "public_url",
        "where that homeserver reaches the gateway; goes into its registration",
    ),
    text("log.format", "text", "traces as text or json"),
    text(
        "log.level",
        "info",
        "error, warn, info, debug, trace, or a filter such as warn,tieline_gateway=debug",
    ),
];
