//! A file is announced, and files are asked for.

use std::sync::Arc;

use tieline_protocol::{ErrorBody, ErrorCode, RequestId, ServerFrame};
use tieline_relay::{ReadFiles, Upload};

use super::Caller;
use crate::{clock, files::FileError};

pub(super) async fn upload(caller: Arc<Caller>, id: Option<RequestId>, wish: Upload) {
    if let Err(denial) = caller.take_token() {
        return caller.refuse(id, denial.into());
    }
    let (permit, facts) = match caller.authorise(wish.session, wish).await {
        Ok(permitted) => permitted,
        Err(failure) => return caller.refuse(id, failure),
    };
    match caller.state.files.offer(permit, facts.desk.channel.clone(), clock::now()).await {
        Ok(ticket) => caller.reply(id, ServerFrame::Ticket(ticket)),
        Err(FileError::Store(error)) => caller.refuse(id, error.into()),
        // A share does not grow by waiting: somebody has to make room.
        Err(error @ FileError::Share(_)) => {
            caller.refuse_with(id, ErrorBody { temporary: false, ..error.body() });
        }
        Err(error) => caller.refuse_with(id, error.body()),
    }
}

pub(super) async fn links(caller: Arc<Caller>, id: Option<RequestId>, wish: ReadFiles) {
    let permit = match caller.authorise(wish.session, wish).await {
        Ok((permit, _)) => permit,
        Err(failure) => return caller.refuse(id, failure),
    };
    match caller.state.files.links(permit, clock::now()).await {
        Ok(links) => caller.reply(id, ServerFrame::Links(links)),
        Err(error) => caller.refuse(id, error.into()),
    }
}

/// What is refused when somebody says a file that they did not give, or that is not here.
pub(super) fn no_such_file() -> ErrorBody {
    ErrorBody { at: Some("body.body.file".to_owned()), ..ErrorBody::new(ErrorCode::NotFound) }
}
