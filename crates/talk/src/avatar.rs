//! A round sign for a person: their initials on one of six quiet colours. Nothing is fetched.

use yew::{Html, html};

use crate::icon;

/// The sign. Without a name a neutral figure is drawn; `seed` is anything stable about the person and picks the colour.
///
/// Hidden from screen readers: the name always stands beside it as text. A function and not a component: it has no state,
/// and each component is five more kilobytes to download.
pub fn avatar(name: Option<&str>, seed: &str) -> Html {
    let hue = ["0", "1", "2", "3", "4", "5"].get(hue_of(seed)).copied();
    let initials = name.map(initials).filter(|initials| !initials.is_empty());
    html! {
        <span class="avatar" data-hue={hue} aria-hidden="true">
            { initials.map_or_else(icon::person, Html::from) }
        </span>
    }
}

/// First letters of the first and the last word. The style sheet makes capitals of them: Rust's table of capitals is four
/// kilobytes to download, and the browser has its own.
fn initials(name: &str) -> String {
    let letter = |word: &str| word.chars().find(|character| is_letter(*character));
    let mut letters = name.split_whitespace().filter_map(letter);
    let first = letters.next();
    first.into_iter().chain(letters.next_back()).collect()
}

/// Letters and digits, by the blocks that hold none: punctuation, signs, pictures and what is not seen. Rust's tables of letters and
/// digits are two kilobytes to download.
fn is_letter(character: char) -> bool {
    match character {
        '\0'..='\u{7f}' => character.is_ascii_alphanumeric(),
        '\u{80}'..='\u{bf}' | '\u{d7}' | '\u{f7}' => false,
        '\u{2000}'..='\u{2bff}' | '\u{2e00}'..='\u{2e7f}' | '\u{3000}'..='\u{303f}' => false,
        '\u{fe00}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff0f}' | '\u{1f000}'..='\u{1faff}' => false,
        _ => true,
    }
}

fn hue_of(seed: &str) -> usize {
    seed.bytes().fold(7_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte))) % 6
}

#[cfg(test)]
mod tests {
    use super::{hue_of, initials};

    #[test]
    fn initials_are_of_first_and_last_word() {
        for (name, expected) in [
            ("Mia", "M"),
            ("ada lovelace", "al"),
            ("Ana de la Cruz", "AC"),
            ("李 小龙", "李小"),
            ("\u{202e}(x) -- 7up", "x7"),
            ("  ", ""),
            ("ßeta", "ß"),
            ("<b>", "b"),
            ("\u{ab}\u{c9}lan\u{bb} \u{1f389} Paris", "\u{c9}P"),
            ("\u{201e}Blume\u{201c} & Topf", "BT"),
            ("\u{3010}\u{82b1}\u{3011}\u{5c4b}", "\u{82b1}"),
            ("\u{627}\u{644}\u{632}\u{647}\u{631}\u{629}", "\u{627}"),
            ("\u{92b}\u{942}\u{932} 7", "\u{92b}7"),
            ("\u{1f389}", ""),
        ] {
            assert_eq!(initials(name), expected, "{name:?}");
        }
    }

    #[test]
    fn a_seed_always_has_a_hue() {
        assert!((0..1000).all(|n| hue_of(&n.to_string()) < 6));
    }
}
