//! Asks the gateway that runs on this machine.

use std::{net::SocketAddr, time::Duration};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::failure::Failure;
use crate::auth::Secret;

/// Longer than any answer of the operator's API takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// `POST` to the operator's API; gives the answer's body.
pub(super) async fn post(
    address: SocketAddr,
    operator_token: &Secret<String>,
    path: &str,
    body: &Value,
) -> Result<Value, Failure> {
    let body = body.to_string();
    // Exposed to be shown to the gateway that it is for, over this machine's own network.
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        operator_token.expose(),
        body.len()
    );
    let (status, body) = ask(address, &request).await?;
    let body: Value = serde_json::from_str(&body).unwrap_or_default();
    if status == "200" {
        return Ok(body);
    }
    let why = body["detail"].as_str().or(body["title"].as_str()).unwrap_or("it did not say why");
    Err(failed(address, &format!("refused ({status}): {why}")))
}

/// How its connectors are doing: the lines of `/readyz` after the first.
pub(super) async fn standings(address: SocketAddr) -> Result<Vec<String>, Failure> {
    let request = format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let (status, body) = ask(address, &request).await?;
    if status == "200" {
        return Ok(body.lines().skip(1).map(str::to_owned).collect());
    }
    Err(failed(address, &format!("is not ready ({status}): {}", body.trim())))
}

async fn ask(address: SocketAddr, request: &str) -> Result<(String, String), Failure> {
    let answer = tokio::time::timeout(PATIENCE, exchange(address, request))
        .await
        .map_err(|_| failed(address, "did not answer"))?
        .map_err(|error| failed(address, &format!("did not answer: {error}")))?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    Ok((head.split(' ').nth(1).unwrap_or_default().to_owned(), body.to_owned()))
}

fn failed(address: SocketAddr, what: &str) -> Failure {
    Failure::Work(format!("the gateway at {address} was asked, and {what}"))
}

async fn exchange(address: SocketAddr, request: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}
