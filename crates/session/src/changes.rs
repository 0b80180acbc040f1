//! What became of words after they were said: said otherwise, or taken back.
//!
//! A change names the words by the draft id under which they were first said, so it can be here before them: they may stand on
//! a page of history that nobody has turned to yet. Only whoever said the words can change them; the gateway sees to that, and
//! another speaker's change of the same name is not found here.

use tieline_protocol::{Author, Body, DraftId, Entry, PartyId, Seq};

/// How words stand now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing<'a> {
    /// As they were said.
    AsSaid(&'a Body),
    /// As this text.
    Otherwise(&'a str),
    /// Not any more.
    Gone,
}

/// The changes in one copy of a log.
#[derive(Clone, Debug, Default)]
pub(crate) struct Changes {
    /// In the order of their names.
    known: Vec<Change>,
}

#[derive(Clone, Debug)]
struct Change {
    name: Name,
    /// The newest edit.
    edit: Option<(Seq, String)>,
    /// The first time that they were taken back.
    taken_back: Option<Seq>,
}

/// Whose words, under which name. A visitor is one person under any id.
type Name = (DraftId, Option<PartyId>);

fn name_of(draft_id: DraftId, from: &Author) -> Name {
    (draft_id, (!from.role.is_visiting()).then_some(from.id))
}

impl Changes {
    /// Learns what a line changes. In any order: of two edits the later one in the log counts, and nothing undoes a retraction.
    pub(crate) fn note(&mut self, entry: &Entry) {
        let Some(target) = entry.body.target() else { return };
        let name = name_of(target, &entry.from);
        let place = match self.known.binary_search_by_key(&name, |change| change.name) {
            Ok(place) => place,
            Err(place) => {
                self.known.insert(place, Change { name, edit: None, taken_back: None });
                place
            }
        };
        let Some(change) = self.known.get_mut(place) else { return };
        match &entry.body {
            Body::Edit { text, .. } => {
                if change.edit.as_ref().is_none_or(|(seq, _)| *seq < entry.seq) {
                    change.edit = Some((entry.seq, text.clone()));
                }
            }
            _ => change.taken_back = Some(change.taken_back.map_or(entry.seq, |seq| seq.min(entry.seq))),
        }
    }

    /// How the words of a line stand.
    pub(crate) fn standing<'a>(&'a self, entry: &'a Entry) -> Standing<'a> {
        let change = self.find(entry);
        if entry.body == Body::Retracted || change.is_some_and(|change| change.taken_back.is_some()) {
            return Standing::Gone;
        }
        match (&entry.body, change.and_then(|change| change.edit.as_ref())) {
            (Body::Text { .. }, Some((_, text))) => Standing::Otherwise(text),
            (body, _) => Standing::AsSaid(body),
        }
    }

    /// Whether a line said something when the log ended at `last`.
    pub(crate) fn was_said(&self, entry: &Entry, last: Seq) -> bool {
        let taken_back = self.find(entry).and_then(|change| change.taken_back);
        match taken_back {
            Some(seq) => entry.body.target().is_none() && seq > last,
            None => entry.body.is_said(),
        }
    }

    fn find(&self, entry: &Entry) -> Option<&Change> {
        let name = name_of(entry.draft_id, &entry.from);
        let place = self.known.binary_search_by_key(&name, |change| change.name).ok()?;
        self.known.get(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{AGENT, VISITOR, edit, entry, line, retract, text};

    #[test]
    fn the_last_change_in_the_log_counts_in_whatever_order_it_becomes_known() {
        let words = entry(1, VISITOR);
        for (lines, expected) in [
            (vec![], Standing::AsSaid(&words.body)),
            (vec![(2, VISITOR, edit(1, "b"))], Standing::Otherwise("b")),
            (vec![(2, VISITOR, edit(1, "b")), (3, VISITOR, edit(1, "c"))], Standing::Otherwise("c")),
            (vec![(3, VISITOR, edit(1, "c")), (2, VISITOR, edit(1, "b"))], Standing::Otherwise("c")),
            (vec![(3, VISITOR, retract(1)), (2, VISITOR, edit(1, "b"))], Standing::Gone),
            (vec![(2, VISITOR, retract(1)), (3, VISITOR, edit(1, "b"))], Standing::Gone),
            (vec![(2, AGENT, edit(1, "b")), (3, AGENT, retract(1))], Standing::AsSaid(&words.body)),
            (vec![(2, VISITOR, edit(7, "b"))], Standing::AsSaid(&words.body)),
        ] {
            let mut changes = Changes::default();
            for (seq, from, body) in &lines {
                changes.note(&line(*seq, *from, body.clone()));
            }
            assert_eq!(changes.standing(&words), expected, "{lines:?}");
        }
    }

    #[test]
    fn only_a_text_can_be_said_otherwise_and_what_the_gateway_took_out_is_gone() {
        let mut changes = Changes::default();
        changes.note(&line(2, AGENT, edit(1, "b")));
        let choices = line(1, AGENT, Body::Choices { text: "?".into(), options: vec!["Yes".into()] });
        assert_eq!(changes.standing(&choices), Standing::AsSaid(&choices.body));
        assert_eq!(changes.standing(&line(5, AGENT, Body::Retracted)), Standing::Gone);
    }

    #[test]
    fn whether_something_was_said_depends_on_when_one_asks() {
        let mut changes = Changes::default();
        changes.note(&line(5, VISITOR, retract(1)));
        let blank = line(1, VISITOR, Body::Retracted);
        assert!(changes.was_said(&blank, Seq(4)) && !changes.was_said(&blank, Seq(5)));
        assert!(!changes.was_said(&line(2, VISITOR, Body::Retracted), Seq(4)), "taken back before that");
        assert!(changes.was_said(&line(3, VISITOR, text("x")), Seq(4)));
        assert!(!changes.was_said(&line(4, VISITOR, edit(1, "x")), Seq(4)));
    }
}
