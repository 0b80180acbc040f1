//! Mia answers the shop's visitor with slixmpp.

use std::ops::{Deref, DerefMut};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use tieline_load::client::draft_id;
use tieline_protocol::{Body, ClientFrame, ServerFrame, client::Draft};
use tieline_services::{XmppClient, XmppKind, XmppServer};

use crate::shop::{MIA, PASSWORD, Shop};

/// The shop, and Mia in the session's room.
pub(crate) struct World {
    shop: Shop,
    pub(crate) mia: XmppClient,
    pub(crate) room: String,
}

impl Deref for World {
    type Target = Shop;

    fn deref(&self) -> &Shop {
        &self.shop
    }
}

impl DerefMut for World {
    fn deref_mut(&mut self) -> &mut Shop {
        &mut self.shop
    }
}

impl World {
    /// The visitor has said `hello`, and Mia is in the room that this made.
    pub(crate) async fn start(kind: XmppKind) -> Result<Self> {
        let server = XmppServer::start(kind).await?;
        let mia = server.person("mia").await?;
        let mut shop = Shop::open(server).await?;
        shop.say("hello").await?;
        let invited = mia.wait_for("an invitation", |event| event["event"] == "invite").await?;
        let room = invited["room"].as_str().context("a room")?.to_owned();
        mia.ask("join", serde_json::json!({"room": room, "nick": "Mia", "history": 20})).await?;
        let world = Self { shop, mia, room };
        world.mia.hears("hello").await?;
        Ok(world)
    }

    /// What Mia hears next from somebody with these words.
    pub(crate) async fn mia_hears(&self, body: &str) -> Result<Value> {
        self.mia.hears(body).await
    }

    /// Mia signs in again after her server was away, and comes back into the room.
    pub(crate) async fn return_mia(&self) -> Result<()> {
        self.mia.sign_in(&self.server, MIA, PASSWORD).await?;
        // What was said before she came is the room's history, as her client would show it.
        let join = serde_json::json!({"room": self.room, "nick": "Mia", "history": 20});
        self.mia.ask("join", join).await.map(drop)
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
