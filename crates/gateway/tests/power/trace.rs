//! What a process did to its files and sockets, in the order in which the kernel saw it.
//!
//! Read from `strace -f -yy -x`. strace stops the process at the beginning and at the end of each call and writes down what it
//! sees, so a call that began after another's end stands after it. A call that others came in between of stands in two lines.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

/// One thing done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// Bytes reached the kernel's copy of a file.
    Wrote { file: PathBuf, at: usize, bytes: Vec<u8> },
    /// A file was cut off there.
    Truncated { file: PathBuf, length: usize },
    /// A file's bytes were asked to be brought to the disk.
    SyncBegan { file: PathBuf, thread: u32 },
    /// All that was written before the beginning is there.
    SyncEnded { file: PathBuf, thread: u32 },
    /// Bytes began to leave through a socket.
    Sent { socket: String, bytes: Vec<u8> },
}

/// The calls to be traced.
pub(crate) const CALLS: &str = "lseek,write,pwrite64,writev,sendto,sendmsg,fdatasync,fsync,ftruncate";

#[derive(Default)]
struct Reader {
    events: Vec<Event>,
    /// Where each open file is written next.
    places: HashMap<u32, usize>,
    /// Calls that have begun: by thread.
    begun: HashMap<u32, Call>,
}

struct Call {
    name: String,
    /// The file descriptor, and what it stands for.
    descriptor: u32,
    target: String,
    arguments: String,
    /// The event that stands at the call's beginning.
    event: Option<usize>,
}

/// Reads a trace of one process. Only what happens to `files` and to TCP sockets is told.
pub(crate) fn read(text: &str, files: &[&Path]) -> Vec<Event> {
    let mut reader = Reader::default();
    for line in text.lines() {
        let Some((thread, rest)) = line.split_once(' ') else { continue };
        let Ok(thread) = thread.parse() else { continue };
        reader.line(thread, rest.trim_start(), files);
    }
    reader.events
}

impl Reader {
    fn line(&mut self, thread: u32, line: &str, files: &[&Path]) {
        if let Some(rest) = line.strip_prefix("<... ") {
            if let Some(call) = self.begun.remove(&thread) {
                // What is known only at the end, such as a position, stands here.
                let tail = rest.split_once("resumed>").map_or("", |(_, tail)| tail);
                self.end(thread, call, result(tail));
            }
            return;
        }
        let is_whole = !line.ends_with("<unfinished ...>");
        let Some(call) = self.begin(thread, line, files) else { return };
        if is_whole {
            self.end(thread, call, result(line));
        } else {
            self.begun.insert(thread, call);
        }
    }

    fn begin(&mut self, thread: u32, line: &str, files: &[&Path]) -> Option<Call> {
        let (name, rest) = line.split_once('(')?;
        let (descriptor, rest) = rest.split_once('<')?;
        let descriptor = descriptor.parse().ok()?;
        // A socket's description has an arrow in it.
        let (target, arguments) =
            if rest.starts_with("TCP") { rest.split_once("]>")? } else { rest.split_once('>')? };
        if !target.starts_with("TCP") && !files.iter().any(|file| *file == Path::new(target)) {
            return None;
        }
        let (target, arguments) = (target.to_owned(), arguments.to_owned());
        let event = match name {
            "fdatasync" | "fsync" => Some(Event::SyncBegan { file: target.clone().into(), thread }),
            _ if target.starts_with("TCP") => {
                Some(Event::Sent { socket: target.clone(), bytes: strings(&arguments) })
            }
            _ => None,
        };
        let event = event.map(|event| {
            self.events.push(event);
            self.events.len() - 1
        });
        Some(Call { name: name.to_owned(), descriptor, target, arguments, event })
    }

    fn end(&mut self, thread: u32, call: Call, result: Option<usize>) {
        let file = || PathBuf::from(&call.target);
        if let Some(event) = call.event
            && let Event::Sent { bytes, .. } = &mut self.events[event]
        {
            // What the kernel did not take did not leave.
            bytes.truncate(result.unwrap_or(0));
            return;
        }
        let Some(result) = result else { return };
        match call.name.as_str() {
            "lseek" => drop(self.places.insert(call.descriptor, result)),
            "write" | "pwrite64" => {
                let mut bytes = strings(&call.arguments);
                bytes.truncate(result);
                let place = self.places.entry(call.descriptor).or_default();
                let at = if call.name == "write" {
                    *place += result;
                    *place - result
                } else {
                    last_number(&call.arguments)
                };
                self.events.push(Event::Wrote { file: file(), at, bytes });
            }
            "ftruncate" => {
                let length = last_number(&call.arguments);
                self.events.push(Event::Truncated { file: file(), length });
            }
            "fdatasync" | "fsync" => self.events.push(Event::SyncEnded { file: file(), thread }),
            other => panic!("{other} on {} was not thought of", call.target),
        }
    }
}

/// What a call gave; none if it failed.
fn result(line: &str) -> Option<usize> {
    line.rsplit_once(" = ")?.1.split(' ').next()?.parse().ok()
}

/// The last argument of a call, whether its line goes on with a result or not.
fn last_number(arguments: &str) -> usize {
    let last = arguments.rsplit_once(", ").map_or("", |(_, last)| last);
    let end = last.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(last.len());
    last[..end].parse().expect("the last argument is a number")
}

/// The content of all quoted strings, one after the other.
fn strings(arguments: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = arguments.as_bytes();
    while let Some(start) = rest.iter().position(|byte| *byte == b'"') {
        rest = &rest[start + 1..];
        while let Some((&first, more)) = rest.split_first() {
            rest = more;
            match first {
                b'"' => break,
                b'\\' => {
                    let (byte, length) = escaped(rest);
                    bytes.push(byte);
                    rest = &rest[length..];
                }
                plain => bytes.push(plain),
            }
        }
    }
    bytes
}

/// The byte that a backslash's followers stand for, and how many they are.
fn escaped(text: &[u8]) -> (u8, usize) {
    let digits = |text: &[u8], radix| {
        u8::from_str_radix(std::str::from_utf8(text).expect("ASCII"), radix).expect("digits")
    };
    match text[0] {
        b'x' => (digits(&text[1..3], 16), 3),
        b'0'..=b'7' => {
            let length = text.iter().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
            (digits(&text[..length], 8), length)
        }
        b'n' => (b'\n', 1),
        b't' => (b'\t', 1),
        b'r' => (b'\r', 1),
        b'v' => (0x0b, 1),
        b'f' => (0x0c, 1),
        itself => (itself, 1),
    }
}

#[test]
fn a_trace_is_read_in_its_order() {
    let wal = Path::new("/d/x.db-wal");
    let text = r#"7 lseek(9</d/x.db-wal>, 32, SEEK_SET) = 32
7 write(9</d/x.db-wal>, "\x00\x01a\"", 4) = 4
7 write(3</d/other>, "passed over", 11) = 11
7 write(9</d/x.db-wal>, "b\n\\", 3 <unfinished ...>
8 fdatasync(9</d/x.db-wal> <unfinished ...>
7 <... write resumed>)                     = 3
9 sendto(12<TCP:[127.0.0.1:1->127.0.0.1:2]>, "hello", 5, MSG_NOSIGNAL, NULL, 0) = 4
9 writev(12<TCP:[127.0.0.1:1->127.0.0.1:2]>, [{iov_base="one", iov_len=3}, {iov_base="two", iov_len=3}], 2) = 6
9 sendto(12<TCP:[127.0.0.1:1->127.0.0.1:2]>, "late", 4, MSG_NOSIGNAL, NULL, 0) = -1 EAGAIN (Resource temporarily unavailable)
8 <... fdatasync resumed>)                 = 0
7 ftruncate(9</d/x.db-wal>, 2) = 0
7 pwrite64(9</d/x.db-wal>, "c, d", 4, 4096 <unfinished ...>
7 <... pwrite64 resumed>)                  = 4
7 +++ killed by SIGKILL +++"#;
    let wrote = |at, bytes: &[u8]| Event::Wrote { file: wal.into(), at, bytes: bytes.into() };
    let sent =
        |bytes: &[u8]| Event::Sent { socket: "TCP:[127.0.0.1:1->127.0.0.1:2".into(), bytes: bytes.into() };
    let expected = [
        wrote(32, b"\x00\x01a\""),
        Event::SyncBegan { file: wal.into(), thread: 8 },
        wrote(36, b"b\n\\"),
        sent(b"hell"),
        sent(b"onetwo"),
        sent(b""),
        Event::SyncEnded { file: wal.into(), thread: 8 },
        Event::Truncated { file: wal.into(), length: 2 },
        wrote(4096, b"c, d"),
    ];
    assert_eq!(read(text, &[wal]), expected);
}
