//! English.

use tieline_session::screen::Notice;
use tieline_talk::{Words, english};

use super::Locale;
use crate::signin::Why;

pub(super) static EN: Locale = Locale {
    words: WORDS,
    inbox: "Inbox",
    sessions: "Sessions",
    title: |unread| match unread {
        0 => "Inbox · Tieline".to_owned(),
        1..=99 => format!("({unread}) Inbox · Tieline"),
        _ => "(99+) Inbox · Tieline".to_owned(),
    },
    unread: |unread| format!("{unread} unread"),
    wrote: |name| format!("New message from {name}"),
    you: "You:",
    visitor: "Visitor",
    loading_more: "Loading older sessions",
    sign_out: "Sign out",
    write_to: |name| format!("Write to {name}"),
    ended: "This session has ended.",
    close_session: "Close session",
    close_really: "Close for good?",
    ask_contact: "Ask for contact",
    contact_title: "How can we reach you?",
    contact_name: "Name",
    contact_email: "E-mail",
    closed_mark: "Closed",
    yours: "Yours",
    assigned_to: |name| format!("With {name}"),
    a_colleague: "a colleague",
    nobody: "Nobody in particular",
    who_answers: "Who answers",
    assign_to_me: "Assign to me",
    release: "Release",
    you_mark: "you",
    assign_refused: "That was not taken: they no longer answer here, or the session has ended.",
    mine: "Mine",
    none_mine: "None of these sessions is yours.",
    load_older: "Load older sessions",
    platform: platform_name,
    platform_down: |name| {
        format!("{} is not connected: people who answer there do not get anything now.", platform_name(name))
    },
    back: "Back to the list",
    details: "Details",
    close: "Close details",
    item: "Asked about",
    open_page: "Open the product's page",
    claimed: "As the page shows it, not verified",
    person: "Who asks",
    name: "Name",
    no_name: "Not given",
    standing: "Account",
    known: "Signed in at the shop",
    anonymous: "Anonymous visitor",
    shop: "Shop",
    started: "Started",
    nothing_open: "Pick a session to answer",
    keys: &[("J", "Next"), ("K", "Previous"), ("Enter", "Open"), ("R", "Reply"), ("Esc", "Back")],
    no_sessions: "No questions yet",
    embed_hint: "Put this tag into your shop's page. The first question shows up here by itself.",
    channel_hint: "Your channel's id: tieline channel list",
    nothing_said: "Nothing has been said yet.",
    try_again: "Try again",
    reload: "Reload",
    notices: |notice| match notice {
        Notice::Connecting => "Connecting.",
        Notice::Reconnecting => "Reconnecting. What you write is kept and goes out then.",
        Notice::Offline => "There is no network. What you write is kept and goes out when it is back.",
        Notice::NotKept => "This browser cannot keep what you write. Stay on the page until it is sent.",
        Notice::Refused => "The gateway does not accept this desk. Ask whoever runs it.",
        Notice::SignedOut => "Your sign-in is being renewed.",
        Notice::MustReload => "There is a newer version of the desk.",
    },
    shut: |why| match why {
        Why::NoSignIn => {
            ("Sign in to your desk", "You come in by a link that whoever runs Tieline makes for you.")
        }
        Why::LinkSpent => (
            "This link does not work any more",
            "It was used before, is older than 24 hours, or was not copied whole.",
        ),
        Why::Ended => (
            "Your sign-in has ended",
            "To go on, come in by a new link. Answers that were not sent yet wait in this tab.",
        ),
        Why::Left => ("You are signed out", "To come back, you need a new link."),
        Why::Unreachable => {
            ("The gateway does not answer", "It may be restarting, or your network may be down.")
        }
    },
    how_to: "On the server, run this command and open the link that it prints:",
    link_rules: "The link works once, within 24 hours. It then keeps you signed in on this browser for 30 days.",
};

fn platform_name(name: &str) -> String {
    match name {
        "xmpp" => "XMPP".to_owned(),
        "matrix" => "Matrix".to_owned(),
        other => other.to_owned(),
    }
}

/// The desk's own voice, where it differs from the widget's.
const WORDS: Words = Words {
    somebody: "Visitor",
    new_count: english!(Counted, "{count} new", "{count} new"),
    to_newest: "Go to the newest message",
    unsupported: "A kind of message that this version cannot show",
    queued: "Waiting",
    too_long: "Not sent: too long",
    not_allowed: "Not sent: the channel does not allow it",
    session_ended: "Not sent: the session has ended",
    expired: "Not sent: it waited for more than a day",
    not_sent: "Not sent",
    message: "Your answer",
    form_asked: "Asked to fill in a form",
    closed: "Session closed",
    verified: "Verified by the shop",
    ..Words::ENGLISH
};
