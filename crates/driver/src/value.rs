//! serde's types from the browser's values, and as JSON text.
//!
//! Does just what our own types ask for, and says of a failure only that there was one. serde-wasm-bindgen can do more, and
//! each visitor would download it: sentences for every mistake, with all that writes floating-point numbers into them.
//! A type that asks for what is not here (a map, a float, an enum with data) is refused always, so its first test tells.

mod reader;
mod writer;

use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::JsValue;

/// The value does not have the shape of the type, or the type is not one that can be read or written here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misfit;

/// What a value says, as `T`. Fields that `T` does not know are passed over.
pub fn read<T: DeserializeOwned>(value: JsValue) -> Option<T> {
    T::deserialize(reader(value)).ok()
}

/// The value as JSON text.
pub fn write<T: Serialize>(value: &T) -> Option<String> {
    let mut writer = writer::Writer::default();
    value.serialize(&mut writer).ok()?;
    Some(writer.into_text())
}

/// The same as a deserializer, for types that are chosen later.
pub(crate) fn reader(value: JsValue) -> reader::Reader {
    reader::Reader::new(value)
}

impl std::fmt::Display for Misfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the value has another shape")
    }
}

impl std::error::Error for Misfit {}

// What was wrong is not written down anywhere, so that the code that would write it is not built in.
impl serde::de::Error for Misfit {
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        Self
    }
}

impl serde::ser::Error for Misfit {
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        Self
    }
}
