//! One gateway's proofs on a real store, with a registered shop and an agent.
#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses its part")]

use std::sync::Arc;

use tieline_gateway::{
    auth::{
        AuthContext, Identified, Origin, Refusal, Secret,
        channel::{Channel, Recipient},
        desk, identify,
        master_key::MasterKey,
        registration::{KeyWish, Policy, Wish},
        registry::Registry,
        secret,
    },
    log::{Appended, Fresh, Log, Opened, Opener},
    store::Store,
};
use tieline_protocol::{Auth, Body, ChannelId, DraftId, Epoch, Hello, Item, Millis, SessionId};
use tieline_relay::{Open, Post, authorise};

pub(crate) const GATEWAY: &str = "https://chat.example";
pub(crate) const SHOP: &str = "https://shop.example";
pub(crate) const OPERATOR: &str = "operator-token-of-the-tests";
/// A moment in 2027, on a whole second.
pub(crate) const NOW: Millis = Millis::secs(1_800_000_000);

pub(crate) struct Site {
    pub(crate) context: Arc<AuthContext>,
    pub(crate) registry: Registry,
    pub(crate) log: Log,
    pub(crate) shop: ChannelId,
    folder: tempfile::TempDir,
}

impl Site {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("tieline.db")).unwrap();
        let master = MasterKey::new([5; 32]);
        let context = AuthContext::new(
            store.clone(),
            master.clone(),
            GATEWAY.into(),
            Origin::parse(GATEWAY).unwrap(),
            Secret::new(OPERATOR.into()),
        );
        let registry = Registry { store: store.clone(), master, policy: Policy::default() };
        let shop = registry.register(&shop_wish(), NOW).await.unwrap().channel.id;
        Self { context: Arc::new(context), registry, log: Log::new(store), shop, folder }
    }

    /// A hello for the shop's channel with a fresh ticket.
    pub(crate) fn hello(&self, auth: Auth, now: Millis) -> Hello {
        Hello {
            channel: Some(self.shop.clone()),
            capabilities: Vec::new(),
            app: None,
            language: None,
            embed: Some(self.context.tickets.issue(&self.shop, now).0),
            page_origin: None,
            auth,
            cursors: Vec::new(),
        }
    }

    /// Says hello from our own frame document.
    pub(crate) async fn identify(&self, auth: Auth, now: Millis) -> Result<Identified, Refusal> {
        identify(&self.context, &self.hello(auth, now), Some(GATEWAY), now).await
    }

    /// Begins a session as that principal, which writes who they are.
    pub(crate) async fn open(&self, who: &Identified, now: Millis) -> Opened {
        let wish = Open { draft_id: DraftId::at(now, secret::random()), to: "default".into(), item: None };
        let facts = self.log.load_channel_facts(self.shop.clone()).await.unwrap().unwrap();
        let permit = authorise(now, &who.principal, &facts, wish).unwrap();
        let opener = Opener {
            author: who.principal.author(),
            channel: self.shop.clone(),
            provisional: who.principal.provisional.clone(),
        };
        let fresh =
            Fresh { session: SessionId::at(now, secret::random()), epoch: Epoch("e1".into()), at: now };
        self.log.open_session(permit, opener, fresh).await.unwrap()
    }

    /// Says a draft in a session as that principal.
    pub(crate) async fn say(
        &self,
        who: &Identified,
        session: SessionId,
        draft_id: DraftId,
        text: &str,
        now: Millis,
    ) -> Appended {
        let wish = Post { session, draft_id, reply_to: None, body: Body::Text { text: text.into() } };
        let facts = self.log.load_facts(session, now).await.unwrap().unwrap();
        let permit = authorise(now, &who.principal, facts.as_ref(), wish).unwrap();
        let (done, said) = tokio::sync::oneshot::channel();
        self.log.append(permit, who.principal.author(), now, move |outcome| drop(done.send(outcome)));
        said.await.unwrap().unwrap()
    }

    /// Registers a public key of the shop's backend.
    pub(crate) async fn add_key(&self, kid: &str, alg: &str, pem: &str) {
        let wish = KeyWish {
            kid: Some(kid.into()),
            alg: Some(alg.into()),
            public_key_pem: Some(pem.into()),
            ..KeyWish::default()
        };
        self.registry.add_key(&self.shop, &wish, NOW).await.unwrap();
    }

    pub(crate) async fn change(&self, wish: Wish) -> Channel {
        self.registry.change(&self.shop, &wish, NOW).await.unwrap().channel
    }

    /// Signs an agent in, as far as the cookie.
    pub(crate) async fn sign_in(&self, agent: &'static str, now: Millis) -> Secret<String> {
        let store = &self.context.store;
        let (invite, _) = store.write(move |db| desk::invite(db, agent, None, now)).await.unwrap();
        store.write(move |db| desk::redeem(db, invite.expose(), now)).await.unwrap().unwrap()
    }

    /// Rows of a table.
    pub(crate) async fn count(&self, table: &'static str) -> u32 {
        let sql = format!("select count(*) from {table}");
        self.context.store.read(move |db| db.query_row(&sql, [], |row| row.get(0))).await.unwrap()
    }
}

/// What the shop registers.
pub(crate) fn shop_wish() -> Wish {
    Wish {
        name: Some("Alpine Shop".into()),
        origins: Some(vec![SHOP.into(), "https://shop.example:8443".into()]),
        recipients: Some(vec![Recipient { name: "default".into(), agents: vec!["mia".into()] }]),
        ..Wish::default()
    }
}

pub(crate) fn boots() -> Item {
    Item { title: "Boots".into(), ..Item::default() }
}
