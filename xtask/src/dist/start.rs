//! How the JavaScript half fetches and starts its wasm, in fewer words.
//!
//! What wasm-bindgen writes for it takes a path, a request, a response, bytes or a module, and explains itself at length.
//! Ours takes what we give it: the promise of a response, or nothing.

use anyhow::{Context as _, Result, ensure};

const BEGINNING: &str = "async function __wbg_load(";
const END: &str = "export { initSync, __wbg_init as default };";
/// `initSync` is what a part that is fetched later asks for the exports; by then they are there.
const OURS: &str = r#"
const initSync = () => wasm;
let begun;
const __wbg_init = (given) => (begun ??= begin(given).catch((why) => { begun = undefined; throw why; }));
const begin = async ({ module_or_path } = {}) => {
    const answer = await (module_or_path ?? fetch(new URL('{name}', import.meta.url)));
    if (!answer.ok) throw new Error(`${answer.status} ${answer.url}`);
    const { instance, module } = await WebAssembly.instantiateStreaming(answer, __wbg_get_imports());
    return __wbg_finalize_init(instance, module);
};
"#;

/// The bindings with our start. `wasm_name` stands in them once, as in those of wasm-bindgen.
pub(super) fn shorten(js: &str, wasm_name: &str) -> Result<String> {
    let missing = "the bindings start in another way than this version of wasm-bindgen writes";
    let (before, rest) = js.split_once(BEGINNING).context(missing)?;
    let (theirs, after) = rest.split_once(END).context(missing)?;
    ensure!(theirs.contains("__wbg_finalize_init(instance, module)"), missing);
    Ok([before, &OURS.replace("{name}", wasm_name), END, after].concat())
}

#[cfg(test)]
mod tests {
    use super::shorten;

    #[test]
    fn the_start_is_ours_and_the_rest_is_as_it_was() {
        let js = "let wasm;\nasync function __wbg_load(module, imports) { long }\nreturn __wbg_finalize_init(instance, module);\nexport { initSync, __wbg_init as default };\nlast();";
        let short = shorten(js, "a_bg.wasm").unwrap();
        assert!(short.starts_with("let wasm;\n") && short.ends_with("as default };\nlast();"));
        assert!(short.contains("new URL('a_bg.wasm', import.meta.url)") && !short.contains("long"));
        assert!(shorten("export { initSync, __wbg_init as default };", "a_bg.wasm").is_err());
    }
}
