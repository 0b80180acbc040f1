//! The product that a session is about: picture, title, price.

use std::rc::Rc;

use tieline_protocol::Item;
use yew::{AttrValue, Callback, Html, Properties, component, html, use_state_eq};

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

/// The picture, or a neutral drawing of the same size. The title always stands beside it, so it says nothing to a screen
/// reader.
pub fn item_picture(item: &Item) -> Html {
    let src = item.image_url.as_deref().and_then(web_address).map(|src| AttrValue::from(src.to_owned()));
    html! { <Picture {src} /> }
}

#[derive(Clone, PartialEq, Properties)]
struct PictureProps {
    src: Option<AttrValue>,
}

/// Shops lose their pictures: one that does not load gives way to the drawing.
#[component]
fn Picture(props: &PictureProps) -> Html {
    let broken = use_state_eq(|| None::<AttrValue>);
    let shown = props.src.clone().filter(|src| broken.as_ref() != Some(src));
    match shown {
        Some(src) => {
            let onerror = {
                let src = src.clone();
                Callback::from(move |_| broken.set(Some(src.clone())))
            };
            html! {
                <img
                    class="item-picture"
                    {src}
                    alt=""
                    loading="lazy"
                    decoding="async"
                    referrerpolicy="no-referrer"
                    {onerror}
                />
            }
        }
        None => html! { <span class="item-picture item-without">{ icon::bag() }</span> },
    }
}

/// The price in the reader's own way of writing.
pub fn item_price(item: &Item, calendar: &Calendar) -> Option<String> {
    item.price.as_ref().map(|price| calendar.price(price))
}
