//! Why a command did not do it.

use std::process::ExitCode;

use crate::{app::StartError, auth::registry::RegistryError, config::ConfigError, store::StoreError};

/// A sentence for the operator, and with it the exit code.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The words or the configuration are wrong: exit code 2.
    #[error("{0}")]
    Usage(String),
    /// The words are right, the work failed: exit code 1.
    #[error("{0}")]
    Work(String),
}

impl Failure {
    pub(super) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::Work(_) => ExitCode::from(1),
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Usage(error.0)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Work(format!("{error}\n  to see what is wrong: tieline doctor"))
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Store(error) => error.into(),
            StartError::DataDir(error) => Self::Work(error.to_string()),
        }
    }
}

impl From<RegistryError> for Failure {
    fn from(error: RegistryError) -> Self {
        match error {
            RegistryError::Store(error) => error.into(),
            RegistryError::Invalid(invalid) => Self::Usage(invalid.to_string()),
            RegistryError::NoChannel(_) => {
                Self::Work(format!("{error}\n  to see those there are: tieline channel list"))
            }
            other => Self::Work(other.to_string()),
        }
    }
}
