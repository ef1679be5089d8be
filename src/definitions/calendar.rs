//! Days off and worked Saturdays, and the running number of working days that every duration is counted with.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::Deserialize;

use super::{Fault, Files, parse_toml};

/// Days off (Monday to Friday) and worked Saturdays. Public lists disagree, so it is a file and never derived by rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    off: BTreeSet<NaiveDate>,
    worked: BTreeSet<NaiveDate>,
    years: BTreeSet<i32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCalendar {
    year: i32,
    #[expect(dead_code, reason = "the source note is for the reader of the file")]
    source: String,
    off: Vec<String>,
    #[serde(default)]
    worked: Vec<String>,
}

impl Calendar {
    /// Whether civil servants work that day.
    #[must_use]
    pub fn is_working(&self, day: NaiveDate) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        if weekend { self.worked.contains(&day) } else { !self.off.contains(&day) }
    }

    /// Every day from `from` to `to` with the number of working days since `from`, that day included.
    /// The working days of a dossier are number(finished) − number(received).
    pub fn numbered(&self, from: NaiveDate, to: NaiveDate) -> impl Iterator<Item = (NaiveDate, i32)> {
        from.iter_days().take_while(move |day| *day <= to).scan(0, |number, day| {
            *number += i32::from(self.is_working(day));
            Some((day, *number))
        })
    }

    /// Years for which days off are known.
    #[must_use]
    pub const fn years(&self) -> &BTreeSet<i32> {
        &self.years
    }
}

/// Reads every file of `calendars/`.
pub(super) fn parse(files: &Files, faults: &mut Vec<Fault>) -> Calendar {
    let mut calendar = Calendar::default();
    for (path, text) in files.below("calendars/", "toml") {
        let Some(raw) = parse_toml::<RawCalendar>(path, text, faults) else { continue };
        if !calendar.years.insert(raw.year) {
            faults.push(Fault {
                file: path.to_owned(),
                key: "year".into(),
                message: format!("another file has {} already", raw.year),
            });
        }
        for (key, days, into) in [("off", &raw.off, &mut calendar.off), ("worked", &raw.worked, &mut calendar.worked)] {
            for text in days {
                match range(text) {
                    Some(found) => into.extend(found),
                    None => faults.push(Fault {
                        file: path.to_owned(),
                        key: key.into(),
                        message: format!("'{text}' is no day and no range; write 2020-01-23 or 2020-01-23..2020-01-29"),
                    }),
                }
            }
        }
    }
    calendar
}

fn range(text: &str) -> Option<Vec<NaiveDate>> {
    let day = |text: &str| NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok();
    let (from, to) = match text.split_once("..") {
        Some((from, to)) => (day(from)?, day(to)?),
        None => (day(text)?, day(text)?),
    };
    let length = (to - from).num_days();
    (0..=31)
        .contains(&length)
        .then(|| (0..=length as u64).filter_map(|step| from.checked_add_days(Days::new(step))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn a_worked_saturday_counts_and_a_holiday_does_not() {
        let calendar =
            Calendar { off: [day("2019-04-29")].into(), worked: [day("2019-05-04")].into(), years: [2019].into() };
        assert!(!calendar.is_working(day("2019-04-29")));
        assert!(calendar.is_working(day("2019-05-04")));
        assert!(!calendar.is_working(day("2019-05-05")));
    }

    #[test]
    fn working_days_between_two_days_are_a_difference_of_numbers() {
        let calendar = Calendar::default();
        let numbers: Vec<_> = calendar.numbered(day("2020-01-03"), day("2020-01-06")).collect();
        // Friday to Monday: one working day.
        assert_eq!(numbers[3].1 - numbers[0].1, 1);
    }
}
