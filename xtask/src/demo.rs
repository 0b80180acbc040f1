//! `xtask demo`: the whole thing on one machine. A gateway, a pretend shop on another origin, a seller that answers by
//! itself, and the links to try it.
//!
//! What it keeps lies in `.demo/<port>`, so the next start finds the same channel, sessions and sign-ins. `--with prosody` starts a
//! server of another platform with it.

mod children;
mod platform;
mod setup;

use std::net::TcpListener;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use pico_args::Arguments;

use self::children::Child;
use self::platform::{Plan, Platform};
use self::setup::Setup;
use crate::{dist, shell};

/// The gateway's port; the shop takes the next one, and a server of another platform those after it.
const PORT: u16 = 7070;
/// A gateway that is not ready by then will not be.
const READY_WITHIN: Duration = Duration::from_secs(30);

/// What was asked for.
pub(crate) struct Options {
    open: bool,
    port: u16,
    fresh: bool,
    with: Option<&'static str>,
}

impl Options {
    pub(crate) fn parse(arguments: &mut Arguments) -> Result<Self> {
        Ok(Self {
            open: arguments.contains("--open"),
            port: arguments.opt_value_from_str("--port")?.unwrap_or(PORT),
            fresh: arguments.contains("--fresh"),
            with: arguments.opt_value_from_fn("--with", platform::parse)?,
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
    let ports = if options.with.is_some() { 2 + platform::PORTS } else { 2 };
    check_free(options.port, ports)?;
    build()?;
    let folder = setup::folder(options.port, options.with, options.fresh)?;
    let (shop_port, first_port) = (options.port + 1, options.port + 2);
    let plan = options.with.map(|name| Plan::build(name, first_port, &folder)).transpose()?;
    let started = Instant::now();
    let before = plan.as_ref().map(Plan::before).transpose()?;
    setup::configure(&folder, options.port, before.as_ref())?;
    let (server, platform) = match &plan {
        Some(plan) => {
            let (server, platform) = plan.start()?;
            eprintln!("demo  the server runs after {}", shell::elapsed(started.elapsed()));
            (Some(server), Some(platform))
        }
        None => (None, None),
    };
    let setup = Setup::prepare(folder, options.port, shop_port, platform.as_ref())?;
    let mut children = start(&setup)?;
    // Last: the gateway still speaks to it when it is stopped.
    children.extend(server);
    print_links(&setup, options.with.zip(platform.as_ref()));
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

/// Whether that many ports from one on are free.
fn check_free(port: u16, count: u16) -> Result<()> {
    let ports_from = |first: u16| first.checked_add(count).map(|end| first..end);
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let mut ports =
        ports_from(port).with_context(|| format!("--port: there must be room for {count} ports"))?;
    if let Some(taken) = ports.find(|port| !is_free(port)) {
        let mut others = (port..u16::MAX).step_by(count.into()).skip(1).filter_map(ports_from);
        let free = others.find(|ports| ports.clone().all(|port| is_free(&port)));
        let free = free.context("no free ports")?.start;
        bail!("port {taken} is taken by another program; try: cargo xtask demo --port {free}");
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

fn print_links(setup: &Setup, platform: Option<(&str, &Platform)>) {
    let folder = setup.folder.strip_prefix(shell::root()).unwrap_or(&setup.folder);
    let elsewhere = platform.map_or_else(String::new, |(name, platform)| {
        format!("{name}\n         {}\n\n  ", platform.sign_in.join("\n         "))
    });
    println!(
        "\n  Tieline is running.\n\n  \
         Shop   {}\n         pick something and press \"Ask the seller\"\n\n  \
         Desk   {}\n         signs you in as {}, once; then answer here yourself\n\n  \
         {elsewhere}\
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
