//! Reading the archive from the last name on (XEP-0313), page by page (XEP-0059).

use tieline_protocol::Millis;

use super::{Effect, PATIENCE, Room, Stage};
use crate::{element::Element, heard::Message, ns, stanza};

/// Messages of one page.
const PAGE: u32 = 50;

impl Room {
    /// Asks for what was said since.
    pub(super) fn catch_up(&mut self, now: Millis, out: &mut Vec<Effect>) {
        let query = self.question("archive");
        let mut page =
            Element::new("set", ns::RSM).child(Element::new("max", ns::RSM).text_of(&PAGE.to_string()));
        if let Some(cursor) = &self.cursor {
            page = page.child(Element::new("after", ns::RSM).text_of(cursor));
        }
        let payload = Element::new("query", ns::MAM).with("queryid", &query).child(page);
        out.push(Effect::Send(stanza::iq("set", &query, &self.service.address, &self.address, payload)));
        self.stage = Stage::CatchingUp { query };
        self.deadline = Some(now + PATIENCE);
    }

    /// A message of the page.
    pub(super) fn take_archived(&mut self, query: &str, message: Message, out: &mut Vec<Effect>) {
        if !matches!(&self.stage, Stage::CatchingUp { query: own } if own == query) {
            return;
        }
        if let Some(stanza_id) = &message.stanza_id {
            self.read_back.insert(stanza_id.clone());
        }
        self.take_message(message, out);
    }

    /// The page is whole.
    pub(super) fn take_page(
        &mut self,
        now: Millis,
        outcome: Result<Option<Element>, String>,
        out: &mut Vec<Effect>,
    ) {
        match outcome {
            Ok(end) => {
                let end = end.filter(|end| end.is("fin", ns::MAM));
                let is_whole = end.as_ref().is_none_or(|end| end.attribute("complete") == Some("true"));
                let last = end.as_ref().and_then(|end| end.find("set", ns::RSM)?.find("last", ns::RSM));
                if let Some(last) = last.map(Element::text).filter(|last| !last.is_empty()) {
                    self.cursor = Some(last);
                    if !is_whole {
                        return self.catch_up(now, out);
                    }
                }
            }
            // The archive has forgotten that message: it keeps for a time only. From its beginning, then; what the log has
            // is not taken twice.
            Err(why) if why == "item-not-found" && self.cursor.is_some() => {
                self.cursor = None;
                return self.catch_up(now, out);
            }
            Err(why) => {
                if !self.is_archive_told {
                    self.is_archive_told = true;
                    out.push(Effect::Trouble(format!(
                        "{} has no archive ({why}): what is written while the gateway is down is lost",
                        self.address
                    )));
                }
            }
        }
        self.stage = Stage::Live;
        self.deadline = None;
        for message in std::mem::take(&mut self.held) {
            self.take_live(message, out);
        }
    }

    /// Something that is said now. While the archive is being read it waits, so that the order stays the room's.
    pub(super) fn take_live(&mut self, message: Message, out: &mut Vec<Effect>) {
        match self.stage {
            Stage::Live => {
                // The archive had it already.
                let is_read_back = message.stanza_id.as_ref().is_some_and(|id| self.read_back.remove(id));
                if !is_read_back {
                    self.take_message(message, out);
                }
            }
            Stage::Out | Stage::Left => {}
            _ => self.held.push(message),
        }
    }
}
