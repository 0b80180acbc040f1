//! Direct mode: a session is a contact of Mia's and Ana's. Each row of the mapping, both ways, and what it promises.

mod cuts;
mod features;
mod hostile;

use std::ops::{Deref, DerefMut};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use tieline_services::{XmppClient, XmppKind, XmppServer};

use crate::shop::Shop;

/// The shop, and those who answer.
pub(crate) struct Direct {
    shop: Shop,
    pub(crate) mia: XmppClient,
    pub(crate) ana: XmppClient,
    /// The session's own, without a resource.
    pub(crate) contact: String,
}

impl Deref for Direct {
    type Target = Shop;

    fn deref(&self) -> &Shop {
        &self.shop
    }
}

impl DerefMut for Direct {
    fn deref_mut(&mut self) -> &mut Shop {
        &mut self.shop
    }
}

impl Direct {
    /// The visitor has said `hello`, and both have it.
    pub(crate) async fn start(kind: XmppKind) -> Result<Self> {
        let server = XmppServer::start(kind).await?;
        let (mia, ana) = (server.person("mia").await?, server.person("ana").await?);
        let settings = server.direct_settings();
        let agents = ["robin", "xmpp:mia@localhost", "xmpp:ana@localhost"];
        let mut shop = Shop::open_with(server, &agents, &settings).await?;
        shop.say("hello").await?;
        let heard = mia.hears("hello").await?;
        ana.hears("hello").await?;
        let from = heard["from"].as_str().context("from")?;
        let contact = from.split('/').next().context("an address")?.to_owned();
        Ok(Self { shop, mia, ana, contact })
    }

    /// Somebody does something to the contact that their client has an order for.
    pub(crate) async fn order(&self, who: &XmppClient, order: &str, mut facts: Value) -> Result<Value> {
        facts["to"] = json!(self.contact);
        facts["type"] = json!("chat");
        who.ask(order, facts).await
    }

    /// Mia says something, and her client has the receipt. Gives its id.
    pub(crate) async fn mia_says(&self, text: &str) -> Result<String> {
        let id = self.mia.tell(&self.contact, text).await?;
        self.mia.wait_for("a receipt", |event| event["receipt"] == id.as_str()).await?;
        Ok(id)
    }
}
