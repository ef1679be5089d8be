//! Days as small numbers: which are worked, and how each is written; holidays are left out on purpose.

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// Days kept before the first and after the last day of reception.
const BEFORE: u32 = 40;
const AFTER: u64 = 150;

/// A second of a day, counted from the calendar's first midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(u32);

impl Moment {
    /// Seconds later, or earlier if negative.
    pub fn plus(self, seconds: i32) -> Self {
        Self(self.0.saturating_add_signed(seconds))
    }

    /// The moment of that second on that day.
    pub const fn at(day: usize, second: u32) -> Self {
        Self(day as u32 * 86_400 + second)
    }

    /// Number of the day.
    pub const fn day(self) -> usize {
        (self.0 / 86_400) as usize
    }

    /// Second of the day.
    pub const fn second(self) -> u32 {
        self.0 % 86_400
    }
}

/// The days around a period, Monday to Friday being worked.
#[derive(Debug)]
pub struct Calendar {
    /// `yyyyMMdd` of each day.
    texts: Vec<String>,
    worked: Vec<usize>,
    /// How many of the days up to each are worked.
    worked_until: Vec<usize>,
    /// First and last day of reception.
    first: usize,
    last: usize,
}

impl Calendar {
    /// The calendar of a period; `None` if it has no day or lies outside the four-digit years.
    pub fn new(from: NaiveDate, to: NaiveDate) -> Option<Self> {
        let length = u32::try_from((to - from).num_days()).ok()?;
        let start = from.checked_sub_days(Days::new(BEFORE.into()))?;
        let end = to.checked_add_days(Days::new(AFTER))?;
        if start.year() < 0 || end.year() > 9999 || length > 40_000 {
            return None;
        }
        let mut calendar = Self {
            texts: Vec::new(),
            worked: Vec::new(),
            worked_until: Vec::new(),
            first: BEFORE as usize,
            last: (BEFORE + length) as usize,
        };
        for (n, day) in start.iter_days().take_while(|d| *d <= end).enumerate() {
            if !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
                calendar.worked.push(n);
            }
            calendar.worked_until.push(calendar.worked.len());
            calendar.texts.push(day.format("%Y%m%d").to_string());
        }
        Some(calendar)
    }

    /// Days on which dossiers are received: the worked ones, or all if none is.
    pub fn receiving(&self) -> Vec<usize> {
        let worked: Vec<_> = self.worked.iter().copied().filter(|d| (self.first..=self.last).contains(d)).collect();
        if worked.is_empty() { (self.first..=self.last).collect() } else { worked }
    }

    /// The last day of reception, whose end is the cut-off.
    pub const fn last(&self) -> usize {
        self.last
    }

    /// The n-th worked day after a day; the day itself for 0.
    pub fn after(&self, day: usize, n: usize) -> usize {
        if n == 0 {
            return day;
        }
        let position = self.worked_until[day] + n - 1;
        self.worked[position.min(self.worked.len() - 1)]
    }

    /// `yyyyMMdd`.
    pub fn text(&self, day: usize) -> &str {
        &self.texts[day]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worked_days_skip_the_weekend() {
        let friday = NaiveDate::from_ymd_opt(2025, 1, 3).expect("a date");
        let calendar = Calendar::new(friday, friday).expect("a calendar");
        let day = calendar.last();
        assert_eq!(calendar.text(day), "20250103");
        assert_eq!(calendar.text(calendar.after(day, 1)), "20250106");
        assert_eq!(calendar.text(calendar.after(day, 6)), "20250113");
        assert_eq!(calendar.after(day, 0), day);
    }
}
