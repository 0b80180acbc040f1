//! How a session's room has to be: members only, kept, with an archive, and everybody known by their account.

use crate::{element::Element, ns};

/// What is wanted of a room, by the name of the field in its form. Servers name the archive differently.
const WISHES: [(&str, &str); 8] = [
    ("muc#roomconfig_persistentroom", "1"),
    ("muc#roomconfig_membersonly", "1"),
    ("muc#roomconfig_publicroom", "0"),
    // Everybody in it works for the shop, and must be known by their account.
    ("muc#roomconfig_whois", "anyone"),
    ("muc#roomconfig_allowinvites", "0"),
    ("muc#roomconfig_enablearchiving", "1"),
    ("muc#roomconfig_enablelogging", "1"),
    ("mam", "1"),
];

/// Fills in those fields of a room's own form (XEP-0045, 10.2) that are wanted otherwise, and leaves the rest as it is.
pub(crate) fn fill_in(form: &Element, title: &str, about: &str) -> Element {
    let offered: Vec<&str> = form
        .find("x", ns::FORM)
        .into_iter()
        .flat_map(Element::elements)
        .filter_map(|field| field.attribute("var"))
        .collect();
    let texts = [("muc#roomconfig_roomname", title), ("muc#roomconfig_roomdesc", about)];
    let filled = texts.into_iter().chain(WISHES).filter(|(name, _)| offered.contains(name));
    Element::new("x", ns::FORM)
        .with("type", "submit")
        .child(field("FORM_TYPE", "http://jabber.org/protocol/muc#roomconfig"))
        .children_of(filled.map(|(name, value)| field(name, value)))
}

fn field(name: &str, value: &str) -> Element {
    let value = Element::new("value", ns::FORM).text_of(value);
    Element::new("field", ns::FORM).with("var", name).child(value)
}
