//! A shop whose merchant answers by Matrix: homeserver, gateway, visitor, and Mia with her own client.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;
use tieline_load::{
    client::{Client, Heard, draft_id, ticket, visitor_hello},
    process::{Gateway, free_address},
    stage::Stage,
};
use tieline_protocol::{
    Auth, Body, ClientFrame, DeskOnly, DraftId, Entry, PartyId, Seq, ServerFrame, SessionId,
    client::{Draft, History},
    desk::{Assign, DeskFrame, DeskRequest},
    server::{ReaderCursor, Receipt},
};
use tieline_services::{MatrixClient, Synapse, tieline};

pub(crate) const MIA: &str = "@mia:localhost";

pub(crate) struct World {
    pub(crate) server: Synapse,
    pub(crate) gateway: Gateway,
    pub(crate) stage: Stage,
    pub(crate) address: String,
    pub(crate) mia: MatrixClient,
    pub(crate) visitor: Client,
    token: String,
    pub(crate) session: SessionId,
    pub(crate) room: String,
    folder: TempDir,
}

/// What the gateway is told of the homeserver, and of being tested.
pub(crate) fn settings(homeserver: &str) -> String {
    // The visitor here answers no heartbeat while a test looks elsewhere.
    format!(
        "allow_insecure_origins = true\n[limits]\nburst = 0\n[ping]\nevery_ms = 600000\ngrace_ms = 600000\n[log]\nlevel = \"info,tieline_matrix=debug\"\n[matrix]\nhomeserver = \"{homeserver}\"\nserver_name = \"localhost\"\n"
    )
}

/// The registration, written as an operator has it written: before there is a homeserver.
pub(crate) async fn registration(folder: &Path, address: &str) -> Result<PathBuf> {
    let config = folder.join("before.toml");
    let text = format!(
        "listen = \"{address}\"\ndata_dir = {:?}\n{}",
        folder.join("data").display().to_string(),
        settings("http://127.0.0.1:8008")
    );
    std::fs::write(&config, text)?;
    let file = folder.join("registration.yaml");
    let mut command = tokio::process::Command::new(tieline()?);
    // The file is all of its configuration, whatever the one who tests has set.
    command.env_remove("TIELINE_BIN");
    command.arg("--config").arg(&config).args(["matrix", "registration", "--file"]).arg(&file);
    let output = command.output().await?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(file)
}

impl World {
    /// The visitor has said `hello`, and Mia is in the room that this made.
    pub(crate) async fn start() -> Result<Self> {
        let (folder, address) = (tempfile::tempdir()?, free_address()?);
        let server = Synapse::start(&registration(folder.path(), &address).await?).await?;
        let mia = server.person("mia").await?;
        let agents = ["robin", "matrix:@mia:localhost"];
        let stage =
            Stage::prepare_answered_by(folder.path(), &address, &agents, &settings(&server.url())).await?;
        let gateway = Gateway::start(&tieline()?, &stage.config_file, &address).await?;
        let ticket = ticket(&address, &stage.channel).await?;
        let (mut visitor, welcome) =
            Client::enter(&address, visitor_hello(&stage.channel, &ticket, Auth::New)).await?;
        let token = welcome.tokens.visitor.context("a visitor's token")?;
        let session = visitor.open(draft_id(), None).await?.session;
        visitor.say(session, draft_id(), "hello").await?;
        let room = mia.accept_invitation().await?;
        let world = Self { server, gateway, stage, address, mia, visitor, token, session, room, folder };
        world.mia_hears("hello").await?;
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
        self.visitor.entry().await.with_context(|| self.account())
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

    /// What Mia hears next with these words, whole; if not, what the gateway said of it.
    pub(crate) async fn mia_hears(&self, body: &str) -> Result<Value> {
        self.mia.hears(body).await.with_context(|| self.account())
    }

    /// What Mia hears next that fits.
    pub(crate) async fn mia_sees(&self, what: &str, fits: impl Fn(&Value) -> bool) -> Result<Value> {
        let heard =
            self.mia.wait_for(what, |event| event["event"] == "timeline" && fits(&event["raw"])).await;
        Ok(heard.with_context(|| self.account())?["raw"].clone())
    }

    /// What a notice of the gateway to her says.
    pub(crate) async fn mia_is_told(&self, part: &str) -> Result<Value> {
        self.mia_sees(part, |raw| {
            raw["content"]["msgtype"] == "m.notice"
                && raw["sender"] == "@chat_tieline:localhost"
                && raw["content"]["body"].as_str().is_some_and(|body| body.contains(part))
        })
        .await
    }

    fn account(&self) -> String {
        let gateway =
            std::fs::read_to_string(self.stage.config_file.with_extension("log")).unwrap_or_default();
        let server = self.server.log();
        let lines: Vec<_> = server.lines().filter(|line| !line.contains(" - INFO - ")).collect();
        format!("the gateway:\n{gateway}\nthe homeserver:\n{}", lines.join("\n"))
    }

    /// Somebody at the desk says who answers.
    pub(crate) async fn assign(&self, agent: &mut Client, to: Option<PartyId>) -> Result<()> {
        let wish = DeskRequest::Assign(Assign { session: self.session, draft_id: draft_id(), to });
        match agent.ask(ClientFrame::Desk(DeskOnly::new(wish))).await? {
            ServerFrame::Desk(_) => Ok(()),
            other => bail!("not taken: {other:?}"),
        }
    }

    /// Who answers, as the desk hears next.
    pub(crate) async fn robin_is_told_who_answers(&self, robin: &mut Client) -> Result<Option<String>> {
        loop {
            match robin.hear().await? {
                Heard::Frame(None, ServerFrame::Desk(frame)) => {
                    if let DeskFrame::Assigned(assigned) = frame.into_inner() {
                        return Ok(assigned.to.and_then(|to| to.name));
                    }
                }
                Heard::Frame(..) => {}
                gone => bail!("the desk's socket: {gone:?}"),
            }
        }
    }

    /// Signs in at the desk.
    pub(crate) async fn robin(&self) -> Result<Client> {
        let token = self.stage.agent_token("robin").await?;
        Ok(Client::enter(&self.address, tieline_load::client::hello(Auth::Agent { token })).await?.0)
    }

    /// Another account comes into the room, asked in by Mia.
    pub(crate) async fn guest(&self, name: &str) -> Result<MatrixClient> {
        let guest = self.server.person(name).await?;
        self.mia.ask("invite", json!({ "room": self.room, "user": format!("@{name}:localhost") })).await?;
        guest.join(&self.room).await?;
        Ok(guest)
    }

    /// The gateway dies on the spot.
    pub(crate) fn kill_gateway(&mut self) -> Result<()> {
        self.gateway.kill()
    }

    /// It comes back.
    pub(crate) async fn start_gateway(&mut self) -> Result<()> {
        self.gateway = Gateway::start(&tieline()?, &self.stage.config_file, &self.address).await?;
        Ok(())
    }

    /// And the visitor with it.
    pub(crate) async fn return_visitor(&mut self) -> Result<()> {
        let ticket = ticket(&self.address, &self.stage.channel).await?;
        let auth = Auth::Visitor { token: self.token.clone() };
        let hello = visitor_hello(&self.stage.channel, &ticket, auth);
        let (visitor, welcome) = Client::enter(&self.address, hello).await?;
        self.visitor = visitor;
        if let Some(token) = welcome.tokens.visitor {
            self.token = token;
        }
        Ok(())
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

    /// All texts of the session up to one, however long that takes.
    pub(crate) async fn texts_until(&mut self, last: &str) -> Result<Vec<String>> {
        loop {
            match self.history().await? {
                texts if texts.iter().any(|text| text == last) => return Ok(texts),
                _ => drop(self.entry().await?),
            }
        }
    }

    /// The homeserver's token, as the gateway keeps it.
    pub(crate) fn homeserver_token(&self) -> Result<String> {
        let tokens = std::fs::read_to_string(self.folder.path().join("data/matrix.tokens"))?;
        Ok(tokens.lines().nth(1).context("two tokens")?.to_owned())
    }

    /// A request to the gateway, as a homeserver makes it.
    pub(crate) async fn bring(
        &self,
        (method, path): (&str, &str),
        token: Option<&str>,
        body: &Value,
    ) -> Result<(u16, String)> {
        let authorization = token.map_or(String::new(), |token| format!("Authorization: Bearer {token}\r\n"));
        let body = body.to_string();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\n{authorization}Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.address,
            body.len()
        );
        tieline_load::client::request(&self.address, &request).await
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
    ensure!(status < 300, "{status} {answer}");
    let card: FileCard = serde_json::from_str(&answer)?;
    let body = Body::File { file: FileCard::named(card.id) };
    let draft = Draft { session: world.session, draft_id, reply_to: None, body };
    match world.visitor.ask(ClientFrame::Send(draft)).await? {
        ServerFrame::Ok(_) => Ok(card),
        other => bail!("not taken: {other:?}"),
    }
}
