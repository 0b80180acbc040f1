//! The checkout's own tool: `cargo xtask <word>`. Each word is one file; [`shell`] runs other programs.

mod demo;
mod dist;
mod golden;
mod shell;
mod size;

use std::process::ExitCode;

use anyhow::{Result, bail};
use pico_args::Arguments;

const HELP: &str = "\
cargo xtask <word>

  demo [--open] [--port N] [--fresh]   build everything, serve a pretend shop and a desk, print the links
  test [layer..]                       all tests, or: checks unit wasm trunk e2e size fuzz
  dist                                 the shipped bundle, in target/tieline-dist
  size                                 its weight against xtask/budgets.toml
  tidy                                 the rules that no compiler checks
  golden                               write a file for each new wire frame
  bench gateway                        measure, and write docs/benchmarks.md
  shots                                pictures of the widget and the desk, in docs/images
  ci                                   what CI runs: test
";

fn main() -> ExitCode {
    match run(Arguments::from_env()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut arguments: Arguments) -> Result<()> {
    if arguments.contains(["-h", "--help"]) {
        print!("{HELP}");
        return Ok(());
    }
    let word = arguments.subcommand()?;
    match word.as_deref() {
        Some("dist") => finish(arguments).and_then(|()| dist::run()),
        Some("demo") => {
            let options = demo::Options::parse(&mut arguments)?;
            finish(arguments).and_then(|()| demo::run(&options))
        }
        Some("golden") => finish(arguments).and_then(|()| golden::run()),
        Some("size") => finish(arguments).and_then(|()| size::run()),
        Some(other) => bail!("there is no `{other}`\n\n{HELP}"),
        None => {
            print!("{HELP}");
            Ok(())
        }
    }
}

/// Refuses what no word asked for.
fn finish(arguments: Arguments) -> Result<()> {
    let rest = arguments.finish();
    if rest.is_empty() { Ok(()) } else { bail!("not understood: {rest:?}\n\n{HELP}") }
}
