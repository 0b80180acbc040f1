use proptest::prelude::*;

use super::*;

fn item() -> Item {
    Item { title: "Blue kettle".into(), ..Item::default() }
}

#[test]
fn control_characters_go_and_nothing_visible_does() {
    for (raw, expected) in [
        ("hello", "hello"),
        ("a\tb\nc", "a\tb\nc"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("bell\u{7} null\0 escape\u{1b}[31m", "bell null escape[31m"),
        ("next\u{85}line \u{9b}csi", "nextline csi"),
        ("مرحبا \u{200f}بك", "مرحبا \u{200f}بك"),
        ("👨\u{200d}👩\u{200d}👧", "👨\u{200d}👩\u{200d}👧"),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
    ] {
        assert_eq!(clean_text(raw.into()).as_deref(), Ok(expected), "{raw:?}");
    }
}

#[test]
fn answers_to_choose_from_are_few_short_and_told_apart() {
    let options = |raw: &[&str]| clean_options(raw.iter().map(|option| (*option).to_owned()).collect());
    assert_eq!(options(&["Yes\u{7}", "No"]), Ok(vec!["Yes".to_owned(), "No".to_owned()]));
    let at = "body.body.options";
    for (raw, denial) in [
        (vec!["Yes", "Yes"], Denial::Malformed { at }),
        (vec!["Yes", "Yes\u{7}"], Denial::Malformed { at }),
        (vec!["Yes", " "], Denial::Malformed { at }),
        (vec!["one\ntwo"], Denial::Malformed { at }),
        (vec!["a", "b", "c", "d", "e", "f", "g", "h", "i"], Denial::TooLarge { at }),
        (vec![&*"x".repeat(limits::OPTION_CHARS + 1)], Denial::TooLarge { at }),
    ] {
        assert_eq!(options(&raw), Err(denial), "{raw:?}");
    }
}

#[test]
fn a_text_that_shows_nothing_is_empty() {
    for raw in [
        "",
        " ",
        "\n\t ",
        "\u{200b}",
        "\u{2060}\u{feff}",
        "\u{ad}",
        "\u{3164}",
        "\0\u{1}",
        "\u{2800}",
        "\u{202e}",
    ] {
        assert_eq!(clean_text(raw.into()), Err(Denial::Empty), "{raw:?}");
    }
    assert!(clean_text(".".into()).is_ok());
    assert!(clean_text("\u{200b}x".into()).is_ok());
}

#[test]
fn length_counts_characters_and_not_bytes() {
    let at = "body.body.text";
    assert!(clean_text("ü".repeat(limits::TEXT_CHARS)).is_ok());
    assert_eq!(clean_text("ü".repeat(limits::TEXT_CHARS + 1)), Err(Denial::TooLarge { at }));
    // What is dropped does not count.
    assert!(clean_text(format!("{}\0\0\0", "x".repeat(limits::TEXT_CHARS))).is_ok());
}

#[test]
fn a_page_cannot_verify_its_own_item() {
    let cleaned = clean_item(Item { verified: true, ..item() }).unwrap();
    assert!(!cleaned.verified);
}

#[test]
fn links_are_http_or_https() {
    for url in
        ["https://shop.example/p?id=1#top", "HTTP://Shop.example", "http://localhost:7071/", "https://[::1]/"]
    {
        assert!(clean_item(Item { url: Some(url.into()), ..item() }).is_ok(), "{url}");
    }
    for url in [
        "",
        "javascript:alert(1)",
        "JaVaScRiPt://shop.example/%0aalert(1)",
        "data:text/html,x",
        "//shop.example",
        "/p/1",
        "https://",
        "https:///p",
        "https://shop.example/\n",
        "https://shop.example/\"onload=",
        " https://shop.example",
        "https://\u{202e}",
        "https:shop.example",
        "ftp://shop.example",
        "blob:https://shop.example/1",
        "höttps://x",
    ] {
        assert_eq!(
            clean_item(Item { url: Some(url.into()), ..item() }),
            Err(Denial::Malformed { at: "item.url" }),
            "{url:?}"
        );
        let picture = Item { image_url: Some(url.into()), ..item() };
        assert_eq!(clean_item(picture), Err(Denial::Malformed { at: "item.image_url" }), "{url:?}");
    }
}

#[test]
fn a_price_is_a_number_and_a_currency() {
    let price = |amount: &str, currency: &str| Item {
        price: Some(Price { amount: amount.into(), currency: currency.into() }),
        ..item()
    };
    for (amount, currency) in [("49.90", "EUR"), ("0", "USD"), ("-5.00", "CHF"), ("1234567", "JPY")] {
        assert!(clean_item(price(amount, currency)).is_ok(), "{amount} {currency}");
    }
    for (amount, currency) in [
        ("", "EUR"),
        ("1,50", "EUR"),
        ("1.", "EUR"),
        (".5", "EUR"),
        ("1e9", "EUR"),
        ("--1", "EUR"),
        ("1", "eur"),
        ("1", "EURO"),
        ("1", ""),
    ] {
        assert_eq!(
            clean_item(price(amount, currency)),
            Err(Denial::Malformed { at: "item.price" }),
            "{amount} {currency}"
        );
    }
}

#[test]
fn an_item_is_bounded_and_has_a_title() {
    assert_eq!(clean_item(Item::default()), Err(Denial::Malformed { at: "item.title" }));
    let long = Item { title: "x".repeat(limits::ITEM_BYTES), ..Item::default() };
    assert_eq!(clean_item(long), Err(Denial::TooLarge { at: "item" }));
}

proptest! {
    /// A retry compares equal with what stands in the log.
    #[test]
    fn cleaning_twice_changes_nothing(raw in any::<String>()) {
        if let Ok(once) = clean_text(raw) {
            prop_assert_eq!(clean_text(once.clone()), Ok(once));
        }
    }

    #[test]
    fn no_control_character_survives(raw in any::<String>()) {
        if let Ok(text) = clean_text(raw) {
            prop_assert!(!text.chars().any(|c| c.is_control() && c != '\n' && c != '\t'));
        }
    }
}
