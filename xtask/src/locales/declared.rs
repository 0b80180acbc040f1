//! The texts that a Rust file declares with `texts!`: `key: Kind = "English"`, or `"one" | "other"`.

use anyhow::{Context as _, Result, bail, ensure};

/// What a text takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing.
    Text,
    /// Names or other words.
    Pattern,
    /// A number.
    Counted,
}

/// A text as it is declared.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Declared {
    pub(crate) key: String,
    pub(crate) kind: Kind,
    /// One form, or two: for one and for others.
    pub(crate) english: Vec<String>,
}

impl Declared {
    /// The names of its places, in the order of the English.
    pub(crate) fn places(&self) -> Vec<&str> {
        self.english.last().map(|form| places_of(form)).unwrap_or_default()
    }
}

/// `name` and `shop` of `{name} at {shop}`.
pub(crate) fn places_of(form: &str) -> Vec<&str> {
    form.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(place, _)| place)).collect()
}

/// Reads every declaration of a file.
pub(crate) fn parse(code: &str) -> Result<Vec<Declared>> {
    let mut found = Vec::new();
    for block in code.split("\ntexts! {").skip(1).chain(code.strip_prefix("texts! {")) {
        let (_, fields) = block.split_once("pub struct ").context("no struct")?;
        let (_, fields) = fields.split_once('{').context("no fields")?;
        let mut rest = skip(fields);
        while !rest.starts_with('}') {
            let (text, after) = field(rest)?;
            rest = skip(after);
            found.push(text);
        }
    }
    ensure!(!found.is_empty(), "none found");
    Ok(found)
}

fn field(code: &str) -> Result<(Declared, &str)> {
    let (key, rest) = code.split_once(':').context("a text without its kind")?;
    let (kind, rest) = rest.split_once('=').with_context(|| format!("{key}: no English"))?;
    let key = key.trim().to_owned();
    let kind = match kind.trim() {
        "Text" => Kind::Text,
        "Pattern" => Kind::Pattern,
        "Counted" => Kind::Counted,
        kind => bail!("{key}: no kind is called {kind}"),
    };
    let (form, mut rest) = literal(skip(rest)).with_context(|| format!("{key}: no English"))?;
    let mut english = vec![form];
    while let Some(more) = skip(rest).strip_prefix('|') {
        let (form, after) = literal(skip(more)).with_context(|| format!("{key}: no second form"))?;
        english.push(form);
        rest = after;
    }
    let wanted = if kind == Kind::Counted { 2 } else { 1 };
    ensure!(english.len() == wanted, "{key}: {wanted} forms belong to {kind:?}");
    let text = Declared { key, kind, english };
    let has_places = !text.places().is_empty();
    ensure!(has_places == (kind != Kind::Text), "{}: {kind:?} and its places do not agree", text.key);
    Ok((text, rest))
}

/// Past blanks, commas, comments and attributes.
fn skip(code: &str) -> &str {
    let mut rest = code.trim_start_matches(|letter: char| letter.is_whitespace() || letter == ',');
    while rest.starts_with("//") || rest.starts_with("#[") {
        rest = rest.split_once('\n').map_or("", |(_, after)| after);
        rest = rest.trim_start_matches(|letter: char| letter.is_whitespace() || letter == ',');
    }
    rest
}

/// A string of Rust, in which a line may be broken with `\`.
fn literal(code: &str) -> Result<(String, &str)> {
    let inside = code.strip_prefix('"').context("no string")?;
    let mut text = String::new();
    let mut letters = inside.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Ok((text, &inside[at + 1..])),
            '\\' => match letters.next().map(|(_, next)| next) {
                Some('"') => text.push('"'),
                Some('\\') => text.push('\\'),
                Some('u') => {
                    let (_, from) = inside[at..].split_once('{').context("\\u without a brace")?;
                    let (digits, _) = from.split_once('}').context("\\u without its end")?;
                    text.extend(char::from_u32(u32::from_str_radix(digits, 16)?));
                    letters.by_ref().find(|(_, next)| *next == '}');
                }
                _ => bail!("write it without this escape: {}", &inside[at..]),
            },
            letter => text.push(letter),
        }
    }
    bail!("a string without its end")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_read_as_the_macro_reads_them() {
        let code = "use x;\n\ntexts! {\n    /// All: \"every\" one.\n    pub struct A with b: B {\n        /// What, and = why.\n        \
                    a: Text = \"It\\u{2019}s \\\"A\\\".\",\n        /// Two.\n        n: Counted = \"{n} b\" | \"{n} bs\",\n        \
                    p: Pattern =\n            \"{x} at {y}\",\n    }\n}\n\nfn rest() { {} }";
        let found = parse(code).unwrap();
        let text = |key: &str, kind, english: &[&str]| Declared {
            key: key.into(),
            kind,
            english: english.iter().map(|form| (*form).to_owned()).collect(),
        };
        let expected = [
            text("a", Kind::Text, &["It\u{2019}s \"A\"."]),
            text("n", Kind::Counted, &["{n} b", "{n} bs"]),
            text("p", Kind::Pattern, &["{x} at {y}"]),
        ];
        assert_eq!(found, expected);
        assert_eq!(found[2].places(), ["x", "y"]);
    }

    #[test]
    fn a_declaration_that_says_nothing_sensible_is_told() {
        for (fields, complaint) in [
            ("a: Text = \"{name}\"", "a: Text and its places"),
            ("a: Pattern = \"name\"", "a: Pattern and its places"),
            ("a: Counted = \"{n}\"", "a: 2 forms"),
            ("a: Test = \"n\"", "a: no kind is called Test"),
            ("a: Text = 7", "a: no English"),
            ("a: Text = \"seven", "a: no English"),
        ] {
            let error = parse(&format!("texts! {{ pub struct A {{ {fields} }} }}")).unwrap_err();
            assert!(format!("{error:#}").starts_with(complaint), "{fields}: {error:#}");
        }
    }
}
