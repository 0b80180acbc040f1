//! Other languages, as `cargo xtask dist` builds them. Tests have no bundle, so they read the sources themselves.

use tieline_talk::texts::CATEGORIES;
use tieline_widget::locale::Locale;
use wasm_bindgen::prelude::wasm_bindgen;

const SOURCES: [(&str, &str); 2] =
    [("de", include_str!("../../src/locale/de.toml")), ("ar", include_str!("../../src/locale/ar.toml"))];

#[wasm_bindgen(module = "/tests/support/page.js")]
extern "C" {
    fn offer_words(language: &str, file: &str);
}

/// From here on a session finds these languages, as it does in a bundle.
pub(crate) fn offer_languages() {
    for (tag, source) in SOURCES {
        offer_words(tag, &file(tag, source));
    }
}

/// The texts of a language; English for any that the tests do not know.
pub(crate) fn locale_of(tag: &str) -> &'static Locale {
    let source = SOURCES.iter().find(|(known, _)| *known == tag);
    source.map_or_else(Locale::english, |(tag, source)| Locale::learn(&file(tag, source)).unwrap())
}

fn file(tag: &str, source: &str) -> String {
    let value = |key: &str| {
        let beginning = format!("{key} = ");
        let line = source.lines().find_map(|line| line.strip_prefix(&beginning));
        let Some(forms) = line.and_then(|line| line.strip_prefix('{')) else {
            return line.unwrap_or(key).trim_matches('"').to_owned();
        };
        let form = |category: &&str| {
            let (_, from) = forms.split_once(&format!(" {category} = \"")).unwrap_or_default();
            from.split('"').next().unwrap_or_default().to_owned()
        };
        CATEGORIES.iter().map(form).collect::<Vec<_>>().join("\t")
    };
    let lines = Locale::keys().into_iter().map(value);
    lines.chain([format!("end {tag}")]).collect::<Vec<_>>().join("\n")
}
