//! What a wasm has twice, once: functions of one type and content, and imports that JavaScript gives the same function for.
//!
//! Rust makes a copy of a function for each type it is used with, and many come out alike; wasm-bindgen makes a function for each
//! `close` and each `length` of the browser's. Where two functions are one, their places in the table stay two.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context as _, Result, anyhow};
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{CodeSection, FunctionSection, ImportSection, Module};
use wasmparser::{BinaryReaderError, Parser, Payload, TypeRef};

use super::bindgen::Bound;

/// Folds both halves.
pub(super) fn fold(bound: &Bound) -> Result<Bound> {
    let kinds = imports(&bound.wasm)?.into_iter().collect();
    let (alike, js) = alike_imports(&bound.js, &kinds);
    let wasm = Folding::find(&bound.wasm, &alike)?.write(&bound.wasm)?;
    Ok(Bound { wasm: fold_part(&wasm)?, js })
}

/// Folds what is fetched later. It has no other half.
pub(super) fn fold_part(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut wasm = wasm.to_vec();
    // Those that call functions that are one now may be alike in turn.
    loop {
        let folding = Folding::find(&wasm, &BTreeMap::new())?;
        if folding.is_done() {
            return Ok(wasm);
        }
        wasm = folding.write(&wasm)?;
    }
}

/// The functions that are imported, and their types.
fn imports(wasm: &[u8]) -> Result<Vec<(&str, u32)>> {
    let mut imports = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::ImportSection(section) = payload? {
            for import in section.into_imports() {
                let import = import?;
                if let TypeRef::Func(kind) = import.ty {
                    imports.push((import.name, kind));
                }
            }
        }
    }
    Ok(imports)
}

/// Imports by name, with the one of the same type that stands for them; and the JavaScript without them. What wasm-bindgen gives for an import begins
/// with its name at the beginning of a line, and ends with the next line that closes a function.
fn alike_imports<'a>(js: &'a str, kinds: &HashMap<&str, u32>) -> (BTreeMap<&'a str, &'a str>, String) {
    let (mut alike, mut firsts) = (BTreeMap::new(), HashMap::new());
    let (mut out, mut rest) = (String::with_capacity(js.len()), js);
    while let Some(at) = rest.find("\n__wbg_") {
        let (before, from) = rest.split_at(at + 1);
        out.push_str(before);
        let closing = from.find("\n},\n").map(|at| at + 4).into_iter();
        let end = closing.chain(from.find(", arguments); },\n").map(|at| at + 17)).min();
        let (given, after) = from.split_at(end.unwrap_or(from.len()));
        match given.split_once(": ") {
            Some((name, function)) if end.is_some() => match firsts.get(&(function, kinds.get(name))) {
                Some(first) => drop(alike.insert(name, *first)),
                None => {
                    firsts.insert((function, kinds.get(name)), name);
                    out.push_str(given);
                }
            },
            _ => out.push_str(given),
        }
        // The line's end before the next name is looked for, too.
        let back = usize::from(out.ends_with('\n') && after.starts_with("__wbg_"));
        out.truncate(out.len() - back);
        rest = &from[given.len() - back..];
    }
    out.push_str(rest);
    (alike, out)
}

/// What becomes one.
struct Folding {
    /// The new number of each function.
    numbers: Vec<u32>,
    /// Whether it stays.
    stays: Vec<bool>,
    imported: usize,
}

impl Folding {
    fn find(wasm: &[u8], alike: &BTreeMap<&str, &str>) -> Result<Self> {
        let (imports, mut kinds, mut bodies) = (imports(wasm)?, Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::FunctionSection(section) => {
                    kinds = section.into_iter().collect::<Result<Vec<_>, _>>()?;
                }
                Payload::CodeSectionEntry(body) => bodies.push(body.as_bytes()),
                _ => {}
            }
        }
        let imported = imports.len();
        // The function that stands for each.
        let mut stands: Vec<usize> = (0..imported + bodies.len()).collect();
        for (at, (name, _)) in imports.iter().enumerate() {
            let first = alike.get(name);
            if let Some(first) = first.and_then(|first| imports.iter().position(|(name, _)| name == first)) {
                stands[at] = first;
            }
        }
        let mut firsts = HashMap::new();
        for (at, function) in kinds.iter().zip(&bodies).enumerate() {
            stands[imported + at] = *firsts.entry(function).or_insert(imported + at);
        }
        let stays: Vec<bool> = stands.iter().enumerate().map(|(at, first)| at == *first).collect();
        let mut next = 0;
        let mut numbers = Vec::with_capacity(stands.len());
        for stays in &stays {
            numbers.push(next);
            next += u32::from(*stays);
        }
        let numbers = stands.iter().map(|first| numbers[*first]).collect();
        Ok(Self { numbers, stays, imported })
    }

    fn is_done(&self) -> bool {
        self.stays.iter().all(|stays| *stays)
    }

    fn write(mut self, wasm: &[u8]) -> Result<Vec<u8>> {
        let mut module = Module::new();
        let made = self.parse_core_module(&mut module, Parser::new(0), wasm);
        made.map_err(|error| anyhow!("folding the wasm: {error}"))?;
        let written = module.finish();
        wasmparser::validate(&written).context("the wasm that was folded is none")?;
        Ok(written)
    }

    /// Those of the module's own functions that stay.
    fn staying<T>(
        &self,
        listed: impl IntoIterator<Item = Result<T, BinaryReaderError>>,
    ) -> Result<Vec<T>, BinaryReaderError> {
        let own = self.stays.iter().skip(self.imported);
        listed.into_iter().zip(own).filter(|(_, stays)| **stays).map(|(one, _)| one).collect()
    }
}

type Failure = reencode::Error<std::convert::Infallible>;

impl Reencode for Folding {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Failure> {
        Ok(self.numbers.get(function as usize).copied().unwrap_or(function))
    }

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: wasmparser::ImportSectionReader<'_>,
    ) -> Result<(), Failure> {
        let mut function = 0;
        for import in section.into_imports() {
            let import = import?;
            let is_function = matches!(import.ty, TypeRef::Func(_));
            if !is_function || self.stays.get(function).copied().unwrap_or(true) {
                let kind = self.entity_type(import.ty)?;
                imports.import(import.module, import.name, kind);
            }
            function += usize::from(is_function);
        }
        Ok(())
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: wasmparser::FunctionSectionReader<'_>,
    ) -> Result<(), Failure> {
        for kind in self.staying(section)? {
            functions.function(self.type_index(kind)?);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: wasmparser::CodeSectionReader<'_>,
    ) -> Result<(), Failure> {
        for body in self.staying(section)? {
            self.parse_function_body(code, body)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        CodeSection, ConstExpr, ElementSection, Elements, EntityType, ExportKind, ExportSection, Function,
        FunctionSection, ImportSection, Module, RefType, TableSection, TableType, TypeSection,
    };
    use wasmparser::{Parser, Payload};

    use super::{Bound, fold};

    const JS: &str = "const import0 = {
__wbg_close_1: function(arg0) {
arg0.close();
},
__wbg_close_2: function(arg0) {
arg0.close();
},
__wbg_close_3: function() { return handleError(function (arg0) {
arg0.close();
}, arguments); },
__wbg_length_4: function(arg0) {
const ret = arg0.length;
return ret;
},
};
f();";

    /// Four functions: two call imports that are alike, the third is of another type, the last calls the second.
    fn wasm() -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        types.ty().function([wasm_encoder::ValType::I32], []);
        let mut imports = ImportSection::new();
        for name in ["__wbg_close_1", "__wbg_close_2", "__wbg_close_3", "__wbg_length_4"] {
            imports.import("./a_bg.js", name, EntityType::Function(0));
        }
        let mut functions = FunctionSection::new();
        functions.function(0).function(0).function(1).function(0);
        let mut tables = TableSection::new();
        tables.table(TableType {
            element_type: RefType::FUNCREF,
            table64: false,
            minimum: 2,
            maximum: None,
            shared: false,
        });
        let mut exports = ExportSection::new();
        exports.export("last", ExportKind::Func, 7);
        let mut elements = ElementSection::new();
        elements.active(None, &ConstExpr::i32_const(0), Elements::Functions([4, 5].as_slice().into()));
        let mut code = CodeSection::new();
        for called in [0, 1, 1, 5] {
            let mut function = Function::new([]);
            function.instructions().call(called).end();
            code.function(&function);
        }
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions).section(&tables);
        module.section(&exports).section(&elements).section(&code);
        module.finish()
    }

    #[test]
    fn what_is_there_twice_is_there_once() {
        let bound = fold(&Bound { wasm: wasm(), js: JS.into() }).unwrap();
        assert!(bound.js.contains("__wbg_close_1") && !bound.js.contains("__wbg_close_2"), "{}", bound.js);
        assert!(bound.js.contains("__wbg_close_3") && bound.js.ends_with("return ret;\n},\n};\nf();"));
        let (mut imports, mut bodies, mut table) = (Vec::new(), Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(&bound.wasm) {
            match payload.unwrap() {
                Payload::ImportSection(section) => {
                    imports.extend(section.into_imports().map(|import| import.unwrap().name.to_owned()));
                }
                Payload::CodeSectionEntry(body) => bodies.push(body.as_bytes().to_vec()),
                Payload::ElementSection(section) => {
                    for element in section {
                        if let wasmparser::ElementItems::Functions(listed) = element.unwrap().items {
                            table.extend(listed.into_iter().map(Result::unwrap));
                        }
                    }
                }
                _ => {}
            }
        }
        assert_eq!(imports, ["__wbg_close_1", "__wbg_close_3", "__wbg_length_4"]);
        // One for both that close, one of another type, and who calls the first.
        assert_eq!(bodies, [[0, 0x10, 0, 0x0b], [0, 0x10, 0, 0x0b], [0, 0x10, 3, 0x0b]]);
        assert_eq!(table, [3, 3], "two places, one function");
    }
}
