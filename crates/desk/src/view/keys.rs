//! Keys of the desk. Pure: which key means what, and where it means nothing.

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyWish {
    /// Down the list, or up.
    Step(i32),
    /// Into the composer.
    Reply,
    /// One level back.
    Back,
    /// The context pane, where it is folded away.
    Details,
}

/// Where the focus is while a key is pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// In a text field: letters are letters.
    Typing,
    /// In the thread: arrows scroll.
    Reading,
    /// Anywhere else.
    Elsewhere,
}

/// What the key means there. With a modifier it belongs to the browser.
pub fn wish(key: &str, focus: Focus, has_modifier: bool) -> Option<KeyWish> {
    if has_modifier {
        return None;
    }
    match (key, focus) {
        ("Escape", _) => Some(KeyWish::Back),
        (_, Focus::Typing) => None,
        ("j", _) | ("ArrowDown", Focus::Elsewhere) => Some(KeyWish::Step(1)),
        ("k", _) | ("ArrowUp", Focus::Elsewhere) => Some(KeyWish::Step(-1)),
        ("r", _) => Some(KeyWish::Reply),
        ("d", _) => Some(KeyWish::Details),
        _ => None,
    }
}

/// The row to go to: at the ends one stays.
pub fn step(from: Option<usize>, by: i32, rows: usize) -> Option<usize> {
    let last = rows.checked_sub(1)?;
    let Some(from) = from else { return Some(0) };
    let by_rows = isize::try_from(by).unwrap_or_default();
    Some(from.saturating_add_signed(by_rows).min(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_letters_while_typing() {
        for key in ["j", "k", "r", "d", "ArrowDown", "ArrowUp", "Enter"] {
            assert_eq!(wish(key, Focus::Typing, false), None, "{key}");
        }
        assert_eq!(wish("Escape", Focus::Typing, false), Some(KeyWish::Back));
    }

    #[test]
    fn arrows_scroll_the_thread_and_walk_the_list() {
        assert_eq!(wish("ArrowDown", Focus::Reading, false), None);
        assert_eq!(wish("j", Focus::Reading, false), Some(KeyWish::Step(1)));
        assert_eq!(wish("ArrowDown", Focus::Elsewhere, false), Some(KeyWish::Step(1)));
        assert_eq!(wish("k", Focus::Elsewhere, false), Some(KeyWish::Step(-1)));
    }

    #[test]
    fn the_browsers_own_shortcuts_stay_its_own() {
        for key in ["r", "d", "j", "k", "ArrowDown", "Escape"] {
            assert_eq!(wish(key, Focus::Elsewhere, true), None, "{key}");
        }
    }

    #[test]
    fn a_step_never_leaves_the_list() {
        for (from, by, rows, expected) in [
            (None, 1, 3, Some(0)),
            (None, -1, 3, Some(0)),
            (Some(0), 1, 3, Some(1)),
            (Some(2), 1, 3, Some(2)),
            (Some(0), -1, 3, Some(0)),
            (Some(9), -1, 3, Some(2)),
            (None, 1, 0, None),
            (Some(0), 1, 0, None),
        ] {
            assert_eq!(step(from, by, rows), expected, "{from:?} {by} of {rows}");
        }
    }
}
