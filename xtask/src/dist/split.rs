//! Cuts what few sessions need off the raw wasm, at the marks that `tieline_talk::later` sets.
//!
//! What comes out is the main wasm, which goes on to wasm-bindgen; one file for each part; and a piece of JavaScript that
//! fetches a part when the main wasm first asks for it. That piece goes into the glue: a module of its own would be one more
//! request before the first open.

use std::path::Path;

use anyhow::{Context as _, Result, anyhow, ensure};
use wasm_split_cli_support::{Options, transform};

use super::sources::App;

/// A wasm module in pieces.
pub(super) struct Pieces {
    /// What is fetched first; still to be bound.
    pub(super) main: Vec<u8>,
    /// Plain name (`widget_later.wasm`) and content of what is fetched later.
    pub(super) parts: Vec<(String, Vec<u8>)>,
    /// Fetches them.
    link: String,
}

/// Where the glue imports the link from, as long as it is a module of its own.
const LINK: &str = "./__wasm_split.js";
/// What the link takes from the glue. It will stand in the same module.
const IMPORT: &str = "import { initSync } from \"./glue.js\";";

/// Cuts.
pub(super) fn cut(app: App, raw: &[u8]) -> Result<Pieces> {
    let folder = tempfile::tempdir()?;
    let main = folder.path().join("main.wasm");
    let mut options = Options::new(raw);
    options.output_dir = folder.path();
    options.main_out_path = &main;
    options.link_name = LINK;
    options.main_module = "./glue.js";
    let made = transform(options).map_err(|error| anyhow!("cutting {}: {error:?}", app.package()))?;
    let read = |path: &Path| std::fs::read(path).with_context(|| format!("reading {}", path.display()));
    let mut link = String::from_utf8(read(&folder.path().join(LINK))?)?;
    let mut parts = Vec::new();
    for path in &made.split_modules {
        let there = path.file_name().and_then(|name| name.to_str()).context("a part without a name")?;
        let plain = app.file(&format!("_{}.wasm", stem_of(there)));
        link = link.replace(there, &plain);
        parts.push((plain, read(path)?));
    }
    ensure!(!parts.is_empty(), "nothing was cut off {}: where are the marks?", app.package());
    Ok(Pieces { main: read(&main)?, parts, link })
}

impl Pieces {
    /// The glue with what fetches the parts in it, and their styles with them (`www/styles.js`). `places` gives each part's file name in the bundle and its integrity.
    pub(super) fn join(&self, glue: &str, places: &[(String, String)]) -> Result<String> {
        let import = format!("from \"{LINK}\"");
        let line = glue.lines().find(|line| line.contains(&import)).context("the glue asks for no part")?;
        let name = line.strip_prefix("import * as ").and_then(|rest| rest.split(' ').next());
        let name = name.with_context(|| format!("the glue imports the link in a new way: {line}"))?;
        ensure!(self.link.contains(IMPORT), "the link asks the glue for something else than before");
        let mut link = self.link.replace(IMPORT, "");
        for ((plain, _), (file, integrity)) in self.parts.iter().zip(places) {
            let bare = format!("fetch(new URL(\"./{plain}\", import.meta.url))");
            ensure!(link.contains(&bare), "the link does not fetch {plain} as it did");
            let checked = format!(
                "withStyles(fetch(new URL(\"./{file}\", import.meta.url), {{ integrity: \"{integrity}\", credentials: \"omit\" }}))"
            );
            link = link.replace(&bare, &checked);
        }
        let loaders: Vec<_> =
            link.split("export const ").skip(1).filter_map(|rest| rest.split(' ').next()).collect();
        let object = format!("const {name} = {{ {} }};\n", loaders.join(", "));
        let link = link.replace("export const ", "const ");
        Ok(glue.replace(line, "") + &link + &object)
    }
}

/// `split_later.wasm` is the part `later`; what several parts share is a `chunk_3.wasm`.
fn stem_of(file: &str) -> &str {
    let stem = file.trim_end_matches(".wasm");
    stem.strip_prefix("split_").unwrap_or(stem)
}

#[cfg(test)]
mod tests {
    use super::{IMPORT, Pieces, stem_of};

    #[test]
    fn the_link_stands_in_the_glue_and_checks_what_it_fetches() {
        let fetch = "fetch(new URL(\"./widget_later.wasm\", import.meta.url))";
        let link = format!("{IMPORT}\nexport const __load_later = wrap(() => {fetch});\n");
        let pieces = Pieces { main: Vec::new(), parts: vec![("widget_later.wasm".into(), Vec::new())], link };
        let glue = "import * as import1 from \"./__wasm_split.js\"\nuse(import1);\n";
        let places = [("widget-ab12_later.wasm".to_owned(), "sha384-xyz".to_owned())];
        let joined = pieces.join(glue, &places).unwrap();
        assert!(
            !joined.contains("import *") && !joined.contains("export const") && !joined.contains("glue.js")
        );
        assert!(
            joined.contains("\"./widget-ab12_later.wasm\"") && joined.contains("integrity: \"sha384-xyz\"")
        );
        assert!(joined.ends_with("const import1 = { __load_later };\n"), "{joined}");
        assert!(pieces.join("use();", &places).is_err(), "a glue that fetches nothing");
    }

    #[test]
    fn a_part_is_named_after_its_mark() {
        assert_eq!(stem_of("split_later.wasm"), "later");
        assert_eq!(stem_of("chunk_2.wasm"), "chunk_2");
    }
}
