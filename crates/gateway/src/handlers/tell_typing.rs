//! Somebody types. Nothing is kept of it.

use std::sync::Arc;

use tieline_connector::Hint;
use tieline_protocol::{RequestId, ServerFrame, client::Typing, envelope::json, server::Typist};
use tieline_relay::{Facts, Permit, Principal, Type, audience::audience_of};

use super::{Caller, Work};
use crate::{
    app::AppState,
    fanout::{Announcement, ConnectionId, Fanout},
};

pub(super) fn tell_typing(caller: Arc<Caller>, id: Option<RequestId>, wish: Type) -> Option<Work<()>> {
    let session = wish.0.session;
    if let Some((permit, facts)) = caller.authorise_remembered(session, &wish) {
        tell(&caller, &permit, &facts);
        return None;
    }
    Some(Box::pin(async move {
        match caller.authorise(session, wish).await {
            Ok((permit, facts)) => tell(&caller, &permit, &facts),
            // To nobody who did not ask: a refusal without an id is taken for the reason of a close.
            Err(failure) if id.is_some() => caller.refuse(id, failure),
            Err(_) => {}
        }
    }))
}

fn tell(caller: &Caller, permit: &Permit<Type>, facts: &Facts) {
    let Type(typing) = *permit.wish();
    caller.state.publish_typing(facts, &caller.principal, typing, Some(caller.outbox.id()));
}

impl AppState {
    /// Tells everybody that somebody types, but for the connection that they type on.
    pub(crate) fn publish_typing(
        &self,
        facts: &Facts,
        typist: &Principal,
        Typing { session, on }: Typing,
        except: Option<ConnectionId>,
    ) {
        let text =
            json::encode(None, ServerFrame::Typing(Typist { session, from: typist.author(), on })).into();
        let announcement = Announcement { text, place: None, is_soft: true };
        self.fanout.announce(&audience_of(facts), &announcement, except);
        if typist.role.is_visiting() {
            self.connectors.hint(&facts.desk, Hint::Typing(session, on));
        }
    }
}
