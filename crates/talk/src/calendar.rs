//! Moments, prices and counts the way one reader writes them. `Intl` does the writing; which form suits is decided here.

use std::cell::RefCell;

use tieline_browser::{
    clock,
    intl::{Formatter, Plurals},
};
use tieline_protocol::{Millis, Price};

use crate::{texts::Counted, words::Words};

/// Options of the formatters, as `Intl` names them.
type Fields = &'static [(&'static str, &'static str)];
const TIME: Fields = &[("hour", "numeric"), ("minute", "2-digit")];
const WEEKDAY: Fields = &[("weekday", "long")];
const DAY: Fields = &[("weekday", "long"), ("day", "numeric"), ("month", "long")];
const SHORT_DAY: Fields = &[("day", "numeric"), ("month", "short")];
const FULL_DAY: Fields = &[("day", "numeric"), ("month", "short"), ("year", "numeric")];
const WEEKDAY_TIME: Fields = &[("weekday", "long"), ("hour", "2-digit"), ("minute", "2-digit")];
const DAY_TIME: Fields = &[("day", "numeric"), ("month", "long"), ("hour", "2-digit"), ("minute", "2-digit")];
const MOMENT: Fields = &[("dateStyle", "full"), ("timeStyle", "short")];

const ZONED: Fields = &[
    ("year", "numeric"),
    ("month", "short"),
    ("day", "numeric"),
    ("hour", "numeric"),
    ("minute", "2-digit"),
    ("timeZoneName", "short"),
];

const DAY_MS: u64 = 86_400_000;

/// Writes for one reader. Making one is dear and using it is cheap: an app keeps a single one.
#[derive(Debug)]
pub struct Calendar {
    words: &'static Words,
    language: String,
    offset_minutes: i32,
    time: Option<Formatter>,
    weekday: Option<Formatter>,
    day: Option<Formatter>,
    short_day: Option<Formatter>,
    full_day: Option<Formatter>,
    moment: Option<Formatter>,
    number: Option<Formatter>,
    plurals: Option<Plurals>,
    // By currency. A list, not a map: it holds one or two, and a map's code is eight kilobytes more to download.
    prices: RefCell<Vec<(String, Option<Formatter>)>>,
}

// An app keeps a single one, so another one is another reader.
impl PartialEq for Calendar {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Calendar {
    /// For a reader of `words` who writes dates and numbers as in `language` (BCP 47). One that the browser does not take
    /// gives way to the language of the words.
    pub fn new(words: &'static Words, language: &str) -> Self {
        let is_good = Formatter::of_dates(language, TIME).is_some();
        let language = if is_good { language } else { words.language };
        let dates = |fields| Formatter::of_dates(language, fields);
        Self {
            words,
            language: language.to_owned(),
            offset_minutes: clock::zone_offset_minutes(),
            time: dates(TIME),
            weekday: dates(WEEKDAY),
            day: dates(DAY),
            short_day: dates(SHORT_DAY),
            full_day: dates(FULL_DAY),
            moment: dates(MOMENT),
            number: Formatter::of_numbers(language, &[]),
            // Of the words' language and not of the reader's, which may be one that we do not have.
            plurals: Plurals::of(words.language),
            prices: RefCell::default(),
        }
    }

    /// The time of day: `14:05`.
    pub fn time(&self, at: Millis) -> String {
        write(self.time.as_ref(), at)
    }

    /// Day and time in full, for a tooltip.
    pub fn moment(&self, at: Millis) -> String {
        write(self.moment.as_ref(), at)
    }

    /// Writes day and time with the zone, for what is read elsewhere. Wanted seldom, so its formatter is made for the occasion.
    pub fn zoned(&self) -> impl Fn(Millis) -> String + use<> {
        let formatter = Formatter::of_dates(&self.language, ZONED);
        move |at| write(formatter.as_ref(), at)
    }

    /// A day as a separator names it: `Today`, `Yesterday`, `Tuesday, 3 March`; with the year when that is far off.
    pub fn day(&self, at: Millis, now: Millis) -> String {
        match self.days_ago(at, now) {
            0 => self.words.today.to_owned(),
            1 => self.words.yesterday.to_owned(),
            2..=300 => write(self.day.as_ref(), at),
            _ => write(self.full_day.as_ref(), at),
        }
    }

    /// A moment ahead, as one says when to come back: `14:00`, `Monday 09:00`, `3 March, 09:00`.
    pub fn ahead(&self, at: Millis, now: Millis) -> String {
        // Made when wanted: most readers never need them.
        let dates = |fields| Formatter::of_dates(&self.language, fields);
        match days_between(now, at, self.offset_minutes) {
            0 => self.time(at),
            1..=6 => write(dates(WEEKDAY_TIME).as_ref(), at),
            _ => write(dates(DAY_TIME).as_ref(), at),
        }
    }

    /// So many minutes, in the largest unit that says it whole: `5 minutes`, `2 hours`.
    pub fn span(&self, minutes: u32) -> String {
        let (count, unit) = match minutes {
            ..60 => (minutes, "minute"),
            60..1_440 => (minutes.div_ceil(60), "hour"),
            _ => (minutes.div_ceil(1_440), "day"),
        };
        let fields = [("style", "unit"), ("unit", unit), ("unitDisplay", "long")];
        let count = count.to_string();
        let written = Formatter::of_numbers(&self.language, &fields).and_then(|spans| spans.decimal(&count));
        written.unwrap_or(count)
    }

    /// A moment as a list names it, as short as it can be understood: time, `Yesterday`, weekday, date.
    pub fn stamp(&self, at: Millis, now: Millis) -> String {
        match self.days_ago(at, now) {
            0 => self.time(at),
            1 => self.words.yesterday.to_owned(),
            2..=6 => write(self.weekday.as_ref(), at),
            7..=300 => write(self.short_day.as_ref(), at),
            _ => write(self.full_day.as_ref(), at),
        }
    }

    /// A size: `48 kB`, `1.2 MB`.
    pub fn bytes(&self, bytes: u64) -> String {
        let (unit, divisor) = match bytes {
            0..1_000 => ("byte", 1),
            1_000..1_000_000 => ("kilobyte", 1_000),
            _ => ("megabyte", 1_000_000),
        };
        let tenths = bytes * 10 / divisor;
        // One decimal below ten: 1.2 MB, 48 kB.
        let number = if divisor > 1 && tenths < 100 {
            format!("{}.{}", tenths / 10, tenths % 10)
        } else {
            (tenths / 10).to_string()
        };
        let options = [("style", "unit"), ("unit", unit), ("unitDisplay", "short")];
        let formatter = Formatter::of_numbers(&self.language, &options);
        formatter.and_then(|formatter| formatter.decimal(&number)).unwrap_or(number)
    }

    /// A price: `49.90` and `EUR` give `€49.90`. What is no price stays as the page wrote it.
    pub fn price(&self, price: &Price) -> String {
        let known = self
            .prices
            .borrow()
            .iter()
            .find(|(kept, _)| *kept == price.currency)
            .map(|(_, kept)| kept.clone());
        let formatter = known.unwrap_or_else(|| {
            let made = Formatter::of_numbers(
                &self.language,
                &[("style", "currency"), ("currency", &price.currency)],
            );
            self.prices.borrow_mut().push((price.currency.clone(), made.clone()));
            made
        });
        let written = formatter.and_then(|formatter| formatter.decimal(&price.amount));
        written.unwrap_or_else(|| format!("{} {}", price.amount, price.currency))
    }

    /// A number: `1,200`.
    pub fn number(&self, number: u64) -> String {
        let plain = number.to_string();
        self.number.as_ref().and_then(|formatter| formatter.decimal(&plain)).unwrap_or(plain)
    }

    /// A text that depends on a number.
    pub fn count(&self, text: Counted, number: u64) -> String {
        let category = self.plurals.as_ref().and_then(|plurals| plurals.category(number)).unwrap_or_default();
        text.with(&category, &self.number(number))
    }

    fn days_ago(&self, at: Millis, now: Millis) -> u64 {
        days_between(at, now, self.offset_minutes)
    }
}

fn write(formatter: Option<&Formatter>, at: Millis) -> String {
    formatter.and_then(|formatter| formatter.moment(at.0)).unwrap_or_default()
}

/// Midnights between the two, by the reader's wall clock. What lies ahead (clocks differ) counts as today.
fn days_between(at: Millis, now: Millis, offset_minutes: i32) -> u64 {
    let day = |moment: Millis| moment.0.saturating_add_signed(i64::from(offset_minutes) * 60_000) / DAY_MS;
    day(now).saturating_sub(day(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_by_the_readers_midnights() {
        const HOUR: u64 = 3_600_000;
        let noon = 1_000 * DAY_MS + 12 * HOUR;
        for (at, offset_minutes, expected) in [
            (noon, 0, 0),
            (noon - 11 * HOUR, 0, 0),
            (noon - 13 * HOUR, 0, 1),
            (noon - 13 * HOUR, 120, 0),
            (noon - 11 * HOUR, -120, 1),
            (noon - 7 * DAY_MS, 0, 7),
            (noon + 5 * HOUR, 0, 0),
            (noon + DAY_MS, 0, 0),
            (0, -720, 1_000),
        ] {
            assert_eq!(
                days_between(Millis(at), Millis(noon), offset_minutes),
                expected,
                "{at} at {offset_minutes}"
            );
        }
    }
}
