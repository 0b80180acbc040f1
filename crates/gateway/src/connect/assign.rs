//! `/assign` in a room: the same wish as the desk's control, by the same permit.

use tieline_connector::{
    Taken, Trouble,
    command::Whom,
    whom::{self, Candidate, Found},
};
use tieline_protocol::{DraftId, PartyId, SessionId};
use tieline_relay::{Assign, AssignFacts, Denial, Principal, authorise};

use super::{
    GatewayHost,
    take::{refused, why},
};
use crate::{
    clock,
    log::{Colleague, LogError, Settled, note_cursor},
};

impl GatewayHost {
    /// The wish stands or falls with the platform's cursor. Heard again under its name it changes nothing, whatever was wished
    /// since.
    pub(super) async fn take_assign(
        &self,
        principal: &Principal,
        (session, draft_id): (SessionId, DraftId),
        whom: &Whom,
        cursor: Option<String>,
    ) -> Result<Taken, Trouble> {
        let facts = self.state.log.load_facts(session, clock::now()).await;
        let Some(facts) = facts.map_err(|error| self.trouble(&error))? else {
            return Ok(refused(why(Denial::NoSuchSession)));
        };
        let colleagues = self.state.log.colleagues(facts.desk.clone()).await;
        let colleagues = colleagues.map_err(|error| self.trouble(&error))?;
        let to = match target(principal, whom, &colleagues) {
            Ok(to) => to,
            Err(sentence) => {
                self.move_on(session, cursor).await?;
                return Ok(refused(&sentence));
            }
        };
        let agents = colleagues.iter().map(|colleague| colleague.id).collect();
        let facts = AssignFacts { session: facts, agents };
        let permit = match authorise(clock::now(), principal, &facts, Assign { session, draft_id, to }) {
            Ok(permit) => permit,
            Err(denial) => {
                self.move_on(session, cursor).await?;
                return Ok(refused(why(denial)));
            }
        };
        let platform = self.platform;
        let beside = Box::new(move |db: &rusqlite::Transaction<'_>| match &cursor {
            Some(cursor) => note_cursor(db, platform, session, cursor),
            None => Ok(()),
        });
        match self.state.log.assign_with(permit, clock::now(), beside).await {
            Ok((assignment, Settled::Changed)) => {
                // The rooms say it to all, also to whoever wrote it.
                self.state.publish_assigned(&facts.session, assignment, None);
                Ok(Taken::Nothing)
            }
            Ok((_, Settled::Duplicate)) => Ok(Taken::Nothing),
            Ok((assignment, Settled::AsBefore)) => Ok(refused(&match assignment.to {
                Some(to) => format!("{} answers this session already.", to.name.unwrap_or_default()),
                None => "Nobody in particular answers this session already.".to_owned(),
            })),
            Err(LogError::Store(error)) => Err(self.trouble(&error)),
            Err(_) => Ok(refused(why(Denial::NoSuchSession))),
        }
    }
}

/// Who is meant, or what to say where that is not clear.
fn target(principal: &Principal, whom: &Whom, colleagues: &[Colleague]) -> Result<Option<PartyId>, String> {
    let name = match whom {
        Whom::Me => return Ok(Some(principal.party)),
        Whom::Nobody => return Ok(None),
        Whom::Called(name) => name,
    };
    let candidates: Vec<_> = colleagues
        .iter()
        .map(|colleague| Candidate { outer_name: &colleague.outer_name, name: &colleague.name })
        .collect();
    match whom::find(name, &candidates) {
        Found::One(place) => Ok(colleagues.get(place).map(|colleague| colleague.id)),
        Found::Several(names) => Err(format!("Who is meant? Write one of: {}.", names.join(", "))),
        Found::None => {
            let names: Vec<_> = candidates.iter().map(Candidate::in_full).collect();
            Err(format!("Nobody here is called {name}. These answer: {}.", names.join(", ")))
        }
    }
}
