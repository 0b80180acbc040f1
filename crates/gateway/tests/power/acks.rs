//! The acknowledgements that left a process, found in the bytes of its sockets.

use std::collections::BTreeMap;

use tieline_protocol::{Decoded, DraftId, Seq, ServerFrame, envelope::json};

use crate::trace::Event;

/// An `ok` for a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ack {
    /// The event with which its first byte left.
    pub(crate) event: usize,
    pub(crate) draft_id: DraftId,
    pub(crate) seq: Seq,
}

/// All of them, in the order in which they left.
pub(crate) fn find(events: &[Event]) -> Vec<Ack> {
    let mut streams: BTreeMap<&str, Vec<(usize, u8)>> = BTreeMap::new();
    for (place, event) in events.iter().enumerate() {
        if let Event::Sent { socket, bytes } = event {
            streams.entry(socket).or_default().extend(bytes.iter().map(|byte| (place, *byte)));
        }
    }
    let mut acks: Vec<_> = streams.values().flat_map(|stream| in_stream(stream)).collect();
    acks.sort_by_key(|ack| ack.event);
    acks
}

fn in_stream(stream: &[(usize, u8)]) -> Vec<Ack> {
    let bytes: Vec<u8> = stream.iter().map(|(_, byte)| *byte).collect();
    if !bytes.starts_with(b"HTTP/1.1 101") {
        return Vec::new();
    }
    let mut acks = Vec::new();
    let end_of_head = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let mut place = end_of_head.expect("an upgrade's head has an end") + 4;
    while let Some((start, end)) = payload(&bytes, place) {
        let text = std::str::from_utf8(&bytes[start..end]).unwrap_or_default();
        if let Ok(Decoded::Frame(_, ServerFrame::Ok(receipt))) = json::decode_server(text)
            && receipt.seq > Seq::ZERO
        {
            acks.push(Ack { event: stream[place].0, draft_id: receipt.draft_id, seq: receipt.seq });
        }
        place = end;
    }
    acks
}

/// Where the payload of the frame at that place begins and ends (RFC 6455, 5.2; a server masks nothing). None if it did not leave
/// as a whole.
fn payload(bytes: &[u8], place: usize) -> Option<(usize, usize)> {
    let big_endian = |bytes: &[u8]| bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
    let (start, length) = match usize::from(*bytes.get(place + 1)?) {
        126 => (place + 4, big_endian(bytes.get(place + 2..place + 4)?)),
        127 => (place + 10, big_endian(bytes.get(place + 2..place + 10)?)),
        short => (place + 2, short),
    };
    (start + length <= bytes.len()).then_some((start, start + length))
}
