//! Who may do what, against a model that says it in other words; and the two ways out agree with the one way in.

use std::{collections::BTreeSet, sync::Arc};

use proptest::prelude::*;
use tieline_protocol::{
    Body, Capabilities, Capability, ChannelId, Cursor, DraftId, ErrorCode, FileCard, FileId, Form,
    FormSource, Item, Millis, PartyId, Role, Seq, SessionId, client::Typing, server::Phase,
};
use tieline_relay::{
    Assign, AssignFacts, ChannelFacts, Denial, Desk, Facts, History, ListAgents, MoveCursor, Open, Post,
    Principal, ReadFiles, Scope, Target, Type, Upload,
    audience::{answering_audience_of, audience_of, hears, topics_of},
    authorise,
    command::Stretch,
};

const NOW: Millis = Millis(101_000);

fn uuid(n: u8) -> uuid::Uuid {
    uuid::Uuid::from_bytes([n; 16])
}

fn channel(n: u8) -> ChannelId {
    ChannelId(format!("ch_{n}"))
}

fn desk() -> impl Strategy<Value = Desk> {
    (0..2_u8, 0..2_u8).prop_map(|(at, to)| Desk { channel: channel(at), recipient: format!("r{to}") })
}

fn capabilities() -> impl Strategy<Value = Capabilities> {
    proptest::sample::subsequence(
        vec![
            Capability::Text,
            Capability::Item,
            Capability::History,
            Capability::Receipts,
            Capability::Typing,
            Capability::Reply,
            Capability::Edit,
            Capability::QuickReply,
            Capability::Form,
            Capability::Rating,
            Capability::Image,
            Capability::File,
            Capability::Voice,
            Capability::Unknown,
        ],
        0..=13,
    )
    .prop_map(|granted| Capabilities(granted.into_iter().collect()))
}

fn principal() -> impl Strategy<Value = Principal> {
    let role = prop_oneof![
        Just(Role::Visitor),
        Just(Role::User),
        Just(Role::Agent),
        Just(Role::Bot),
        Just(Role::Unknown)
    ];
    let scope = prop_oneof![
        (0..2_u8).prop_map(|at| Scope::One(channel(at))),
        proptest::collection::btree_set(desk(), 0..3).prop_map(Scope::Desks),
    ];
    (
        0..3_u8,
        role,
        scope,
        capabilities(),
        proptest::option::of(prop_oneof![900..1_100_u64, 40_900..41_100_u64, 100_900..101_100_u64]),
    )
        .prop_map(|(party, role, scope, capabilities, expires_at)| Principal {
            party: PartyId(uuid(party)),
            role,
            name: None,
            scope,
            capabilities,
            expires_at: expires_at.map(Millis),
            provisional: None,
            signed_item: None,
        })
}

fn facts() -> impl Strategy<Value = Facts> {
    let phase = prop_oneof![Just(Phase::Open), Just(Phase::Closed)];
    let target =
        (0..3_u8, 0..20_u64, any::<bool>(), any::<bool>()).prop_map(|(author, age, is_text, is_repeat)| {
            Target { author: PartyId(uuid(author)), age: Millis(age), is_text, is_repeat }
        });
    (desk(), 0..3_u8, phase, capabilities(), 0..20_u64, proptest::option::of(target)).prop_map(
        |(desk, visitor, phase, capabilities, edit_window, target)| Facts {
            session: SessionId(uuid(9)),
            desk,
            visitor: PartyId(uuid(visitor)),
            phase,
            capabilities,
            edit_window: Millis(edit_window),
            target,
        },
    )
}

/// The rule in other words: yours, granted twice, still open. `None`: allowed.
fn model(who: &Principal, facts: &Facts, capability: Capability, is_writing: bool) -> Option<Denial> {
    let is_mine = match (&who.role, &who.scope) {
        (Role::Visitor | Role::User, Scope::One(at)) => {
            (at, who.party) == (&facts.desk.channel, facts.visitor)
        }
        (Role::Agent | Role::Bot, Scope::Desks(desks)) => desks.iter().any(|desk| *desk == facts.desk),
        _ => false,
    };
    let granted = [&who.capabilities, &facts.capabilities].iter().all(|set| set.0.contains(&capability));
    // What is not a word or a cursor only reads, and may for a minute longer.
    let is_reading = capability == Capability::History;
    match (
        who.expires_at.is_none_or(|at| at > NOW || (is_reading && at.0 + 60_000 > NOW.0)),
        is_mine,
        granted,
        is_writing && facts.phase == Phase::Closed,
    ) {
        (false, ..) => Some(Denial::Expired),
        (_, false, ..) => Some(Denial::NoSuchSession),
        (_, _, false, _) => Some(Denial::NotGranted),
        (.., true) => Some(Denial::Ended),
        _ => None,
    }
}

fn post(body: Body) -> Post {
    Post { session: SessionId(uuid(9)), draft_id: DraftId(uuid(8)), reply_to: None, body }
}

/// The same for words that are about other words: said by oneself, a text if they are to be another text, and in time or told
/// for the second time.
fn change_model(who: &Principal, facts: &Facts, is_edit: bool) -> Option<Denial> {
    model(who, facts, Capability::Edit, true).or(match facts.target {
        Some(target) if target.author == who.party && (target.is_text || !is_edit) => {
            (!target.is_repeat && target.age >= facts.edit_window).then_some(Denial::TooLate)
        }
        _ => Some(Denial::NoSuchWords),
    })
}

fn upload(media_type: &str) -> Upload {
    Upload {
        session: SessionId(uuid(9)),
        draft_id: DraftId(uuid(8)),
        name: "file".into(),
        size: 1,
        media_type: media_type.into(),
        sha256: [0; 32],
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_wish_is_judged_as_the_model_does(who in principal(), facts in facts()) {
        let session = facts.session;
        let text = post(Body::Text { text: "hi".into() });
        let item = post(Body::Item { item: Item { title: "Kettle".into(), ..Item::default() } });
        let history = History { session, stretch: Stretch::Newest, limit: 10 };
        let cursor = MoveCursor(Cursor { session, delivered: Seq(1), read: Seq(1) });
        let typing = Type(Typing { session, on: true });
        prop_assert_eq!(authorise(NOW, &who, &facts, typing).err(), model(&who, &facts, Capability::Typing, true));
        for (body, capability, is_of_visitor) in [
            (Body::Closed, Capability::Text, false),
            (Body::Ask { form: Form::default() }, Capability::Form, false),
            (
                Body::Form { source: FormSource::PreChat, asked: None, answers: Vec::new() },
                Capability::Form,
                true,
            ),
        ] {
            let on_wrong_side = who.role.is_visiting() != is_of_visitor;
            let expected = match model(&who, &facts, capability, false) {
                None if on_wrong_side => Some(Denial::NotGranted),
                None => model(&who, &facts, capability, true),
                refused => refused,
            };
            prop_assert_eq!(authorise(NOW, &who, &facts, post(body)).err(), expected);
        }
        let rating = post(Body::Rating { stars: 5, text: None });
        let is_due = who.role.is_visiting() && facts.phase == Phase::Closed;
        let expected =
            model(&who, &facts, Capability::Rating, false).or((!is_due).then_some(Denial::NotGranted));
        prop_assert_eq!(authorise(NOW, &who, &facts, rating).err(), expected);
        for (media_type, capability) in
            [("image/gif", Capability::Image), ("text/plain", Capability::File), ("audio/ogg", Capability::Voice)]
        {
            let file = FileCard { media_type: media_type.into(), ..FileCard::named(FileId(uuid(7))) };
            let said = post(Body::File { file });
            prop_assert_eq!(authorise(NOW, &who, &facts, said).err(), model(&who, &facts, capability, true));
            let given = upload(media_type);
            prop_assert_eq!(authorise(NOW, &who, &facts, given).err(), model(&who, &facts, capability, true));
        }
        // What nobody has looked at is granted to nobody.
        let unknown = post(Body::File { file: FileCard::named(FileId(uuid(7))) });
        prop_assert!(authorise(NOW, &who, &facts, unknown).is_err());
        let seen = ReadFiles { session, files: Vec::new() };
        let may_see = model(&who, &facts, Capability::History, false).is_none_or(|why| why == Denial::NotGranted);
        prop_assert_eq!(authorise(NOW, &who, &facts, seen).is_ok(), may_see);
        prop_assert_eq!(authorise(NOW, &who, &facts, text).err(), model(&who, &facts, Capability::Text, true));
        prop_assert_eq!(authorise(NOW, &who, &facts, item).err(), model(&who, &facts, Capability::Item, true));
        let (target, options) = (DraftId(uuid(7)), vec!["Yes".to_owned()]);
        let edit = post(Body::Edit { target, text: "ho".into() });
        let retract = post(Body::Retract { target });
        prop_assert_eq!(authorise(NOW, &who, &facts, edit).err(), change_model(&who, &facts, true));
        prop_assert_eq!(authorise(NOW, &who, &facts, retract).err(), change_model(&who, &facts, false));
        let reply = Post { reply_to: Some(target), ..post(Body::Text { text: "hi".into() }) };
        let both = model(&who, &facts, Capability::Text, false).or(model(&who, &facts, Capability::Reply, true));
        prop_assert_eq!(authorise(NOW, &who, &facts, reply).err(), both);
        let choices = model(&who, &facts, Capability::QuickReply, false)
            .or(who.role.is_visiting().then_some(Denial::NotGranted))
            .or(model(&who, &facts, Capability::QuickReply, true));
        prop_assert_eq!(authorise(NOW, &who, &facts, post(Body::Choices { text: "?".into(), options })).err(), choices);
        prop_assert_eq!(authorise(NOW, &who, &facts, history).err(), model(&who, &facts, Capability::History, false));
        prop_assert_eq!(authorise(NOW, &who, &facts, cursor).err(), model(&who, &facts, Capability::Receipts, false));
    }

    /// Live delivery reaches exactly those who might read the session: no leak, and nobody forgotten.
    #[test]
    fn those_who_hear_are_those_who_are_party_to_it(who in principal(), facts in facts()) {
        let listens_to: BTreeSet<_> = topics_of(&who).iter().map(|topic| format!("{topic:?}")).collect();
        let announced_on = audience_of(&facts).map(|topic| format!("{topic:?}"));
        let is_reached = announced_on.iter().any(|topic| listens_to.contains(topic));
        // A party's topic names no channel: a visitor's id is of one channel only.
        let is_same_place = who.channel().is_none_or(|channel| *channel == facts.desk.channel);
        prop_assert_eq!(is_reached && is_same_place, hears(&who, &facts));
    }

    /// An agent of the desk says who answers, of those of the desk, while there is something to answer. Nobody else may, and no
    /// visitor hears of it.
    #[test]
    fn only_agents_of_the_desk_say_who_answers(
        who in principal(),
        facts in facts(),
        agents in proptest::collection::btree_set(0..3_u8, 0..3),
        to in proptest::option::of(0..3_u8),
    ) {
        let (session, to) = (facts.session, to.map(|to| PartyId(uuid(to))));
        let agents: BTreeSet<_> = agents.into_iter().map(|agent| PartyId(uuid(agent))).collect();
        let is_bot = who.role == Role::Bot;
        let is_mine = model(&who, &facts, Capability::Text, false).is_none_or(|why| why == Denial::NotGranted);
        let is_visiting = who.role.is_visiting();
        let expected = match who.expires_at.is_none_or(|at| at > NOW) {
            false => Some(Denial::Expired),
            true if !is_mine => Some(Denial::NoSuchSession),
            true if is_visiting || is_bot => Some(Denial::NotGranted),
            true if facts.phase == Phase::Closed => Some(Denial::Ended),
            true => to.filter(|to| !agents.contains(to)).map(|_| Denial::NoSuchAgent),
        };
        let known = AssignFacts { session: Arc::new(facts.clone()), agents };
        let wish = Assign { session, draft_id: DraftId(uuid(8)), to };
        prop_assert_eq!(authorise(NOW, &who, &known, wish).err(), expected);

        let may_list = hears(&who, &facts) && !is_visiting && who.holds(NOW, false);
        prop_assert_eq!(authorise(NOW, &who, &facts, ListAgents { session }).is_ok(), may_list);

        let listens_to: BTreeSet<_> = topics_of(&who).iter().map(|topic| format!("{topic:?}")).collect();
        let is_told = answering_audience_of(&facts).iter().any(|topic| listens_to.contains(&format!("{topic:?}")));
        prop_assert_eq!(is_told, hears(&who, &facts) && !is_visiting);
    }

    #[test]
    fn a_permit_bears_its_holder_and_its_wish(who in principal(), facts in facts()) {
        if let Ok(permit) = authorise(NOW, &who, &facts, post(Body::Text { text: "hi".into() })) {
            prop_assert_eq!(permit.party(), who.party);
            prop_assert_eq!(permit.into_parts().0, post(Body::Text { text: "hi".into() }));
        }
    }
}

fn visitor() -> Principal {
    Principal {
        party: PartyId(uuid(1)),
        role: Role::Visitor,
        name: None,
        scope: Scope::One(channel(0)),
        capabilities: Capabilities::all(),
        expires_at: None,
        provisional: None,
        signed_item: None,
    }
}

fn open_channel() -> ChannelFacts {
    ChannelFacts {
        channel: channel(0),
        is_open: true,
        recipients: BTreeSet::from(["default".to_owned()]),
        capabilities: Capabilities::all(),
    }
}

fn open(to: &str, item: Option<Item>) -> Open {
    Open { draft_id: DraftId(uuid(8)), to: to.into(), item }
}

#[test]
fn opening_needs_a_visitor_an_open_channel_a_recipient_and_the_grants() {
    let item = || Some(Item { title: "Kettle".into(), ..Item::default() });
    let without = |capability: Capability| {
        let mut capabilities = Capabilities::all();
        capabilities.0.remove(&capability);
        capabilities
    };
    let agent = Principal { role: Role::Agent, scope: Scope::Desks(BTreeSet::new()), ..visitor() };
    let cases = [
        (visitor(), open_channel(), open("default", item()), None),
        (visitor(), open_channel(), open("nobody", None), Some(Denial::NoSuchRecipient)),
        (
            visitor(),
            ChannelFacts { is_open: false, ..open_channel() },
            open("default", None),
            Some(Denial::ChannelClosed),
        ),
        (
            visitor(),
            ChannelFacts { channel: channel(1), ..open_channel() },
            open("default", None),
            Some(Denial::NotGranted),
        ),
        (agent, open_channel(), open("default", None), Some(Denial::NotGranted)),
        (
            visitor(),
            ChannelFacts { capabilities: without(Capability::Item), ..open_channel() },
            open("default", item()),
            Some(Denial::NotGranted),
        ),
        (
            visitor(),
            ChannelFacts { capabilities: without(Capability::Item), ..open_channel() },
            open("default", None),
            None,
        ),
        (
            visitor(),
            ChannelFacts { capabilities: without(Capability::Text), ..open_channel() },
            open("default", None),
            Some(Denial::NotGranted),
        ),
        (
            Principal { expires_at: Some(NOW), ..visitor() },
            open_channel(),
            open("default", None),
            Some(Denial::Expired),
        ),
    ];
    for (who, facts, wish, expected) in cases {
        assert_eq!(authorise(NOW, &who, &facts, wish.clone()).err(), expected, "{who:?} {facts:?} {wish:?}");
    }
}

#[test]
fn a_strangers_session_and_none_are_refused_in_the_same_words() {
    let facts = Facts {
        session: SessionId(uuid(9)),
        desk: Desk { channel: channel(0), recipient: "default".into() },
        visitor: PartyId(uuid(2)),
        phase: Phase::Closed,
        capabilities: Capabilities::default(),
        edit_window: Millis(0),
        target: None,
    };
    let denial = authorise(NOW, &visitor(), &facts, post(Body::Text { text: "hi".into() })).unwrap_err();
    assert_eq!(denial.body(), Denial::NoSuchSession.body());
    assert_eq!(denial.code(), ErrorCode::NotFound);
}

#[test]
fn every_denial_has_its_code_and_says_where() {
    for (denial, code, at, retry_ms) in [
        (Denial::NoSuchSession, ErrorCode::NotFound, None, None),
        (Denial::NoSuchRecipient, ErrorCode::NotFound, None, None),
        (Denial::ChannelClosed, ErrorCode::ChannelClosed, None, None),
        (Denial::Ended, ErrorCode::SessionClosed, None, None),
        (Denial::NotGranted, ErrorCode::Forbidden, None, None),
        (Denial::Expired, ErrorCode::TokenExpired, None, None),
        (Denial::TooLarge { at: "item" }, ErrorCode::TooLarge, Some("item"), None),
        (Denial::Empty, ErrorCode::TextEmpty, Some("body.body.text"), None),
        (Denial::Malformed { at: "item.url" }, ErrorCode::BadFrame, Some("item.url"), None),
        (Denial::NoSuchWords, ErrorCode::NotFound, Some("body.body.target"), None),
        (Denial::NoSuchAgent, ErrorCode::NotFound, Some("body.to"), None),
        (Denial::TooLate, ErrorCode::TooLate, None, None),
        (Denial::UnknownKind, ErrorCode::Unsupported, None, None),
        (Denial::TooFast { retry_after: Millis(4_000) }, ErrorCode::RateLimited, None, Some(Millis(4_000))),
    ] {
        let body = denial.body();
        assert_eq!((body.code, body.at.as_deref(), body.retry_ms), (code, at, retry_ms));
        assert_eq!(body.temporary, matches!(denial, Denial::TooFast { .. } | Denial::Expired));
    }
}
