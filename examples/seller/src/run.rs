//! The loop: facts into the machine, effects out of it. All timing is the machine's and the seller's; this only waits.

use std::collections::VecDeque;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Result, bail};
use tieline_protocol::{CloseCode, DraftId, Millis};
use tieline_session::agent::Agent;
use tieline_session::{Effect, Event, Input, Setup};

use crate::desk::Desk;
use crate::seller::Seller;
use crate::wire::Wire;

/// Runs until the gateway will have this seller no more.
pub(crate) async fn run(desk: Desk) -> Result<()> {
    let mut machine = Agent::new(Setup {
        channel: None,
        app_name: "example-seller",
        app_version: env!("CARGO_PKG_VERSION"),
        language: "en".into(),
        embed: None,
        page_origin: None,
        auth: desk.first_proof(),
        jitter_seed: u64::from_le_bytes(random()?),
        request_base: 0,
    });
    let mut seller = Seller::default();
    let mut wire: Option<Wire> = None;
    let mut facts = VecDeque::from([Input::Restored(Vec::new()), Input::Start, Input::PanelShown]);
    loop {
        while let Some(fact) = facts.pop_front() {
            for effect in machine.handle(now(), fact) {
                facts.extend(carry_out(effect, &desk, &mut wire).await?);
            }
        }
        if let Some(wish) =
            seller.wish(now(), &machine.screen(now()), || Ok(DraftId::at(now(), random()?)))?
        {
            facts.push_back(wish);
            continue;
        }
        let wake = [machine.next_wake(), seller.next_wake()].into_iter().flatten().min();
        tokio::select! {
            fact = next_of(&mut wire) => {
                if matches!(fact, Input::SocketClosed(_)) {
                    wire = None;
                }
                facts.push_back(fact);
            }
            () = sleep_until(wake) => facts.push_back(Input::Tick),
        }
    }
}

/// One arm for each wish of the machine. Gives the facts that came of it.
async fn carry_out(effect: Effect, desk: &Desk, wire: &mut Option<Wire>) -> Result<Option<Input>> {
    Ok(match effect {
        Effect::Dial => match Wire::open(&desk.socket_url()).await {
            Ok(open) => {
                *wire = Some(open);
                Some(Input::SocketOpened)
            }
            Err(error) => {
                eprintln!("dialling: {error}");
                Some(Input::SocketClosed(CloseCode(1006)))
            }
        },
        Effect::HangUp(code) => {
            if let Some(wire) = wire.take() {
                wire.close(code).await;
            }
            None
        }
        Effect::Send(frame) => {
            if let Some(wire) = wire {
                wire.send(frame).await;
            }
            None
        }
        // Memory is store enough: what a seller that was stopped has not said, it works out anew from the thread.
        Effect::Save(record) => Some(Input::Saved(record.draft_id)),
        Effect::FetchToken => Some(match desk.fetch_proof().await {
            Ok(proof) => Input::TokenArrived(proof),
            Err(error) => {
                eprintln!("{error:#}");
                Input::TokenFailed
            }
        }),
        Effect::Tell(Event::Refused) => bail!("the gateway refuses this seller"),
        Effect::FetchTicket => Some(Input::TokenFailed),
        // One socket at a time: this one is left when the gateway closes it.
        Effect::DialNext => Some(Input::NextClosed(CloseCode(1006))),
        // It says no files.
        Effect::Upload { .. }
        | Effect::StopUpload(_)
        | Effect::SendNext(_)
        | Effect::Switch
        | Effect::DropNext
        | Effect::Forget(_)
        | Effect::KeepVisitorToken { .. }
        | Effect::Compose(_)
        | Effect::Tell(_) => None,
    })
}

async fn next_of(wire: &mut Option<Wire>) -> Input {
    match wire {
        Some(wire) => wire.next().await,
        None => std::future::pending().await,
    }
}

async fn sleep_until(moment: Option<Millis>) {
    match moment {
        Some(moment) => tokio::time::sleep(Duration::from_millis((moment - now()).0)).await,
        None => std::future::pending().await,
    }
}

fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}
