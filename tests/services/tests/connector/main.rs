//! The gateway on real XMPP servers, with a client of the merchant's that is not ours: each row of the mapping, both ways.

mod chaos;
mod check;
mod cuts;
mod direct;
mod features;
mod hostile;
mod kinds;
mod profanity;
mod shop;
mod world;

/// The same tests on every server.
macro_rules! on_both {
    ($($name:ident)*) => {
        mod prosody { $(#[tokio::test] async fn $name() -> anyhow::Result<()> { super::$name(tieline_services::XmppKind::Prosody).await })* }
        mod ejabberd { $(#[tokio::test] async fn $name() -> anyhow::Result<()> { super::$name(tieline_services::XmppKind::Ejabberd).await })* }
    };
}
use on_both;
