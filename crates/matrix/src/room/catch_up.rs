//! Reading the room back to the last event that was taken.

use std::collections::BTreeSet;

use tieline_protocol::Millis;

use super::{Effect, Room};
use crate::{
    ask::{Ask, Failure},
    heard::{Event, Kind},
};

/// Pages that are read at most. Whoever wrote more while the gateway was away is read from there on.
const PAGES: u32 = 50;
/// Events that are remembered as taken.
const REMEMBERED: usize = 256;

/// An event that was brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Held {
    event: Event,
    /// The room was asked since: either it is in what was read, or it never will be.
    is_asked_for: bool,
}

/// How far the room was read back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Reading {
    from: Option<String>,
    /// Newest first.
    events: Vec<Event>,
    pages: u32,
    /// The homeserver was gone once more since it was asked.
    is_void: bool,
}

impl Room {
    /// The room is to be read before anything is believed that is brought from now on.
    pub(super) fn begin_reading(&mut self) {
        if self.room.is_none() {
            return;
        }
        // What is under way may have been answered by the one that died.
        let is_void = matches!(self.asking, Some(Ask::History { .. }));
        self.reading = Some(Reading { is_void, ..Reading::default() });
    }

    /// The next page, if one is to be read.
    pub(super) fn next_page(&mut self) -> Option<Ask> {
        let (room, reading) = (self.room.clone()?, self.reading.as_ref()?);
        if reading.pages == 0 {
            self.held.iter_mut().for_each(|held| held.is_asked_for = true);
        }
        Some(Ask::History { room, user: self.visitor(), from: reading.from.clone() })
    }

    /// A page of it. `more` asks for the one before it in time.
    pub(super) fn take_page(
        &mut self,
        now: Millis,
        events: Vec<Event>,
        more: Option<String>,
        out: &mut Vec<Effect>,
    ) {
        let Some(reading) = &mut self.reading else { return };
        if std::mem::take(&mut reading.is_void) {
            return;
        }
        reading.pages += 1;
        let known = events.iter().position(|event| Some(&event.id) == self.cursor.as_ref());
        let is_from_the_beginning = events.iter().any(|event| event.kind == Kind::Created);
        let is_whole = known.is_some() || is_from_the_beginning || more.is_none() || reading.pages >= PAGES;
        reading.events.extend(events.into_iter().take(known.unwrap_or(usize::MAX)));
        reading.from = more;
        if is_whole {
            let read = std::mem::take(&mut reading.events);
            self.end_reading(now, read, out);
        }
    }

    /// The room cannot be read: what is brought is all that there is.
    pub(super) fn take_no_page(&mut self, now: Millis, failure: &Failure, out: &mut Vec<Effect>) {
        out.push(Effect::Trouble(format!("the room cannot be read back: {failure}")));
        self.end_reading(now, Vec::new(), out);
    }

    /// What was asked is not answered.
    pub(super) fn miss_page(&mut self) {
        if let Some(reading) = &mut self.reading {
            reading.is_void = false;
        }
    }

    fn end_reading(&mut self, now: Millis, read: Vec<Event>, out: &mut Vec<Effect>) {
        self.reading = None;
        let known: BTreeSet<_> = read.iter().map(|event| event.id.clone()).collect();
        self.held.retain(|held| !known.contains(&held.event.id));
        // What was brought since the room was asked is a reason to ask again.
        let (asked_for, later) =
            std::mem::take(&mut self.held).into_iter().partition(|held| held.is_asked_for);
        self.held = later;
        if !self.held.is_empty() {
            self.begin_reading();
        }
        let asked_for: Vec<Held> = asked_for;
        for event in read.into_iter().rev().chain(asked_for.into_iter().map(|held| held.event)) {
            // Who is in the room is told by who is in it now.
            if !matches!(event.kind, Kind::Member { .. } | Kind::Created) {
                self.hear_in_order(now, event, out);
            }
        }
    }

    /// Keeps an event that was brought until the room was read.
    pub(super) fn hold(&mut self, event: Event) {
        if self.is_taken(&event.id) || self.held.iter().any(|held| held.event.id == event.id) {
            return;
        }
        self.held.push(Held { event, is_asked_for: false });
        if self.reading.is_none() {
            self.begin_reading();
        }
    }

    /// Whether an event was taken lately.
    pub(super) fn is_taken(&self, id: &str) -> bool {
        self.taken.iter().any(|taken| taken == id)
    }

    /// Whether an event was taken already, and from now on it was.
    pub(super) fn was_taken(&mut self, id: &str) -> bool {
        if self.is_taken(id) {
            return true;
        }
        self.taken.push_back(id.to_owned());
        if self.taken.len() > REMEMBERED {
            self.taken.pop_front();
        }
        false
    }
}
