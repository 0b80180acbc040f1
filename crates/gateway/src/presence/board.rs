//! Who is there, channel by channel.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tieline_protocol::{
    ChannelId, Millis, ServerFrame,
    client::DEFAULT_RECIPIENT,
    envelope::json,
    server::{Availability, Presence},
};
use tieline_relay::{Desk, Principal, Scope, Topic, attendance::Attendance};

use super::{median, queue::Queue};
use crate::{
    app::AppState,
    auth::{
        channel,
        hours::{Hours, Standing},
        settings::{AnswerTime, Source},
    },
    clock,
    fanout::{Announcement, Fanout},
    log::FirstAnswer,
    store::StoreError,
};

/// How long a channel's book is believed: the median moves slowly, and a change of the channel closes the book at once.
const BELIEVED_FOR: Millis = Millis::minutes(5);

/// Everything that is known of those who answer.
#[derive(Debug, Default)]
pub(crate) struct Board {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) attendance: Attendance,
    books: HashMap<ChannelId, Book>,
    pub(super) queue: Queue,
}

/// What the store says of a channel, and what its visitors were told.
#[derive(Clone, Debug)]
struct Book {
    page: Arc<Page>,
    told: Vec<Presence>,
}

/// What was read at once.
#[derive(Debug)]
struct Page {
    read_at: Millis,
    is_void: bool,
    hours: Option<Hours>,
    /// Each recipient, with the minutes within which it answers.
    recipients: Vec<(String, Option<u32>)>,
}

/// Somebody who answers is connected. Leaves when dropped.
#[derive(Debug)]
pub(crate) struct Attending {
    board: Arc<Board>,
    desks: Vec<Desk>,
}

impl Board {
    /// Counts a connection among those who answer, if it is one.
    pub(crate) fn attend(self: &Arc<Self>, principal: &Principal) -> Attending {
        let desks: Vec<Desk> = match &principal.scope {
            Scope::Desks(desks) if !principal.role.is_visiting() => desks.iter().cloned().collect(),
            Scope::Desks(_) | Scope::One(_) => Vec::new(),
        };
        let mut state = self.lock();
        for desk in &desks {
            state.attendance.came(desk);
            state.queue.stir(desk);
        }
        drop(state);
        Attending { board: Arc::clone(self), desks }
    }

    /// A channel was changed: what is known of it is out of date.
    pub(crate) fn forget(&self, channel: &ChannelId) {
        if let Some(book) = self.lock().books.get_mut(channel) {
            let Page { read_at, hours, recipients, .. } = book.page.as_ref();
            book.page = Arc::new(Page {
                read_at: *read_at,
                is_void: true,
                hours: hours.clone(),
                recipients: recipients.clone(),
            });
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Attending {
    fn drop(&mut self) {
        let mut state = self.board.lock();
        for desk in &self.desks {
            state.attendance.left(clock::steady(), desk);
        }
    }
}

impl AppState {
    /// What somebody who comes to that channel is told. Nothing, if the store cannot say just now: the next round does.
    pub(crate) async fn presence_of(&self, channel: &ChannelId) -> Vec<Presence> {
        let page = match self.page_of(channel).await {
            Ok(Some(page)) => page,
            Ok(None) => return Vec::new(),
            Err(error) => {
                tracing::warn!(error.what = %error, "who answers could not be read");
                return Vec::new();
            }
        };
        let mut state = self.board.lock();
        let now_there = page.presence(channel, &state.attendance);
        // Those who were there before still have to hear what is new since.
        state.books.entry(channel.clone()).or_insert_with(|| Book { page, told: now_there.clone() });
        now_there
    }

    /// One round: tells the visitors of each channel what has changed.
    pub(super) async fn tell_presence(&self) {
        let channels = self.fanout.heard_channels();
        {
            let mut state = self.board.lock();
            state.books.retain(|channel, _| channels.contains(channel));
            state.attendance.tidy(clock::steady());
        }
        for channel in channels {
            match self.page_of(&channel).await {
                Ok(Some(page)) => self.tell_channel(&channel, page),
                Ok(None) => {}
                Err(error) => tracing::warn!(error.what = %error, "who answers could not be read"),
            }
        }
    }

    fn tell_channel(&self, channel: &ChannelId, page: Arc<Page>) {
        let mut state = self.board.lock();
        let now_there = page.presence(channel, &state.attendance);
        let book = state
            .books
            .entry(channel.clone())
            .or_insert_with(|| Book { page: Arc::clone(&page), told: Vec::new() });
        book.page = page;
        let before = std::mem::replace(&mut book.told, now_there.clone());
        drop(state);
        for presence in now_there.into_iter().filter(|presence| !before.contains(presence)) {
            let text = json::encode(None, ServerFrame::Presence(presence)).into();
            let announcement = Announcement { text, place: None, is_soft: true };
            self.fanout.announce(&[Topic::Channel(channel.clone())], &announcement, None);
        }
    }

    async fn page_of(&self, channel: &ChannelId) -> Result<Option<Arc<Page>>, StoreError> {
        let known = self.board.lock().books.get(channel).map(|book| Arc::clone(&book.page));
        let now = clock::steady();
        if let Some(page) = known.filter(|page| !page.is_void && now < page.read_at + BELIEVED_FOR) {
            return Ok(Some(page));
        }
        let wanted = channel.clone();
        let Some(channel) = self.store.read(move |db| channel::find(db, &wanted)).await? else {
            return Ok(None);
        };
        let mut recipients = Vec::new();
        for recipient in &channel.recipients {
            let minutes = match channel.settings.answer_time {
                AnswerTime::Source(Source::None) => None,
                AnswerTime::Minutes(minutes) => Some(minutes),
                AnswerTime::Source(Source::Measured) => {
                    let desk = Desk { channel: channel.id.clone(), recipient: recipient.name.clone() };
                    let answers = self.log.first_answers(desk).await?;
                    median::minutes_of(waits_of(&answers, channel.settings.hours.as_ref()))
                }
            };
            recipients.push((recipient.name.clone(), minutes));
        }
        let page = Page { read_at: now, is_void: false, hours: channel.settings.hours, recipients };
        Ok(Some(Arc::new(page)))
    }
}

/// How long those waited who asked while somebody should have been there.
fn waits_of(answers: &[FirstAnswer], hours: Option<&Hours>) -> Vec<Millis> {
    let is_open = |at| hours.is_none_or(|hours| matches!(hours.standing_at(at), Standing::Open { .. }));
    answers.iter().filter(|answer| is_open(answer.asked_at)).map(FirstAnswer::wait).collect()
}

impl Page {
    /// What there is to tell of each recipient now.
    fn presence(&self, channel: &ChannelId, attendance: &Attendance) -> Vec<Presence> {
        let closed_until = self.hours.as_ref().and_then(|hours| match hours.standing_at(clock::now()) {
            Standing::Open { .. } => None,
            Standing::Closed { until } => Some(until),
        });
        let presence_of = |(name, minutes): &(String, Option<u32>)| {
            let desk = Desk { channel: channel.clone(), recipient: name.clone() };
            let is_attended = attendance.is_attended(clock::steady(), &desk);
            let (state, back_at) = match (closed_until, is_attended) {
                // The hours win: a desk that was left open overnight answers nobody.
                (Some(back_at), _) => (Availability::Closed, back_at),
                (None, true) => (Availability::Here, None),
                (None, false) => (Availability::Away, None),
            };
            let to = (name != DEFAULT_RECIPIENT).then(|| name.clone());
            Presence { to, state, back_at, answer_minutes: *minutes }
        };
        self.recipients.iter().map(presence_of).collect()
    }
}
