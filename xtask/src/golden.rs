//! `xtask golden`: writes a file for each new wire frame. Never touches one that is there: those are history.

use anyhow::Result;

use crate::shell;

/// The one test that writes what is missing, when told to.
const WRITER: &str = "what_we_write_is_what_the_files_hold";

pub(crate) fn run() -> Result<()> {
    let mut test = shell::cargo();
    test.args(["test", "--quiet", "-p", "tieline-protocol", "--test", "golden", WRITER]);
    shell::run(test.env("TIELINE_GOLDEN", "add"))?;
    let mut status = shell::command("git");
    status.args(["status", "--short", "--untracked-files=all", "--", "crates/protocol/golden"]);
    print!("{}", shell::read(&mut status)?);
    Ok(())
}
