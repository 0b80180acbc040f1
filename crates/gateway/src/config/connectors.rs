//! Other platforms, as they are configured: all of one or nothing of it.

use tieline_xmpp::{Setup, address::Domains};

use super::{ConfigError, bad, settings::XmppSettings};

/// RFC 1035, 2.3.4.
const DOMAIN_BYTES: usize = 253;

pub(super) fn check_xmpp(settings: XmppSettings) -> Result<Option<Setup>, ConfigError> {
    let XmppSettings { server, domain, rooms, secret } = settings;
    let is_set = [server.is_some(), domain.is_some(), rooms.is_some(), secret.is_some()];
    let (Some(server), Some(domain), Some(rooms), Some(secret)) = (server, domain, rooms, secret) else {
        if is_set.contains(&true) {
            let names = ["xmpp.server", "xmpp.domain", "xmpp.rooms", "xmpp.secret"];
            let missing: Vec<_> =
                names.into_iter().zip(is_set).filter(|(_, is_set)| !is_set).map(|(name, _)| name).collect();
            let first = missing.first().copied().unwrap_or_default();
            return Err(ConfigError(format!(
                "{first}: is missing; an XMPP server needs all of {}",
                names.join(", ")
            )));
        }
        return Ok(None);
    };
    let has_port =
        server.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
    if !has_port {
        return Err(bad("xmpp.server", &server, "a host and port such as 127.0.0.1:5347"));
    }
    let domains = Domains {
        component: read_domain("xmpp.domain", &domain)?,
        rooms: read_domain("xmpp.rooms", &rooms)?,
    };
    if domains.component == domains.rooms {
        return Err(bad(
            "xmpp.rooms",
            &rooms,
            "another name than xmpp.domain: the rooms are the server's own",
        ));
    }
    Ok(Some(Setup { server, domains, secret: secret.expose().clone() }))
}

fn read_domain(key: &str, text: &str) -> Result<String, ConfigError> {
    let is_domain = (1..=DOMAIN_BYTES).contains(&text.len())
        && text.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '.' | '-'));
    if is_domain { Ok(text.to_lowercase()) } else { Err(bad(key, text, "a name such as chat.shop.example")) }
}
