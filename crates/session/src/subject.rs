//! Whose token a JWT (RFC 7519) is, as it says itself.
//!
//! Nothing is verified here: the gateway does that. This end only needs to notice that the page now speaks of somebody
//! else, so that one person's words are never shown to another or sent in another's name.

/// The `sub` claim, if the token has the usual shape and the claim is a string.
pub(crate) fn subject_of(jwt: &str) -> Option<String> {
    let claims = decode_base64url(jwt.split('.').nth(1)?)?;
    find_sub(std::str::from_utf8(&claims).ok()?)
}

fn decode_base64url(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let (mut bits, mut held) = (0u32, 0u32);
    for symbol in text.trim_end_matches('=').bytes() {
        let value = match symbol {
            b'A'..=b'Z' => symbol - b'A',
            b'a'..=b'z' => symbol - b'a' + 26,
            b'0'..=b'9' => symbol - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    Some(bytes)
}

/// Walks the outermost object. A parser would be ten times its size, and the widget carries none.
fn find_sub(json: &str) -> Option<String> {
    let mut chars = json.chars().peekable();
    let mut depth = 0u32;
    let mut last = String::new();
    while let Some(char) = chars.next() {
        match char {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.checked_sub(1)?,
            '"' => last = string(&mut chars)?,
            ':' if depth == 1 && last == "sub" => {
                while chars.next_if(|char| char.is_ascii_whitespace()).is_some() {}
                return if chars.next()? == '"' { string(&mut chars) } else { None };
            }
            _ => {}
        }
    }
    None
}

/// The rest of a JSON string after its opening quote.
fn string(chars: &mut impl Iterator<Item = char>) -> Option<String> {
    let mut text = String::new();
    let mut units: Vec<u16> = Vec::new();
    loop {
        let mut char = chars.next()?;
        if char == '\\' {
            char = match chars.next()? {
                'u' => {
                    let mut unit = 0;
                    for _ in 0..4 {
                        unit = unit << 4 | chars.next()?.to_digit(16)?;
                    }
                    units.push(unit as u16);
                    continue;
                }
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'b' => '\u{8}',
                'f' => '\u{c}',
                plain => plain,
            };
            flush(&mut units, &mut text)?;
            text.push(char);
            continue;
        }
        flush(&mut units, &mut text)?;
        if char == '"' {
            return Some(text);
        }
        text.push(char);
    }
}

/// Escaped UTF-16 units come in pairs for what lies beyond the basic plane.
fn flush(units: &mut Vec<u16>, text: &mut String) -> Option<()> {
    if !units.is_empty() {
        text.push_str(&String::from_utf16(units).ok()?);
        units.clear();
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_subject_and_nothing_that_only_looks_like_it() {
        for (claims, expected) in [
            (r#"{"sub":"u-17"}"#, Some("u-17")),
            (r#"{ "iss": "ch_1", "sub" : "Zo\u00eb \"Z\" \ud83d\ude00", "exp": 1 }"#, Some("Zoë \"Z\" 😀")),
            (r#"{"attrs":{"sub":"other"},"list":["sub",":"],"sub":"me"}"#, Some("me")),
            (r#"{"name":"sub","x":"\"sub\":\"no\""}"#, None),
            (r#"{"sub":17}"#, None),
            (r#"{"sub":"cut"#, None),
            (r#"{"sub":"\ud83d"}"#, None),
            ("}}", None),
            ("", None),
        ] {
            assert_eq!(find_sub(claims).as_deref(), expected, "{claims}");
        }
    }

    #[test]
    fn reads_the_middle_part_of_a_token() {
        // {"sub":"u?>~17"} holds both letters that base64url changes.
        assert_eq!(subject_of("e30.eyJzdWIiOiJ1Pz5-MTcifQ.sig").as_deref(), Some("u?>~17"));
        for broken in ["", "a.b", "a.!!.c", "a", "..", "a.eyJzdWIi.c"] {
            assert_eq!(subject_of(broken), None, "{broken}");
        }
    }
}
