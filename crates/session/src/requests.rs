//! Questions on the wire of one connection, each with the moment at which no answer is an answer.

use tieline_protocol::{ClientFrame, DraftId, Millis, Outgoing, RequestId};

use crate::{
    alarm::{Alarm, earlier},
    chat::ChatKey,
    effect::Effect,
    timeline::Stretch,
};

/// An answer that takes longer does not come.
const ANSWER_LIMIT: Millis = Millis::secs(10);
/// A gap that is not mended by then means that the connection lies.
const GAP_LIMIT: Millis = Millis::secs(2);

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// To open the chat's session.
    Open(ChatKey),
    /// To take a draft.
    Send(ChatKey, DraftId),
    /// For a ticket for a draft's file.
    Upload(ChatKey, DraftId),
    /// Where files of a chat can be read.
    Links(ChatKey),
    /// For a stretch of the chat's log.
    History(ChatKey, Stretch),
    /// The same, because a push was lost.
    Gap(ChatKey),
    /// For sessions.
    List,
    /// To believe a fresh proof.
    Renewal,
}

#[derive(Clone, Copy, Debug)]
struct Request {
    id: RequestId,
    asked: Asked,
    limit: Alarm,
}

/// The open questions.
#[derive(Debug)]
pub(crate) struct Requests {
    last: u32,
    open: Vec<Request>,
}

/// What counts within one end's range of ids; the bits above name the range.
const ID_BITS: u32 = (1 << 20) - 1;

impl Requests {
    pub(crate) fn new(base: u32) -> Self {
        Self { last: base & !ID_BITS, open: Vec::new() }
    }

    /// Puts a question on the wire.
    pub(crate) fn ask(&mut self, now: Millis, asked: Asked, frame: ClientFrame, out: &mut Vec<Effect>) {
        let limit = match asked {
            Asked::Gap(_) => GAP_LIMIT,
            _ => ANSWER_LIMIT,
        };
        let id = self.fresh();
        self.open.push(Request { id, asked, limit: Alarm::after(now, limit) });
        out.push(Effect::Send(Outgoing { id: Some(id), frame }));
    }

    /// An id for a question that the link itself waits for.
    pub(crate) fn fresh(&mut self) -> RequestId {
        self.last = self.last & !ID_BITS | self.last.wrapping_add(1) & ID_BITS;
        RequestId(self.last)
    }

    /// The question that an answer belongs to; it is open no longer.
    pub(crate) fn answered(&mut self, id: Option<RequestId>) -> Option<Asked> {
        let place = self.open.iter().position(|request| Some(request.id) == id)?;
        Some(self.open.remove(place).asked)
    }

    /// The questions that wait in vain by now.
    pub(crate) fn overdue(&mut self, now: Millis) -> Vec<Asked> {
        let overdue = self
            .open
            .iter()
            .filter(|request| request.limit.is_due(now))
            .map(|request| request.asked)
            .collect();
        self.open.retain(|request| !request.limit.is_due(now));
        overdue
    }

    pub(crate) fn is_open(&self, wanted: impl Fn(Asked) -> bool) -> bool {
        self.open.iter().any(|request| wanted(request.asked))
    }

    /// The connection is gone, and with it every answer. Ids go on, so that a late answer never meets a new question.
    pub(crate) fn drop_all(&mut self) {
        self.open.clear();
    }

    pub(crate) fn next_wake(&self) -> Option<Millis> {
        self.open.iter().map(|request| Some(request.limit.due_at())).fold(None, earlier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_stay_within_their_range() {
        let mut requests = Requests::new(0xabc1_2345);
        assert_eq!(requests.fresh(), RequestId(0xabc0_0001), "the base gives the upper bits only");
        requests.last |= ID_BITS;
        assert_eq!(requests.fresh(), RequestId(0xabc0_0000));
    }
}
