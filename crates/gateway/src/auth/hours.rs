//! Office hours: ranges of the week in the shop's own time zone, and days on which it stays closed.
//!
//! The only place that knows of time zones. Everybody else is told moments.

use jiff::{
    Timestamp, ToSpan as _, Zoned,
    civil::{Date, Time, Weekday},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};
use tieline_protocol::Millis;

use super::settings::flaw;

/// Most ranges of a week.
const RANGES: usize = 50;
/// Most closed days.
const CLOSED_DAYS: usize = 366;
/// How far one looks ahead for the next opening: a shop may be closed for a year, but not for two.
const HORIZON_DAYS: i32 = 400;

/// When somebody is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// IANA name, such as `Europe/Zurich`.
    pub time_zone: String,
    /// The ranges of every week.
    pub weekly: Vec<Range>,
    /// Days without any, as `2026-12-25`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closed: Vec<String>,
}

/// A range of some days of the week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// On which days.
    pub days: Vec<Day>,
    /// From when: `09:00`.
    pub from: String,
    /// Until when: `17:30`; `24:00` is the end of the day.
    pub to: String,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the days of the week")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// What the hours say of a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Open, until then.
    Open {
        /// The end of the range; none if it cannot be told.
        until: Option<Millis>,
    },
    /// Closed, until then.
    Closed {
        /// The next opening; none if there is none within a year.
        until: Option<Millis>,
    },
}

impl Hours {
    /// What is wrong with them, if anything: where, and why.
    pub(super) fn check(&self) -> Result<(), (String, String)> {
        if self.zone().is_none() {
            return flaw("time_zone", format!("`{}` is not an IANA time zone", self.time_zone));
        }
        if self.weekly.is_empty() || self.weekly.len() > RANGES {
            return flaw("weekly", format!("must have 1 to {RANGES} ranges"));
        }
        for (index, range) in self.weekly.iter().enumerate() {
            let at = |part: &str| format!("weekly[{index}].{part}");
            if range.days.is_empty() {
                return flaw(at("days"), "is empty");
            }
            let Some(from) = minute_of(&range.from) else {
                return flaw(at("from"), format!("`{}` is not a time such as 09:00", range.from));
            };
            match minute_of(&range.to) {
                None => return flaw(at("to"), format!("`{}` is not a time such as 17:30", range.to)),
                Some(to) if to <= from => return flaw(at("to"), "must come after from"),
                Some(_) => {}
            }
        }
        if self.closed.len() > CLOSED_DAYS {
            return flaw("closed", format!("has more than {CLOSED_DAYS} days"));
        }
        for (index, day) in self.closed.iter().enumerate() {
            if day.parse::<Date>().is_err() || day.len() != 10 {
                return flaw(format!("closed[{index}]"), format!("`{day}` is not a day such as 2026-12-25"));
            }
        }
        Ok(())
    }

    /// What they say of a moment. Hours that cannot be read are open: better a late answer than a shut door.
    pub fn standing_at(&self, now: Millis) -> Standing {
        let open = Standing::Open { until: None };
        let Some(zone) = self.zone() else { return open };
        let Ok(at) = i64::try_from(now.0) else { return open };
        let Ok(moment) = Timestamp::from_millisecond(at) else { return open };
        let here = moment.to_zoned(zone.clone());
        let mut day = here.date();
        // An end that is another range's beginning is no end.
        let mut open_until: Option<Millis> = None;
        for _ in 0..HORIZON_DAYS {
            for (from, to) in self.ranges_of(day, &zone) {
                match open_until {
                    None if from <= now && now < to => open_until = Some(to),
                    None if now < from => return Standing::Closed { until: Some(from) },
                    Some(end) if from <= end && to > end => open_until = Some(to),
                    Some(end) if from > end => return Standing::Open { until: Some(end) },
                    _ => {}
                }
            }
            let Ok(next) = day.checked_add(1.day()) else { break };
            day = next;
        }
        match open_until {
            // Around the clock: there is no end to tell.
            Some(end) if end > now + Millis::minutes(24 * 60 * 60) => open,
            Some(end) => Standing::Open { until: Some(end) },
            None => Standing::Closed { until: None },
        }
    }

    /// The ranges of one day, as moments, in order.
    fn ranges_of(&self, day: Date, zone: &TimeZone) -> Vec<(Millis, Millis)> {
        if self.closed.iter().any(|closed| closed.parse::<Date>().ok() == Some(day)) {
            return Vec::new();
        }
        let weekday = day_of(day.weekday());
        let mut ranges: Vec<_> = self
            .weekly
            .iter()
            .filter(|range| range.days.contains(&weekday))
            .filter_map(|range| {
                let from = moment_of(day, minute_of(&range.from)?, zone)?;
                Some((from, moment_of(day, minute_of(&range.to)?, zone)?))
            })
            .collect();
        ranges.sort_unstable();
        ranges
    }

    fn zone(&self) -> Option<TimeZone> {
        TimeZone::get(&self.time_zone).ok()
    }
}

/// `09:30` as minutes of the day; `24:00` is its end.
fn minute_of(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let is_two = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_two(hours) || !is_two(minutes) {
        return None;
    }
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    let minute = hours * 60 + minutes;
    (minutes < 60 && minute <= 24 * 60).then_some(minute)
}

/// A minute of a day where the clock reads so. In a gap of summer time: just after it.
fn moment_of(day: Date, minute: u16, zone: &TimeZone) -> Option<Millis> {
    let (day, minute) = if minute == 24 * 60 { (day.checked_add(1.day()).ok()?, 0) } else { (day, minute) };
    let time = Time::new(i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?, 0, 0).ok()?;
    let zoned: Zoned = day.to_datetime(time).to_zoned(zone.clone()).ok()?;
    u64::try_from(zoned.timestamp().as_millisecond()).ok().map(Millis)
}

fn day_of(weekday: Weekday) -> Day {
    match weekday {
        Weekday::Monday => Day::Mon,
        Weekday::Tuesday => Day::Tue,
        Weekday::Wednesday => Day::Wed,
        Weekday::Thursday => Day::Thu,
        Weekday::Friday => Day::Fri,
        Weekday::Saturday => Day::Sat,
        Weekday::Sunday => Day::Sun,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shop() -> Hours {
        let range = |days: &[Day], from: &str, to: &str| Range {
            days: days.to_vec(),
            from: from.into(),
            to: to.into(),
        };
        Hours {
            time_zone: "Europe/Zurich".into(),
            weekly: vec![
                range(&[Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri], "09:00", "12:00"),
                range(&[Day::Mon, Day::Tue, Day::Wed, Day::Thu], "13:00", "17:30"),
                range(&[Day::Fri], "12:00", "16:00"),
            ],
            closed: vec!["2026-12-25".into()],
        }
    }

    fn at(text: &str) -> Millis {
        let zoned: Zoned = format!("{text}[Europe/Zurich]").parse().unwrap();
        Millis(u64::try_from(zoned.timestamp().as_millisecond()).unwrap())
    }

    #[test]
    fn hours_open_and_close_by_the_shops_own_clock() {
        let shop = shop();
        shop.check().unwrap();
        let open = |until: &str| Standing::Open { until: Some(at(until)) };
        let closed = |until: &str| Standing::Closed { until: Some(at(until)) };
        for (moment, standing) in [
            ("2026-11-23T08:59", closed("2026-11-23T09:00")),
            ("2026-11-23T09:00", open("2026-11-23T12:00")),
            ("2026-11-23T12:00", closed("2026-11-23T13:00")),
            ("2026-11-23T17:29", open("2026-11-23T17:30")),
            ("2026-11-23T17:30", closed("2026-11-24T09:00")),
            // Two ranges that meet are one.
            ("2026-11-27T11:00", open("2026-11-27T16:00")),
            ("2026-11-27T16:00", closed("2026-11-30T09:00")),
            // A closed day, and the weekend behind it.
            ("2026-12-25T10:00", closed("2026-12-28T09:00")),
            // Summer time begins on the Sunday between.
            ("2026-03-27T18:00", closed("2026-03-30T09:00")),
        ] {
            assert_eq!(shop.standing_at(at(moment)), standing, "{moment}");
        }
    }

    #[test]
    fn around_the_clock_has_no_end_and_never_has_no_beginning() {
        let days = vec![Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri, Day::Sat, Day::Sun];
        let weekly = vec![Range { days, from: "00:00".into(), to: "24:00".into() }];
        let always = Hours { weekly, closed: Vec::new(), ..shop() };
        assert_eq!(always.standing_at(at("2026-11-23T03:00")), Standing::Open { until: None });
        let never = Hours { weekly: Vec::new(), ..shop() };
        assert_eq!(never.standing_at(at("2026-11-23T10:00")), Standing::Closed { until: None });
    }

    #[test]
    fn times_are_four_digits() {
        for (text, minute) in [("00:00", Some(0)), ("09:30", Some(570)), ("24:00", Some(1440))] {
            assert_eq!(minute_of(text), minute);
        }
        for text in ["9:30", "24:01", "12:60", "noon", "", "+9:00", "12:00:00"] {
            assert_eq!(minute_of(text), None, "{text}");
        }
    }
}
