//! The fields of a registration, each read and checked.

use tieline_protocol::{Capabilities, Capability, client::DEFAULT_RECIPIENT};

use super::{
    account,
    channel::Recipient,
    key,
    origin::Origin,
    plain,
    registration::{Invalid, Policy, invalid},
};

/// Most of anything that is listed.
pub(super) const LIST_LENGTH: usize = 50;
/// Longest span in which words can be changed: a week.
const EDIT_SECS_MOST: u32 = 7 * 24 * 60 * 60;
/// Longest name of something within a registration, in bytes.
pub(super) const NAMED_LENGTH: usize = 64;
/// Longest greeting, in characters.
const GREETING_CHARS: usize = 500;

pub(super) fn read_name(at: &str, text: &str) -> Result<String, Invalid> {
    match plain::name(text) {
        Some(name) if text.trim().chars().count() <= plain::NAME_CHARS => Ok(name),
        Some(_) => invalid(at, format!("is longer than {} characters", plain::NAME_CHARS)),
        None => invalid(at, "is empty"),
    }
}

pub(super) fn read_origins(texts: &[String], policy: Policy) -> Result<Vec<Origin>, Invalid> {
    if texts.is_empty() || texts.len() > LIST_LENGTH {
        return invalid("origins", format!("must name 1 to {LIST_LENGTH} origins"));
    }
    let mut origins = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        let at = format!("origins[{index}]");
        let origin = match Origin::parse(text) {
            Ok(origin) => origin,
            Err(flaw) => return invalid(at, format!("`{text}` {flaw}")),
        };
        if origin.is_insecure() && !policy.allow_insecure_origins {
            return invalid(
                at,
                format!("`{text}` is plain http: only localhost may be (allow_insecure_origins lifts that)"),
            );
        }
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    Ok(origins)
}

pub(super) fn read_recipients(recipients: &[Recipient]) -> Result<Vec<Recipient>, Invalid> {
    if recipients.is_empty() || recipients.len() > LIST_LENGTH {
        return invalid("recipients", format!("must name 1 to {LIST_LENGTH} recipients"));
    }
    let mut out: Vec<Recipient> = Vec::new();
    for (index, recipient) in recipients.iter().enumerate() {
        if !key::is_kid(&recipient.name) {
            let why = "must be 1 to 64 letters, digits, '-', '_' or '.'";
            return invalid(format!("recipients[{index}].name"), why);
        }
        if out.iter().any(|other| other.name == recipient.name) {
            return invalid(format!("recipients[{index}].name"), "stands there twice");
        }
        if recipient.agents.is_empty() || recipient.agents.len() > LIST_LENGTH {
            return invalid(
                format!("recipients[{index}].agents"),
                format!("must name 1 to {LIST_LENGTH} agents"),
            );
        }
        let mut agents = Vec::new();
        for (place, agent) in recipient.agents.iter().enumerate() {
            match account::check(agent) {
                Ok(agent) => agents.push(agent),
                Err(why) => return invalid(format!("recipients[{index}].agents[{place}]"), why),
            }
        }
        out.push(Recipient { name: recipient.name.clone(), agents });
    }
    if !out.iter().any(|recipient| recipient.name == DEFAULT_RECIPIENT) {
        return invalid("recipients", "must have one named default: it answers when a page names nobody");
    }
    Ok(out)
}

pub(super) fn read_capabilities(names: &[String]) -> Result<Capabilities, Invalid> {
    let mut out = Capabilities::default();
    for (index, name) in names.iter().enumerate() {
        let Some(capability) = Capability::find(name) else {
            let known = Capability::ALL.map(Capability::name).join(", ");
            return invalid(format!("capabilities[{index}]"), format!("`{name}` is not one of {known}"));
        };
        out.0.insert(capability);
    }
    if !out.grants(Capability::Text) {
        return invalid("capabilities", "must hold text: a channel without words is none");
    }
    Ok(out)
}

pub(super) fn read_edit_secs(secs: u32) -> Result<u32, Invalid> {
    if secs > EDIT_SECS_MOST {
        return invalid(
            "edit_secs",
            format!("is more than {EDIT_SECS_MOST}: what was said so long ago was acted on"),
        );
    }
    Ok(secs)
}

pub(super) fn read_greeting(text: &str) -> Result<Option<String>, Invalid> {
    let text = text.trim();
    if text.chars().count() > GREETING_CHARS {
        return invalid("greeting", format!("is longer than {GREETING_CHARS} characters"));
    }
    if text.chars().any(|letter| letter.is_control() && letter != '\n') {
        return invalid("greeting", "holds control characters");
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// Hex colours only: the value goes into a style, and a closed syntax cannot carry anything else there.
pub(super) fn read_accent(text: &str) -> Result<Option<String>, Invalid> {
    let is_hex = text.strip_prefix('#').is_some_and(|digits| {
        matches!(digits.len(), 3 | 6) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    });
    match text {
        "" => Ok(None),
        _ if is_hex => Ok(Some(text.to_ascii_lowercase())),
        _ => invalid("accent", format!("`{text}` is not a colour such as #0a7 or #00aa77")),
    }
}
