//! A shop with a gateway of its own, and a visitor in it who can be told what to do: for tests in which somebody answers elsewhere.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context as _, Result, bail, ensure};
use tempfile::TempDir;
use tieline_protocol::{
    Answer, Auth, Body, ClientFrame, DeskOnly, DraftId, Entry, Epoch, Field, FieldKind, FileCard, Form,
    FormSource, PartyId, Seq, ServerFrame, SessionId,
    client::{Draft, History, Position},
    desk::{Assign, DeskFrame, DeskRequest},
    file::Upload,
    server::{ReaderCursor, Receipt},
};
use tokio::time::{sleep, timeout};

use crate::{
    client::{self, Client, Heard, draft_id, ticket, visitor_hello, with_cursors},
    process::Gateway,
    stage::Stage,
};

/// Between two questions.
const BETWEEN: Duration = Duration::from_millis(50);
/// For what comes after several deaths.
const LONG: Duration = Duration::from_secs(120);
/// How many lines of the gateway's log a failed test shows.
const LAST_WORDS: usize = 60;

/// The shop. Its gateway ends with the value.
pub struct Shop {
    /// The gateway that runs, or ran.
    pub gateway: Gateway,
    /// What it stands on.
    pub stage: Stage,
    /// Where it listens.
    pub address: String,
    /// The visitor's socket.
    pub visitor: Client,
    /// The visitor's session.
    pub session: SessionId,
    /// Where the gateway keeps what it has.
    pub folder: TempDir,
    token: String,
    binary: PathBuf,
}

impl Shop {
    /// Opens, with a channel that these answer. The visitor is there and has said nothing yet.
    ///
    /// # Errors
    /// When the gateway does not start, or refuses the visitor.
    pub async fn open(
        binary: PathBuf,
        folder: TempDir,
        address: String,
        agents: &[&str],
        settings: &str,
    ) -> Result<Self> {
        let stage = Stage::prepare_answered_by(folder.path(), &address, agents, settings).await?;
        let gateway = Gateway::start(&binary, &stage.config_file, &address).await?;
        let ticket = ticket(&address, &stage.channel).await?;
        let hello = visitor_hello(&stage.channel, &ticket, Auth::New);
        let (mut visitor, welcome) = Client::enter(&address, hello).await?;
        let token = welcome.tokens.visitor.context("a visitor's token")?;
        let session = visitor.open(draft_id(), None).await?.session;
        Ok(Self { gateway, stage, address, visitor, session, folder, token, binary })
    }

    /// The visitor says something.
    ///
    /// # Errors
    /// When it is not taken.
    pub async fn say(&mut self, text: &str) -> Result<Receipt> {
        self.visitor.say(self.session, draft_id(), text).await
    }

    /// The visitor says any body.
    ///
    /// # Errors
    /// When it is not taken.
    pub async fn say_body(&mut self, body: Body, reply_to: Option<DraftId>) -> Result<Receipt> {
        self.send(Draft { session: self.session, draft_id: draft_id(), reply_to, body }).await
    }

    async fn send(&mut self, draft: Draft) -> Result<Receipt> {
        match self.visitor.ask(ClientFrame::Send(draft)).await? {
            ServerFrame::Ok(receipt) => Ok(receipt),
            other => bail!("not taken: {other:?}"),
        }
    }

    /// The next entry that the visitor is shown.
    ///
    /// # Errors
    /// When none comes.
    pub async fn entry(&mut self) -> Result<Entry> {
        self.visitor.entry().await
    }

    /// The next frame that fits. Others are passed over.
    ///
    /// # Errors
    /// When none comes.
    pub async fn frame<T>(&mut self, fits: impl Fn(&ServerFrame) -> Option<T>) -> Result<T> {
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
    ///
    /// # Errors
    /// When nobody reads so far.
    pub async fn cursor_at(&mut self, read: Seq) -> Result<ReaderCursor> {
        self.frame(|frame| match frame {
            ServerFrame::Cursor(cursor) if cursor.read >= read => Some(cursor.clone()),
            _ => None,
        })
        .await
    }

    /// Robin says something at the desk, in the visitor's session.
    ///
    /// # Errors
    /// When it is not taken.
    pub async fn say_at_desk(&self, robin: &mut Client, body: Body) -> Result<Receipt> {
        let draft = Draft { session: self.session, draft_id: draft_id(), reply_to: None, body };
        match robin.ask(ClientFrame::Send(draft)).await? {
            ServerFrame::Ok(receipt) => Ok(receipt),
            other => bail!("not taken: {other:?}"),
        }
    }

    /// Robin and the visitor say everything that other platforms have no shape for, up to the end of the session. Gives the words
    /// for it, in order.
    ///
    /// # Errors
    /// When something is not taken.
    pub async fn say_shapeless(&mut self, robin: &mut Client) -> Result<[&'static str; 5]> {
        let choices = Body::Choices { text: "Which one?".into(), options: vec!["Red".into(), "Blue".into()] };
        self.say_at_desk(robin, choices).await?;
        let field = Field {
            name: "mail".into(),
            label: "E-mail".into(),
            kind: FieldKind::Email,
            required: true,
            choices: Vec::new(),
        };
        let form = Form { title: Some("How do we reach you?".into()), fields: vec![field] };
        let asked = self.say_at_desk(robin, Body::Ask { form }).await?;
        let answer = Answer { name: "mail".into(), label: "E-mail".into(), value: "ada@example.org".into() };
        let filled = Body::Form { source: FormSource::Asked, asked: Some(asked.seq), answers: vec![answer] };
        self.say_body(filled, None).await?;
        self.say_at_desk(robin, Body::Closed).await?;
        self.say_body(Body::Rating { stars: 4, text: Some("Quick".into()) }, None).await?;
        Ok([
            "Which one?\n- Red\n- Blue",
            "How do we reach you?\n- E-mail (needed)",
            "E-mail: ada@example.org",
            "The session was closed.",
            "Rating: 4 of 5\nQuick",
        ])
    }

    /// Somebody at the desk says who answers.
    ///
    /// # Errors
    /// When it is not taken.
    pub async fn assign(&self, agent: &mut Client, to: Option<PartyId>) -> Result<()> {
        let wish = DeskRequest::Assign(Assign { session: self.session, draft_id: draft_id(), to });
        match agent.ask(ClientFrame::Desk(DeskOnly::new(wish))).await? {
            ServerFrame::Desk(_) => Ok(()),
            other => bail!("not taken: {other:?}"),
        }
    }

    /// Who answers, as the desk hears next.
    ///
    /// # Errors
    /// When its socket closes.
    pub async fn robin_is_told_who_answers(&self, robin: &mut Client) -> Result<Option<String>> {
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
    ///
    /// # Errors
    /// When the gateway refuses.
    pub async fn robin(&self) -> Result<Client> {
        let token = self.stage.agent_token("robin").await?;
        Ok(Client::enter(&self.address, client::hello(Auth::Agent { token })).await?.0)
    }

    /// The gateway dies on the spot.
    ///
    /// # Errors
    /// When it was not running.
    pub fn kill_gateway(&mut self) -> Result<()> {
        self.gateway.kill()
    }

    /// It comes back.
    ///
    /// # Errors
    /// When it does not.
    pub async fn start_gateway(&mut self) -> Result<()> {
        self.gateway = Gateway::start(&self.binary, &self.stage.config_file, &self.address).await?;
        Ok(())
    }

    /// The visitor comes back, and tells what they have seen; gives what they missed.
    ///
    /// # Errors
    /// When the gateway refuses.
    pub async fn return_visitor(&mut self, seen: Option<(Epoch, Seq)>) -> Result<Vec<Entry>> {
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
        let mut states = welcome.sessions.into_iter();
        let state = states.find(|state| state.session == self.session).context("the session")?;
        Ok(state.entries)
    }

    /// All texts of the session, as the gateway has them.
    ///
    /// # Errors
    /// When it does not tell.
    pub async fn history(&mut self) -> Result<Vec<String>> {
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

    /// All texts of the session once one of them is there. Asked for again and again: an entry that comes while the answer is on its
    /// way would be passed over.
    ///
    /// # Errors
    /// When it never comes.
    pub async fn texts_until(&mut self, last: &str) -> Result<Vec<String>> {
        let asking = async {
            loop {
                let texts = self.history().await?;
                if texts.iter().any(|text| text == last) {
                    return Ok(texts);
                }
                sleep(BETWEEN).await;
            }
        };
        timeout(LONG, asking).await.with_context(|| format!("`{last}` never came"))?
    }

    /// P13: how the answers came that somebody gave elsewhere, `answer 0` and so on, while things died. The last of them is awaited,
    /// as long as that takes.
    ///
    /// # Errors
    /// When it never comes, or when answers are lost, doubled or turned round; with how many.
    pub async fn expect_answers(&mut self, count: usize) -> Result<String> {
        let expected: Vec<_> = (0..count).map(|number| format!("answer {number}")).collect();
        let last = expected.last().context("no answers")?;
        let mut answers = self.texts_until(last).await?;
        answers.retain(|text| text.starts_with("answer "));
        let lost = expected.iter().filter(|text| !answers.contains(text)).count();
        let told = format!("{lost} lost, {} doubled", (answers.len() + lost).saturating_sub(count));
        ensure!(answers == expected, "{told}: {answers:?}");
        Ok(told)
    }

    /// The visitor gives a text as a file and says it.
    ///
    /// # Errors
    /// When it is not taken.
    pub async fn give_file(&mut self, name: &str, bytes: &[u8]) -> Result<FileCard> {
        let (session, draft_id) = (self.session, draft_id());
        let upload = Upload {
            session,
            draft_id,
            name: name.to_owned(),
            size: bytes.len() as u64,
            media_type: "text/plain".to_owned(),
            sha256: client::digest(bytes),
        };
        let ticket = match self.visitor.ask(ClientFrame::Upload(upload)).await? {
            ServerFrame::Ticket(ticket) => ticket,
            other => bail!("no ticket: {other:?}"),
        };
        let path = ticket.url.splitn(4, '/').nth(3).context("a path")?;
        let request = format!(
            "PUT /{path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
            self.address,
            ticket.token,
            bytes.len(),
            String::from_utf8_lossy(bytes),
        );
        let (status, answer) = client::request(&self.address, &request).await?;
        ensure!(status < 300, "{status} {answer}");
        let card: FileCard = serde_json::from_str(&answer)?;
        let body = Body::File { file: FileCard::named(card.id) };
        self.send(Draft { session, draft_id, reply_to: None, body }).await?;
        Ok(card)
    }
}

impl Drop for Shop {
    /// For whoever has to find out why it failed: shown for failed tests only.
    fn drop(&mut self) {
        let log = std::fs::read_to_string(self.stage.config_file.with_extension("log")).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        let last = lines.get(lines.len().saturating_sub(LAST_WORDS)..).unwrap_or_default();
        println!("the gateway's last words:\n{}", last.join("\n"));
    }
}

/// The text of an entry; of another kind, nothing.
pub fn text_of(entry: &Entry) -> &str {
    match &entry.body {
        Body::Text { text } => text,
        _ => "",
    }
}
