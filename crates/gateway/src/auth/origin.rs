//! Web origins: scheme, host and port, exactly.
//!
//! Origin is a filter, not a permission: browsers are honest about it, programs are not. So it decides where the widget may
//! stand, and never who somebody is.

use std::{fmt, net::IpAddr};

/// An `http` or `https` origin in the one spelling that browsers send: lower case, no default port, no path.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin(String);

/// Why a text is not an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// `null`, `file:`, a bare host, or anything else.
    #[error("must start with https:// (or http:// for localhost)")]
    Scheme,
    /// A path, query, fragment or user name.
    #[error("must be scheme, host and port only, such as https://shop.example or https://shop.example:8443")]
    Extra,
    /// A host that no browser would send: empty, with a wildcard, or not ASCII.
    #[error("has no valid host; wildcards are not allowed, and international names are written as xn--")]
    Host,
    /// Not a number from 1 to 65535.
    #[error("has no valid port")]
    Port,
}

impl Origin {
    /// Reads an origin as a person or a URL writes it, and brings it into the browsers' spelling.
    ///
    /// # Errors
    /// When it is not an `http` or `https` origin.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let (scheme, rest) = text.split_once("://").ok_or(Malformed::Scheme)?;
        let scheme = scheme.to_ascii_lowercase();
        let default_port = match scheme.as_str() {
            "https" => 443,
            "http" => 80,
            _ => return Err(Malformed::Scheme),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['/', '?', '#', '@', '\\']) {
            return Err(Malformed::Extra);
        }
        let (host, port) = split_port(rest)?;
        let host = host.to_ascii_lowercase();
        if !is_host(&host) {
            return Err(Malformed::Host);
        }
        Ok(Self(match port {
            Some(port) if port != default_port => format!("{scheme}://{host}:{port}"),
            _ => format!("{scheme}://{host}"),
        }))
    }

    /// The text, as browsers send it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is plain HTTP to somewhere else than this machine.
    pub fn is_insecure(&self) -> bool {
        self.0.strip_prefix("http://").is_some_and(|rest| {
            let host = split_port(rest).map_or(rest, |(host, _)| host);
            let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
            !(host == "localhost" || host.ends_with(".localhost") || ip.is_ok_and(|ip| ip.is_loopback()))
        })
    }

    /// The same place for WebSockets, for a `connect-src`.
    pub fn socket(&self) -> String {
        self.0.replacen("http", "ws", 1)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn split_port(rest: &str) -> Result<(&str, Option<u16>), Malformed> {
    // An IPv6 address holds colons of its own, inside brackets.
    let host_end = rest.rfind(']').map_or(0, |end| end + 1);
    let Some((host, port)) = rest.get(host_end..).and_then(|tail| tail.rsplit_once(':')) else {
        return Ok((rest, None));
    };
    let host = rest.get(..host_end + host.len()).ok_or(Malformed::Host)?;
    // `parse` alone would take "+80".
    let is_number = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    match port.parse::<u16>() {
        Ok(port) if is_number && port > 0 => Ok((host, Some(port))),
        _ => Err(Malformed::Port),
    }
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[') {
        return address
            .strip_suffix(']')
            .is_some_and(|address| address.parse::<std::net::Ipv6Addr>().is_ok());
    }
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte))
    };
    host.len() <= 253 && host.split('.').all(is_label)
}

/// Where a connection comes from, as far as its `Origin` header tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// No header: not a browser, or not a page.
    Program,
    /// A document of ours: frame, page or desk.
    Ours,
    /// A page of the channel that holds the widget itself.
    Inline,
    /// Anywhere else, `null` included.
    Stranger,
}

/// Tells the place of a connection. The header is compared byte by byte: browsers send one spelling, and whoever sends
/// another is not a browser.
pub fn place(header: Option<&str>, ours: &Origin, allowed: &[Origin]) -> Place {
    match header {
        None => Place::Program,
        Some(text) if text == ours.as_str() => Place::Ours,
        Some(text) if allowed.iter().any(|origin| origin.as_str() == text) => Place::Inline,
        Some(_) => Place::Stranger,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_brought_into_one_spelling() {
        for (text, expected) in [
            ("https://shop.example", "https://shop.example"),
            ("https://shop.example/", "https://shop.example"),
            ("HTTPS://Shop.Example", "https://shop.example"),
            ("https://shop.example:443", "https://shop.example"),
            ("http://localhost:80", "http://localhost"),
            ("https://shop.example:8443", "https://shop.example:8443"),
            ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
            ("http://[::1]:7071", "http://[::1]:7071"),
            ("http://127.0.0.1:7071", "http://127.0.0.1:7071"),
        ] {
            assert_eq!(Origin::parse(text).map(|origin| origin.0), Ok(expected.into()), "{text}");
        }
    }

    #[test]
    fn what_is_not_an_origin_is_refused() {
        for (text, expected) in [
            ("", Malformed::Scheme),
            ("null", Malformed::Scheme),
            ("*", Malformed::Scheme),
            ("shop.example", Malformed::Scheme),
            ("file:///home", Malformed::Scheme),
            ("javascript://shop.example", Malformed::Scheme),
            ("https://", Malformed::Host),
            ("https://*.example", Malformed::Host),
            ("https://bücher.example", Malformed::Host),
            ("https://shop.example 'unsafe-inline'", Malformed::Host),
            ("https://shop.example;script-src", Malformed::Host),
            ("https://a..b", Malformed::Host),
            ("https://[::1", Malformed::Host),
            ("https://shop.example/path", Malformed::Extra),
            ("https://shop.example?x", Malformed::Extra),
            ("https://me@shop.example", Malformed::Extra),
            ("https://shop.example:", Malformed::Port),
            ("https://shop.example:0", Malformed::Port),
            ("https://shop.example:65536", Malformed::Port),
            ("https://shop.example:+443", Malformed::Port),
        ] {
            assert_eq!(Origin::parse(text), Err(expected), "{text}");
        }
    }

    #[test]
    fn plain_http_is_for_this_machine() {
        for (text, expected) in [
            ("https://shop.example", false),
            ("http://localhost:7071", false),
            ("http://app.localhost", false),
            ("http://127.0.0.1:7071", false),
            ("http://[::1]:7071", false),
            ("http://shop.example", true),
            ("http://notlocalhost", true),
            ("http://192.168.1.5", true),
        ] {
            assert_eq!(Origin::parse(text).unwrap().is_insecure(), expected, "{text}");
        }
    }

    #[test]
    fn places_are_told_exactly() {
        let ours = Origin::parse("https://chat.example").unwrap();
        let allowed = [
            Origin::parse("https://shop.example").unwrap(),
            Origin::parse("https://b.example:8443").unwrap(),
        ];
        for (header, expected) in [
            (None, Place::Program),
            (Some("https://chat.example"), Place::Ours),
            (Some("https://shop.example"), Place::Inline),
            (Some("https://b.example:8443"), Place::Inline),
            (Some("null"), Place::Stranger),
            (Some(""), Place::Stranger),
            (Some("http://shop.example"), Place::Stranger),
            (Some("https://shop.example:8443"), Place::Stranger),
            (Some("https://b.example"), Place::Stranger),
            (Some("https://shop.example.evil.example"), Place::Stranger),
            (Some("https://evil-shop.example"), Place::Stranger),
            (Some("https://sub.shop.example"), Place::Stranger),
            (Some("HTTPS://SHOP.EXAMPLE"), Place::Stranger),
            (Some("https://shop.example/"), Place::Stranger),
            (Some("https://chat.example.evil.example"), Place::Stranger),
        ] {
            assert_eq!(place(header, &ours, &allowed), expected, "{header:?}");
        }
    }
}
