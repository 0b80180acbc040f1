//! What this device keeps of its visitor: a token, and which visitor that is.
//!
//! Each sign-out makes another visitor; their numbers count the sign-outs. So two tabs that hear of the same sign-out agree on
//! who comes next, and a token of somebody who is gone, which a tab keeps too late, is under a number that nobody reads.
//!
//! `localStorage` answers at once, but a browser that crashes forgets what it was told last. So the database has it all too,
//! and is asked before the first connection: whoever was here is known again, and whoever had signed out is not. Where the page
//! keeps it all there is no `localStorage`, only this tab's memory, and the page is asked before each connection.

use std::cell::Cell;

use tieline_browser::{Store, database::Hold, storage::LocalStore};
use tieline_driver::Keeper;
use tieline_protocol::ChannelId;
use tieline_session::Input;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

/// The visitor of one channel on this device.
#[derive(Debug)]
pub(super) struct Device {
    store: LocalStore,
    keeper: Keeper,
    channel: String,
    /// The latest visitor that this tab knows of. Never goes back, though the store be emptied or be this tab's alone.
    visitor: Cell<u32>,
    /// How many tokens this tab was given: what was asked for before the last of them is old.
    given: Cell<u32>,
}

impl Device {
    pub(super) fn of(channel: &ChannelId, keeper: Keeper) -> Self {
        Self {
            store: LocalStore::default(),
            keeper,
            channel: channel.to_string(),
            visitor: Cell::new(0),
            given: Cell::new(0),
        }
    }

    /// Whether the page keeps it all.
    pub(super) fn is_with_page(&self) -> bool {
        self.keeper.is_page()
    }

    /// Takes over what `localStorage` has lost, if it has, or what other tabs have kept with the page.
    pub(super) async fn recover(&self) {
        self.token();
        let given = self.given.get();
        let number = self.kept(&self.number_name()).await.and_then(|number| number.parse().ok()).unwrap_or(0);
        if number > self.visitor.get() {
            self.forget_before(number);
        }
        let name = self.token_name(self.visitor.get());
        if (self.is_with_page() || self.store.read(&name).is_none())
            && let Some(token) = self.kept(&name).await
            && given == self.given.get()
        {
            self.store.write(&name, &token);
        }
    }

    /// Who sits here as far as the device says, now.
    pub(super) fn look(&self) -> Input {
        let token = self.token();
        Input::VisitorFound { visitor: self.visitor.get(), token }
    }

    /// The token of the visitor who sits here.
    pub(super) fn token(&self) -> Option<String> {
        let kept = self.store.read(&self.number_name()).and_then(|number| number.parse().ok()).unwrap_or(0);
        self.visitor.set(self.visitor.get().max(kept));
        self.store.read(&self.token_name(self.visitor.get()))
    }

    /// The visitor after the one whom this tab knows. Not after the one whom the store names: another tab may have heard of
    /// the same sign-out first.
    pub(super) fn next_visitor(&self) -> u32 {
        self.visitor.get().saturating_add(1)
    }

    /// Keeps a token of a visitor who still sits here.
    pub(super) fn keep(&self, visitor: u32, token: &str) {
        self.token();
        if visitor == self.visitor.get() {
            self.given.set(self.given.get().wrapping_add(1));
            self.write(self.token_name(visitor), token);
        }
    }

    /// That visitor sits here now: the tokens of those before are gone.
    pub(super) fn forget_before(&self, visitor: u32) {
        self.token();
        for gone in self.visitor.get().min(visitor.saturating_sub(1))..visitor {
            self.remove(self.token_name(gone));
        }
        if visitor > self.visitor.get() {
            self.visitor.set(visitor);
        }
        self.write(self.number_name(), &self.visitor.get().to_string());
    }

    fn write(&self, name: String, value: &str) {
        self.store.write(&name, value);
        let (keeper, value) = (self.keeper.clone(), JsValue::from_str(value));
        spawn_local(async move {
            keeper.put(&name, &value, Hold::Disk).await;
        });
    }

    fn remove(&self, name: String) {
        self.store.remove(&name);
        let keeper = self.keeper.clone();
        spawn_local(async move {
            keeper.remove(&name).await;
        });
    }

    async fn kept(&self, name: &str) -> Option<String> {
        self.keeper.read(name).await?.first()?.as_string()
    }

    /// The browser already keeps the shops apart, the channel is for inline mode.
    fn token_name(&self, visitor: u32) -> String {
        let channel = &self.channel;
        if visitor == 0 {
            format!("tieline.visitor.{channel}")
        } else {
            format!("tieline.visitor.{channel}.{visitor}")
        }
    }

    fn number_name(&self) -> String {
        format!("tieline.sign-outs.{}", self.channel)
    }
}
