//! `kill -9` at any moment, fifty times, under load: nothing that was acknowledged is lost, nothing stands twice, no place
//! is left out.

use std::{collections::VecDeque, path::Path, time::Duration};

use tieline_gateway::{auth::secret, store::Store};
use tieline_load::{
    checker::{self, Logs},
    client::{Client, Heard, draft_id, text_frame, ticket, visitor_hello},
    history::{Fact, History},
    process::{Gateway, free_address},
    stage::Stage,
};
use tieline_protocol::{Auth, ChannelId, ClientFrame, DraftId, Seq, ServerFrame, SessionId, client::Open};

const CYCLES: usize = 50;
const WRITERS: usize = 8;
/// Messages of one writer on their way at once: most are cut off between `send` and `ok`.
const WINDOW: usize = 16;
const LIMITS: &str = "[limits]\nburst = 0\nframes_burst = 0\naccepts_burst = 0\nsockets_per_ip = 1000\n";

/// A visitor who remembers what was not acknowledged, and says it again under the same id.
struct Writer {
    token: Option<String>,
    opening: DraftId,
    session: Option<SessionId>,
    waiting: VecDeque<DraftId>,
    history: History,
}

impl Writer {
    fn new() -> Self {
        Self {
            token: None,
            opening: draft_id(),
            session: None,
            waiting: VecDeque::new(),
            history: Vec::new(),
        }
    }

    /// Talks until the gateway dies; or, in the end, until nothing waits any more.
    async fn talk(mut self, address: String, channel: ChannelId, ticket: String, is_last: bool) -> Self {
        if let Ok(mut client) = Client::connect(&address).await
            && self.enter(&mut client, &channel, &ticket).await.is_some()
        {
            self.write(&mut client, is_last).await;
        }
        self
    }

    async fn enter(&mut self, client: &mut Client, channel: &ChannelId, ticket: &str) -> Option<()> {
        let auth = self.token.clone().map_or(Auth::New, |token| Auth::Visitor { token });
        client.send(ClientFrame::Hello(Box::new(visitor_hello(channel, ticket, auth)))).await.ok()?;
        let welcome = match answered(client).await? {
            ServerFrame::Welcome(welcome) => welcome,
            other => panic!("not welcome: {other:?}"),
        };
        if let Some(token) = welcome.tokens.visitor {
            self.token = Some(token);
        }
        if self.session.is_none() {
            let open = Open { draft_id: self.opening, to: None, item: None };
            client.send(ClientFrame::Open(open)).await.ok()?;
            match answered(client).await? {
                ServerFrame::Ok(receipt) => self.session = Some(receipt.session),
                other => panic!("not opened: {other:?}"),
            }
        }
        Some(())
    }

    async fn write(&mut self, client: &mut Client, is_last: bool) -> Option<()> {
        let session = self.session?;
        for draft_id in self.waiting.clone() {
            self.send(client, session, draft_id).await?;
        }
        loop {
            while !is_last && self.waiting.len() < WINDOW {
                let draft_id = draft_id();
                self.waiting.push_back(draft_id);
                self.send(client, session, draft_id).await?;
            }
            if self.waiting.is_empty() {
                return Some(());
            }
            match answered(client).await? {
                ServerFrame::Ok(receipt) => {
                    self.waiting.retain(|waiting| *waiting != receipt.draft_id);
                    let (draft_id, seq) = (receipt.draft_id, receipt.seq);
                    self.history.push(Fact::Acknowledged { session, draft_id, seq });
                }
                other => panic!("not taken: {other:?}"),
            }
        }
    }

    async fn send(&mut self, client: &mut Client, session: SessionId, draft_id: DraftId) -> Option<()> {
        self.history.push(Fact::Sent { session, draft_id });
        client
            .send(text_frame(session, draft_id, &format!("these are the words of {draft_id}")))
            .await
            .ok()?;
        Some(())
    }
}

/// The next frame. None: the gateway is dead.
async fn answered(client: &mut Client) -> Option<ServerFrame> {
    loop {
        match client.hear().await {
            Ok(Heard::Frame(Some(_), frame)) => return Some(frame),
            Ok(Heard::Frame(None, ServerFrame::Err(refusal))) => panic!("{refusal:?}"),
            Ok(Heard::Frame(None, _)) => {}
            Ok(Heard::Closed(_) | Heard::Broken) => return None,
            Err(error) => panic!("{error:#}"),
        }
    }
}

async fn read_logs(store: &Path) -> Logs {
    let store = Store::open(store).unwrap();
    let rows = store.read(|db| {
        db.prepare("select session_id, seq, draft_id from entry order by session_id, seq")?
            .query_map([], |row| {
                let id = |at| row.get::<_, [u8; 16]>(at).map(uuid::Uuid::from_bytes);
                Ok((SessionId(id(0)?), Seq(row.get::<_, i64>(1)? as u64), DraftId(id(2)?)))
            })?
            .collect::<Result<Vec<_>, _>>()
    });
    let mut logs = Logs::new();
    for (session, seq, draft_id) in rows.await.unwrap() {
        logs.entry(session).or_default().push((seq, draft_id));
    }
    logs
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_whenever_the_gateway_is_killed() {
    let binary = Path::new(env!("CARGO_BIN_EXE_tieline"));
    let folder = tempfile::tempdir().unwrap();
    let address = free_address().unwrap();
    let stage = Stage::prepare(folder.path(), &address, 1, LIMITS).await.unwrap();
    let mut writers: Vec<_> = (0..WRITERS).map(|_| Writer::new()).collect();
    for cycle in 0..=CYCLES {
        let is_last = cycle == CYCLES;
        let mut gateway = Gateway::start(binary, &stage.config_file, &address).await.unwrap();
        let ticket = ticket(&address, &stage.channel).await.unwrap();
        let talking: Vec<_> = writers
            .drain(..)
            .map(|writer| {
                tokio::spawn(writer.talk(address.clone(), stage.channel.clone(), ticket.clone(), is_last))
            })
            .collect();
        if !is_last {
            // Long enough for some to be in the middle of anything, from the hello on.
            let [moment] = secret::random::<1>();
            tokio::time::sleep(Duration::from_millis(u64::from(moment))).await;
            gateway.kill().unwrap();
        }
        for talk in talking {
            writers.push(talk.await.unwrap());
        }
    }
    let histories: Vec<_> = writers.iter().map(|writer| writer.history.clone()).collect();
    let logs = read_logs(&stage.config.store).await;
    let flaws = checker::check(&histories, &logs);
    assert!(flaws.is_empty(), "{} flaws, the first: {:?}", flaws.len(), flaws.first());
    assert!(writers.iter().all(|writer| writer.waiting.is_empty()), "everything was taken in the end");
    let acknowledged =
        histories.iter().flatten().filter(|fact| matches!(fact, Fact::Acknowledged { .. })).count();
    let retried =
        histories.iter().flatten().filter(|fact| matches!(fact, Fact::Sent { .. })).count() - acknowledged;
    println!(
        "{CYCLES} kills: {acknowledged} acknowledged, {retried} said again, none lost, none doubled, no hole"
    );
    assert!(acknowledged > CYCLES * WRITERS && retried > CYCLES, "the load was too small to prove anything");
}
