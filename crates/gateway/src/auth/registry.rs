//! What can be done with channels and keys, as whole operations: checked, then written in one transaction.
//!
//! The HTTP API and the command line are two faces of this.

use tieline_protocol::{ChannelId, ErrorCode, Millis};

use super::{
    channel::{self, Channel},
    jwt,
    key::{ChannelKey, KeyState},
    key_rows,
    master_key::MasterKey,
    registration::{Invalid, KeyWish, NewKey, Policy, Wish},
    revocation::{self, Revocation},
    visiting,
};
use crate::store::{Store, StoreError};

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The request is not right.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// No such channel.
    #[error("there is no channel {0}")]
    NoChannel(ChannelId),
    /// The channel has no such key.
    #[error("channel {0} has no key {1}")]
    NoKey(ChannelId, String),
    /// The channel has a key of that name.
    #[error("channel {0} already has a key {1}")]
    KeyExists(ChannelId, String),
    /// A revoked key stays revoked.
    #[error("key {1} of channel {0} is revoked already")]
    KeyRevoked(ChannelId, String),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RegistryError {
    /// The stable code.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Invalid(_) => ErrorCode::Invalid,
            Self::NoChannel(_) => ErrorCode::ChannelUnknown,
            Self::NoKey(..) => ErrorCode::NotFound,
            Self::KeyExists(..) | Self::KeyRevoked(..) => ErrorCode::Conflict,
            Self::Store(error) => error.code(),
        }
    }
}

/// A channel with its keys, and the secret if one was made.
#[derive(Debug)]
pub struct Registered {
    /// The channel.
    pub channel: Channel,
    /// Its keys.
    pub keys: Vec<ChannelKey>,
    /// What was made here and is shown once.
    pub made: Option<NewKey>,
}

/// Where channels and keys are kept.
#[derive(Clone)]
pub struct Registry {
    /// The store.
    pub store: Store,
    /// Seals secrets.
    pub master: MasterKey,
    /// What may be registered here.
    pub policy: Policy,
}

impl Registry {
    /// Registers a channel.
    ///
    /// # Errors
    /// When the wish is not right, or the store cannot take it.
    pub async fn register(&self, wish: &Wish, now: Millis) -> Result<Registered, RegistryError> {
        let channel = wish.register(self.policy, now)?;
        let new_keys = wish.new_keys(&channel.id, &self.master)?;
        let (row, rows) = (channel.clone(), new_keys.clone());
        self.store
            .write(move |db| {
                channel::save(db, &row, now)?;
                for new in &rows {
                    key_rows::add_key(db, &row.id, &new.key, now)?;
                }
                // A running gateway learns that its desks are also answered elsewhere.
                let change = Revocation::Channel { channel: row.id, is_open: row.is_open };
                revocation::record(db, &change, now)
            })
            .await?;
        tracing::info!(channel.id = %channel.id, "channel registered");
        let keys = new_keys.iter().map(|new| new.key.clone()).collect();
        let made = new_keys.into_iter().find(|new| new.secret.is_some());
        Ok(Registered { channel, keys, made })
    }

    /// Changes a channel. Running gateways learn of it within a second: those of a closed channel are cut, desks come back.
    ///
    /// # Errors
    /// When there is no such channel, the wish is not right, or the store cannot take it.
    pub async fn change(
        &self,
        id: &ChannelId,
        wish: &Wish,
        now: Millis,
    ) -> Result<Registered, RegistryError> {
        if !wish.keys.is_empty() || wish.new_secret {
            let why = "keys are added one by one: POST /v1/channels/{id}/keys".to_owned();
            return Err(Invalid { at: "keys".into(), why }.into());
        }
        let from = self.show(id).await?;
        let channel = wish.change(&from.channel, self.policy)?;
        let row = channel.clone();
        self.store
            .write(move |db| {
                channel::save(db, &row, now)?;
                let change = Revocation::Channel { channel: row.id, is_open: row.is_open };
                revocation::record(db, &change, now)
            })
            .await?;
        tracing::info!(channel.id = %id, "channel changed");
        Ok(Registered { channel, ..from })
    }

    /// A channel and its keys.
    ///
    /// # Errors
    /// When there is no such channel, or the store cannot answer.
    pub async fn show(&self, id: &ChannelId) -> Result<Registered, RegistryError> {
        let wanted = id.clone();
        let found =
            self.store.read(move |db| Ok((channel::find(db, &wanted)?, key_rows::list_keys(db, &wanted)?)));
        match found.await? {
            (Some(channel), keys) => Ok(Registered { channel, keys, made: None }),
            (None, _) => Err(RegistryError::NoChannel(id.clone())),
        }
    }

    /// All channels, oldest first.
    ///
    /// # Errors
    /// When the store cannot answer.
    pub async fn list(&self) -> Result<Vec<Channel>, RegistryError> {
        Ok(self.store.read(channel::list).await?)
    }

    /// Adds a key.
    ///
    /// # Errors
    /// When there is no such channel, it has a key of that name, or the wish is not right.
    pub async fn add_key(
        &self,
        id: &ChannelId,
        wish: &KeyWish,
        now: Millis,
    ) -> Result<NewKey, RegistryError> {
        self.show(id).await?;
        let new = wish.new_key(id, &self.master)?;
        let (channel, key) = (id.clone(), new.key.clone());
        if !self.store.write(move |db| key_rows::add_key(db, &channel, &key, now)).await? {
            return Err(RegistryError::KeyExists(id.clone(), new.key.kid));
        }
        tracing::info!(channel.id = %id, key.id = %new.key.kid, "key added");
        Ok(new)
    }

    /// Lets a key run out: what it has signed holds its time, but no longer than the longest token lives.
    ///
    /// # Errors
    /// When there is no such key, or it is revoked.
    pub async fn retire_key(
        &self,
        id: &ChannelId,
        kid: &str,
        now: Millis,
    ) -> Result<ChannelKey, RegistryError> {
        let key = self.find_key(id, kid).await?;
        if key.state == KeyState::Revoked {
            return Err(RegistryError::KeyRevoked(id.clone(), kid.to_owned()));
        }
        let end = now + jwt::LONGEST_LIFE;
        let not_after = key.not_after.map_or(end, |earlier| earlier.min(end));
        self.set_key_state(id, key, KeyState::Retiring, Some(not_after), now).await
    }

    /// Ends a key: nothing that it signed holds any more, also not what was resumed from it.
    ///
    /// # Errors
    /// When there is no such key.
    pub async fn revoke_key(
        &self,
        id: &ChannelId,
        kid: &str,
        now: Millis,
    ) -> Result<ChannelKey, RegistryError> {
        let key = self.find_key(id, kid).await?;
        self.set_key_state(id, key, KeyState::Revoked, Some(now), now).await
    }

    /// Ends what the backend issued for one user before now: tokens, what was resumed from them, and the open sockets. The
    /// user comes back with a token that is issued later.
    ///
    /// # Errors
    /// When there is no such channel, or the store fails.
    pub async fn revoke_user(&self, id: &ChannelId, subject: &str, now: Millis) -> Result<(), RegistryError> {
        self.show(id).await?;
        if subject.is_empty() || subject.len() > jwt::SUBJECT_BYTES {
            let why = format!("must have 1 to {} bytes", jwt::SUBJECT_BYTES);
            return Err(Invalid { at: "subject".into(), why }.into());
        }
        let (channel, subject) = (id.clone(), subject.to_owned());
        let party = visiting::user_id(id, &subject);
        self.store
            .write(move |db| {
                revocation::raise_floor(db, &channel, &subject, now)?;
                revocation::record(db, &Revocation::Party(party), now)
            })
            .await?;
        tracing::info!(channel.id = %id, party.id = %party, "a user's tokens were taken back");
        Ok(())
    }

    async fn find_key(&self, id: &ChannelId, kid: &str) -> Result<ChannelKey, RegistryError> {
        let key = self.show(id).await?.keys.into_iter().find(|key| key.kid == kid);
        key.ok_or_else(|| RegistryError::NoKey(id.clone(), kid.to_owned()))
    }

    async fn set_key_state(
        &self,
        id: &ChannelId,
        mut key: ChannelKey,
        state: KeyState,
        not_after: Option<Millis>,
        now: Millis,
    ) -> Result<ChannelKey, RegistryError> {
        (key.state, key.not_after) = (state, not_after);
        let (channel, kid) = (id.clone(), key.kid.clone());
        self.store
            .write(move |db| {
                key_rows::set_key_state(db, &channel, &kid, state, not_after)?;
                match state {
                    KeyState::Revoked => revocation::record(db, &Revocation::Key { channel, kid }, now),
                    KeyState::Active | KeyState::Retiring => Ok(()),
                }
            })
            .await?;
        tracing::info!(channel.id = %id, key.id = %key.kid, key.state = state.name(), "key changed");
        Ok(key)
    }
}
