//! The Content-Security-Policy of our documents.

use crate::auth::Origin;

/// Who may frame a document.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ancestors<'a> {
    /// Nobody.
    None,
    /// These pages.
    Exactly(&'a [Origin]),
    /// Anybody: for a document that only says no, so that the page around it can notice.
    Anybody,
}

/// What a document of ours may do: run our own script and wasm, show pictures, play sound, talk to us. `pages` may serve pictures
/// too; `blob:` is a picture of the visitor's own that is still on its way.
pub(super) fn document(ours: &Origin, pages: &[Origin], ancestors: Ancestors<'_>) -> String {
    let pictures: String = pages.iter().map(|origin| format!(" {origin}")).collect();
    let socket = ours.socket();
    let ancestors = frame_ancestors(ancestors);
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data: https:{pictures}; \
         media-src 'self' blob:; connect-src 'self' {socket}; base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}; \
         require-trusted-types-for 'script'"
    )
}

/// What a document of the theme's preview may do: run our own scripts, hold another such document, talk to us.
pub(super) fn preview(ancestors: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}; require-trusted-types-for 'script'"
    )
}

/// What a document without script, style or picture may do: nothing.
pub(super) fn inert(ancestors: Ancestors<'_>) -> String {
    format!(
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors {}",
        frame_ancestors(ancestors)
    )
}

fn frame_ancestors(ancestors: Ancestors<'_>) -> String {
    match ancestors {
        Ancestors::None | Ancestors::Exactly([]) => "'none'".to_owned(),
        Ancestors::Anybody => "*".to_owned(),
        Ancestors::Exactly(origins) => origins.iter().map(Origin::as_str).collect::<Vec<_>>().join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frame_document_may_do_just_this() {
        let ours = Origin::parse("https://chat.example").unwrap();
        let pages = [
            Origin::parse("https://shop.example").unwrap(),
            Origin::parse("https://b.example:8443").unwrap(),
        ];
        assert_eq!(
            document(&ours, &pages, Ancestors::Exactly(&pages)),
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
             img-src 'self' blob: data: https: https://shop.example https://b.example:8443; \
             media-src 'self' blob:; connect-src 'self' wss://chat.example; base-uri 'none'; form-action 'none'; \
             frame-ancestors https://shop.example https://b.example:8443; require-trusted-types-for 'script'"
        );
    }

    #[test]
    fn no_page_means_none_not_all() {
        assert!(inert(Ancestors::Exactly(&[])).ends_with("frame-ancestors 'none'"));
        assert!(inert(Ancestors::None).ends_with("frame-ancestors 'none'"));
        assert!(inert(Ancestors::Anybody).ends_with("frame-ancestors *"));
    }
}
