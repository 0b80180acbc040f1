//! Somebody says who answers a session, or asks who could.

use std::sync::Arc;

use tieline_connector::Hint;
use tieline_protocol::{
    DeskOnly, RequestId, ServerFrame, SessionId,
    desk::{Agent, Assigned, Assignment, DeskFrame, SessionAgents},
    envelope::json,
};
use tieline_relay::{
    Assign, AssignFacts, Denial, Facts, ListAgents, audience::answering_audience_of, authorise,
};

use super::{Caller, Failure};
use crate::{
    app::AppState,
    auth::account,
    clock,
    fanout::{Announcement, ConnectionId, Fanout},
    log::Settled,
    store::StoreError,
};

pub(super) async fn assign(caller: Arc<Caller>, id: Option<RequestId>, wish: Assign) {
    if let Err(denial) = caller.take_token() {
        return caller.refuse(id, denial.into());
    }
    let (state, session) = (&caller.state, wish.session);
    let facts = match state.load_assign_facts(session).await {
        Ok(Some(facts)) => facts,
        Ok(None) => return caller.refuse(id, Denial::NoSuchSession.into()),
        Err(error) => return caller.refuse(id, error.into()),
    };
    let permit = match authorise(caller.clock.now(), &caller.principal, &facts, wish) {
        Ok(permit) => permit,
        Err(denial) => return caller.refuse(id, denial.into()),
    };
    match state.log.assign(permit, clock::now()).await {
        Ok((assignment, settled)) => {
            caller.reply(id, assigned(session, assignment.clone()));
            if settled == Settled::Changed {
                state.publish_assigned(&facts.session, assignment, Some(caller.outbox.id()));
            }
        }
        Err(error) => caller.refuse_with(id, state.log_failed(&error)),
    }
}

pub(super) async fn agents(caller: Arc<Caller>, id: Option<RequestId>, wish: ListAgents) {
    match list(&caller, wish).await {
        Ok(agents) => {
            let agents = SessionAgents { session: wish.session, agents };
            caller.reply(id, ServerFrame::Desk(DeskOnly::new(DeskFrame::Agents(agents))));
        }
        Err(failure) => caller.refuse(id, failure),
    }
}

async fn list(caller: &Caller, wish: ListAgents) -> Result<Vec<Agent>, Failure> {
    let (_, facts) = caller.authorise(wish.session, wish).await?;
    let colleagues = caller.state.log.colleagues(facts.desk.clone()).await?;
    let agent = |colleague: crate::log::Colleague| {
        let platform = account::platform(&colleague.outer_name).map(str::to_owned);
        Agent { id: colleague.id, name: colleague.name, platform }
    };
    Ok(colleagues.into_iter().map(agent).collect())
}

fn assigned(session: SessionId, assignment: Assignment) -> ServerFrame {
    let Assignment { turn, to } = assignment;
    ServerFrame::Desk(DeskOnly::new(DeskFrame::Assigned(Assigned { session, turn, to })))
}

impl AppState {
    /// A session, and those who can answer it. None if there is no such session.
    pub(crate) async fn load_assign_facts(
        &self,
        session: SessionId,
    ) -> Result<Option<AssignFacts>, StoreError> {
        let Some(facts) = self.log.load_facts(session, clock::now()).await? else { return Ok(None) };
        let colleagues = self.log.colleagues(facts.desk.clone()).await?;
        let agents = colleagues.iter().map(|colleague| colleague.id).collect();
        Ok(Some(AssignFacts { session: facts, agents }))
    }

    /// Tells all who answer there, at the desk and elsewhere, but for the connection that knows already.
    pub(crate) fn publish_assigned(
        &self,
        facts: &Facts,
        assignment: Assignment,
        except: Option<ConnectionId>,
    ) {
        let text = json::encode(None, assigned(facts.session, assignment)).into();
        let announcement = Announcement { text, place: None, is_soft: false };
        self.fanout.announce(&answering_audience_of(facts), &announcement, except);
        self.connectors.hint(&facts.desk, Hint::Assigned(facts.session));
    }
}
