//! Dates, times and prices in the reader's own way, by the browser's `Intl`. No tables of ours, no time zone data of ours.
//!
//! Invariant: nothing here throws. A language or currency that `Intl` refuses falls back to the browser's own language, or
//! to the plain text.

use js_sys::{Date, Object, Reflect};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Intl)]
    type DateTimeFormat;

    #[wasm_bindgen(constructor, catch, js_namespace = Intl)]
    fn new(language: &JsValue, options: &JsValue) -> Result<DateTimeFormat, JsValue>;

    #[wasm_bindgen(method)]
    fn format(this: &DateTimeFormat, at_ms: f64) -> String;

    #[wasm_bindgen(js_namespace = Intl)]
    type RelativeTimeFormat;

    #[wasm_bindgen(constructor, catch, js_namespace = Intl)]
    fn new(language: &JsValue, options: &JsValue) -> Result<RelativeTimeFormat, JsValue>;

    #[wasm_bindgen(method)]
    fn format(this: &RelativeTimeFormat, count: i32, unit: &str) -> String;

    #[wasm_bindgen(js_namespace = Intl)]
    type NumberFormat;

    #[wasm_bindgen(constructor, catch, js_namespace = Intl)]
    fn new(language: &JsValue, options: &JsValue) -> Result<NumberFormat, JsValue>;

    #[wasm_bindgen(method)]
    fn format(this: &NumberFormat, number: f64) -> String;
}

/// Options of the formatters, as `Intl` names them.
const TIME: &[(&str, &str)] = &[("hour", "numeric"), ("minute", "2-digit")];
const WEEKDAY: &[(&str, &str)] = &[("weekday", "long")];
const DAY: &[(&str, &str)] = &[("weekday", "long"), ("day", "numeric"), ("month", "long")];
const SHORT_DAY: &[(&str, &str)] = &[("day", "numeric"), ("month", "short")];
const FULL_DAY: &[(&str, &str)] = &[("day", "numeric"), ("month", "long"), ("year", "numeric")];

/// Writes moments and prices for one reader. Making one is dear, using it is cheap: keep it.
#[derive(Debug)]
pub struct Calendar {
    language: JsValue,
    time: Option<DateTimeFormat>,
    weekday: Option<DateTimeFormat>,
    day: Option<DateTimeFormat>,
    short_day: Option<DateTimeFormat>,
    full_day: Option<DateTimeFormat>,
    relative: Option<RelativeTimeFormat>,
}

impl Calendar {
    /// For a reader of that language (BCP 47). One that `Intl` does not take gives way to the browser's own.
    pub fn new(language: &str) -> Self {
        let asked = JsValue::from_str(language);
        let is_good = DateTimeFormat::new(&asked, &JsValue::UNDEFINED).is_ok();
        let language = if is_good { asked } else { JsValue::UNDEFINED };
        let date = |fields| DateTimeFormat::new(&language, &options(fields)).ok();
        Self {
            time: date(TIME),
            weekday: date(WEEKDAY),
            day: date(DAY),
            short_day: date(SHORT_DAY),
            full_day: date(FULL_DAY),
            relative: RelativeTimeFormat::new(&language, &options(&[("numeric", "auto")])).ok(),
            language,
        }
    }

    /// The time of day: `14:05`.
    pub fn time(&self, at_ms: u64) -> String {
        write(self.time.as_ref(), at_ms)
    }

    /// A day as a separator names it: `today`, `yesterday`, `Tuesday, 3 March`, and with the year when it is another.
    pub fn day(&self, at_ms: u64, now_ms: u64) -> String {
        match days_between(at_ms, now_ms) {
            days @ 0..=1 => self.relative_day(days),
            2..=300 => write(self.day.as_ref(), at_ms),
            _ => write(self.full_day.as_ref(), at_ms),
        }
    }

    /// A moment as a list names it, as short as it can be understood: time, `yesterday`, weekday, date.
    pub fn stamp(&self, at_ms: u64, now_ms: u64) -> String {
        match days_between(at_ms, now_ms) {
            0 => self.time(at_ms),
            1 => self.relative_day(1),
            2..=6 => write(self.weekday.as_ref(), at_ms),
            7..=300 => write(self.short_day.as_ref(), at_ms),
            _ => write(self.full_day.as_ref(), at_ms),
        }
    }

    /// Day and time in full, for a tooltip.
    pub fn moment(&self, at_ms: u64) -> String {
        format!("{}, {}", write(self.full_day.as_ref(), at_ms), self.time(at_ms))
    }

    /// A price: `49.90` and `EUR` give `€49.90`. What is no price stays as it was written.
    pub fn price(&self, amount: &str, currency: &str) -> String {
        let plain = || format!("{amount} {currency}");
        let Ok(number) = amount.parse::<f64>() else { return plain() };
        let options = options(&[("style", "currency"), ("currency", currency)]);
        NumberFormat::new(&self.language, &options).map_or_else(|_| plain(), |format| format.format(number))
    }

    fn relative_day(&self, days_ago: i64) -> String {
        let days = i32::try_from(-days_ago).unwrap_or_default();
        self.relative.as_ref().map(|format| format.format(days, "day")).unwrap_or_default()
    }
}

fn write(format: Option<&DateTimeFormat>, at_ms: u64) -> String {
    format.map(|format| format.format(at_ms as f64)).unwrap_or_default()
}

fn options(fields: &[(&str, &str)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // A fresh plain object takes every field.
        let _ = Reflect::set(&object, &JsValue::from_str(name), &JsValue::from_str(value));
    }
    object.into()
}

/// Midnights between the two moments, by the reader's wall clock. Rounded, because a day can have 23 or 25 hours.
fn days_between(at_ms: u64, now_ms: u64) -> i64 {
    const DAY_MS: f64 = 86_400_000.0;
    ((midnight_before(now_ms) - midnight_before(at_ms)) / DAY_MS).round() as i64
}

fn midnight_before(at_ms: u64) -> f64 {
    let date = Date::new(&JsValue::from_f64(at_ms as f64));
    date.set_hours(0);
    date.set_minutes(0);
    date.set_seconds(0);
    date.set_milliseconds(0)
}
