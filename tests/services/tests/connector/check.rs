//! `tieline connector check`: on a server that is as it should be, and on servers that are not.

use anyhow::Result;
use tieline_load::process::free_address;
use tieline_services::{Said, XmppKind, XmppServer};

use crate::{shop::text_of, world::World};

/// Of a gateway that is configured for a server but for one thing.
async fn check(server: &XmppServer, change: (&str, &str)) -> Result<Said> {
    let folder = tempfile::tempdir()?;
    let right = server.gateway_settings();
    anyhow::ensure!(right.contains(change.0), "the configuration does not say {}", change.0);
    let config = folder.path().join("tieline.toml");
    let own = format!("allow_insecure_origins = true\ndata_dir = {:?}\n", folder.path().join("data"));
    std::fs::write(&config, own + &right.replace(change.0, change.1))?;
    Said::of(&config).await
}

const NOTHING: (&str, &str) = ("", "");

async fn a_server_as_documented_is_well(kind: XmppKind) -> Result<()> {
    let server = XmppServer::start(kind).await?;
    for _ in 0..2 {
        let said = check(&server, NOTHING).await?;
        assert!(said.is_well() && said.findings.len() == 6, "{said:?}");
    }
    Ok(())
}

async fn direct_mode_needs_no_rooms(kind: XmppKind) -> Result<()> {
    let server = XmppServer::start(kind).await?;
    let said = check(&server, ("rooms = \"rooms.localhost\"", "mode = \"direct\"")).await?;
    assert!(said.is_well() && said.findings.len() == 2, "{said:?}");
    assert!(
        said.findings[1].1.contains("what is written to sessions at chat.localhost comes here"),
        "{said:?}"
    );
    Ok(())
}

async fn what_the_gateway_has_wrong_is_named(kind: XmppKind) -> Result<()> {
    let server = XmppServer::start(kind).await?;
    let nobody = free_address()?;
    // Each server has one answer for two things.
    let (at_the_port_for_clients, of_an_unknown_name) = match kind {
        XmppKind::Prosody => ("knows no component chat.localhost", "knows no component shop.localhost"),
        XmppKind::Ejabberd => ("is a port for clients", "does not take the secret of shop.localhost"),
    };
    let (secret, component) = (server.component_secret(), server.component_address());
    for (change, words) in [
        ((component.as_str(), nobody.as_str()), "nothing listens at"),
        ((component.as_str(), &*server.client_address()), at_the_port_for_clients),
        ((secret, "another-secret"), "does not take the secret of chat.localhost"),
        (("chat.localhost", "shop.localhost"), of_an_unknown_name),
        (("rooms.localhost", "muc.localhost"), "muc.localhost does not answer"),
        (("\"rooms.localhost\"", "\"localhost\""), "localhost answers, and has no rooms"),
    ] {
        let said = check(&server, change).await?;
        assert!(said.blames(words), "{change:?}: {said:?}");
    }
    // The trials have left nothing behind that is in the way.
    let said = check(&server, NOTHING).await?;
    assert!(said.is_well(), "{said:?}");
    Ok(())
}

/// All of `mod_mam`: where there is an archive at all, the gateway has it switched on for its rooms.
const ARCHIVE_OF_EJABBERD: &str = "  mod_mam:
    default: always
    assume_mam_usage: true
    # Not all at once after a long time away.
    request_activates_archiving: false
";

async fn rooms_without_an_archive_are_named(kind: XmppKind) -> Result<()> {
    let change = match kind {
        XmppKind::Prosody => ("modules_enabled = { \"muc_mam\" }", ""),
        XmppKind::Ejabberd => (ARCHIVE_OF_EJABBERD, ""),
    };
    let server = XmppServer::start_changed(kind, &[change]).await?;
    let said = check(&server, NOTHING).await?;
    assert!(said.blames("rooms have no archive"), "{said:?}");
    Ok(())
}

async fn a_gateway_that_may_not_make_rooms_is_told(kind: XmppKind) -> Result<()> {
    let change = match kind {
        XmppKind::Prosody => ("admins = { \"gateway@chat.localhost\" }", "admins = {}"),
        XmppKind::Ejabberd => ("access_create: gateway", "access_create: none"),
    };
    let server = XmppServer::start_changed(kind, &[change]).await?;
    let said = check(&server, NOTHING).await?;
    assert!(said.blames("gateway@chat.localhost cannot make a room"), "{said:?}");
    Ok(())
}

async fn a_gateway_that_runs_is_asked_and_not_disturbed(kind: XmppKind) -> Result<()> {
    let mut world = World::start(kind).await?;
    let said = Said::of(&world.stage.config_file).await?;
    let [(level, what), (_, why)] = said.findings.as_slice() else { panic!("{said:?}") };
    assert_eq!((said.code, level.as_str(), what.as_str()), (Some(0), "ok", "xmpp: the gateway is connected"));
    assert!(why.contains("rooms and archive were not tried"), "{why}");
    world.mia.say(&world.room, "still here").await?;
    assert_eq!(text_of(&world.entry().await?), "still here");
    Ok(())
}

/// One that runs elsewhere. Not on ejabberd: it takes both, and gives each stanza to the one or the other by chance.
#[tokio::test]
async fn another_gateway_under_the_name_is_told_of() -> Result<()> {
    let server = XmppServer::start(XmppKind::Prosody).await?;
    let _other = server.component().await?;
    let said = check(&server, NOTHING).await?;
    assert!(said.blames("another gateway is connected as chat.localhost"), "{said:?}");
    Ok(())
}

crate::on_both! {
    a_server_as_documented_is_well
    direct_mode_needs_no_rooms
    what_the_gateway_has_wrong_is_named
    rooms_without_an_archive_are_named
    a_gateway_that_may_not_make_rooms_is_told
    a_gateway_that_runs_is_asked_and_not_disturbed
}
