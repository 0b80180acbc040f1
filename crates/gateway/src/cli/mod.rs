//! The command line: what an operator types.
//!
//! Says what is wrong, where, and what to do; exit code 2 for usage and configuration, 1 for what went wrong at work. Most
//! commands work on the store itself, beside a gateway that runs; `restore` wants to be alone. Read next: [`args`] for the words.

/// Like `println!`, but a reader who has heard enough (`tieline channel list | head`) is no fault, and least of all a panic.
macro_rules! say {
    ($($part:tt)*) => {{
        use std::io::Write as _;
        // The rest goes to nobody; what the command does is done all the same.
        let _ = writeln!(std::io::stdout(), $($part)*);
    }};
}

mod args;
mod channel;
mod connector;
mod copies;
mod desk;
mod doctor;
mod epoch;
mod failure;
mod finding;
mod key;
mod matrix;
mod place;
mod running;
mod serve;
mod user;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};
use failure::Failure;

/// Runs the program.
pub fn run() -> ExitCode {
    let args = Args::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return report(&Failure::Work(format!("the runtime did not start: {error}"))),
    };
    match runtime.block_on(dispatch(args)) {
        Ok(code) => code,
        Err(failure) => report(&failure),
    }
}

async fn dispatch(args: Args) -> Result<ExitCode, Failure> {
    let common = args.common;
    match args.command {
        Command::Serve(serve) => serve::run(&common, serve).await,
        Command::Channel(command) => channel::run(&common, command).await,
        Command::Key(command) => key::run(&common, command).await,
        Command::User(command) => user::run(&common, command).await,
        Command::Desk(command) => desk::run(&common, command).await,
        Command::Matrix(command) => matrix::run(&common, command),
        Command::Backup { file } => copies::back_up(&common, &file),
        Command::Restore { file } => copies::restore(&common, &file),
        Command::Epoch(command) => epoch::run(&common, command).await,
        Command::Connector(command) => connector::run(&common, &command).await,
        Command::Doctor => doctor::run(&common).await,
    }
}

fn report(failure: &Failure) -> ExitCode {
    eprintln!("tieline: {failure}");
    failure.exit_code()
}
