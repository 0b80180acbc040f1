//! The checkout's own tool: `cargo xtask <word>`. Each word is one file; [`shell`] runs other programs.

mod bench;
mod chaos;
mod demo;
mod dist;
mod golden;
mod locales;
mod mutate;
mod shell;
mod shots;
mod size;
mod test;
mod tidy;

use std::process::ExitCode;

use anyhow::{Result, bail};
use pico_args::Arguments;

const HELP: &str = "\
cargo xtask <word>

  demo [--open] [--port N] [--fresh]   build everything, serve a pretend shop and a desk, print the links;
       [--with prosody|ejabberd|synapse] and a server on which you answer with a client of your own
  test [layer..]                       all tests, or: checks unit fuzz wasm trunk size e2e services
  dist                                 the shipped bundle, in target/tieline-dist
  size                                 its weight against xtask/budgets.toml
  tidy                                 the rules that no compiler checks
  golden                               write a file for each new wire frame
  bench gateway|widget [rounds]        measure, and write docs/benchmarks.md
  chaos --minutes N [--seed S]         a gateway in a bad network, killed and paused; checks the delivery promises
  mutate [rule..]                      break rules of the delivery contract, and see a test fail for each
  shots                                pictures of the widget and the desk, in docs/images
  gallery                              every state in every look, in docs/gallery.md
  ci                                   what CI runs: test
";

fn main() -> ExitCode {
    match run(Arguments::from_env()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut arguments: Arguments) -> Result<ExitCode> {
    if arguments.contains(["-h", "--help"]) {
        print!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    }
    let word = arguments.subcommand()?;
    let rest = |arguments: Arguments| -> Vec<String> {
        arguments.finish().iter().map(|word| word.to_string_lossy().into_owned()).collect()
    };
    match word.as_deref() {
        Some("test" | "ci") => return test::run(&rest(arguments)),
        Some("demo") => {
            let options = demo::Options::parse(&mut arguments)?;
            finish(arguments)?;
            demo::run(&options)?;
        }
        Some("chaos") => {
            let options = chaos::Options::parse(&mut arguments)?;
            finish(arguments)?;
            chaos::run(&options)?;
        }
        Some("mutate") => mutate::run(&rest(arguments))?,
        Some("bench") => bench::run(&rest(arguments))?,
        Some("dist") => finish(arguments).and_then(|()| dist::run())?,
        Some("size") => finish(arguments).and_then(|()| size::run())?,
        Some("tidy") => finish(arguments).and_then(|()| tidy::run())?,
        Some("golden") => finish(arguments).and_then(|()| golden::run())?,
        Some("shots") => finish(arguments).and_then(|()| shots::run())?,
        Some("gallery") => finish(arguments).and_then(|()| shots::gallery())?,
        Some(other) => bail!("there is no `{other}`\n\n{HELP}"),
        None => print!("{HELP}"),
    }
    Ok(ExitCode::SUCCESS)
}

/// Refuses what no word asked for.
fn finish(arguments: Arguments) -> Result<()> {
    let rest = arguments.finish();
    if rest.is_empty() { Ok(()) } else { bail!("not understood: {rest:?}\n\n{HELP}") }
}
