//! What people say, made fit for the log.
//!
//! Control characters (C0 and C1, but for newline and tab) are dropped, not refused: they come in by pasting, and nobody
//! could see what to mend. `\r\n` and a lone `\r` become `\n`. Nothing visible is ever changed, and cleaning twice
//! changes nothing, so a retry compares equal. Bidi controls stay: right-to-left scripts need them, and every view
//! isolates text.

use tieline_protocol::{Item, entry::Price, limits};

use crate::Denial;

/// A text of a message: cleaned, with at least one visible character, of bounded length.
pub(crate) fn clean_text(text: String) -> Result<String, Denial> {
    let text = without_controls(text);
    if text.chars().count() > limits::TEXT_CHARS {
        return Err(Denial::TooLarge { at: "body.body.text" });
    }
    if !text.chars().any(is_visible) {
        return Err(Denial::Empty);
    }
    Ok(text)
}

/// Answers to choose from: cleaned, each on one line, a few, and no two the same.
pub(crate) fn clean_options(options: Vec<String>) -> Result<Vec<String>, Denial> {
    const AT: &str = "body.body.options";
    if options.len() > limits::OPTIONS {
        return Err(Denial::TooLarge { at: AT });
    }
    let mut clean: Vec<String> = Vec::with_capacity(options.len());
    for option in options {
        let option = without_controls(option);
        if option.chars().count() > limits::OPTION_CHARS {
            return Err(Denial::TooLarge { at: AT });
        }
        if !option.chars().any(is_visible) || option.contains('\n') || clean.contains(&option) {
            return Err(Denial::Malformed { at: AT });
        }
        clean.push(option);
    }
    Ok(clean)
}

/// An item card: cleaned, in bounds, with links that are links, and never verified by its own word.
pub(crate) fn clean_item(item: Item) -> Result<Item, Denial> {
    let clean = |text: Option<String>| text.map(without_controls);
    let item = Item {
        id: clean(item.id),
        title: without_controls(item.title),
        url: item.url.map(|url| clean_url(url, "item.url")).transpose()?,
        image_url: item.image_url.map(|url| clean_url(url, "item.image_url")).transpose()?,
        price: item.price.map(clean_price).transpose()?,
        verified: false,
    };
    if !item.title.chars().any(is_visible) {
        return Err(Denial::Malformed { at: "item.title" });
    }
    if bytes_of(&item) > limits::ITEM_BYTES {
        return Err(Denial::TooLarge { at: "item" });
    }
    Ok(item)
}

/// The item's size as JSON, give or take escapes: the text itself and the braces and names around it.
fn bytes_of(item: &Item) -> usize {
    const FRAME_BYTES: usize =
        r#"{"id":"","title":"","url":"","image_url":"","price":{"amount":"","currency":""}}"#.len();
    let optional = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let price = item.price.as_ref().map_or(0, |price| price.amount.len() + price.currency.len());
    FRAME_BYTES
        + item.title.len()
        + optional(&item.id)
        + optional(&item.url)
        + optional(&item.image_url)
        + price
}

/// Absolute, `http` or `https`, with a host, without white space or anything that could end an attribute.
fn clean_url(url: String, at: &'static str) -> Result<String, Denial> {
    let rest = ["https://", "http://"].iter().find_map(|scheme| {
        let head = url.get(..scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then(|| url.get(scheme.len()..)).flatten()
    });
    let has_host =
        rest.is_some_and(|rest| rest.starts_with(|first: char| first.is_alphanumeric() || first == '['));
    let is_clean = !url
        .chars()
        .any(|c| c.is_control() || c.is_whitespace() || matches!(c, '"' | '<' | '>' | '\\' | '`'));
    if has_host && is_clean { Ok(url) } else { Err(Denial::Malformed { at }) }
}

/// A decimal number and three capital letters.
fn clean_price(price: Price) -> Result<Price, Denial> {
    let digits = price.amount.strip_prefix('-').unwrap_or(&price.amount);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number =
        |text: &str| !text.is_empty() && text.len() <= 15 && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_currency =
        price.currency.len() == 3 && price.currency.bytes().all(|byte| byte.is_ascii_uppercase());
    if is_number(whole) && is_number(fraction) && is_currency {
        Ok(price)
    } else {
        Err(Denial::Malformed { at: "item.price" })
    }
}

pub(crate) fn without_controls(text: String) -> String {
    // Nearly all text is clean already and is passed on without a copy.
    if !text.chars().any(is_dropped_control) {
        return text;
    }
    let mut clean = String::with_capacity(text.len());
    let mut previous = '\0';
    for c in text.chars() {
        match c {
            '\r' => clean.push('\n'),
            '\n' if previous == '\r' => {}
            c if is_dropped_control(c) => {}
            c => clean.push(c),
        }
        previous = c;
    }
    clean
}

fn is_dropped_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
}

/// Whether a reader would see anything. Blank and zero-width characters count as nothing.
pub(crate) fn is_visible(c: char) -> bool {
    !(c.is_whitespace()
        || c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}'))
}

#[cfg(test)]
mod tests;
