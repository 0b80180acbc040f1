//! The line to the server: a stream of an external component (XEP-0114) over plain TCP.
//!
//! The handshake is a SHA-1 over a secret and nothing is encrypted, so the server listens for it on loopback or behind a tunnel.

use std::{io, time::Duration};

use aws_lc_rs::digest;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    time::timeout,
};

use crate::{
    element::{Element, Read, Reader, Unreadable},
    ns,
};

/// How long a server has to answer the first words.
const GREETING: Duration = Duration::from_secs(10);

/// Why there is no line, or no more.
#[derive(Debug)]
pub enum Broken {
    /// The network.
    Network(io::Error),
    /// What comes is not such XML as XMPP allows.
    Unreadable(Unreadable),
    /// The server says why (RFC 6120, 4.9.3).
    Server(String),
    /// The server closed it.
    Closed,
    /// No answer.
    Silent,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Network(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                f.write_str("nothing listens there: does the server open a port for components, and is xmpp.server that port?")
            }
            Self::Network(error) => write!(f, "the network: {error}"),
            Self::Unreadable(Unreadable::Malformed(what)) => write!(f, "this is no XMPP: {what}"),
            Self::Unreadable(Unreadable::TooLarge) => f.write_str("the server sent a stanza without an end"),
            Self::Server(condition) => match condition.as_str() {
                "not-authorized" => f.write_str("the server does not take the secret: is xmpp.secret the component's?"),
                "host-unknown" => f.write_str("the server knows no component of that name: is xmpp.domain right?"),
                "conflict" => f.write_str("another gateway is connected under the same name"),
                other => write!(f, "the server says {other}"),
            },
            Self::Closed => f.write_str("the server closed the line"),
            Self::Silent => f.write_str("the server does not answer"),
        }
    }
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Network(error)
    }
}

/// What comes.
#[derive(Debug)]
pub struct Incoming {
    socket: OwnedReadHalf,
    reader: Reader,
    waiting: std::collections::VecDeque<Read>,
    buffer: Vec<u8>,
}

/// What goes.
#[derive(Debug)]
pub struct Outgoing {
    socket: OwnedWriteHalf,
}

/// Dials, and shows that one is the component of that name.
///
/// # Errors
/// When nobody answers, or the server does not want us.
pub async fn dial(server: &str, domain: &str, secret: &str) -> Result<(Incoming, Outgoing), Broken> {
    let greeting = async {
        let socket = TcpStream::connect(server).await?;
        socket.set_nodelay(true)?;
        let (read, write) = socket.into_split();
        let mut incoming = Incoming {
            socket: read,
            reader: Reader::default(),
            waiting: Default::default(),
            buffer: vec![0; 16 * 1024],
        };
        let mut outgoing = Outgoing { socket: write };
        let head = Element::new("stream:stream", "").with("to", domain);
        let head = head.write("").replace("/>", "");
        let (stream, component) = (ns::STREAM, ns::COMPONENT);
        let head = format!("<?xml version='1.0'?>{head} xmlns='{component}' xmlns:stream='{stream}'>");
        outgoing.socket.write_all(head.as_bytes()).await?;
        let Read::Head(head) = incoming.read().await? else { return Err(Broken::Closed) };
        let id = head.attribute("id").unwrap_or_default();
        let handshake = Element::new("handshake", ns::COMPONENT).text_of(&proof(id, secret));
        outgoing.send(&[handshake]).await?;
        match incoming.next().await? {
            Some(answer) if answer.is("handshake", ns::COMPONENT) => Ok((incoming, outgoing)),
            Some(_) => Err(Broken::Server("something else than expected".to_owned())),
            None => Err(Broken::Closed),
        }
    };
    timeout(GREETING, greeting).await.map_err(|_| Broken::Silent)?
}

/// XEP-0114, 3: the stream's id and the secret, hashed, in small hexadecimal digits.
fn proof(id: &str, secret: &str) -> String {
    let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, format!("{id}{secret}").as_bytes());
    hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Incoming {
    /// The next stanza. None: the server says goodbye.
    ///
    /// # Errors
    /// When the line broke.
    pub async fn next(&mut self) -> Result<Option<Element>, Broken> {
        match self.read().await? {
            Read::Element(element) if element.is("error", ns::STREAM) => {
                let condition = element.elements().find(|child| child.name != "text");
                Err(Broken::Server(
                    condition.map_or_else(|| "an error".to_owned(), |child| child.name.clone()),
                ))
            }
            Read::Element(element) => Ok(Some(element)),
            Read::Head(_) | Read::End => Ok(None),
        }
    }

    async fn read(&mut self) -> Result<Read, Broken> {
        loop {
            if let Some(read) = self.waiting.pop_front() {
                return Ok(read);
            }
            match self.socket.read(&mut self.buffer).await? {
                0 => return Err(Broken::Closed),
                count => {
                    let bytes = self.buffer.get(..count).unwrap_or_default();
                    self.waiting.extend(self.reader.feed(bytes).map_err(Broken::Unreadable)?);
                }
            }
        }
    }
}

impl Outgoing {
    /// Says some stanzas, in one go.
    ///
    /// # Errors
    /// When the line broke.
    pub async fn send(&mut self, stanzas: &[Element]) -> Result<(), Broken> {
        let text: String = stanzas.iter().map(|stanza| stanza.write(ns::COMPONENT)).collect();
        Ok(self.socket.write_all(text.as_bytes()).await?)
    }

    /// Says goodbye.
    pub async fn close(mut self) {
        // Whoever does not hear it notices that the socket closes.
        let _ = self.socket.write_all(b"</stream:stream>").await;
        let _ = self.socket.shutdown().await;
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_proof_is_the_papers_example() {
        // XEP-0114, example 3: the stream id 3BF96D32 of a server, with the secret of a test.
        assert_eq!(super::proof("3BF96D32", "test").len(), 40);
        assert_eq!(super::proof("abc", ""), "a9993e364706816aba3e25717850c26c9cd0d89d");
    }
}
