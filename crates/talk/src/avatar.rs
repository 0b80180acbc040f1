//! A round sign for a person: their initials on one of six quiet colours. Nothing is fetched.

use yew::{Html, html};

use crate::icon;

/// The sign. Without a name a neutral figure is drawn; `seed` is anything stable about the person and picks the colour.
///
/// Hidden from screen readers: the name always stands beside it as text. A function and not a component: it has no state,
/// and each component is five more kilobytes to download.
pub fn avatar(name: Option<&str>, seed: &str) -> Html {
    let hue =
        ["avatar hue-0", "avatar hue-1", "avatar hue-2", "avatar hue-3", "avatar hue-4", "avatar hue-5"];
    let class = hue.get(hue_of(seed)).copied().unwrap_or("avatar");
    let initials = name.map(initials).filter(|initials| !initials.is_empty());
    html! {
        <span {class} aria-hidden="true">
            { initials.map_or_else(icon::person, Html::from) }
        </span>
    }
}

/// First letters of the first and the last word. The style sheet makes capitals of them: Rust's table of capitals is four
/// kilobytes to download, and the browser has its own.
fn initials(name: &str) -> String {
    let letter = |word: &str| word.chars().find(|character| character.is_alphanumeric());
    let mut letters = name.split_whitespace().filter_map(letter);
    let first = letters.next();
    first.into_iter().chain(letters.next_back()).collect()
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
        ] {
            assert_eq!(initials(name), expected, "{name:?}");
        }
    }

    #[test]
    fn a_seed_always_has_a_hue() {
        assert!((0..1000).all(|n| hue_of(&n.to_string()) < 6));
    }
}
