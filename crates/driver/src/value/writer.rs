//! Writes serde's types as JSON text. The browser's own JSON quotes the strings.

use js_sys::JSON;
use serde::{
    Serialize, Serializer,
    ser::{Impossible, SerializeSeq, SerializeStruct},
};

use super::Misfit;

/// The text so far.
#[derive(Default)]
pub(super) struct Writer {
    text: String,
}

impl Writer {
    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// A comma before all but the first. No value ends in an opening bracket: strings end in their quote.
    fn separate(&mut self) {
        if !self.text.ends_with(['{', '[']) {
            self.text.push(',');
        }
    }

    fn quote(&mut self, text: &str) -> Result<(), Misfit> {
        let quoted = JSON::stringify(&text.into()).map_err(|_| Misfit)?;
        self.text.push_str(&String::from(quoted));
        Ok(())
    }

    fn put(&mut self, text: &str) -> Result<(), Misfit> {
        self.text.push_str(text);
        Ok(())
    }
}

type No = Impossible<(), Misfit>;

/// What none of our types asks for.
macro_rules! refuse {
    ($($name:ident($($type:ty),*) -> $out:ty;)*) => {
        $(fn $name(self, $(_: $type),*) -> Result<$out, Misfit> { Err(Misfit) })*
    };
}

impl Serializer for &mut Writer {
    type Ok = ();
    type Error = Misfit;
    type SerializeSeq = Self;
    type SerializeStruct = Self;
    type SerializeMap = No;
    type SerializeTuple = No;
    type SerializeTupleStruct = No;
    type SerializeTupleVariant = No;
    type SerializeStructVariant = No;

    fn serialize_bool(self, value: bool) -> Result<(), Misfit> {
        self.put(if value { "true" } else { "false" })
    }

    fn serialize_u8(self, value: u8) -> Result<(), Misfit> {
        self.serialize_u64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result<(), Misfit> {
        self.serialize_u64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result<(), Misfit> {
        self.serialize_u64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Result<(), Misfit> {
        self.put(&value.to_string())
    }

    fn serialize_str(self, value: &str) -> Result<(), Misfit> {
        self.quote(value)
    }

    fn serialize_none(self) -> Result<(), Misfit> {
        self.put("null")
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Misfit> {
        value.serialize(self)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, name: &'static str) -> Result<(), Misfit> {
        self.quote(name)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Misfit> {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Misfit> {
        self.text.push('[');
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Misfit> {
        self.text.push('{');
        Ok(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Misfit> {
        Err(Misfit)
    }

    refuse! {
        serialize_i8(i8) -> ();
        serialize_i16(i16) -> ();
        serialize_i32(i32) -> ();
        serialize_i64(i64) -> ();
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_char(char) -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_map(Option<usize>) -> No;
        serialize_tuple(usize) -> No;
        serialize_tuple_struct(&'static str, usize) -> No;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> No;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> No;
    }
}

impl SerializeSeq for &mut Writer {
    type Ok = ();
    type Error = Misfit;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Misfit> {
        self.separate();
        value.serialize(&mut **self)
    }

    fn end(self) -> Result<(), Misfit> {
        self.put("]")
    }
}

impl SerializeStruct for &mut Writer {
    type Ok = ();
    type Error = Misfit;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Misfit> {
        self.separate();
        // Names of fields are ours, and need no quoting.
        self.text.push('"');
        self.text.push_str(name);
        self.text.push_str("\":");
        value.serialize(&mut **self)
    }

    fn end(self) -> Result<(), Misfit> {
        self.put("}")
    }
}
