//! The visitor's end in the widget: run by `tieline_driver`, known to this device by a token.
//!
//! Owns that token and the two things that only a page can get, a proof of identity and an embed ticket. Does not know html,
//! nor who embeds us.

use std::rc::Rc;

use js_sys::Reflect;
use tieline_browser::http;
use tieline_driver::{Engine, Errand, Feeder, Files, Keeper, Plan, Share, engine, ids};
use tieline_protocol::{Auth, ChannelId, DraftId, Item};
use tieline_session::{Event, Input, Screen, Setup, Visitor};
use tieline_talk::form::Filled;
use wasm_bindgen_futures::spawn_local;
use web_sys::File;

use crate::parts;

mod device;

use device::Device;
pub use tieline_driver::{Unsent, wire};

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
    /// Where to keep what should outlive the page.
    pub keeper: Keeper,
}

/// Something for the embedding page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// Pass it on.
    Told(Event),
    /// Not for the page: these words go into the composer.
    Composed(String),
    /// Not for the page: in another tab a chat's composer holds this text now.
    Typed {
        /// Which chat.
        chat: String,
        /// All that stands in its composer.
        text: String,
    },
    /// Answer with [`Driver::take_token`].
    TokenWanted,
}

/// Where screens and words go.
pub struct Hooks {
    /// Draws what the visitor is to see now.
    pub draw: Box<dyn Fn(Rc<Screen>)>,
    /// Speaks to the embedding page.
    pub tell: Box<dyn Fn(Word)>,
}

/// One running session. Dropping it hangs up, disarms and unregisters everything.
#[derive(Debug)]
pub struct Driver {
    engine: Engine<Visitor>,
    device: Rc<Device>,
}

/// Takes files for as long as its session lives. What looks at them is fetched later: see `src/parts.rs`.
#[derive(Clone, Debug)]
pub struct Giving(Feeder<Visitor>);

impl Giving {
    /// Takes files, each of so many bytes at most. Named in the table of what is fetched later only.
    pub fn give(&self, files: Vec<File>, most_bytes: u32) {
        self.0.attach(files, most_bytes);
    }
}

impl Driver {
    /// A session that has drawn itself and not dialled yet.
    pub fn new(settings: Settings, hooks: Hooks) -> Self {
        let device = Rc::new(Device::of(&settings.channel, settings.keeper.clone()));
        let channel = settings.channel.to_string();
        let request_base = u32::try_from(ids::seed() >> 32).unwrap_or_default();
        let share = Share { channel: channel.clone(), request_base };
        let plan = Plan {
            gateway: settings.gateway.clone(),
            drafts_of: channel,
            keeper: settings.keeper.clone(),
            share: Some(share),
        };
        let hooks =
            tieline_driver::Hooks { draw: hooks.draw, run: errands(&settings, hooks.tell, device.clone()) };
        let visitor = Visitor::plain(Setup {
            channel: Some(settings.channel),
            app_name: "widget",
            app_version: env!("CARGO_PKG_VERSION"),
            language: settings.language,
            embed: settings.embed,
            page_origin: settings.page_origin,
            auth: Auth::New,
            jitter_seed: ids::seed(),
            request_base,
        });
        let engine = Engine::new(visitor, plan, hooks);
        engine.feed(device.look());
        let feeder = engine.feeder();
        parts::await_detail(move |detail| feeder.feed(Input::DetailCame(detail)));
        Self { engine, device }
    }

    /// Connects, once. Until then nothing has gone over the network.
    pub fn start(&self) {
        let (device, feeder) = (self.device.clone(), self.engine.feeder());
        spawn_local(async move {
            device.recover().await;
            feeder.feed(device.look());
            feeder.start();
        });
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

    /// Something that tells the other tabs what stands in a chat's composer.
    pub fn typing(&self) -> impl Fn(&str, &str) + 'static {
        let feeder = self.engine.feeder();
        move |chat, text| feeder.tell_others(&format!("{chat}\n{text}"))
    }

    /// Where files go that the visitor gives.
    pub fn giving(&self) -> Giving {
        Giving(self.engine.feeder())
    }

    /// The visitor's files, for whoever shows them.
    pub fn files(&self) -> Files {
        self.engine.files()
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
            Some(jwt) => {
                // Whose visit the user claims is what the device says now, for both: words and token are one person's.
                self.engine.feed(self.device.look());
                Input::TokenArrived(Auth::User { jwt, visitor: self.device.token() })
            }
            None => Input::TokenFailed,
        });
    }

    /// The visitor signed out: whoever sits here now is somebody new, without the history of before.
    pub fn become_stranger(&self) {
        self.engine.become_stranger(self.device.next_visitor());
    }

    /// The input that says `text`, under ids of this moment.
    pub fn submission(text: String) -> Input {
        engine::submission(text)
    }

    /// The input that takes back the visitor's own words.
    pub fn retraction(target: DraftId) -> Input {
        engine::retraction(target)
    }

    /// The input that says one of the answers under a question.
    pub fn choice(target: DraftId, option: u32) -> Input {
        engine::choice(target, option)
    }

    /// The input that says what was filled in.
    pub fn filling(Filled { answers, message }: Filled) -> Input {
        let message = message.map(|text| (ids::draft_id(), text));
        let (draft_id, session_draft_id) = (ids::draft_id(), ids::draft_id());
        Input::FormFilled { draft_id, session_draft_id, answers, message }
    }

    /// The input that says how it was.
    pub fn rating((stars, text): (u8, String)) -> Input {
        Input::Rated { draft_id: ids::draft_id(), stars, text }
    }
}

/// What the loop cannot do itself, one arm each.
fn errands(
    settings: &Settings,
    tell: Box<dyn Fn(Word)>,
    device: Rc<Device>,
) -> Box<dyn Fn(Errand, Feeder<Visitor>)> {
    let ticket_url = format!("{}/v1/ticket/{}", settings.gateway, settings.channel);
    Box::new(move |errand, feeder| match errand {
        Errand::KeepVisitorToken(visitor, token) => device.keep(visitor, &token),
        Errand::ForgetVisitor(visitor) => device.forget_before(visitor),
        Errand::FreshenToken => freshen(device.clone(), feeder),
        Errand::FetchToken => tell(Word::TokenWanted),
        Errand::FetchTicket => fetch_ticket(ticket_url.clone(), feeder),
        Errand::Compose(text) => tell(Word::Composed(text)),
        Errand::Aside(aside) => {
            // A chat's name is an attribute's value, and has no line break that matters.
            if let Some((chat, text)) = aside.split_once('\n') {
                tell(Word::Typed { chat: chat.to_owned(), text: text.to_owned() });
            }
        }
        Errand::Tell(event) => tell(Word::Told(event)),
    })
}

/// Looks at the device anew. What another tab has kept with the page since is there only for those who ask.
fn freshen(device: Rc<Device>, feeder: Feeder<Visitor>) {
    if !device.is_with_page() {
        return feeder.feed(device.look());
    }
    spawn_local(async move {
        device.recover().await;
        feeder.feed(device.look());
    });
}

fn fetch_ticket(url: String, feeder: Feeder<Visitor>) {
    spawn_local(async move {
        let answer = http::load_json(&url).await;
        let ticket = answer.and_then(|answer| Reflect::get(&answer, &"ticket".into()).ok()?.as_string());
        feeder.feed(ticket.map_or(Input::TokenFailed, Input::TicketArrived));
    });
}
