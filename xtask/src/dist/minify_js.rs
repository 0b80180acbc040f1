//! JavaScript without comments and needless whitespace. Names stay: what is left to gain is little after brotli, and a
//! stack trace from a merchant's page can still be read.
//!
//! Works on tokens ([`lexer`]), never on a syntax tree, so a newline goes only where no reading of the language lets it
//! end a statement. The result is read back, and must hold the same tokens.

mod lexer;

use anyhow::{Result, ensure};

use self::lexer::{Kind, Token};

/// The same program in fewer bytes.
pub(super) fn minify(source: &str) -> Result<String> {
    let tokens = lexer::tokens(source)?;
    let mut out = String::with_capacity(source.len());
    let mut before: Option<&Token<'_>> = None;
    for token in &tokens {
        if let Some(before) = before {
            if token.after_newline && newline_matters(before, token) {
                out.push('\n');
            } else if would_join(before, token) {
                out.push(' ');
            }
        }
        out.push_str(token.text);
        before = Some(token);
    }
    out.push('\n');
    let again = lexer::tokens(&out)?;
    let same = again.iter().map(|token| token.text).eq(tokens.iter().map(|token| token.text));
    ensure!(same, "minifying changed a token");
    Ok(out)
}

/// Whether a statement could end between the two. Wrong guesses go one way only: a newline too many.
fn newline_matters(before: &Token<'_>, after: &Token<'_>) -> bool {
    let goes_on = before.kind == Kind::Punctuation && "{([,;:?=&|^<>%!~.".contains(before.text);
    let goes_back = after.kind == Kind::Punctuation && "})],;:?.".contains(after.text);
    !goes_on && !goes_back
}

/// Whether the two would read as something else without a space.
fn would_join(before: &Token<'_>, after: &Token<'_>) -> bool {
    let wordy = |kind: Kind| matches!(kind, Kind::Word | Kind::Number);
    match (before.kind, after.kind) {
        (Kind::Number, Kind::Punctuation) => after.text == ".",
        // `.5` after a name would read as a member.
        (Kind::Word | Kind::Number | Kind::Regex, Kind::Word | Kind::Number) => true,
        (Kind::Punctuation, Kind::Punctuation) => {
            after.after_gap && matches!((before.text, after.text), ("+", "+" | "++") | ("-", "-" | "--"))
                || after.after_gap && matches!((before.text, after.text), ("++", "+") | ("--", "-"))
                || after.after_gap && is_operator(before.text) && is_operator(after.text)
        }
        // Two slashes would begin a comment.
        (Kind::Punctuation, Kind::Regex) => before.text == "/" || before.text == "<",
        (kind, Kind::Regex) => wordy(kind),
        _ => false,
    }
}

/// One that may grow with its neighbour: `a < !b` is not `a <! b`, `x ? .5 : y` is not `x ?.5 : y`.
fn is_operator(text: &str) -> bool {
    "+-*/%=<>!&|^?.".contains(text.chars().next().unwrap_or(' '))
}

#[cfg(test)]
mod tests {
    use super::minify;

    #[track_caller]
    fn check(source: &str, expected: &str) {
        assert_eq!(minify(source).unwrap(), format!("{expected}\n"));
    }

    #[test]
    fn comments_and_spaces_go() {
        check("// one\nlet a = 1; /* two */ let b = a + 2;\n", "let a=1;let b=a+2;");
        check("if (a) {\n  b();\n}\n", "if(a){b();}");
    }

    #[test]
    fn a_newline_that_may_end_a_statement_stays() {
        check("let a = f\n(b)", "let a=f\n(b)");
        check("return\nx", "return\nx");
        check("a\n++b", "a\n++b");
        check("class A {\n  x\n  *y() {}\n}", "class A{x\n*y(){}}");
        check("const f = () => {}\nf()", "const f=()=>{}\nf()");
    }

    #[test]
    fn strings_templates_and_expressions_keep_their_inside() {
        check(
            "f('a // b', \"c /* d\", `e  ${ g( `h  ` ) + '}' }  // i`)",
            "f('a // b',\"c /* d\",`e  ${ g( `h  ` ) + '}' }  // i`)",
        );
        check(r#"s = 'it\'s  "so"'"#, r#"s='it\'s  "so"'"#);
    }

    #[test]
    fn a_regex_is_told_from_a_division() {
        check("x = a / b / c; // d", "x=a/b/c;");
        check("x = /[/'\"]  \\//g.test(y)", "x=/[/'\"]  \\//g.test(y)");
        check("if (a) /'/.test(b)", "if(a)/'/.test(b)");
        check("x = (a) / b / 'c'", "x=(a)/b/'c'");
        check("return /  '/", "return /  '/");
        check("x = y.return / 2 / 'a'", "x=y.return/2/'a'");
        check("x++ / 2 / 'a'", "x++ /2/'a'");
    }

    #[test]
    fn what_would_join_stays_apart() {
        check("a + +b - -c", "a+ +b- -c");
        check("a + ++b", "a+ ++b");
        check("1 .toString()", "1 .toString()");
        check("a ? .5 : b", "a?.5:b");
        check("x in y; typeof z; var $ = _", "x in y;typeof z;var $=_");
        check("a => /  b/", "a=>/  b/");
    }

    #[test]
    fn what_does_not_end_is_an_error() {
        assert!(minify("'abc").is_err());
        assert!(minify("`abc ${ d ").is_err());
        assert!(minify("/* abc").is_err());
    }
}
