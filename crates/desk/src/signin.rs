//! Who sits at the desk, and how they come in.
//!
//! A one-time link brings a secret in the address's fragment, which never reaches a server's log. It is exchanged for a
//! cookie that scripts cannot read; the cookie for a token that the socket takes. So a reload needs no link, and nothing
//! that could be stolen lies in the page.

pub mod door;

use serde::Deserialize;

/// Somebody who is signed in.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Badge {
    /// Who.
    pub agent: AgentFace,
    /// Opens the socket, for a few minutes.
    pub token: String,
}

// A token in a trace is a token lost.
impl std::fmt::Debug for Badge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Badge").field("agent", &self.agent).finish_non_exhaustive()
    }
}

/// An agent as the gateway names them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct AgentFace {
    /// Stable.
    pub id: String,
    /// As visitors read it.
    pub name: String,
}

/// Where signing in stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    /// The gateway is being asked.
    Asking,
    /// Somebody is in.
    Open(Badge),
    /// Nobody is in.
    Shut(Why),
}

/// Why nobody is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// No sign-in on this browser, or one that ran out while nobody was here.
    NoSignIn,
    /// The link was used before, is too old, or never was one. Which of them the gateway does not tell.
    LinkSpent,
    /// The sign-in ended while the desk was open.
    Ended,
    /// The agent signed out.
    Left,
    /// The gateway does not answer, or is in trouble. Trying again may help.
    Unreachable,
}

/// The secret of a link, from an address's fragment: `invite=<secret>`.
pub fn invite_in(fragment: &str) -> Option<&str> {
    let mut fields = fragment.split('&').filter_map(|field| field.split_once('='));
    let (_, secret) = fields.find(|(name, _)| *name == "invite")?;
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    (!secret.is_empty() && secret.bytes().all(is_token)).then_some(secret)
}

/// What the answer to a question at the door means when it is no badge.
pub fn refusal(is_link: bool, status: u16) -> Why {
    match (is_link, status) {
        (_, 408 | 429 | 500..) => Why::Unreachable,
        (true, _) => Why::LinkSpent,
        (false, _) => Why::NoSignIn,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_read_from_the_fragment_alone() {
        for (fragment, expected) in [
            ("invite=aB-_9", Some("aB-_9")),
            ("x=1&invite=abc", Some("abc")),
            ("invite=abc&invite=def", Some("abc")),
            ("invite=", None),
            ("invite", None),
            ("invites=abc", None),
            ("invite=a b", None),
            ("invite=\"><script>", None),
            ("", None),
        ] {
            assert_eq!(invite_in(fragment), expected, "{fragment:?}");
        }
    }

    #[test]
    fn each_refusal_is_told_apart() {
        for (is_link, status, expected) in [
            (true, 401, Why::LinkSpent),
            (true, 400, Why::LinkSpent),
            (true, 503, Why::Unreachable),
            (true, 429, Why::Unreachable),
            (false, 401, Why::NoSignIn),
            (false, 403, Why::NoSignIn),
            (false, 429, Why::Unreachable),
            (false, 502, Why::Unreachable),
        ] {
            assert_eq!(refusal(is_link, status), expected, "{is_link} {status}");
        }
    }

    #[test]
    fn a_badge_never_shows_its_token() {
        let agent = AgentFace { id: "mia".into(), name: "Mia".into() };
        let shown = format!("{:?}", Badge { agent, token: "secret".into() });
        assert!(!shown.contains("secret"), "{shown}");
    }
}
