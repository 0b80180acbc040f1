//! Somebody types. Nothing is kept of it.

use std::sync::Arc;

use tieline_protocol::{RequestId, ServerFrame, client::Typing, envelope::json, server::Typist};
use tieline_relay::{Facts, Permit, Type, audience::audience_of};

use super::{Caller, Work};
use crate::fanout::{Announcement, Fanout};

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
    let Type(Typing { session, on }) = *permit.wish();
    let from = caller.principal.author();
    let text = json::encode(None, ServerFrame::Typing(Typist { session, from, on })).into();
    let announcement = Announcement { text, place: None, is_soft: true };
    caller.state.fanout.announce(&audience_of(facts), &announcement, Some(caller.outbox.id()));
}
