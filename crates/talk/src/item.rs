//! The product that a session is about: picture, title, price.

use std::rc::Rc;

use tieline_protocol::Item;
use web_sys::{Event, HtmlElement};
use yew::{Callback, Html, TargetCast, html};

use crate::{Calendar, icon, safe::web_address, words::Words};

/// The card as one sees it in a thread and beside it. Links to the product's page if that is an address of the web.
pub fn item_card(item: &Item, words: &Words, calendar: &Rc<Calendar>) -> Html {
    let inside = html! {
        <>
            { item_picture(item) }
            <span class="item-text">
                <span class="item-title">{ item.title.clone() }</span>
                <span class="item-meta">
                    if let Some(price) = item_price(item, calendar) {
                        <span class="item-price">{ price }</span>
                    }
                    if item.verified {
                        <span class="item-verified">{ icon::shield() }{ words.verified }</span>
                    }
                </span>
            </span>
        </>
    };
    match item.url.as_deref().and_then(web_address) {
        Some(url) => html! {
            <a class="item" href={url.to_owned()} target="_blank" rel="noopener noreferrer nofollow">{ inside }</a>
        },
        None => html! { <span class="item">{ inside }</span> },
    }
}

/// The picture, over a neutral drawing of the same size: shops lose their pictures. The title always stands beside it, so it
/// says nothing to a screen reader.
pub fn item_picture(item: &Item) -> Html {
    let src = item.image_url.as_deref().and_then(web_address);
    html! {
        <span class="item-picture">
            { icon::bag() }
            // The key makes another picture another element, which is not hidden for the first one's fault.
            { for src.map(|src| html! {
                <img
                    key={src}
                    src={src.to_owned()}
                    alt=""
                    loading="lazy"
                    decoding="async"
                    referrerpolicy="no-referrer"
                    onerror={Callback::from(hide)}
                />
            }) }
        </span>
    }
}

fn hide(event: Event) {
    if let Some(picture) = event.target_dyn_into::<HtmlElement>() {
        picture.set_hidden(true);
    }
}

/// The price in the reader's own way of writing.
pub fn item_price(item: &Item, calendar: &Calendar) -> Option<String> {
    item.price.as_ref().map(|price| calendar.price(price))
}
