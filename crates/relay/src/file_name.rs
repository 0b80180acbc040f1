//! The name under which a file is offered to whoever reads it.
//!
//! It ends up in a `Content-Disposition` header, on screens, and on the disks of people who did not choose it. So it is one
//! component of a path, ends as its type does, and shows what it is: an override of the direction of writing could make
//! `gpj.exe` out of `exe.jpg`. Cleaning twice changes nothing, so that a retry compares equal.

use tieline_protocol::file::extensions_of;

/// Longest name, in characters, its ending included.
const NAME_CHARS: usize = 120;
/// Longest ending that is kept when a name is cut.
const ENDING_CHARS: usize = 8;
/// What a file without a name is called.
const NAMELESS: &str = "file";

/// The name, cleaned.
pub fn clean(name: &str, media_type: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !is_dropped(*c)).map(harmless).collect();
    // Windows drops dots and blanks at the end, and then the ending is another one. One in front hides a file elsewhere.
    let clean = clean.trim_matches(|c: char| c == '.' || c.is_whitespace());
    let extensions = extensions_of(media_type);
    let ending = clean.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let is_honest = ending.is_some_and(|ending| extensions.contains(&ending.as_str()));
    let (stem, ending) = match clean.rsplit_once('.').filter(|_| is_honest) {
        Some((stem, ending)) => (stem, Some(ending)),
        None => (clean, extensions.first().copied()),
    };
    let ending: String = ending.unwrap_or_default().chars().take(ENDING_CHARS).collect();
    let room = NAME_CHARS - 1 - ending.len();
    let stem: String = stem.chars().take(room).collect();
    let stem = stem.trim_end_matches(|c: char| c == '.' || c.is_whitespace());
    let stem = if stem.is_empty() { NAMELESS } else { stem };
    if ending.is_empty() { stem.to_owned() } else { format!("{stem}.{ending}") }
}

/// Controls, and what is not seen but changes what is: marks, embeddings, overrides and isolates of the direction of writing,
/// zero-width characters, tags.
fn is_dropped(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// What some file system or header takes for more than a letter.
fn harmless(c: char) -> char {
    match c {
        '<' | '>' | ':' | '"' | '|' | '?' | '*' | '%' | ';' => '_',
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_component_that_ends_as_its_type_does() {
        for (name, media_type, expected) in [
            ("kettle.jpg", "image/jpeg", "kettle.jpg"),
            ("Kettle.JPEG", "image/jpeg", "Kettle.JPEG"),
            ("../../etc/passwd", "text/plain", "passwd.txt"),
            ("..\\..\\boot.ini", "text/plain", "boot.ini.txt"),
            ("..", "application/pdf", "file.pdf"),
            ("", "image/png", "file.png"),
            (".png", "image/png", "png.png"),
            ("invoice.pdf.exe", "application/pdf", "invoice.pdf.exe.pdf"),
            ("invoice.pdf. . ", "application/pdf", "invoice.pdf"),
            ("\u{202e}gpj.exe", "image/jpeg", "gpj.exe.jpg"),
            ("a\u{202e}fdp.exe\u{202c}.pdf", "application/pdf", "afdp.exe.pdf"),
            ("a\r\nSet-Cookie: x.txt", "text/plain", "aSet-Cookie_ x.txt"),
            ("a\"; filename=\"b.txt", "text/plain", "a__ filename=_b.txt"),
            ("C:\\Users\\me\\Ärger 😀.txt", "text/plain", "Ärger 😀.txt"),
            ("\u{200b}\u{feff}", "image/gif", "file.gif"),
        ] {
            assert_eq!(clean(name, media_type), expected, "{name:?}");
        }
        let long = clean(&format!("{}.pdf", "ä".repeat(500)), "application/pdf");
        assert_eq!((long.chars().count(), long.ends_with("ä.pdf")), (NAME_CHARS, true));
    }

    proptest::proptest! {
        #[test]
        fn cleaning_twice_changes_nothing(name in ".{0,200}", kind in 0..3_usize) {
            let media_type = ["image/png", "text/plain", "audio/mp4"][kind];
            let once = clean(&name, media_type);
            proptest::prop_assert_eq!(&clean(&once, media_type), &once);
            proptest::prop_assert!(once.chars().count() <= NAME_CHARS && !once.contains(['/', '\\', '"']));
        }
    }
}
