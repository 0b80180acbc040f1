//! The product as a page names it, cut to what may cross the wire. A page can say anything.

use serde::Deserialize;
use tieline_protocol::{Item, Price};
use tieline_talk::safe::web_address;
use wasm_bindgen::JsValue;

/// Longest of each field, in characters. Together they stay below the gateway's limit for a card.
const ID_CHARS: usize = 100;
const TITLE_CHARS: usize = 200;
const ADDRESS_CHARS: usize = 1000;
const AMOUNT_CHARS: usize = 32;

#[derive(Deserialize)]
struct Said {
    id: Option<String>,
    title: Option<String>,
    url: Option<String>,
    image_url: Option<String>,
    price: Option<SaidPrice>,
}

#[derive(Deserialize)]
struct SaidPrice {
    amount: String,
    currency: String,
}

/// The item, if the value is one with a title. What is wrong about it is left out; `verified` is the gateway's word only.
pub fn parse_item(value: JsValue) -> Option<Item> {
    if !value.is_object() {
        return None;
    }
    let said: Said = tieline_driver::value::read(value)?;
    let title = said.title.map(|title| cut(title.trim(), TITLE_CHARS)).filter(|title| !title.is_empty())?;
    Some(Item {
        id: said.id.map(|id| cut(&id, ID_CHARS)),
        title,
        url: said.url.as_deref().and_then(address),
        image_url: said.image_url.as_deref().and_then(address),
        price: said.price.and_then(price),
        verified: false,
    })
}

fn address(address: &str) -> Option<String> {
    // Half an address leads elsewhere: one that is too long is left out whole.
    web_address(address).filter(|address| address.chars().count() <= ADDRESS_CHARS).map(str::to_owned)
}

fn price(said: SaidPrice) -> Option<Price> {
    let is_amount = !said.amount.is_empty()
        && said.amount.len() <= AMOUNT_CHARS
        && said.amount.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let is_currency =
        said.currency.len() == 3 && said.currency.bytes().all(|byte| byte.is_ascii_alphabetic());
    (is_amount && is_currency)
        .then(|| Price { amount: said.amount, currency: said.currency.to_ascii_uppercase() })
}

fn cut(text: &str, chars: usize) -> String {
    text.chars().take(chars).collect()
}
