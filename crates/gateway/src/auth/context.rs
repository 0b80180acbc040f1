//! What every check needs: the store, the keys, and who we are.

use super::{
    desk::SocketToken, master_key::MasterKey, origin::Origin, resume::ResumeToken, signed::Signer, ticket::Ticket,
    visitor::VisitorToken,
};
use crate::store::Store;

/// The gateway's half of every proof. One per process, shared.
pub struct AuthContext {
    /// Channels, devices, desk sessions.
    pub store: Store,
    /// Opens sealed keys.
    pub master: MasterKey,
    /// What a JWT's `aud` must name.
    pub gateway_id: String,
    /// Where our own documents come from.
    pub public_origin: Origin,
    /// Signs embed tickets.
    pub tickets: Signer<Ticket>,
    /// Signs visitors' tokens.
    pub visitors: Signer<VisitorToken>,
    /// Signs resume tokens.
    pub resumes: Signer<ResumeToken>,
    /// Signs the desk's socket tokens.
    pub sockets: Signer<SocketToken>,
}

impl AuthContext {
    /// The checks of one gateway.
    pub fn new(store: Store, master: MasterKey, gateway_id: String, public_origin: Origin) -> Self {
        Self {
            store,
            tickets: Signer::new(&master),
            visitors: Signer::new(&master),
            resumes: Signer::new(&master),
            sockets: Signer::new(&master),
            master,
            gateway_id,
            public_origin,
        }
    }
}
