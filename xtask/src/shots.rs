//! `xtask shots`: pictures of launcher, panel and desk, taken from the real thing, into `docs/images`. `xtask gallery`: every state in
//! every look, into `docs/gallery`, with the page that shows them.

use anyhow::Result;

use crate::{dist, shell, test};

pub(crate) fn run() -> Result<()> {
    shoot("docs/images", &[])
}

pub(crate) fn gallery() -> Result<()> {
    shoot("docs/gallery", &["gallery"])
}

fn shoot(folder: &str, words: &[&str]) -> Result<()> {
    test::chromedriver()?;
    dist::run()?;
    shell::run(shell::cargo().args(["build", "-p", "tieline-gateway", "-p", "tieline-example-shop"]))?;
    let mut shots = shell::cargo();
    shots.args(["run", "-p", "tieline-e2e", "--bin", "tieline-screenshots", "--"]);
    shots.arg(shell::root().join(folder)).args(words);
    shell::run(test::with_gateway(&mut shots))
}
