//! Who answers the sessions, as the desk is told: whose each is, who else could have it, which platform is out of reach.
//!
//! The desk's alone. Nothing of it is kept or said again: a wish that was not answered before a cut is given up, as somebody else may have
//! wished otherwise meanwhile, and the next `welcome` says what holds.

use std::collections::BTreeMap;

use tieline_protocol::{
    ClientFrame, DeskOnly, Millis, Outgoing, PartyId, RequestId, ServerFrame, SessionId, SessionState,
    desk::{Assignment, DeskFrame, DeskRequest, SessionAgents},
};

use crate::{
    alarm::{Alarm, earlier},
    effect::Effect,
    screen::{Assignee, Colleague},
    spans::clean_line,
};

/// A platform that is back within this time was never seen to be gone.
const SEEN_AFTER: Millis = Millis::secs(3);

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Answering {
    assigned: BTreeMap<SessionId, Assignment>,
    team: Option<SessionAgents>,
    /// Whom it was asked about and not answered yet; false: not on this connection.
    team_wanted: Option<(DeskOnly<DeskRequest>, bool)>,
    /// The wish on the wire.
    wish: Option<(RequestId, SessionId)>,
    refused: Option<SessionId>,
    down: BTreeMap<String, Down>,
}

/// How long a platform has been out of reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Down {
    /// Perhaps it is back in a moment.
    Since(Alarm),
    /// It is told.
    Seen,
}

impl Answering {
    /// Learns what the gateway says of it.
    pub(crate) fn hear(&mut self, now: Millis, id: Option<RequestId>, frame: &ServerFrame) {
        match frame {
            ServerFrame::Welcome(welcome) => {
                self.begin_anew();
                welcome.sessions.iter().for_each(|state| self.note_head(state));
            }
            ServerFrame::Sessions(list) => list.sessions.iter().for_each(|state| self.note_head(state)),
            ServerFrame::Session(state) => self.note_head(state),
            ServerFrame::Desk(frame) => self.take(now, frame.get()),
            ServerFrame::Err(_) => {
                if let Some((_, session)) = self.wish.take_if(|(wish, _)| Some(*wish) == id) {
                    self.refused = Some(session);
                }
            }
            _ => {}
        }
    }

    /// The agent wants something that only the desk can. Put on the wire where there is one.
    pub(crate) fn want(
        &mut self,
        request: DeskOnly<DeskRequest>,
        id: Option<RequestId>,
        out: &mut Vec<Effect>,
    ) {
        match request.get() {
            DeskRequest::Assign(wish) => {
                self.refused = None;
                let Some(id) = id else { return };
                self.wish = Some((id, wish.session));
            }
            DeskRequest::Agents(_) => self.team_wanted = Some((request.clone(), id.is_some())),
        }
        if id.is_some() {
            out.push(Effect::Send(Outgoing { id, frame: ClientFrame::Desk(request) }));
        }
    }

    /// What is still to be asked on this connection.
    pub(crate) fn unasked(&self) -> Option<DeskOnly<DeskRequest>> {
        self.team_wanted.clone().filter(|(_, is_asked)| !is_asked).map(|(request, _)| request)
    }

    /// Another session is looked at.
    pub(crate) fn look_away(&mut self) {
        (self.team, self.team_wanted, self.refused) = (None, None, None);
    }

    /// Lets time pass.
    pub(crate) fn settle(&mut self, now: Millis) {
        for down in self.down.values_mut() {
            if matches!(down, Down::Since(alarm) if alarm.is_due(now)) {
                *down = Down::Seen;
            }
        }
    }

    pub(crate) fn next_wake(&self) -> Option<Millis> {
        let wakes = self.down.values().map(|down| match down {
            Down::Since(alarm) => Some(alarm.due_at()),
            Down::Seen => None,
        });
        wakes.fold(None, earlier)
    }

    /// Whose a session is. None: nobody's in particular.
    pub(crate) fn assignee(&self, session: SessionId, me: Option<PartyId>) -> Option<Assignee> {
        let to = self.assigned.get(&session)?.to.as_ref()?;
        Some(Assignee { name: to.name.as_deref().and_then(clean_line), is_me: Some(to.id) == me })
    }

    /// Who could have a session, if that was asked and answered.
    pub(crate) fn team(&self, session: SessionId, me: Option<PartyId>) -> Option<Vec<Colleague>> {
        let team = self.team.as_ref().filter(|team| team.session == session)?;
        let has = self.assigned.get(&session).and_then(|known| known.to.as_ref()).map(|to| to.id);
        let colleague = |agent: &tieline_protocol::desk::Agent| Colleague {
            id: agent.id,
            name: clean_line(&agent.name).unwrap_or_default(),
            platform: agent.platform.clone(),
            is_me: Some(agent.id) == me,
            has_it: Some(agent.id) == has,
        };
        Some(team.agents.iter().map(colleague).collect())
    }

    /// The last wish about a session was refused.
    pub(crate) fn is_refused(&self, session: SessionId) -> bool {
        self.refused == Some(session)
    }

    /// The platforms that are out of reach.
    pub(crate) fn down(&self) -> Vec<String> {
        let seen = self.down.iter().filter(|(_, down)| **down == Down::Seen);
        seen.map(|(name, _)| name.clone()).collect()
    }

    /// Another connection: what holds is told again, and a log that was put back counts its turns anew. Whom nobody mentions is
    /// in reach again.
    fn begin_anew(&mut self) {
        self.assigned.clear();
        self.down.clear();
        self.wish = None;
        if let Some((_, is_asked)) = &mut self.team_wanted {
            *is_asked = false;
        }
    }

    fn note_head(&mut self, state: &SessionState) {
        if let Some(assigned) = &state.assigned {
            self.note(state.session, assigned.get().clone());
        }
    }

    /// A list may have been read before a change that was told earlier.
    fn note(&mut self, session: SessionId, assignment: Assignment) {
        let known = self.assigned.entry(session).or_default();
        if assignment.turn >= known.turn {
            *known = assignment;
        }
    }

    fn take(&mut self, now: Millis, frame: &DeskFrame) {
        match frame {
            DeskFrame::Assigned(assigned) => {
                self.wish.take_if(|(_, session)| *session == assigned.session);
                let (turn, to) = (assigned.turn, assigned.to.clone());
                self.note(assigned.session, Assignment { turn, to });
            }
            DeskFrame::Agents(agents) => {
                self.team = Some(agents.clone());
                self.team_wanted = None;
            }
            DeskFrame::Platform(platform) if platform.up => {
                self.down.remove(&platform.name);
            }
            DeskFrame::Platform(platform) => {
                let since = Down::Since(Alarm::after(now, SEEN_AFTER));
                self.down.entry(platform.name.clone()).or_insert(since);
            }
        }
    }
}
