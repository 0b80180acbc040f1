use super::*;

const ROOM: &str = "s-1@rooms.shop.example";

fn stanza() -> Element {
    Element::new("message", ns::COMPONENT)
        .with("type", "groupchat")
        .with("from", format!("{ROOM}/Mia"))
        .with("to", "gateway@chat.shop.example/rooms")
        .with("id", "a1")
}

fn body(text: &str) -> Element {
    Element::new("body", ns::COMPONENT).text_of(text)
}

#[track_caller]
fn kind(stanza: &Element) -> Kind {
    match read(stanza) {
        Some(Heard::Message(message)) => message.kind,
        other => panic!("{other:?}"),
    }
}

fn words(text: &str, answers: Option<&str>) -> Kind {
    Kind::Words { text: text.into(), answers: answers.map(str::to_owned) }
}

fn reply() -> Element {
    Element::new("reply", ns::REPLY).with("id", "n1").with("to", format!("{ROOM}/Ada"))
}

fn fallback(start: &str, end: &str) -> Element {
    let part = Element::new("body", ns::FALLBACK).with("start", start).with("end", end);
    Element::new("fallback", ns::FALLBACK).with("for", ns::REPLY).child(part)
}

#[test]
fn what_a_reply_quotes_is_taken_off_by_characters() {
    let text = "> größe 😀?\nblau";
    let end = text.chars().position(|letter| letter == '\n').unwrap() + 1;
    let said = stanza().child(body(text)).child(reply()).child(fallback("0", &end.to_string()));
    assert_eq!(kind(&said), words("blau", Some("n1")));
    // Without a mark by its lines; what is no reply keeps its quotation.
    assert_eq!(kind(&stanza().child(body("> a\n> b\nblau")).child(reply())), words("blau", Some("n1")));
    assert_eq!(kind(&stanza().child(body("> a\nblau"))), words("> a\nblau", None));
    // Numbers that a stranger chose.
    for (start, end) in [("5", "2"), ("0", "99999999999999999999"), ("-1", "3"), ("x", "y")] {
        let odd = stanza().child(body("> a\nblau")).child(reply()).child(fallback(start, end));
        assert_eq!(kind(&odd), words("blau", Some("n1")), "{start} {end}");
    }
    let all = stanza().child(body("blau")).child(reply()).child(fallback("0", "1000"));
    assert_eq!(kind(&all), words("", Some("n1")));
}

#[test]
fn both_ways_of_taking_back_are_known() {
    let new = stanza().child(Element::new("retract", ns::RETRACT).with("id", "n1")).child(body("took back"));
    let inner = Element::new("retract", ns::RETRACT_OLD);
    let old = stanza().child(Element::new("apply-to", ns::FASTEN).with("id", "n1").child(inner));
    for said in [new, old] {
        assert_eq!(kind(&said), Kind::Retract { of: "n1".into() });
    }
}

#[test]
fn a_file_is_one_where_nothing_else_is_said() {
    let url = "https://up.example/mug.png";
    let link = Element::new("x", ns::OOB).child(Element::new("url", ns::OOB).text_of(url));
    assert_eq!(
        kind(&stanza().child(body(url)).child(link.clone())),
        Kind::File { url: url.into(), name: None }
    );
    assert_eq!(kind(&stanza().child(link.clone())), Kind::File { url: url.into(), name: None });
    assert_eq!(kind(&stanza().child(body("look")).child(link)), words("look", None));
    let name = Element::new("name", ns::FILE_METADATA).text_of("The mug.png");
    let source = Element::new("url-data", ns::URL_DATA).with("target", url);
    let sharing = Element::new("file-sharing", ns::FILE_SHARING)
        .child(Element::new("file", ns::FILE_METADATA).child(name))
        .child(Element::new("sources", ns::FILE_SHARING).child(source));
    let expected = Kind::File { url: url.into(), name: Some("The mug.png".into()) };
    assert_eq!(kind(&stanza().child(sharing)), expected);
}

#[test]
fn what_is_no_message_of_somebody_in_the_room_is_none() {
    let from = |from: &str| {
        let said = Element::new("message", ns::COMPONENT).with("type", "groupchat").with("to", "x");
        said.with("from", from).child(body("hi"))
    };
    assert_eq!(read(&from(ROOM)), None, "the room itself: its subject");
    assert_eq!(read(&body("hi")), None);
    let encrypted = stanza().child(Element::new("encrypted", "eu.siacs.conversations.axolotl"));
    assert_eq!(kind(&encrypted), Kind::Other);
    assert_eq!(kind(&stanza().child(body("  "))), Kind::Other);
    let alone =
        Element::new("message", ns::COMPONENT).with("type", "chat").with("from", format!("{ROOM}/Mia"));
    assert_eq!(read(&alone.child(body("psst"))), Some(Heard::Whispered { nick: "Mia".into() }));
}

#[test]
fn a_condition_is_read_whatever_stands_around_it() {
    let error = Element::new("error", ns::COMPONENT)
        .child(Element::new("text", ns::STANZA_ERROR).text_of("no"))
        .child(Element::new("conflict", ns::STANZA_ERROR));
    let refused =
        Element::new("message", ns::COMPONENT).with("type", "error").with("from", ROOM).with("id", "a1");
    let expected = Heard::Refused { id: "a1".into(), condition: "conflict".into() };
    assert_eq!(read(&refused.clone().child(error)), Some(expected));
    let expected = Heard::Refused { id: "a1".into(), condition: "undefined-condition".into() };
    assert_eq!(read(&refused), Some(expected));
}
