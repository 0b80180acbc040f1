//! The embedding page, as one session sees it: a loader behind a port, callbacks of a script, or nobody.

use std::rc::{Rc, Weak};

use js_sys::{Function, Promise};
use tieline_browser::Port;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::MessagePort;

use super::{
    config::field,
    port::{FromPage, ToPage, detail},
};

/// What a page says to its session.
pub type Hear = dyn Fn(FromPage);

/// Whoever embeds us, before there is a session to talk to.
#[derive(Debug)]
pub struct Host(Kind);

#[derive(Debug)]
enum Kind {
    Nobody,
    Loader(MessagePort),
    Script { on_event: Option<Function>, get_token: Option<Function> },
}

/// The open line to them. Dropping it hangs up.
#[derive(Debug)]
pub struct Line(Wire);

#[derive(Debug)]
enum Wire {
    Nobody { hear: Weak<Hearing> },
    Loader(Port),
    Script { on_event: Option<Function>, get_token: Option<Function>, hear: Weak<Hearing> },
}

struct Hearing(Box<Hear>);

impl std::fmt::Debug for Hearing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hearing")
    }
}

/// Keeps hearing for as long as it lives. A promise of the page that settles later finds nobody.
#[derive(Debug)]
pub struct Ear {
    _hearing: Rc<Hearing>,
}

impl Host {
    /// A full page: nobody around us.
    pub fn nobody() -> Self {
        Self(Kind::Nobody)
    }

    /// A page behind a port.
    pub fn behind(port: MessagePort) -> Self {
        Self(Kind::Loader(port))
    }

    /// The functions `onEvent(name, detail)` and `getToken()` of a script's config.
    pub fn of_callbacks(config: &JsValue) -> Self {
        let function = |name: &str| field(config, name).dyn_into().ok();
        Self(Kind::Script { on_event: function("onEvent"), get_token: function("getToken") })
    }

    /// Opens the line. Whatever the page says from now on goes to `hear`.
    pub fn connect(self, hear: impl Fn(FromPage) + 'static) -> (Line, Ear) {
        let ear = Rc::new(Hearing(Box::new(hear)));
        let weak = Rc::downgrade(&ear);
        let wire = match self.0 {
            Kind::Nobody => Wire::Nobody { hear: weak },
            Kind::Loader(port) => Wire::Loader(Port::new(port, move |message| {
                if let (Some(ear), Some(said)) = (weak.upgrade(), FromPage::parse(&message)) {
                    (ear.0)(said);
                }
            })),
            Kind::Script { on_event, get_token } => Wire::Script { on_event, get_token, hear: weak },
        };
        (Line(wire), Ear { _hearing: ear })
    }
}

impl Line {
    /// Says it to the page.
    pub fn tell(&self, word: &ToPage) {
        match &self.0 {
            // Nobody can say who the visitor is, and the session has to know that much.
            Wire::Nobody { hear } => {
                if *word == ToPage::NeedToken {
                    fetch_token(None, hear.clone());
                }
            }
            Wire::Loader(port) => port.post(&word.message()),
            Wire::Script { on_event, get_token, hear } => match word {
                ToPage::NeedToken => fetch_token(get_token.as_ref(), hear.clone()),
                _ => call_event(on_event.as_ref(), word),
            },
        }
    }
}

/// A function of the page may throw. That is the page's affair, not the session's.
fn call_event(on_event: Option<&Function>, word: &ToPage) {
    let Some(on_event) = on_event else { return };
    let (name, value) = match word {
        ToPage::Ready => ("ready", detail(None)),
        ToPage::Close => ("closed", detail(None)),
        ToPage::Unread { .. } => ("unread", word.message()),
        ToPage::Event { name, session } => (*name, detail(session.as_deref())),
        // A script's session lives in the page: it has the page's store, and how the visitor is told is the page's affair.
        ToPage::NeedToken | ToPage::Keep { .. } | ToPage::Manner { .. } | ToPage::AskNotices => return,
    };
    let _ = on_event.call2(&JsValue::UNDEFINED, &name.into(), &value);
}

fn fetch_token(get_token: Option<&Function>, hear: Weak<Hearing>) {
    let given = get_token.and_then(|get_token| get_token.call0(&JsValue::UNDEFINED).ok());
    wasm_bindgen_futures::spawn_local(async move {
        let token = match given {
            // `resolve` takes a token and the promise of one alike.
            Some(given) => {
                JsFuture::from(Promise::resolve(&given)).await.ok().and_then(|token| token.as_string())
            }
            None => None,
        };
        if let Some(ear) = hear.upgrade() {
            (ear.0)(FromPage::Token(token));
        }
    });
}
