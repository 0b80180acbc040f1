//! XML elements as values: read off a stream, looked into, written out.
//!
//! Two limits, as whatever comes in was written by strangers: an element is no deeper than [`DEPTH`] (what is deeper is left
//! out, for a tree that is dropped is walked), and a stanza no larger than [`STANZA_BYTES`].

use std::fmt::Write as _;

use rxml::{Event, Parse as _, Parser, error::EndOrError};

/// Elements within elements.
pub const DEPTH: usize = 32;
/// A stanza, in bytes as they come.
pub const STANZA_BYTES: usize = 512 * 1024;

/// One element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub ns: String,
    attributes: Vec<(String, String)>,
    nodes: Vec<Node>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    Element(Element),
    Text(String),
}

impl Element {
    /// An empty one.
    pub fn new(name: &str, ns: &str) -> Self {
        Self { name: name.to_owned(), ns: ns.to_owned(), ..Self::default() }
    }

    /// With an attribute.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.attributes.push((name.to_owned(), value.into()));
        self
    }

    /// With an element in it.
    #[must_use]
    pub fn child(mut self, child: Self) -> Self {
        self.nodes.push(Node::Element(child));
        self
    }

    /// With several elements in it.
    #[must_use]
    pub fn children_of(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.nodes.extend(children.into_iter().map(Node::Element));
        self
    }

    /// With a text in it. What XML cannot hold is left out.
    #[must_use]
    pub fn text_of(mut self, text: &str) -> Self {
        self.nodes.push(Node::Text(text.chars().filter(|letter| is_allowed(*letter)).collect()));
        self
    }

    /// Whether it is that one.
    pub fn is(&self, name: &str, ns: &str) -> bool {
        self.name == name && self.ns == ns
    }

    /// The value of an attribute without a namespace.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The elements in it.
    pub fn elements(&self) -> impl Iterator<Item = &Self> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The first element of that name in it.
    pub fn find(&self, name: &str, ns: &str) -> Option<&Self> {
        self.elements().find(|element| element.is(name, ns))
    }

    /// The texts in it, as one.
    pub fn text(&self) -> String {
        let texts = self.nodes.iter().filter_map(|node| match node {
            Node::Text(text) => Some(text.as_str()),
            Node::Element(_) => None,
        });
        texts.collect()
    }

    /// As it goes on a stream whose default namespace is `outer`.
    pub fn write(&self, outer: &str) -> String {
        let mut out = String::new();
        self.write_to(&mut out, outer);
        out
    }

    fn write_to(&self, out: &mut String, outer: &str) {
        // Writing to a string does not fail.
        let _ = write!(out, "<{}", self.name);
        if self.ns != outer {
            let _ = write!(out, " xmlns='{}'", escape(&self.ns));
        }
        for (name, value) in &self.attributes {
            let _ = write!(out, " {name}='{}'", escape(value));
        }
        if self.nodes.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        for node in &self.nodes {
            match node {
                Node::Element(element) => element.write_to(out, &self.ns),
                Node::Text(text) => out.push_str(&escape(text)),
            }
        }
        let _ = write!(out, "</{}>", self.name);
    }
}

/// XML 1.0, 2.2.
fn is_allowed(letter: char) -> bool {
    !letter.is_control() || matches!(letter, '\t' | '\n' | '\r' | '\u{80}'..='\u{9f}')
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\'' => out.push_str("&apos;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            _ if is_allowed(letter) && !matches!(letter, '\u{fffe}' | '\u{ffff}') => out.push(letter),
            _ => {}
        }
    }
    out
}

/// Bytes become elements: the stream's head, then what stands in it.
#[derive(Debug)]
pub struct Reader {
    parser: Parser,
    open: Vec<Element>,
    /// Elements that are open beyond [`DEPTH`].
    beyond: usize,
    bytes: usize,
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    /// The stream began: its element, still empty.
    Head(Element),
    /// A whole element of the stream.
    Element(Element),
    /// The stream is over.
    End,
}

/// Why a stream cannot be read on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// This is not XML, or not such as XMPP allows.
    Malformed(String),
    /// A stanza is too large.
    TooLarge,
}

impl Default for Reader {
    fn default() -> Self {
        Self { parser: Parser::new(), open: Vec::new(), beyond: 0, bytes: 0 }
    }
}

impl Reader {
    /// Takes some bytes; gives what they complete.
    ///
    /// # Errors
    /// When the stream cannot be read on.
    pub fn feed(&mut self, mut bytes: &[u8]) -> Result<Vec<Read>, Unreadable> {
        let mut out = Vec::new();
        self.bytes = self.bytes.saturating_add(bytes.len());
        loop {
            match self.parser.parse(&mut bytes, false) {
                Ok(Some(event)) => {
                    if let Some(read) = self.take(event) {
                        self.bytes = bytes.len();
                        out.push(read);
                    }
                }
                Ok(None) => return Ok(out),
                Err(EndOrError::NeedMoreData) => break,
                Err(EndOrError::Error(error)) => return Err(Unreadable::Malformed(error.to_string())),
            }
        }
        if self.bytes > STANZA_BYTES { Err(Unreadable::TooLarge) } else { Ok(out) }
    }

    fn take(&mut self, event: Event) -> Option<Read> {
        match event {
            Event::XmlDeclaration(..) => None,
            Event::StartElement(_, (ns, name), attributes) => {
                if self.open.len() >= DEPTH {
                    self.beyond += 1;
                    return None;
                }
                let mut element = Element::new(name.as_str(), ns.as_str());
                for ((ns, name), value) in &attributes {
                    if ns.as_str().is_empty() {
                        element.attributes.push((name.as_str().to_owned(), value.clone()));
                    }
                }
                let head = self.open.is_empty().then(|| Read::Head(element.clone()));
                self.open.push(element);
                head
            }
            Event::Text(_, text) => {
                // Between stanzas stands white space that keeps the line warm.
                if self.beyond == 0
                    && self.open.len() > 1
                    && let Some(inner) = self.open.last_mut()
                {
                    inner.nodes.push(Node::Text(text));
                }
                None
            }
            Event::EndElement(_) => {
                if self.beyond > 0 {
                    self.beyond -= 1;
                    return None;
                }
                let element = self.open.pop()?;
                match self.open.len() {
                    0 => Some(Read::End),
                    1 => Some(Read::Element(element)),
                    _ => {
                        if let Some(outer) = self.open.last_mut() {
                            outer.nodes.push(Node::Element(element));
                        }
                        None
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
