//! The root: the gate, and behind it the engine with the desk on top.

use std::rc::Rc;

use tieline_browser::{Listener, address, intl, page};
use tieline_driver::{Engine, Errand, Hooks, Keeper, Plan, Unsent, engine, ids};
use tieline_protocol::{
    Auth, DeskOnly, Millis, SessionId,
    desk::{Agents, Assign, DeskRequest},
};
use tieline_session::{Agent, DeskScreen, Input, Owner, Setup};
use tieline_talk::{Given, Pictures};
use yew::{Callback, Component, Context, Html, html};

use crate::{
    signin::{Badge, Gate, Why, door, invite_in},
    view::{Action, Desk, Manner, Shut},
};

/// See the module.
#[derive(Debug)]
pub struct App {
    manner: Manner,
    gate: Gate,
    /// Runs while somebody is in. Dropping it hangs up.
    engine: Option<Engine<Agent>>,
    screen: Option<Rc<DeskScreen>>,
    /// What the agent has begun to write, kept over reloads.
    unsent: Unsent,
    /// Pictures of this agent's that this page has in memory.
    pictures: Option<Pictures>,
    /// A link opened in this tab while the desk is in it changes only the fragment.
    _on_fragment: Option<Listener>,
}

/// What happens to the app.
#[derive(Debug)]
pub enum AppEvent {
    /// The gateway has answered at the door.
    Answered(Result<Badge, Why>),
    /// There is something new to show.
    Drawn(Rc<DeskScreen>),
    /// Composers have to take other words.
    Reworded,
    /// The engine wants something done.
    Errand(Errand),
    /// The agent wants something.
    Action(Action),
    /// The address has a new fragment: perhaps another link.
    FragmentChanged,
    /// The agent signed out; false if the gateway did not hear it.
    Left(bool),
    /// Knock again.
    TryAgain,
}

impl Component for App {
    type Message = AppEvent;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        let language = intl::languages().into_iter().next().unwrap_or_default();
        let link = ctx.link().clone();
        let on_fragment = web_sys::window().map(|window| {
            Listener::new(&window, "hashchange", move |_| link.send_message(AppEvent::FragmentChanged))
        });
        knock(ctx, take_invite());
        Self {
            manner: Manner::new(&language),
            gate: Gate::Asking,
            engine: None,
            screen: None,
            unsent: Unsent::new(Keeper::own(), String::new(), || ()),
            pictures: None,
            _on_fragment: on_fragment,
        }
    }

    fn update(&mut self, ctx: &Context<Self>, event: AppEvent) -> bool {
        match event {
            AppEvent::Answered(answer) => self.answered(ctx, answer),
            AppEvent::Drawn(screen) => {
                page::set_title(&(self.manner.locale.title)(screen.unread));
                self.screen = Some(screen);
                true
            }
            AppEvent::Errand(Errand::FetchToken) => {
                knock(ctx, None);
                false
            }
            AppEvent::Errand(Errand::Compose(text)) => {
                let open = self.screen.as_ref().and_then(|screen| screen.open.as_ref());
                if let Some(open) = open {
                    self.unsent.add(&open.session.to_string(), &text);
                }
                false
            }
            AppEvent::Reworded => true,
            // The desk has no page to tell, no embed ticket to renew and no visitor's token to keep.
            AppEvent::Errand(_) => false,
            AppEvent::Action(action) => self.act(ctx, action),
            AppEvent::FragmentChanged => {
                if let Some(invite) = take_invite() {
                    knock(ctx, Some(invite));
                }
                false
            }
            AppEvent::Left(is_heard) => self.shut(if is_heard { Why::Left } else { Why::Unreachable }),
            AppEvent::TryAgain => {
                knock(ctx, None);
                self.gate = Gate::Asking;
                true
            }
        }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let manner = self.manner.clone();
        match &self.gate {
            Gate::Shut(why) => html! {
                <Shut why={*why} {manner} on_retry={ctx.link().callback(|()| AppEvent::TryAgain)} />
            },
            Gate::Asking | Gate::Open(_) => html! {
                <Desk
                    screen={self.screen.clone().unwrap_or_else(|| Rc::new(unloaded()))}
                    now={whole_minute(ids::now())}
                    unsent={self.given()}
                    on_typed={on_typed(ctx, &self.unsent)}
                    {manner}
                    pictures={self.pictures.clone()}
                    on_action={ctx.link().callback(AppEvent::Action)}
                />
            },
        }
    }
}

impl App {
    fn answered(&mut self, ctx: &Context<Self>, answer: Result<Badge, Why>) -> bool {
        match (answer, &self.gate) {
            // The same agent again: only the token is new.
            (Ok(badge), Gate::Open(before)) if badge.agent == before.agent => {
                self.feed(Input::TokenArrived(Auth::Agent { token: badge.token }));
                false
            }
            (Ok(badge), _) => {
                self.unsent = unsent_of(ctx, &badge);
                let engine = start(ctx, &badge);
                let files = engine.files();
                self.pictures = Some(Callback::from(move |draft_id| files.picture(draft_id)));
                self.engine = Some(engine);
                self.gate = Gate::Open(badge);
                true
            }
            // A desk that runs outlives a gateway that does not answer: the link tries again by itself.
            (Err(Why::Unreachable), Gate::Open(_)) => {
                self.feed(Input::TokenFailed);
                false
            }
            // A bad link does not put out who is in.
            (Err(Why::LinkSpent), Gate::Open(_)) => false,
            (Err(Why::NoSignIn), Gate::Open(_)) => self.shut(Why::Ended),
            (Err(why), _) => self.shut(why),
        }
    }

    fn act(&mut self, ctx: &Context<Self>, action: Action) -> bool {
        match action {
            Action::Pick(session) => {
                self.feed(Input::SessionPicked(session));
                // Who could have it is there before anybody looks.
                if let Some(session) = session {
                    self.ask(DeskRequest::Agents(Agents { session }));
                }
            }
            Action::Assign(to) => {
                let open = self.screen.as_ref().and_then(|screen| screen.open.as_ref());
                if let Some(session) = open.map(|open| open.session) {
                    self.ask(DeskRequest::Assign(Assign { session, draft_id: ids::draft_id(), to }));
                }
            }
            Action::Submit(text) => self.feed(engine::submission(text)),
            Action::Typed(has_text) => self.feed(Input::Typed { has_text }),
            Action::CloseSession => self.feed(Input::CloseWanted(ids::draft_id())),
            Action::AskForm(form) => self.feed(Input::FormWanted { draft_id: ids::draft_id(), form }),
            Action::Retry(draft_id) => self.feed(Input::Retry(draft_id)),
            Action::Revise(draft_id) => self.feed(Input::Revise(draft_id)),
            Action::Discard(draft_id) => self.feed(Input::Discard(draft_id)),
            Action::Aim(aim) => self.feed(Input::Aimed(aim)),
            Action::Retract(target) => self.feed(engine::retraction(target)),
            Action::Attach(files) => {
                let open = self.screen.as_ref().and_then(|screen| screen.open.as_ref());
                if let (Some(engine), Some(open)) = (&self.engine, open) {
                    engine.feeder().attach(files, open.accepts.bytes);
                }
            }
            Action::Older => self.feed(Input::OlderWanted),
            Action::MoreSessions => self.feed(Input::MoreSessionsWanted),
            Action::Reload => page::reload(),
            Action::SignOut => ctx.link().send_future(async { AppEvent::Left(door::leave().await) }),
        }
        false
    }

    /// What stands in the open session's composer.
    fn given(&self) -> Given {
        let open = self.screen.as_ref().and_then(|screen| screen.open.as_ref());
        let (text, turn) = open.map(|open| self.unsent.words(&open.session.to_string())).unwrap_or_default();
        Given { text: text.into(), turn }
    }

    fn ask(&self, request: DeskRequest) {
        self.feed(Input::DeskWants(DeskOnly::new(request)));
    }

    fn feed(&self, input: Input) {
        if let Some(engine) = &self.engine {
            engine.feed(input);
        }
    }

    fn shut(&mut self, why: Why) -> bool {
        self.engine = None;
        self.screen = None;
        page::set_title(&(self.manner.locale.title)(0));
        self.gate = Gate::Shut(why);
        true
    }
}

/// Asks at the door. The answer comes as an event.
fn knock(ctx: &Context<App>, invite: Option<String>) {
    ctx.link().send_future(async { AppEvent::Answered(door::enter(invite).await) });
}

/// The link's secret, taken off the address before anything else happens: nobody reads it from the bar or the history.
fn take_invite() -> Option<String> {
    let fragment = address::fragment()?;
    let invite = invite_in(&fragment)?.to_owned();
    address::strip_fragment();
    Some(invite)
}

fn start(ctx: &Context<App>, badge: &Badge) -> Engine<Agent> {
    let agent = Agent::new(Setup {
        channel: None,
        app_name: "desk",
        app_version: env!("CARGO_PKG_VERSION"),
        language: intl::languages().into_iter().next().unwrap_or_default(),
        embed: None,
        page_origin: None,
        auth: Auth::Agent { token: badge.token.clone() },
        jitter_seed: ids::seed(),
        request_base: 0,
    });
    // Two tabs of a desk show two conversations; each is worth a socket.
    let plan = Plan {
        gateway: address::origin().unwrap_or_default(),
        drafts_of: shelf_of(badge),
        keeper: Keeper::own(),
        share: None,
    };
    let (on_screen, on_errand) = (ctx.link().clone(), ctx.link().clone());
    let hooks = Hooks {
        draw: Box::new(move |screen| on_screen.send_message(AppEvent::Drawn(screen))),
        run: Box::new(move |errand, _| on_errand.send_message(AppEvent::Errand(errand))),
    };
    let engine = Engine::new(agent, plan, hooks);
    engine.set_shown(true);
    engine.start();
    engine
}

fn on_typed(ctx: &Context<App>, unsent: &Unsent) -> Callback<(SessionId, String)> {
    let (unsent, link) = (unsent.clone(), ctx.link().clone());
    Callback::from(move |(session, text): (SessionId, String)| {
        link.send_message(AppEvent::Action(Action::Typed(!text.trim().is_empty())));
        unsent.keep(&session.to_string(), text);
    })
}

fn unsent_of(ctx: &Context<App>, badge: &Badge) -> Unsent {
    let link = ctx.link().clone();
    let unsent = Unsent::new(Keeper::own(), shelf_of(badge), move || link.send_message(AppEvent::Reworded));
    unsent.belong_to(&Owner::Agent);
    unsent.start();
    unsent
}

/// Under which name this agent's words are kept on this device.
fn shelf_of(badge: &Badge) -> String {
    format!("agent {}", badge.agent.id)
}

/// What stands there until the first screen: the desk's own shape, empty.
pub fn unloaded() -> DeskScreen {
    DeskScreen {
        notice: None,
        me: None,
        is_loaded: false,
        sessions: Vec::new(),
        has_more_sessions: false,
        open: None,
        unread: 0,
        down: Vec::new(),
    }
}

/// Views say times to the minute; a finer clock would only make them draw again.
fn whole_minute(now: Millis) -> Millis {
    Millis(now.0 / 60_000 * 60_000)
}
