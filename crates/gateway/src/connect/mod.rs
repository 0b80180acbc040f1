//! Other platforms, on which the merchant answers from a client of their own.
//!
//! A connector is a crate that knows a platform and nothing of the store; here is what it stands on: [`host`] gives it sessions
//! and keeps what it says, [`take`] brings what its accounts say into the log, by the same permits as everybody's, and
//! [`accounts`] makes principals of them. Live, a connector is told by a [`Hint`]; it begins with what the store says, so a hint
//! that is missed costs time only.

mod accounts;
mod assign;
mod card;
mod files;
mod host;
pub(crate) mod matrix;
pub(crate) mod registration;
mod take;

use std::{
    collections::HashSet,
    sync::{PoisonError, RwLock},
};

use tieline_connector::{Hint, Platform, Standing};
use tieline_protocol::{DeskOnly, ServerFrame, desk, envelope::json};
use tieline_relay::{Desk, Principal, Scope, Topic};
use tokio::{sync::mpsc, task::JoinSet};

use self::files::{Fetcher, Source};
pub(crate) use self::host::GatewayHost;
use crate::{
    app::AppState,
    config::{Config, Xmpp},
    fanout::{Announcement, Fanout, Local, Outbox, Parcel},
};

/// The connectors that run.
#[derive(Debug, Default)]
pub(crate) struct Connectors {
    running: RwLock<Vec<Running>>,
    matrix: Option<matrix::Half>,
}

#[derive(Debug)]
struct Running {
    platform: Platform,
    hints: mpsc::UnboundedSender<Hint>,
    desks: HashSet<Desk>,
    standing: Standing,
    /// It was up or never tried, and now it is not. One that is tried again is still down.
    is_down: bool,
}

impl Connectors {
    /// What has to be there before the first request: a homeserver comes by itself.
    pub(crate) fn open(config: &Config) -> std::io::Result<Self> {
        let open = |matrix| matrix::Half::open(matrix, &config.data_dir);
        Ok(Self { running: RwLock::default(), matrix: config.matrix.as_ref().map(open).transpose()? })
    }

    /// Tells those that take part in a desk's sessions. Costs nothing where none does.
    pub(crate) fn hint(&self, desk: &Desk, hint: Hint) {
        let running = self.running.read().unwrap_or_else(PoisonError::into_inner);
        for connector in running.iter().filter(|connector| connector.desks.contains(desk)) {
            // One that has ended takes none.
            let _ = connector.hints.send(hint);
        }
    }

    /// How each is doing: a line for each, for an operator.
    pub(crate) fn standing_lines(&self) -> String {
        let running = self.running.read().unwrap_or_else(PoisonError::into_inner);
        let line = |connector: &Running| {
            let platform = connector.platform.name();
            match &connector.standing {
                Standing::Dialling => format!("{platform}: dialling\n"),
                Standing::Up => format!("{platform}: up\n"),
                Standing::Down { why } => format!("{platform}: down: {why}\n"),
            }
        };
        running.iter().map(line).collect()
    }

    fn platforms(&self) -> Vec<Platform> {
        let running = self.running.read().unwrap_or_else(PoisonError::into_inner);
        running.iter().map(|connector| connector.platform).collect()
    }

    fn set_desks(&self, fanout: &Local, platform: Platform, desks: HashSet<Desk>) {
        let mut running = self.running.write().unwrap_or_else(PoisonError::into_inner);
        for connector in running.iter_mut().filter(|connector| connector.platform == platform) {
            let before = std::mem::replace(&mut connector.desks, desks.clone());
            if connector.is_down {
                tell(fanout, platform, false, connector.desks.difference(&before));
            }
        }
    }

    /// A connector says how it is doing. Whoever answers at one of its desks is told when others can be reached no more, and when
    /// they can again; why not is the operator's business.
    fn note_standing(&self, fanout: &Local, platform: Platform, standing: Standing) {
        // Told under the lock, as newcomers are: nobody is left with what was before.
        let mut running = self.running.write().unwrap_or_else(PoisonError::into_inner);
        for connector in running.iter_mut().filter(|connector| connector.platform == platform) {
            let was_down = connector.is_down;
            connector.is_down = match standing {
                Standing::Up => false,
                Standing::Down { .. } => true,
                Standing::Dialling => was_down,
            };
            connector.standing = standing.clone();
            if connector.is_down != was_down {
                tell(fanout, platform, was_down, connector.desks.iter());
            }
        }
    }

    /// Tells somebody who comes which platforms of their desks are out of reach. Goes out behind their `welcome`.
    pub(crate) fn tell_down(&self, principal: &Principal, outbox: &Outbox) {
        let Scope::Desks(desks) = &principal.scope else { return };
        let running = self.running.read().unwrap_or_else(PoisonError::into_inner);
        let concerns = |connector: &&Running| {
            connector.is_down && desks.iter().any(|desk| connector.desks.contains(desk))
        };
        for connector in running.iter().filter(concerns) {
            let Announcement { text, place, is_soft } = platform_is(connector.platform, false);
            outbox.push(Parcel { text, place, is_soft });
        }
    }
}

impl AppState {
    /// Starts what the configuration names.
    pub(crate) async fn start_connectors(&self, tasks: &mut JoinSet<()>) {
        if let Some(Xmpp { setup, files }) = self.config.xmpp.clone() {
            let sources = files.into_iter().map(|origin| Source { origin, token: None });
            let (host, hints) = self.register(Platform::Xmpp, Fetcher::new(sources.collect()));
            tasks.spawn(tieline_xmpp::run(setup, host, hints));
        }
        if let (Some(config), Some(half)) = (&self.config.matrix, &self.connectors.matrix)
            && let Some(inbox) = half.take_inbox()
        {
            let (host, hints) = self.register(Platform::Matrix, Fetcher::new(vec![half.source(config)]));
            tasks.spawn(tieline_matrix::run(half.setup(config), host, hints, inbox));
        }
        self.load_bridged_desks().await;
    }

    fn register(&self, platform: Platform, fetcher: Fetcher) -> (GatewayHost, mpsc::UnboundedReceiver<Hint>) {
        let (hints, inbox) = mpsc::unbounded_channel();
        let standing = Standing::Dialling;
        let running = Running { platform, hints, desks: HashSet::new(), standing, is_down: false };
        self.connectors.running.write().unwrap_or_else(PoisonError::into_inner).push(running);
        (GatewayHost::new(self.clone(), platform, fetcher), inbox)
    }

    /// A connector says how it is doing.
    fn note_standing(&self, platform: Platform, standing: Standing) {
        self.connectors.note_standing(&self.fanout, platform, standing);
    }

    /// Which desks are also answered elsewhere: at start, and after each change of a channel.
    pub(crate) async fn load_bridged_desks(&self) {
        for platform in self.connectors.platforms() {
            match self.log.bridged_desks(platform).await {
                Ok(desks) => self.connectors.set_desks(&self.fanout, platform, desks.into_iter().collect()),
                Err(error) => tracing::warn!(error.what = %error, "who answers elsewhere could not be read"),
            }
        }
    }
}

/// Each desk by itself: an agent may sit at several, and is told the same twice.
fn tell<'a>(fanout: &Local, platform: Platform, is_up: bool, desks: impl Iterator<Item = &'a Desk>) {
    let announcement = platform_is(platform, is_up);
    for desk in desks {
        fanout.announce(&[Topic::Desk(desk.clone())], &announcement, None);
    }
}

fn platform_is(platform: Platform, is_up: bool) -> Announcement {
    let frame = desk::DeskFrame::Platform(desk::Platform { name: platform.name().to_owned(), up: is_up });
    let text = json::encode(None, ServerFrame::Desk(DeskOnly::new(frame))).into();
    Announcement { text, place: None, is_soft: false }
}

#[cfg(test)]
mod tests;
