//! One gateway on a data folder, and where it listens.
//!
//! What a running gateway remembers of its store is believed without asking. So whoever replaces the store, or changes what is
//! remembered, must be alone on the folder, or ask the gateway that is there to do it.

use std::{
    fs::{File, TryLockError},
    io::{self, Read, Seek, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::Path,
};

/// Held while a gateway runs. The system lets go of it with the process, however that ends; the file itself stays.
const FILE: &str = "tieline.lock";

/// The right to be alone on a data folder. Given back when dropped.
#[derive(Debug)]
pub struct Instance {
    file: File,
}

/// Why one cannot be alone.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// A gateway runs there; if it has said so, it listens at that address.
    #[error("a gateway runs on this data folder")]
    Taken(Option<SocketAddr>),
    /// The file cannot be made or locked.
    #[error("{FILE} cannot be locked: {0}")]
    Io(#[from] io::Error),
}

impl Instance {
    /// Takes the folder, which must exist.
    ///
    /// # Errors
    /// When somebody else has it.
    pub fn take(data_dir: &Path) -> Result<Self, TakeError> {
        let mut options = File::options();
        let options = options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(data_dir.join(FILE))?;
        match file.try_lock() {
            Ok(()) => {
                // The last holder's address.
                file.set_len(0)?;
                Ok(Self { file })
            }
            Err(TryLockError::WouldBlock) => Err(TakeError::Taken(read_address(&mut file))),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// Says where this gateway can be asked.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn announce(&mut self, listens_at: SocketAddr) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        writeln!(self.file, "{}", from_here(listens_at))
    }
}

fn read_address(file: &mut File) -> Option<SocketAddr> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

/// Whoever listens everywhere is reached on this machine itself.
fn from_here(listens_at: SocketAddr) -> SocketAddr {
    let ip = match listens_at.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listens_at.port())
}

#[cfg(test)]
mod tests {
    use super::{Instance, TakeError};

    #[test]
    fn a_folder_has_one_gateway_and_the_next_learns_where_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = Instance::take(folder.path()).unwrap();
        assert!(matches!(Instance::take(folder.path()), Err(TakeError::Taken(None))));
        for (listens_at, reached_at) in
            [("0.0.0.0:7070", "127.0.0.1:7070"), ("[::]:7", "[::1]:7"), ("10.1.2.3:80", "10.1.2.3:80")]
        {
            first.announce(listens_at.parse().unwrap()).unwrap();
            let Err(TakeError::Taken(found)) = Instance::take(folder.path()) else { panic!("taken twice") };
            assert_eq!(found.map(|found| found.to_string()).as_deref(), Some(reached_at));
        }
        drop(first);
        Instance::take(folder.path()).unwrap();
    }
}
