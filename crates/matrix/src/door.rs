//! Where the homeserver comes in: the gateway's listener hands over what it brings.
//!
//! A transaction is answered only when every event of it is in the store, or was refused for good: the homeserver keeps it until
//! then, and brings it again.

use aws_lc_rs::{constant_time, digest};
use tokio::sync::{mpsc, oneshot};

use crate::{address::Server, heard::Transaction};

/// Transactions that wait. A homeserver brings one at a time.
const WAITING: usize = 16;

/// The way in. Cheap to clone.
#[derive(Clone)]
pub struct Door {
    /// What the homeserver's token hashes to.
    token: [u8; 32],
    server: Server,
    arrivals: mpsc::Sender<Arrival>,
}

impl std::fmt::Debug for Door {
    /// Without what its token hashes to.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Door").field("server", &self.server).finish_non_exhaustive()
    }
}

/// What comes through it.
#[derive(Debug)]
pub struct Inbox {
    pub(crate) arrivals: mpsc::Receiver<Arrival>,
}

#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) transaction: Transaction,
    /// Told whether all of it was taken.
    pub(crate) done: oneshot::Sender<bool>,
}

/// Why something was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// It is no transaction. It never will be.
    Nonsense,
    /// The store has no room or time for it. It is to be brought again.
    Later,
}

impl Door {
    /// A door that opens to a token.
    pub fn new(server: &str, token: &str) -> (Self, Inbox) {
        let (arrivals, waiting) = mpsc::channel(WAITING);
        let door = Self { token: sha256(token), server: Server(server.to_owned()), arrivals };
        (door, Inbox { arrivals: waiting })
    }

    /// Whether a token is the homeserver's, in a time that does not tell where it differs.
    pub fn opens_to(&self, token: &str) -> bool {
        constant_time::verify_slices_are_equal(&self.token, &sha256(token)).is_ok()
    }

    /// Takes a transaction in. Comes back when all of it is kept.
    ///
    /// # Errors
    /// When it was not taken, or not all of it. It is harmless to bring it again.
    pub async fn take(&self, body: &[u8]) -> Result<(), NotTaken> {
        let transaction = Transaction::read(body).ok_or(NotTaken::Nonsense)?;
        let (done, is_done) = oneshot::channel();
        self.arrivals.send(Arrival { transaction, done }).await.map_err(|_| NotTaken::Later)?;
        if is_done.await == Ok(true) { Ok(()) } else { Err(NotTaken::Later) }
    }

    /// Whether a user or an alias is one that the gateway makes.
    pub fn is_ours(&self, name: &str) -> bool {
        self.server.is_ours(name)
    }
}

fn sha256(text: &str) -> [u8; 32] {
    let mut out = [0; 32];
    for (byte, hashed) in out.iter_mut().zip(digest::digest(&digest::SHA256, text.as_bytes()).as_ref()) {
        *byte = *hashed;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_to_one_token_and_does_not_show_it() {
        let (door, _inbox) = Door::new("shop.example", "canary");
        assert!(door.opens_to("canary"));
        for other in ["", "canar", "canary ", "Canary"] {
            assert!(!door.opens_to(other), "{other}");
        }
        assert!(!format!("{door:?}").contains("canary") && !format!("{door:?}").contains("token"));
    }

    #[tokio::test]
    async fn what_was_not_kept_is_to_be_brought_again() {
        let (door, mut inbox) = Door::new("shop.example", "t");
        assert_eq!(door.take(b"{").await, Err(NotTaken::Nonsense));
        for (answer, outcome) in [(true, Ok(())), (false, Err(NotTaken::Later))] {
            let (taken, ()) = tokio::join!(door.take(br#"{"events":[{}]}"#), async {
                let arrival = inbox.arrivals.recv().await.unwrap();
                assert_eq!(arrival.transaction.events.len(), 1);
                arrival.done.send(answer).unwrap();
            });
            assert_eq!(taken, outcome);
        }
        drop(inbox);
        assert_eq!(door.take(br#"{"events":[]}"#).await, Err(NotTaken::Later));
    }
}
