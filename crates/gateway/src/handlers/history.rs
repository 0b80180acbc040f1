//! Somebody reads back.

use std::sync::Arc;

use tieline_protocol::{RequestId, ServerFrame};
use tieline_relay::History;

use super::Caller;

pub(super) async fn history(caller: Arc<Caller>, id: Option<RequestId>, wish: History) {
    let permit = match caller.authorise(wish.session, wish).await {
        Ok((permit, _)) => permit,
        Err(failure) => return caller.refuse(id, failure),
    };
    match caller.state.log.page(permit).await {
        Ok(page) => caller.reply(id, ServerFrame::Page(page)),
        Err(error) => caller.refuse_with(id, caller.state.log_failed(&error)),
    }
}
