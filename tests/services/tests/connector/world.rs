//! A shop whose merchant answers by XMPP: server, gateway, visitor, and Mia with her own client.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use tempfile::TempDir;
use tieline_load::{
    client::{Client, Heard, draft_id, ticket, visitor_hello, with_cursors},
    process::Gateway,
    stage::Stage,
};
use tieline_protocol::{
    Auth, Body, ClientFrame, DraftId, Entry, Seq, ServerFrame, SessionId,
    client::{Draft, History, Position},
    server::{ReaderCursor, Receipt},
};
use tieline_services::{XmppClient, XmppKind, XmppServer, free_address};

pub(crate) const MIA: &str = "mia@localhost";
const PASSWORD: &str = "pa55word";

pub(crate) struct World {
    pub(crate) server: XmppServer,
    pub(crate) gateway: Gateway,
    pub(crate) stage: Stage,
    pub(crate) address: String,
    pub(crate) mia: XmppClient,
    pub(crate) visitor: Client,
    token: String,
    pub(crate) session: SessionId,
    pub(crate) room: String,
    _folder: TempDir,
}

/// The binary under test.
pub(crate) fn binary() -> Result<PathBuf> {
    let path =
        std::env::var_os("TIELINE_BIN").context("TIELINE_BIN is not set: cargo xtask test services")?;
    Ok(path.into())
}

impl World {
    /// The visitor has said `hello`, and Mia is in the room that this made.
    pub(crate) async fn start(kind: XmppKind) -> Result<Self> {
        let server = XmppServer::start(kind).await?;
        let mia = server.person("mia").await?;
        let (folder, address) = (tempfile::tempdir()?, free_address()?);
        let settings = format!(
            "allow_insecure_origins = true\n[limits]\nburst = 0\nframes_burst = 0\n[log]\nlevel = \"debug\"\n[xmpp]\nserver = \"{}\"\ndomain = \"{}\"\nrooms = \"{}\"\nsecret = \"{}\"\nfiles = \"{}\"\n",
            server.component_address(),
            server.component_name(),
            server.rooms_name(),
            server.component_secret(),
            server.files_origin(),
        );
        let agents = ["robin", "xmpp:mia@localhost"];
        let stage = Stage::prepare_answered_by(folder.path(), &address, &agents, &settings).await?;
        let gateway = Gateway::start(&binary()?, &stage.config_file, &address).await?;
        let ticket = ticket(&address, &stage.channel).await?;
        let (mut visitor, welcome) =
            Client::enter(&address, visitor_hello(&stage.channel, &ticket, Auth::New)).await?;
        let token = welcome.tokens.visitor.context("a visitor's token")?;
        let session = visitor.open(draft_id(), None).await?.session;
        visitor.say(session, draft_id(), "hello").await?;
        let invited = mia.wait_for("an invitation", |event| event["event"] == "invite").await?;
        let room = invited["room"].as_str().context("a room")?.to_owned();
        mia.ask("join", serde_json::json!({"room": room, "nick": "Mia", "history": 20})).await?;
        let world =
            Self { server, gateway, stage, address, mia, visitor, token, session, room, _folder: folder };
        world.mia.hears("hello").await?;
        Ok(world)
    }

    /// The visitor says something.
    pub(crate) async fn say(&mut self, text: &str) -> Result<Receipt> {
        self.visitor.say(self.session, draft_id(), text).await
    }

    /// The visitor says any body.
    pub(crate) async fn say_body(&mut self, body: Body, reply_to: Option<DraftId>) -> Result<Receipt> {
        let draft = Draft { session: self.session, draft_id: draft_id(), reply_to, body };
        match self.visitor.ask(ClientFrame::Send(draft)).await? {
            ServerFrame::Ok(receipt) => Ok(receipt),
            other => bail!("not taken: {other:?}"),
        }
    }

    /// The next entry that the visitor is shown.
    pub(crate) async fn entry(&mut self) -> Result<Entry> {
        self.visitor.entry().await
    }

    /// The next frame that fits. Others are passed over.
    pub(crate) async fn frame<T>(&mut self, fits: impl Fn(&ServerFrame) -> Option<T>) -> Result<T> {
        loop {
            match self.visitor.hear_all().await? {
                Heard::Frame(_, frame) => {
                    if let Some(found) = fits(&frame) {
                        return Ok(found);
                    }
                }
                gone => bail!("the visitor's socket: {gone:?}"),
            }
        }
    }

    /// How far somebody has read.
    pub(crate) async fn cursor_at(&mut self, read: Seq) -> Result<ReaderCursor> {
        self.frame(|frame| match frame {
            ServerFrame::Cursor(cursor) if cursor.read >= read => Some(cursor.clone()),
            _ => None,
        })
        .await
    }

    /// What Mia hears next from somebody with these words.
    pub(crate) async fn mia_hears(&self, body: &str) -> Result<Value> {
        self.mia.hears(body).await
    }

    /// Signs in at the desk.
    pub(crate) async fn robin(&self) -> Result<Client> {
        let token = self.stage.agent_token("robin").await?;
        Ok(Client::enter(&self.address, tieline_load::client::hello(Auth::Agent { token })).await?.0)
    }

    /// The gateway dies on the spot.
    pub(crate) fn kill_gateway(&mut self) -> Result<()> {
        self.gateway.kill()
    }

    /// It comes back, and the visitor with it.
    pub(crate) async fn start_gateway(&mut self) -> Result<()> {
        self.gateway = Gateway::start(&binary()?, &self.stage.config_file, &self.address).await?;
        Ok(())
    }

    /// The visitor comes back; gives what they missed.
    pub(crate) async fn return_visitor(
        &mut self,
        seen: Option<(tieline_protocol::Epoch, Seq)>,
    ) -> Result<Vec<Entry>> {
        let ticket = ticket(&self.address, &self.stage.channel).await?;
        let auth = Auth::Visitor { token: self.token.clone() };
        let positions =
            seen.map(|(epoch, seq)| Position { session: self.session, epoch, seq }).into_iter().collect();
        let hello = with_cursors(visitor_hello(&self.stage.channel, &ticket, auth), positions);
        let (visitor, welcome) = Client::enter(&self.address, hello).await?;
        self.visitor = visitor;
        if let Some(token) = welcome.tokens.visitor {
            self.token = token;
        }
        let state = welcome
            .sessions
            .into_iter()
            .find(|state| state.session == self.session)
            .context("the session")?;
        Ok(state.entries)
    }

    /// Mia signs in again after her server was away, and comes back into the room.
    pub(crate) async fn return_mia(&self) -> Result<()> {
        self.mia.sign_in(&self.server, MIA, PASSWORD).await?;
        // What was said before she came is the room's history, as her client would show it.
        let join = serde_json::json!({"room": self.room, "nick": "Mia", "history": 20});
        self.mia.ask("join", join).await.map(drop)
    }

    /// All texts of the session, as the gateway has them.
    pub(crate) async fn history(&mut self) -> Result<Vec<String>> {
        let (mut texts, mut after) = (Vec::new(), Seq::ZERO);
        loop {
            let history = History { session: self.session, before: None, after: Some(after), limit: 100 };
            let page = match self.visitor.ask(ClientFrame::History(history)).await? {
                ServerFrame::Page(page) => page,
                other => bail!("no page: {other:?}"),
            };
            texts.extend(page.entries.iter().map(|entry| text_of(entry).to_owned()));
            match page.entries.last() {
                Some(last) if last.seq < page.last => after = last.seq,
                _ => return Ok(texts),
            }
        }
    }
}

impl Drop for World {
    /// For whoever has to find out why it failed: shown for failed tests only.
    fn drop(&mut self) {
        let log = std::fs::read_to_string(self.stage.config_file.with_extension("log")).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        println!("the gateway's last words:\n{}", lines[lines.len().saturating_sub(60)..].join("\n"));
    }
}

/// The text of an entry.
pub(crate) fn text_of(entry: &Entry) -> &str {
    match &entry.body {
        Body::Text { text } => text,
        _ => "",
    }
}

/// The visitor gives a text as a file and says it.
pub(crate) async fn give_file(
    world: &mut World,
    name: &str,
    bytes: &[u8],
) -> Result<tieline_protocol::FileCard> {
    use tieline_protocol::{FileCard, file::Upload};
    let draft_id = draft_id();
    let upload = Upload {
        session: world.session,
        draft_id,
        name: name.to_owned(),
        size: bytes.len() as u64,
        media_type: "text/plain".to_owned(),
        sha256: tieline_load::client::digest(bytes),
    };
    let ticket = match world.visitor.ask(ClientFrame::Upload(upload)).await? {
        ServerFrame::Ticket(ticket) => ticket,
        other => bail!("no ticket: {other:?}"),
    };
    let path = ticket.url.splitn(4, '/').nth(3).context("a path")?;
    let request = format!(
        "PUT /{path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
        world.address,
        ticket.token,
        bytes.len(),
        String::from_utf8_lossy(bytes),
    );
    let (status, answer) = tieline_load::client::request(&world.address, &request).await?;
    anyhow::ensure!(status < 300, "{status} {answer}");
    let card: FileCard = serde_json::from_str(&answer)?;
    let body = Body::File { file: FileCard::named(card.id) };
    let draft = Draft { session: world.session, draft_id, reply_to: None, body };
    match world.visitor.ask(ClientFrame::Send(draft)).await? {
        ServerFrame::Ok(_) => Ok(card),
        other => bail!("not taken: {other:?}"),
    }
}
