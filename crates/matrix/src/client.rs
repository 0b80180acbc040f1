//! HTTP to the homeserver: one question, one answer, in bounded time.

use std::{sync::Arc, time::Duration};

use reqwest::{
    Method, StatusCode, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue},
    redirect::Policy,
};
use serde_json::Value;
use tieline_protocol::Millis;
use tokio::sync::{Mutex, Semaphore};

use crate::ask::{Answer, Ask, Failure, Request};

/// A homeserver that makes a room takes seconds at worst; one that is restarted is refused at once.
const PATIENCE: Duration = Duration::from_secs(30);
const CONNECTING: Duration = Duration::from_secs(10);
/// Questions at once: a homeserver is not met by a thousand rooms.
const TOGETHER: usize = 32;
/// Rooms that are read back at once, beside those questions: when the gateway starts it is all of them, and somebody may be talking
/// already.
const READ_TOGETHER: usize = 8;
/// The longest answer that is read: who is in a room of a few.
const ANSWER_BYTES: usize = 4 * 1024 * 1024;
/// The longest time that a homeserver may ask us to wait.
const LONGEST_WAIT: Millis = Millis::minutes(5);

/// The homeserver, as the gateway speaks to it. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    homeserver: Url,
    bearer: HeaderValue,
    places: Arc<Semaphore>,
    readings: Arc<Semaphore>,
    /// Users are made one after the other: Synapse stumbles over two that ask for the same one at a time.
    registering: Arc<Mutex<()>>,
}

impl std::fmt::Debug for Client {
    /// Without the token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("homeserver", &self.homeserver.as_str()).finish_non_exhaustive()
    }
}

impl Client {
    /// A client of the homeserver at that address.
    ///
    /// # Errors
    /// With a sentence for an operator, where the address or the token is none.
    pub fn new(homeserver: &str, token: &str) -> Result<Self, String> {
        let homeserver = Url::parse(homeserver).map_err(|error| format!("{homeserver}: {error}"))?;
        let mut bearer = HeaderValue::try_from(format!("Bearer {token}"))
            .map_err(|_| "the token is no text".to_owned())?;
        // Or a trace of the headers would show it.
        bearer.set_sensitive(true);
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            .connect_timeout(CONNECTING)
            // The token goes to the homeserver and nowhere else.
            .redirect(Policy::none())
            .build()
            .map_err(|error| error.to_string())?;
        let [places, readings] = [TOGETHER, READ_TOGETHER].map(|count| Arc::new(Semaphore::new(count)));
        Ok(Self { http, homeserver, bearer, places, readings, registering: Arc::default() })
    }

    /// Where a file of the homeserver (`mxc://`) is read, by whoever shows a token of it (authenticated media).
    pub fn media_url(&self, mxc: &str) -> Option<String> {
        let (server, id) = mxc.strip_prefix("mxc://")?.split_once('/')?;
        let mut url = self.homeserver.clone();
        url.path_segments_mut()
            .ok()?
            .pop_if_empty()
            .extend(["_matrix", "client", "v1", "media", "download", server, id]);
        Some(url.into())
    }

    /// Asks. `file` is the body of an upload.
    ///
    /// # Errors
    /// When the answer is no, or there is none.
    pub async fn ask(&self, ask: &Ask, file: Option<Vec<u8>>) -> Result<Answer, Failure> {
        let _alone = match ask {
            Ask::Register { .. } => Some(self.registering.lock().await),
            _ => None,
        };
        // A line that is held takes no place from those who want something.
        let _place = match ask {
            Ask::Hold { .. } => None,
            Ask::History { .. } => self.readings.acquire().await.ok(),
            _ => self.places.acquire().await.ok(),
        };
        let file = match ask {
            Ask::Upload { media_type, .. } => file.map(|bytes| (media_type.as_str(), bytes)),
            _ => None,
        };
        let (status, body) = self
            .exchange(ask.request(), file)
            .await
            .map_err(|broken| Failure::Later { why: broken.to_string(), after: None })?;
        if status.is_success() {
            let nonsense = || Failure::Later { why: "the answer is not Matrix's".to_owned(), after: None };
            return ask.read(&body).ok_or_else(nonsense);
        }
        Err(refusal(status, &body))
    }

    /// One request and what is answered, whatever that is. What is no JSON is null. A file bears its type.
    pub(crate) async fn exchange(
        &self,
        request: Request,
        file: Option<(&str, Vec<u8>)>,
    ) -> Result<(StatusCode, Value), Broken> {
        let mut url = self.homeserver.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(&request.path);
        }
        url.query_pairs_mut().extend_pairs(&request.query);
        let method = match request.method {
            "GET" => Method::GET,
            "PUT" => Method::PUT,
            "DELETE" => Method::DELETE,
            _ => Method::POST,
        };
        let mut question = self.http.request(method, url).header(AUTHORIZATION, self.bearer.clone());
        question = match (request.body, file) {
            (Some(body), _) => question.header(CONTENT_TYPE, "application/json").body(body.to_string()),
            (None, Some((media_type, bytes))) => question.header(CONTENT_TYPE, media_type).body(bytes),
            (None, None) => question,
        };
        // Without the address: it is in the configuration, and its query may name a file.
        let broken = |error: reqwest::Error| Broken::Network(error.without_url());
        let mut response = question.send().await.map_err(broken)?;
        let status = response.status();
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(broken)? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > ANSWER_BYTES {
                return Err(Broken::Endless);
            }
        }
        Ok((status, serde_json::from_slice(&bytes).unwrap_or_default()))
    }
}

/// Why there is no answer at all.
#[derive(Debug)]
pub enum Broken {
    /// The network, or what it leads to.
    Network(reqwest::Error),
    /// More came than any answer is long.
    Endless,
}

impl Broken {
    /// Whether nobody listens there.
    pub fn is_refused(&self) -> bool {
        let Self::Network(error) = self else { return false };
        let mut beneath = std::error::Error::source(error);
        while let Some(error) = beneath {
            if let Some(error) = error.downcast_ref::<std::io::Error>() {
                return error.kind() == std::io::ErrorKind::ConnectionRefused;
            }
            beneath = error.source();
        }
        false
    }
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Network(error) => f.write_str(&plain(error)),
            Self::Endless => f.write_str("the homeserver's answer has no end"),
        }
    }
}

/// What an error of the homeserver means.
fn refusal(status: StatusCode, body: &Value) -> Failure {
    let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (code, why) = (text("errcode"), text("error"));
    let may_pass = status.is_server_error()
        || matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT | StatusCode::UNAUTHORIZED
        )
        || matches!(code.as_str(), "M_LIMIT_EXCEEDED" | "M_UNKNOWN_TOKEN" | "M_MISSING_TOKEN");
    if may_pass {
        let after = body.get("retry_after_ms").and_then(Value::as_u64).map(|ms| Millis(ms).min(LONGEST_WAIT));
        let why = match code.as_str() {
            "M_UNKNOWN_TOKEN" | "M_MISSING_TOKEN" => {
                "the homeserver does not know the gateway's token: has it read the newest registration?"
                    .to_owned()
            }
            "" => format!("the homeserver answers {status}"),
            code => format!("the homeserver says {code}: {why}"),
        };
        return Failure::Later { why, after };
    }
    Failure::Refused { status: status.as_u16(), code, why }
}

/// An error with what lies beneath it: that is where "connection refused" stands.
fn plain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut beneath = error.source();
    while let Some(error) = beneath {
        text.push_str(": ");
        text.push_str(&error.to_string());
        beneath = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_busy_server_is_asked_again_when_it_says_so() {
        let busy = json!({ "errcode": "M_LIMIT_EXCEEDED", "error": "slow down", "retry_after_ms": 2_000 });
        let Failure::Later { after, .. } = refusal(StatusCode::TOO_MANY_REQUESTS, &busy) else { panic!() };
        assert_eq!(after, Some(Millis(2_000)));
        let endless = json!({ "errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": u64::MAX });
        let Failure::Later { after, .. } = refusal(StatusCode::TOO_MANY_REQUESTS, &endless) else { panic!() };
        assert_eq!(after, Some(LONGEST_WAIT));
        // A proxy before a server that is away.
        assert!(matches!(refusal(StatusCode::BAD_GATEWAY, &Value::Null), Failure::Later { after: None, .. }));
        let unknown = json!({ "errcode": "M_UNKNOWN_TOKEN" });
        assert!(matches!(refusal(StatusCode::UNAUTHORIZED, &unknown), Failure::Later { .. }));
        let no = json!({ "errcode": "M_FORBIDDEN", "error": "not in the room" });
        let expected =
            Failure::Refused { status: 403, code: "M_FORBIDDEN".into(), why: "not in the room".into() };
        assert_eq!(refusal(StatusCode::FORBIDDEN, &no), expected);
    }

    #[test]
    fn a_file_is_read_from_the_homeserver_whatever_its_address_says() {
        let client = Client::new("http://127.0.0.1:8008", "t").unwrap();
        let url = |mxc| client.media_url(mxc);
        let path = "http://127.0.0.1:8008/_matrix/client/v1/media/download";
        assert_eq!(url("mxc://shop.example/abc"), Some(format!("{path}/shop.example/abc")));
        assert_eq!(
            url("mxc://evil/../../../v3/logout?x#y"),
            Some(format!("{path}/evil/..%2F..%2F..%2Fv3%2Flogout%3Fx%23y"))
        );
        assert_eq!(url("https://evil.example/a"), None);
        assert_eq!(url("mxc://nothing"), None);
    }

    #[test]
    fn the_token_is_in_no_trace() {
        let client = Client::new("https://matrix.shop.example", "canary").unwrap();
        assert!(!format!("{client:?}").contains("canary"));
        assert!(!format!("{:?}", client.bearer).contains("canary"));
    }
}
