//! Something is said.

use std::sync::Arc;

use tieline_connector::Hint;
use tieline_protocol::{
    Body, Entry, ErrorBody, RequestId, Seq, ServerFrame, envelope::json, server::Receipt,
};
use tieline_relay::{Denial, Facts, Permit, Post, audience::audience_of, authorise};

use super::{Caller, Work, files, fill_form};
use crate::{
    app::AppState,
    clock,
    crash::{self, Point},
    fanout::{Announcement, ConnectionId, Fanout},
    log::{Appended, LogError},
};

pub(super) fn post(caller: Arc<Caller>, id: Option<RequestId>, mut wish: Post) -> Option<Work<()>> {
    if let Body::Item { item } = wish.body {
        wish.body = Body::Item { item: caller.principal.vouch(item) };
    }
    if let Err(denial) = caller.take_token() {
        caller.refuse(id, denial.into());
        return None;
    }
    if wish.body.target().is_some() {
        return Some(Box::pin(change(caller, id, wish)));
    }
    if matches!(wish.body, Body::File { .. }) {
        return Some(Box::pin(post_file(caller, id, wish)));
    }
    // A form has to be looked up first.
    if !matches!(wish.body, Body::Form { .. })
        && let Some((permit, facts)) = caller.authorise_remembered(wish.session, &wish)
    {
        append(caller, id, permit, facts);
        return None;
    }
    Some(Box::pin(async move {
        match caller.authorise(wish.session, wish).await {
            Ok((permit, facts)) => match fill_form::check(&caller, permit.wish(), &facts).await {
                Ok(()) => append(caller, id, permit, facts),
                Err(failure) => caller.refuse(id, failure),
            },
            Err(failure) => caller.refuse(id, failure),
        }
    }))
}

/// Words that are about other words: who said those, and when, is looked up first.
async fn change(caller: Arc<Caller>, id: Option<RequestId>, wish: Post) {
    let log = &caller.state.log;
    let facts = match log.load_facts_for_change(&wish, caller.principal.party, clock::now()).await {
        Ok(Some(facts)) => facts,
        Ok(None) => return caller.refuse(id, Denial::NoSuchSession.into()),
        Err(error) => return caller.refuse(id, error.into()),
    };
    match authorise(caller.clock.now(), &caller.principal, facts.as_ref(), wish) {
        Ok(permit) => append(caller, id, permit, facts),
        Err(denial) => caller.refuse(id, denial.into()),
    }
}

/// A file that the gateway has from the same party, for the same session and draft. What it is, the gateway says.
async fn post_file(caller: Arc<Caller>, id: Option<RequestId>, wish: Post) {
    let Body::File { file } = &wish.body else { return };
    let (session, draft_id) = (wish.session, wish.draft_id);
    let given = caller.state.files.find_given(session, caller.principal.party, draft_id).await;
    let card = match given {
        Ok(Some(card)) if card.id == file.id => card,
        Ok(_) => return caller.refuse_with(id, files::no_such_file()),
        Err(error) => return caller.refuse(id, error.into()),
    };
    match caller.authorise(session, Post { body: Body::File { file: card }, ..wish }).await {
        Ok((permit, facts)) => append(caller, id, permit, facts),
        Err(failure) => caller.refuse(id, failure),
    }
}

/// Not waited for: the answer comes after the commit, in the order of the log, between the others' entries.
fn append(caller: Arc<Caller>, id: Option<RequestId>, permit: Permit<Post>, facts: Arc<Facts>) {
    let log = caller.state.log.clone();
    let asked_at = std::time::Instant::now();
    log.append(permit, caller.principal.author(), clock::now(), move |outcome| match outcome {
        Ok(appended) => {
            caller.state.metrics.append_seconds.observe(asked_at.elapsed().as_secs_f64());
            settle(&caller, id, appended, &facts);
        }
        Err(LogError::Store(error)) => caller.refuse(id, error.into()),
        Err(error) => caller.refuse_with(id, ErrorBody::new(error.code())),
    });
}

fn settle(caller: &Caller, id: Option<RequestId>, appended: Appended, facts: &Facts) {
    let Appended { entry, epoch, is_duplicate } = appended;
    let receipt = Receipt {
        session: entry.session,
        epoch,
        draft_id: entry.draft_id,
        seq: entry.seq,
        at: entry.at,
        duplicate: is_duplicate,
    };
    crash::pass(Point::BeforeAck);
    // First to oneself: whatever the others answer comes after it on this connection too.
    caller.reply(id, ServerFrame::Ok(receipt));
    if is_duplicate {
        caller.state.metrics.duplicates.inc();
    } else {
        caller.state.publish(facts, entry, Some(caller.outbox.id()));
    }
}

impl AppState {
    /// Tells everybody of an entry that is new in the log, but for the connection that said it.
    pub(crate) fn publish(&self, facts: &Facts, entry: Entry, except: Option<ConnectionId>) {
        self.metrics.entries.inc();
        crash::pass(Point::BeforePublish);
        let place = (entry.session, entry.seq);
        if entry.body == Body::Closed {
            self.log.forget_facts_of(entry.session);
        }
        if entry.seq == Seq(1) || !entry.from.role.is_visiting() {
            self.stir_queue(&facts.desk);
        }
        let text = json::encode(None, ServerFrame::Entry(Box::new(entry))).into();
        let announcement = Announcement { text, place: Some(place), is_soft: false };
        self.fanout.announce(&audience_of(facts), &announcement, except);
        self.connectors.hint(&facts.desk, Hint::Stirred(place.0));
    }
}
