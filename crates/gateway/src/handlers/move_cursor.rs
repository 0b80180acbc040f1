//! Somebody has read on.

use std::sync::Arc;

use tieline_connector::Hint;
use tieline_protocol::{Cursor, RequestId, ServerFrame, envelope::json, server::ReaderCursor};
use tieline_relay::{Facts, MoveCursor, Permit, Principal, audience::audience_of};

use super::{Caller, Work};
use crate::{
    app::AppState,
    fanout::{Announcement, Fanout},
};

pub(super) fn move_cursor(caller: Arc<Caller>, id: Option<RequestId>, wish: MoveCursor) -> Option<Work<()>> {
    let session = wish.0.session;
    if let Some((permit, facts)) = caller.authorise_remembered(session, &wish) {
        raise(caller, permit, facts);
        return None;
    }
    Some(Box::pin(async move {
        match caller.authorise(session, wish).await {
            Ok((permit, facts)) => raise(caller, permit, facts),
            Err(failure) => caller.refuse(id, failure),
        }
    }))
}

fn raise(caller: Arc<Caller>, permit: Permit<MoveCursor>, facts: Arc<Facts>) {
    let log = caller.state.log.clone();
    log.move_cursor(permit, move |cursor| caller.state.publish_cursor(&facts, &caller.principal, cursor));
}

impl AppState {
    /// Tells everybody how far somebody has read.
    pub(crate) fn publish_cursor(&self, facts: &Facts, reader: &Principal, cursor: Cursor) {
        let Cursor { session, delivered, read } = cursor;
        let cursor = ReaderCursor { party: reader.party, role: reader.role, session, delivered, read };
        let text = json::encode(None, ServerFrame::Cursor(cursor)).into();
        let announcement = Announcement { text, place: None, is_soft: true };
        // To the connection that moved it too: tabs that share a socket learn there what a sibling has read.
        self.fanout.announce(&audience_of(facts), &announcement, None);
        if reader.role.is_visiting() {
            self.connectors.hint(&facts.desk, Hint::Read(session, read));
        }
    }
}
