//! Names with hashes, and the placeholders that stand for them.
//!
//! `{{asset:widget.js}}` becomes `/assets/widget-ab12cd34ef.js`, `{{integrity:widget.js}}` its `sha384-..`. In JavaScript
//! they stand inside string literals, so that the source stays valid before it is filled. Other placeholders are the
//! gateway's and pass through.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use sha2::{Digest as _, Sha256, Sha384};

/// Ten hex digits: forty bits tell the few versions of one file apart.
const HASH_DIGITS: usize = 10;

/// What has a final name by now.
#[derive(Default)]
pub(super) struct Catalogue {
    /// Plain name -> path within the folder.
    paths: BTreeMap<String, String>,
    /// Path -> `sha384-..`.
    integrity: BTreeMap<String, String>,
}

impl Catalogue {
    /// Gives the content its hashed path: `widget_bg.wasm` -> `assets/widget-ab12cd34ef_bg.wasm`.
    pub(super) fn add(&mut self, plain: &str, content: &[u8]) -> String {
        let mut hash = hex(content);
        hash.truncate(HASH_DIGITS);
        let at = plain.find("_bg.").or_else(|| plain.rfind('.')).unwrap_or(plain.len());
        let (stem, rest) = plain.split_at(at);
        let path = format!("assets/{stem}-{hash}{rest}");
        self.add_named(plain, &path, content);
        path
    }

    /// Notes a file that keeps its name.
    pub(super) fn add_named(&mut self, plain: &str, path: &str, content: &[u8]) {
        let digest = base64::engine::general_purpose::STANDARD.encode(Sha384::digest(content));
        self.integrity.insert(path.into(), format!("sha384-{digest}"));
        self.paths.insert(plain.into(), path.into());
    }

    /// What a page that fetches the file at that path checks it against.
    pub(super) fn integrity(&self, path: &str) -> Result<String> {
        self.integrity.get(path).cloned().with_context(|| format!("{path} is not in the bundle"))
    }

    /// The text with our placeholders replaced.
    pub(super) fn fill(&self, text: &str) -> Result<String> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((start, kind)) = next_placeholder(rest) {
            let (before, from) = rest.split_at(start);
            out.push_str(before);
            let end = from.find("}}").context("a placeholder without its end")?;
            let plain = from[kind.len()..end].trim();
            let path = self.paths.get(plain);
            let path = path.with_context(|| format!("{kind}{plain}}}}} names no asset made before it"))?;
            match kind {
                ASSET => {
                    out.push('/');
                    out.push_str(path);
                }
                _ => out.push_str(&self.integrity[path]),
            }
            rest = &from[end + "}}".len()..];
        }
        out.push_str(rest);
        if let Some(name) = leftover(&out) {
            bail!("{name} is left in the bundle");
        }
        Ok(out)
    }

    /// What `manifest.json` holds.
    pub(super) fn manifest(&self, fingerprint: &str) -> serde_json::Value {
        let mut manifest: serde_json::Map<String, serde_json::Value> =
            self.paths.iter().map(|(plain, path)| (plain.clone(), path.as_str().into())).collect();
        manifest.insert("integrity".into(), serde_json::json!(self.integrity));
        manifest.insert("inputs".into(), fingerprint.into());
        manifest.into()
    }
}

const ASSET: &str = "{{asset:";
const INTEGRITY: &str = "{{integrity:";

fn next_placeholder(text: &str) -> Option<(usize, &'static str)> {
    [ASSET, INTEGRITY].into_iter().filter_map(|kind| Some((text.find(kind)?, kind))).min()
}

/// A word like `__TIELINE_X__` that nobody replaced.
fn leftover(text: &str) -> Option<&str> {
    let start = text.find("__TIELINE_")?;
    text[start..].split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next()
}

/// SHA-256 in hex.
pub(super) fn hex(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_becomes_the_hashed_path() {
        let mut catalogue = Catalogue::default();
        let path = catalogue.add("widget_bg.wasm", b"abc");
        assert_eq!(path, "assets/widget-ba7816bf8f_bg.wasm");
        let filled = catalogue.fill("a '{{asset:widget_bg.wasm}}' {{channel}} z").unwrap();
        assert_eq!(filled, "a '/assets/widget-ba7816bf8f_bg.wasm' {{channel}} z");
        let integrity = catalogue.fill("{{integrity:widget_bg.wasm}}").unwrap();
        assert_eq!(integrity, "sha384-ywB1P0WjXou1oD1pmsZQBycsMqsO3tFjGotgWkP/W+2AhgcroefMI1i67KE0yCWn");
    }

    #[test]
    fn an_unknown_asset_is_an_error() {
        assert!(Catalogue::default().fill("{{asset:nothing.js}}").is_err());
    }
}
