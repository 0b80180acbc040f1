//! A visitor who remembers what was not acknowledged, and says it again under the same id.

use std::collections::VecDeque;

use tieline_load::{
    client::{Client, Heard, draft_id, text_frame, visitor_hello},
    history::{Fact, History},
};
use tieline_protocol::{Auth, ChannelId, ClientFrame, DraftId, ServerFrame, SessionId, client::Open};

/// Messages of one writer on their way at once: most are cut off between `send` and `ok`.
const WINDOW: usize = 16;

pub(crate) struct Writer {
    token: Option<String>,
    opening: DraftId,
    session: Option<SessionId>,
    pub(crate) waiting: VecDeque<DraftId>,
    pub(crate) history: History,
}

impl Writer {
    pub(crate) fn new() -> Self {
        Self {
            token: None,
            opening: draft_id(),
            session: None,
            waiting: VecDeque::new(),
            history: Vec::new(),
        }
    }

    /// Talks until the gateway dies; or, in the end, until nothing waits any more.
    pub(crate) async fn talk(
        mut self,
        address: String,
        channel: ChannelId,
        ticket: String,
        is_last: bool,
    ) -> Self {
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
