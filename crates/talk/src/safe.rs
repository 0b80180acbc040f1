//! Which addresses may become a link or a picture.

/// The address, if it is one of the web. Everything else (`javascript:`, `data:`, relative ones) stays out.
pub fn web_address(address: &str) -> Option<&str> {
    let address = address.trim();
    let has_scheme = |scheme: &str| {
        address.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
            && address.len() > scheme.len()
    };
    let is_web = has_scheme("https://") || has_scheme("http://");
    // Browsers drop tabs and line ends inside an address: what is read would not be what is opened.
    let is_clean = !address.chars().any(|character| character.is_control() || character.is_whitespace());
    (is_web && is_clean).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::web_address;

    #[test]
    fn only_addresses_of_the_web_pass() {
        for good in ["https://shop.example/a?b=c#d", "HTTP://shop.example", "http://localhost:7071/mug.svg"] {
            assert_eq!(web_address(good), Some(good));
        }
        assert_eq!(web_address(" https://shop.example "), Some("https://shop.example"));
        for bad in [
            "",
            "https://",
            "javascript:alert(1)",
            "java\nscript:alert(1)",
            "JaVaScRiPt://x",
            "data:text/html,x",
            "//shop.example",
            "/mug.svg",
            "blob:https://shop.example/1",
            "https://a b",
            "https://a\tb",
            "ftp://shop.example",
            "é",
            "httpsé://x",
        ] {
            assert_eq!(web_address(bad), None, "{bad:?}");
        }
    }
}
