//! The texts that thread and composer need. The desk has a voice of its own: it changes some of the English.

use tieline_session::screen::{Delivery, Failure};

use crate::texts;

texts! {
    /// All texts, in one language.
    pub struct Words {
        /// BCP 47 tag of the language that these words are in.
        language: Text = "en",
        /// Name of the thread for screen readers.
        thread: Text = "Messages",
        /// How one's own words are introduced to screen readers.
        you: Text = "You",
        /// The other side, where it has no name.
        somebody: Text = "Shop",
        /// This day.
        today: Text = "Today",
        /// The day before.
        yesterday: Text = "Yesterday",
        /// The line above what is new.
        new_below: Text = "New",
        /// The pill that leads down to what is new.
        new_count: Counted = "{count} new message" | "{count} new messages",
        /// The pill that leads down when nothing is new.
        to_newest: Text = "To the newest message",
        /// Somebody types; takes their name.
        typing: Pattern = "{name} is typing",
        /// A kind of message of a later version.
        unsupported: Text = "This message needs a newer version of this chat. Reload the page to see it.",
        /// States of one's own message.
        queued: Text = "Waiting to be sent",
        /// On the wire.
        sending: Text = "Sending",
        /// In the log.
        sent: Text = "Sent",
        /// At the other side's client.
        delivered: Text = "Delivered",
        /// On the other side's screen.
        read: Text = "Read",
        /// Refused: over the limit.
        too_long: Text = "Not sent: too long.",
        /// Refused: the channel does not allow it.
        not_allowed: Text = "Not sent: this chat does not take it.",
        /// Refused: the session has ended.
        session_ended: Text = "Not sent: this chat has ended.",
        /// Waited for more than a day.
        expired: Text = "Not sent: it waited for more than a day.",
        /// Refused for another reason.
        not_sent: Text = "Not sent.",
        /// Refused: a file over the limit.
        file_too_large: Text = "Not sent: this file is too large.",
        /// Refused: a kind of file that is not taken, or one that is not what it says.
        file_kind_denied: Text = "Not sent: this kind of file is not accepted.",
        /// Refused: the share of files is used up.
        no_room: Text = "Not sent: no room is left for files in this chat.",
        /// A file that has to be chosen again.
        file_lost: Text = "Not sent: please choose the file again.",
        /// A file is on its way.
        uploading: Text = "Uploading",
        /// Stops it.
        stop_upload: Text = "Cancel upload",
        /// A file that is not there any more.
        file_gone: Text = "No longer available",
        /// Name of the button that gives a file.
        attach: Text = "Attach a file",
        /// Name of the button that takes a picture.
        camera: Text = "Take a photo",
        /// Over the pane, while files are held over it.
        drop_here: Text = "Drop to send",
        /// Shows a picture large; takes its name.
        open_picture: Pattern = "Picture {name}",
        /// Closes it.
        close_picture: Text = "Close picture",
        /// The one before it.
        previous_picture: Text = "Previous picture",
        /// The one after it.
        next_picture: Text = "Next picture",
        /// Saves a file; takes its name.
        save_file: Pattern = "Save {name}",
        /// Something to listen to.
        voice_note: Text = "Voice message",
        /// Name of the button with emoji to pick from, and of what it opens.
        emoji: Text = "Emoji",
        /// Name of the button that records one.
        record: Text = "Record a voice message",
        /// While it is recorded.
        recording: Text = "Recording",
        /// Throws it away.
        record_not: Text = "Discard the voice message",
        /// It cannot be recorded.
        no_microphone: Text = "The microphone is not available. Allow it in your browser and try again.",
        /// In the place of a part of the interface that could not be fetched.
        part_lost: Text = "This part could not be loaded.",
        /// Says a failed message again; fetches a part again.
        retry: Text = "Try again",
        /// Takes a message that is not sent back into the composer.
        revise: Text = "Edit",
        /// Drops a message that is not sent.
        discard: Text = "Delete",
        /// Answers the words.
        reply: Text = "Reply",
        /// Over the composer while words are answered; takes their author's name.
        replying: Pattern = "Replying to {name}",
        /// Over the composer while one's own words are said otherwise.
        editing: Text = "Editing your message",
        /// Leaves the answer or the edit, and keeps what was to be deleted.
        cancel: Text = "Cancel",
        /// Beside words that were said otherwise.
        edited: Text = "edited",
        /// In place of words that were taken back.
        gone: Text = "This message was deleted",
        /// In place of words that are quoted and are further up.
        earlier: Text = "An earlier message",
        /// Introduces quoted words to screen readers.
        in_reply_to: Text = "In reply to",
        /// Names the button beside a message, and the menu behind it.
        more: Text = "More about this message",
        /// Asks before one's own words are taken back.
        delete_question: Text = "Delete this message for everybody?",
        /// Names the answers under a question.
        choices: Text = "Answers to choose from",
        /// Refused: said too long ago to be changed.
        too_late: Text = "Not changed: it was sent too long ago.",
        /// Name of the text field.
        message: Text = "Message",
        /// Name of the send button.
        send: Text = "Send",
        /// The composer: so many characters may still be typed.
        left: Counted = "{count} character left" | "{count} characters left",
        /// The composer: so many characters must go.
        over: Counted = "{count} character too many" | "{count} characters too many",
        /// A form that somebody asks to be filled in, where it has no title.
        form_asked: Text = "Please fill in the form below.",
        /// Above what was filled in.
        form_filled: Text = "Filled in",
        /// How a box that was ticked reads.
        ticked: Text = "Yes",
        /// The session was closed.
        closed: Text = "This chat was closed.",
        /// A rating in words; takes the number of stars.
        rated: Pattern = "{stars} of 5 stars",
        /// Sends a form.
        form_send: Text = "Send",
        /// Beside the label of a field that may stay empty.
        optional: Text = "(optional)",
        /// The empty choice of a field with choices.
        choose: Text = "Choose",
        /// Name of a form's field for the message.
        form_message: Text = "Message",
        /// A field must be filled in.
        missing: Text = "Please fill this in.",
        /// A box must be ticked.
        unticked: Text = "Please tick this to go on.",
        /// Not an e-mail address.
        no_email: Text = "Please enter an e-mail address, such as name@example.com.",
        /// Not a telephone number.
        no_phone: Text = "Please enter a telephone number.",
        /// A field holds too much.
        form_too_long: Text = "This is too long.",
        /// A card whose price and title the shop's own server has signed.
        verified: Text = "Confirmed by the shop",
    }
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
            Delivery::Uploading(_) => self.uploading,
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
            Failure::FileTooLarge => self.file_too_large,
            Failure::FileKindDenied => self.file_kind_denied,
            Failure::NoRoom => self.no_room,
            Failure::FileLost => self.file_lost,
            Failure::Refused => self.not_sent,
        }
    }
}
