//! `/card` in a room: which product it shows.

use tieline_connector::{
    Trouble,
    card::{Card, USAGE},
};
use tieline_protocol::{Item, SessionId};

use super::GatewayHost;

impl GatewayHost {
    /// The product, or what to say where there is none. What the shop has signed is still signed: it comes out of the store as it
    /// went in, and nothing that somebody writes in a room gets there.
    pub(super) async fn find_card(
        &self,
        session: SessionId,
        card: &Card,
    ) -> Result<Result<Item, String>, Trouble> {
        match card {
            Card::Made(item) => Ok(Ok(Item { verified: false, ..item.clone() })),
            Card::OfSession => {
                let item = self.state.log.item_of(session).await.map_err(|error| self.trouble(&error))?;
                Ok(item.ok_or_else(|| format!("This session is about no product. {USAGE}")))
            }
            Card::Numbered(number) => {
                let found = self.state.log.find_signed_item(session, number.clone()).await;
                let found = found.map_err(|error| self.trouble(&error))?;
                Ok(found.ok_or_else(|| {
                    format!("The shop has signed no product of the number {number} yet: nothing was shown. {USAGE}")
                }))
            }
        }
    }
}
