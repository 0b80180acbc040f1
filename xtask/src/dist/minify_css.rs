//! CSS without comments and needless whitespace. Selectors and values are not understood, hence not touched: only what
//! cannot carry meaning goes.

/// The same sheet in fewer bytes.
pub(super) fn minify(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let taken = if rest.starts_with("/*") {
            put_space(&mut out);
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if c == '"' || c == '\'' {
            let end = string_end(rest, c);
            out.push_str(&rest[..end]);
            end
        } else if c.is_whitespace() {
            put_space(&mut out);
            c.len_utf8()
        } else {
            put(&mut out, c);
            c.len_utf8()
        };
        rest = &rest[taken..];
    }
    out.truncate(out.trim_end().len());
    out
}

/// Behind these a space means nothing. Not behind `)` or before `(` and `:`, where it does.
fn put_space(out: &mut String) {
    if !out.ends_with([' ', '{', '}', ';', ',', ':']) && !out.is_empty() {
        out.push(' ');
    }
}

fn put(out: &mut String, c: char) {
    if matches!(c, '{' | '}' | ';' | ',') && out.ends_with(' ') {
        out.pop();
    }
    if c == '}' && out.ends_with(';') {
        out.pop();
    }
    out.push(c);
}

fn string_end(text: &str, quote: char) -> usize {
    let mut escaped = true;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::minify;

    #[test]
    fn only_what_means_nothing_goes() {
        let source = "/* a */\n.a :hover > b,\n.c {\n  margin: 0 calc(1px + 2px);\n  content: \"x  ; }\";\n}\n@media (width < 40em) { .d { color: red } }\n";
        let expected = ".a :hover > b,.c{margin:0 calc(1px + 2px);content:\"x  ; }\"}@media (width < 40em){.d{color:red}}";
        assert_eq!(minify(source), expected);
    }
}
