//! The same wasm, with what the compiler might as well have said otherwise said in one way always: brotli finds more that is alike.
//!
//! A function's locals are numbered by how often they are used, and not in the order in which the compiler met them. A load
//! or store may say how its address is aligned, and browsers do not ask: here none says anything.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use anyhow::{Context as _, Result, anyhow};
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{CodeSection, Function, Instruction, MemArg, Module};
use wasmparser::{FunctionBody, Operator, Parser, Payload};

/// Says it in one way.
pub(super) fn even(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut writer = Writer { parameters: parameters(wasm)?.into_iter(), numbers: Vec::new() };
    let mut module = Module::new();
    let made = writer.parse_core_module(&mut module, Parser::new(0), wasm);
    made.map_err(|error| anyhow!("evening the wasm: {error}"))?;
    Ok(module.finish())
}

/// How many parameters each function of the module's own has.
fn parameters(wasm: &[u8]) -> Result<Vec<u32>> {
    let (mut types, mut functions) = (Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::TypeSection(section) => {
                for kind in section.into_iter_err_on_gc_types() {
                    types.push(u32::try_from(kind?.params().len())?);
                }
            }
            Payload::FunctionSection(section) => {
                for kind in section {
                    functions.push(*types.get(kind? as usize).context("a function of an unknown type")?);
                }
            }
            _ => {}
        }
    }
    Ok(functions)
}

struct Writer {
    /// Of the functions that are still to come.
    parameters: std::vec::IntoIter<u32>,
    /// The new number of each local of the function that is being written.
    numbers: Vec<u32>,
}

type Failure = reencode::Error<std::convert::Infallible>;

impl Reencode for Writer {
    type Error = std::convert::Infallible;

    fn parse_function_body(&mut self, code: &mut CodeSection, body: FunctionBody<'_>) -> Result<(), Failure> {
        let uses = Uses::in_body(&body, self.parameters.next().unwrap_or_default())?;
        let (numbers, groups) = uses.numbers();
        self.numbers = numbers;
        let mut locals = Vec::new();
        for (count, kind) in groups {
            locals.push((count, self.val_type(kind)?));
        }
        let mut function = Function::new(locals);
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            function.instruction(&self.parse_instruction(&mut reader)?);
        }
        code.function(&function);
        Ok(())
    }

    fn instruction<'a>(&mut self, said: Operator<'a>) -> Result<Instruction<'a>, Failure> {
        let number = |local: u32| self.numbers.get(local as usize).copied().unwrap_or(local);
        Ok(match said {
            Operator::LocalGet { local_index } => Instruction::LocalGet(number(local_index)),
            Operator::LocalSet { local_index } => Instruction::LocalSet(number(local_index)),
            Operator::LocalTee { local_index } => Instruction::LocalTee(number(local_index)),
            other => reencode::utils::instruction(self, other)?,
        })
    }

    fn mem_arg(&mut self, said: wasmparser::MemArg) -> Result<MemArg, Failure> {
        Ok(MemArg { align: 0, ..reencode::utils::mem_arg(self, said)? })
    }
}

/// A function's locals.
struct Uses {
    parameters: u32,
    /// Of each local that is no parameter.
    kinds: Vec<wasmparser::ValType>,
    /// How often it is named, and where first.
    counts: Vec<(u32, usize)>,
}

impl Uses {
    fn in_body(body: &FunctionBody<'_>, parameters: u32) -> Result<Self, wasmparser::BinaryReaderError> {
        let mut kinds = Vec::new();
        for declared in body.get_locals_reader()? {
            let (count, kind) = declared?;
            kinds.extend((0..count).map(|_| kind));
        }
        let mut counts = vec![(0, usize::MAX); kinds.len()];
        for (place, said) in body.get_operators_reader()?.into_iter().enumerate() {
            if let Operator::LocalGet { local_index }
            | Operator::LocalSet { local_index }
            | Operator::LocalTee { local_index } = said?
                && let Some((count, first)) =
                    local_index.checked_sub(parameters).and_then(|own| counts.get_mut(own as usize))
            {
                *count += 1;
                *first = place.min(*first);
            }
        }
        Ok(Self { parameters, kinds, counts })
    }

    /// The new number of each local, and how many of each kind there are. The kind that is named first comes first, within it what is named most often.
    /// What is named nowhere is left out.
    fn numbers(&self) -> (Vec<u32>, Vec<(u32, wasmparser::ValType)>) {
        let mut firsts = BTreeMap::new();
        for (kind, (_, first)) in self.kinds.iter().zip(&self.counts) {
            let known = firsts.entry(format!("{kind:?}")).or_insert(*first);
            *known = (*known).min(*first);
        }
        let mut order: Vec<_> = (0..self.kinds.len()).filter(|own| self.counts[*own].0 > 0).collect();
        order.sort_by_key(|own| {
            let (count, first) = self.counts[*own];
            (firsts[&format!("{:?}", self.kinds[*own])], Reverse(count), first)
        });
        let mut numbers: Vec<u32> = (0..self.parameters).collect();
        numbers.resize(self.parameters as usize + self.kinds.len(), u32::MAX);
        let mut groups: Vec<(u32, wasmparser::ValType)> = Vec::new();
        for (number, own) in (self.parameters..).zip(order) {
            numbers[self.parameters as usize + own] = number;
            match groups.last_mut() {
                Some((count, kind)) if *kind == self.kinds[own] => *count += 1,
                _ => groups.push((1, self.kinds[own])),
            }
        }
        (numbers, groups)
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        CodeSection, Function, FunctionSection, MemArg, MemorySection, MemoryType, Module, TypeSection,
        ValType,
    };
    use wasmparser::{Parser, Payload};

    use super::even;

    #[test]
    fn locals_are_numbered_by_use_and_addresses_say_nothing_of_themselves() {
        let mut types = TypeSection::new();
        types.ty().function([ValType::I32], [ValType::I32]);
        let mut functions = FunctionSection::new();
        functions.function(0);
        let mut memories = MemorySection::new();
        memories.memory(MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut code = CodeSection::new();
        // Local 1 is named nowhere, 2 once, 3 twice; 4 is of another kind, and comes behind.
        let mut body = Function::new([(3, ValType::I32), (1, ValType::I64)]);
        let at = MemArg { offset: 8, align: 2, memory_index: 0 };
        body.instructions().local_get(0).local_set(2).local_get(0).i32_load(at).local_tee(3).local_get(3);
        body.instructions().i32_add().local_get(4).drop().end();
        code.function(&body);
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&memories).section(&code);
        let made = even(&module.finish()).unwrap();
        wasmparser::validate(&made).unwrap();
        let body = Parser::new(0).parse_all(&made).find_map(|payload| match payload.unwrap() {
            Payload::CodeSectionEntry(body) => Some(body.as_bytes()),
            _ => None,
        });
        let same = [
            2, 2, 0x7f, 1, 0x7e, 0x20, 0, 0x21, 2, 0x20, 0, 0x28, 0, 8, 0x22, 1, 0x20, 1, 0x6a, 0x20, 3,
            0x1a, 0x0b,
        ];
        assert_eq!(body, Some(&same[..]));
    }
}
