use tieline_protocol::Item;

use super::*;
use crate::{
    chat::ChatKey,
    effect::{Owner, Place, Record},
    links::Links,
    screen::Failure,
    testing::{AGENT, START, VISITOR, draft, entry, party, session, sketch, state, text},
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
        let starts = thread_of(&chat, &reader(None, offset)).rows.into_iter();
        starts
            .filter_map(|row| if let Row::Day { starts_at } = row { Some(starts_at) } else { None })
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
        chat.outbox.push(Record {
            draft_id: draft(number),
            place: Place::Session(session(1)),
            reply_to: None,
            body: text("mine"),
            made_at,
            owner: Owner::Visitor(0),
            sha256: None,
        });
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
