//! The visitor's own sessions, in place of the thread: with whom, about what, last words, what is unread.

use tieline_session::screen::ChatRow;
use tieline_talk::{avatar::avatar, item::item_picture};
use yew::{Html, classes, html};

use super::app::Scene;

/// The list. A row is one button, so that the whole line can be pressed.
pub(super) fn sessions(scene: &Scene) -> Html {
    let locale = scene.face.locale;
    let more = scene.act.more.clone();
    html! {
        <div class="chats">
            <ul class="chats-rows" role="list" aria-label={locale.your_chats}>
                { for scene.screen.chats.iter().map(|row| line(row, scene)) }
            </ul>
            if scene.screen.has_more_chats {
                <button type="button" class="link" onclick={move |_| more.emit(())}>{ locale.older_chats }</button>
            }
        </div>
    }
}

fn line(row: &ChatRow, scene: &Scene) -> Html {
    let (face, locale) = (&scene.face, scene.face.locale);
    let title = row.item.as_ref().map(|item| item.title.clone());
    // Who answers; where nobody has yet, the name by which the page reaches them.
    let with = row.seller.clone().or(row.to.clone());
    let shop = scene.screen.title.clone().or(face.name.as_deref().map(str::to_owned));
    let name = with.or(shop).unwrap_or_else(|| locale.words.somebody.to_owned());
    let (show, picked) = (scene.act.show.clone(), row.clone());
    html! {
        <li>
            <button
                type="button"
                class={classes!("chat-row", (row.unread > 0).then_some("unread"))}
                aria-current={row.is_open.then_some("true")}
                onclick={move |_| show.emit(picked.clone())}
            >
                if let Some(item) = &row.item {
                    { item_picture(item) }
                } else {
                    { avatar(Some(&name), &name) }
                }
                <span class="chat-text">
                    <span class="chat-top">
                        <bdi class="chat-name">{ title.clone().unwrap_or_else(|| name.clone()) }</bdi>
                        <time title={face.calendar.moment(row.touched_at)}>
                            { face.calendar.stamp(row.touched_at, scene.now) }
                        </time>
                    </span>
                    if title.is_some() {
                        <bdi class="chat-with">{ name }</bdi>
                    }
                    <span class="chat-last">
                        <span class="chat-preview">
                            if row.preview_is_mine {
                                { locale.words.you }{ ": " }
                            }
                            <bdi>{ if row.preview_is_gone { locale.words.gone.to_owned() } else { row.preview.clone() } }</bdi>
                        </span>
                        if row.is_over {
                            <span class="chat-over">{ locale.over_chat }</span>
                        }
                        if row.unread > 0 {
                            <span class="chat-count">
                                <span aria-hidden="true">{ face.calendar.number(u64::from(row.unread)) }</span>
                                <span class="unseen">{ face.calendar.count(locale.unread, u64::from(row.unread)) }</span>
                            </span>
                        }
                    </span>
                </span>
            </button>
        </li>
    }
}
