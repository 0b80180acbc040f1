//! The rows of a thread in blocks, so that whoever has drawn ten thousand of them need not look at all again for one more.

use std::sync::Arc;

use tieline_protocol::DraftId;

use super::{Bubble, Content, Row, Span};

/// Entries of one block. A few screens of a phone: small enough to be drawn at once, large enough that there are few of them.
/// The tests of this crate take fewer, so that short threads have several.
pub const BLOCK_ENTRIES: u64 = if cfg!(test) { 4 } else { 32 };

/// Rows, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    blocks: Vec<Block>,
}

/// Rows that stand together. The same block of a later screen has the same number, and where nothing in it has changed, the
/// same rows at the same address: to compare two is to compare two pointers.
#[derive(Clone, Debug)]
pub struct Block {
    number: u64,
    // Not `Rc`: natively an end may be moved to another thread, with the screens that it remembers.
    rows: Arc<Vec<Row>>,
    /// Compares them. Whoever makes only plain rows need not download how all others are compared.
    alike: fn(&[Row], &[Row]) -> bool,
}

impl PartialEq for Block {
    fn eq(&self, other: &Self) -> bool {
        let is_same = Arc::ptr_eq(&self.rows, &other.rows);
        self.number == other.number && (is_same || (self.alike)(&self.rows, &other.rows))
    }
}

impl Eq for Block {}

impl Rows {
    /// Blocks in order of their numbers, none empty.
    pub fn of(blocks: Vec<Block>) -> Self {
        Self { blocks }
    }

    /// The blocks, oldest first. None is empty.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// All rows.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Row> + Clone {
        self.blocks.iter().flat_map(|block| block.rows.iter())
    }

    /// The newest.
    pub fn last(&self) -> Option<&Row> {
        self.blocks.last()?.rows.last()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.blocks.iter().map(|block| block.rows.len()).sum()
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }
}

impl Block {
    /// A block by that number.
    pub fn new(number: u64, rows: Vec<Row>) -> Self {
        Self { number, rows: Arc::new(rows), alike: |one, other| one == other }
    }

    /// A block of plain words.
    pub(crate) fn plain(rows: Vec<Row>) -> Self {
        Self { number: 0, rows: Arc::new(rows), alike: are_alike }
    }

    /// Its name within the thread. Grows from block to block; older ones that come in later have smaller numbers.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Its rows.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Says whether its newest bubble is the last of its group.
    pub(crate) fn close(&mut self, is_end: bool) {
        let is_right = match self.rows.last() {
            Some(Row::Bubble(bubble)) => bubble.ends_group == is_end,
            _ => true,
        };
        // Only where it is news: a screen of before may hold the same rows.
        if !is_right && let Some(Row::Bubble(bubble)) = Arc::make_mut(&mut self.rows).last_mut() {
            bubble.ends_group = is_end;
        }
    }
}

/// Whether they are the same plain words.
fn are_alike(one: &[Row], other: &[Row]) -> bool {
    fn said(row: &Row) -> Option<(DraftId, &str)> {
        let Row::Bubble(Bubble { key, content, .. }) = row else { return None };
        match content {
            Content::Text(spans) => match spans.first() {
                Some(Span::Plain(text)) => Some((*key, text)),
                _ => None,
            },
            _ => Some((*key, "")),
        }
    }
    one.len() == other.len()
        && one.iter().zip(other).all(|(one, other)| said(one).is_some() && said(one) == said(other))
}

/// Rows that no log stands behind, for pictures and tests: one block.
impl From<Vec<Row>> for Rows {
    fn from(rows: Vec<Row>) -> Self {
        let blocks = if rows.is_empty() { Vec::new() } else { vec![Block::new(0, rows)] };
        Self { blocks }
    }
}
