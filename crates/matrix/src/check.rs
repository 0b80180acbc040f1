//! A trial of a homeserver: asks it for what the gateway will need, under the gateway's own token, and says what came of it.
//!
//! It disturbs no gateway that runs: whoever makes the trial's room is no session's visitor ([`TRIAL`]), and the room is left and
//! forgotten at the end. Whether the homeserver reaches the gateway is for the caller to say: somebody has to listen there.

use serde_json::{Value, json};
use tieline_connector::patience::chance;

use crate::{
    address::{SENDER, Server, TRIAL},
    ask::{Ask, Request, Speaking},
    client::{Broken, Client},
    connector::{SERVICE_ID, Setup},
    content,
};

/// What the trial found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// A homeserver answers.
    Homeserver,
    /// Nothing does, or no more.
    NoAnswer {
        /// Why.
        why: String,
        /// Nobody listens there.
        is_refused: bool,
    },
    /// What answers is no homeserver.
    OtherServer {
        /// The HTTP status.
        status: u16,
    },
    /// It knows the gateway's token, and is the server that it was taken for.
    Token,
    /// It does not know the token.
    NoToken,
    /// It takes the token for another service's.
    OtherService {
        /// As whom it knows the gateway.
        user: String,
    },
    /// Its accounts bear another name behind the colon.
    OtherName {
        /// Which.
        name: String,
    },
    /// It reaches the gateway, and shows the right token.
    Reached,
    /// It does not.
    NotReached(Unreached),
    /// The gateway may make users: itself, and visitors.
    Users,
    /// It may not.
    NoUsers(Refusal),
    /// It tells the gateway that something was said, also where it does not bring it.
    Line,
    /// It does not.
    NoLine(Refusal),
    /// Visitors can have a device.
    Device,
    /// They cannot.
    NoDevice(Refusal),
    /// A room can be made, and what is said twice in it is there once.
    Room,
    /// A room cannot be made.
    NoRoom(Refusal),
    /// Nothing can be said in it.
    NoWords(Refusal),
    /// What is said twice is there twice.
    Twice,
    /// The room is encrypted: the homeserver does so by itself.
    Encrypted,
    /// Somebody who answers has an account.
    Agent(String),
    /// They have none.
    NoAgent(String),
    /// The homeserver does not say.
    UnknownAgent {
        /// Who.
        user: String,
        /// Why.
        why: Refusal,
    },
    /// Something of the trial's room is still there.
    Left {
        /// Its id.
        room: String,
        /// Why.
        why: Refusal,
    },
}

/// Why the homeserver does not reach the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreached {
    /// No connection comes about.
    Connection,
    /// It came, with another token than the gateway's.
    Token,
    /// What it reaches answers something else.
    Other {
        /// The HTTP status.
        status: u64,
    },
    /// It knows the gateway under another id.
    OtherId,
    /// It has no address of the gateway.
    NoUrl,
    /// It does not try.
    Unasked(Refusal),
}

/// A no, in the homeserver's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// Matrix's code, such as `M_FORBIDDEN`.
    pub code: String,
    /// In its words.
    pub why: String,
}

impl Refusal {
    fn of(answer: &Answer) -> Self {
        Self { status: answer.status, code: answer.text("errcode"), why: answer.text("error") }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { status, code, why } = self;
        if code.is_empty() { write!(f, "it answers {status}") } else { write!(f, "{code} ({status}): {why}") }
    }
}

/// Tries a homeserver. `agents` are the users who answer. Unless somebody listens for it, the homeserver is not asked to ask back.
pub async fn run(setup: &Setup, agents: &[String], is_listening: bool) -> Vec<Finding> {
    let no_answer = |why, is_refused| Finding::NoAnswer { why, is_refused };
    let client = match Client::new(&setup.homeserver, &setup.token) {
        Ok(client) => client,
        Err(why) => return vec![no_answer(why, false)],
    };
    let server = Server(setup.server_name.clone());
    let mut trial = Trial { client, user: server.user(TRIAL), server, findings: Vec::new() };
    if let Err(broken) = trial.all(agents, is_listening).await {
        trial.findings.push(no_answer(broken.to_string(), broken.is_refused()));
    }
    trial.findings
}

struct Answer {
    status: u16,
    body: Value,
}

impl Answer {
    fn is_yes(&self) -> bool {
        (200..300).contains(&self.status)
    }

    fn text(&self, key: &str) -> String {
        self.body.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    fn says(&self, code: &str) -> bool {
        self.body.get("errcode").and_then(Value::as_str) == Some(code)
    }
}

struct Trial {
    client: Client,
    server: Server,
    /// Who makes the room.
    user: String,
    findings: Vec<Finding>,
}

impl Trial {
    async fn all(&mut self, agents: &[String], is_listening: bool) -> Result<(), Broken> {
        if !self.is_homeserver().await? || !self.knows_the_gateway().await? {
            return Ok(());
        }
        if is_listening {
            self.asks_back().await?;
        }
        if self.makes_users().await? {
            self.holds_line().await?;
            let has_device = self.makes_device().await?;
            self.makes_room(has_device).await?;
        }
        for agent in agents {
            self.has_account(agent).await?;
        }
        Ok(())
    }

    async fn is_homeserver(&mut self) -> Result<bool, Broken> {
        let path = ["_matrix", "client", "versions"].map(str::to_owned).into();
        let answer = self.ask(Request { method: "GET", path, query: Vec::new(), body: None }).await?;
        // Some say no already to the token, which nobody had to show.
        let is_one = answer.body.get("versions").is_some_and(Value::is_array)
            || answer.text("errcode").starts_with("M_");
        self.findings.push(match is_one {
            true => Finding::Homeserver,
            false => Finding::OtherServer { status: answer.status },
        });
        Ok(is_one)
    }

    /// Who the token's owner is, says the homeserver: its own name stands behind the colon.
    async fn knows_the_gateway(&mut self) -> Result<bool, Broken> {
        let answer = self.ask(Request::new("GET", &["account", "whoami"], None)).await?;
        let user = answer.text("user_id");
        let (local, name) = user.split_once(':').unwrap_or((&user, ""));
        let finding = match local.strip_prefix('@') {
            _ if !answer.is_yes() => Finding::NoToken,
            Some(SENDER) if name == self.server.0 => Finding::Token,
            Some(SENDER) => Finding::OtherName { name: name.to_owned() },
            _ => Finding::OtherService { user },
        };
        let is_known = finding == Finding::Token;
        self.findings.push(finding);
        Ok(is_known)
    }

    async fn asks_back(&mut self) -> Result<(), Broken> {
        let ping = Ask::Ping { service: SERVICE_ID.to_owned() };
        let mut why = unreached(&self.ask(ping.request()).await?);
        // A homeserver keeps connections. One to whoever was there before is dead, and found to be so only now.
        if why == Some(Unreached::Connection) {
            why = unreached(&self.ask(ping.request()).await?);
        }
        self.findings.push(why.map_or(Finding::Reached, Finding::NotReached));
        Ok(())
    }

    /// The gateway itself, and somebody such as visitors are.
    async fn makes_users(&mut self) -> Result<bool, Broken> {
        for user in [self.server.service(), self.user.clone()] {
            let answer = self.ask(Ask::Register { user }.request()).await?;
            if !answer.is_yes() && !answer.says("M_USER_IN_USE") {
                self.findings.push(Finding::NoUsers(Refusal::of(&answer)));
                return Ok(false);
            }
        }
        self.findings.push(Finding::Users);
        Ok(true)
    }

    /// Only asked for where it would begin: that is where a homeserver says no.
    async fn holds_line(&mut self) -> Result<(), Broken> {
        let answer = self.ask(Ask::Hold { user: self.server.service(), since: None }.request()).await?;
        self.findings.push(match answer.is_yes() {
            true => Finding::Line,
            false => Finding::NoLine(Refusal::of(&answer)),
        });
        Ok(())
    }

    async fn makes_device(&mut self) -> Result<bool, Broken> {
        let answer = self.ask(Ask::Device { user: self.user.clone() }.request()).await?;
        self.findings.push(match answer.is_yes() {
            true => Finding::Device,
            false => Finding::NoDevice(Refusal::of(&answer)),
        });
        Ok(answer.is_yes())
    }

    /// As a session's is made, under a name of its own.
    async fn makes_room(&mut self, has_device: bool) -> Result<(), Broken> {
        let (user, name) = (self.user.clone(), "Trial of a gateway".to_owned());
        let alias = format!("{TRIAL}_{:08x}", chance());
        let create = Ask::Create { user, alias: alias.clone(), name, invite: Vec::new() };
        let answer = self.ask(create.request()).await?;
        let room = answer.text("room_id");
        if !answer.is_yes() || room.is_empty() {
            self.findings.push(Finding::NoRoom(Refusal::of(&answer)));
            return Ok(());
        }
        let encryption = Request::new("GET", &["rooms", &room, "state", "m.room.encryption"], None);
        let finding = match self.ask(encryption.by(&self.user)).await?.is_yes() {
            true => Finding::Encrypted,
            false => self.says_twice(&room, has_device).await?,
        };
        self.findings.push(finding);
        self.leaves(room, &alias).await
    }

    async fn says_twice(&mut self, room: &str, has_device: bool) -> Result<Finding, Broken> {
        let say = Ask::Send {
            room: room.to_owned(),
            user: Speaking { user: self.user.clone(), has_device },
            transaction: "trial".to_owned(),
            content: content::notice("This is a trial."),
            at: None,
        };
        let mut events = Vec::new();
        for _ in 0..2 {
            let answer = self.ask(say.request()).await?;
            if !answer.is_yes() {
                return Ok(Finding::NoWords(Refusal::of(&answer)));
            }
            events.push(answer.text("event_id"));
        }
        let [first, second] = events.as_slice() else { return Ok(Finding::Twice) };
        Ok(if first == second && !first.is_empty() { Finding::Room } else { Finding::Twice })
    }

    /// Nothing of it is left that anybody could come upon.
    async fn leaves(&mut self, room: String, alias: &str) -> Result<(), Broken> {
        let alias = format!("#{alias}:{}", self.server.0);
        for request in [
            Request::new("DELETE", &["directory", "room", &alias], None),
            Request::new("POST", &["rooms", &room, "leave"], Some(json!({}))),
            Request::new("POST", &["rooms", &room, "forget"], Some(json!({}))),
        ] {
            let answer = self.ask(request.by(&self.user)).await?;
            if !answer.is_yes() {
                self.findings.push(Finding::Left { room, why: Refusal::of(&answer) });
                return Ok(());
            }
        }
        Ok(())
    }

    async fn has_account(&mut self, user: &str) -> Result<(), Broken> {
        let answer = self.ask(Request::new("GET", &["profile", user], None)).await?;
        let user = user.to_owned();
        // Of its own accounts it knows all, and says so in one way or another.
        let is_own = user.split_once(':').is_some_and(|(_, name)| name == self.server.0);
        self.findings.push(match answer.status {
            200 => Finding::Agent(user),
            404 if is_own => Finding::NoAgent(user),
            _ => Finding::UnknownAgent { user, why: Refusal::of(&answer) },
        });
        Ok(())
    }

    async fn ask(&self, request: Request) -> Result<Answer, Broken> {
        let (status, body) = self.client.exchange(request, None).await?;
        Ok(Answer { status: status.as_u16(), body })
    }
}

/// What the answer to a ping means (Application Service API, `POST /appservice/{id}/ping`). None: all is well.
fn unreached(answer: &Answer) -> Option<Unreached> {
    if answer.is_yes() {
        return None;
    }
    Some(match answer.text("errcode").as_str() {
        "M_CONNECTION_FAILED" | "M_CONNECTION_TIMEOUT" => Unreached::Connection,
        "M_BAD_STATUS" => {
            let status = answer.body.get("status").and_then(Value::as_u64).unwrap_or_default();
            // The gateway's own no to a token.
            if status == 403 && answer.text("body").contains("M_FORBIDDEN") {
                Unreached::Token
            } else {
                Unreached::Other { status }
            }
        }
        "M_FORBIDDEN" => Unreached::OtherId,
        "M_URL_NOT_SET" => Unreached::NoUrl,
        _ => Unreached::Unasked(Refusal::of(answer)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_ping_came_to_is_read() {
        let answer = |status, body| Answer { status, body };
        assert_eq!(unreached(&answer(200, json!({ "duration_ms": 3 }))), None);
        let bad = |status: u16, body: &str| {
            answer(502, json!({ "errcode": "M_BAD_STATUS", "status": status, "body": body }))
        };
        for (answer, expected) in [
            (answer(502, json!({ "errcode": "M_CONNECTION_FAILED" })), Unreached::Connection),
            (answer(504, json!({ "errcode": "M_CONNECTION_TIMEOUT" })), Unreached::Connection),
            (bad(403, r#"{"errcode":"M_FORBIDDEN"}"#), Unreached::Token),
            (bad(403, "a proxy's"), Unreached::Other { status: 403 }),
            (bad(404, ""), Unreached::Other { status: 404 }),
            (answer(403, json!({ "errcode": "M_FORBIDDEN" })), Unreached::OtherId),
            (answer(400, json!({ "errcode": "M_URL_NOT_SET" })), Unreached::NoUrl),
            (
                answer(404, json!({ "errcode": "M_UNRECOGNIZED", "error": "?" })),
                Unreached::Unasked(Refusal { status: 404, code: "M_UNRECOGNIZED".into(), why: "?".into() }),
            ),
        ] {
            assert_eq!(unreached(&answer), Some(expected));
        }
    }
}
