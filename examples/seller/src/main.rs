//! A seller that answers by itself, so that one person alone sees both directions of a chat.
//!
//! It is an ordinary client of the public protocol: it signs in with an invite as a person at the desk does, speaks
//! `tieline.v1` through the same [`tieline_session::Agent`] that the desk runs on, and reads what a desk would show. The
//! gateway does not know that it is a program. A merchant's own bot can begin as a copy of this folder.
//!
//! `desk.rs` signs in, `wire.rs` is the socket, `run.rs` drives the machine, `seller.rs` decides whom to answer and when,
//! `answer.rs` what to say.

mod answer;
mod desk;
mod run;
mod seller;
mod wire;

use anyhow::{Result, ensure};
use clap::Parser;

/// A seller that answers by itself.
#[derive(Parser)]
#[command(name = "tieline-example-seller")]
struct Args {
    /// The gateway's public address.
    #[arg(long, default_value = "http://localhost:7070")]
    gateway: String,
    /// The token of `tieline desk invite`. Works once; the session it opens lives as long as this program.
    #[arg(long, env = "TIELINE_INVITE", hide_env_values = true)]
    invite: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let args = Args::parse();
    let gateway = args.gateway.trim_end_matches('/').to_owned();
    ensure!(
        gateway.starts_with("http://"),
        "this example speaks plain http, to a gateway on the same machine"
    );
    let desk = desk::Desk::sign_in(gateway, args.invite).await?;
    println!("signed in as {}", desk.agent_name());
    run::run(desk).await
}
