//! What a trial of an XMPP server found, in words: `docs/connectors/xmpp.md` says more of each.

use std::io;

use tieline_xmpp::{
    Setup,
    check::{self, Finding as Found, Refusal},
    line::Broken,
};

use super::super::finding::Finding;
use crate::config::Xmpp;

/// Tries it.
pub(super) async fn check(configured: &Xmpp) -> Vec<Finding> {
    let setup = &configured.setup;
    let mut findings: Vec<_> = check::run(setup).await.iter().map(|found| in_words(setup, found)).collect();
    if configured.files.is_none() {
        findings.push(Finding::warn(
            "XMPP: xmpp.files is not set: what agents send as a file reaches the visitor as a link",
            "set it to the origin at which the server gives files out, such as https://upload.shop.example",
        ));
    }
    findings
}

fn in_words(setup: &Setup, found: &Found) -> Finding {
    let Setup { server, domains, .. } = setup;
    let (component, rooms) = (&domains.component, domains.sessions());
    let owner = format!("gateway@{component}");
    match found {
        Found::Line => Finding::ok(format!("XMPP: {server} takes the gateway as {component}")),
        Found::NoLine(why) => no_line(setup, why),
        Found::Carried => Finding::ok(format!("XMPP: what is written to sessions at {component} comes here")),
        Found::NotCarried(why) => Finding::fail(
            format!("XMPP: what is written to {component} does not come here: {}", reason(why)),
            "does the server know the name as a component, and no other gateway under it?",
        ),
        Found::Rooms => Finding::ok(format!("XMPP: {rooms} has rooms")),
        Found::NoRooms(why) => Finding::fail(
            format!("XMPP: {rooms} does not answer: {}", reason(why)),
            "is xmpp.rooms the name of the server's rooms? Prosody: Component \"...\" \"muc\"; ejabberd: mod_muc, host",
        ),
        Found::OtherService => Finding::fail(
            format!("XMPP: {rooms} answers, and has no rooms"),
            "set xmpp.rooms to the name of the server's rooms: Prosody: Component \"...\" \"muc\"; ejabberd: mod_muc, host",
        ),
        Found::Room => Finding::ok(format!("XMPP: {owner} may make rooms")),
        Found::NoRoom(why) => Finding::fail(
            format!("XMPP: {owner} cannot make a room: {}", reason(why)),
            format!(
                "let it: Prosody: \"{owner}\" among the admins of {rooms}; ejabberd: mod_muc, access_create"
            ),
        ),
        Found::NoSettings(why) => Finding::fail(
            format!("XMPP: a room cannot be set up: {}", reason(why)),
            "whoever makes a room must own it: does a module of the server change that?",
        ),
        Found::Members => Finding::ok("XMPP: only who is invited comes into a room"),
        Found::NoMembers => Finding::fail(
            "XMPP: anybody can come into a room",
            "let rooms be for members only: Prosody: muc_room_default_members_only; ejabberd: members_only",
        ),
        Found::Accounts => Finding::ok("XMPP: in a room everybody is known by their account"),
        Found::NoAccounts => Finding::fail(
            "XMPP: a room does not show who is in it",
            "let rooms show addresses: Prosody: muc_room_default_public_jids; ejabberd: anonymous: false",
        ),
        Found::Archive => Finding::ok("XMPP: what is said in a room is in its archive"),
        Found::NoArchive(why) => Finding::fail(
            format!(
                "XMPP: rooms have no archive ({}): what is said while the gateway is away is lost",
                reason(why)
            ),
            "Prosody: muc_mam in the modules_enabled of the rooms; ejabberd: mod_mam, and mam: true in default_room_options",
        ),
        Found::Left { room, why } => Finding::warn(
            format!("XMPP: the trial's room is still there: {}", reason(why)),
            format!("destroy {room} with the server's own tools"),
        ),
    }
}

fn no_line(Setup { server, domains, .. }: &Setup, why: &Broken) -> Finding {
    let component = &domains.component;
    let fail = |what: String, advice: &str| Finding::fail(format!("XMPP: {what}"), advice);
    match why {
        Broken::Network(error) if error.kind() == io::ErrorKind::ConnectionRefused => fail(
            format!("nothing listens at {server}"),
            "does the server run, and is xmpp.server its port for components? Prosody: component_ports; ejabberd: ejabberd_service",
        ),
        Broken::Network(error) => fail(
            format!("{server} cannot be reached: {error}"),
            "is xmpp.server right, and the network between?",
        ),
        Broken::Server(condition) => match condition.as_str() {
            // ejabberd says this of an unknown name, too.
            "not-authorized" => fail(
                format!("{server} does not take the secret of {component}"),
                "xmpp.secret and the server's must be the same, and xmpp.domain a component there. Prosody: component_secret; ejabberd: password, and the name above it",
            ),
            // Prosody says this at its port for clients, too.
            "host-unknown" => fail(
                format!("{server} knows no component {component}"),
                "is xmpp.domain right, and xmpp.server the port for components? Prosody: Component \"...\", component_ports",
            ),
            "invalid-namespace" => fail(
                format!("{server} is a port for clients"),
                "set xmpp.server to the port for components. Prosody: component_ports; ejabberd: ejabberd_service",
            ),
            "conflict" => fail(
                format!("another gateway is connected as {component}"),
                "one name is for one gateway: stop that one, or give this one a name of its own",
            ),
            other => fail(format!("{server} says {other}"), "the server's log says more"),
        },
        Broken::Unreadable(_) => fail(
            format!("what answers at {server} is no XMPP server"),
            "xmpp.server is the port for components, not the one for clients or for HTTP",
        ),
        Broken::Closed => fail(
            format!("{server} closes the line"),
            "is it the port for components, and not the one for clients? the server's log says more",
        ),
        Broken::Silent => fail(
            format!("{server} does not answer"),
            "is it the port for components? a port that wants TLS first does not answer either",
        ),
    }
}

fn reason(why: &Refusal) -> &str {
    match why {
        Refusal::Condition(condition) => condition,
        Refusal::Silence => "no answer; is another gateway connected under the same name?",
        Refusal::Nothing => "it says that it is done, and it is not",
    }
}
