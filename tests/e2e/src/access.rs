//! What somebody perceives who does not look at the screen: axe-core's findings, the tree that the browser gives to assistive
//! technology, the way of the Tab key, and how large what one presses is.

use std::collections::HashMap;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde_json::{Value, json};
use thirtyfour::{Key, WebDriver};

use crate::gateway::required;
use crate::window::Window;

mod tree;

/// Rules of WCAG 2.2 A and AA, and what axe-core calls good practice. None is switched off.
const RUN: &str = "
// The page that we are guests of is not ours to judge.
const ours = document.querySelector('tieline-launcher') ?? document;
const answer = await axe.run(ours, { resultTypes: ['violations'],
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
return answer.violations.flatMap(({ id, help, nodes }) =>
  nodes.map((node) => `${id}: ${help}\\n  ${node.target.join(' ')}\\n  ${node.failureSummary}`));";

/// What axe-core finds wrong in the document that is in front.
///
/// # Errors
/// When it cannot be run. `E2E_AXE` names its file, which `cargo xtask test e2e` fetches.
pub async fn violations(driver: &WebDriver) -> Result<Vec<String>> {
    let axe = std::fs::read_to_string(required("E2E_AXE")?)?;
    // Run by the driver, which the page's policy does not bind.
    let script = format!("{axe}\nreturn (async () => {{ {RUN} }})()");
    Ok(driver.execute(&script, Vec::new()).await?.convert()?)
}

/// Everything that can be pressed or written into, on screen and smaller than 24 by 24 pixels. Links in a line of text are as high as the
/// line: WCAG leaves them out.
const SMALL: &str = "
const ways = 'button, input, textarea, select, summary, a[href], [role=button], [role=menuitem], [tabindex=\"0\"]';
const ours = document.querySelector('tieline-launcher')?.shadowRoot ?? document;
return Array.from(ours.querySelectorAll(ways)).filter((way) => way.checkVisibility() && !way.closest('.bubble a, [aria-hidden=true]'))
  .map((way) => [way, way.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && (box.width < 24 || box.height < 24))
  .map(([way, box]) => `${way.outerHTML.slice(0, 90)}: ${box.width.toFixed(1)} x ${box.height.toFixed(1)}`);";

/// What is too small to be pressed by everybody in the document that is in front.
///
/// # Errors
/// When the browser does not answer.
pub async fn small_targets(driver: &WebDriver) -> Result<Vec<String>> {
    Ok(driver.execute(SMALL, Vec::new()).await?.convert()?)
}

/// What has the focus, by what it is called, and where it stands in the document.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Stop {
    /// Its accessible name, roughly: label, text or placeholder.
    pub name: String,
    /// Its place among all elements of the document.
    pub place: usize,
}

const STOP: &str = "
const way = document.hasFocus() ? document.activeElement : null;
if (!way || way === document.body || way.localName === 'iframe') return null;
const name = way.getAttribute('aria-label') || way.innerText?.trim().split('\\n')[0] || way.placeholder || way.localName;
return { name, place: Array.from(document.querySelectorAll('*')).indexOf(way) };";

/// All that the Tab key comes by in the document of a frame, or of the page, until it comes by the first again.
///
/// # Errors
/// When it never does.
pub async fn tab_walk(page: &Window, frame: &[&str]) -> Result<Vec<Stop>> {
    let mut stops: Vec<Stop> = Vec::new();
    for _ in 0..60 {
        let driver = if frame.is_empty() { page.top().await? } else { page.inside(frame).await? };
        driver.action_chain().send_keys(Key::Tab).perform().await?;
        let Some(stop) = driver.execute(STOP, Vec::new()).await?.convert::<Option<Stop>>()? else { continue };
        if stops.first() == Some(&stop) {
            return Ok(stops);
        }
        if stops.last() != Some(&stop) {
            stops.push(stop);
        }
    }
    bail!("Tab goes round and round: {stops:?}")
}

/// What Tab ought to come by: everything that can be pressed or written into, in the document's order, by name.
const WAYS: &str = "
const ways = 'button, input, textarea, select, summary, a[href], [tabindex=\"0\"]';
return Array.from(document.querySelectorAll(ways))
  .filter((way) => way.checkVisibility({ visibilityProperty: true }) && way.tabIndex >= 0 && !way.disabled)
  .map((way) => ({ name: way.getAttribute('aria-label') || way.innerText?.trim().split('\\n')[0] || way.placeholder || way.localName,
    place: Array.from(document.querySelectorAll('*')).indexOf(way) }));";

/// See [`WAYS`].
///
/// # Errors
/// When the browser does not answer.
pub async fn ways(driver: &WebDriver) -> Result<Vec<Stop>> {
    Ok(driver.execute(WAYS, Vec::new()).await?.convert()?)
}

/// The tree that a screen reader gets of the page, or of the frame whose address holds a text; one line for each thing.
///
/// # Errors
/// When there is no such frame.
pub async fn tree(page: &Window, frame: Option<&str>) -> Result<String> {
    page.devtools("Accessibility.enable", json!({})).await?;
    let mut params = json!({});
    if let Some(part) = frame {
        let frames = page.devtools("Page.getFrameTree", json!({})).await?;
        let id =
            frame_id(&frames["frameTree"], part).with_context(|| format!("no frame of {part}: {frames}"))?;
        params = json!({ "frameId": id });
    }
    let answer = page.devtools("Accessibility.getFullAXTree", params).await?;
    let nodes = answer["nodes"].as_array().context("a tree without nodes")?;
    Ok(tree::write(nodes))
}

fn frame_id(tree: &Value, part: &str) -> Option<String> {
    let frame = &tree["frame"];
    if frame["url"].as_str().is_some_and(|url| url.contains(part)) {
        return frame["id"].as_str().map(str::to_owned);
    }
    tree["childFrames"].as_array()?.iter().find_map(|child| frame_id(child, part))
}

/// Compares a tree with the one that is kept, and says where they part. `E2E_KEEP=1` keeps this one instead.
///
/// # Errors
/// When they differ.
pub fn compare(name: &str, tree: &str) -> Result<()> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("trees/{name}.txt"));
    if std::env::var_os("E2E_KEEP").is_some() {
        std::fs::create_dir_all(path.parent().context("a file has a folder")?)?;
        return std::fs::write(&path, tree).with_context(|| format!("writing {}", path.display()));
    }
    let kept = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    if kept == tree {
        return Ok(());
    }
    let (mut gone, mut come) = (counted(&kept), counted(tree));
    for (line, count) in counted(tree) {
        *gone.entry(line).or_default() -= count;
    }
    for (line, count) in counted(&kept) {
        *come.entry(line).or_default() -= count;
    }
    let list = |lines: &HashMap<&str, i32>| {
        let more = lines.iter().filter(|(_, count)| **count > 0).map(|(line, _)| (*line).to_owned());
        more.collect::<Vec<_>>().join("\n")
    };
    bail!("{name} reads differently. Gone:\n{}\nNew:\n{}\n(E2E_KEEP=1 keeps it)", list(&gone), list(&come))
}

fn counted(text: &str) -> HashMap<&str, i32> {
    let mut lines = HashMap::new();
    for line in text.lines() {
        *lines.entry(line).or_default() += 1;
    }
    lines
}
