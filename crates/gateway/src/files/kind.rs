//! Whether bytes are what their type says.
//!
//! A look at the beginning, as a browser would take it. Pictures are decoded afterwards all the same; what is only passed on
//! (PDF, text, sound) is served so that no browser runs it, whatever else it may be besides.

/// How much of a file has to be seen.
pub(super) const HEAD_BYTES: usize = 4096;
/// What a text that is a document of the web begins with, in small letters.
const MARKUP: [&str; 8] = ["<!doctype", "<html", "<head", "<body", "<script", "<svg", "<?xml", "<!--"];

/// Whether a file that begins so may be of that type.
pub(super) fn agrees(media_type: &str, head: &[u8]) -> bool {
    match media_type {
        "image/png" => head.starts_with(b"\x89PNG\r\n\x1a\n"),
        "image/jpeg" => head.starts_with(b"\xff\xd8\xff"),
        "image/gif" => head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a"),
        "image/webp" => head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP"),
        "application/pdf" => head.starts_with(b"%PDF-"),
        "text/plain" => is_text(head),
        "audio/webm" => head.starts_with(b"\x1a\x45\xdf\xa3"),
        "audio/ogg" => head.starts_with(b"OggS"),
        "audio/mp4" => head.get(4..8) == Some(b"ftyp"),
        "audio/mpeg" => {
            head.starts_with(b"ID3") || matches!(head, [0xff, second, ..] if second & 0xe0 == 0xe0)
        }
        _ => false,
    }
}

/// UTF-8 without control characters, and no document of the web.
fn is_text(head: &[u8]) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The head may end within a character.
        Err(error) if error.error_len().is_none() => {
            let whole = head.get(..error.valid_up_to()).unwrap_or_default();
            std::str::from_utf8(whole).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let start: String = start.chars().take(16).collect::<String>().to_lowercase();
    !MARKUP.iter().any(|markup| start.starts_with(markup))
        && !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}'))
}

#[cfg(test)]
mod tests {
    use super::agrees;

    #[test]
    fn bytes_have_to_be_what_they_are_called() {
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>";
        let html = b"\xef\xbb\xbf \n<!DOCTYPE html><script>alert(1)</script>";
        for (media_type, head, expected) in [
            ("image/png", &b"\x89PNG\r\n\x1a\n...."[..], true),
            ("image/png", &svg[..], false),
            ("image/png", b"GIF89a", false),
            ("image/jpeg", b"\xff\xd8\xff\xe0", true),
            ("image/gif", b"GIF89a/*", true),
            ("image/webp", b"RIFF\0\0\0\0WEBPVP8 ", true),
            ("image/webp", b"RIFF\0\0\0\0WAVEfmt ", false),
            ("image/svg+xml", &svg[..], false),
            ("text/html", &html[..], false),
            ("application/pdf", b"%PDF-1.7\n", true),
            ("application/pdf", b"MZ\x90%PDF-1.7", false),
            ("text/plain", "Grüße,\r\n\tAda \u{1f600}".as_bytes(), true),
            ("text/plain", b"1 < 2, and <b>bold</b> is only text", true),
            ("text/plain", b"caf\xc3", true),
            ("text/plain", b"caf\xe9 ", false),
            ("text/plain", &html[..], false),
            ("text/plain", &svg[..], false),
            ("text/plain", b"MZ\x90\0\x03", false),
            ("audio/ogg", b"OggS\0", true),
            ("audio/mp4", b"\0\0\0\x20ftypM4A ", true),
            ("audio/webm", b"\x1a\x45\xdf\xa3", true),
            ("audio/mpeg", b"\xff\xfb\x90", true),
            ("audio/mpeg", b"RIFF", false),
            ("", b"", false),
        ] {
            assert_eq!(
                agrees(media_type, head),
                expected,
                "{media_type}: {:?}",
                String::from_utf8_lossy(head)
            );
        }
        assert!(agrees("text/plain", b""), "an empty text is one; that it is empty is refused elsewhere");
    }
}
