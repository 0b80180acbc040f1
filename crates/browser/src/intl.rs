//! The browser's `Intl`: times, days, prices and counts the way the reader writes them.
//!
//! Its constructors throw on a language or currency that they do not know, and text from a page can be anything. So they
//! are reached by reflection, where a throw is a value.

use js_sys::{Array, Date, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// A ready-made formatter of one language and style.
#[derive(Clone, Debug)]
pub struct Formatter {
    format: Function,
}

impl Formatter {
    /// For moments: options as in `Intl.DateTimeFormat`.
    pub fn of_dates(language: &str, options: &[(&str, &str)]) -> Option<Self> {
        Self::find("DateTimeFormat", language, options)
    }

    /// For numbers: options as in `Intl.NumberFormat`.
    pub fn of_numbers(language: &str, options: &[(&str, &str)]) -> Option<Self> {
        Self::find("NumberFormat", language, options)
    }

    fn find(kind: &str, language: &str, options: &[(&str, &str)]) -> Option<Self> {
        let formatter = make(kind, language, options)?;
        // `format` is a getter that gives a function bound to its formatter.
        let format = Reflect::get(&formatter, &"format".into()).ok()?.dyn_into().ok()?;
        Some(Self { format })
    }

    /// A moment, in milliseconds since the Unix epoch.
    #[expect(clippy::cast_precision_loss, reason = "dates stay far below 2^53")]
    pub fn moment(&self, at_ms: u64) -> Option<String> {
        self.text(&Date::new(&JsValue::from_f64(at_ms as f64)))
    }

    /// A decimal number written as text: the browser reads it exactly, without a binary fraction in between.
    pub fn decimal(&self, number: &str) -> Option<String> {
        let is_decimal = number.bytes().any(|byte| byte.is_ascii_digit())
            && number.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
        if is_decimal { self.text(&number.into()) } else { None }
    }

    fn text(&self, value: &JsValue) -> Option<String> {
        self.format.call1(&JsValue::UNDEFINED, value).ok()?.as_string()
    }
}

fn make(kind: &str, language: &str, options: &[(&str, &str)]) -> Option<JsValue> {
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    let constructor = Reflect::get(&intl, &kind.into()).ok()?.dyn_into::<Function>().ok()?;
    let settings = Object::new();
    for (name, value) in options {
        Reflect::set(&settings, &(*name).into(), &(*value).into()).ok()?;
    }
    Reflect::construct(&constructor, &Array::of2(&language.into(), &settings)).ok()
}

/// The plural rules of one language.
#[derive(Clone, Debug)]
pub struct Plurals {
    rules: JsValue,
}

impl Plurals {
    /// Of a language; none if the browser does not take the tag.
    pub fn of(language: &str) -> Option<Self> {
        Some(Self { rules: make("PluralRules", language, &[])? })
    }

    /// The category of a number: `one`, `few`, `other` ..
    #[expect(clippy::cast_precision_loss, reason = "nobody counts beyond 2^53")]
    pub fn category(&self, number: u64) -> Option<String> {
        let select = Reflect::get(&self.rules, &"select".into()).ok()?.dyn_into::<Function>().ok()?;
        select.call1(&self.rules, &JsValue::from_f64(number as f64)).ok()?.as_string()
    }
}

/// The languages the person reads, best first, as the browser tells.
pub fn languages() -> Vec<String> {
    let Some(window) = web_sys::window() else { return Vec::new() };
    window.navigator().languages().iter().filter_map(|tag| tag.as_string()).collect()
}
