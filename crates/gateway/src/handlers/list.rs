//! Somebody asks which sessions they have.

use std::sync::Arc;

use tieline_protocol::{RequestId, ServerFrame};
use tieline_relay::{List, authorise};

use super::Caller;

pub(super) async fn list(caller: Arc<Caller>, id: Option<RequestId>, wish: List) {
    let permit = match authorise(caller.clock.now(), &caller.principal, &(), wish) {
        Ok(permit) => permit,
        Err(denial) => return caller.refuse(id, denial.into()),
    };
    match caller.state.log.list(permit, caller.principal.as_ref().clone()).await {
        Ok(mut sessions) => {
            caller.state.fill_places(caller.principal.channel(), &mut sessions.sessions);
            caller.reply(id, ServerFrame::Sessions(sessions));
        }
        Err(error) => caller.refuse_with(id, caller.state.log_failed(&error)),
    }
}
