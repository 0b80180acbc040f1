//! `xtask shots`: pictures of launcher, panel and desk, taken from the real thing, into `docs/images`.

use anyhow::Result;

use crate::{dist, shell, test};

pub(crate) fn run() -> Result<()> {
    test::chromedriver()?;
    dist::run()?;
    shell::run(shell::cargo().args(["build", "-p", "tieline-gateway", "-p", "tieline-example-shop"]))?;
    let mut shots = shell::cargo();
    shots.args(["run", "-p", "tieline-e2e", "--bin", "tieline-screenshots", "--"]);
    shots.arg(shell::root().join("docs/images"));
    shell::run(test::with_gateway(&mut shots))
}
