//! Days off and worked Saturdays, and the running number of working days that every duration is counted with.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate, NaiveTime, Timelike, Weekday};
use serde::Deserialize;

use super::{Fault, Files, parse_toml};

/// Days off (Monday to Friday) and worked Saturdays. Public lists disagree, so it is a file and never derived by rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    off: BTreeSet<NaiveDate>,
    worked: BTreeSet<NaiveDate>,
    years: BTreeSet<i32>,
    sessions: Vec<(u32, u32)>,
}

/// A day of the calendar as SQL joins it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalendarDay {
    /// The day.
    pub date: NaiveDate,
    /// Whether days off of its year are known; if not, nothing is known of its work.
    pub is_known: bool,
    /// Working days since the start of the calendar, this day included.
    pub number: i32,
    /// Whether civil servants work that day.
    pub is_working: bool,
    /// Minutes that offices were open on all days before.
    pub minutes_before: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHours {
    #[expect(dead_code, reason = "the source note is for the reader of the file")]
    source: String,
    sessions: Vec<String>,
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

    /// Every day from `from` to `to`. The working days of a dossier are number(finished) − number(received).
    pub fn days(&self, from: NaiveDate, to: NaiveDate) -> impl Iterator<Item = CalendarDay> {
        let a_day: i64 = self.sessions.iter().map(|(from, to)| i64::from(to - from)).sum();
        from.iter_days().take_while(move |day| *day <= to).scan(0, move |number, date| {
            let is_working = self.is_working(date);
            let minutes_before = i64::from(*number) * a_day;
            *number += i32::from(is_working);
            let is_known = self.years.contains(&date.year());
            Some(CalendarDay { date, is_known, number: *number, is_working, minutes_before })
        })
    }

    /// Office hours of a working day: from and to, in minutes after midnight, in order.
    #[must_use]
    pub fn sessions(&self) -> &[(u32, u32)] {
        &self.sessions
    }

    /// Years of a period whose days off are not known, in order.
    #[must_use]
    pub fn unknown_years(&self, from: NaiveDate, to: NaiveDate) -> Vec<i32> {
        (from.year()..=to.year()).filter(|year| !self.years.contains(year)).collect()
    }

    /// Years for which days off are known.
    #[must_use]
    pub const fn years(&self) -> &BTreeSet<i32> {
        &self.years
    }
}

/// Reads every file of `calendars/`, and `office-hours.toml`.
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
    calendar.sessions = sessions(files, faults);
    calendar
}

fn sessions(files: &Files, faults: &mut Vec<Fault>) -> Vec<(u32, u32)> {
    const FILE: &str = "office-hours.toml";
    let Some(raw) = files.get(FILE).and_then(|text| parse_toml::<RawHours>(FILE, text, faults)) else {
        return Vec::new();
    };
    let mut fault = |message: String| faults.push(Fault { file: FILE.into(), key: "sessions".into(), message });
    let minute = |text: &str| {
        let time = NaiveTime::parse_from_str(text.trim(), "%H:%M").ok()?;
        Some(time.num_seconds_from_midnight() / 60)
    };
    let mut sessions: Vec<(u32, u32)> = Vec::new();
    for text in &raw.sessions {
        let ends = text.split_once('-').and_then(|(from, to)| Some((minute(from)?, minute(to)?)));
        match ends {
            Some((from, to)) if from < to && sessions.last().is_none_or(|before| before.1 <= from) => {
                sessions.push((from, to));
            }
            Some(_) => fault(format!("'{text}' ends before it begins, or begins before the session before it ends")),
            None => fault(format!("'{text}' is no part of a day; write 07:30-11:30")),
        }
    }
    if raw.sessions.is_empty() {
        fault("is empty; without office hours no working hours can be counted".to_owned());
    }
    sessions
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
            Calendar { off: [day("2019-04-29")].into(), worked: [day("2019-05-04")].into(), ..Calendar::default() };
        assert!(!calendar.is_working(day("2019-04-29")));
        assert!(calendar.is_working(day("2019-05-04")));
        assert!(!calendar.is_working(day("2019-05-05")));
    }

    #[test]
    fn minutes_worked_before_a_day_are_those_of_the_working_days_before_it() {
        let calendar = Calendar { sessions: vec![(450, 690), (810, 1050)], ..Calendar::default() };
        let days: Vec<_> = calendar.days(day("2020-01-03"), day("2020-01-07")).collect();
        // Friday, Saturday, Sunday, Monday, Tuesday.
        assert_eq!(days.iter().map(|day| day.minutes_before).collect::<Vec<_>>(), [0, 480, 480, 480, 960]);
    }

    #[test]
    fn working_days_between_two_days_are_a_difference_of_numbers() {
        let calendar = Calendar::default();
        let days: Vec<_> = calendar.days(day("2020-01-03"), day("2020-01-06")).collect();
        // Friday to Monday: one working day.
        assert_eq!(days[3].number - days[0].number, 1);
    }
}
