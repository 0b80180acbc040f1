//! What a trial of a homeserver found, in words: `docs/connectors/matrix.md` says more of each.
//!
//! The homeserver has to find the gateway for it. So where none runs, the trial listens in its place, and takes nothing: what is
//! brought meanwhile is kept by the homeserver, for the gateway.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    extract::{Request, State},
    http::{HeaderValue, header},
    middleware::{self, Next},
    response::Response,
};
use tieline_matrix::{
    Door, Setup,
    check::{self, Finding as Found, Unreached},
};
use tokio::{net::TcpListener, task::JoinHandle};

use super::super::{finding::Finding, place};
use crate::{
    auth::account,
    config::{Config, Matrix},
    connect::registration::{self, Tokens},
};

const WRITE_ANEW: &str = "write the registration anew (`tieline matrix registration --file ..`), name it in app_service_config_files, and restart the homeserver";

/// Tries it. While a gateway runs, that one is there for the homeserver to find.
pub(super) async fn check(config: &Config, matrix: &Matrix, is_running: bool) -> Vec<Finding> {
    if !config.data_dir.join(registration::FILE).exists() {
        return vec![Finding::fail("Matrix: no registration was written yet", WRITE_ANEW)];
    }
    let tokens = match Tokens::load_or_create(&config.data_dir) {
        Ok(tokens) => tokens,
        Err(error) => {
            return vec![Finding::fail(format!("Matrix: {error}"), "is that file whole, and yours to read?")];
        }
    };
    let mut findings = Vec::new();
    let stand_in =
        if is_running { None } else { Some(StandIn::listen(config.listen, matrix, &tokens).await) };
    if let Some(Err(error)) = &stand_in {
        findings.push(Finding::warn(
            format!("Matrix: whether the homeserver reaches the gateway was not tried: {}: {error}", config.listen),
            "who listens there? if a service manager does, for the gateway, let go of it as well (systemctl stop tieline.socket)",
        ));
    }
    let agents = agents(config).await;
    let setup = tokens.setup(matrix);
    let found = check::run(&setup, &agents, !matches!(stand_in, Some(Err(_)))).await;
    // Elsewhere something may say yes to everything.
    let was_found = stand_in.is_none_or(|stand_in| stand_in.is_ok_and(StandIn::end));
    findings.extend(found.iter().map(|found| in_words(matrix, &setup, found, was_found)));
    findings
}

/// Who answers by Matrix. A store that cannot be read is for `tieline doctor`.
async fn agents(config: &Config) -> Vec<String> {
    if !config.store.exists() {
        return Vec::new();
    }
    let Ok(registry) = place::open_registry(config) else { return Vec::new() };
    let channels = registry.list().await.unwrap_or_default();
    let agents =
        channels.iter().flat_map(|channel| &channel.recipients).flat_map(|recipient| &recipient.agents);
    let agents = agents.map(|agent| account::split(agent)).filter(|(platform, _)| *platform == "matrix");
    let mut agents: Vec<_> = agents.map(|(_, user)| user.to_owned()).collect();
    agents.sort_unstable();
    agents.dedup();
    agents
}

/// Listens where the gateway would, until it is ended.
struct StandIn {
    serving: JoinHandle<std::io::Result<()>>,
    was_found: Arc<AtomicBool>,
}

impl StandIn {
    async fn listen(address: SocketAddr, matrix: &Matrix, tokens: &Tokens) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        // Exposed to be compared with what the homeserver shows. Nobody takes what comes in, so it is to be brought again.
        let (door, _) = Door::new(&matrix.server_name, tokens.homeserver.expose());
        let was_found = Arc::new(AtomicBool::new(false));
        let note = middleware::from_fn_with_state(Arc::clone(&was_found), note);
        let routes = crate::connect::matrix::through(door).layer(note);
        let serving = tokio::spawn(axum::serve(listener, routes).into_future());
        Ok(Self { serving, was_found })
    }

    /// Gives whether anybody came.
    fn end(self) -> bool {
        self.serving.abort();
        self.was_found.load(Ordering::Acquire)
    }
}

async fn note(State(was_found): State<Arc<AtomicBool>>, request: Request, next: Next) -> Response {
    was_found.store(true, Ordering::Release);
    let mut response = next.run(request).await;
    // Or the homeserver would keep the connection for the gateway, which starts in a moment, and find it dead.
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

fn in_words(matrix: &Matrix, setup: &Setup, found: &Found, was_found: bool) -> Finding {
    let (homeserver, name) = (setup.homeserver.as_str(), setup.server_name.as_str());
    let ok = |what: String| Finding::ok(format!("Matrix: {what}"));
    let warn = |what: String, advice: &str| Finding::warn(format!("Matrix: {what}"), advice);
    let fail = |what: String, advice: &str| Finding::fail(format!("Matrix: {what}"), advice);
    match found {
        Found::Homeserver => ok(format!("{homeserver} is a homeserver")),
        Found::NoAnswer { is_refused: true, .. } => fail(
            format!("nothing listens at {homeserver}"),
            "does the homeserver run, and is matrix.homeserver its address? Synapse: port, in listeners",
        ),
        Found::NoAnswer { why, .. } => fail(
            format!("{homeserver} does not answer: {why}"),
            "is matrix.homeserver right, with http or https as it is there, and the network between?",
        ),
        Found::OtherServer { status } => fail(
            format!("what answers at {homeserver} is no homeserver: it answers {status}"),
            "set matrix.homeserver to where clients find it. Synapse: the listener with the resource \"client\"",
        ),
        Found::Token => ok(format!("it is {name}, and knows the gateway")),
        Found::NoToken => fail(
            "it does not know the gateway's token: it has read no registration, or an older one".into(),
            WRITE_ANEW,
        ),
        Found::OtherService { user } => fail(format!("it knows the gateway's token as {user}'s"), WRITE_ANEW),
        Found::OtherName { name: other } => fail(
            format!("it is {other}, not {name}"),
            &format!("set matrix.server_name = \"{other}\", then {WRITE_ANEW}"),
        ),
        Found::Reached if was_found => ok("it reaches the gateway, and shows the right token".into()),
        Found::Reached => fail(
            "it reaches something that says yes, and is not this gateway".into(),
            &format!("set matrix.gateway_url to where the homeserver finds the gateway, then {WRITE_ANEW}"),
        ),
        Found::NotReached(why) => not_reached(matrix, why),
        Found::Users => ok("visitors can have accounts".into()),
        Found::NoUsers(why) if why.code == "M_EXCLUSIVE" => fail(
            format!("its registration has other names than @chat_..:{name} for the gateway's accounts"),
            WRITE_ANEW,
        ),
        Found::NoUsers(why) => {
            fail(format!("visitors can have no accounts: {why}"), "the homeserver's log says more")
        }
        Found::Line => ok("it tells at once that something was said".into()),
        Found::NoLine(why) => warn(
            format!("it does not tell at once that something was said: {why}"),
            "what it fails to bring is found only when the gateway or the homeserver starts again: its log says more",
        ),
        Found::Device => {
            ok("visitors can have a device: what is said again after a restart is there once".into())
        }
        Found::NoDevice(why) => warn(
            format!("visitors can have no device: {why}"),
            "the gateway looks for what it said before it says it again, which costs time. Synapse since 1.121: io.element.msc4190: true in the registration",
        ),
        Found::Room => ok("rooms can be made, and what is said twice is there once".into()),
        Found::NoRoom(why) => fail(
            format!("a room cannot be made: {why}"),
            "does a module of the homeserver forbid it? its log says more",
        ),
        Found::NoWords(why) => {
            fail(format!("nothing can be said in a room: {why}"), "the homeserver's log says more")
        }
        Found::Twice => fail(
            "what is said twice is there twice".into(),
            "this homeserver does not fold what bears one transaction id; the merchant will see some messages twice",
        ),
        Found::Encrypted => fail(
            "it encrypts every room: the gateway could not read what is said".into(),
            "Synapse: encryption_enabled_by_default_for_room_type: \"off\"",
        ),
        Found::Agent(user) => ok(format!("{user} has an account")),
        Found::NoAgent(user) => fail(
            format!("{user} answers in a channel, and has no account"),
            "make it (register_new_matrix_user), or correct the channel's agents (tieline channel show)",
        ),
        Found::UnknownAgent { user, why } => warn(
            format!("whether {user} has an account is not known: {why}"),
            "for accounts elsewhere the homeserver needs federation",
        ),
        Found::Left { room, why } => warn(
            format!("the trial's room is still there: {why}"),
            &format!("{room} has nobody in it but the gateway's own; the homeserver's own tools delete it"),
        ),
    }
}

fn not_reached(matrix: &Matrix, why: &Unreached) -> Finding {
    let url = &matrix.gateway_url;
    let fail = |what: String, advice: &str| {
        Finding::fail(format!("Matrix: it does not reach the gateway: {what}"), advice)
    };
    let look = format!(
        "the url in its registration must lead to the gateway; here matrix.gateway_url is {url}. If that is right, {WRITE_ANEW}"
    );
    match why {
        Unreached::Connection => fail("no connection comes about".into(), &look),
        Unreached::Token => fail("its hs_token is another".into(), WRITE_ANEW),
        Unreached::Other { status } => fail(format!("something else answers there, with {status}"), &look),
        Unreached::OtherId => fail(
            "its registration has another id".into(),
            &format!("the id is {}: {WRITE_ANEW}", tieline_matrix::SERVICE_ID),
        ),
        Unreached::NoUrl => fail("its registration has no url".into(), WRITE_ANEW),
        Unreached::Unasked(why) => Finding::warn(
            format!("Matrix: whether it reaches the gateway is not known: {why}"),
            "an older homeserver cannot be asked: `/readyz` of the gateway says how it is doing",
        ),
    }
}
