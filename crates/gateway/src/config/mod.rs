//! The gateway's configuration: defaults, then the file, then the environment, then flags.
//!
//! Everything is checked before anything starts. An unknown key is an error that names the file, the key and the allowed
//! ones; a bad value names what it came from and what it may be. Read next: [`settings`] for the keys.

mod connectors;
mod load;
mod settings;

use std::{net::SocketAddr, path::PathBuf};

use tieline_protocol::{Millis, server::PingPlan};
use tieline_relay::Rate;

use crate::auth::{Origin, Secret};

pub use connectors::{Matrix, Xmpp};
pub use load::{Sources, load};
pub use settings::{KEYS, Key, Kind, Settings};

/// Configuration that was checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where browsers find us: an origin.
    pub public_url: Origin,
    /// What a JWT's `aud` must name.
    pub gateway_id: String,
    /// Keys, tokens, and by default the store.
    pub data_dir: PathBuf,
    /// The SQLite file.
    pub store: PathBuf,
    /// Read the widget's and desk's files from here and not from the binary.
    pub assets_dir: Option<PathBuf>,
    /// Opens the operator's API. None: one is made, in `<data_dir>/operator.token`.
    pub operator_token: Option<Secret<String>>,
    /// Plain HTTP origins beyond localhost may be registered.
    pub allow_insecure_origins: bool,
    /// The store may lie where an acknowledged message is lost with the power.
    pub allow_volatile_store: bool,
    /// How much, how fast.
    pub limits: Limits,
    /// Heartbeat of the sockets.
    pub ping: PingPlan,
    /// How long sockets stay once the gateway was asked to stop.
    pub drain: Millis,
    /// Traces.
    pub log: Log,
    /// The XMPP server on which merchants answer too.
    pub xmpp: Option<Xmpp>,
    /// The Matrix homeserver on which merchants answer too.
    pub matrix: Option<Matrix>,
}

/// Limits that the gateway enforces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Messages of one party.
    pub messages: Rate,
    /// Frames of one socket.
    pub frames: Rate,
    /// New sockets, all together.
    pub accepts: Rate,
    /// Connections that have not said who they are.
    pub strangers: u32,
    /// How long one may stay so.
    pub hello_within: Millis,
    /// Sockets of one party.
    pub sockets_per_party: u32,
    /// Sockets of one address.
    pub sockets_per_ip: u32,
    /// Sockets of visitors and users on one channel.
    pub sockets_per_channel: u32,
    /// Frames that wait for a slow reader before its socket is cut.
    pub queue_frames: u32,
    /// Bytes that wait for a slow reader before its socket is cut.
    pub queue_bytes: u32,
    /// Bytes of files.
    pub files: FileLimits,
}

/// How much the gateway keeps of what people give it, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileLimits {
    /// Of one file. 0: none are taken.
    pub file: u64,
    /// Of one session.
    pub session: u64,
    /// Of one visitor, user or agent.
    pub party: u64,
    /// Of one channel.
    pub channel: u64,
}

/// How traces are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// One JSON object a line, and not text.
    pub is_json: bool,
    /// A filter such as `info` or `warn,tieline_gateway=debug`.
    pub level: String,
}

/// What is wrong with the configuration, in one or more lines for a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

impl Config {
    /// Checks settings.
    ///
    /// # Errors
    /// With the key at fault and what it may be.
    pub fn check(settings: Settings) -> Result<Self, ConfigError> {
        let listen: SocketAddr = settings.listen.parse().map_err(|_| {
            bad("listen", &settings.listen, "an address and port such as 127.0.0.1:7070 or [::]:7070")
        })?;
        let data_dir = PathBuf::from(settings.data_dir);
        let public_url = match settings.public_url {
            Some(url) => Origin::parse(&url).map_err(|flaw| {
                bad(
                    "public_url",
                    &url,
                    &format!("scheme, host and port such as https://chat.example: it {flaw}"),
                )
            })?,
            None if listen.port() == 0 => {
                return Err(ConfigError(
                    "public_url: must be set when `listen` leaves the port open (0)".into(),
                ));
            }
            None => Origin::parse(&format!("http://localhost:{}", listen.port()))
                .map_err(|flaw| ConfigError(flaw.to_string()))?,
        };
        let store = match settings.store.strip_prefix("sqlite:") {
            Some(file) if !file.is_empty() => data_dir.join(file),
            _ => return Err(bad("store", &settings.store, "sqlite:<file>, relative to data_dir")),
        };
        Ok(Self {
            listen,
            matrix: connectors::check_matrix(settings.matrix, &public_url, settings.allow_insecure_origins)?,
            gateway_id: settings.gateway_id.unwrap_or_else(|| public_url.to_string()),
            public_url,
            data_dir,
            store,
            assets_dir: settings.assets_dir.map(PathBuf::from),
            operator_token: settings.operator_token.map(check_operator_token).transpose()?,
            allow_insecure_origins: settings.allow_insecure_origins,
            allow_volatile_store: settings.allow_volatile_store,
            limits: settings.limits.check()?,
            ping: settings.ping.check()?,
            drain: check_drain(settings.drain_secs)?,
            log: settings.log.check()?,
            xmpp: connectors::check_xmpp(settings.xmpp, settings.allow_insecure_origins)?,
        })
    }
}

/// A service manager that stops a program waits 90 seconds by custom before it kills it.
const LONGEST_DRAIN_SECS: u32 = 60;

fn check_drain(secs: u32) -> Result<Millis, ConfigError> {
    if secs > LONGEST_DRAIN_SECS {
        return Err(bad("drain_secs", &secs.to_string(), &format!("0 to {LONGEST_DRAIN_SECS}")));
    }
    Ok(Millis::secs(u64::from(secs)))
}

/// A browser hashes a file in memory before it is sent.
const LARGEST_FILE_MIB: u32 = 100;

/// Short enough to type is short enough to guess.
const OPERATOR_TOKEN_CHARS: usize = 16;

fn check_operator_token(token: Secret<String>) -> Result<Secret<String>, ConfigError> {
    // Only its length is looked at; the value itself must not get into the message.
    if token.expose().len() < OPERATOR_TOKEN_CHARS {
        return Err(ConfigError(format!(
            "operator_token: must have {OPERATOR_TOKEN_CHARS} characters or more"
        )));
    }
    Ok(token)
}

impl settings::LimitSettings {
    fn check(self) -> Result<Limits, ConfigError> {
        let rate = |name: &str, burst: u32, per_minute: u32| {
            if burst > 0 && per_minute == 0 {
                let what = format!(
                    "limits.{name}per_minute: must be 1 or more (limits.{name}burst = 0 switches the limit off)"
                );
                return Err(ConfigError(what));
            }
            Ok(Rate { burst, per_minute })
        };
        let messages = rate("", self.burst, self.per_minute)?;
        let frames = rate("frames_", self.frames_burst, self.frames_per_minute)?;
        let accepts = rate("accepts_", self.accepts_burst, self.accepts_per_minute)?;
        for (name, value, least) in [
            ("strangers", self.strangers, 1),
            ("hello_ms", self.hello_ms, 100),
            ("sockets_per_party", self.sockets_per_party, 1),
            ("sockets_per_ip", self.sockets_per_ip, 1),
            ("sockets_per_channel", self.sockets_per_channel, 1),
            ("queue_frames", self.queue_frames, 16),
            ("queue_bytes", self.queue_bytes, 64 * 1024),
        ] {
            if value < least {
                return Err(bad(&format!("limits.{name}"), &value.to_string(), &format!("{least} or more")));
            }
        }
        let bytes = |mib: u32| u64::from(mib) * 1024 * 1024;
        if self.file_mib > LARGEST_FILE_MIB {
            let allowed = format!("0 to {LARGEST_FILE_MIB}");
            return Err(bad("limits.file_mib", &self.file_mib.to_string(), &allowed));
        }
        Ok(Limits {
            messages,
            frames,
            accepts,
            strangers: self.strangers,
            hello_within: Millis(u64::from(self.hello_ms)),
            sockets_per_party: self.sockets_per_party,
            sockets_per_ip: self.sockets_per_ip,
            sockets_per_channel: self.sockets_per_channel,
            queue_frames: self.queue_frames,
            queue_bytes: self.queue_bytes,
            files: FileLimits {
                file: bytes(self.file_mib),
                session: bytes(self.session_files_mib),
                party: bytes(self.party_files_mib),
                channel: bytes(self.channel_files_mib),
            },
        })
    }
}

impl settings::PingSettings {
    fn check(self) -> Result<PingPlan, ConfigError> {
        for (name, value) in [("every_ms", self.every_ms), ("grace_ms", self.grace_ms)] {
            if !(100..=600_000).contains(&value) {
                return Err(bad(&format!("ping.{name}"), &value.to_string(), "100 to 600000"));
            }
        }
        Ok(PingPlan {
            every_ms: Millis(u64::from(self.every_ms)),
            grace_ms: Millis(u64::from(self.grace_ms)),
        })
    }
}

impl settings::LogSettings {
    fn check(self) -> Result<Log, ConfigError> {
        let is_json = match self.format.as_str() {
            "json" => true,
            "text" => false,
            other => return Err(bad("log.format", other, "text or json")),
        };
        if self.level.parse::<tracing_subscriber::EnvFilter>().is_err() {
            return Err(bad(
                "log.level",
                &self.level,
                "error, warn, info, debug, trace, or a filter such as warn,tieline_gateway=debug",
            ));
        }
        Ok(Log { is_json, level: self.level })
    }
}

fn bad(key: &str, value: &str, allowed: &str) -> ConfigError {
    ConfigError(format!("{key}: `{value}` is not allowed here; it must be {allowed}"))
}
