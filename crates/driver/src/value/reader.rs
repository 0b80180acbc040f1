//! Reads serde's types out of a value as `JSON.parse` or a structured clone gives it.

use js_sys::{Array, Reflect};
use serde::{
    Deserializer,
    de::{DeserializeSeed, IntoDeserializer as _, SeqAccess, Visitor},
    forward_to_deserialize_any,
};
use wasm_bindgen::{JsCast, JsValue};

use super::Misfit;

/// Above this a number is no longer exact.
const MAX_SAFE: u64 = (1 << 53) - 1;

/// One value, to be read once.
pub(crate) struct Reader(JsValue);

impl Reader {
    pub(super) fn new(value: JsValue) -> Self {
        Self(value)
    }

    fn text(&self) -> Result<String, Misfit> {
        self.0.as_string().ok_or(Misfit)
    }

    fn whole(&self) -> Result<u64, Misfit> {
        let number = self.0.as_f64().ok_or(Misfit)?;
        let whole = number as u64;
        if whole as f64 == number && whole <= MAX_SAFE { Ok(whole) } else { Err(Misfit) }
    }
}

/// One path for several names of a type. serde checks by itself that a number fits.
macro_rules! read {
    ($($name:ident)* => |$self:ident, $visitor:ident| $read:expr) => {
        $(fn $name<V: Visitor<'de>>($self, $visitor: V) -> Result<V::Value, Misfit> { $read })*
    };
}

impl<'de> Deserializer<'de> for Reader {
    type Error = Misfit;

    read! { deserialize_bool => |self, visitor| visitor.visit_bool(self.0.as_bool().ok_or(Misfit)?) }
    read! {
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        => |self, visitor| visitor.visit_u64(self.whole()?)
    }
    read! {
        deserialize_str deserialize_string deserialize_identifier
        => |self, visitor| visitor.visit_string(self.text()?)
    }
    read! {
        deserialize_option => |self, visitor| {
            if self.0.is_null() || self.0.is_undefined() { visitor.visit_none() } else { visitor.visit_some(self) }
        }
    }
    read! {
        deserialize_seq => |self, visitor| {
            let array = self.0.dyn_into::<Array>().map_err(|_| Misfit)?;
            visitor.visit_seq(Items { array, next: 0 })
        }
    }
    read! { deserialize_ignored_any => |self, visitor| visitor.visit_unit() }
    read! { deserialize_any => |self, _visitor| Err(Misfit) }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        if !self.0.is_object() {
            return Err(Misfit);
        }
        // By place and not by name: the type asks for its fields in this order, and needs no code that tells names apart.
        visitor.visit_seq(Fields { object: self.0, names: names.iter() })
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_enum(self.text()?.into_deserializer())
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct map
    }
}

/// The items of an array.
struct Items {
    array: Array,
    next: u32,
}

impl<'de> SeqAccess<'de> for Items {
    type Error = Misfit;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Misfit> {
        if self.next >= self.array.length() {
            return Ok(None);
        }
        let item = self.array.get(self.next);
        self.next += 1;
        seed.deserialize(Reader(item)).map(Some)
    }
}

/// The fields of an object, in the order in which their type names them.
struct Fields {
    object: JsValue,
    names: std::slice::Iter<'static, &'static str>,
}

impl Fields {
    /// The next field's value. Apart, as the rest is built in once for each type of a field.
    #[inline(never)]
    fn next(&mut self) -> Result<JsValue, Misfit> {
        let name = self.names.next().ok_or(Misfit)?;
        Reflect::get(&self.object, &(*name).into()).map_err(|_| Misfit)
    }
}

impl<'de> SeqAccess<'de> for Fields {
    type Error = Misfit;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Misfit> {
        let value = self.next()?;
        let is_absent = value.is_undefined();
        let found = seed.deserialize(Reader(value));
        // An `Option` takes what is not there. For any other field serde has a default, or says that it is missing.
        if is_absent { Ok(found.ok()) } else { found.map(Some) }
    }
}
