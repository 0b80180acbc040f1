//! Other platforms, as they are configured: all of one or nothing of it.

use tieline_xmpp::{
    Setup,
    address::{Domains, Mode},
};

use super::{
    ConfigError, bad,
    settings::{MatrixSettings, XmppSettings},
};
use crate::auth::Origin;

/// RFC 1035, 2.3.4.
const DOMAIN_BYTES: usize = 253;

/// An XMPP server, and where it keeps files.
#[derive(Clone, Debug)]
pub struct Xmpp {
    /// For the connector.
    pub setup: Setup,
    /// The one place from which files of its accounts are fetched.
    pub files: Option<Origin>,
}

pub(super) fn check_xmpp(
    settings: XmppSettings,
    allow_insecure_origins: bool,
) -> Result<Option<Xmpp>, ConfigError> {
    let XmppSettings { server, domain, mode, rooms, secret, files } = settings;
    let is_other = mode.is_some() || rooms.is_some() || files.is_some();
    let is_set = [server.is_some(), domain.is_some(), secret.is_some()];
    let (Some(server), Some(domain), Some(secret)) = (server, domain, secret) else {
        if !is_set.contains(&true) && !is_other {
            return Ok(None);
        }
        let names = ["xmpp.server", "xmpp.domain", "xmpp.secret"];
        let missing = names.into_iter().zip(is_set).find(|(_, is_set)| !is_set).map_or("", |(name, _)| name);
        let all = names.join(", ");
        return Err(ConfigError(format!("{missing}: is missing; an XMPP server needs all of {all}")));
    };
    let has_port =
        server.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
    if !has_port {
        return Err(bad("xmpp.server", &server, "a host and port such as 127.0.0.1:5347"));
    }
    let component = read_domain("xmpp.domain", &domain)?;
    let mode = read_mode(mode.as_deref(), &component, rooms)?;
    let files = files.map(|files| read_origin("xmpp.files", &files, allow_insecure_origins)).transpose()?;
    let domains = Domains { component, mode };
    Ok(Some(Xmpp { setup: Setup { server, domains, secret: secret.expose().clone() }, files }))
}

fn read_mode(mode: Option<&str>, component: &str, rooms: Option<String>) -> Result<Mode, ConfigError> {
    match (mode, rooms) {
        (None | Some("rooms"), Some(rooms)) => {
            let rooms = read_domain("xmpp.rooms", &rooms)?;
            if component == rooms {
                return Err(bad(
                    "xmpp.rooms",
                    &rooms,
                    "another name than xmpp.domain: the rooms are the server's own",
                ));
            }
            Ok(Mode::Rooms(rooms))
        }
        (None | Some("rooms"), None) => Err(ConfigError(
            "xmpp.rooms: is missing; sessions are rooms of the server unless xmpp.mode is direct".to_owned(),
        )),
        (Some("direct"), None) => Ok(Mode::Direct),
        (Some("direct"), Some(rooms)) => Err(bad("xmpp.rooms", &rooms, "left out where xmpp.mode is direct")),
        (Some(other), _) => Err(bad("xmpp.mode", other, "rooms or direct")),
    }
}

/// A Matrix homeserver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix {
    /// Where it is reached.
    pub homeserver: Origin,
    /// What its accounts bear behind the colon.
    pub server_name: String,
    /// Where it reaches the gateway.
    pub gateway_url: Origin,
}

pub(super) fn check_matrix(
    settings: MatrixSettings,
    public_url: &Origin,
    allow_insecure_origins: bool,
) -> Result<Option<Matrix>, ConfigError> {
    let MatrixSettings { homeserver, server_name, gateway_url } = settings;
    let (homeserver, server_name) = match (homeserver, server_name) {
        (Some(homeserver), Some(server_name)) => (homeserver, server_name),
        (None, None) if gateway_url.is_none() => return Ok(None),
        (None, _) => return Err(missing("matrix.homeserver")),
        (_, None) => return Err(missing("matrix.server_name")),
    };
    let gateway_url = match gateway_url {
        Some(url) => read_origin("matrix.gateway_url", &url, allow_insecure_origins)?,
        None => public_url.clone(),
    };
    // A port may be part of it.
    let (domain, port) = server_name.split_once(':').unwrap_or((&server_name, ""));
    if !port.chars().all(|digit| digit.is_ascii_digit()) {
        return Err(bad("matrix.server_name", &server_name, "a name such as shop.example"));
    }
    let domain = read_domain("matrix.server_name", domain)?;
    let server_name = if port.is_empty() { domain } else { format!("{domain}:{port}") };
    let homeserver = read_origin("matrix.homeserver", &homeserver, allow_insecure_origins)?;
    Ok(Some(Matrix { homeserver, server_name, gateway_url }))
}

fn missing(key: &str) -> ConfigError {
    ConfigError(format!(
        "{key}: is missing; a Matrix homeserver needs matrix.homeserver and matrix.server_name"
    ))
}

fn read_origin(key: &str, text: &str, allow_insecure_origins: bool) -> Result<Origin, ConfigError> {
    let origin = Origin::parse(text).map_err(|flaw| {
        bad(key, text, &format!("an origin such as https://upload.shop.example: it {flaw}"))
    })?;
    if origin.is_insecure() && !allow_insecure_origins {
        return Err(bad(key, text, "https, or on this machine (allow_insecure_origins lifts that)"));
    }
    Ok(origin)
}

fn read_domain(key: &str, text: &str) -> Result<String, ConfigError> {
    let is_domain = (1..=DOMAIN_BYTES).contains(&text.len())
        && text.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '.' | '-'));
    if is_domain { Ok(text.to_lowercase()) } else { Err(bad(key, text, "a name such as chat.shop.example")) }
}
