//! German.

use tieline_talk::Words;

use super::Locale;

pub(super) static DE: Locale = Locale {
    words: Words {
        language: "de",
        thread: "Nachrichten",
        you: "Sie",
        somebody: "Shop",
        today: "Heute",
        yesterday: "Gestern",
        new_below: "Neu",
        new_count: |count| {
            if count == 1 { "1 neue Nachricht".into() } else { format!("{count} neue Nachrichten") }
        },
        to_newest: "Zur neuesten Nachricht",
        typing: |name| format!("{name} schreibt"),
        unsupported: "Diese Nachricht braucht eine neuere Version des Chats. Laden Sie die Seite neu, um sie zu sehen.",
        queued: "Wartet auf Versand",
        sending: "Wird gesendet",
        sent: "Gesendet",
        delivered: "Zugestellt",
        read: "Gelesen",
        too_long: "Nicht gesendet: zu lang.",
        not_allowed: "Nicht gesendet: dieser Chat nimmt das nicht an.",
        session_ended: "Nicht gesendet: dieser Chat ist beendet.",
        expired: "Nicht gesendet: wartete länger als einen Tag.",
        refused: "Nicht gesendet.",
        retry: "Erneut versuchen",
        revise: "Bearbeiten",
        discard: "Löschen",
        message: "Nachricht",
        send: "Senden",
        left: |left| match left {
            0.. => format!("noch {left} Zeichen"),
            _ => format!("{} Zeichen zu viel", left.unsigned_abs()),
        },
        verified: "Vom Shop bestätigt",
    },
    chat: "Chat",
    tagline: "Antworten erscheinen gleich hier",
    close: "Schließen",
    write_to: |name| format!("An {name} schreiben"),
    write: "Nachricht schreiben",
    welcome: "Guten Tag!",
    greeting: "Fragen Sie uns einfach. Sie können gehen und wiederkommen, die Antwort steht dann hier.",
    about: "Betrifft",
    read_only: "Dieser Chat nimmt keine Nachrichten mehr an.",
    reload: "Neu laden",
    connecting: "Verbindung wird aufgebaut. Sie können schon schreiben.",
    reconnecting: "Verbindung wird wiederhergestellt. Was Sie schreiben, bleibt erhalten.",
    offline: "Sie sind offline. Was Sie schreiben, wird gesendet, sobald Sie wieder verbunden sind.",
    not_kept: "Noch nicht gesendete Nachrichten gehen verloren, wenn Sie die Seite neu laden.",
    refused: "Diese Seite erreicht den Chat nicht. Bitte wenden Sie sich auf anderem Weg an den Shop.",
    signed_out: "Sie wurden abgemeldet. Melden Sie sich auf dieser Seite an; was Sie schreiben, bleibt erhalten.",
    must_reload: "Es gibt eine neuere Version dieses Chats.",
};
