//! A shop whose merchant answers by XMPP.

use std::ops::{Deref, DerefMut};

use anyhow::Result;
use tieline_load::shop;
pub(crate) use tieline_load::shop::text_of;
use tieline_services::{XmppServer, free_address, tieline};

pub(crate) const MIA: &str = "mia@localhost";
pub(crate) const PASSWORD: &str = "pa55word";

pub(crate) struct Shop {
    pub(crate) server: XmppServer,
    shop: shop::Shop,
}

impl Shop {
    /// Opens on a server. The visitor is there and has said nothing yet.
    pub(crate) async fn open(server: XmppServer) -> Result<Self> {
        let settings = server.gateway_settings();
        Self::open_with(server, &["robin", "xmpp:mia@localhost"], &settings).await
    }

    /// The same, with others who answer, and settings of the platform.
    pub(crate) async fn open_with(server: XmppServer, agents: &[&str], settings: &str) -> Result<Self> {
        let settings = format!(
            "allow_insecure_origins = true\n[limits]\nburst = 0\nframes_burst = 0\n[log]\nlevel = \"debug\"\n{settings}"
        );
        let (folder, address) = (tempfile::tempdir()?, free_address()?);
        let shop = shop::Shop::open(tieline()?, folder, address, agents, &settings).await?;
        Ok(Self { server, shop })
    }
}

impl Deref for Shop {
    type Target = shop::Shop;

    fn deref(&self) -> &shop::Shop {
        &self.shop
    }
}

impl DerefMut for Shop {
    fn deref_mut(&mut self) -> &mut shop::Shop {
        &mut self.shop
    }
}
