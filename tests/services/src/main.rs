//! A server of another platform for `cargo xtask demo --with`: on its documented file, with an account on it, kept in a folder.
//!
//! Says in one line of JSON who answers, and how one signs in. Then it serves until it is asked to stop, or until its input ends: so
//! the server does not outlive whoever started it, however that ended.
//!
//! Asked for `settings` it says what the gateway has to be told, and no more: also which file the gateway has to write before the
//! server starts, if it is one that reads of the gateway.

mod demo;

use std::io::{Read as _, Write as _};
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use self::demo::{Demo, Server};

#[tokio::main]
async fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["settings", platform, folder, port] => {
            let demo = read(platform, folder, port)?;
            writeln!(std::io::stdout(), "{}", demo.settings())?;
            Ok(())
        }
        [platform, folder, port] => serve(read(platform, folder, port)?).await,
        _ => bail!("tieline-services [settings] PLATFORM FOLDER FIRST-PORT"),
    }
}

fn read(platform: &str, folder: &str, port: &str) -> Result<Demo> {
    Demo::new(platform, PathBuf::from(folder), port.parse().context("the first port")?)
}

async fn serve(demo: Demo) -> Result<()> {
    // Heard from here on, also while the server starts.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut server: Server = tokio::select! {
        started = demo.start() => started?,
        _ = terminate.recv() => return Ok(()),
    };
    writeln!(std::io::stdout(), "{}", demo.about())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = watch_input() => {}
    }
    server.stop().await
}

/// In a thread that nobody waits for: a read of the input cannot be broken off.
fn watch_input() -> oneshot::Receiver<()> {
    let (over, is_over) = oneshot::channel();
    std::thread::spawn(move || {
        let mut bytes = [0; 64];
        // An input that cannot be read has ended, too.
        while std::io::stdin().read(&mut bytes).is_ok_and(|count| count > 0) {}
        let _ = over.send(());
    });
    is_over
}
