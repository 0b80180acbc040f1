//! Others' widgets, from the npm registry into `target/rivals`: each a package as it is published, without what it depends on.
//! Those that are measured come bundled with it.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::{dist, shell};

/// Package, version, the folder that it is unpacked into, and what of it a page loads first.
const PACKAGES: [(&str, &str, &str, &[&str]); 3] = [
    ("converse.js", "14.0.0", "converse.js", &["dist/converse.min.js", "dist/converse.min.css"]),
    ("@n8n/chat", "1.37.0", "n8n-chat", &["dist/chat.bundle.es.js", "dist/style.css"]),
    ("deep-chat", "2.4.2", "deep-chat", &["dist/deepChat.bundle.js"]),
];

/// Fetches what is not there yet, and gives the folder. Packs what is large: a browser would not wait for it.
pub(super) fn fetch() -> Result<PathBuf> {
    let folder = shell::target_dir().join("rivals");
    for (name, version, place, files) in PACKAGES {
        shell::npm_package(name, version, &folder.join(place))?;
        for file in files {
            let packed = folder.join(place).join(format!("{file}.br"));
            if !packed.exists() {
                let plain = std::fs::read(folder.join(place).join(file))
                    .with_context(|| format!("{name} has no {file}"))?;
                std::fs::write(&packed, dist::brotli(&plain)?)?;
            }
        }
    }
    Ok(folder)
}
