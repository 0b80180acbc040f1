//! The first question of a connection, and what its answer changes.

use tieline_protocol::{
    Capability, ClientFrame, Hello, Millis, Outgoing, ServerFrame, Welcome,
    client::{App, Position},
    limits,
};

use super::End;
use crate::effect::{Effect, Event};

/// Positions told in one `hello`, which must stay below 16 KiB. What is left out is read as if it were new.
const POSITIONS: usize = 100;

impl End {
    pub(super) fn hello(&mut self) -> Outgoing<ClientFrame> {
        let (auth, embed) = self.proof.present();
        let id = self.requests.fresh();
        let hello = Hello {
            channel: self.setup.channel.clone(),
            capabilities: Capability::ALL.to_vec(),
            app: Some(App { name: self.setup.app_name.into(), version: self.setup.app_version.into() }),
            language: Some(self.setup.language.clone()).filter(|language| !language.is_empty()),
            embed,
            page_origin: self.setup.page_origin.clone(),
            auth,
            cursors: self.positions(),
        };
        Outgoing { id: Some(id), frame: ClientFrame::Hello(Box::new(hello)) }
    }

    /// What comes on the second socket. Its `welcome` makes it the first.
    pub(super) fn receive_next(&mut self, now: Millis, frame: ServerFrame, out: &mut Vec<Effect>) {
        let ServerFrame::Welcome(welcome) = frame else { return };
        if self.link.is_next_greeting() {
            out.push(Effect::Switch);
            // Questions of the old socket are asked again on this one: drafts under their ids, so nothing is doubled.
            self.lose_link();
            self.requests.drop_all();
            self.welcome(now, *welcome, out);
        }
    }

    pub(super) fn welcome(&mut self, now: Millis, welcome: Welcome, out: &mut Vec<Effect>) {
        let is_first = !self.link.has_been_live();
        self.link.welcomed(now, welcome.ping);
        self.proof.welcomed(welcome.tokens, out);
        if self.is_visiting && self.my_id().is_some_and(|id| id != welcome.me.id) {
            // The same browser, but a new visitor to the gateway: the old sessions are out of reach.
            self.start_over(now, out);
        }
        self.me = Some(welcome.me);
        self.presence = welcome.presence;
        self.face = welcome.channel.or(self.face.take());
        self.capabilities = Some(welcome.capabilities);
        self.text_chars = welcome.limits.text_chars;
        let [here, there] = [now, welcome.now].map(|clock| i64::try_from(clock.0).unwrap_or(i64::MAX));
        self.ahead_ms = here.saturating_sub(there);
        self.file_bytes = welcome.limits.file_bytes;
        self.has_more_sessions = welcome.sessions.len() >= limits::LIST_SESSIONS as usize;
        self.is_loaded = true;
        for state in welcome.sessions {
            self.install(now, state, out);
        }
        let me = self.my_id();
        self.chats.iter_mut().for_each(|chat| chat.cursors.forget_told(me));
        self.move_in(out);
        if is_first {
            out.push(Effect::Tell(Event::Ready));
        }
    }

    fn positions(&self) -> Vec<Position> {
        let mut chats: Vec<_> = self.chats.iter().collect();
        crate::order::sort_few(&mut chats, |chat| std::cmp::Reverse(chat.touched_at));
        let position_of = |chat: &&crate::chat::Chat| {
            let (epoch, seq) = chat.timeline.position()?;
            Some(Position { session: chat.session?, epoch, seq })
        };
        chats.iter().filter_map(position_of).take(POSITIONS).collect()
    }
}
