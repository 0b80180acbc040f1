//! Texts from outside that will be shown as names.

/// Longest name, in characters.
pub const NAME_CHARS: usize = 80;

/// A name as it may be shown: one line, without control and direction-changing characters. `None` if nothing is left.
pub fn name(text: &str) -> Option<String> {
    let short: String = line(text).chars().take(NAME_CHARS).collect();
    let short = short.trim_end();
    (!short.is_empty()).then(|| short.to_owned())
}

/// A text as one line, without control and direction-changing characters.
pub fn line(text: &str) -> String {
    let kept: String = text.chars().filter(|&letter| !is_hidden(letter)).collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Characters with which one name passes for another: controls, zero-width ones, and those that turn the reading direction.
fn is_hidden(letter: char) -> bool {
    (letter.is_control() && !letter.is_whitespace())
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_plain_line() {
        for (text, expected) in [
            ("Mia", Some("Mia")),
            ("  Mia \n Keller\t", Some("Mia Keller")),
            ("Mia\u{202e}nimda", Some("Mianimda")),
            ("\u{200b}\u{feff}", None),
            ("", None),
            ("\u{7}", None),
            ("<b>Mia</b>", Some("<b>Mia</b>")),
        ] {
            assert_eq!(name(text).as_deref(), expected, "{text:?}");
        }
        assert_eq!(name(&"ä".repeat(200)).map(|name| name.chars().count()), Some(NAME_CHARS));
    }
}
