//! Signing in, as the desk's page does it: an invite becomes a cookie, the cookie fetches tokens for the socket.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use tieline_protocol::Auth;
use ureq::Agent;
use ureq::http::Response;
use ureq::{Body, config::Config};

/// A gateway that does not answer by then is not there.
const PATIENCE: Duration = Duration::from_secs(10);

/// A signed-in desk. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Desk {
    inner: Arc<Inner>,
}

struct Inner {
    http: Agent,
    gateway: String,
    /// `name=value`. In memory only: the next start needs another invite.
    cookie: String,
    agent_name: String,
    first_token: String,
}

impl Desk {
    /// Spends the invite.
    pub(crate) async fn sign_in(gateway: String, invite: String) -> Result<Self> {
        // A blocking client on its own thread: three calls in a program's life need no asynchronous one.
        tokio::task::spawn_blocking(move || {
            let config = Config::builder().timeout_global(Some(PATIENCE)).http_status_as_error(false).build();
            let http = Agent::new_with_config(config);
            let mut response = http
                .post(format!("{gateway}/desk/session"))
                .header("origin", &gateway)
                .send_json(json!({ "invite": invite }))
                .with_context(|| format!("reaching {gateway}"))?;
            let cookie = cookie_of(&response);
            let body = read(&mut response).context("signing in")?;
            Ok(Self {
                inner: Arc::new(Inner {
                    http,
                    gateway,
                    cookie: cookie.context("the gateway gave no cookie")?,
                    agent_name: text(&body, "/agent/name")?,
                    first_token: text(&body, "/token")?,
                }),
            })
        })
        .await?
    }

    /// Whom the invite was for.
    pub(crate) fn agent_name(&self) -> &str {
        &self.inner.agent_name
    }

    /// The proof that came with signing in.
    pub(crate) fn first_proof(&self) -> Auth {
        Auth::Agent { token: self.inner.first_token.clone() }
    }

    /// A fresh proof: those for the socket live five minutes.
    pub(crate) async fn fetch_proof(&self) -> Result<Auth> {
        let inner = Arc::clone(&self.inner);
        tokio::task::spawn_blocking(move || {
            let url = format!("{}/desk/session", inner.gateway);
            let mut response = inner.http.get(url).header("cookie", &inner.cookie).call()?;
            let body = read(&mut response).context("fetching a token")?;
            Ok(Auth::Agent { token: text(&body, "/token")? })
        })
        .await?
    }

    /// Where the socket is.
    pub(crate) fn socket_url(&self) -> String {
        format!("{}/v1/ws", self.inner.gateway.replacen("http", "ws", 1))
    }
}

/// The session's `name=value`, without the attributes that are for browsers.
fn cookie_of(response: &Response<Body>) -> Option<String> {
    let header = response.headers().get("set-cookie")?.to_str().ok()?;
    header.split(';').next().map(str::to_owned)
}

/// The body, or the sentence of the problem that came in its place.
fn read(response: &mut Response<Body>) -> Result<Value> {
    let status = response.status();
    let body: Value = response.body_mut().read_json().with_context(|| format!("{status} without JSON"))?;
    if !status.is_success() {
        bail!("{status}: {}", body.get("title").and_then(Value::as_str).unwrap_or("no reason given"));
    }
    Ok(body)
}

fn text(body: &Value, pointer: &str) -> Result<String> {
    let found = body.pointer(pointer).and_then(Value::as_str);
    found.map(str::to_owned).with_context(|| format!("the gateway's answer lacks {pointer}"))
}
