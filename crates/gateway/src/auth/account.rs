//! Who answers, as a registration names them: a sign-in name of the desk, or an account elsewhere with its platform before it.
//!
//! `mia`, `xmpp:mia@shop.example`, `matrix:@mia:shop.example`. The party of an agent bears exactly this as its outer name.

use tieline_connector::Platform;

use super::desk;

/// The connector of those who answer at the desk.
pub(super) const DESK: &str = "desk";
/// RFC 7622, 3.1: no part is longer than 1,023 bytes; ours need not be near it.
const ACCOUNT_BYTES: usize = 255;

/// The connector behind an agent's name, and what it calls them.
pub fn split(agent: &str) -> (&str, &str) {
    match agent.split_once(':') {
        Some((platform, account)) if Platform::ALL.iter().any(|known| known.name() == platform) => {
            (platform, account)
        }
        _ => (DESK, agent),
    }
}

/// Whether somebody answers at the desk.
pub fn is_at_the_desk(agent: &str) -> bool {
    split(agent).0 == DESK
}

/// The platform on which somebody answers. None: at the desk.
pub fn platform(agent: &str) -> Option<&str> {
    let (connector, _) = split(agent);
    (connector != DESK).then_some(connector)
}

/// The other way round.
pub fn join(connector: &str, target: &str) -> String {
    if connector == DESK { target.to_owned() } else { format!("{connector}:{target}") }
}

/// What visitors see until somebody says otherwise.
pub fn shown_name(agent: &str) -> &str {
    let (connector, target) = split(agent);
    match connector {
        DESK => target,
        _ => target.trim_start_matches('@').split(['@', ':']).next().unwrap_or(target),
    }
}

/// The name as it is kept, or what it must be.
///
/// # Errors
/// With a sentence for a developer.
pub fn check(agent: &str) -> Result<String, &'static str> {
    let (connector, target) = split(agent);
    if connector == DESK {
        return if desk::is_login(target) {
            Ok(target.to_owned())
        } else {
            Err(
                "must be 1 to 64 small letters, digits, '-', '_', '.' or '@'; or an account elsewhere, such as \
                 xmpp:mia@shop.example or matrix:@mia:shop.example",
            )
        };
    }
    let is_plain = target.len() <= ACCOUNT_BYTES
        && !target
            .chars()
            .any(|letter| letter.is_control() || letter.is_whitespace() || "/'\"<>&".contains(letter));
    let is_account = is_plain
        && if connector == Platform::Xmpp.name() {
            target.split_once('@').is_some_and(|(local, domain)| is_part(local) && is_part(domain))
        } else {
            let parts = target.strip_prefix('@').and_then(|rest| rest.split_once(':'));
            parts.is_some_and(|(local, server)| !local.is_empty() && !server.is_empty())
        };
    match (is_account, connector) {
        // Addresses are the same whatever the size of their letters; servers say them small.
        (true, "xmpp") => Ok(join(connector, &target.to_lowercase())),
        (true, _) => Ok(agent.to_owned()),
        (false, "xmpp") => Err("must be an XMPP address without a resource, such as xmpp:mia@shop.example"),
        (false, _) => Err("must be a Matrix user, such as matrix:@mia:shop.example"),
    }
}

fn is_part(text: &str) -> bool {
    !text.is_empty() && !text.contains(['@', ':'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_told_from_sign_in_names() {
        for (agent, kept) in [
            ("mia", "mia"),
            ("mia@shop", "mia@shop"),
            ("xmpp:Mia@Shop.example", "xmpp:mia@shop.example"),
            ("matrix:@mia:shop.example:8448", "matrix:@mia:shop.example:8448"),
        ] {
            assert_eq!(check(agent).as_deref(), Ok(kept));
        }
        for bad in [
            "xmpp:mia",
            "xmpp:mia@shop/phone",
            "xmpp:@shop",
            "xmpp:a b@shop",
            "matrix:mia:shop",
            "matrix:@:",
            "sip:mia",
            "",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
        assert_eq!(shown_name("xmpp:mia@shop.example"), "mia");
        assert_eq!(shown_name("matrix:@mia:shop.example"), "mia");
        assert_eq!(split("xmpp:mia@shop.example"), ("xmpp", "mia@shop.example"));
        assert_eq!(join("xmpp", "mia@shop.example"), "xmpp:mia@shop.example");
    }
}
