"""What a test wants to know of a stanza, read from its XML and not from slixmpp's view of it."""

from xml.etree import ElementTree

CLIENT = "{jabber:client}"
SID = "{urn:xmpp:sid:0}"
MARKERS = "{urn:xmpp:chat-markers:0}"
RECEIPTS = "{urn:xmpp:receipts}"
STATES = "{http://jabber.org/protocol/chatstates}"
CORRECT = "{urn:xmpp:message-correct:0}"
RETRACT = "{urn:xmpp:message-retract:1}"
REPLY = "{urn:xmpp:reply:0}"
FALLBACK = "{urn:xmpp:fallback:0}"
OOB = "{jabber:x:oob}"
MUC_USER = "{http://jabber.org/protocol/muc#user}"
CONFERENCE = "{jabber:x:conference}"
DELAY = "{urn:xmpp:delay}"
CARBONS = "{urn:xmpp:carbons:2}"
FORWARD = "{urn:xmpp:forward:0}"
MAM = "{urn:xmpp:mam:2}"
STANZAS = "{urn:ietf:params:xml:ns:xmpp-stanzas}"


def message(xml):
    """The facts of a `message`; those that it does not have are None."""
    xml = as_client(xml)
    invite = xml.find(f"{MUC_USER}x/{MUC_USER}invite")
    direct = xml.find(f"{CONFERENCE}x")
    marked = next((child for child in xml if child.tag.startswith(MARKERS) and child.tag != f"{MARKERS}markable"), None)
    return {
        **envelope(xml),
        "body": text(xml, f"{CLIENT}body"),
        "subject": text(xml, f"{CLIENT}subject"),
        "thread": text(xml, f"{CLIENT}thread"),
        "stanza_ids": [{"id": child.get("id"), "by": child.get("by")} for child in xml.findall(f"{SID}stanza-id")],
        "origin_id": attribute(xml, f"{SID}origin-id", "id"),
        "oob_url": text(xml, f"{OOB}x/{OOB}url"),
        "replaces": attribute(xml, f"{CORRECT}replace", "id"),
        "retracts": attribute(xml, f"{RETRACT}retract", "id"),
        "reply": attributes(xml.find(f"{REPLY}reply"), "to", "id"),
        "fallbacks": [fallback(child) for child in xml.findall(f"{FALLBACK}fallback")],
        "is_markable": xml.find(f"{MARKERS}markable") is not None,
        "marker": None if marked is None else {"kind": local(marked), "id": marked.get("id")},
        "asks_receipt": xml.find(f"{RECEIPTS}request") is not None,
        "receipt": attribute(xml, f"{RECEIPTS}received", "id"),
        "chat_state": next((local(child) for child in xml if child.tag.startswith(STATES)), None),
        "delayed": attribute(xml, f"{DELAY}delay", "stamp"),
        "invite": None if invite is None else {"room": xml.get("from"), "from": invite.get("from"), "kind": "mediated"},
        "direct_invite": None if direct is None else {"room": direct.get("jid"), "from": xml.get("from"), "kind": "direct"},
        "statuses": statuses(xml),
    }


def presence(xml):
    xml = as_client(xml)
    item = xml.find(f"{MUC_USER}x/{MUC_USER}item")
    return {
        **envelope(xml),
        "show": text(xml, f"{CLIENT}show"),
        "status": text(xml, f"{CLIENT}status"),
        "item": attributes(item, "jid", "affiliation", "role", "nick"),
        "statuses": statuses(xml),
    }


def envelope(xml):
    error = xml.find(f"{CLIENT}error")
    condition = None if error is None else next((local(child) for child in error if child.tag.startswith(STANZAS)), None)
    return {
        "from": xml.get("from"),
        "to": xml.get("to"),
        "type": xml.get("type"),
        "id": xml.get("id"),
        "error": condition,
        "xml": ElementTree.tostring(xml, encoding="unicode"),
    }


def carbon(xml):
    """A message of another device of the same account, if this is one: how it came, and the message."""
    for kind in ("sent", "received"):
        inner = xml.find(f"{CARBONS}{kind}/{FORWARD}forwarded/{CLIENT}message")
        if inner is not None:
            return kind, inner
    return None


def archived(xml):
    """A message out of an archive, if this is one: who asked, its place there, and the message."""
    result = as_client(xml).find(f"{MAM}result")
    if result is None:
        return None
    inner = result.find(f"{FORWARD}forwarded/{CLIENT}message")
    return result.get("queryid"), result.get("id"), inner


def as_client(xml):
    """A component's stanzas are in a namespace of their own; here they all look like a client's."""
    renamed = ElementTree.fromstring(ElementTree.tostring(xml, encoding="unicode").replace("jabber:component:accept", "jabber:client"))
    return renamed


def statuses(xml):
    return [int(child.get("code")) for child in xml.findall(f"{MUC_USER}x/{MUC_USER}status")]


def fallback(xml):
    body = xml.find(f"{FALLBACK}body")
    return {"for": xml.get("for"), **({} if body is None else {"start": body.get("start"), "end": body.get("end")})}


def text(xml, path):
    found = xml.find(path)
    return None if found is None else found.text or ""


def attribute(xml, path, name):
    found = xml.find(path)
    return None if found is None else found.get(name)


def attributes(xml, *names):
    return None if xml is None else {name: xml.get(name) for name in names if xml.get(name) is not None}


def local(xml):
    return xml.tag.split("}")[-1]
