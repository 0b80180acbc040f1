use proptest::prelude::*;

use super::*;

/// Writes links in square brackets of their own.
fn marked(text: &str) -> String {
    spans_of(text)
        .into_iter()
        .map(|span| match span {
            Span::Plain(text) => text,
            Span::Link { text, url } => {
                assert_eq!(text, url);
                format!("⟦{url}⟧")
            }
        })
        .collect()
}

#[test]
fn links_are_found_and_made_safe() {
    for (text, expected) in [
        ("see https://shop.example/a?b=1#c.", "see ⟦https://shop.example/a?b=1#c⟧."),
        ("(https://en.example/wiki/Tie_(line))", "(⟦https://en.example/wiki/Tie_(line)⟧)"),
        ("HTTP://SHOP.example:8080/x!", "⟦HTTP://SHOP.example:8080/x⟧!"),
        ("http://localhost:7071", "⟦http://localhost:7071⟧"),
        ("a http://a.example, http://b.example; end", "a ⟦http://a.example⟧, ⟦http://b.example⟧; end"),
        ("write mailto:mia@shop.example.", "write ⟦mailto:mia@shop.example⟧."),
        ("看https://shop.example/1。好", "看⟦https://shop.example/1⟧。好"),
        ("看 https://shop.example/1。好", "看 ⟦https://shop.example/1⟧。好"),
        ("<https://shop.example>", "<⟦https://shop.example⟧>"),
        ("\"https://shop.example\"", "\"⟦https://shop.example⟧\""),
        ("https://https://a.example", "https://⟦https://a.example⟧"),
        // What could mislead stays text.
        ("https://bank.example@evil.example/", "https://bank.example@evil.example/"),
        ("https://bаnk.example/", "https://bаnk.example/"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("data:text/html,x", "data:text/html,x"),
        ("xhttps://a.example", "xhttps://a.example"),
        ("https://", "https://"),
        ("https://...", "https://..."),
        ("https://a..b/", "https://a..b/"),
        ("mailto:@x", "mailto:@x"),
        ("mailto:a", "mailto:a"),
        ("https://[::1]/", "https://[::1]/"),
    ] {
        assert_eq!(marked(text), expected, "{text}");
    }
}

#[test]
fn control_and_direction_marks_never_reach_the_screen() {
    for (text, expected) in [
        ("a\u{0}b\u{7}c\u{9b}d", "abcd"),
        ("line\r\nnext\ttab", "line\nnext\ttab"),
        ("gpj.\u{202e}exe\u{2066}\u{200f}", "gpj.exe"),
        ("a\u{2028}b", "a\nb"),
        ("👩\u{200d}🔬", "👩\u{200d}🔬"),
    ] {
        assert_eq!(clean(text), expected);
    }
    assert_eq!(clean_line("  Mia\u{202e}\n B "), Some("Mia  B".into()));
    assert_eq!(clean_line("\u{202e} \n"), None);
}

#[test]
fn an_item_keeps_only_web_addresses() {
    let item = Item {
        title: "Kettle\u{202e}".into(),
        url: Some("javascript:alert(1)".into()),
        image_url: Some("https://shop.example/kettle.webp".into()),
        ..Item::default()
    };
    let cleaned = clean_item(&item);
    assert_eq!(cleaned.title, "Kettle");
    assert_eq!(cleaned.url, None);
    assert_eq!(cleaned.image_url.as_deref(), Some("https://shop.example/kettle.webp"));
    let mail = clean_item(&Item { url: Some("mailto:a@b.example".into()), ..Item::default() });
    assert_eq!(mail.url, None);
}

proptest! {
    #[test]
    fn pieces_put_together_are_the_clean_text(text in "(https?://|mailto:|[a-z.]{1,5}|[@()\\[\\]<> \\u{202e}é。/?#:]){0,20}") {
        let mut joined = String::new();
        for span in spans_of(&text) {
            match span {
                Span::Plain(text) => joined += &text,
                Span::Link { text, url } => {
                    let lower = url.to_ascii_lowercase();
                    prop_assert!(["http://", "https://", "mailto:"].iter().any(|scheme| lower.starts_with(scheme)));
                    joined += &text;
                }
            }
        }
        prop_assert_eq!(joined, clean(&text));
    }

    #[test]
    fn any_text_is_taken(text in any::<String>()) {
        spans_of(&text);
    }
}
