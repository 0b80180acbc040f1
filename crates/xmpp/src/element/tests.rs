use proptest::prelude::*;

use super::*;

const HEAD: &str = "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' \
                    xmlns:stream='http://etherx.jabber.org/streams' id='3' from='chat.localhost'>";
const COMPONENT: &str = "jabber:component:accept";

fn read(xml: &str) -> Result<Vec<Read>, Unreadable> {
    Reader::default().feed(xml.as_bytes())
}

#[track_caller]
fn one(xml: &str) -> Element {
    match read(&format!("{HEAD}{xml}")).unwrap().pop() {
        Some(Read::Element(element)) => element,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_stream_is_read_head_first_then_element_by_element_wherever_it_is_cut() {
    let xml = format!("{HEAD} <message id='1'><body>a &amp; b</body></message>\n<presence/></stream:stream>");
    let whole = read(&xml).unwrap();
    assert_eq!(whole.len(), 4);
    assert!(matches!(&whole[0], Read::Head(head) if head.attribute("id") == Some("3")));
    let Read::Element(message) = &whole[1] else { panic!("{whole:?}") };
    assert_eq!(message.find("body", COMPONENT).map(Element::text).as_deref(), Some("a & b"));
    assert_eq!(whole[3], Read::End);
    let mut reader = Reader::default();
    let pieces: Vec<Read> = xml.as_bytes().iter().flat_map(|byte| reader.feed(&[*byte]).unwrap()).collect();
    assert_eq!(pieces, whole);
}

#[test]
fn a_tree_without_a_floor_is_cut_and_what_follows_is_read() {
    let deep = 20_000;
    let xml = format!("<message>{}{}</message>", "<a>".repeat(deep), "</a>".repeat(deep));
    let element = one(&format!("{xml}<iq id='after'/>"));
    assert_eq!(element.attribute("id"), Some("after"));
}

#[test]
fn a_stanza_without_an_end_is_refused() {
    let mut reader = Reader::default();
    reader.feed(HEAD.as_bytes()).unwrap();
    reader.feed(b"<message><body>").unwrap();
    let fed = (0..600).try_for_each(|_| reader.feed(&[b'x'; 1024]).map(drop));
    assert_eq!(fed, Err(Unreadable::TooLarge));
}

#[test]
fn what_xml_cannot_hold_is_refused() {
    for bad in
        ["<!DOCTYPE a [<!ENTITY b 'c'>]>", "<a>&b;</a>", "<a></b>", "<a b='<'/>", "<x:a/>", "<!-- a -->"]
    {
        assert!(matches!(read(&format!("{HEAD}{bad}")), Err(Unreadable::Malformed(_))), "{bad}");
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(text in "\\PC*", value in "\\PC*", more in any::<String>()) {
        let element = Element::new("message", COMPONENT)
            .with("id", value)
            .child(Element::new("body", COMPONENT).text_of(&text))
            .child(Element::new("x", "urn:else").child(Element::new("y", COMPONENT)));
        let kept = one(&element.write(COMPONENT));
        prop_assert_eq!(&kept.find("body", COMPONENT).map(Element::text), &Some(text));
        prop_assert!(kept.find("x", "urn:else").and_then(|x| x.find("y", COMPONENT)).is_some());
        // Whatever a person typed: the stream goes on.
        one(&Element::new("body", COMPONENT).text_of(&more).write(COMPONENT));
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let mut reader = Reader::default();
        let _ = reader.feed(HEAD.as_bytes());
        let _ = reader.feed(&bytes);
    }
}
