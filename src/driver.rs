//! The visitor's end in the widget: run by `tieline_driver`, known to this device by a token.
//!
//! Owns that token and the two things that only a page can get, a proof of identity and an embed ticket. Does not know html,
//! nor who embeds us.

use std::rc::Rc;

use js_sys::Reflect;
use tieline_browser::{Store, http, storage::LocalStore};
use tieline_driver::{Engine, Errand, Feeder, Plan, engine, ids};
use tieline_protocol::{Auth, ChannelId, Item};
use tieline_session::{Event, Input, Screen, Setup, Visitor};

pub use tieline_driver::wire;

/// What a mount is told once.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The gateway's origin.
    pub gateway: String,
    /// The embedding.
    pub channel: ChannelId,
    /// The ticket of the frame document.
    pub embed: Option<String>,
    /// The embedding page's origin, as the browser told the frame.
    pub page_origin: Option<String>,
    /// BCP 47 tag of the interface.
    pub language: String,
}

/// Something for the embedding page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// Pass it on.
    Told(Event),
    /// Answer with [`Driver::take_token`].
    TokenWanted,
}

/// Where screens and words go.
pub struct Hooks {
    /// Draws what the visitor is to see now.
    pub draw: Box<dyn Fn(Screen)>,
    /// Speaks to the embedding page.
    pub tell: Box<dyn Fn(Word)>,
}

/// One running session. Dropping it hangs up, disarms and unregisters everything.
#[derive(Debug)]
pub struct Driver {
    engine: Engine<Visitor>,
    store: Rc<LocalStore>,
    token_name: String,
}

impl Driver {
    /// A session that has drawn itself and not dialled yet.
    pub fn new(settings: Settings, hooks: Hooks) -> Self {
        let store = Rc::new(LocalStore::default());
        let token_name = token_name(&settings.channel);
        let token = store.read(&token_name);
        let plan = Plan { gateway: settings.gateway.clone(), drafts_of: settings.channel.to_string() };
        let hooks =
            tieline_driver::Hooks { draw: hooks.draw, run: errands(&settings, hooks.tell, store.clone()) };
        let visitor = Visitor::new(Setup {
            channel: Some(settings.channel),
            app_name: "widget",
            app_version: env!("CARGO_PKG_VERSION"),
            language: settings.language,
            embed: settings.embed,
            page_origin: settings.page_origin,
            auth: token.map_or(Auth::New, |token| Auth::Visitor { token }),
            jitter_seed: ids::seed(),
        });
        Self { engine: Engine::new(visitor, plan, hooks), store, token_name }
    }

    /// Connects, once. Until then nothing has gone over the network.
    pub fn start(&self) {
        self.engine.start();
    }

    /// Takes a fact.
    pub fn feed(&self, input: Input) {
        self.engine.feed(input);
    }

    /// Something that takes facts for as long as this lives, and then does nothing.
    pub fn feeder(&self) -> impl Fn(Input) + 'static {
        let feeder = self.engine.feeder();
        move |input| feeder.feed(input)
    }

    /// A session creation control was used.
    pub fn ask(&self, to: Option<String>, item: Option<Item>) {
        self.engine.feed(Input::Asked { to, item });
    }

    /// The embedding page shows or hides the panel. A panel in a tab at the back is not shown.
    pub fn set_shown(&self, is_shown: bool) {
        self.engine.set_shown(is_shown);
    }

    /// The page's answer to [`Word::TokenWanted`], or a token that it offers. None: there is none to be had.
    pub fn take_token(&self, token: Option<String>) {
        self.engine.feed(match token {
            Some(jwt) => Input::TokenArrived(Auth::User { jwt, visitor: self.store.read(&self.token_name) }),
            None => Input::TokenFailed,
        });
    }

    /// The visitor signed out: whoever sits here now is somebody new, without the history of before.
    pub fn become_stranger(&self) {
        self.store.remove(&self.token_name);
        self.engine.feed(Input::TokenArrived(Auth::New));
    }

    /// The input that says `text`, under ids of this moment.
    pub fn submission(text: String) -> Input {
        engine::submission(text)
    }
}

/// What the loop cannot do itself, one arm each.
fn errands(
    settings: &Settings,
    tell: Box<dyn Fn(Word)>,
    store: Rc<LocalStore>,
) -> Box<dyn Fn(Errand, Feeder<Visitor>)> {
    let token_name = token_name(&settings.channel);
    let ticket_url = format!("{}/v1/ticket/{}", settings.gateway, settings.channel);
    Box::new(move |errand, feeder| match errand {
        Errand::KeepVisitorToken(token) => {
            store.write(&token_name, &token);
        }
        Errand::FetchToken => tell(Word::TokenWanted),
        Errand::FetchTicket => fetch_ticket(ticket_url.clone(), feeder),
        Errand::Tell(event) => tell(Word::Told(event)),
    })
}

fn fetch_ticket(url: String, feeder: Feeder<Visitor>) {
    wasm_bindgen_futures::spawn_local(async move {
        let answer = http::load_json(&url).await;
        let ticket = answer.and_then(|answer| Reflect::get(&answer, &"ticket".into()).ok()?.as_string());
        feeder.feed(ticket.map_or(Input::TokenFailed, Input::TicketArrived));
    });
}

/// Under which name the visitor's token is kept. The browser already keeps the shops apart, the channel is for inline mode.
fn token_name(channel: &ChannelId) -> String {
    format!("tieline.visitor.{channel}")
}
