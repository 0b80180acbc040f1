//! `xtask dist`: the files that a gateway serves, ready to be embedded, in `target/tieline-dist`.
//!
//! `loader.js` keeps its name. Everything else lies in `assets/` under a name that holds a hash of its content, so that it
//! may be cached for ever; `panel.js` lies there and under its plain name, for pages whose loader is of an older bundle.
//! `manifest.json` maps the plain names (`widget.js`) to those, and holds their `integrity`. Each
//! file has a `.br` and a `.gz` beside it. A run with nothing changed does nothing.
//!
//! Sources name each other by placeholders: `{{asset:NAME}}` becomes the path on the gateway (`/assets/widget-ab12.js`),
//! `{{integrity:NAME}}` its `sha384-..`. See [`fill`]. The style sheet of `loader.js` goes into it, in the place of
//! `{{style:loader.css}}`: a file of its own would be a second request.

mod bindgen;
mod compile;
mod compress;
mod even;
mod fill;
mod fold;
mod join;
mod minify_css;
mod minify_js;
mod sources;
mod split;
mod start;
mod tighten;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};

pub(crate) use self::compile::add_target;
pub(crate) use self::compress::brotli;
use self::fill::Catalogue;
use self::minify_js::Kind;
use self::sources::{App, PREVIEW, Preview, Sources};
use crate::shell;

/// Builds what is out of date.
pub(crate) fn run() -> Result<()> {
    let started = Instant::now();
    let wasm = compile::wasm()?;
    let sources = Sources::read(&wasm)?;
    let out = shell::dist_dir();
    if is_current(&out, &sources.fingerprint) {
        eprintln!("dist  up to date ({})", shell::elapsed(started.elapsed()));
        return Ok(());
    }
    let files = assemble(&sources)?;
    write(&out, &files, &sources.fingerprint)?;
    eprintln!("dist  {} in {}", out.display(), shell::elapsed(started.elapsed()));
    Ok(())
}

/// What will lie in the folder, before it is written.
struct Files {
    /// Path within the folder -> content.
    content: BTreeMap<String, Vec<u8>>,
    catalogue: Catalogue,
}

/// From the inside out: who is named by others comes first.
fn assemble(sources: &Sources) -> Result<Files> {
    let mut catalogue = Catalogue::default();
    let mut content = BTreeMap::new();
    for (tag, lines) in &sources.locales {
        let lines = lines.clone().into_bytes();
        content.insert(catalogue.add(&format!("locale-{tag}.txt"), &lines), lines);
    }
    let locales_js = catalogue.fill(&sources.locales_js)?;
    for app in App::ALL {
        eprintln!("dist  {}: bindings", app.name());
        let css = minify_css::minify(&sources.css(app));
        let mut styles_js = String::new();
        if app.is_split() {
            let later = minify_css::minify(&sources.later_css(app));
            // In a page of the merchant's there is one sheet, whole: what is adopted there cannot be a link.
            let whole = (css.clone() + &later).into_bytes();
            content.insert(catalogue.add(&app.file("_whole.css"), &whole), whole);
            let later = later.into_bytes();
            content.insert(catalogue.add(&app.file("_later.css"), &later), later);
            styles_js = catalogue.fill(&sources.styles_js)?;
        }
        let css = css.into_bytes();
        content.insert(catalogue.add(&app.file(".css"), &css), css);
        let pieces = if app.is_split() { Some(split::cut(app, sources.wasm(app))?) } else { None };
        let raw = pieces.as_ref().map_or(sources.wasm(app), |pieces| &pieces.main);
        let mut bound = tighten::tighten(&bindgen::bind(app, raw)?)?;
        if let Some(pieces) = &pieces {
            let mut places = Vec::new();
            for (plain, part) in &pieces.parts {
                let part = tighten::tighten_part(part)?;
                let path = catalogue.add(plain, &part);
                let file = path.rsplit('/').next().unwrap_or(&path).to_owned();
                places.push((file, catalogue.integrity(&path)?));
                content.insert(path, part);
            }
            bound.js = pieces.join(&bound.js, &places)?;
        }
        let wasm_path = catalogue.add(&app.file("_bg.wasm"), &bound.wasm);
        bindgen::point_at(&mut bound, app, &wasm_path)?;
        content.insert(wasm_path, bound.wasm);
        if app == App::Widget {
            bound.js.insert_str(0, &locales_js);
        }
        bound.js.insert_str(0, &styles_js);
        let glue = minify_js::minify(&bound.js, Kind::Module)?.into_bytes();
        content.insert(catalogue.add(&app.file(".js"), &glue), glue);

        if app == App::Widget {
            let panel = minify_js::minify(&catalogue.fill(&sources.panel)?, Kind::Module)?.into_bytes();
            content.insert(catalogue.add("panel.js", &panel), panel.clone());
            content.insert("panel.js".into(), panel);
        }
        let boot = minify_js::minify(&catalogue.fill(sources.boot(app))?, Kind::Module)?.into_bytes();
        content.insert(catalogue.add(app.boot_name(), &boot), boot);
        content.insert(app.document_name().into(), catalogue.fill(sources.document(app))?.into_bytes());
    }
    for (name, kind) in PREVIEW {
        let text = catalogue.fill(sources.preview(name))?;
        match kind {
            Preview::Style => {
                let css = minify_css::minify(&text).into_bytes();
                content.insert(catalogue.add(name, &css), css);
            }
            Preview::Script => {
                let js = minify_js::minify(&text, Kind::Module)?.into_bytes();
                content.insert(catalogue.add(name, &js), js);
            }
            Preview::Document => drop(content.insert(name.into(), text.into_bytes())),
        }
    }
    let loader = with_style(&catalogue.fill(&sources.loader)?, &sources.loader_css)?;
    let loader = minify_js::minify(&loader, Kind::Script)?.into_bytes();
    catalogue.add_named("loader.js", "loader.js", &loader);
    content.insert("loader.js".into(), loader);
    Ok(Files { content, catalogue })
}

/// The loader with its style sheet in it, as a string.
fn with_style(loader: &str, css: &str) -> Result<String> {
    const PLACE: &str = "\"{{style:loader.css}}\"";
    ensure!(loader.matches(PLACE).count() == 1, "www/loader.js does not name its style sheet once");
    // A string of JSON is one of JavaScript.
    Ok(loader.replace(PLACE, &serde_json::to_string(&minify_css::minify(css))?))
}

/// Writes beside the old folder and then takes its place, so that a gateway never sees half of it.
fn write(out: &Path, files: &Files, fingerprint: &str) -> Result<()> {
    let fresh = out.with_extension("new");
    let _ = std::fs::remove_dir_all(&fresh);
    std::fs::create_dir_all(fresh.join("assets")).with_context(|| format!("creating {}", fresh.display()))?;
    for (path, content) in &files.content {
        let file = fresh.join(path);
        std::fs::write(&file, content).with_context(|| format!("writing {}", file.display()))?;
    }
    eprintln!("dist  compressing {} files", files.content.len());
    compress::beside(&fresh, &files.content)?;
    let manifest = serde_json::to_string_pretty(&files.catalogue.manifest(fingerprint))?;
    std::fs::write(fresh.join("manifest.json"), manifest)?;
    let _ = std::fs::remove_dir_all(out);
    std::fs::rename(&fresh, out).with_context(|| format!("replacing {}", out.display()))
}

fn is_current(out: &Path, fingerprint: &str) -> bool {
    let read = || -> Option<String> {
        let text = std::fs::read_to_string(out.join("manifest.json")).ok()?;
        let manifest: serde_json::Value = serde_json::from_str(&text).ok()?;
        Some(manifest.get("inputs")?.as_str()?.to_owned())
    };
    read().as_deref() == Some(fingerprint)
}

#[cfg(test)]
mod tests {
    use super::with_style;

    #[test]
    fn the_loader_carries_its_style_sheet_as_a_string() {
        let css = "/* why */\na::before {\n  content: \"\";\n}\n";
        let loader = with_style("f(\"{{style:loader.css}}\");", css).unwrap();
        assert_eq!(loader, r#"f("a::before{content:\"\"}");"#);
        assert!(with_style("f();", css).is_err());
    }
}
