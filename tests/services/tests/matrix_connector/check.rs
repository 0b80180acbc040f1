//! `tieline connector check`: on a homeserver that is as it should be, and on homeservers that are not.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use tempfile::TempDir;
use tieline_load::stage::Stage;
use tieline_services::{Said, Synapse, free_address};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::world::{World, registration, settings, text_of};

/// What a trial without a flaw says.
const LINES: usize = 8;

/// A gateway that is set up, and does not run.
struct Gateway {
    folder: TempDir,
    address: String,
    registration: PathBuf,
}

impl Gateway {
    async fn new() -> Result<Self> {
        let (folder, address) = (tempfile::tempdir()?, free_address()?);
        let registration = registration(folder.path(), &address).await?;
        Ok(Self { folder, address, registration })
    }

    /// Changes the registration, behind the gateway's back.
    fn change_registration(&self, (old, new): (&str, &str)) -> Result<()> {
        change(&self.registration, (old, new))
    }

    /// With a channel, answered by these.
    async fn open(&self, server: &Synapse, agents: &[&str]) -> Result<()> {
        let settings = settings(&server.url());
        Stage::prepare_answered_by(self.folder.path(), &self.address, agents, &settings).await.map(drop)
    }

    async fn check(&self) -> Result<Said> {
        Said::of(&self.folder.path().join("tieline.toml")).await
    }

    /// Of a gateway whose configuration says something else.
    async fn check_with(&self, change_of_it: (&str, &str)) -> Result<Said> {
        let changed = self.folder.path().join("changed.toml");
        std::fs::copy(self.folder.path().join("tieline.toml"), &changed)?;
        change(&changed, change_of_it)?;
        Said::of(&changed).await
    }

    fn tokens(&self) -> PathBuf {
        self.folder.path().join("data/matrix.tokens")
    }
}

fn change(file: &Path, (old, new): (&str, &str)) -> Result<()> {
    let text = std::fs::read_to_string(file)?;
    ensure!(text.contains(old), "{} does not say {old}", file.display());
    Ok(std::fs::write(file, text.replace(old, new))?)
}

const MIA: [&str; 2] = ["robin", "matrix:@mia:localhost"];

#[tokio::test]
async fn a_homeserver_as_documented_is_well() -> Result<()> {
    let gateway = Gateway::new().await?;
    let server = Synapse::start(&gateway.registration).await?;
    gateway.open(&server, &MIA).await?;
    let said = gateway.check().await?;
    assert!(said.blames("@mia:localhost answers in a channel, and has no account"), "{said:?}");
    let _mia = server.person("mia").await?;
    // The trial before has left nothing that is in the way.
    for _ in 0..2 {
        let said = gateway.check().await?;
        assert!(said.is_well() && said.findings.len() == LINES, "{said:?}");
    }
    Ok(())
}

#[tokio::test]
async fn what_the_gateway_has_wrong_is_named() -> Result<()> {
    let gateway = Gateway::new().await?;
    let server = Synapse::start(&gateway.registration).await?;
    gateway.open(&server, &["robin"]).await?;
    let (nobody, page) = (format!("http://{}", free_address()?), web_page().await?);
    for (change, words) in [
        ((&*server.url(), &*nobody), "nothing listens at"),
        ((&server.url(), &page), "is no homeserver: it answers 404"),
        (("\"localhost\"", "\"shop.example\""), "it is localhost, not shop.example"),
        // The registration leads to where nobody listens.
        ((&gateway.address, &free_address()?), "no connection comes about"),
    ] {
        let said = gateway.check_with(change).await?;
        assert!(said.blames(words), "{change:?}: {said:?}");
    }
    let right = std::fs::read_to_string(gateway.tokens())?;
    for (prefix, words) in
        [("tl_as_", "it does not know the gateway's token"), ("tl_hs_", "its hs_token is another")]
    {
        change(&gateway.tokens(), (prefix, "tl_other_"))?;
        let said = gateway.check().await?;
        assert!(said.blames(words), "{prefix}: {said:?}");
        std::fs::write(gateway.tokens(), &right)?;
    }
    std::fs::remove_file(gateway.tokens())?;
    let said = gateway.check().await?;
    assert!(said.blames("no registration was written yet"), "{said:?}");
    Ok(())
}

/// Something that is there, and is not Matrix.
async fn web_page() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 1024];
            // Whoever goes away first has what it wanted.
            let _ = stream.read(&mut request).await;
            let answer = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            let _ = stream.write_all(answer).await;
        }
    });
    Ok(url)
}

#[tokio::test]
async fn a_homeserver_that_has_read_no_registration_is_named() -> Result<()> {
    let gateway = Gateway::new().await?;
    let lines = format!("app_service_config_files:\n  - \"{}\"\n", gateway.registration.display());
    let server = Synapse::start_changed(&gateway.registration, &[(&lines, "")]).await?;
    gateway.open(&server, &["robin"]).await?;
    let said = gateway.check().await?;
    assert!(said.blames("it does not know the gateway's token"), "{said:?}");
    Ok(())
}

#[tokio::test]
async fn a_registration_of_other_names_or_another_url_is_named() -> Result<()> {
    let gateway = Gateway::new().await?;
    gateway.change_registration((r#""@chat_.*:localhost""#, r#""@chat_.*:shop\\.example""#))?;
    let mut server = Synapse::start(&gateway.registration).await?;
    gateway.open(&server, &["robin"]).await?;
    let said = gateway.check().await?;
    assert!(said.blames("its registration has other names than @chat_..:localhost"), "{said:?}");

    gateway.change_registration((r#""@chat_.*:shop\\.example""#, r#""@chat_.*:localhost""#))?;
    let page = web_page().await?;
    // As the gateway's own address is, where the configuration says no other.
    let own = gateway.address.replace("127.0.0.1", "http://localhost");
    gateway.change_registration((&own, &page))?;
    server.stop().await?;
    server.start_again().await?;
    let said = gateway.check().await?;
    assert!(said.blames("something else answers there, with 404"), "{said:?}");
    Ok(())
}

#[tokio::test]
async fn a_homeserver_that_encrypts_every_room_is_named() -> Result<()> {
    let gateway = Gateway::new().await?;
    let change = ("room_type: \"off\"", "room_type: \"all\"");
    let server = Synapse::start_changed(&gateway.registration, &[change]).await?;
    gateway.open(&server, &["robin"]).await?;
    let said = gateway.check().await?;
    assert!(said.blames("it encrypts every room"), "{said:?}");
    Ok(())
}

#[tokio::test]
async fn a_homeserver_is_tried_beside_a_gateway_that_runs() -> Result<()> {
    let mut world = World::start().await?;
    let said = Said::of(&world.stage.config_file).await?;
    assert!(said.is_well() && said.findings.len() == LINES + 1, "{said:?}");
    assert_eq!(said.findings[0].1, "matrix: the gateway is connected");
    world.mia.say(&world.room, "still here").await?;
    assert_eq!(text_of(&world.entry().await?), "still here");
    Ok(())
}
