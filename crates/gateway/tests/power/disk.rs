//! What a disk may hold when the power goes, and what SQLite makes of it.

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::{Path, PathBuf},
};

use rusqlite::Connection;
use tieline_protocol::{DraftId, Seq};

use crate::{acks::Ack, trace::Event};

/// What became of the bytes that no sync had covered yet. A disk may do any of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// None of them arrived.
    Dropped,
    /// All of them did.
    Kept,
    /// The first half did, and of the last of these a part.
    Torn,
    /// Only the later half did.
    Late,
}

const FATES: [Fate; 4] = [Fate::Dropped, Fate::Kept, Fate::Torn, Fate::Late];

/// An acknowledged draft that is not there, or is there more than once, after the power went at that event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) cut: usize,
    pub(crate) fate: Fate,
    pub(crate) draft_id: DraftId,
    pub(crate) times: usize,
}

/// One file: what is on the disk, and what is on its way.
#[derive(Clone, Default)]
struct Image {
    durable: Vec<u8>,
    pending: Vec<(usize, Change)>,
}

#[derive(Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Truncate(usize),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Write(at, new) => {
                let end = at + new.len();
                if bytes.len() < end {
                    bytes.resize(end, 0);
                }
                bytes[*at..end].copy_from_slice(new);
            }
            Self::Truncate(length) => bytes.resize(*length, 0),
        }
    }

    fn torn(&self) -> Self {
        match self {
            Self::Write(at, new) => Self::Write(*at, new[..new.len() / 2].to_vec()),
            Self::Truncate(length) => Self::Truncate(*length),
        }
    }
}

impl Image {
    fn after(&self, fate: Fate) -> Vec<u8> {
        let mut bytes = self.durable.clone();
        let half = self.pending.len().div_ceil(2);
        let (first, later) = self.pending.split_at(half);
        match fate {
            Fate::Dropped => {}
            Fate::Kept => self.pending.iter().for_each(|(_, change)| change.apply(&mut bytes)),
            Fate::Late => later.iter().for_each(|(_, change)| change.apply(&mut bytes)),
            Fate::Torn => {
                if let Some(((_, last), whole)) = first.split_last() {
                    whole.iter().for_each(|(_, change)| change.apply(&mut bytes));
                    last.torn().apply(&mut bytes);
                }
            }
        }
        bytes
    }
}

/// The files of a store, replayed.
pub(crate) struct Disk {
    files: Vec<(PathBuf, Image)>,
    begun: HashMap<(PathBuf, u32), usize>,
}

impl Disk {
    /// As they were before the trace.
    pub(crate) fn of(files: &[(&Path, Vec<u8>)]) -> Self {
        let image = |(path, bytes): &(&Path, Vec<u8>)| {
            ((*path).to_owned(), Image { durable: bytes.clone(), pending: Vec::new() })
        };
        Self { files: files.iter().map(image).collect(), begun: HashMap::new() }
    }

    fn image(&mut self, file: &Path) -> &mut Image {
        &mut self.files.iter_mut().find(|(path, _)| path == file).expect("a file of the store").1
    }

    fn pass(&mut self, place: usize, event: &Event) {
        match event {
            Event::Wrote { file, at, bytes } => {
                self.image(file).pending.push((place, Change::Write(*at, bytes.clone())));
            }
            Event::Truncated { file, length } => {
                self.image(file).pending.push((place, Change::Truncate(*length)));
            }
            Event::SyncBegan { file, thread } => drop(self.begun.insert((file.clone(), *thread), place)),
            Event::SyncEnded { file, thread } => {
                let began = self.begun.remove(&(file.clone(), *thread)).expect("what ends has begun");
                let image = self.image(file);
                let later = image.pending.split_off(image.pending.partition_point(|(at, _)| *at < began));
                for (_, change) in std::mem::replace(&mut image.pending, later) {
                    change.apply(&mut image.durable);
                }
            }
            Event::Sent { .. } => {}
        }
    }
}

/// Lets the power go just before each sync's end and at the end of all, in every way, and looks for every draft that was
/// acknowledged by then. Gives how many stores were opened, and what was broken.
///
/// These moments stand for all others: until the next sync's end what is on the disk stays, what is on its way grows, and
/// acknowledgements are added.
pub(crate) fn check(mut disk: Disk, events: &[Event], acks: &[Ack], folder: &Path) -> (usize, Vec<Broken>) {
    let (mut opened, mut broken) = (0, Vec::new());
    for (place, event) in events.iter().enumerate() {
        if matches!(event, Event::SyncEnded { .. }) {
            opened += FATES.len();
            FATES.iter().for_each(|fate| broken.extend(cut(&disk, *fate, place, acks, folder)));
        }
        disk.pass(place, event);
    }
    opened += 1;
    broken.extend(cut(&disk, Fate::Dropped, events.len(), acks, folder));
    (opened, broken)
}

fn cut(disk: &Disk, fate: Fate, place: usize, acks: &[Ack], folder: &Path) -> Vec<Broken> {
    for (path, image) in &disk.files {
        fs::write(folder.join(path.file_name().expect("a name")), image.after(fate)).unwrap();
    }
    let db = folder.join(disk.files[0].0.file_name().expect("a name"));
    let found = open(&db);
    let acks = acks.iter().take_while(|ack| ack.event < place);
    let times = |ack: &Ack| {
        let at_its_place = usize::from(found.0.contains(&(ack.draft_id, ack.seq)));
        // More than once anywhere is as bad as not at all.
        if found.1.contains(&ack.draft_id) { 2 } else { at_its_place }
    };
    acks.filter(|ack| times(ack) != 1)
        .map(|ack| Broken { cut: place, fate, draft_id: ack.draft_id, times: times(ack) })
        .collect()
}

/// The drafts in a store with their places, and those that stand more than once. Leaves no companion behind.
fn open(path: &Path) -> (HashSet<(DraftId, Seq)>, HashSet<DraftId>) {
    let db = Connection::open(path).unwrap();
    let health: String = db.pragma_query_value(None, "quick_check", |row| row.get(0)).unwrap();
    assert_eq!(health, "ok", "what is left must be a database");
    let mut statement = db.prepare("select draft_id, seq from entry").unwrap();
    let rows = statement.query_map([], |row| {
        let id = row.get::<_, [u8; 16]>(0).map(uuid::Uuid::from_bytes);
        Ok((DraftId(id?), Seq(row.get::<_, i64>(1)? as u64)))
    });
    let (mut found, mut seen, mut doubled) = (HashSet::new(), HashSet::new(), HashSet::new());
    for row in rows.unwrap() {
        let (id, seq) = row.unwrap();
        if !seen.insert(id) {
            doubled.insert(id);
        }
        found.insert((id, seq));
    }
    drop(statement);
    db.close().unwrap();
    for ending in ["-wal", "-shm"] {
        let mut companion = path.as_os_str().to_owned();
        companion.push(ending);
        let _ = fs::remove_file(companion);
    }
    (found, doubled)
}
