//! Sizes that both ends keep. Rates belong to the gateway and reach the client in `welcome`.

/// Largest frame a client may send, in bytes.
pub const CLIENT_FRAME_BYTES: usize = 64 * 1024;
/// Largest frame before `welcome`, in bytes: a stranger gets less room.
pub const HELLO_FRAME_BYTES: usize = 16 * 1024;
/// Largest frame the gateway sends, in bytes.
pub const SERVER_FRAME_BYTES: usize = 512 * 1024;
/// Longest text, in Unicode scalar values.
pub const TEXT_CHARS: usize = 8_000;
/// Longest words beside a rating, in Unicode scalar values.
pub const RATING_CHARS: usize = 1_000;
/// Largest item card, in bytes of its JSON.
pub const ITEM_BYTES: usize = 4 * 1024;
/// Most answers to choose from under one question.
pub const OPTIONS: usize = 8;
/// Longest answer to choose, in Unicode scalar values.
pub const OPTION_CHARS: usize = 80;
/// For how long one's own words can be changed, in seconds, where a channel says nothing else.
pub const EDIT_SECS: u32 = 15 * 60;
/// Most entries in one `page`.
pub const PAGE_ENTRIES: u32 = 100;
/// Most entries a `welcome` carries for one session before it says `more`.
pub const CATCH_UP_ENTRIES: u32 = 300;
/// Most bytes of entries a `welcome` carries before it says `more`.
pub const CATCH_UP_BYTES: usize = 256 * 1024;
/// Entries of a session that the client has no copy of: enough to fill a tall panel.
pub const TAIL_ENTRIES: u32 = 50;
/// Where counting what is unread in one session ends.
pub const UNREAD_ENTRIES: u32 = 1_000;
/// Most sessions in one `welcome` or `sessions` frame.
pub const LIST_SESSIONS: u32 = 100;
