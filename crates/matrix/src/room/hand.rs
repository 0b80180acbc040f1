//! Entries of the log go into the room, one after the other.

use tieline_connector::{Due, Handed, words};
use tieline_protocol::{DraftId, Millis};

use super::{Effect, Next, Room, Sending};
use crate::{
    ask::{Answer, Ask, Failure, Speaking},
    content::{self, Saying},
};

/// How often an entry is said again that the server refuses.
const REFUSALS: u32 = 3;
/// How long a room rests that takes nothing at all.
const REST: Millis = Millis::minutes(5);

impl Room {
    /// Asks for the next thing, if nothing is on its way.
    pub(super) fn hand_over(&mut self, out: &mut Vec<Effect>) {
        if self.asking.is_some() || self.paused_until.is_some() {
            return;
        }
        if let Some(ask) = self.next_page() {
            self.asking = Some(ask.clone());
            out.push(Effect::Ask(ask));
            return;
        }
        if let Some(ask) = self.tell_assigned() {
            self.asking = Some(ask.clone());
            out.push(Effect::Ask(ask));
            return;
        }
        while let Some(due) = self.due.front().cloned() {
            let (draft, seq) = (due.entry.draft_id, due.entry.seq);
            if seq <= self.handed {
                self.due.pop_front();
                continue;
            }
            let saying = if due.is_echo { None } else { content::said(&due) };
            let Some(saying) = saying else {
                self.due.pop_front();
                self.handed = seq;
                out.push(Effect::Handed(Handed { draft, seq: Some(seq), names: Vec::new(), cursor: None }));
                continue;
            };
            if self.next.draft != Some(draft) {
                self.next = Next { draft: Some(draft), ..Next::default() };
            }
            let ask = self.missing(&due.entry.from, true).unwrap_or_else(|| self.say(&due, saying));
            self.asking = Some(ask.clone());
            out.push(Effect::Ask(ask));
            return;
        }
        if self.is_stirred && !self.is_reading_log {
            (self.is_stirred, self.is_reading_log) = (false, true);
            out.push(Effect::ReadLog(self.handed));
        }
    }

    /// Says who answers from now on, to all in the room and from nobody among them. The visitor's own widget never hears it.
    /// A room that is not there yet is told when it is.
    fn tell_assigned(&mut self) -> Option<Ask> {
        let news = self.bridge.news_of_assignment()?;
        let (turn, text) = (news.turn, words::assigned(news.to.as_ref().map(|to| to.name.as_str())));
        let room = self.room.clone()?;
        if let Some(ask) = self.missing(&self.bridge.visitor, false) {
            return Some(ask);
        }
        self.telling = Some(turn);
        let service = self.server.service();
        let user = Speaking { has_device: self.has_device(&service), user: service };
        // Said once, also where the answer did not come.
        let transaction = format!("assigned-{}-{turn}", self.session);
        Some(Ask::Send { room, user, transaction, content: content::notice(&text), at: None })
    }

    /// The room knows, or will not hear it.
    fn has_told(&mut self, turn: u32, out: &mut Vec<Effect>) {
        self.bridge.told = self.bridge.told.max(turn);
        out.push(Effect::Told(turn));
    }

    fn say(&mut self, due: &Due, saying: Saying) -> Ask {
        let (draft, at) = (due.entry.draft_id, due.entry.at);
        let user = self.user_of(&due.entry.from);
        let room = self.room.clone().unwrap_or_default();
        let has_device = self.has_device(&user);
        if !has_device && self.is_unsure && !self.next.is_missing {
            return Ask::Find { room, user, draft };
        }
        let content = match saying {
            _ if self.next.refusals >= REFUSALS => content::stand_in(draft),
            Saying::Content(content) => content,
            Saying::File(file) => match &self.next.file {
                Some(mxc) => content::file(due, &file, mxc.as_deref()),
                None => {
                    return Ask::Upload { user, file: file.id, name: file.name, media_type: file.media_type };
                }
            },
            Saying::Redaction { event } => {
                // The homeserver keeps the edits of what is taken back, and in them the words.
                let Some(edits) = &self.next.edits else { return Ask::Edits { room, user, event } };
                let user = Speaking { user, has_device };
                if let Some(event) = edits.last().cloned() {
                    let transaction = format!("{draft}-{event}");
                    return Ask::Redact { room, user, event, transaction };
                }
                self.sending = Some(Sending { draft, seq: due.entry.seq });
                return Ask::Redact { room, user, event, transaction: draft.to_string() };
            }
        };
        self.sending = Some(Sending { draft, seq: due.entry.seq });
        let user = Speaking { user, has_device };
        // Its own name: a server that has refused the words might fold these with them.
        let transaction = match self.next.refusals {
            REFUSALS.. => format!("{draft}-stand-in"),
            _ => draft.to_string(),
        };
        Ask::Send { room, user, transaction, content, at: Some(at) }
    }

    pub(super) fn take_answer(
        &mut self,
        now: Millis,
        ask: Ask,
        answer: Result<Answer, Failure>,
        out: &mut Vec<Effect>,
    ) {
        let telling = self.telling.take();
        match answer {
            Ok(answer) => {
                self.failures = 0;
                match (ask, answer) {
                    (Ask::Redact { event, .. }, Answer::Event(_)) if self.is_edit(&event) => {
                        self.next.edits.as_mut().map(Vec::pop);
                    }
                    (Ask::Send { .. } | Ask::Redact { .. }, Answer::Event(event)) => {
                        if let Some(turn) = telling {
                            return self.has_told(turn, out);
                        }
                        self.is_unsure = false;
                        // What came back by a transaction first is done already.
                        if let Some(sent) = self.sending.take() {
                            self.has(sent.draft, event, out);
                        }
                    }
                    (Ask::History { .. }, Answer::History { events, more }) => {
                        self.take_page(now, events, more, out);
                    }
                    (Ask::Find { draft, .. }, Answer::Found(Some(event))) => self.has(draft, event, out),
                    (Ask::Find { .. }, _) => self.next.is_missing = true,
                    (Ask::Edits { .. }, Answer::Edits(edits)) => self.next.edits = Some(edits),
                    (Ask::Upload { .. }, Answer::Uploaded(mxc)) => self.next.file = Some(Some(mxc)),
                    (ask, answer) => self.take_prepared(ask, answer, out),
                }
            }
            Err(Failure::Later { after, .. }) => {
                self.is_unsure = true;
                self.next.is_missing = false;
                self.sending = None;
                self.miss_page();
                self.pause(now, after.unwrap_or(Millis(0)));
            }
            Err(failure) => match ask {
                Ask::Send { .. } if telling.is_some() => {
                    out.push(Effect::Trouble(format!("the room is not told who answers: {failure}")));
                    self.has_told(telling.unwrap_or_default(), out);
                }
                Ask::Redact { event, .. } if self.is_edit(&event) => {
                    out.push(Effect::Trouble(format!("an edit stays: {failure}")));
                    self.next.edits.as_mut().map(Vec::pop);
                }
                Ask::Edits { .. } => {
                    out.push(Effect::Trouble(format!("edits may stay: {failure}")));
                    self.next.edits = Some(Vec::new());
                }
                Ask::Send { .. } | Ask::Redact { .. } => self.take_refusal(now, &failure, out),
                Ask::History { .. } => self.take_no_page(now, &failure, out),
                Ask::Find { .. } => self.next.is_missing = true,
                Ask::Upload { .. } => {
                    out.push(Effect::Trouble(format!("a file goes as a link: {failure}")));
                    self.next.file = Some(None);
                }
                ask => {
                    if !self.take_unprepared(ask, &failure, out) {
                        self.pause(now, Millis::secs(10));
                    }
                }
            },
        }
    }

    /// Whether an event is the edit that is taken back next.
    fn is_edit(&self, event: &str) -> bool {
        self.next.edits.as_ref().and_then(|edits| edits.last()).is_some_and(|edit| edit == event)
    }

    /// The room has the draft.
    pub(super) fn has(&mut self, draft: DraftId, event: String, out: &mut Vec<Effect>) {
        self.sending.take_if(|sending| sending.draft == draft);
        let is_next = |due: &Due| due.entry.draft_id == draft;
        let seq = self.due.front().filter(|due| is_next(due)).map(|due| due.entry.seq);
        if let Some(seq) = seq {
            self.due.pop_front();
            self.handed = self.handed.max(seq);
            self.is_typing = false;
        }
        out.push(Effect::Handed(Handed { draft, seq, names: vec![event], cursor: None }));
    }

    /// The server did not take it: another time, and if it never does, the room is told what is missing.
    fn take_refusal(&mut self, now: Millis, failure: &Failure, out: &mut Vec<Effect>) {
        let Some(sent) = self.sending.take() else { return };
        self.next.refusals += 1;
        // Most often somebody is not in the room any more.
        self.members = None;
        if self.next.refusals == REFUSALS {
            out.push(Effect::Trouble(format!("entry {} is refused: {failure}", sent.seq.0)));
        }
        if self.next.refusals > REFUSALS {
            // Not even a word about it.
            self.next.refusals = 0;
            self.pause(now, REST);
        }
    }

    pub(super) fn tell_typing(&mut self, is_typing: bool, out: &mut Vec<Effect>) {
        if let Some(room) = &self.room
            && self.is_typing != is_typing
        {
            out.push(Effect::Tell(Ask::Typing { room: room.clone(), user: self.visitor(), is_typing }));
            self.is_typing = is_typing;
        }
    }

    pub(super) fn tell_seen(&self, event: String, out: &mut Vec<Effect>) {
        if let Some(room) = &self.room {
            out.push(Effect::Tell(Ask::Receipt { room: room.clone(), user: self.visitor(), event }));
        }
    }
}
