//! The words between frame and embedding page, as they cross the port. The other end is `www/panel.js`.

use js_sys::{Object, Reflect};
use tieline_driver::Ask;
use tieline_protocol::Item;
use wasm_bindgen::JsValue;

use super::{
    config::{field, parse_scheme, text_of},
    item::parse_item,
    manner::{Offer, Permission},
};
use crate::view::Scheme;

/// What the page says.
#[derive(Clone, Debug, PartialEq)]
pub enum FromPage {
    /// A session creation control was used, or `open()` called.
    Open {
        /// Whom to reach; none: the channel's default.
        to: Option<String>,
        /// What about.
        item: Option<Item>,
    },
    /// The panel is on screen.
    Shown,
    /// The panel is off screen.
    Hidden,
    /// Who the visitor is, unasked. None: nobody, or nobody any more.
    Identify(Option<String>),
    /// The same, in answer to [`ToPage::NeedToken`].
    Token(Option<String>),
    /// The page now speaks of another item.
    Item(Option<Item>),
    /// Speak that language.
    Locale(String),
    /// Colours.
    Theme {
        /// A CSS colour; none leaves the one there is.
        accent: Option<String>,
        /// None: as the system has it.
        scheme: Option<Scheme>,
    },
    /// How it can tell the visitor of messages while they look elsewhere.
    Offer(Offer),
    /// The answer to [`ToPage::Keep`].
    Kept {
        /// The question's.
        id: u32,
        /// None: no. Otherwise it is done, and this is what was read, if something was to be read.
        values: Option<JsValue>,
    },
}

impl FromPage {
    /// Reads a message. None: a newer loader said something we do not know; it gets along without an answer.
    pub fn parse(message: &JsValue) -> Option<Self> {
        let said = |name: &str| text_of(message, name);
        Some(match said("type")?.as_str() {
            "open" => Self::Open { to: said("to"), item: parse_item(field(message, "item")) },
            "shown" => Self::Shown,
            "hidden" => Self::Hidden,
            "identify" => Self::Identify(said("token")),
            "token" => Self::Token(said("token")),
            "item" => Self::Item(parse_item(field(message, "item"))),
            "locale" => Self::Locale(said("tag")?),
            "theme" => Self::Theme {
                accent: said("accent"),
                scheme: said("scheme").as_deref().and_then(parse_scheme),
            },
            "offer" => Self::Offer(Offer {
                sound: field(message, "sound").as_bool(),
                notices: said("notices").and_then(|word| parse_permission(&word)),
            }),
            "kept" => Self::Kept {
                id: field(message, "id").as_f64()? as u32,
                values: field(message, "is_done").is_truthy().then(|| field(message, "values")),
            },
            _ => return None,
        })
    }
}

/// What we say to the page.
#[derive(Clone, Debug, PartialEq)]
pub enum ToPage {
    /// The panel is drawn and takes words.
    Ready,
    /// The visitor wants the panel gone.
    Close,
    /// So many entries wait.
    Unread {
        /// How many.
        count: u32,
        /// The same as a sentence, for a notification.
        words: String,
    },
    /// How the visitor wants to be told of messages while they look elsewhere.
    Manner {
        /// With a sound.
        has_sound: bool,
        /// By desktop notifications.
        has_notices: bool,
    },
    /// The visitor wants notifications, and the browser has to ask them.
    AskNotices,
    /// Something the page may care about.
    Event {
        /// What it is called there, after `tieline:`.
        name: &'static str,
        /// Which session it is about.
        session: Option<String>,
    },
    /// A token is needed.
    NeedToken,
    /// A wish to the page's store, which it may refuse. Only from a frame that has none.
    Keep {
        /// The answer bears it too.
        id: u32,
        /// What is to be done.
        ask: Ask,
    },
}

impl ToPage {
    /// The message as a plain object.
    pub fn message(&self) -> JsValue {
        let message = Object::new();
        // A fresh plain object takes every property.
        let set =
            |object: &Object, name: &str, value: JsValue| drop(Reflect::set(object, &name.into(), &value));
        let kind = match self {
            Self::Ready => "ready",
            Self::Close => "close",
            Self::Unread { .. } => "unread",
            Self::Manner { .. } => "manner",
            Self::AskNotices => "ask_notices",
            Self::Event { .. } => "event",
            Self::NeedToken => "need_token",
            Self::Keep { .. } => "keep",
        };
        set(&message, "type", kind.into());
        match self {
            Self::Unread { count, words } => {
                set(&message, "count", (*count).into());
                set(&message, "words", words.into());
            }
            Self::Manner { has_sound, has_notices } => {
                set(&message, "has_sound", (*has_sound).into());
                set(&message, "has_notices", (*has_notices).into());
            }
            Self::Event { name, session } => {
                set(&message, "name", (*name).into());
                set(&message, "detail", detail(session.as_deref()));
            }
            Self::Keep { id, ask } => {
                set(&message, "id", (*id).into());
                let (act, name) = match ask {
                    Ask::Put { name, value, hold } => {
                        set(&message, "value", value.clone());
                        set(&message, "durability", hold.durability().into());
                        ("put", name)
                    }
                    Ask::Remove(name) => ("remove", name),
                    Ask::Read(beginning) => ("read", beginning),
                };
                set(&message, "act", act.into());
                set(&message, "name", name.into());
            }
            Self::Ready | Self::Close | Self::NeedToken | Self::AskNotices => {}
        }
        message.into()
    }
}

/// The browser's word for it; `default` is that nobody was asked.
fn parse_permission(word: &str) -> Option<Permission> {
    match word {
        "default" => Some(Permission::Open),
        "granted" => Some(Permission::Granted),
        "denied" => Some(Permission::Denied),
        _ => None,
    }
}

/// The `detail` of an event.
pub(super) fn detail(session: Option<&str>) -> JsValue {
    let detail = Object::new();
    if let Some(session) = session {
        let _ = Reflect::set(&detail, &"session".into(), &session.into());
    }
    detail.into()
}
