//! Files: given by the person, put to the gateway, then said like words.

use tieline_protocol::{
    Body, Capability, DraftId, ErrorCode, FileCard, FileId, Millis, Retry,
    file::{Ticket, capability_of, types_of},
};

use super::End;
use crate::{
    alarm::Alarm,
    chat::ChatKey,
    effect::{Effect, Record},
    input::{Attached, NoUpload},
    screen::{Accepts, Failure},
};

/// Shortest pause before a file is tried again.
const SHORTEST_PAUSE: Millis = Millis(500);
/// What stands for a kind of file, in the order in which a dialog names them.
const KINDS: [Capability; 3] = [Capability::Image, Capability::File, Capability::Voice];

impl End {
    /// What files can be given here.
    pub(crate) fn accepts(&self) -> Accepts {
        let granted = |capability| self.file_bytes > 0 && self.grants(capability) == Some(true);
        Accepts {
            types: KINDS.into_iter().filter(|kind| granted(*kind)).flat_map(types_of).collect(),
            bytes: self.file_bytes,
        }
    }

    /// Takes a file into a chat's outbox. What the gateway would refuse is told at once.
    pub(crate) fn attach(
        &mut self,
        now: Millis,
        key: ChatKey,
        draft_id: DraftId,
        file: Attached,
        out: &mut Vec<Effect>,
    ) {
        let owner = self.proof.owner().clone();
        let refusal = self.refusal_of(&file);
        let is_new = !self.chats.iter().any(|chat| chat.outbox.holds(draft_id));
        let Some(chat) = self.chat_mut(key).filter(|_| is_new) else { return };
        let Some(place) = chat.place() else { return };
        let card = FileCard {
            // Until the gateway has one for it.
            id: FileId(draft_id.0),
            name: file.name,
            media_type: file.media_type,
            size: file.size,
            width: file.width,
            height: file.height,
        };
        let sha256 = Some(file.sha256);
        let record = Record {
            draft_id,
            place,
            reply_to: None,
            body: Body::File { file: card },
            made_at: now,
            owner,
            sha256,
        };
        match refusal {
            Some(why) => chat.outbox.push_failed(record, why),
            None => {
                out.push(Effect::Save(record.clone()));
                chat.outbox.push_saving(record, now);
            }
        }
    }

    /// Why the gateway would not take it. While nothing is known of that, it decides itself.
    fn refusal_of(&self, file: &Attached) -> Option<Failure> {
        let Some(capability) = capability_of(&file.media_type) else { return Some(Failure::FileKindDenied) };
        match self.grants(capability) {
            Some(false) => Some(Failure::NotAllowed),
            Some(true) if file.size > u64::from(self.file_bytes) => Some(Failure::FileTooLarge),
            _ if file.sha256.is_empty() => Some(Failure::FileTooLarge),
            _ if file.size == 0 => Some(Failure::FileKindDenied),
            _ => None,
        }
    }

    /// The gateway wants the file, or has it.
    pub(super) fn take_ticket(&mut self, ticket: Ticket, out: &mut Vec<Effect>) {
        let Ticket { draft_id, file, url, token, .. } = ticket;
        if let Some(file) = file {
            return self.uploaded(draft_id, file, out);
        }
        for chat in &mut self.chats {
            if chat.outbox.begin_upload(draft_id) {
                let media_type = chat.outbox.media_type(draft_id);
                out.push(Effect::Upload { draft_id, url, token, media_type });
                return;
            }
        }
    }

    /// It can be said now.
    pub(super) fn uploaded(&mut self, draft_id: DraftId, file: FileCard, out: &mut Vec<Effect>) {
        let mut chats = self.chats.iter_mut();
        if let Some(record) = chats.find_map(|chat| chat.outbox.end_upload(draft_id, file.clone())) {
            // The store must know: after a reload it is said, and not put again.
            out.push(Effect::Save(record.clone()));
        }
    }

    pub(super) fn upload_failed(&mut self, now: Millis, draft_id: DraftId, why: NoUpload) {
        match why {
            // Swept before its bytes came, or its ticket ran out: another is asked for.
            NoUpload::Refused(ErrorCode::NotFound) | NoUpload::Cut => {
                self.put_off_file(now, draft_id, Millis(0));
            }
            NoUpload::Refused(code) => self.refuse_file(now, draft_id, code, Millis(0)),
            NoUpload::Lost => {
                self.chats.iter_mut().for_each(|chat| chat.outbox.fail(draft_id, Failure::FileLost));
            }
        }
    }

    /// The gateway said no, to the announcement or to the bytes.
    pub(super) fn refuse_file(&mut self, now: Millis, draft_id: DraftId, code: ErrorCode, named: Millis) {
        let why = match code {
            ErrorCode::TooLarge => Failure::FileTooLarge,
            ErrorCode::TypeDenied => Failure::FileKindDenied,
            // A share does not grow by waiting.
            ErrorCode::Quota => Failure::NoRoom,
            ErrorCode::Forbidden | ErrorCode::Unsupported | ErrorCode::ChannelClosed => Failure::NotAllowed,
            ErrorCode::SessionClosed => Failure::SessionEnded,
            code if code.retry() != Retry::Never => return self.put_off_file(now, draft_id, named),
            _ => Failure::Refused,
        };
        self.chats.iter_mut().for_each(|chat| chat.outbox.fail(draft_id, why));
    }

    fn put_off_file(&mut self, now: Millis, draft_id: DraftId, named: Millis) {
        for chat in &mut self.chats {
            if chat.outbox.holds(draft_id) {
                let pause = self.link.pause_after(chat.outbox.tries(draft_id)).max(named).max(SHORTEST_PAUSE);
                chat.outbox.put_off(draft_id, Alarm::after(now, pause));
            }
        }
    }
}
