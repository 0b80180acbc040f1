//! Raw wasm to wasm with its JavaScript half, by wasm-bindgen as a library.

use anyhow::{Context as _, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use super::{sources::App, start};

/// Both halves of a wasm module.
pub(super) struct Bound {
    pub(super) wasm: Vec<u8>,
    pub(super) js: String,
}

/// Makes an ES module whose default export fetches and starts the wasm.
pub(super) fn bind(app: App, raw: &[u8]) -> Result<Bound> {
    let mut bindgen = Bindgen::new();
    bindgen.input_bytes(app.name(), raw.to_vec()).web(true)?.typescript(false);
    // `www/panel.js` starts it with no path of its own: the module finds its wasm beside itself.
    bindgen.omit_default_module_path(false);
    // A part that is fetched later takes its table of functions from here.
    bindgen.keep_lld_exports(app.is_split());
    bindgen.remove_name_section(true).remove_producers_section(true);
    let mut output = bindgen.generate_output().with_context(|| format!("binding {}", app.package()))?;
    // A snippet would be one more request, under a name without a hash.
    let inline = output.snippets().iter().filter(|(_, texts)| !texts.is_empty()).map(|(package, _)| package);
    let snippets: Vec<_> = output.local_modules().keys().chain(inline).collect();
    if !snippets.is_empty() {
        bail!("{} brings JavaScript of its own, and all of ours lies in www/: {snippets:?}", app.package());
    }
    let js = start::shorten(output.js(), &app.file("_bg.wasm"))?;
    Ok(Bound { js, wasm: output.wasm_mut().emit_wasm() })
}

/// Puts the hashed name of the wasm where the module looks for it.
pub(super) fn point_at(bound: &mut Bound, app: App, wasm_path: &str) -> Result<()> {
    let plain = format!("'{}'", app.file("_bg.wasm"));
    if bound.js.matches(&plain).count() != 1 {
        bail!(
            "the bindings of {} do not name their wasm once, as this version of wasm-bindgen does",
            app.name()
        );
    }
    let name = wasm_path.rsplit('/').next().unwrap_or(wasm_path);
    bound.js = bound.js.replace(&plain, &format!("'{name}'"));
    Ok(())
}
