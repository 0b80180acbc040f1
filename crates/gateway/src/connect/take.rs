//! What an account of another platform says becomes an entry, by the same permits as everybody's.
//!
//! The draft's id is made of the platform's own name for the words. So what is heard twice, live and from an archive, or again after
//! a crash, is the same draft, and the log folds it as it folds a retry of the widget.

use std::sync::Arc;

use aws_lc_rs::digest;
use tieline_connector::{Heard, Platform, Refused, Said, Taken, Trouble, card};
use tieline_protocol::{
    Body, DraftId, Item, SessionId,
    client::{Cursor, Draft},
};
use tieline_relay::{Denial, Facts, Permit, Post, Principal, authorise};
use tokio::sync::oneshot;

use super::{GatewayHost, files::NoFile};
use crate::{
    clock,
    files::FileError,
    log::{Appended, LogError, note_cursor, note_names},
};

/// The draft of something that was heard: a UUIDv8 (RFC 9562, 5.8) of its name there.
fn draft_id_of(platform: Platform, session: SessionId, name: &str) -> DraftId {
    let text = format!("{}\n{session}\n{name}", platform.name());
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    let mut bytes = [0; 16];
    for (byte, hashed) in bytes.iter_mut().zip(hash.as_ref()) {
        *byte = *hashed;
    }
    DraftId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// What comes of something that was heard.
enum Wanted {
    /// It is said, perhaps in answer to something.
    Said(Body, Option<DraftId>),
    /// There is nothing to say.
    Nothing,
    /// It cannot be said, for a reason that whoever said it is told.
    Refused(String),
}

impl GatewayHost {
    pub(super) async fn take_heard(&self, heard: Heard) -> Result<Taken, Trouble> {
        let Some(principal) = self.principal(&heard.account).await? else {
            self.pass_over(&heard).await?;
            return Ok(refused("This account does not answer for the shop here, so it was not sent."));
        };
        let Some(name) = heard.names.first() else { return Ok(Taken::Nothing) };
        let draft_id = draft_id_of(self.platform, heard.session, name);
        if let Said::Assign(whom) = heard.said {
            let (session, cursor) = (heard.session, heard.cursor);
            return self.take_assign(&principal, (session, draft_id), &whom, cursor).await;
        }
        let (body, reply_to) = match self.body_of(&principal, draft_id, &heard).await? {
            Wanted::Said(body, reply_to) => (body, reply_to),
            Wanted::Nothing => {
                self.pass_over(&heard).await?;
                return Ok(Taken::Nothing);
            }
            Wanted::Refused(why) => {
                self.pass_over(&heard).await?;
                return Ok(refused(&why));
            }
        };
        let draft = Draft { session: heard.session, draft_id, reply_to, body };
        // A file's card and a signed product are the gateway's own word here: cleaning would take them for somebody's claim.
        let post = match draft.body {
            Body::File { .. } | Body::Item { item: Item { verified: true, .. } } => {
                Ok(Post { session: draft.session, draft_id, reply_to: draft.reply_to, body: draft.body })
            }
            _ => Post::try_from(draft),
        };
        let permit = match post {
            Ok(post) => self.permit(&principal, post).await?,
            Err(denial) => Err(denial),
        };
        match permit {
            Ok((permit, facts)) => self.append(&principal, permit, facts, heard).await,
            Err(denial) => {
                self.pass_over(&heard).await?;
                Ok(refused(why(denial)))
            }
        }
    }

    /// Nothing of it comes into the log; it is behind us all the same.
    async fn pass_over(&self, heard: &Heard) -> Result<(), Trouble> {
        self.move_on(heard.session, heard.cursor.clone()).await
    }

    /// The platform was read up to there.
    pub(super) async fn move_on(&self, session: SessionId, cursor: Option<String>) -> Result<(), Trouble> {
        match cursor {
            Some(cursor) => {
                let noted = self.state.log.note_cursor(self.platform, session, cursor).await;
                noted.map_err(|error| self.trouble(&error))
            }
            None => Ok(()),
        }
    }

    /// What is said, in the log's terms.
    async fn body_of(
        &self,
        principal: &Principal,
        draft_id: DraftId,
        heard: &Heard,
    ) -> Result<Wanted, Trouble> {
        let find = async |names: &Vec<String>| {
            let known = self.state.log.find_named(self.platform, heard.session, names.clone()).await;
            known.map(|known| known.map(|known| known.draft)).map_err(|error| self.trouble(&error))
        };
        Ok(match &heard.said {
            Said::Text { text, answers } => {
                Wanted::Said(Body::Text { text: text.clone() }, find(answers).await?)
            }
            Said::Edit { of, text } => match find(of).await? {
                Some(target) => Wanted::Said(Body::Edit { target, text: text.clone() }, None),
                // Better said twice than never.
                None => Wanted::Said(Body::Text { text: text.clone() }, None),
            },
            Said::Retract { of } => match find(of).await? {
                Some(target) => Wanted::Said(Body::Retract { target }, None),
                None => Wanted::Nothing,
            },
            Said::File { url, name } => {
                let place = (heard.session, draft_id);
                match self.fetcher.give(&self.state, principal, place, url, name.as_deref()).await {
                    Ok(file) => Wanted::Said(Body::File { file }, None),
                    // A look at the disk or the store may go better another time; the rest will not.
                    Err(NoFile::Refused(FileError::Store(error))) => return Err(self.trouble(&error)),
                    Err(why) => {
                        tracing::info!(session.id = %heard.session, why = %why, "a shared file is not taken");
                        self.as_link(url, name.as_deref())
                    }
                }
            }
            Said::Card(card) => match self.find_card(heard.session, card).await? {
                Ok(item) => Wanted::Said(Body::Item { item }, None),
                Err(why) => Wanted::Refused(why),
            },
            Said::Close => Wanted::Said(Body::Closed, None),
            // No line of the log: taken before.
            Said::Nothing | Said::Assign(_) => Wanted::Nothing,
        })
    }

    /// A file that cannot be had is a link, where the visitor could open that.
    fn as_link(&self, url: &str, name: Option<&str>) -> Wanted {
        if !self.fetcher.is_open(url) {
            return Wanted::Refused("This file cannot be passed on here: it was not sent.".to_owned());
        }
        let text = name.map_or_else(|| url.to_owned(), |name| format!("{name}\n{url}"));
        Wanted::Said(Body::Text { text }, None)
    }

    async fn permit(
        &self,
        principal: &Principal,
        post: Post,
    ) -> Result<Result<(Permit<Post>, Arc<Facts>), Denial>, Trouble> {
        let facts = self.state.log.load_facts_for_change(&post, principal.party, clock::now()).await;
        let Some(facts) = facts.map_err(|error| self.trouble(&error))? else {
            return Ok(Err(Denial::NoSuchSession));
        };
        Ok(authorise(clock::now(), principal, facts.as_ref(), post).map(|permit| (permit, facts)))
    }

    async fn append(
        &self,
        principal: &Principal,
        permit: Permit<Post>,
        facts: Arc<Facts>,
        heard: Heard,
    ) -> Result<Taken, Trouble> {
        let (done, outcome) = oneshot::channel();
        let audience = Arc::clone(&facts);
        let (platform, session, state) = (self.platform, heard.session, self.state.clone());
        let also = Box::new(move |db: &rusqlite::Transaction<'_>, appended: &Appended| {
            note_names(db, platform, session, appended.entry.seq, &heard.names)?;
            match &heard.cursor {
                Some(cursor) => note_cursor(db, platform, session, cursor),
                None => Ok(()),
            }
        });
        self.state.log.append_with(permit, principal.author(), clock::now(), also, move |appended| {
            if let Ok(Appended { entry, is_duplicate: false, .. }) = &appended {
                state.metrics.carried(platform.name(), "in").inc();
                state.publish(&audience, entry.clone(), None);
            }
            // Whoever waited may have been stopped.
            let _ = done.send(appended.map(|appended| appended.entry.seq));
        });
        match outcome.await {
            Ok(Ok(seq)) => {
                // Whoever answers has read what they answer.
                self.move_cursor(principal, facts, Cursor { session, delivered: seq, read: seq });
                Ok(Taken::Entry(seq))
            }
            Ok(Err(LogError::Store(error))) => Err(self.trouble(&error)),
            Ok(Err(LogError::NoSuchWords)) => Ok(refused(why(Denial::NoSuchWords))),
            Ok(Err(LogError::NoSuchSession)) => Ok(refused(why(Denial::NoSuchSession))),
            // Heard before, when it could be told better: a file that has since gone is a link now. What stands, stands.
            Ok(Err(LogError::Conflict)) => Ok(Taken::Nothing),
            Err(_) => Err(Trouble("the store has stopped".to_owned())),
        }
    }
}

pub(super) fn refused(why: &str) -> Taken {
    Taken::Refused(Refused(why.to_owned()))
}

/// A sentence for whoever said it, in their own client.
pub(super) fn why(denial: Denial) -> &'static str {
    match denial {
        Denial::Ended => "The session is over: this was not sent.",
        Denial::NoSuchWords => "Only your own messages can be changed, and this one is not there any more.",
        Denial::TooLate => "It is too late to change this message: the visitor keeps the old one.",
        Denial::TooLarge { .. } => "Too long: this was not sent. Say it in several messages.",
        Denial::Empty => "There was nothing to read in it: this was not sent.",
        Denial::NoSuchAgent => "Nobody by that name answers here.",
        // Only what was made by hand can be so.
        Denial::Malformed { .. } => card::USAGE,
        Denial::NotGranted => "The shop has not switched this on: it was not sent.",
        _ => "The gateway does not take this here: it was not sent.",
    }
}
