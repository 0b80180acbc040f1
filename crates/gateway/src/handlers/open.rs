//! A session begins.

use std::sync::Arc;

use tieline_protocol::{Epoch, RequestId, Seq, ServerFrame, SessionId, envelope::json, server::Receipt};
use tieline_relay::{Denial, Open, Permit, audience::audience_of, authorise};

use super::{Caller, Failure};
use crate::{
    auth::secret,
    clock,
    fanout::{Announcement, Fanout},
    log::{Fresh, Opened, Opener},
};

pub(super) async fn open(caller: Arc<Caller>, id: Option<RequestId>, mut wish: Open) {
    wish.item = wish.item.map(|item| caller.principal.vouch(item));
    let draft_id = wish.draft_id;
    let permit = match permit(&caller, wish).await {
        Ok(permit) => permit,
        Err(failure) => return caller.refuse(id, failure),
    };
    let now = clock::now();
    let fresh = Fresh {
        session: SessionId::at(now, secret::random()),
        epoch: Epoch(secret::encode(&secret::random::<6>())),
        at: now,
    };
    let Some(channel) = caller.principal.channel().cloned() else {
        return caller.refuse(id, Denial::NotGranted.into());
    };
    let opener = Opener {
        author: caller.principal.author(),
        channel,
        provisional: caller.principal.provisional.clone(),
    };
    match caller.state.log.open_session(permit, opener, fresh).await {
        Ok(Opened { session, epoch, at, is_duplicate }) => {
            let receipt = Receipt { session, epoch, draft_id, seq: Seq::ZERO, at, duplicate: is_duplicate };
            caller.reply(id, ServerFrame::Ok(receipt));
            if !is_duplicate {
                announce(&caller, session).await;
            }
        }
        Err(error) => caller.refuse_with(id, caller.state.log_failed(&error)),
    }
}

async fn permit(caller: &Caller, wish: Open) -> Result<Permit<Open>, Failure> {
    caller.take_token()?;
    let Some(channel) = caller.principal.channel() else { return Err(Denial::NotGranted.into()) };
    let facts = caller.state.log.load_channel_facts(channel.clone()).await?.ok_or(Denial::ChannelClosed)?;
    Ok(authorise(caller.clock.now(), &caller.principal, &facts, wish)?)
}

/// Tells the desk, and the visitor's other tabs, that there is a session. Who misses it reads it in the next `welcome`.
async fn announce(caller: &Caller, session: SessionId) {
    let (head, facts) =
        tokio::join!(caller.state.log.head_of(session), caller.state.log.load_facts(session, clock::now()));
    if let (Ok(Some(head)), Ok(Some(facts))) = (head, facts) {
        let text = json::encode(None, ServerFrame::Session(Box::new(head))).into();
        let announcement = Announcement { text, place: None, is_soft: false };
        caller.state.fanout.announce(&audience_of(&facts), &announcement, Some(caller.outbox.id()));
    }
}
