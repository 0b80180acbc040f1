//! Other platforms, as they are configured: all of one or nothing of it.

use tieline_xmpp::{Setup, address::Domains};

use super::{ConfigError, bad, settings::XmppSettings};
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
    let XmppSettings { server, domain, rooms, secret, files } = settings;
    let is_set = [server.is_some(), domain.is_some(), rooms.is_some(), secret.is_some()];
    let (Some(server), Some(domain), Some(rooms), Some(secret)) = (server, domain, rooms, secret) else {
        if !is_set.contains(&true) && files.is_none() {
            return Ok(None);
        }
        let names = ["xmpp.server", "xmpp.domain", "xmpp.rooms", "xmpp.secret"];
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
    let rooms = read_domain("xmpp.rooms", &rooms)?;
    if component == rooms {
        return Err(bad(
            "xmpp.rooms",
            &rooms,
            "another name than xmpp.domain: the rooms are the server's own",
        ));
    }
    let files = files.map(|files| read_origin("xmpp.files", &files, allow_insecure_origins)).transpose()?;
    let domains = Domains { component, rooms };
    Ok(Some(Xmpp { setup: Setup { server, domains, secret: secret.expose().clone() }, files }))
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
