//! A ticket for exactly these bytes.
//!
//! The row is written first: what was promised counts against the shares, so that a thousand tickets are no way around them.

use serde::{Deserialize, Serialize};
use tieline_protocol::{ChannelId, DraftId, FileCard, FileId, Millis, PartyId, SessionId, file::Ticket};
use tieline_relay::{Permit, Upload};

use super::{FileError, Files, rows};
use crate::{
    auth::{master_key::Purpose, secret, signed::Claims},
    store::StoreError,
};

/// How long bytes may be on their way.
pub(super) const TICKET_LIFE: Millis = Millis::minutes(15);

/// What a ticket says. Which bytes, the row knows.
#[derive(Serialize, Deserialize)]
pub(crate) struct TicketClaims {
    pub(super) file: FileId,
    until: Millis,
}

impl Claims for TicketClaims {
    const PURPOSE: Purpose = Purpose::Upload;

    fn expires_at(&self) -> Option<Millis> {
        Some(self.until)
    }
}

/// What became of the announcement within the transaction.
enum Outcome {
    Announced(FileId),
    Here(Box<rows::FileRow>),
    Refused(FileError),
}

impl Files {
    /// The ticket for what is announced. Announced twice, it is one file.
    ///
    /// # Errors
    /// When it is too large, a share is used up, or the draft id stands for another file.
    pub(crate) async fn offer(
        &self,
        permit: Permit<Upload>,
        channel: ChannelId,
        now: Millis,
    ) -> Result<Ticket, FileError> {
        let (upload, party) = permit.into_parts();
        let limits = self.inner.limits;
        if upload.size > limits.file {
            return Err(FileError::TooLarge);
        }
        let (session, draft_id) = (upload.session, upload.draft_id);
        let fresh = FileId::at(now, secret::random());
        let outcome = self
            .inner
            .store
            .write(move |db| {
                if let Some(row) = rows::find_given(db, session, party, draft_id)? {
                    if !row.is_of(&upload) {
                        return Ok(Outcome::Refused(FileError::Conflict));
                    }
                    if row.stored.is_some() {
                        return Ok(Outcome::Here(Box::new(row)));
                    }
                    rows::touch(db, row.id, now)?;
                    return Ok(Outcome::Announced(row.id));
                }
                let shares: [(&str, &dyn rusqlite::ToSql, u64, &'static str); 3] = [
                    ("session_id", session.0.as_bytes(), limits.session, "session"),
                    ("party_id", party.0.as_bytes(), limits.party, "party"),
                    ("channel_id", &channel.0, limits.channel, "channel"),
                ];
                for (column, of, most, whose) in shares {
                    if rows::taken(db, column, of)?.saturating_add(upload.size) > most {
                        return Ok(Outcome::Refused(FileError::Share(whose)));
                    }
                }
                rows::insert(db, fresh, &upload, party, &channel, now)?;
                Ok(Outcome::Announced(fresh))
            })
            .await?;
        let (id, file) = match outcome {
            Outcome::Refused(error) => return Err(error),
            Outcome::Announced(id) => (id, None),
            Outcome::Here(row) => (row.id, row.card()),
        };
        Ok(Ticket {
            session,
            draft_id,
            file,
            url: format!("{}/v1/files/{id}", self.inner.origin),
            token: self.inner.tickets.sign(&TicketClaims { file: id, until: now + TICKET_LIFE }),
            expires_in_ms: TICKET_LIFE,
        })
    }

    /// The file that the party gave to the session under that draft id, as it may be said.
    ///
    /// # Errors
    /// When the store cannot answer.
    pub(crate) async fn find_given(
        &self,
        session: SessionId,
        party: PartyId,
        draft_id: DraftId,
    ) -> Result<Option<FileCard>, StoreError> {
        let row = self.inner.store.read(move |db| rows::find_given(db, session, party, draft_id)).await?;
        Ok(row.and_then(|row| row.card()))
    }
}
