//! The texts that thread and composer need. Each app has its own voice, and one value per language in its locale.

use tieline_session::screen::{Delivery, Failure};

/// All texts, in one language.
#[derive(Debug)]
pub struct Words {
    /// BCP 47 tag of the language that these words are in.
    pub language: &'static str,
    /// Name of the thread for screen readers.
    pub thread: &'static str,
    /// How one's own words are introduced to screen readers.
    pub you: &'static str,
    /// The other side, where it has no name.
    pub somebody: &'static str,
    /// This day.
    pub today: &'static str,
    /// The day before.
    pub yesterday: &'static str,
    /// The line above what is new.
    pub new_below: &'static str,
    /// The pill that leads down to what is new.
    pub new_count: fn(u32) -> String,
    /// The pill that leads down when nothing is new.
    pub to_newest: &'static str,
    /// Somebody types; takes their name.
    pub typing: fn(&str) -> String,
    /// A kind of message of a later version.
    pub unsupported: &'static str,
    /// States of one's own message.
    pub queued: &'static str,
    /// On the wire.
    pub sending: &'static str,
    /// In the log.
    pub sent: &'static str,
    /// At the other side's client.
    pub delivered: &'static str,
    /// On the other side's screen.
    pub read: &'static str,
    /// Refused: over the limit.
    pub too_long: &'static str,
    /// Refused: the channel does not allow it.
    pub not_allowed: &'static str,
    /// Refused: the session has ended.
    pub session_ended: &'static str,
    /// Waited for more than a day.
    pub expired: &'static str,
    /// Refused for another reason.
    pub refused: &'static str,
    /// Says a failed message again.
    pub retry: &'static str,
    /// Takes a message that is not sent back into the composer.
    pub revise: &'static str,
    /// Drops a message that is not sent.
    pub discard: &'static str,
    /// Answers the words.
    pub reply: &'static str,
    /// Over the composer while words are answered; takes their author's name.
    pub replying: fn(&str) -> String,
    /// Over the composer while one's own words are said otherwise.
    pub editing: &'static str,
    /// Leaves the answer or the edit, and keeps what was to be deleted.
    pub cancel: &'static str,
    /// Beside words that were said otherwise.
    pub edited: &'static str,
    /// In place of words that were taken back.
    pub gone: &'static str,
    /// In place of words that are quoted and are further up.
    pub earlier: &'static str,
    /// Introduces quoted words to screen readers.
    pub in_reply_to: &'static str,
    /// Names the button beside a message, and the menu behind it.
    pub more: &'static str,
    /// Asks before one's own words are taken back.
    pub delete_question: &'static str,
    /// Names the answers under a question.
    pub choices: &'static str,
    /// Refused: said too long ago to be changed.
    pub too_late: &'static str,
    /// Name of the text field.
    pub message: &'static str,
    /// Name of the send button.
    pub send: &'static str,
    /// Characters left, or over if negative.
    pub left: fn(i64) -> String,
    /// A card whose price and title the shop's own server has signed.
    pub verified: &'static str,
}

// The values are statics: the same language is the same address, and comparing two is comparing where they stand.
impl PartialEq for Words {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Words {
    /// How far a message has got.
    pub fn delivery(&self, state: Delivery) -> &'static str {
        match state {
            Delivery::Saving | Delivery::Queued => self.queued,
            Delivery::Sending => self.sending,
            Delivery::Sent => self.sent,
            Delivery::Delivered => self.delivered,
            Delivery::Read => self.read,
            Delivery::Failed(failure) => self.failure(failure),
        }
    }

    fn failure(&self, failure: Failure) -> &'static str {
        match failure {
            Failure::TooLong => self.too_long,
            Failure::NotAllowed => self.not_allowed,
            Failure::SessionEnded => self.session_ended,
            Failure::TooLate => self.too_late,
            Failure::Expired => self.expired,
            Failure::Refused => self.refused,
        }
    }
}
