use tieline_protocol::{
    Item, Role,
    server::{Page, ReaderCursor},
};

use super::*;
use crate::{
    chat::ChatKey,
    effect::Record,
    links::Links,
    screen::{Block, Failure},
    testing::{
        AGENT, START, VISITOR, draft, edit, entry, epoch, line, party, record, retract, session, sketch,
        state, text,
    },
    timeline::Stretch,
};

const HOUR: Millis = Millis::minutes(60);

fn chat_of(entries: Vec<Entry>) -> Chat {
    let mut chat = Chat::new(ChatKey(1), true);
    chat.install(state(1, entries), &mut Vec::new());
    chat
}

fn reader(me: Option<PartyId>, offset_minutes: i32) -> Reader {
    Reader { me, offset_minutes, now: START, ..Reader::default() }
}

fn said(seq: u64, from: u64, at: Millis) -> Entry {
    Entry { at, ..entry(seq, from) }
}

/// `<` where a group starts, `>` where it ends.
fn groups(chat: &Chat, me: Option<PartyId>) -> String {
    let thread = thread_of(chat, &reader(me, 0));
    thread
        .rows
        .iter()
        .map(|row| match row {
            Row::Day { .. } => "|".to_owned(),
            Row::NewMark => "*".to_owned(),
            Row::Bubble(bubble) => {
                let (start, end) =
                    (if bubble.starts_group { "<" } else { "" }, if bubble.ends_group { ">" } else { "" });
                format!("{start}{}{end}", if bubble.is_mine { "me" } else { "they" })
            }
        })
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn groups_are_of_one_author_within_five_minutes() {
    let minutes = |minutes| START + Millis::minutes(minutes);
    for (entries, expected) in [
        (vec![(VISITOR, 0), (VISITOR, 4), (VISITOR, 9)], "| <me me me>"),
        (vec![(VISITOR, 0), (VISITOR, 6)], "| <me> <me>"),
        (vec![(VISITOR, 0), (AGENT, 0), (AGENT, 1), (7, 1)], "| <me> <they they> <they>"),
        (vec![(AGENT, 0), (VISITOR, 1), (AGENT, 2)], "| <they> <me> <they>"),
    ] {
        let entries = (1..).zip(entries).map(|(seq, (from, at))| said(seq, from, minutes(at))).collect();
        assert_eq!(groups(&chat_of(entries), None), expected);
    }
}

#[test]
fn days_begin_at_local_midnight() {
    // 2025-10-09 00:00 UTC.
    let midnight = Millis(1_759_968_000_000);
    let moments = [midnight - HOUR, midnight + Millis(1), midnight + HOUR];
    let chat = chat_of((1..).zip(moments).map(|(seq, at)| said(seq, AGENT, at)).collect());
    let days = |offset| -> Vec<Millis> {
        let thread = thread_of(&chat, &reader(None, offset));
        let starts = thread.rows.iter();
        starts
            .filter_map(|row| if let Row::Day { starts_at } = row { Some(*starts_at) } else { None })
            .collect()
    };
    let day = Millis(24 * HOUR.0);
    assert_eq!(days(0), [midnight - day, midnight]);
    assert_eq!(days(60), [midnight - HOUR], "an hour east all three are of one day");
    assert_eq!(days(-120), [midnight - day + Millis(2 * HOUR.0)]);
    assert_eq!(days(-30), [midnight - day + Millis(HOUR.0 / 2), midnight + Millis(HOUR.0 / 2)]);
}

#[test]
fn the_mark_stands_once_above_the_first_new_words_of_the_others() {
    let mut chat = chat_of(vec![entry(1, AGENT), entry(2, VISITOR), entry(3, AGENT), entry(4, AGENT)]);
    chat.new_after = Some(Seq(1));
    assert_eq!(groups(&chat, None), "| <they> <me> * <they they>");
    chat.new_after = Some(Seq(4));
    assert_eq!(groups(&chat, None), "| <they> <me> <they they>");
}

#[test]
fn a_colleague_is_on_my_side_and_somebody_else() {
    let mut chat = Chat::new(ChatKey(1), false);
    chat.install(state(1, vec![entry(1, VISITOR), entry(2, AGENT), entry(3, 7)]), &mut Vec::new());
    let thread = thread_of(&chat, &reader(Some(party(AGENT)), 0));
    let authors: Vec<_> = thread
        .rows
        .iter()
        .filter_map(|row| {
            if let Row::Bubble(bubble) = row {
                Some((bubble.is_mine, bubble.author.as_deref()))
            } else {
                None
            }
        })
        .collect();
    assert_eq!(authors, [(false, None), (true, None), (true, Some("Agent 7"))]);
    assert_eq!(groups(&chat, Some(party(AGENT))), "| <they> <me> <me>");
}

#[test]
fn drafts_stand_below_and_a_slow_clock_brings_no_day_back() {
    let mut chat = chat_of(vec![entry(1, AGENT)]);
    for (number, made_at) in [(1, START - Millis(48 * HOUR.0)), (2, START)] {
        chat.outbox.push(Record { made_at, ..record(number, text("mine")) });
    }
    chat.outbox.fail(draft(1), Failure::Expired);
    assert_eq!(sketch(&thread_of(&chat, &reader(None, 0))), "| line 1 mine:Failed(Expired) mine:Queued");
}

#[test]
fn previews_are_one_short_line() {
    let mut long = entry(1, AGENT);
    long.body = text(&format!("two\nlines {}", "é".repeat(200)));
    let previewed = |chat: &Chat| {
        let Preview { words, is_mine, .. } = preview_of(chat);
        (words, is_mine)
    };
    let (words, is_mine) = previewed(&chat_of(vec![long]));
    assert!(words.starts_with("two lines é") && words.chars().count() == 120 && !is_mine);
    let mut empty = chat_of(vec![]);
    assert_eq!(previewed(&empty), (String::new(), false));
    empty.item = Some(Item { title: "Kettle".into(), ..Item::default() });
    assert_eq!(previewed(&empty), ("Kettle".into(), false));
    assert_eq!(previewed(&chat_of(vec![entry(1, VISITOR)])), ("line 1".into(), true));
}

#[test]
fn a_kind_of_a_later_version_is_a_neutral_line() {
    assert_eq!(content_of(&Body::Unknown, &Links::default()), Content::Unsupported);
    assert_eq!(
        content_of(&text("\u{202e}"), &Links::default()),
        Content::Text(vec![Span::Plain(String::new())])
    );
}

/// Where the rows of two screens are the same rows, and not only equal ones.
fn kept(before: &Thread, after: &Thread) -> Vec<u64> {
    let is_kept =
        |block: &&Block| before.rows.blocks().iter().any(|other| std::ptr::eq(other.rows(), block.rows()));
    after.rows.blocks().iter().filter(is_kept).map(Block::number).collect()
}

fn seen(chat: &Chat) -> Thread {
    thread_of(chat, &reader(None, 0))
}

fn waits(chat: &mut Chat, number: u64, body: Body) {
    chat.outbox.push(record(number, body));
}

#[test]
fn one_more_line_makes_only_the_newest_block_anew() {
    let mut chat = chat_of((1..=14).map(|seq| entry(seq, AGENT)).collect());
    let first = seen(&chat);
    assert_eq!(first.rows.blocks().iter().map(Block::number).collect::<Vec<_>>(), [0, 1, 2, 3]);
    chat.apply(entry(15, AGENT), &mut Vec::new());
    assert_eq!(kept(&first, &seen(&chat)), [0, 1, 2]);
    chat.apply(entry(16, VISITOR), &mut Vec::new());
    let full = seen(&chat);
    assert_eq!(kept(&first, &full), [0, 1, 2]);
    assert_eq!(kept(&full, &seen(&chat)), [0, 1, 2, 3], "all that is not the newest");
}

#[test]
fn receipts_and_the_mark_make_only_their_own_blocks_anew() {
    let mut chat = chat_of((1..=18).map(|seq| entry(seq, if seq == 9 { AGENT } else { VISITOR })).collect());
    let first = seen(&chat);
    let reads = |seq| ReaderCursor {
        party: party(AGENT),
        role: Role::Agent,
        session: session(1),
        delivered: Seq(seq),
        read: Seq(seq),
    };
    chat.cursors.merge(reads(6));
    let second = seen(&chat);
    assert_eq!(kept(&first, &second), [2, 3], "of those that are not the newest");
    chat.cursors.merge(reads(7));
    let third = seen(&chat);
    assert_eq!(kept(&second, &third), [0, 2, 3]);
    chat.new_after = Some(Seq(2));
    assert_eq!(kept(&third, &seen(&chat)), [3], "looked for from 3 on, found at 9");
}

#[test]
fn older_lines_leave_the_blocks_below_them_alone() {
    let mut chat = chat_of((9..=18).map(|seq| entry(seq, AGENT)).collect());
    let first = seen(&chat);
    let entries = (1..=8).map(|seq| entry(seq, AGENT)).collect();
    let older = Page { session: session(1), epoch: epoch(1), last: Seq(18), entries };
    chat.turn_page(older, Stretch::Older, &mut Vec::new());
    // The first row of block 2 had the day above it, and begins no group any more.
    assert_eq!(kept(&first, &seen(&chat)), [3]);
}

#[test]
fn a_change_makes_the_words_anew_and_those_that_quote_them() {
    let answers = |seq, of: u64| Entry { reply_to: Some(draft(1000 + of)), ..entry(seq, VISITOR) };
    let lines = (1..=18).map(|seq| if seq == 13 { answers(13, 2) } else { entry(seq, VISITOR) });
    let mut chat = chat_of(lines.collect());
    let first = seen(&chat);
    chat.apply(line(19, VISITOR, edit(2, "otherwise")), &mut Vec::new());
    let second = seen(&chat);
    assert_eq!(kept(&first, &second), [1, 2]);
    waits(&mut chat, 1, retract(6));
    let third = seen(&chat);
    assert_eq!(kept(&second, &third), [0, 2, 3], "one that is on its way, too");
    chat.apply(line(20, VISITOR, retract(2)), &mut Vec::new());
    assert_eq!(kept(&third, &seen(&chat)), [2]);
}

#[test]
fn what_can_no_longer_be_changed_is_made_anew_when_its_time_is_over() {
    let chat = chat_of((1..=14).map(|seq| entry(seq, VISITOR)).collect());
    let at = |secs| {
        let reader = Reader { edit_window: HOUR, now: START + HOUR + Millis::secs(secs), ..reader(None, 0) };
        thread_of(&chat, &reader)
    };
    let (first, second) = (at(0), at(3));
    assert_eq!(kept(&first, &second), [1, 2]);
    assert_eq!(kept(&second, &at(3)), [0, 1, 2]);
    assert!(kept(&first, &at(14)).is_empty(), "all of them have run out");
}

#[test]
fn a_draft_becomes_an_entry_in_its_block() {
    let mut chat = chat_of((1..=3).map(|seq| entry(seq, AGENT)).collect());
    for number in [1, 2] {
        waits(&mut chat, number, text("mine"));
    }
    let numbers = |chat: &Chat| {
        let thread = seen(chat);
        let blocks = thread.rows.blocks().iter();
        let keyed =
            blocks.flat_map(|block| block.rows().iter().map(move |row| (block.number(), row.clone())));
        let drafts = keyed.filter_map(|(number, row)| match row {
            Row::Bubble(bubble) if bubble.is_mine => Some((bubble.key, number)),
            _ => None,
        });
        drafts.collect::<Vec<_>>()
    };
    let expected = [(draft(1), 1), (draft(2), 1)];
    assert_eq!(numbers(&chat), expected);
    chat.apply(Entry { draft_id: draft(1), ..entry(4, VISITOR) }, &mut Vec::new());
    assert_eq!(numbers(&chat), expected);
}
