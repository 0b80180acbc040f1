//! P20: the machine's clock jumps, and nobody who talks notices.
//!
//! The real program under libfaketime: an hour ahead, an hour behind, steps back in between. The places in the log alone are the
//! order; no open connection is cut and no proof on it ends early; what is said again is known; a newcomer is let in.

mod signing;
mod tool;

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use signing::{BackendKey, claims};
use tempfile::TempDir;
use tieline_load::{
    client::{
        Client, Heard, TurnedAway, draft_id, hello, now, text_frame, ticket, visitor_hello, with_cursors,
    },
    process::{Gateway, free_address},
    stage::Stage,
};
use tieline_protocol::{
    Auth, DraftId, Entry, Millis, Receipt, Seq, ServerFrame, SessionId, Welcome, client::Position,
};

/// Rates that hold the talk of this test, but only if buckets are filled again: no more than that at once.
const LIMITS: &str = "[limits]\nburst = 40\nper_minute = 6000\nframes_burst = 0\naccepts_burst = 4\naccepts_per_minute = 6000\n\
                      [ping]\nevery_ms = 600000\n";
const LINES: u64 = 60;
/// As a gateway's clock may step when somebody sets it right, or wrong.
const STEPS: [i64; 6] = [3_600, 3_599, -3_600, -3_601, 0, -1];

/// The clock of the gateway, as this test has it stand.
struct Hands(PathBuf);

impl Hands {
    fn set(&self, offset_secs: i64) {
        let next = self.0.with_extension("next");
        fs::write(&next, format!("{offset_secs:+}\n")).unwrap();
        // In one step: the gateway may read it at any time.
        fs::rename(next, &self.0).unwrap();
    }
}

struct Place {
    folder: TempDir,
    address: String,
    stage: Stage,
    hands: Hands,
    _gateway: Gateway,
}

impl Place {
    async fn start() -> Self {
        let library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
        tool::need(|| Path::new(library).exists(), "faketime");
        let folder = tempfile::tempdir().unwrap();
        let address = free_address().unwrap();
        let stage = Stage::prepare(folder.path(), &address, 1, LIMITS).await.unwrap();
        let hands = Hands(folder.path().join("offset"));
        hands.set(0);
        // A step of the time of day leaves the steady clock alone, as in the kernel.
        let line = format!(
            "LD_PRELOAD={library} FAKETIME_TIMESTAMP_FILE='{}' FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 exec '{}'",
            hands.0.display(),
            tool::gateway().display()
        );
        let program = tool::script(folder.path(), "skewed", &line);
        let gateway = Gateway::start(&program, &stage.config_file, &address).await.unwrap();
        Self { folder, address, stage, hands, _gateway: gateway }
    }

    /// A backend's key on the channel.
    async fn add_key(&self) -> BackendKey {
        let key = BackendKey::ed25519("shop");
        let file = self.folder.path().join("shop.pem");
        fs::write(&file, &key.public_pem).unwrap();
        let mut command = std::process::Command::new(tool::gateway());
        command.arg("--config").arg(&self.stage.config_file);
        command.args(["key", "add", &self.stage.channel.0, "--kid", "shop", "--public-key"]).arg(&file);
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        key
    }

    /// A token by the true time that ends then.
    fn token(&self, key: &BackendKey, life_secs: u64) -> String {
        let now_secs = now().0 / 1_000;
        let mut claims = claims(&self.stage.channel.0, &self.stage.config.gateway_id, now_secs);
        claims["exp"] = (now_secs + life_secs).into();
        key.sign(&claims)
    }

    async fn enter(&self, auth: Auth, have: Vec<Position>) -> (Client, Welcome) {
        // Fetched anew: a ticket runs out with the gateway's clock, as it should.
        let ticket = ticket(&self.address, &self.stage.channel).await.unwrap();
        let hello = with_cursors(visitor_hello(&self.stage.channel, &ticket, auth), have);
        let began = Instant::now();
        loop {
            // A client waits as it is told to, and a step of the clock is no reason to wait for long.
            match Client::enter(&self.address, hello.clone()).await {
                Ok(entered) => return entered,
                Err(error) => {
                    let away: &TurnedAway = error.downcast_ref().expect("no other trouble");
                    let wait = away.retry_after_secs.expect("told when to come back");
                    assert!(began.elapsed() < Duration::from_secs(30) && wait < 10, "still away: {away:?}");
                    tokio::time::sleep(Duration::from_secs(wait)).await;
                }
            }
        }
    }
}

/// Says it until it is taken: a client waits as it is told to.
async fn say(client: &mut Client, session: SessionId, draft_id: DraftId, text: &str) -> Receipt {
    let began = Instant::now();
    loop {
        match client.ask(text_frame(session, draft_id, text)).await.unwrap() {
            ServerFrame::Ok(receipt) => return receipt,
            ServerFrame::Err(refusal) if refusal.temporary && began.elapsed() < Duration::from_secs(20) => {
                let wait = refusal.retry_ms.unwrap_or(Millis(10));
                assert!(wait < Millis::secs(5), "a step of the clock is no reason to wait: {refusal:?}");
                tokio::time::sleep(Duration::from_millis(wait.0)).await;
            }
            other => panic!("not taken: {other:?}"),
        }
    }
}

/// What the connection heard: entries only. Nothing about a proof, and no farewell.
async fn entries(client: &mut Client, count: u64) -> Vec<Entry> {
    let mut entries = Vec::new();
    while (entries.len() as u64) < count {
        match client.hear().await.unwrap() {
            Heard::Frame(None, ServerFrame::Entry(entry)) => entries.push(*entry),
            Heard::Frame(None, ServerFrame::Session(_) | ServerFrame::Cursor(_)) => {}
            other => panic!("disturbed by the clock: {other:?}"),
        }
    }
    entries
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p20_steps_of_the_clock_do_no_harm() {
    let place = Place::start().await;
    let key = place.add_key().await;
    let (mut user, _) =
        place.enter(Auth::User { jwt: place.token(&key, 900), visitor: None }, Vec::new()).await;
    let (mut visitor, welcome) = place.enter(Auth::New, Vec::new()).await;
    let token = welcome.tokens.visitor.unwrap();
    let agent = hello(Auth::Agent { token: place.stage.agent_token("a0").await.unwrap() });
    let (mut agent, _) = Client::enter(&place.address, agent).await.unwrap();
    let of_user = user.open(draft_id(), None).await.unwrap().session;
    let opened = visitor.open(draft_id(), None).await.unwrap();
    let (of_visitor, epoch) = (opened.session, opened.epoch);

    let (mut last, mut said, mut times) = (0, Vec::new(), Vec::new());
    for offset in STEPS {
        place.hands.set(offset);
        for n in 0..LINES {
            let id = draft_id();
            let receipt = say(&mut visitor, of_visitor, id, &format!("{offset} {n}")).await;
            last += 1;
            assert_eq!((receipt.seq, receipt.duplicate), (Seq(last), false), "at {offset}");
            said.push(id);
            times.push((offset, receipt.at));
            let receipt = say(&mut user, of_user, id, &format!("{offset} {n}")).await;
            assert_eq!(receipt.seq, Seq(last), "the user's proof holds at {offset}");
        }
        let heard = entries(&mut agent, 2 * LINES).await;
        for session in [of_visitor, of_user] {
            let places: Vec<_> =
                heard.iter().filter(|entry| entry.session == session).map(|entry| entry.seq.0).collect();
            assert_eq!(places, (last - LINES + 1..=last).collect::<Vec<_>>(), "one order, by place");
        }
        // What was said under another clock, said again.
        let first = say(&mut visitor, of_visitor, said[0], &format!("{} 0", STEPS[0])).await;
        assert_eq!((first.seq, first.duplicate), (Seq(1), true), "known at {offset}");
        // A newcomer, and somebody who comes back, more of them than are let in at once.
        for have in [0, last / 2, last] {
            let have = Position { session: of_visitor, epoch: epoch.clone(), seq: Seq(have) };
            let (_, welcome) = place.enter(Auth::Visitor { token: token.clone() }, vec![have.clone()]).await;
            let state = &welcome.sessions[0];
            assert_eq!((state.last, state.reset), (Seq(last), false), "at {offset}");
            let first = state.entries.first().map(|entry| entry.seq);
            assert_eq!(first, (have.seq < state.last).then(|| have.seq.next()), "at {offset}");
        }
        place.enter(Auth::New, Vec::new()).await;
    }
    // The clock did step: what was written down says so.
    let true_time = now();
    for (offset, at) in times {
        let off = at.0.abs_diff(true_time.0) / 1_000;
        let expected = offset.unsigned_abs();
        assert!(off.abs_diff(expected) < 120, "at {offset} the gateway's clock was off by {off} s");
    }
    // Within the leeway a shop's clock and the gateway's may differ.
    for (offset, life_secs) in [(25, 10), (-25, 900)] {
        place.hands.set(offset);
        let jwt = place.token(&key, life_secs);
        place.enter(Auth::User { jwt, visitor: None }, Vec::new()).await;
    }
    println!(
        "P20: {} steps of up to 2 h under 3 open connections and {last} lines in each of 2 sessions: 0 doubled, 0 out of order, 0 cut",
        STEPS.len()
    );
}
