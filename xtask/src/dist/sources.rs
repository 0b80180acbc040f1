//! What goes into the bundle, and whether any of it has changed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::{fill::hex, join};
use crate::{locales, shell};

/// The two Yew apps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum App {
    /// What a visitor sees, in the merchant's page.
    Widget,
    /// What a merchant answers from.
    Desk,
}

impl App {
    pub(super) const ALL: [Self; 2] = [Self::Widget, Self::Desk];

    /// The stem of its files.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Widget => "widget",
            Self::Desk => "desk",
        }
    }

    /// Whether a part of its wasm is fetched later.
    pub(super) fn is_split(self) -> bool {
        self == Self::Widget
    }

    pub(super) fn package(self) -> &'static str {
        match self {
            Self::Widget => "tieline-widget",
            Self::Desk => "tieline-desk",
        }
    }

    /// The plain name of one of its files: `widget.js`, `widget_bg.wasm`.
    pub(super) fn file(self, rest: &str) -> String {
        format!("{}{rest}", self.name())
    }

    /// The plain name of the module that starts it in its document.
    pub(super) fn boot_name(self) -> &'static str {
        match self {
            Self::Widget => "boot.js",
            Self::Desk => "desk_boot.js",
        }
    }

    /// The document it runs in. The gateway fills the rest of its placeholders.
    pub(super) fn document_name(self) -> &'static str {
        match self {
            Self::Widget => "frame.html",
            Self::Desk => "desk.html",
        }
    }

    fn boot_path(self) -> &'static str {
        match self {
            Self::Widget => "www/boot.js",
            Self::Desk => "crates/desk/www/boot.js",
        }
    }

    fn document_path(self) -> &'static str {
        match self {
            Self::Widget => "www/frame.html",
            Self::Desk => "crates/desk/www/desk.html",
        }
    }

    /// In the order in which they cascade: what both apps share, then the app's own.
    fn css_paths(self) -> &'static [&'static str] {
        match self {
            Self::Widget => &["crates/talk/style.css", "src/view/style.css"],
            Self::Desk => &[
                "crates/talk/style.css",
                "crates/talk/later.css",
                "crates/talk/files.css",
                "crates/desk/src/view/style.css",
            ],
        }
    }

    /// The styles of what is fetched later, which cascade behind the others.
    fn later_css_paths(self) -> &'static [&'static str] {
        match self {
            Self::Widget => &[
                "crates/talk/later.css",
                "crates/talk/files.css",
                "src/view/later.css",
                "src/view/sessions.css",
            ],
            Self::Desk => &[],
        }
    }
}

/// What a file of the theme's preview is.
#[derive(Clone, Copy)]
pub(super) enum Preview {
    Style,
    Script,
    Document,
}

/// The theme's preview, in `www/`. Who is named by others comes first.
pub(super) const PREVIEW: [(&str, Preview); 8] = [
    ("theme.css", Preview::Style),
    ("theme.js", Preview::Script),
    ("theme.html", Preview::Document),
    ("shop.css", Preview::Style),
    ("shop.js", Preview::Script),
    ("shop.html", Preview::Document),
    ("sample.js", Preview::Script),
    ("sample.html", Preview::Document),
];

/// Everything that the bundle is made of.
pub(super) struct Sources {
    pub(super) loader: String,
    pub(super) loader_css: String,
    /// What stands before the widget's JavaScript.
    pub(super) locales_js: String,
    /// The same, where a part of the wasm is fetched later.
    pub(super) styles_js: String,
    /// The built files of all languages but English, by tag.
    pub(super) locales: BTreeMap<&'static str, String>,
    pub(super) panel: String,
    wasm: BTreeMap<App, Vec<u8>>,
    text: BTreeMap<&'static str, String>,
    preview: BTreeMap<&'static str, String>,
    /// Over all of the above and xtask itself.
    pub(super) fingerprint: String,
}

impl Sources {
    pub(super) fn read(wasm_paths: &BTreeMap<App, PathBuf>) -> Result<Self> {
        let mut wasm = BTreeMap::new();
        let mut text = BTreeMap::new();
        let mut all = own_build()?;
        for (app, path) in wasm_paths {
            let bytes = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
            all.extend_from_slice(hex(&bytes).as_bytes());
            wasm.insert(*app, bytes);
            text.insert(app.boot_path(), read_script(app.boot_path())?);
            let css = app.css_paths().iter().chain(app.later_css_paths()).copied();
            for path in [app.document_path()].into_iter().chain(css) {
                text.insert(path, read_text(path)?);
            }
        }
        let loader = read_text("www/loader.js")?;
        let loader_css = read_text("www/loader.css")?;
        let locales_js = read_text("www/locales.js")?;
        let styles_js = read_text("www/styles.js")?;
        let locales = locales::build(read_text)?;
        let panel = read_script("www/panel.js")?;
        let read = |(name, _)| anyhow::Ok((name, read_script(&format!("www/{name}"))?));
        let preview: BTreeMap<_, _> = PREVIEW.into_iter().map(read).collect::<Result<_>>()?;
        let scripts = [&loader, &loader_css, &locales_js, &styles_js, &panel];
        for part in text.values().chain(preview.values()).chain(scripts).chain(locales.values()) {
            all.extend_from_slice(hex(part.as_bytes()).as_bytes());
        }
        Ok(Self {
            loader,
            loader_css,
            locales_js,
            styles_js,
            locales,
            panel,
            wasm,
            text,
            preview,
            fingerprint: hex(&all),
        })
    }

    pub(super) fn wasm(&self, app: App) -> &[u8] {
        &self.wasm[&app]
    }

    pub(super) fn boot(&self, app: App) -> &str {
        &self.text[app.boot_path()]
    }

    pub(super) fn document(&self, app: App) -> &str {
        &self.text[app.document_path()]
    }

    pub(super) fn preview(&self, name: &str) -> &str {
        &self.preview[name]
    }

    pub(super) fn css(&self, app: App) -> String {
        self.joined(app.css_paths())
    }

    /// The styles of what is fetched later.
    pub(super) fn later_css(&self, app: App) -> String {
        self.joined(app.later_css_paths())
    }

    fn joined(&self, paths: &[&str]) -> String {
        paths.iter().map(|path| self.text[path].as_str()).collect::<Vec<_>>().join("\n")
    }
}

/// A script, with what it imports from beside it.
fn read_script(path: &str) -> Result<String> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    join::join(&read_text(path)?, |name| read_text(&format!("{folder}/{name}")))
}

fn read_text(path: &str) -> Result<String> {
    let path: &Path = &shell::root().join(path);
    std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))
}

/// Tells one build of xtask from another: a changed pipeline makes a changed bundle.
fn own_build() -> Result<Vec<u8>> {
    let about = std::fs::metadata(std::env::current_exe()?)?;
    Ok(format!("{} {:?};", about.len(), about.modified()?).into_bytes())
}
