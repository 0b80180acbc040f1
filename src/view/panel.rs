//! Header, notice, item, thread, composer, from top to bottom.

use std::rc::Rc;

use tieline_browser::focus;
use tieline_session::Input;
use tieline_talk::{Composer, ThreadView, ThreadWish};
use web_sys::Element;
use yew::{AttrValue, Html, NodeRef, component, html, use_callback, use_effect_with, use_memo, use_node_ref};

use super::{
    app::{AppProps, Shape},
    empty::Empty,
    header::Header,
    item_strip::item_strip,
    notice::NoticeLine,
};

/// The panel.
#[component]
pub(super) fn Panel(props: &AppProps) -> Html {
    let AppProps { screen, now, face, act } = props;
    let panel = use_node_ref();
    use_effect_with((panel.clone(), face.focus_turn), |(panel, turn)| take_caret(panel, *turn));
    let thread = use_memo(screen.thread.clone(), Clone::clone);
    let on_wish = use_callback(act.feed.clone(), |wish: ThreadWish, feed| {
        feed.emit(match wish {
            ThreadWish::Older => Input::OlderWanted,
            ThreadWish::Retry(draft_id) => Input::Retry(draft_id),
            ThreadWish::Discard(draft_id) => Input::Discard(draft_id),
        });
    });
    let words = &face.locale.words;
    let name = screen.title.clone().map(AttrValue::from).or_else(|| face.name.clone());
    let placeholder = name.as_deref().map_or_else(|| face.locale.write.to_owned(), face.locale.write_to);
    let has_title = name.is_some();
    html! {
        <section ref={panel} class="panel" role={role(face.shape)} aria-labelledby="tieline-title">
            <Header
                name={name.clone().unwrap_or_else(|| face.locale.chat.into())}
                {has_title}
                locale={face.locale}
                on_close={(face.shape == Shape::Frame).then(|| act.close.clone())}
            />
            <NoticeLine notice={screen.notice} locale={face.locale} />
            { item_strip(screen, face) }
            <ThreadView
                key={format!("thread {}", face.chat)}
                thread={Rc::clone(&thread)}
                {words}
                calendar={face.calendar.clone()}
                now={*now}
                {on_wish}
                empty={html! { <Empty {name} greeting={screen.greeting.clone()} locale={face.locale} /> }}
            />
            if screen.can_write {
                <Composer
                    key={format!("composer {}", face.chat)}
                    {words}
                    {placeholder}
                    text_chars={screen.text_chars}
                    on_send={act.submit.clone()}
                />
            } else {
                <p class="read-only">{ face.locale.read_only }</p>
            }
        </section>
    }
}

/// In the merchant's page the frame is announced by its title and acts as a dialog that leaves the page usable.
fn role(shape: Shape) -> &'static str {
    match shape {
        Shape::Frame => "dialog",
        Shape::Page => "main",
        Shape::Inline => "region",
    }
}

fn take_caret(panel: &NodeRef, turn: u32) {
    let field = panel.cast::<Element>().and_then(|panel| panel.query_selector("textarea").ok()?);
    if let Some(field) = field.filter(|_| turn > 0) {
        focus::focus(&field);
    }
}
