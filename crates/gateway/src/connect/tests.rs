//! What accounts of a platform command, on a real store: once, in any order in which it is heard.

use tieline_connector::{Heard, Host as _, Platform, Said, Taken, card::Card, command::Whom};
use tieline_load::stage::Stage;
use tieline_protocol::{
    Author, Body, Capabilities, DraftId, Entry, Epoch, Item, Millis, PartyId, Price, Role, Seq, SessionId,
};
use tieline_relay::{History, Open, Principal, Provisional, Scope, authorise, command::Stretch};

use super::{GatewayHost, files::Fetcher};
use crate::{
    app::AppState,
    auth::secret,
    clock,
    config::{self, Sources},
    log::{Fresh, Opener},
};

const MIA: &str = "mia@shop.example";
const ROBIN: &str = "robin@shop.example";

struct Bench {
    host: GatewayHost,
    session: SessionId,
    visitor: Principal,
    _folder: tempfile::TempDir,
}

fn kettle(verified: bool) -> Item {
    Item {
        id: Some("4711".into()),
        title: "Kettle".into(),
        url: Some("https://shop.example/kettle".into()),
        price: Some(Price { amount: "49.90".into(), currency: "EUR".into() }),
        verified,
        ..Item::default()
    }
}

impl Bench {
    /// A session about that product, at a desk that a desk agent and two accounts answer.
    async fn about(item: Option<Item>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let agents = ["mia", "xmpp:mia@shop.example", "xmpp:robin@shop.example"];
        let stage = Stage::prepare_answered_by(folder.path(), "127.0.0.1:1", &agents, "").await.unwrap();
        let sources = Sources { file: Some(stage.config_file.clone()), ..Sources::default() };
        let state = AppState::open(config::load(&sources).unwrap()).unwrap();
        let visitor = Principal {
            party: PartyId::at(clock::now(), secret::random()),
            role: Role::Visitor,
            name: None,
            scope: Scope::One(stage.channel.clone()),
            capabilities: Capabilities::all(),
            expires_at: None,
            provisional: Some(Provisional::Visitor { token_hash: [1; 32], expires_at: Millis(u64::MAX / 4) }),
            signed_item: None,
        };
        let host = GatewayHost::new(state, Platform::Xmpp, Fetcher::new(Vec::new()));
        let mut bench = Self { host, session: SessionId(uuid::Uuid::nil()), visitor, _folder: folder };
        bench.session = bench.open(item).await;
        bench
    }

    async fn open(&self, item: Option<Item>) -> SessionId {
        let (log, now) = (&self.host.state.log, clock::now());
        let channel = self.visitor.channel().unwrap().clone();
        let facts = log.load_channel_facts(channel.clone()).await.unwrap().unwrap();
        let wish = Open { draft_id: DraftId::at(now, secret::random()), to: "default".into(), item };
        let permit = authorise(now, &self.visitor, &facts, wish).unwrap();
        let opener = Opener {
            author: Author { id: self.visitor.party, role: Role::Visitor, name: None },
            channel,
            provisional: self.visitor.provisional.clone(),
        };
        let fresh =
            Fresh { session: SessionId::at(now, secret::random()), epoch: Epoch("e".into()), at: now };
        log.open_session(permit, opener, fresh).await.unwrap().session
    }

    /// Somebody writes a command under that name of the platform's.
    async fn hear(&self, account: &str, name: &str, said: Said) -> Taken {
        let names = vec![format!("sid:{name}")];
        let cursor = Some(name.to_owned());
        let heard = Heard { session: self.session, account: account.into(), names, cursor, said };
        self.host.take(heard).await.unwrap()
    }

    async fn assign(&self, account: &str, name: &str, whom: Whom) -> Taken {
        self.hear(account, name, Said::Assign(whom)).await
    }

    /// Whose it is, as the room is told, and up to where the room was read.
    async fn holds(&self) -> (u32, Option<(String, Option<String>)>, String) {
        let bridge = self.host.bridge(self.session).await.unwrap().unwrap();
        let assigned = bridge.assigned.unwrap();
        (assigned.turn, assigned.to.map(|to| (to.name, to.account)), bridge.cursor.unwrap())
    }

    async fn entries(&self) -> Vec<Entry> {
        let facts = self.host.state.log.load_facts(self.session, clock::now()).await.unwrap().unwrap();
        let wish = History { session: self.session, stretch: Stretch::After(Seq::ZERO), limit: 100 };
        let permit = authorise(clock::now(), &self.visitor, facts.as_ref(), wish).unwrap();
        self.host.state.log.page(permit).await.unwrap().entries
    }

    async fn items(&self) -> Vec<Item> {
        let items = self.entries().await.into_iter().map(|entry| match entry.body {
            Body::Item { item } => item,
            other => panic!("{other:?}"),
        });
        items.collect()
    }
}

fn why(taken: Taken) -> String {
    match taken {
        Taken::Refused(refused) => refused.0,
        other => panic!("taken: {other:?}"),
    }
}

fn called(name: &str) -> Whom {
    Whom::Called(name.into())
}

#[tokio::test]
async fn an_old_assign_that_is_read_again_undoes_no_newer_one() {
    let bench = Bench::about(None).await;
    let mia = Some(("mia".to_owned(), Some(MIA.to_owned())));
    assert_eq!(bench.assign(MIA, "1", Whom::Me).await, Taken::Nothing);
    assert_eq!(bench.holds().await, (1, mia, "1".into()));
    assert_eq!(bench.assign(MIA, "2", called("Robin")).await, Taken::Nothing);
    assert_eq!(bench.assign(ROBIN, "3", called("desk:mia")).await, Taken::Nothing);
    // At the desk: no account of this platform, and nobody is asked into its rooms anew.
    let at_the_desk = Some(("mia".to_owned(), None));
    assert_eq!(bench.holds().await, (3, at_the_desk.clone(), "3".into()));
    let bridge = bench.host.bridge(bench.session).await.unwrap().unwrap();
    assert_eq!(bridge.wanted().count(), 0);
    // The archive was read from further up: nothing changes, nobody is told anything.
    for (account, name, whom) in
        [(MIA, "1", Whom::Me), (MIA, "2", called("robin")), (ROBIN, "3", called("desk:mia"))]
    {
        assert_eq!(bench.assign(account, name, whom).await, Taken::Nothing);
    }
    assert_eq!(bench.holds().await.1, at_the_desk);
    assert_eq!(bench.assign(MIA, "4", Whom::Nobody).await, Taken::Nothing);
    assert_eq!(bench.holds().await, (4, None, "4".into()));
    assert!(bench.entries().await.is_empty(), "nothing of it is in the log");
    // What the room was told is kept.
    bench.host.told(bench.session, 4).await.unwrap();
    assert_eq!(bench.host.bridge(bench.session).await.unwrap().unwrap().told, 4);
}

#[tokio::test]
async fn who_is_meant_is_not_guessed_and_the_room_is_read_on() {
    let bench = Bench::about(None).await;
    assert_eq!(
        why(bench.assign(ROBIN, "1", called("MIA")).await),
        "Who is meant? Write one of: desk:mia, xmpp:mia@shop.example."
    );
    assert!(
        why(bench.assign(ROBIN, "2", called("anna")).await)
            .starts_with("Nobody here is called anna. These answer:")
    );
    assert_eq!(bench.assign(ROBIN, "3", called("xmpp:mia@shop.example")).await, Taken::Nothing);
    assert_eq!(
        why(bench.assign(ROBIN, "4", called("xmpp:mia@shop.example")).await),
        "mia answers this session already."
    );
    assert_eq!(bench.holds().await.2, "4");
    // A stranger in the room has no commands.
    assert!(why(bench.assign("eve@shop.example", "5", Whom::Me).await).contains("does not answer"));
    assert_eq!(bench.holds().await.0, 1);
    bench.hear(MIA, "6", Said::Close).await;
    assert_eq!(why(bench.assign(MIA, "7", Whom::Me).await), "The session is over: this was not sent.");
}

#[tokio::test]
async fn a_card_by_number_is_as_the_shop_signed_it_last() {
    let bench = Bench::about(Some(kettle(true))).await;
    let card = |number: &str| Said::Card(Card::Numbered(number.into()));
    assert!(matches!(bench.hear(MIA, "1", card("4711")).await, Taken::Entry(Seq(1))));
    // Another session of the channel brings it at another price.
    let cheaper =
        Item { price: Some(Price { amount: "39.90".into(), currency: "EUR".into() }), ..kettle(true) };
    bench.open(Some(cheaper.clone())).await;
    assert!(matches!(bench.hear(ROBIN, "2", card("4711")).await, Taken::Entry(Seq(2))));
    // One that only a page named is none of the shop's.
    bench.open(Some(Item { id: Some("4712".into()), ..kettle(false) })).await;
    assert!(
        why(bench.hear(MIA, "3", card("4712")).await)
            .starts_with("The shop has signed no product of the number 4712")
    );
    // Heard again, it stands as it stood.
    assert_eq!(bench.hear(MIA, "1", card("4711")).await, Taken::Nothing);
    assert_eq!(bench.items().await, [kettle(true), cheaper]);
    assert!(bench.entries().await.iter().all(|entry| entry.from.role == Role::Agent));
}

#[tokio::test]
async fn a_card_made_by_hand_is_never_the_shops_word() {
    let bench = Bench::about(Some(kettle(false))).await;
    let made = |item: Item| Said::Card(Card::Made(item));
    // Whatever somebody puts in.
    bench.hear(MIA, "1", made(kettle(true))).await;
    bench.hear(MIA, "2", Said::Card(Card::OfSession)).await;
    assert_eq!(bench.items().await, [kettle(false), kettle(false)]);
    let bad = Item { url: Some("https://".into()), ..kettle(false) };
    assert!(why(bench.hear(MIA, "3", made(bad)).await).starts_with("/card shows"));
    assert_eq!(bench.items().await.len(), 2);
    let without = Bench::about(None).await;
    assert!(
        why(without.hear(MIA, "1", Said::Card(Card::OfSession)).await)
            .starts_with("This session is about no product.")
    );
}

/// The channel does not grant cards any more.
#[tokio::test]
async fn where_cards_are_not_granted_there_is_none() {
    let bench = Bench::about(None).await;
    let store = &bench.host.state.store;
    let revoke = |db: &rusqlite::Transaction<'_>| {
        db.execute("update channel set capabilities = '[\"text\",\"history\"]'", [])
    };
    store.write(revoke).await.unwrap();
    let taken = bench.hear(MIA, "1", Said::Card(Card::Made(kettle(false)))).await;
    assert_eq!(why(taken), "The shop has not switched this on: it was not sent.");
}
