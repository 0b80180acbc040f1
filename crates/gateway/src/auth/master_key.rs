//! The one key that the gateway itself holds, and the keys derived from it, one per purpose (HKDF-SHA256, RFC 5869).
//!
//! Invariant: a token signed for one purpose never verifies for another, as each purpose has a key of its own.
//! Whoever loses `tieline.key` loses the sealed HS256 secrets and signs everybody out; nothing in the log depends on it.

use std::{
    fs, io,
    io::{Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey},
    hkdf::{self, HKDF_SHA256, Salt},
    hmac,
};

use super::secret::{self, Secret};

/// File of the master key, within the data folder.
pub const FILE: &str = "tieline.key";

/// What a derived key is for. The text goes into the derivation: changing one voids everything made with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Tickets of the frame document.
    Embed,
    /// Tokens of anonymous visitors.
    Visitor,
    /// Tokens that resume a connection.
    Resume,
    /// Tokens with which the desk opens its socket.
    Socket,
    /// Tickets for putting a file.
    Upload,
    /// Addresses at which a file can be read.
    Download,
    /// The seal on HS256 secrets.
    Seal,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Embed => b"tieline embed ticket v1",
            Self::Visitor => b"tieline visitor token v1",
            Self::Resume => b"tieline resume token v1",
            Self::Socket => b"tieline socket token v1",
            Self::Upload => b"tieline upload ticket v1",
            Self::Download => b"tieline file link v1",
            Self::Seal => b"tieline sealed secret v1",
        }
    }
}

/// 32 random bytes, made at first start and kept in a file that only the operator may read.
#[derive(Clone)]
pub struct MasterKey(Secret<[u8; 32]>);

impl MasterKey {
    /// A key of these bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(Secret::new(bytes))
    }

    /// Reads `tieline.key` of the data folder, or makes it.
    ///
    /// # Errors
    /// When the file cannot be read or made, does not hold 32 bytes, or may be read by others.
    pub fn load_or_create(data_dir: &Path) -> io::Result<Self> {
        let bytes = load_or_create(&data_dir.join(FILE), || secret::random::<32>().to_vec())?;
        let bytes = <[u8; 32]>::try_from(bytes)
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "does not hold 32 bytes"))?;
        Ok(Self::new(bytes))
    }

    /// The key that signs tokens of that purpose.
    pub fn signing(&self, purpose: Purpose) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &self.derive(purpose))
    }

    /// Seals a secret (AES-256-GCM, fresh nonce in front). `context` is bound to it: a seal moved to another row will not open.
    pub fn seal(&self, context: &str, plain: &[u8]) -> Option<Vec<u8>> {
        let key = RandomizedNonceKey::new(&AES_256_GCM, &self.derive(Purpose::Seal)).ok()?;
        let mut sealed = plain.to_vec();
        let nonce = key.seal_in_place_append_tag(Aad::from(context.as_bytes()), &mut sealed).ok()?;
        let mut out = nonce.as_ref().to_vec();
        out.append(&mut sealed);
        Some(out)
    }

    /// Opens what [`Self::seal`] made. `None` if it was altered, moved, or sealed with another key.
    pub fn unseal(&self, context: &str, sealed: &[u8]) -> Option<Secret<Vec<u8>>> {
        let (nonce, body) = sealed.split_at_checked(12)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let key = RandomizedNonceKey::new(&AES_256_GCM, &self.derive(Purpose::Seal)).ok()?;
        let mut body = body.to_vec();
        let plain = key.open_in_place(nonce, Aad::from(context.as_bytes()), &mut body).ok()?;
        Some(Secret::new(plain.to_vec()))
    }

    fn derive(&self, purpose: Purpose) -> [u8; 32] {
        struct Len;
        impl hkdf::KeyType for Len {
            fn len(&self) -> usize {
                32
            }
        }
        let mut out = [0; 32];
        // The salt is empty: the input is already uniformly random (RFC 5869, 3.1).
        let prk = Salt::new(HKDF_SHA256, &[]).extract(self.0.expose());
        #[expect(clippy::expect_used, reason = "fails only above 255 blocks; 32 bytes are one")]
        prk.expand(&[purpose.label()], Len).and_then(|okm| okm.fill(&mut out)).expect("one block of HKDF");
        out
    }
}

/// Reads a file of secrets, or makes it with mode 0600. Two processes that start at once end with the same bytes.
///
/// # Errors
/// When it cannot be read or made, or others may read it.
pub fn load_or_create(path: &Path, make: impl FnOnce() -> Vec<u8>) -> io::Result<Vec<u8>> {
    if let Some(bytes) = read_private(path)? {
        return Ok(bytes);
    }
    // Written aside and linked into place: nobody ever reads half a key, and the slower of two starters takes the faster's.
    let draft = path.with_extension(format!("new-{}", secret::encode(&secret::random::<6>())));
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let made =
        file.write_all(&make()).and_then(|()| file.sync_all()).and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    match made {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => read_private(path)?.ok_or_else(|| io::ErrorKind::NotFound.into()),
    }
}

fn read_private(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mode = file.metadata()?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let what = format!("others may read it (mode {mode:o}); run: chmod 600 {}", path.display());
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, what));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_file_is_private_and_stays_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let first = MasterKey::load_or_create(dir.path()).unwrap();
        let second = MasterKey::load_or_create(dir.path()).unwrap();
        assert!(first.0 == second.0);
        let mode = fs::metadata(dir.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "no draft is left behind");
    }

    #[test]
    fn a_key_file_that_others_may_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        MasterKey::load_or_create(dir.path()).unwrap();
        let path = dir.path().join(FILE);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let error = MasterKey::load_or_create(dir.path()).err().unwrap().to_string();
        assert!(error.contains("chmod 600"), "{error}");
    }

    #[test]
    fn a_seal_opens_only_with_its_key_in_its_place_unaltered() {
        let (key, other) = (MasterKey::new([1; 32]), MasterKey::new([2; 32]));
        let sealed = key.seal("ch_a/k1", b"shared secret").unwrap();
        assert!(!sealed.windows(6).any(|part| part == b"shared"));
        assert_eq!(key.unseal("ch_a/k1", &sealed).unwrap().expose(), b"shared secret");
        assert!(key.unseal("ch_b/k1", &sealed).is_none(), "moved to another channel");
        assert!(other.unseal("ch_a/k1", &sealed).is_none(), "another master key");
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert!(key.unseal("ch_a/k1", &altered).is_none(), "byte {at}");
        }
        assert!(key.unseal("ch_a/k1", &sealed[..5]).is_none(), "cut short");
    }

    #[test]
    fn purposes_have_keys_of_their_own() {
        let key = MasterKey::new([7; 32]);
        let tag = hmac::sign(&key.signing(Purpose::Embed), b"x");
        assert!(hmac::verify(&key.signing(Purpose::Embed), b"x", tag.as_ref()).is_ok());
        for other in [Purpose::Visitor, Purpose::Resume, Purpose::Socket, Purpose::Seal] {
            assert!(hmac::verify(&key.signing(other), b"x", tag.as_ref()).is_err(), "{other:?}");
        }
    }
}
