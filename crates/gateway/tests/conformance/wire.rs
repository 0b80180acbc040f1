//! RFC 6455 by hand: frames as bytes, and what comes back read off the bytes.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// Longer than anything that a healthy gateway takes, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);
/// The example of RFC 6455, 1.3.
pub(crate) const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
/// What must be answered to it.
pub(crate) const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// Opcodes of RFC 6455, 5.2.
pub(crate) mod op {
    pub(crate) const CONTINUATION: u8 = 0x0;
    pub(crate) const TEXT: u8 = 0x1;
    pub(crate) const BINARY: u8 = 0x2;
    pub(crate) const CLOSE: u8 = 0x8;
    pub(crate) const PING: u8 = 0x9;
    pub(crate) const PONG: u8 = 0xA;
}

/// A frame, bit by bit.
#[derive(Clone, Copy)]
pub(crate) struct Raw<'a> {
    pub(crate) is_final: bool,
    /// RSV1 to RSV3, as the three bits stand.
    pub(crate) reserved: u8,
    pub(crate) opcode: u8,
    pub(crate) mask: Option<[u8; 4]>,
    pub(crate) payload: &'a [u8],
}

impl Raw<'_> {
    pub(crate) fn bytes(self) -> Vec<u8> {
        let mut bytes = vec![u8::from(self.is_final) << 7 | self.reserved << 4 | self.opcode];
        let masked = u8::from(self.mask.is_some()) << 7;
        match self.payload.len() {
            length @ 0..=125 => bytes.push(masked | u8::try_from(length).unwrap()),
            length @ 126..=0xFFFF => {
                bytes.push(masked | 126);
                bytes.extend(u16::try_from(length).unwrap().to_be_bytes());
            }
            length => {
                bytes.push(masked | 127);
                bytes.extend((length as u64).to_be_bytes());
            }
        }
        let mask = self.mask.unwrap_or_default();
        bytes.extend(self.mask.into_iter().flatten());
        bytes.extend(self.payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        bytes
    }
}

/// A frame as a well-behaved client sends it.
pub(crate) fn frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
    raw(true, opcode, payload).bytes()
}

/// A fragment that is not the last.
pub(crate) fn fragment(opcode: u8, payload: &[u8]) -> Vec<u8> {
    raw(false, opcode, payload).bytes()
}

pub(crate) fn raw(is_final: bool, opcode: u8, payload: &[u8]) -> Raw<'_> {
    Raw { is_final, reserved: 0, opcode, mask: Some([0x37, 0xFA, 0x21, 0x3D]), payload }
}

/// A close frame with a code and a reason.
pub(crate) fn close(code: u16, reason: &[u8]) -> Vec<u8> {
    frame(op::CLOSE, &[&code.to_be_bytes(), reason].concat())
}

/// What the gateway sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Got {
    Text(String),
    Pong(Vec<u8>),
    /// With the code, or without one.
    Close(Option<u16>),
    /// The end of the stream.
    End,
}

/// A connection below the protocol's libraries.
pub(crate) struct Wire {
    stream: TcpStream,
}

impl Wire {
    /// Sends that HTTP head. Gives the status, and the answer's head in lower case.
    pub(crate) async fn ask(address: &str, head: &str) -> (u16, String, Self) {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            let byte = timeout(PATIENCE, stream.read_u8()).await.expect("an answer in time");
            answer.push(byte.expect("a whole HTTP head"));
        }
        let answer = String::from_utf8(answer).unwrap();
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap();
        (status, answer, Self { stream })
    }

    /// Opens a socket as a browser would.
    pub(crate) async fn open(address: &str) -> Self {
        let (status, _, wire) = Self::ask(address, &handshake(address, &[])).await;
        assert_eq!(status, 101);
        wire
    }

    /// What is sent may be refused on the way: the gateway has closed, and says why in what comes back.
    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes).await;
    }

    pub(crate) async fn next(&mut self) -> Got {
        timeout(PATIENCE, self.read()).await.expect("something, or the end, in time").unwrap_or(Got::End)
    }

    async fn read(&mut self) -> std::io::Result<Got> {
        let first = self.stream.read_u8().await?;
        let second = self.stream.read_u8().await?;
        assert_eq!(first & 0x70, 0, "RFC 6455, 5.2: no extension was agreed on, so no reserved bit");
        assert_eq!(first & 0x80, 0x80, "the gateway does not split its frames");
        assert_eq!(second & 0x80, 0, "RFC 6455, 5.1: a server masks nothing");
        let length = match second {
            126 => u64::from(self.stream.read_u16().await?),
            127 => self.stream.read_u64().await?,
            short => u64::from(short),
        };
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        self.stream.read_exact(&mut payload).await?;
        Ok(match first & 0x0F {
            op::TEXT => Got::Text(String::from_utf8(payload).unwrap()),
            op::PONG => Got::Pong(payload),
            op::CLOSE => Got::Close(payload.first_chunk().map(|code| u16::from_be_bytes(*code))),
            other => panic!("opcode {other} is none that the gateway uses"),
        })
    }
}

/// The head of a good handshake. A header with a value replaces the usual one, with an empty value it drops it.
pub(crate) fn handshake(address: &str, changes: &[(&str, &str)]) -> String {
    let usual = [
        ("Host", address),
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", KEY),
        ("Sec-WebSocket-Protocol", "tieline.v1"),
    ];
    let changed = |name: &str| changes.iter().find(|(changed, _)| *changed == name).map(|(_, value)| *value);
    let mut head = "GET /v1/ws HTTP/1.1\r\n".to_owned();
    for (name, value) in usual {
        match changed(name).unwrap_or(value) {
            "" => {}
            value => head.push_str(&format!("{name}: {value}\r\n")),
        }
    }
    for (name, value) in changes.iter().filter(|(name, _)| usual.iter().all(|(usual, _)| usual != name)) {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head + "\r\n"
}
