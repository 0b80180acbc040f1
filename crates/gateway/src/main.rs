//! The program `tieline`. Everything is in the library, so that tests reach it.

use std::process::ExitCode;

fn main() -> ExitCode {
    tieline_gateway::cli::run()
}
