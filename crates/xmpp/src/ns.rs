//! The namespaces that are spoken here, each with its paper.

/// XEP-0114: the stream of a component.
pub const COMPONENT: &str = "jabber:component:accept";
/// RFC 6120, 4.8.
pub const STREAM: &str = "http://etherx.jabber.org/streams";
/// RFC 6120, 8.3.
pub const STANZA_ERROR: &str = "urn:ietf:params:xml:ns:xmpp-stanzas";
/// XEP-0045: joining a room.
pub const MUC: &str = "http://jabber.org/protocol/muc";
/// XEP-0045: who is in it.
pub const MUC_USER: &str = "http://jabber.org/protocol/muc#user";
/// XEP-0045: who may be in it.
pub const MUC_ADMIN: &str = "http://jabber.org/protocol/muc#admin";
/// XEP-0045: how it is.
pub const MUC_OWNER: &str = "http://jabber.org/protocol/muc#owner";
/// XEP-0249: an invitation without the room.
pub const CONFERENCE: &str = "jabber:x:conference";
/// XEP-0004: forms.
pub const FORM: &str = "jabber:x:data";
/// XEP-0030: what can be asked.
pub const DISCO: &str = "http://jabber.org/protocol/disco#info";
/// XEP-0199.
pub const PING: &str = "urn:xmpp:ping";
/// XEP-0313: the archive.
pub const MAM: &str = "urn:xmpp:mam:2";
/// XEP-0059: page by page.
pub const RSM: &str = "http://jabber.org/protocol/rsm";
/// XEP-0297: a stanza within another.
pub const FORWARD: &str = "urn:xmpp:forward:0";
/// XEP-0359: names of messages.
pub const SID: &str = "urn:xmpp:sid:0";
/// XEP-0085: who types.
pub const CHAT_STATES: &str = "http://jabber.org/protocol/chatstates";
/// XEP-0333: who has read.
pub const MARKERS: &str = "urn:xmpp:chat-markers:0";
/// XEP-0308: corrections.
pub const CORRECT: &str = "urn:xmpp:message-correct:0";
/// XEP-0424: what is taken back, as it is today.
pub const RETRACT: &str = "urn:xmpp:message-retract:1";
/// XEP-0424 as it was, with XEP-0422 around it.
pub const RETRACT_OLD: &str = "urn:xmpp:message-retract:0";
/// XEP-0422.
pub const FASTEN: &str = "urn:xmpp:fasten:0";
/// XEP-0461: replies.
pub const REPLY: &str = "urn:xmpp:reply:0";
/// XEP-0428: which part of a body is for clients that know less.
pub const FALLBACK: &str = "urn:xmpp:fallback:0";
/// XEP-0066: a link that is a file.
pub const OOB: &str = "jabber:x:oob";
/// XEP-0447: a file with its name and size.
pub const FILE_SHARING: &str = "urn:xmpp:sfs:0";
/// XEP-0446.
pub const FILE_METADATA: &str = "urn:xmpp:file:metadata:0";
/// XEP-0103.
pub const URL_DATA: &str = "http://jabber.org/protocol/url-data";
/// XEP-0184: somebody's client has it.
pub const RECEIPTS: &str = "urn:xmpp:receipts";
/// XEP-0380: a body that only says that the message is encrypted.
pub const ENCRYPTION: &str = "urn:xmpp:eme:0";
/// XEP-0384, in its two spellings, and XEP-0373: the encrypted words themselves.
pub const ENCRYPTED: [&str; 3] = ["eu.siacs.conversations.axolotl", "urn:xmpp:omemo:2", "urn:xmpp:openpgp:0"];
/// XEP-0172: what somebody wants to be called.
pub const NICK: &str = "http://jabber.org/protocol/nick";
/// XEP-0054: a card of who somebody is.
pub const VCARD: &str = "vcard-temp";
/// XEP-0334: what an archive should do.
pub const HINTS: &str = "urn:xmpp:hints";
/// Our own: a product card, for clients that know it.
pub const ITEM: &str = "urn:x-tieline:item:0";
