//! Which product card `/card` means.

use tieline_protocol::{Item, Price};

/// What the command wants, for whoever wrote it otherwise.
pub const USAGE: &str = "/card shows the product that the session is about, /card 4711 the product of that number, and \
                         /card https://shop.example/kettle Blue kettle 49.90 EUR a card made by hand; the price may be left out.";

/// A product card that somebody means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Card {
    /// What the session is about.
    OfSession,
    /// What the shop has signed under its own number.
    Numbered(String),
    /// One made by hand. Nobody has signed it.
    Made(Item),
}

impl Card {
    /// Reads what stands behind the command.
    ///
    /// # Errors
    /// With what the command wants.
    pub fn read(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self::OfSession);
        }
        let lower = text.to_ascii_lowercase();
        if !lower.starts_with("http://") && !lower.starts_with("https://") {
            // A word with a colon and slashes is an address of another kind, and no number of a product.
            return if text.contains("://") { Err(USAGE) } else { Ok(Self::Numbered(text.to_owned())) };
        }
        let (url, rest) = text.split_once(char::is_whitespace).ok_or(USAGE)?;
        let (title, price) = split_price(rest.trim());
        if title.is_empty() {
            return Err(USAGE);
        }
        Ok(Self::Made(Item { title: title.to_owned(), url: Some(url.to_owned()), price, ..Item::default() }))
    }
}

/// The title, and the price behind it if the last two words are one: `49.90 EUR`, or `49,90 eur`.
fn split_price(text: &str) -> (&str, Option<Price>) {
    let read = || {
        let (before, currency) = text.rsplit_once(char::is_whitespace)?;
        let (title, amount) =
            before.trim_end().rsplit_once(char::is_whitespace).unwrap_or(("", before.trim_end()));
        let is_currency = currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_alphabetic());
        let amount = amount.replace(',', ".");
        let (whole, fraction) = amount.split_once('.').unwrap_or((&amount, "0"));
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let price = Price { amount: amount.clone(), currency: currency.to_ascii_uppercase() };
        (is_currency && is_number(whole) && is_number(fraction)).then_some((title.trim_end(), Some(price)))
    };
    read().unwrap_or((text, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn made(text: &str, title: &str, price: Option<(&str, &str)>) {
        let price =
            price.map(|(amount, currency)| Price { amount: amount.into(), currency: currency.into() });
        let url = Some("https://shop.example/kettle".to_owned());
        let item = Item { title: title.into(), url, price, ..Item::default() };
        assert_eq!(
            Card::read(&format!("https://shop.example/kettle {text}")),
            Ok(Card::Made(item)),
            "{text:?}"
        );
    }

    #[test]
    fn a_card_is_the_sessions_a_number_or_made_by_hand() {
        assert_eq!(Card::read(" "), Ok(Card::OfSession));
        assert_eq!(Card::read(" 4711 "), Ok(Card::Numbered("4711".into())));
        assert_eq!(Card::read("mug blue"), Ok(Card::Numbered("mug blue".into())));
        made("Blue kettle 49.90 EUR", "Blue kettle", Some(("49.90", "EUR")));
        made("  Blue kettle   49,90 eur ", "Blue kettle", Some(("49.90", "EUR")));
        made("Blue kettle", "Blue kettle", None);
        // What is no price belongs to the title.
        made("Kettle 2 l", "Kettle 2 l", None);
        made("Kettle 49.90.1 EUR", "Kettle 49.90.1 EUR", None);
        made("Kettle in EUR", "Kettle in EUR", None);
    }

    #[test]
    fn what_lacks_a_title_is_told_what_the_command_wants() {
        for text in [
            "https://shop.example/kettle",
            "https://shop.example/kettle  49.90 EUR",
            "javascript://x y",
            "ftp://a b",
        ] {
            assert_eq!(Card::read(text), Err(USAGE), "{text:?}");
        }
    }
}
