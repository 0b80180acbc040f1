//! Mia answers the shop's visitor with slixmpp.

use std::ops::{Deref, DerefMut};

use anyhow::{Context as _, Result};
use serde_json::Value;
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
