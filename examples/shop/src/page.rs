//! The shop's pages. What belongs to Tieline is marked; everything else is any shop.

use serde_json::json;

use crate::Shop;
use crate::catalogue::{CURRENCY, PRODUCTS, Product};

/// The list of everything.
pub(crate) fn front(shop: &Shop, user: Option<&str>) -> String {
    let cards: String = PRODUCTS.iter().map(|product| card(product, user)).collect();
    let body = format!(
        r#"<section class="hero">
<h1>Things that stay.</h1>
<p>Six objects for table and kitchen, each made by someone we know. Ask about any of them: we are in the shop.</p>
</section>
<ul class="grid">{cards}</ul>"#
    );
    layout(shop, "Kiln & Cedar", "", &body, user)
}

/// One product, with its schema.org description: the widget reads the item from it.
pub(crate) fn product(shop: &Shop, product: &Product, user: Option<&str>) -> String {
    let facts: String = product
        .facts
        .iter()
        .map(|(label, value)| format!("<div><dt>{}</dt><dd>{}</dd></div>", escape(label), escape(value)))
        .collect();
    let body = format!(
        r#"<p class="back"><a href="/{visit}">All objects</a></p>
<article class="product">
<img src="/pictures/{slug}.svg" alt="" width="640" height="560">
<div>
<h1>{name}</h1>
<p class="price">{price}</p>
<p>{story}</p>
<dl>{facts}</dl>
<!-- Tieline: a session creation control. Without data-tieline-item it takes the page's schema.org Product. -->
<button class="ask" type="button" data-tieline-open>Ask the seller</button>
</div>
</article>"#,
        visit = visit(user),
        slug = product.slug,
        name = escape(product.name),
        price = price(product),
        story = escape(product.story),
    );
    let head = format!(r#"<script type="application/ld+json">{}</script>"#, schema(product));
    layout(shop, product.name, &head, &body, user)
}

/// There is no such product.
pub(crate) fn not_found(shop: &Shop) -> String {
    let body = r#"<section class="hero"><h1>We do not have that.</h1><p><a href="/">See what we have</a></p></section>"#;
    layout(shop, "Not found", "", body, None)
}

fn card(product: &Product, user: Option<&str>) -> String {
    let item = json!({
        "id": product.slug,
        "title": product.name,
        "url": format!("/p/{}", product.slug),
        "image_url": format!("/pictures/{}.svg", product.slug),
        "price": { "amount": product.price, "currency": CURRENCY },
    });
    format!(
        r#"<li class="card">
<a href="/p/{slug}{visit}"><img src="/pictures/{slug}.svg" alt="" width="640" height="560" loading="lazy">
<h2>{name}</h2></a>
<p>{line}</p>
<div class="row"><span class="price">{price}</span>
<!-- Tieline: on a page with many products each control names its own. -->
<button class="ask" type="button" data-tieline-open data-tieline-item="{item}" aria-label="Ask the seller about {name}">Ask the seller</button></div>
</li>"#,
        slug = product.slug,
        visit = visit(user),
        name = escape(product.name),
        line = escape(product.line),
        price = price(product),
        item = escape(&item.to_string()),
    )
}

/// The frame of every page, with the one script tag.
fn layout(shop: &Shop, title: &str, head: &str, body: &str, user: Option<&str>) -> String {
    let greeting = user.map_or_else(
        || r#"<a href="?user=Ada">Sign in as Ada</a>"#.to_owned(),
        |user| format!(r#"<span>Hello, {}</span> <a href="?">Sign out</a>"#, escape(user)),
    );
    // The shop's own script comes first: it may already call `tieline(..)`, the calls wait for the loader.
    format!(
        r##"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="/shop.css">
<link rel="icon" href="/pictures/stoneware-mug.svg">
{head}
<script src="/shop.js" data-user="{user}" defer></script>
<!-- Tieline: all that the page needs. -->
<script src="{gateway}/loader.js" data-channel="{channel}" data-label="Ask the shop" data-accent="#7a4a2b" async></script>
</head>
<body>
<header><a class="logo" href="/{visit}">Kiln &amp; Cedar</a><nav>{greeting}</nav></header>
<main>{body}</main>
<footer>A pretend shop. Nothing here is for sale, but somebody answers.</footer>
</body>
</html>
"##,
        title = escape(title),
        user = escape(user.unwrap_or_default()),
        gateway = escape(&shop.gateway),
        channel = escape(&shop.channel),
        visit = visit(user),
    )
}

fn schema(product: &Product) -> String {
    let data = json!({
        "@context": "https://schema.org",
        "@type": "Product",
        "sku": product.slug,
        "name": product.name,
        "description": product.story,
        "image": format!("/pictures/{}.svg", product.slug),
        "url": format!("/p/{}", product.slug),
        "offers": { "@type": "Offer", "price": product.price, "priceCurrency": CURRENCY },
    });
    // `</script>` inside a string would end the element.
    data.to_string().replace('<', "\\u003c")
}

fn price(product: &Product) -> String {
    format!("€ {}", product.price)
}

/// Keeps the pretend sign-in from page to page.
fn visit(user: Option<&str>) -> String {
    user.map_or_else(String::new, |user| {
        let safe: String = user.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        format!("?user={safe}")
    })
}

fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_from_the_address_bar_stays_text() {
        let shop = Shop { gateway: "http://g".into(), channel: "ch_1".into(), signer: None };
        let page = front(&shop, Some(r#""><script>alert(1)</script>"#));
        assert!(!page.contains("<script>alert"));
        assert!(page.contains("&lt;script&gt;"));
    }

    #[test]
    fn every_product_is_on_the_front_page_with_its_item() {
        let shop = Shop { gateway: "http://g".into(), channel: "ch_1".into(), signer: None };
        let page = front(&shop, None);
        for product in &PRODUCTS {
            assert!(
                page.contains(&format!("&quot;id&quot;:&quot;{}&quot;", product.slug)),
                "{}",
                product.slug
            );
        }
    }
}
