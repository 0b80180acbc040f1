//! One value for each golden file of what only the desk says and is told.

use tieline_protocol::desk::{
    Agent, Agents, Assign, Assigned, Assignment, DeskFrame, DeskOnly, DeskRequest, Platform, SessionAgents,
};
use tieline_protocol::{ClientFrame, RequestId, ServerFrame, SessionState};

use super::samples::{Sample, agent, draft, head, session};

fn wish(request: DeskRequest) -> ClientFrame {
    ClientFrame::Desk(DeskOnly::new(request))
}

fn told(frame: DeskFrame) -> ServerFrame {
    ServerFrame::Desk(DeskOnly::new(frame))
}

pub(crate) fn client() -> Vec<Sample<ClientFrame>> {
    let id = Some(RequestId(17));
    let assign = |to| wish(DeskRequest::Assign(Assign { session: session(), draft_id: draft(9), to }));
    vec![
        ("assign", id, assign(Some(agent().id))),
        ("assign.nobody", id, assign(None)),
        ("agents", id, wish(DeskRequest::Agents(Agents { session: session() }))),
    ]
}

pub(crate) fn server() -> Vec<Sample<ServerFrame>> {
    let id = Some(RequestId(17));
    let assigned = |turn, to| told(DeskFrame::Assigned(Assigned { session: session(), turn, to }));
    let at = |name: &str, platform: Option<&str>| Agent {
        id: agent().id,
        name: name.into(),
        platform: platform.map(Into::into),
    };
    let agents = vec![at("Mia", None), at("Robin", Some("xmpp"))];
    let assignment = Assignment { turn: 3, to: Some(agent()) };
    let head = SessionState {
        assigned: Some(DeskOnly::new(assignment)),
        entries: Vec::new(),
        cursors: Vec::new(),
        ..head()
    };
    vec![
        ("assigned", None, assigned(3, Some(agent()))),
        ("assigned.nobody", id, assigned(4, None)),
        ("agents", id, told(DeskFrame::Agents(SessionAgents { session: session(), agents }))),
        ("platform", None, told(DeskFrame::Platform(Platform { name: "xmpp".into(), up: false }))),
        ("session.assigned", None, ServerFrame::Session(Box::new(head))),
    ]
}
