//! The three questions one can ask the gateway about signing in.

use js_sys::{JSON, Object, Reflect};
use tieline_browser::http::{self, Answer};
use tieline_driver::value;

use super::{Badge, Why, refusal};

const SESSION: &str = "/desk/session";

/// Comes in: by the link if there is one, else by the cookie. A spent link does no harm to who is in already.
pub async fn enter(invite: Option<String>) -> Result<Badge, Why> {
    let Some(invite) = invite else { return renew().await };
    match exchange(&invite).await {
        Err(Why::LinkSpent) => renew().await.map_err(|_| Why::LinkSpent),
        other => other,
    }
}

/// A fresh token for whoever is in.
pub async fn renew() -> Result<Badge, Why> {
    read(false, http::ask("GET", SESSION, None).await)
}

/// Goes out: the cookie is void afterwards, in this tab and in every other. False if the gateway did not hear it.
pub async fn leave() -> bool {
    let answer = http::ask("DELETE", SESSION, None).await;
    answer.is_some_and(|answer| (200..300).contains(&answer.status) || answer.status == 401)
}

async fn exchange(invite: &str) -> Result<Badge, Why> {
    let body = Object::new();
    let is_set = Reflect::set(&body, &"invite".into(), &invite.into()).is_ok();
    let body = JSON::stringify(&body).ok().filter(|_| is_set).map(String::from);
    read(true, http::ask("POST", SESSION, body.as_deref()).await)
}

fn read(is_link: bool, answer: Option<Answer>) -> Result<Badge, Why> {
    let answer = answer.ok_or(Why::Unreachable)?;
    if (200..300).contains(&answer.status) {
        return value::read(answer.body).ok_or(Why::Unreachable);
    }
    Err(refusal(is_link, answer.status))
}
