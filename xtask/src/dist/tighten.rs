//! A bound wasm and its JavaScript half, the same and smaller on the wire.
//!
//! wasm-bindgen names each function that it imports by what it does and a hash, in both halves: sixteen random digits, twice,
//! for some three hundred functions. They get short names here. And brotli finds what is alike only where it lies near: functions
//! that begin alike are put beside each other.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, anyhow, ensure};
use wasm_encoder::reencode::{self, Reencode};
use wasmparser::{BinaryReaderError, FunctionBody, Operator, Parser, Payload};

use super::{
    bindgen::Bound,
    even::even,
    fold::{fold, fold_part},
};

/// Tightens both halves.
pub(super) fn tighten(bound: &Bound) -> Result<Bound> {
    let Bound { wasm, js } = fold(&Bound { wasm: even(&bound.wasm)?, js: bound.js.clone() })?;
    let found = Found::in_wasm(&wasm)?;
    let (mut names, mut js) = rename(&found, &js)?;
    // The glue's name stands beside each import.
    for module in found.modules.iter().filter(|module| module.ends_with("_bg.js")) {
        let key = format!("\"{module}\":");
        ensure!(js.matches(&key).count() == 1, "the bindings give {module} in another way than before");
        js = js.replace(&key, "\"_\":");
        names.insert((*module).to_owned(), "_".to_owned());
    }
    Ok(Bound { wasm: write(&wasm, &found, names)?, js })
}

/// Tightens what is fetched later. It has no other half, and what it takes from the main wasm keeps its names.
pub(super) fn tighten_part(wasm: &[u8]) -> Result<Vec<u8>> {
    let wasm = fold_part(&even(wasm)?)?;
    write(&wasm, &Found::in_wasm(&wasm)?, BTreeMap::new())
}

fn write(wasm: &[u8], found: &Found<'_>, names: BTreeMap<String, String>) -> Result<Vec<u8>> {
    let mut writer = Writer { names, places: places(&found.bodies)?, imported: found.imported };
    let mut module = wasm_encoder::Module::new();
    let made = writer.parse_core_module(&mut module, Parser::new(0), wasm);
    made.map_err(|error| anyhow!("writing the wasm anew: {error}"))?;
    let written = module.finish();
    wasmparser::validate(&written).context("the wasm that was written anew is none")?;
    Ok(written)
}

/// What of a wasm has to be known before it is written.
struct Found<'a> {
    /// Functions that are imported: the first of all numbers are theirs.
    imported: u32,
    imports: BTreeSet<&'a str>,
    /// Who gives the imports.
    modules: BTreeSet<&'a str>,
    exports: BTreeSet<&'a str>,
    bodies: Vec<FunctionBody<'a>>,
}

impl<'a> Found<'a> {
    fn in_wasm(wasm: &'a [u8]) -> Result<Self> {
        let mut found = Self {
            imported: 0,
            imports: BTreeSet::new(),
            modules: BTreeSet::new(),
            exports: BTreeSet::new(),
            bodies: Vec::new(),
        };
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import?;
                        found.imported += u32::from(matches!(import.ty, wasmparser::TypeRef::Func(_)));
                        found.imports.insert(import.name);
                        found.modules.insert(import.module);
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        found.exports.insert(export?.name);
                    }
                }
                Payload::CodeSectionEntry(body) => found.bodies.push(body),
                _ => {}
            }
        }
        Ok(found)
    }
}

/// What stands for what, and the JavaScript that says so. An import is a key that JavaScript names once; an export may be
/// renamed where JavaScript knows it as `wasm.NAME` only.
fn rename(found: &Found<'_>, js: &str) -> Result<(BTreeMap<String, String>, String)> {
    let mut uses = BTreeMap::<&str, (usize, usize)>::new();
    for (before, word) in words(js) {
        let (all, of_wasm) = uses.entry(word).or_default();
        *all += 1;
        *of_wasm += usize::from(before.ends_with("wasm."));
    }
    let mut names = BTreeMap::new();
    for import in found.imports.iter().filter(is_binding) {
        let (all, _) = uses.get(import).copied().unwrap_or_default();
        ensure!(all == 1, "the bindings name the import {import} {all} times, not once");
        names.insert((*import).to_owned(), short(names.len()));
    }
    // Those of wasm-bindgen only: what is fetched later takes `memory` and its like by their names.
    for export in found.exports.iter().filter(is_binding) {
        let (all, of_wasm) = uses.get(export).copied().unwrap_or_default();
        if all > 0 && all == of_wasm {
            names.insert((*export).to_owned(), short(names.len()));
        }
    }
    let mut renamed = String::with_capacity(js.len());
    let mut rest = 0;
    for (before, word) in words(js) {
        if let Some(name) = names.get(word) {
            renamed.push_str(&js[rest..before.len()]);
            renamed.push_str(name);
            rest = before.len() + word.len();
        }
    }
    renamed.push_str(&js[rest..]);
    Ok((names, renamed))
}

/// Whether the name is one that wasm-bindgen made up.
fn is_binding(name: &&&str) -> bool {
    ["__wbg_", "__wbindgen_", "__externref_", "wasm_bindgen_"]
        .into_iter()
        .any(|beginning| name.starts_with(beginning))
}

/// Each word of JavaScript, behind all that stands before it.
fn words(js: &str) -> impl Iterator<Item = (&str, &str)> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || !byte.is_ascii();
    let bytes = js.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes[at..].iter().position(|byte| is_part(*byte))?;
        let length = bytes[start..].iter().position(|byte| !is_part(*byte));
        at = length.map_or(bytes.len(), |length| start + length);
        Some((&js[..start], &js[start..at]))
    })
}

/// `a` to `Z`, then `aa`: names of properties, for which no word is reserved.
fn short(number: usize) -> String {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let last = char::from(LETTERS[number % LETTERS.len()]);
    match number / LETTERS.len() {
        0 => last.to_string(),
        before => format!("{}{last}", short(before - 1)),
    }
}

/// Below lies the stack: no datum has such an address.
const DATA_FROM: i32 = 0x10_0000;

/// Where each function goes, by its content.
fn places(bodies: &[FunctionBody<'_>]) -> Result<Vec<u32>> {
    let contents = bodies.iter().map(content).collect::<Result<Vec<_>>>()?;
    let mut order: Vec<_> = (0..bodies.len()).collect();
    order.sort_by_key(|at| &contents[*at]);
    let mut places = vec![0; bodies.len()];
    for (place, at) in (0..).zip(order) {
        places[at] = place;
    }
    Ok(places)
}

/// A function without the names of others that it calls, and of data. What is alike but for those comes to lie together.
fn content(body: &FunctionBody<'_>) -> Result<Vec<u8>> {
    let (all, start) = (body.as_bytes(), body.range().start);
    let mut reader = body.get_operators_reader()?;
    let mut content = all[..reader.original_position() - start].to_vec();
    while !reader.eof() {
        let from = reader.original_position() - start;
        let said = reader.read()?;
        let to = reader.original_position() - start;
        let is_name = match said {
            Operator::Call { .. } => true,
            Operator::I32Const { value } => value >= DATA_FROM,
            _ => false,
        };
        content.extend_from_slice(&all[from..if is_name { from + 1 } else { to }]);
    }
    Ok(content)
}

/// Writes the wasm anew.
struct Writer {
    names: BTreeMap<String, String>,
    places: Vec<u32>,
    imported: u32,
}

impl Writer {
    fn name<'a>(&'a self, name: &'a str) -> &'a str {
        self.names.get(name).map_or(name, String::as_str)
    }

    /// What was listed in the order of before, in the new one.
    fn sorted<T>(
        &self,
        listed: impl IntoIterator<Item = Result<T, BinaryReaderError>>,
    ) -> Result<Vec<T>, BinaryReaderError> {
        let mut listed = listed.into_iter().zip(&self.places).map(|(one, place)| Ok((*place, one?)));
        let mut listed = listed.by_ref().collect::<Result<Vec<_>, BinaryReaderError>>()?;
        listed.sort_by_key(|(place, _)| *place);
        Ok(listed.into_iter().map(|(_, one)| one).collect())
    }
}

type Failure = reencode::Error<std::convert::Infallible>;

impl Reencode for Writer {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Failure> {
        let place = function.checked_sub(self.imported).and_then(|own| self.places.get(own as usize));
        Ok(place.map_or(function, |place| self.imported + place))
    }

    fn parse_import_section(
        &mut self,
        imports: &mut wasm_encoder::ImportSection,
        section: wasmparser::ImportSectionReader<'_>,
    ) -> Result<(), Failure> {
        for import in section.into_imports() {
            let import = import?;
            let kind = self.entity_type(import.ty)?;
            imports.import(self.name(import.module), self.name(import.name), kind);
        }
        Ok(())
    }

    fn parse_export(
        &mut self,
        exports: &mut wasm_encoder::ExportSection,
        export: wasmparser::Export<'_>,
    ) -> Result<(), Failure> {
        let (kind, index) = (self.export_kind(export.kind)?, self.external_index(export.kind, export.index)?);
        exports.export(self.name(export.name), kind, index);
        Ok(())
    }

    fn parse_function_section(
        &mut self,
        functions: &mut wasm_encoder::FunctionSection,
        section: wasmparser::FunctionSectionReader<'_>,
    ) -> Result<(), Failure> {
        for kind in self.sorted(section)? {
            functions.function(self.type_index(kind)?);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut wasm_encoder::CodeSection,
        section: wasmparser::CodeSectionReader<'_>,
    ) -> Result<(), Failure> {
        for body in self.sorted(section)? {
            self.parse_function_body(code, body)?;
        }
        Ok(())
    }

    /// Which features the compiler used, and the like: browsers do not ask.
    fn parse_custom_section(
        &mut self,
        _: &mut wasm_encoder::Module,
        _: wasmparser::CustomSectionReader<'_>,
    ) -> Result<(), Failure> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        CodeSection, ConstExpr, ElementSection, Elements, EntityType, ExportKind, ExportSection, Function,
        FunctionSection, ImportSection, Module, RefType, TableSection, TableType, TypeSection,
    };

    use wasmparser::{FunctionBody, Parser, Payload};

    use super::{Bound, Found, short, tighten};

    /// Two functions, the second of which sorts first and calls the import; both stand in a table.
    fn wasm() -> Vec<u8> {
        let mut module = Module::new();
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let mut imports = ImportSection::new();
        imports.import("./a_bg.js", "__wbg_close_0123456789abcdef", EntityType::Function(0));
        let mut functions = FunctionSection::new();
        functions.function(0).function(0);
        let mut tables = TableSection::new();
        tables.table(TableType {
            element_type: RefType::FUNCREF,
            table64: false,
            minimum: 2,
            maximum: None,
            shared: false,
        });
        let mut exports = ExportSection::new();
        exports.export("__wbindgen_start", ExportKind::Func, 1);
        exports.export("mount", ExportKind::Func, 2);
        exports.export("memory", ExportKind::Table, 0);
        let mut elements = ElementSection::new();
        elements.active(None, &ConstExpr::i32_const(0), Elements::Functions([1, 2].as_slice().into()));
        let mut code = CodeSection::new();
        let mut calls = Function::new([(1, wasm_encoder::ValType::I32)]);
        calls.instructions().local_get(0).drop().call(2).end();
        let mut closes = Function::new([]);
        closes.instructions().call(0).end();
        code.function(&calls).function(&closes);
        module.section(&types).section(&imports).section(&functions).section(&tables);
        module.section(&exports).section(&elements).section(&code);
        module.finish()
    }

    const JS: &str = "const i = { \"./a_bg.js\": { __wbg_close_0123456789abcdef: f } };\nexport function mount() { wasm.mount(); }\nwasm.__wbindgen_start(wasm.memory);";

    #[test]
    fn both_halves_say_the_same_short_names() {
        let bound = tighten(&Bound { wasm: wasm(), js: JS.into() }).unwrap();
        assert_eq!(
            bound.js,
            "const i = { \"_\": { a: f } };\nexport function mount() { wasm.mount(); }\nwasm.b(wasm.memory);"
        );
        let found = Found::in_wasm(&bound.wasm).unwrap();
        assert!(found.imports.contains("a") && found.exports.contains("b"));
        assert!(found.exports.contains("mount"), "JavaScript has a function of that name");
        assert!(found.exports.contains("memory"), "a part takes it by its name");
        assert!(tighten(&Bound { wasm: wasm(), js: "f()".into() }).is_err(), "an import that nobody gives");
    }

    #[test]
    fn what_calls_a_function_finds_it_in_its_new_place() {
        let bound = tighten(&Bound { wasm: wasm(), js: JS.into() }).unwrap();
        let found = Found::in_wasm(&bound.wasm).unwrap();
        // First what calls the import, behind it what calls the first of our own.
        let bodies: Vec<_> = found.bodies.iter().map(FunctionBody::as_bytes).collect();
        assert_eq!(bodies, [&[0, 0x10, 0, 0x0b][..], &[1, 1, 0x7f, 0x20, 0, 0x1a, 0x10, 1, 0x0b][..]]);
        let in_table = Parser::new(0).parse_all(&bound.wasm).find_map(|payload| match payload.unwrap() {
            Payload::ElementSection(section) => {
                let wasmparser::ElementItems::Functions(listed) = section.into_iter().next()?.unwrap().items
                else {
                    return None;
                };
                Some(listed.into_iter().map(Result::unwrap).collect::<Vec<_>>())
            }
            _ => None,
        });
        assert_eq!(in_table, Some(vec![2, 1]), "the table holds them in the order of before");
    }

    #[test]
    fn short_names_are_all_different() {
        let names: std::collections::BTreeSet<_> = (0..6000).map(short).collect();
        assert_eq!(names.len(), 6000);
        assert_eq!((short(0), short(51), short(52)), ("a".to_owned(), "Z".to_owned(), "aa".to_owned()));
    }
}
