//! Whether a message is nothing but a few emoji: such a one is a gesture, and is shown large.

use tieline_session::screen::Span;

/// More than these are a text.
const MOST: usize = 3;

/// Joins several emoji to one; asks for the coloured form.
const JOINER: char = '\u{200d}';
const COLOURED: char = '\u{fe0f}';

/// One to three emoji and nothing else.
pub(crate) fn is_gesture(spans: &[Span]) -> bool {
    let [Span::Plain(text)] = spans else { return false };
    let mut count = 0;
    let mut before = None;
    let mut is_half_flag = false;
    for letter in text.trim().chars() {
        match letter {
            // Skin, coloured form, joiner and the letters of a region's flag belong to the emoji before them.
            '\u{1f3fb}'..='\u{1f3ff}' | COLOURED | JOINER | '\u{e0020}'..='\u{e007f}' if count > 0 => {}
            // Two letters are one flag.
            '\u{1f1e6}'..='\u{1f1ff}' => {
                count += usize::from(!is_half_flag);
                is_half_flag = !is_half_flag;
            }
            ' ' if !is_half_flag => {}
            letter if is_emoji(letter) => count += usize::from(before != Some(JOINER)),
            _ => return false,
        }
        before = Some(letter);
    }
    (1..=MOST).contains(&count) && !is_half_flag
}

/// The blocks that are drawn as pictures. Arrows and signs that are text elsewhere are left out.
fn is_emoji(letter: char) -> bool {
    matches!(letter, '\u{1f300}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{231a}' | '\u{231b}' | '\u{23e9}'..='\u{23fa}' | '\u{2b50}' | '\u{2b55}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_emoji_are_a_gesture_and_words_are_not() {
        for (text, expected) in [
            ("👍", true),
            (" 👍🏽 ", true),
            ("❤️", true),
            ("🎉🎉🎉", true),
            ("🎉 🎉 🎉", true),
            ("🎉🎉🎉🎉", false),
            ("👩‍👩‍👧‍👦", true),
            ("👩‍👩‍👧‍👦👩‍🚀🏴󠁧󠁢󠁥󠁮󠁧󠁿", true),
            ("🇩🇪🇫🇷🇯🇵", true),
            ("🇩", false),
            ("🇩 🇪", false),
            ("👍 ok", false),
            ("7", false),
            ("→", false),
            ("\u{200d}", false),
            ("\u{fe0f}", false),
            ("", false),
        ] {
            assert_eq!(is_gesture(&[Span::Plain(text.into())]), expected, "{text:?}");
        }
        let link = Span::Link { text: "👍".into(), url: "https://a.example/".into() };
        assert!(!is_gesture(&[link]));
    }
}
