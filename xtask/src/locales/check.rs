//! One language's file against what the code declares.

use toml::{Table, Value};

use super::{Declared, Kind, Language, declared::places_of};

/// Forms for so few that a language may say them without the number.
const WORDED: [&str; 3] = ["zero", "one", "two"];

/// Complaints, each beginning with the key.
pub(super) fn complaints_of(language: &Language, table: &Table, declared: &[Declared]) -> Vec<String> {
    let mut complaints = Vec::new();
    for text in declared {
        match table.get(&text.key) {
            Some(value) => complaints.extend(value_complaints(language, text, value)),
            None if language.is_whole => {
                complaints.push(format!("{}: missing; in English: {}", text.key, text.english.join(" | ")));
            }
            None => {}
        }
    }
    for key in table.keys().filter(|key| !declared.iter().any(|text| text.key == **key)) {
        complaints.push(format!("{key}: no code asks for it"));
    }
    if table.get("language").and_then(Value::as_str) != Some(language.tag) {
        complaints.push(format!("language: is to be {}", language.tag));
    }
    complaints
}

fn value_complaints(language: &Language, text: &Declared, value: &Value) -> Vec<String> {
    let key = &text.key;
    match (text.kind, value) {
        (Kind::Counted, Value::Table(forms)) => {
            let wanted = |category: &str| language.plurals.contains(&category);
            let missing = language.plurals.iter().filter(|category| !forms.contains_key(**category));
            let mut found: Vec<_> = missing
                .map(|category| format!("{key}.{category}: this language has that plural form too"))
                .collect();
            for (category, form) in forms {
                let name = format!("{key}.{category}");
                match form.as_str() {
                    _ if !wanted(category) => {
                        found.push(format!("{name}: this language has no such plural form"));
                    }
                    None => found.push(format!("{name}: is to be a text")),
                    Some(form) => {
                        let may_be_bare = WORDED.contains(&category.as_str());
                        found.extend(form_complaints(language, &name, form, &text.places(), may_be_bare));
                    }
                }
            }
            found
        }
        (Kind::Counted, _) => {
            vec![format!(
                "{key}: depends on a number: {{ {} }}",
                language.plurals.join(" = \"..\", ") + " = \"..\""
            )]
        }
        (_, Value::String(form)) => form_complaints(language, key, form, &text.places(), false),
        _ => vec![format!("{key}: is to be a text")],
    }
}

fn form_complaints(
    language: &Language,
    name: &str,
    form: &str,
    places: &[&str],
    may_be_bare: bool,
) -> Vec<String> {
    let mut found = Vec::new();
    let (mut wanted, mut said) = (places.to_vec(), places_of(form));
    wanted.sort_unstable();
    said.sort_unstable();
    if said != wanted && !(may_be_bare && said.is_empty()) {
        found.push(format!("{name}: the places to fill are {{{}}}", places.join("}, {")));
    }
    if form.trim() != form || form.is_empty() || form.contains(['\n', '\t']) {
        found.push(format!("{name}: empty, or blanks where there may be none"));
    }
    if form.contains(['"', '\'']) || form.contains("...") {
        found.push(format!(
            "{name}: quotes, apostrophes and dots as the language prints them, not as keys have them"
        ));
    }
    // A narrow no-break space stands there; an ordinary one would let the mark begin a line.
    if language.tag == "fr" && [" ?", " !", " ;", " :", "« ", " »"].iter().any(|mark| form.contains(mark)) {
        found.push(format!("{name}: French has a no-break space (U+202F, before : U+00A0) there"));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{super::declared, *};

    #[test]
    fn each_fault_is_told_with_its_key() {
        let declared = declared::parse(
            "texts! { pub struct A { language: Text = \"en\", a: Text = \"A\", p: Pattern = \"{x} of {y}\", c: Counted = \"{n} c\" | \"{n} cs\", } }",
        )
        .unwrap();
        let good = "language = \"fr\"\na = \"A\"\np = \"{y} {x}\"\nc = { one = \"un\", many = \"{n} de c\", other = \"{n} c\" }";
        let french = Language { tag: "fr", plurals: &["one", "many", "other"], is_whole: true };
        let complaints = |file: &str| complaints_of(&french, &file.parse().unwrap(), &declared);
        assert_eq!(complaints(good), Vec::<String>::new());
        for (from, to, complaint) in [
            ("a = \"A\"\n", "", "a: missing"),
            ("a = \"A\"", "a = \"A\"\nb = \"B\"", "b: no code asks for it"),
            ("\"fr\"", "\"de\"", "language: is to be fr"),
            ("{y} {x}", "{y} {z}", "p: the places"),
            ("{y} {x}", "{y}", "p: the places"),
            ("many = \"{n} de c\", ", "", "c.many: this language has that"),
            ("one = ", "few = \"{n}\", one = ", "c.few: this language has no"),
            ("other = \"{n} c\"", "other = \"c\"", "c.other: the places"),
            ("a = \"A\"", "a = { one = \"A\" }", "a: is to be a text"),
            ("a = \"A\"", "a = \"Ça ?\"", "a: French has"),
            ("a = \"A\"", "a = \"l'A\"", "a: quotes"),
            ("a = \"A\"", "a = \" A\"", "a: empty, or"),
        ] {
            let found = complaints(&good.replace(from, to));
            assert!(found.len() == 1 && found[0].starts_with(complaint), "{to}: {found:?}");
        }
    }
}
