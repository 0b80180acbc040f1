//! As much HTTP as it takes to ask a server on loopback something.

use anyhow::{Context as _, Result};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// One request with a body in JSON. Gives status and body.
///
/// # Errors
/// When nobody answers, or not in HTTP.
pub async fn request(
    method: &str,
    port: u16,
    path: &str,
    token: Option<&str>,
    body: &Value,
) -> Result<(u16, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let authorization = token.map_or(String::new(), |token| format!("authorization: Bearer {token}\r\n"));
    // Both servers hand out files under exactly the name that the configuration has for them.
    // HTTP/1.0, so that the answer comes in one piece and its end is the connection's.
    let head = format!(
        "{method} {path} HTTP/1.0\r\nhost: 127.0.0.1:{port}\r\n{authorization}content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split_whitespace().nth(1).and_then(|word| word.parse().ok());
    let (_, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    Ok((status.with_context(|| format!("no HTTP: {answer}"))?, body.to_owned()))
}
