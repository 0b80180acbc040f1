//! Screens as the session would give them, for browser tests and for the gallery.
#![allow(dead_code, reason = "each user takes the part it needs")]

pub(crate) use tieline_desk::view::app::unloaded;
use tieline_protocol::{DraftId, Item, Millis, PartyId, Price, SessionId};
use tieline_session::{
    DeskScreen,
    screen::{
        Assignee, Bubble, Colleague, Content, Delivery, Failure, OpenSession, Row, SessionRow, Span, Thread,
    },
};

/// Tuesday, 10 March 2026, 14:05 UTC.
pub(crate) const NOW: Millis = Millis(1_773_151_500_000);
pub(crate) const MINUTE: u64 = 60_000;
pub(crate) const HOUR: u64 = 60 * MINUTE;
pub(crate) const DAY: u64 = 24 * HOUR;

/// Names and texts that people and attackers use.
pub(crate) const XSS: &[&str] = &[
    "<script>window.hurt = 1</script>",
    "<img src=x onerror=\"window.hurt = 1\">",
    "\"><svg onload=window.hurt=1>",
    "javascript:window.hurt=1",
    "</textarea><iframe srcdoc='<script>parent.hurt=1</script>'>",
    "{{constructor.constructor('window.hurt=1')()}}",
    "&lt;b&gt; &amp; \u{202e}gnp.exe\u{0}",
];

pub(crate) fn session(number: u8) -> SessionId {
    SessionId::at(Millis(NOW.0 - u64::from(number) * HOUR), [number; 10])
}

pub(crate) fn mug() -> Item {
    Item {
        id: Some("mug-blue".into()),
        title: "Stoneware mug, deep blue".into(),
        url: Some("https://shop.example/mugs/deep-blue".into()),
        image_url: None,
        price: Some(Price { amount: "24.00".into(), currency: "EUR".into() }),
        verified: false,
    }
}

pub(crate) fn row(number: u8, name: Option<&str>, preview: &str, ago: u64, unread: u32) -> SessionRow {
    SessionRow {
        session: session(number),
        visitor_name: name.map(str::to_owned),
        channel_name: Some("Fern & Clay".into()),
        item: None,
        preview: preview.into(),
        preview_is_mine: false,
        preview_is_gone: false,
        touched_at: Millis(NOW.0 - ago),
        unread,
        is_open: false,
        is_closed: false,
        assignee: None,
    }
}

pub(crate) fn said(number: u8, is_mine: bool, text: &str, ago: u64) -> Bubble {
    let (key, content) =
        (DraftId::at(Millis(NOW.0 - ago), [number; 10]), Content::Text(vec![Span::Plain(text.to_owned())]));
    Bubble {
        author: (!is_mine).then(|| "Ada Lovelace".to_owned()),
        state: is_mine.then_some(Delivery::Read),
        ..Bubble::of(key, is_mine, content, Millis(NOW.0 - ago))
    }
}

pub(crate) fn in_group(mut bubble: Bubble, starts_group: bool, ends_group: bool) -> Bubble {
    bubble.starts_group = starts_group;
    bubble.ends_group = ends_group;
    bubble
}

pub(crate) fn with_state(mut bubble: Bubble, state: Delivery) -> Bubble {
    bubble.state = Some(state);
    bubble
}

pub(crate) fn without_sessions() -> DeskScreen {
    DeskScreen { me: Some("Mia Okafor".into()), is_loaded: true, ..unloaded() }
}

pub(crate) fn inbox() -> DeskScreen {
    let mut lamp = mug();
    lamp.title =
        "Reading lamp \u{201c}Kranich\u{201d} with a very long name that nobody can finish reading".into();
    lamp.price = Some(Price { amount: "1290.50".into(), currency: "EUR".into() });
    let with_item = |row: SessionRow, item| SessionRow { item: Some(item), ..row };
    let mine = |row: SessionRow| SessionRow { preview_is_mine: true, ..row };
    let sessions = vec![
        with_item(row(1, Some("Ada Lovelace"), "And could it be here by Friday?", 2 * MINUTE, 2), mug()),
        with_item(row(2, None, "Is the shade glass or paper?", 19 * MINUTE, 1), lamp),
        mine(row(3, Some("Grace Hopper"), "You are welcome. Enjoy the vase!", 3 * HOUR, 0)),
        row(4, Some("Wolfgang Amadeus Maximilian von und zu Hohenstaufen-Blumenberg"), "Danke!", 7 * HOUR, 0),
        with_item(row(5, Some("李 小龙"), "请问这个杯子可以放进洗碗机吗？", DAY, 0), mug()),
        with_item(row(6, None, &"Donaudampfschifffahrt".repeat(19), 3 * DAY, 140), mug()),
        mine(row(7, Some("ليلى حداد"), "شكرا جزيلا", 12 * DAY, 0)),
        row(8, Some("Linus"), "Do you ship to Finland?", 400 * DAY, 0),
    ];
    DeskScreen {
        unread: sessions.iter().map(|row| row.unread).sum(),
        sessions,
        has_more_sessions: true,
        ..without_sessions()
    }
}

pub(crate) fn conversation() -> Thread {
    let rows = vec![
        Row::Day { starts_at: Millis(NOW.0 - DAY - 14 * HOUR) },
        Row::Bubble(in_group(said(10, false, "Hello! I like the deep blue mug.", DAY), true, false)),
        Row::Bubble(in_group(said(11, false, "Can it go into the dishwasher?", DAY - MINUTE), false, true)),
        Row::Bubble(in_group(
            said(
                12,
                true,
                "Hi Ada, yes: it is fired at 1,260 °C, the dishwasher does it no harm.",
                DAY - 4 * MINUTE,
            ),
            true,
            false,
        )),
        Row::Bubble(in_group(with_link(), false, true)),
        Row::Day { starts_at: Millis(NOW.0 - 14 * HOUR) },
        Row::Bubble(item_said()),
        Row::NewMark,
        Row::Bubble(in_group(
            said(15, false, "Lovely. I would take two of these then.", 3 * MINUTE),
            true,
            false,
        )),
        Row::Bubble(in_group(said(16, false, "And could it be here by Friday?", 2 * MINUTE), false, true)),
    ];
    Thread { rows: rows.into(), ..Thread::default() }
}

fn with_link() -> Bubble {
    let url = "https://shop.example/care".to_owned();
    let content = Content::Text(vec![
        Span::Plain("More on care: ".into()),
        Span::Link { text: url.clone(), url },
        Span::Plain(".".into()),
    ]);
    Bubble { content, ..said(13, true, "", DAY - 5 * MINUTE) }
}

fn item_said() -> Bubble {
    Bubble { content: Content::Item(mug()), ..said(14, false, "", 4 * MINUTE) }
}

pub(crate) fn opened(thread: Thread) -> DeskScreen {
    let mut screen = inbox();
    screen.unread -= 2;
    let row = &mut screen.sessions[0];
    row.is_open = true;
    row.unread = 0;
    screen.open = Some(OpenSession {
        session: row.session,
        visitor_name: row.visitor_name.clone(),
        is_known_user: true,
        channel_name: row.channel_name.clone(),
        item: row.item.clone(),
        thread,
        aim: None,
        can_write: true,
        can_offer: true,
        can_ask: true,
        accepts: tieline_session::screen::Accepts::default(),
        assignee: None,
        team: Some(team()),
        can_assign: true,
        is_assign_refused: false,
    });
    screen
}

pub(crate) fn with_long_name(mut screen: DeskScreen) -> DeskScreen {
    if let Some(open) = &mut screen.open {
        open.visitor_name = Some("Wolfgang Amadeus Maximilian von und zu Hohenstaufen-Blumenberg".into());
        open.is_known_user = false;
        open.channel_name = Some("Donaudampfschifffahrtsgesellschaftskapitänsmützen aus Linz".into());
    }
    screen
}

pub(crate) fn of_two_shops(mut screen: DeskScreen) -> DeskScreen {
    for row in screen.sessions.iter_mut().skip(1).step_by(2) {
        row.channel_name = Some("Kranich Lamps".into());
    }
    screen
}

/// Those who answer here, by name.
pub(crate) fn team() -> Vec<Colleague> {
    let one = |number: u8, name: &str, platform: Option<&str>| Colleague {
        id: PartyId::at(NOW, [number; 10]),
        name: name.into(),
        platform: platform.map(Into::into),
        is_me: number == 1,
        has_it: false,
    };
    vec![
        one(1, "Mia Okafor", None),
        one(2, "Wolfgang Amadeus Maximilian von und zu Hohenstaufen-Blumenberg", None),
        one(3, "ليلى حداد", Some("xmpp")),
    ]
}

/// The open session is that one's of the team; the others of the list are spread over all.
pub(crate) fn assigned(mut screen: DeskScreen, to: usize) -> DeskScreen {
    let team = team();
    let assignee = |one: &Colleague| Assignee { name: Some(one.name.clone()), is_me: one.is_me };
    for (place, row) in screen.sessions.iter_mut().enumerate() {
        row.assignee = team.get((place + to) % 4).map(assignee);
    }
    if let Some(open) = &mut screen.open {
        open.assignee = team.get(to).map(assignee);
        for (place, one) in open.team.iter_mut().flatten().enumerate() {
            one.has_it = place == to;
        }
    }
    screen
}

pub(crate) fn closed(mut screen: DeskScreen) -> DeskScreen {
    if let Some(open) = &mut screen.open {
        open.can_write = false;
    }
    screen
}

/// Every state of a message, a long word, a link that is none, many lines.
pub(crate) fn hard() -> Thread {
    let rows = vec![
        Row::Day { starts_at: Millis(NOW.0 - 14 * HOUR) },
        Row::Bubble(said(20, false, &"Donaudampfschifffahrt".repeat(19), HOUR)),
        Row::Bubble(said(
            21,
            false,
            "<script>alert(1)</script>\n\n  javascript:alert(1)\n<b>bold</b>",
            50 * MINUTE,
        )),
        Row::Bubble(with_state(said(22, true, "On disk.", 40 * MINUTE), Delivery::Sent)),
        Row::Bubble(with_state(said(23, true, "At the other side.", 30 * MINUTE), Delivery::Delivered)),
        Row::Bubble(Bubble { content: Content::Unsupported, ..said(24, false, "", 25 * MINUTE) }),
        Row::Bubble(with_state(said(25, true, "شكرا، سنرسلها غدا.", 20 * MINUTE), Delivery::Read)),
        Row::Bubble(with_state(
            said(26, true, &"Far too long. ".repeat(12), 10 * MINUTE),
            Delivery::Failed(Failure::TooLong),
        )),
        Row::Bubble(with_state(said(27, true, "On the wire.", 9 * MINUTE), Delivery::Sending)),
        Row::Bubble(with_state(said(28, true, "Waits for the network.", MINUTE), Delivery::Queued)),
    ];
    Thread { rows: rows.into(), has_older: true, ..Thread::default() }
}
