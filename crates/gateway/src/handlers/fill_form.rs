//! Answers are held against the form that asked for them, wherever that stands.

use tieline_protocol::{Body, Form, FormSource, Seq, form::offline};
use tieline_relay::{Facts, Post, forms};

use super::{Caller, Failure};
use crate::auth::channel;

/// Whether a post that fills in a form does so as the form wants it. Every other post is none of its business.
pub(super) async fn check(caller: &Caller, post: &Post, facts: &Facts) -> Result<(), Failure> {
    let Body::Form { source, asked, answers } = &post.body else { return Ok(()) };
    let form = match source {
        FormSource::PreChat => pre_chat(caller, facts).await?,
        // Its labels are the widget's, in the visitor's language.
        FormSource::Offline => Some(offline("", "")),
        FormSource::Asked => asked_form(caller, post, *asked).await?,
        FormSource::Unknown => None,
    };
    Ok(forms::check(form.as_ref(), answers)?)
}

async fn pre_chat(caller: &Caller, facts: &Facts) -> Result<Option<Form>, Failure> {
    let wanted = facts.desk.channel.clone();
    let found = caller.state.store.read(move |db| channel::find(db, &wanted)).await?;
    Ok(found.and_then(|channel| channel.settings.pre_chat))
}

async fn asked_form(caller: &Caller, post: &Post, asked: Option<Seq>) -> Result<Option<Form>, Failure> {
    let Some(seq) = asked else { return Ok(None) };
    Ok(match caller.state.log.body_at(post.session, seq).await? {
        Some(Body::Ask { form }) => Some(form),
        _ => None,
    })
}
