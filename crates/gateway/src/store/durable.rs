//! Does an acknowledgement survive the loss of power here?
//!
//! SQLite is told to wait for the disk, and asked whether it took that in. Whether the disk itself waits cannot be told from
//! here; what can be told is that a file system keeps nothing, or was mounted so that it does not wait.

use std::{fs, os::unix::fs::MetadataExt, path::Path};

use rusqlite::{Connection, types::Value};

use super::StoreError;

/// What lies under a file, as far as durability goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ground {
    /// Nothing is known against it.
    Disk,
    /// It forgets everything with the power: the file system's name.
    Memory(&'static str),
    /// It was mounted with an option that keeps `fsync` from reaching the disk: the option.
    Unsynced(&'static str),
    /// Another machine answers for it; SQLite's locks and its shared memory do not work there: the file system's name.
    Network(&'static str),
}

/// What lies under a file that is there, or will be.
pub fn ground_under(file: &Path) -> Ground {
    let Some(folder) = file.ancestors().find(|place| place.exists()) else { return Ground::Disk };
    file_system_of(folder).or_else(|| mount_of(folder)).unwrap_or(Ground::Disk)
}

/// Refuses ground on which an acknowledgement would be a promise that nobody keeps.
///
/// # Errors
/// With what is wrong there.
pub fn check_ground(file: &Path) -> Result<(), StoreError> {
    let shown = file.display();
    let why = match ground_under(file) {
        Ground::Disk => return Ok(()),
        Ground::Memory(name) => format!("{shown} lies on {name}, which forgets everything with the power"),
        Ground::Unsynced(option) => {
            format!("{shown} lies on a file system mounted with {option}, so fsync does not reach the disk")
        }
        Ground::Network(name) => {
            format!("{shown} lies on {name}, where SQLite's locks and write-ahead log do not hold")
        }
    };
    let advice = "choose another folder with data_dir or store; for a trial, allow_volatile_store = true";
    Err(StoreError::NotDurable { why: format!("{why}\n  {advice}") })
}

/// `linux/magic.h`. Elsewhere these numbers mean nothing.
#[cfg(target_os = "linux")]
fn file_system_of(folder: &Path) -> Option<Ground> {
    let found = rustix::fs::statfs(folder).ok()?;
    // The type's width and sign differ between machines; the number has 32 bits.
    Some(match found.f_type as u32 {
        0x0102_1994 => Ground::Memory("tmpfs"),
        0x8584_58f6 => Ground::Memory("ramfs"),
        0x0000_6969 => Ground::Network("NFS"),
        0xff53_4d42 => Ground::Network("CIFS"),
        0xfe53_4d42 => Ground::Network("SMB"),
        _ => return None,
    })
}

#[cfg(not(target_os = "linux"))]
fn file_system_of(_: &Path) -> Option<Ground> {
    None
}

fn mount_of(folder: &Path) -> Option<Ground> {
    let device = fs::metadata(folder).ok()?.dev();
    let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
    unsynced(&mounts, rustix::fs::major(device), rustix::fs::minor(device)).map(Ground::Unsynced)
}

/// The option of that device's mount that switches write barriers off, if there is one (proc(5), `mountinfo`).
fn unsynced(mounts: &str, major: u32, minor: u32) -> Option<&'static str> {
    let device = format!("{major}:{minor}");
    mounts.lines().filter(|line| line.split(' ').nth(2) == Some(device.as_str())).find_map(|line| {
        let (mount, file_system) = line.split_once(" - ")?;
        let of_mount = mount.split(' ').nth(5).unwrap_or_default();
        let of_file_system = file_system.split(' ').nth(2).unwrap_or_default();
        let mut options = of_mount.split(',').chain(of_file_system.split(','));
        options.find_map(|option| ["nobarrier", "barrier=0"].into_iter().find(|bad| option == *bad))
    })
}

/// Makes a connection wait for the disk, and checks that it will. Some file systems cannot do WAL, and say so only here.
pub(super) fn make(connection: &Connection) -> Result<(), StoreError> {
    set(connection, "journal_mode", "wal", &["wal"])?;
    // 2 is FULL, 3 is EXTRA: in both a commit is on the disk before it returns.
    set(connection, "synchronous", "full", &["2", "3"])?;
    // On a Mac the disk's own cache is emptied as well. Elsewhere these say nothing.
    set(connection, "fullfsync", "1", &["1"])?;
    set(connection, "checkpoint_fullfsync", "1", &["1"])
}

fn set(connection: &Connection, name: &str, value: &str, wanted: &[&str]) -> Result<(), StoreError> {
    connection.pragma_update_and_check(None, name, value, |_| Ok(())).or_else(|error| match error {
        rusqlite::Error::QueryReturnedNoRows => Ok(()),
        other => Err(other),
    })?;
    let found = connection.pragma_query_value(None, name, |row| {
        row.get::<_, Value>(0).map(|value| match value {
            Value::Text(text) => text,
            Value::Integer(number) => number.to_string(),
            other => format!("{other:?}"),
        })
    })?;
    if wanted.contains(&found.as_str()) {
        return Ok(());
    }
    Err(StoreError::NotDurable { why: format!("{name} is {found}, not {}", wanted.join(" or ")) })
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::{StoreError, make, unsynced};

    #[test]
    fn a_mount_without_barriers_is_found() {
        let mounts = "\
            22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro\n\
            31 22 8:2 / /fast rw,noatime - ext4 /dev/sda2 rw,nobarrier\n\
            32 22 8:3 / /faster rw,noatime shared:7 master:2 - ext4 /dev/sda3 rw,barrier=0,data=writeback\n\
            33 22 0:41 / /sub rw - btrfs /dev/sdb rw,nobarriers-like\n";
        for (major, minor, expected) in
            [(8, 1, None), (8, 2, Some("nobarrier")), (8, 3, Some("barrier=0")), (0, 41, None), (9, 9, None)]
        {
            assert_eq!(unsynced(mounts, major, minor), expected, "{major}:{minor}");
        }
    }

    /// P2: a file that cannot keep a write-ahead log is refused, not used as best it can.
    #[test]
    fn a_store_that_takes_no_wal_is_refused() {
        let in_memory = Connection::open_in_memory().unwrap();
        let refusal = make(&in_memory).unwrap_err();
        assert!(
            matches!(&refusal, StoreError::NotDurable { why } if why.contains("journal_mode")),
            "{refusal}"
        );
    }
}
