//! The widget's texts: what the code declares, what each language's file says, and the file that a browser gets.
//!
//! The declarations (`texts!` in Rust) hold keys, kinds and the English. `src/locale/TAG.toml` holds one language: `key =
//! "text"`, and for a text that depends on a number `key = { one = "..", other = ".." }`. Which categories a language has is
//! Unicode's CLDR, for whole numbers and `Intl.PluralRules` alike.

mod check;
mod declared;

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};
use toml::{Table, Value};

use self::check::complaints_of;
pub(crate) use self::declared::{Declared, Kind};

/// Where texts are declared, in the order of a built file.
const DECLARATIONS: [&str; 2] = ["src/locale.rs", "crates/talk/src/words.rs"];

/// A language that the widget speaks beside English.
pub(crate) struct Language {
    /// Its tag, which names its file.
    pub(crate) tag: &'static str,
    /// The plural categories that it has.
    pub(crate) plurals: &'static [&'static str],
    /// Where a text that it lacks is a fault. Elsewhere it is English until somebody translates it.
    is_whole: bool,
}

/// In the order of CLDR: the place of a form in a line of a built file.
const CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

const LANGUAGES: [Language; 9] = [
    Language { tag: "ar", plurals: &CATEGORIES, is_whole: false },
    Language { tag: "de", plurals: &["one", "other"], is_whole: true },
    Language { tag: "es", plurals: &["one", "many", "other"], is_whole: false },
    Language { tag: "fr", plurals: &["one", "many", "other"], is_whole: false },
    Language { tag: "hi", plurals: &["one", "other"], is_whole: false },
    Language { tag: "ja", plurals: &["other"], is_whole: false },
    Language { tag: "pt-BR", plurals: &["one", "many", "other"], is_whole: false },
    Language { tag: "ru", plurals: &["one", "few", "many", "other"], is_whole: false },
    Language { tag: "zh-CN", plurals: &["other"], is_whole: false },
];

impl Language {
    fn path(&self) -> String {
        format!("src/locale/{}.toml", self.tag)
    }

    fn table(&self, read: &impl Fn(&str) -> Result<String>) -> Result<Table> {
        let path = self.path();
        toml::from_str(&read(&path)?).with_context(|| format!("{path}: no TOML"))
    }
}

/// What is wrong with the languages, as `file: key: what`.
pub(crate) fn complaints(read: impl Fn(&str) -> Result<String>) -> Result<Vec<String>> {
    let declared = declared(&read)?;
    let mut complaints = Vec::new();
    for language in &LANGUAGES {
        let found = complaints_of(language, &language.table(&read)?, &declared);
        complaints.extend(found.into_iter().map(|complaint| format!("{}: {complaint}", language.path())));
    }
    Ok(complaints)
}

/// The file of each language.
pub(crate) fn build(read: impl Fn(&str) -> Result<String>) -> Result<BTreeMap<&'static str, String>> {
    let found = complaints(&read)?;
    if !found.is_empty() {
        bail!(found.join("\n"));
    }
    let declared = declared(&read)?;
    let file = |language: &Language| Ok((language.tag, lines(language, &language.table(&read)?, &declared)));
    LANGUAGES.iter().map(file).collect()
}

fn declared(read: &impl Fn(&str) -> Result<String>) -> Result<Vec<Declared>> {
    let mut all = Vec::new();
    for path in DECLARATIONS {
        for text in declared::parse(&read(path)?).with_context(|| format!("{path}: the texts! in it"))? {
            // One file holds the texts of all: a second one of that name would be the first.
            ensure!(
                all.iter().all(|known: &Declared| known.key != text.key),
                "{path}: {}: there is one of that name",
                text.key
            );
            all.push(text);
        }
    }
    Ok(all)
}

/// One line for each text, then the line by which a reader knows that there were as many as it wanted.
fn lines(language: &Language, table: &Table, declared: &[Declared]) -> String {
    let mut lines: Vec<String> = declared.iter().map(|text| line(text, table)).collect();
    lines.push(format!("end {}", language.tag));
    lines.join("\n")
}

fn line(text: &Declared, table: &Table) -> String {
    let numbered = |form: &str| {
        let places = text.places();
        places.iter().enumerate().fold(form.to_owned(), |line, (at, place)| {
            line.replace(&format!("{{{place}}}"), &format!("{{{at}}}"))
        })
    };
    match table.get(&text.key) {
        Some(Value::String(form)) => numbered(form),
        Some(Value::Table(forms)) => {
            let form = |category: &&str| forms.get(*category).and_then(Value::as_str).unwrap_or_default();
            CATEGORIES.iter().map(|category| numbered(form(category))).collect::<Vec<_>>().join("\t")
        }
        _ => match text.english.as_slice() {
            [one, other] => format!("\t{}\t\t\t\t{}", numbered(one), numbered(other)),
            forms => numbered(&forms.concat()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_bears_numbers_and_all_six_forms() {
        let declared = declared::parse(
            "texts! { pub struct A { a: Text = \"A\", b: Pattern = \"{x} of {y}\", c: Counted = \"{n} c\" | \"{n} cs\", } }",
        );
        let table = "a = \"Ä\"\nb = \"{y}: {x}\"\nc = { one = \"ein\", other = \"{n} ce\" }".parse().unwrap();
        let language = &LANGUAGES[1];
        let declared = declared.unwrap();
        assert_eq!(lines(language, &table, &declared), "Ä\n{1}: {0}\n\tein\t\t\t\t{0} ce\nend de");
        let empty = Table::new();
        assert_eq!(lines(language, &empty, &declared), "A\n{0} of {1}\n\t{0} c\t\t\t\t{0} cs\nend de");
    }

    #[test]
    fn what_the_code_declares_is_what_the_files_say() {
        let read = |path: &str| Ok(std::fs::read_to_string(crate::shell::root().join(path))?);
        assert_eq!(complaints(read).unwrap(), Vec::<String>::new());
    }
}
