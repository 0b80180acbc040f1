//! A shop whose merchant answers by XMPP: server, gateway, and a visitor.

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;
use tieline_load::{
    client::{Client, Heard, draft_id, ticket, visitor_hello, with_cursors},
    process::Gateway,
    stage::Stage,
};
use tieline_protocol::{
    Auth, Body, ClientFrame, DeskOnly, DraftId, Entry, PartyId, Seq, ServerFrame, SessionId,
    client::{Draft, History, Position},
    desk::{Assign, DeskFrame, DeskRequest},
    server::{ReaderCursor, Receipt},
};
use tieline_services::{XmppServer, free_address, tieline};

pub(crate) const MIA: &str = "mia@localhost";
pub(crate) const PASSWORD: &str = "pa55word";

pub(crate) struct Shop {
    pub(crate) server: XmppServer,
    pub(crate) gateway: Gateway,
    pub(crate) stage: Stage,
    pub(crate) address: String,
    pub(crate) visitor: Client,
    token: String,
    pub(crate) session: SessionId,
    _folder: TempDir,
}

impl Shop {
    /// Opens on a server. The visitor is there and has said nothing yet.
    pub(crate) async fn open(server: XmppServer) -> Result<Self> {
        let settings = server.gateway_settings();
        Self::open_with(server, &["robin", "xmpp:mia@localhost"], &settings).await
    }

    /// The same, with others who answer, and settings of the platform.
    pub(crate) async fn open_with(server: XmppServer, agents: &[&str], settings: &str) -> Result<Self> {
        let (folder, address) = (tempfile::tempdir()?, free_address()?);
        let settings = format!(
            "allow_insecure_origins = true\n[limits]\nburst = 0\nframes_burst = 0\n[log]\nlevel = \"debug\"\n{settings}"
        );
        let stage = Stage::prepare_answered_by(folder.path(), &address, agents, &settings).await?;
        let gateway = Gateway::start(&tieline()?, &stage.config_file, &address).await?;
        let ticket = ticket(&address, &stage.channel).await?;
        let (mut visitor, welcome) =
            Client::enter(&address, visitor_hello(&stage.channel, &ticket, Auth::New)).await?;
        let token = welcome.tokens.visitor.context("a visitor's token")?;
        let session = visitor.open(draft_id(), None).await?.session;
        Ok(Self { server, gateway, stage, address, visitor, token, session, _folder: folder })
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

    /// The gateway dies on the spot.
    pub(crate) fn kill_gateway(&mut self) -> Result<()> {
        self.gateway.kill()
    }

    /// It comes back, and the visitor with it.
    pub(crate) async fn start_gateway(&mut self) -> Result<()> {
        self.gateway = Gateway::start(&tieline()?, &self.stage.config_file, &self.address).await?;
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

impl Drop for Shop {
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
