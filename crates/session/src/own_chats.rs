//! The list of a visitor's sessions, in screen words.

use std::cmp::Reverse;

use tieline_protocol::client::DEFAULT_RECIPIENT;

use crate::{
    chat::{Chat, ChatKey},
    order::sort_few,
    screen::ChatRow,
    spans::clean_item,
    thread::{Preview, name_of},
};

/// Newest activity first. `open`: the one on screen. `preview` gives a chat's newest words.
pub(crate) fn rows<'a>(
    chats: impl Iterator<Item = &'a Chat>,
    open: Option<ChatKey>,
    preview: fn(&Chat) -> Preview,
) -> Vec<ChatRow> {
    let mut rows: Vec<ChatRow> = chats.map(|chat| row_of(chat, open, preview(chat))).collect();
    sort_few(&mut rows, |row| (Reverse(row.touched_at), Reverse(row.session)));
    rows
}

fn row_of(chat: &Chat, open: Option<ChatKey>, preview: Preview) -> ChatRow {
    let answers = chat.timeline.entries().rev().filter(|entry| !chat.is_mine(entry));
    ChatRow {
        session: chat.session,
        to: chat.to.clone().filter(|to| to != DEFAULT_RECIPIENT),
        seller: answers.map(|entry| &entry.from).find_map(name_of),
        item: chat.newest_item().map(clean_item),
        preview: preview.words,
        preview_is_mine: preview.is_mine,
        preview_is_gone: preview.is_gone,
        touched_at: chat.touched_at,
        unread: chat.unread(),
        is_open: Some(chat.key) == open,
        is_over: chat.is_closed(),
    }
}

#[cfg(test)]
mod tests {
    use tieline_protocol::{
        ClientFrame, Item, Millis, SessionState,
        server::{Phase, ServerFrame, Sessions},
    };

    use crate::{
        Input,
        screen::ChatRow,
        testing::{AGENT, Bench, VISITOR, draft, entry, session, sketch, state, text},
        visitor::Visitor,
    };

    /// A session with that recipient, in which both sides said a line.
    fn talk(number: u64, to: &str) -> SessionState {
        let mut lines = vec![entry(1, VISITOR), entry(2, AGENT)];
        for line in &mut lines {
            (line.session, line.draft_id) = (session(number), draft(number * 1000 + line.seq.0));
            line.body = text(&format!("{to} {}", line.seq.0));
        }
        SessionState { to: Some(to.into()), ..state(number, lines) }
    }

    fn bench() -> Bench<Visitor> {
        let mut bench = Bench::visitor();
        let about = Some(Item { title: "Kettle".into(), ..Item::default() });
        let over = SessionState { phase: Phase::Closed, ..talk(3, "sales") };
        let sessions = vec![talk(1, "default"), SessionState { item: about, ..talk(2, "sales") }, over];
        bench.connect(VISITOR, sessions).take();
        bench
    }

    fn rows(bench: &Bench<Visitor>) -> Vec<ChatRow> {
        bench.door.screen(bench.now).chats
    }

    #[test]
    fn each_session_is_a_row_with_what_tells_it_from_the_others() {
        let rows = rows(&bench());
        let told: Vec<_> =
            rows.iter().map(|row| (row.to.as_deref(), &*row.preview, row.is_open, row.is_over)).collect();
        assert_eq!(
            told,
            [
                (Some("sales"), "sales 2", false, true),
                (Some("sales"), "sales 2", true, false),
                (None, "default 2", false, false)
            ],
            "newest first; of two with one recipient the open one is shown"
        );
        let kettle = &rows[1];
        assert_eq!(kettle.item.as_ref().map(|item| &*item.title), Some("Kettle"));
        assert_eq!(
            (kettle.seller.as_deref(), kettle.unread, kettle.preview_is_mine),
            (Some("Agent 2"), 1, false)
        );
    }

    #[test]
    fn a_picked_session_is_shown_until_the_page_asks_for_another() {
        let mut bench = bench();
        for (input, shown) in [
            (Input::SessionPicked(Some(session(1))), "| default 1:Sent default 2"),
            (Input::SessionPicked(Some(session(9))), "| default 1:Sent default 2"),
            (Input::SessionPicked(None), "| default 1:Sent default 2"),
            (Input::SessionPicked(Some(session(3))), "| sales 1:Sent sales 2"),
            (Input::Asked { to: None, item: None }, "| default 1:Sent default 2"),
            (Input::Asked { to: Some("new".into()), item: None }, ""),
        ] {
            let told = format!("{input:?}");
            bench.feed(input);
            assert_eq!(sketch(&bench.thread()), shown, "{told}");
        }
        assert!(rows(&bench).iter().all(|row| !row.is_open));
    }

    #[test]
    fn looking_at_a_picked_session_reads_it_and_no_other() {
        let mut bench = bench();
        bench.feed(Input::PanelShown).feed(Input::SessionPicked(Some(session(1))));
        let unread: Vec<_> = rows(&bench).iter().map(|row| row.unread).collect();
        assert_eq!(unread, [1, 0, 0], "the second was on screen before");
    }

    #[test]
    fn what_the_list_covers_is_not_read() {
        let mut bench = bench();
        bench.feed(Input::ListShown(true)).feed(Input::PanelShown);
        assert!(bench.door.screen(bench.now).is_listing);
        assert_eq!(bench.door.screen(bench.now).unread, 3);
        bench.feed(Input::SessionPicked(Some(session(1))));
        assert!(!bench.door.screen(bench.now).is_listing);
        assert_eq!(bench.door.screen(bench.now).unread, 2);
    }

    #[test]
    fn words_in_a_session_that_is_over_open_the_next_one() {
        let mut bench = Bench::visitor();
        bench.connect(VISITOR, vec![SessionState { phase: Phase::Closed, ..talk(3, "sales") }]);
        bench.wait(Millis::secs(10));
        bench.feed(Input::SessionPicked(Some(session(3)))).take();
        bench.submit("One more thing");
        assert!(bench.sent().iter().any(|(_, frame)| {
            matches!(frame, ClientFrame::Open(open) if open.to.as_deref() == Some("sales"))
        }));
        assert_eq!(sketch(&bench.thread()), "| One more thing:Queued");
        let rows = rows(&bench);
        assert_eq!((rows[0].session, rows[0].is_open, &*rows[0].preview), (None, true, "One more thing"));
    }

    #[test]
    fn older_sessions_are_asked_for_only_where_there_may_be_any() {
        let mut bench = bench();
        assert_eq!(bench.feed(Input::MoreSessionsWanted).sent_names(), Vec::<&str>::new());
        bench.feed(Input::SessionsWanted);
        let asked =
            bench.sent().into_iter().find_map(|(id, frame)| (frame.name() == "list").then_some(id)).unwrap();
        let page = Sessions { sessions: vec![talk(1, "default")], more: true };
        bench.hear(asked, ServerFrame::Sessions(page)).take();
        assert!(bench.door.screen(bench.now).has_more_chats);
        let sent = bench.feed(Input::MoreSessionsWanted).sent();
        let [(_, ClientFrame::List(list))] = &sent[..] else { panic!("{sent:?}") };
        assert_eq!(list.after, Some(session(1)), "the oldest that is here");
    }
}
