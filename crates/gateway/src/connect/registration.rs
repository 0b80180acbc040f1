//! What the gateway and a Matrix homeserver know of each other: two tokens, and the file that tells the homeserver.

use std::{io, path::Path};

use crate::{
    auth::{Secret, master_key, secret},
    config::Matrix,
};

/// The tokens' file, within the data folder: two lines.
pub(crate) const FILE: &str = "matrix.tokens";
/// What a homeserver is told, with places for what differs. The same file is what an operator reads, and what the tests use.
const TEMPLATE: &str = include_str!("../../../../docs/connectors/registration.yaml");

/// The two tokens. Neither says anything in `Debug`.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    /// Shown by the gateway to the homeserver.
    pub(crate) gateway: Secret<String>,
    /// Shown by the homeserver to the gateway.
    pub(crate) homeserver: Secret<String>,
}

impl Tokens {
    /// Reads the tokens of a data folder, or makes them: 256 random bits each. Whoever asks again gets the same.
    ///
    /// # Errors
    /// When the file cannot be read or made, may be read by others, or holds something else.
    pub(crate) fn load_or_create(data_dir: &Path) -> io::Result<Self> {
        let path = data_dir.join(FILE);
        let make = || {
            let [gateway, homeserver] = ["tl_as_", "tl_hs_"].map(secret::mint);
            // Exposed to be kept, where only the operator may read.
            format!("{}\n{}\n", gateway.expose(), homeserver.expose()).into_bytes()
        };
        let about = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        let bytes = master_key::load_or_create(&path, make).map_err(about)?;
        let text = String::from_utf8(bytes).unwrap_or_default();
        match text.lines().collect::<Vec<_>>()[..] {
            [gateway, homeserver] if is_token(gateway) && is_token(homeserver) => {
                let [gateway, homeserver] = [gateway, homeserver].map(|token| Secret::new(token.to_owned()));
                Ok(Self { gateway, homeserver })
            }
            _ => Err(about(io::Error::new(io::ErrorKind::InvalidData, "must hold two tokens, a line each"))),
        }
    }

    /// What the connector has to know of a homeserver.
    pub(crate) fn setup(&self, matrix: &Matrix) -> tieline_matrix::Setup {
        tieline_matrix::Setup {
            homeserver: matrix.homeserver.to_string(),
            server_name: matrix.server_name.clone(),
            // Exposed to be shown to the homeserver, with each question.
            token: self.gateway.expose().clone(),
        }
    }

    /// The registration, for the homeserver.
    pub(crate) fn registration(&self, matrix: &Matrix) -> Secret<String> {
        // Exposed to be handed to the homeserver, by the operator.
        let places = [
            ("gateway_url", matrix.gateway_url.as_str()),
            ("as_token", self.gateway.expose()),
            ("hs_token", self.homeserver.expose()),
            // Within double quotes of YAML and a regular expression.
            ("domain_pattern", &matrix.server_name.replace('.', r"\\.")),
        ];
        let fill =
            |text: String, (name, value): (&str, &str)| text.replace(&format!("{{{{{name}}}}}"), value);
        Secret::new(places.into_iter().fold(TEMPLATE.to_owned(), fill))
    }
}

/// Short enough to type is short enough to guess.
fn is_token(text: &str) -> bool {
    text.len() >= 32 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::auth::Origin;

    #[test]
    fn the_tokens_are_private_and_stay_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let [first, second] = [(); 2].map(|()| Tokens::load_or_create(folder.path()).unwrap());
        assert!(first.gateway == second.gateway && first.homeserver == second.homeserver);
        assert!(first.gateway != first.homeserver);
        assert!(!format!("{first:?}").contains("tl_"));
        let mode = std::fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn half_a_file_is_no_tokens() {
        let folder = tempfile::tempdir().unwrap();
        for text in ["", "short\nshort\n", "tl_as_0123456789abcdef0123456789abcdef\n"] {
            let path = folder.path().join(FILE);
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
            let error = Tokens::load_or_create(folder.path()).unwrap_err().to_string();
            assert!(error.contains("two tokens"), "{error}");
        }
    }

    #[test]
    fn the_registration_has_every_place_filled() {
        let folder = tempfile::tempdir().unwrap();
        let tokens = Tokens::load_or_create(folder.path()).unwrap();
        let url = Origin::parse("https://chat.shop.example").unwrap();
        let matrix = Matrix { homeserver: url.clone(), server_name: "shop.example".into(), gateway_url: url };
        let registration = tokens.registration(&matrix);
        let text = registration.expose();
        assert!(!text.contains("{{") && text.contains(r#"regex: "@chat_.*:shop\\.example""#), "{text}");
        for line in [
            "url: \"https://chat.shop.example\"",
            &format!("sender_localpart: {}", tieline_matrix::address::SENDER),
            &format!("id: {}", tieline_matrix::SERVICE_ID),
            &format!("as_token: \"{}\"", tokens.gateway.expose()),
            "io.element.msc4190: true",
            "receive_ephemeral: true",
            "rate_limited: false",
        ] {
            assert!(text.lines().any(|own| own == line), "{line} in {text}");
        }
    }
}
