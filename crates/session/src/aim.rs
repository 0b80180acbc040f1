//! What the words to come are about: an answer to certain words, or one's own words said otherwise.
//!
//! An aim is kept with its chat and never on the disk: what is typed outlives a reload, what it was about does not. An aim whose
//! words are gone is none.

use tieline_protocol::{Body, DraftId, Entry};

use crate::{
    changes::Standing,
    chat::Chat,
    input::Aim,
    outbox::Stage,
    screen::{Aimed, Quote},
    thread::{Reader, quote_of},
};

/// The aim of a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Aiming {
    Reply(DraftId),
    /// `text` is what the composer begins with.
    Edit {
        target: DraftId,
        text: String,
    },
}

/// What becomes of the words that are said now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Say {
        reply_to: Option<DraftId>,
    },
    Edit {
        target: DraftId,
    },
    /// They are what stands there already.
    Nothing,
}

impl Chat {
    /// Takes aim. What cannot be aimed at leaves the composer as it is.
    pub(crate) fn take_aim(&mut self, aim: Option<Aim>, reader: &Reader) {
        self.aim = aim.and_then(|aim| match aim {
            Aim::Reply(target) => {
                let entry = self.timeline.find_words(target)?;
                let may_reply = reader.ways(self, entry).reply;
                may_reply.then_some(Aiming::Reply(target))
            }
            Aim::Edit(target) => {
                let own = |entry: &&Entry| entry.draft_id == target && reader.ways(self, entry).edit;
                self.edit_of(self.timeline.entries().find(own)?)
            }
            Aim::EditNewest => {
                let own = |entry: &&Entry| reader.ways(self, entry).edit;
                self.edit_of(self.timeline.entries().rev().find(own)?)
            }
        });
    }

    /// The aim, while its words stand.
    pub(crate) fn aimed(&self, reader: &Reader) -> Option<Aimed> {
        match self.aim.as_ref()? {
            Aiming::Reply(target) => {
                let quote: Quote = quote_of(self, *target, reader)?;
                Some(Aimed::Reply(quote))
            }
            Aiming::Edit { target, text } => {
                self.stands(*target).then(|| Aimed::Edit { key: *target, text: text.clone() })
            }
        }
    }

    /// What words that are said now are for. The aim is used up by it.
    pub(crate) fn use_aim(&mut self, text: &str) -> Purpose {
        match self.aim.take() {
            Some(Aiming::Reply(target)) if self.stands(target) => Purpose::Say { reply_to: Some(target) },
            Some(Aiming::Edit { target, .. }) if self.stands(target) => {
                let is_same = self.words_of(target).is_some_and(|words| words.trim() == text);
                if is_same { Purpose::Nothing } else { Purpose::Edit { target } }
            }
            _ => Purpose::Say { reply_to: None },
        }
    }

    /// Takes out drafts that were to change what is gone by now, once they are refused: nobody has to be told.
    pub(crate) fn drop_void_changes(&mut self) -> Vec<DraftId> {
        let is_void = |target: DraftId| self.timeline.find_words(target).is_some() && !self.stands(target);
        let void: Vec<DraftId> = self
            .outbox
            .rows()
            .filter(|row| {
                matches!(row.stage, Stage::Failed(_)) && row.record.body.target().is_some_and(is_void)
            })
            .map(|row| row.record.draft_id)
            .collect();
        void.iter().for_each(|draft_id| drop(self.outbox.discard(*draft_id)));
        void
    }

    fn edit_of(&self, entry: &Entry) -> Option<Aiming> {
        let text = self.words_of(entry.draft_id)?;
        Some(Aiming::Edit { target: entry.draft_id, text })
    }

    /// The text that stands under a name of this side, with what is on its way there.
    fn words_of(&self, target: DraftId) -> Option<String> {
        let on_the_way = self.outbox.rows().rev().find_map(|row| match &row.record.body {
            Body::Edit { target: changed, text } if *changed == target => Some(text.clone()),
            _ => None,
        });
        on_the_way.or_else(|| {
            let own = |entry: &&Entry| entry.draft_id == target && self.is_mine(entry);
            match self.timeline.standing(self.timeline.entries().find(own)?) {
                Standing::AsSaid(Body::Text { text }) => Some(text.clone()),
                Standing::Otherwise(text) => Some(text.to_owned()),
                _ => None,
            }
        })
    }

    fn stands(&self, target: DraftId) -> bool {
        let words = self.timeline.find_words(target);
        words.is_some_and(|words| self.timeline.standing(words) != Standing::Gone)
    }
}
