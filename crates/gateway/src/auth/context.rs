//! What every check needs: the store, the keys, and who we are.

use std::{io, path::Path};

use super::{
    desk::SocketToken,
    master_key::{self, MasterKey},
    origin::Origin,
    resume::ResumeToken,
    secret::{self, Secret},
    signed::Signer,
    ticket::Ticket,
    visitor::VisitorToken,
};
use crate::{config::Config, store::Store};

/// File of the operator's token, within the data folder.
pub const OPERATOR_TOKEN_FILE: &str = "operator.token";

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
    /// Opens the operator's API.
    pub operator_token: Secret<String>,
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
    /// The checks of the gateway that this configuration describes. Makes the master key and the operator's token if they are
    /// not there yet.
    ///
    /// # Errors
    /// When a file of the data folder cannot be read or made, or others may read it.
    pub fn open(config: &Config, store: Store) -> io::Result<Self> {
        let master = MasterKey::load_or_create(&config.data_dir)
            .map_err(|error| at(&config.data_dir, master_key::FILE, &error))?;
        let operator_token = match &config.operator_token {
            Some(token) => token.clone(),
            None => load_operator_token(&config.data_dir)
                .map_err(|error| at(&config.data_dir, OPERATOR_TOKEN_FILE, &error))?,
        };
        Ok(Self::new(store, master, config.gateway_id.clone(), config.public_url.clone(), operator_token))
    }

    /// The checks of a gateway with these keys.
    pub fn new(
        store: Store,
        master: MasterKey,
        gateway_id: String,
        public_origin: Origin,
        operator_token: Secret<String>,
    ) -> Self {
        Self {
            store,
            tickets: Signer::new(&master),
            visitors: Signer::new(&master),
            resumes: Signer::new(&master),
            sockets: Signer::new(&master),
            master,
            gateway_id,
            public_origin,
            operator_token,
        }
    }
}

fn load_operator_token(data_dir: &Path) -> io::Result<Secret<String>> {
    // Exposed to be written into the operator's own file.
    let make = || format!("{}\n", secret::mint("to_").expose()).into_bytes();
    let bytes = master_key::load_or_create(&data_dir.join(OPERATOR_TOKEN_FILE), make)?;
    let text = String::from_utf8(bytes).map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
    let token = text.trim();
    if token.is_empty() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "is empty: delete it, and the next start makes another",
        ));
    }
    Ok(Secret::new(token.to_owned()))
}

fn at(folder: &Path, file: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", folder.join(file).display()))
}
