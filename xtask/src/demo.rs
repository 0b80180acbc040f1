//! `xtask demo`: the whole thing on one machine. A gateway, a pretend shop on another origin, a seller that answers by
//! itself, and the links to try it.
//!
//! What it keeps lies in `.demo/<port>`, so the next start finds the same channel, sessions and sign-ins.

mod children;
mod setup;

use std::net::TcpListener;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use pico_args::Arguments;

use self::children::Child;
use self::setup::Setup;
use crate::{dist, shell};

/// The gateway's port; the shop takes the next one.
const PORT: u16 = 7070;
/// A gateway that is not ready by then will not be.
const READY_WITHIN: Duration = Duration::from_secs(30);

/// What was asked for.
pub(crate) struct Options {
    open: bool,
    port: u16,
    fresh: bool,
}

impl Options {
    pub(crate) fn parse(arguments: &mut Arguments) -> Result<Self> {
        Ok(Self {
            open: arguments.contains("--open"),
            port: arguments.opt_value_from_str("--port")?.unwrap_or(PORT),
            fresh: arguments.contains("--fresh"),
        })
    }
}

/// Builds, starts, prints, waits for Ctrl-C, stops.
pub(crate) fn run(options: &Options) -> Result<()> {
    // Before anything is started, so that a signal always meets the code that stops what was.
    let (stop, stopped) = mpsc::channel();
    ctrlc::set_handler(move || {
        let _ = stop.send(());
    })?;
    let shop_port = options.port.checked_add(1).context("--port: there must be room for the shop's port")?;
    check_free(options.port, shop_port)?;
    build()?;
    let setup = Setup::prepare(options.port, shop_port, options.fresh)?;
    let mut children = start(&setup)?;
    print_links(&setup);
    if options.open {
        open(&setup.shop_url)?;
        open(&setup.desk_link)?;
    }
    loop {
        if stopped.recv_timeout(Duration::from_millis(250)).is_ok() {
            break;
        }
        if let Some(reason) = children.iter_mut().find_map(Child::ended) {
            bail!(reason);
        }
    }
    eprintln!("\nstopping");
    Ok(())
}

fn check_free(port: u16, shop_port: u16) -> Result<()> {
    for taken in [port, shop_port] {
        if TcpListener::bind(("127.0.0.1", taken)).is_err() {
            let free = (port..u16::MAX - 1).step_by(2).skip(1).find(|port| {
                [*port, port + 1].into_iter().all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok())
            });
            let free = free.context("no two free ports")?;
            bail!("port {taken} is taken by another program; try: cargo xtask demo --port {free}");
        }
    }
    Ok(())
}

const PROGRAMS: [&str; 3] = ["tieline-gateway", "tieline-example-shop", "tieline-example-seller"];

fn build() -> Result<()> {
    dist::run()?;
    let started = Instant::now();
    eprintln!("demo  compiling the gateway, the shop and the seller");
    let mut build = shell::cargo();
    build.arg("build");
    for package in PROGRAMS {
        build.args(["-p", package]);
    }
    shell::run(&mut build)?;
    eprintln!("demo  compiled in {}", shell::elapsed(started.elapsed()));
    Ok(())
}

/// In the order in which they need each other. Whoever fails stops those before it.
fn start(setup: &Setup) -> Result<Vec<Child>> {
    let mut gateway = Child::spawn("gateway", &mut setup.gateway(), &setup.folder)?;
    gateway.wait_until_ready(setup.port, READY_WITHIN)?;
    let shop = Child::spawn("shop", &mut setup.shop(), &setup.folder)?;
    let seller = Child::spawn("seller", &mut setup.seller(), &setup.folder)?;
    // Stopped in this order: whoever needs another goes first.
    Ok(vec![seller, shop, gateway])
}

fn print_links(setup: &Setup) {
    let folder = setup.folder.strip_prefix(shell::root()).unwrap_or(&setup.folder);
    println!(
        "\n  Tieline is running.\n\n  \
         Shop   {}\n         pick something and press \"Ask the seller\"\n\n  \
         Desk   {}\n         signs you in as {}, once; then answer here yourself\n\n  \
         {} answers by itself. Logs: {}. Ctrl-C stops all.\n",
        setup.shop_url,
        setup.desk_link,
        setup::PERSON.1,
        setup::SELLER.1,
        folder.display(),
    );
}

fn open(url: &str) -> Result<()> {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let opened = std::process::Command::new(program).arg(url).status();
    opened.with_context(|| format!("{program} is needed to open a browser"))?;
    Ok(())
}
