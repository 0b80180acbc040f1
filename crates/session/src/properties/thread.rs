//! Whatever happens to a long thread: the rows that are kept from screen to screen are those that would be made anew.
//!
//! [`thread_of`] itself compares the two in every test of this crate. Here is what can happen, at every place of a thread of many
//! blocks, and that something is kept at all.

use proptest::prelude::*;
use tieline_protocol::{
    Body, DraftId, Entry, FileId, Millis, Role, Seq, file::FileLink, file::FileLinks, server::Page,
    server::Phase, server::ReaderCursor,
};

use crate::{
    chat::{Chat, ChatKey},
    effect::{Owner, Place, Record},
    screen::Failure,
    testing::{AGENT, START, VISITOR, author, card, draft, entry, epoch, party, session, state, text},
    thread::{Reader, thread_of},
    timeline::Stretch,
};

/// The log before anything happens. The copy begins with its second half.
const LINES: u64 = 60;

/// A place of the log, old or new, as a draft id.
fn some_name() -> impl Strategy<Value = DraftId> {
    prop_oneof![8 => (1001..1090u64).prop_map(draft), 1 => (0..9u64).prop_map(draft)]
}

fn some_body() -> impl Strategy<Value = Body> {
    prop_oneof![
        6 => "[a-c]{1,2}".prop_map(|words| text(&words)),
        4 => (some_name(), "[a-c]").prop_map(|(target, text)| Body::Edit { target, text }),
        3 => some_name().prop_map(|target| Body::Retract { target }),
        2 => Just(Body::Choices { text: "?".into(), options: vec!["Yes".into()] }),
        2 => (0..9u64).prop_map(|file| Body::File { file: card(draft(file)) }),
        1 => Just(Body::Retracted),
    ]
}

/// What somebody says: who, what, in answer to what, and how long after the line before.
type Said = (u64, Body, Option<DraftId>, u64);

fn some_words() -> impl Strategy<Value = Said> {
    let reply_to = prop::option::weighted(0.3, some_name());
    (1..4u64, some_body(), reply_to, prop_oneof![9 => 0..200u64, 1 => Just(90_000)])
}

#[derive(Clone, Debug)]
enum Step {
    Comes(Said),
    Older(u64),
    Drafted(u64, Body, Option<DraftId>),
    Accepted(u64),
    Failed(u64),
    Discarded(u64),
    Uploads(u64, u8),
    Read(u64, u64),
    Marked(Option<u64>),
    Linked(Vec<u64>, bool),
    Cut,
    Waits(i64),
    Reader(bool, u64, i32),
    Closed(bool),
    Void,
}

fn some_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        9 => some_words().prop_map(Step::Comes),
        4 => (1..9u64).prop_map(Step::Older),
        4 => (0..9u64, some_body(), prop::option::of(some_name()))
            .prop_map(|(name, body, reply_to)| Step::Drafted(name, body, reply_to)),
        2 => (0..9u64).prop_map(Step::Accepted),
        1 => (0..9u64).prop_map(Step::Failed),
        2 => (0..9u64).prop_map(Step::Discarded),
        1 => (0..9u64, 0..100u8).prop_map(|(name, percent)| Step::Uploads(name, percent)),
        3 => (1..4u64, 0..90u64).prop_map(|(who, seq)| Step::Read(who, seq)),
        2 => prop::option::of(20..90u64).prop_map(Step::Marked),
        2 => (prop::collection::vec(0..9u64, 0..4), any::<bool>()).prop_map(|(files, all)| Step::Linked(files, all)),
        1 => Just(Step::Cut),
        3 => (-2_000_000..4_000_000i64).prop_map(Step::Waits),
        1 => (any::<bool>(), 0..9_000u64, -720..720i32).prop_map(|(reply, secs, zone)| Step::Reader(reply, secs, zone)),
        1 => any::<bool>().prop_map(Step::Closed),
        1 => Just(Step::Void),
    ]
}

/// A chat, the log that it is a copy of, and who looks at it.
struct Scene {
    log: Vec<Entry>,
    chat: Chat,
    reader: Reader,
}

impl Scene {
    fn new(words: Vec<Said>, is_visiting: bool) -> Self {
        let chat = Chat::new(ChatKey(1), is_visiting);
        let me = Some(party(if is_visiting { VISITOR } else { AGENT }));
        let (may_reply, edit_window) = (true, Millis::minutes(15));
        let reader = Reader { me, now: START, may_reply, edit_window, ..Reader::default() };
        let mut scene = Self { log: Vec::new(), chat, reader };
        words.into_iter().for_each(|said| drop(scene.append(said)));
        scene.install();
        scene
    }

    fn append(&mut self, (from, body, reply_to, pause): Said) -> Entry {
        let seq = self.log.len() as u64 + 1;
        let at = self.log.last().map_or(START, |before| before.at) + Millis::secs(pause);
        let said = Entry { from: author(from), reply_to, body, at, ..entry(seq, from) };
        self.log.push(said.clone());
        said
    }

    fn install(&mut self) {
        let newer = self.log.split_off(self.log.len() / 2);
        self.chat.install(state(1, newer.clone()), &mut Vec::new());
        self.log.extend(newer);
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Comes(said) => {
                let entry = self.append(said);
                self.chat.apply(entry, &mut Vec::new());
            }
            Step::Older(count) => {
                let oldest = self.chat.timeline.oldest().unwrap_or_default();
                let is_asked = |entry: &&Entry| entry.seq < oldest && entry.seq.0 + count >= oldest.0;
                let entries = self.log.iter().filter(is_asked).cloned().collect();
                let last = Seq(self.log.len() as u64);
                let page = Page { session: session(1), epoch: epoch(1), last, entries };
                self.chat.turn_page(page, Stretch::Older, &mut Vec::new());
            }
            Step::Drafted(name, body, reply_to) => {
                let draft_id = draft(name);
                let sha256 = matches!(body, Body::File { .. }).then(String::new);
                let (place, owner) = (Place::Session(session(1)), Owner::Visitor(0));
                let made_at = self.reader.now;
                if !self.chat.outbox.holds(draft_id) {
                    self.chat.outbox.push(Record { draft_id, place, reply_to, body, made_at, owner, sha256 });
                }
            }
            Step::Accepted(name) => {
                let found = self.chat.outbox.records().find(|record| record.draft_id == draft(name)).cloned();
                if let Some(Record { draft_id, body, reply_to, .. }) = found {
                    let who = if self.chat.is_visiting() { VISITOR } else { AGENT };
                    self.append((who, body, reply_to, 1));
                    let said = self.log.last_mut().expect("it was said just now");
                    said.draft_id = draft_id;
                    let said = said.clone();
                    self.chat.apply(said, &mut Vec::new());
                }
            }
            Step::Failed(name) => self.chat.outbox.fail(draft(name), Failure::TooLate),
            Step::Discarded(name) => drop(self.chat.outbox.discard(draft(name))),
            Step::Uploads(name, percent) => {
                self.chat.outbox.mark_asking(draft(name));
                self.chat.outbox.begin_upload(draft(name));
                self.chat.outbox.move_upload(draft(name), percent);
            }
            Step::Read(who, seq) => self.chat.merge_cursor(ReaderCursor {
                party: party(who),
                role: if who == VISITOR { Role::Visitor } else { Role::Agent },
                session: session(1),
                delivered: Seq(seq),
                read: Seq(seq / 2),
            }),
            Step::Marked(seq) => self.chat.new_after = seq.map(Seq),
            Step::Linked(files, is_all) => {
                self.chat.links.ask(self.chat.timeline.entries(), self.reader.now);
                let files: Vec<FileId> = files.into_iter().map(|file| card(draft(file)).id).collect();
                let link = |file| FileLink { file, url: format!("https://g/{file}"), thumbnail_url: None };
                let links = if is_all { files.into_iter().map(link).collect() } else { Vec::new() };
                let expires_in_ms = Millis::minutes(6);
                let links = FileLinks { session: session(1), links, expires_in_ms };
                self.chat.links.take(links, self.reader.now);
            }
            Step::Cut => self.chat.lose_link(),
            Step::Waits(pause) => {
                self.reader.now = Millis(self.reader.now.0.saturating_add_signed(pause));
            }
            Step::Reader(may_reply, secs, offset_minutes) => {
                let edit_window = Millis::secs(secs);
                self.reader = Reader { may_reply, edit_window, offset_minutes, ..self.reader };
            }
            Step::Closed(is_closed) => {
                self.chat.phase = if is_closed { Phase::Closed } else { Phase::Open };
            }
            Step::Void => {
                self.chat.timeline.void();
                self.install();
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rows_that_are_kept_are_those_that_would_be_made(
        words in prop::collection::vec(some_words(), LINES as usize),
        is_visiting in any::<bool>(),
        script in prop::collection::vec(some_step(), 1..60),
    ) {
        let mut scene = Scene::new(words, is_visiting);
        for step in script {
            // Compares, and panics where they differ.
            thread_of(&scene.chat, &scene.reader);
            scene.step(step);
        }
        let last = thread_of(&scene.chat, &scene.reader);
        let again = thread_of(&scene.chat, &scene.reader);
        let blocks = last.rows.blocks().iter().zip(again.rows.blocks());
        let kept = blocks.filter(|(one, other)| std::ptr::eq(one.rows(), other.rows())).count();
        // The end is made anew each time, and what a draft is about to change.
        let is_still = scene.chat.outbox.is_empty();
        prop_assert!(kept + 1 >= last.rows.blocks().len() || !is_still, "{kept} of {}", last.rows.blocks().len());
    }
}
