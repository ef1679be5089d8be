//! Tells columns in which a spreadsheet program swapped day and month of some dates, by what stands in the whole column.
//!
//! A day-first list that an English Excel opens: it takes `05/01/2025` for the first of May and makes a date cell of it; it
//! cannot read `25/01/2025` and leaves the text. So every text has a day over 12 and every date cell one of at most 12.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use cchc_definitions::dates::{DAY, Order};
use chrono::{DateTime, Datelike, NaiveDate};

/// Days around those of the texts within which the other dates of a column are likely.
const NEAR: i64 = 31;
/// How likely it may be at most that sound dates look swapped by chance, where they fit better when they are swapped back.
const LIKELY_SWAPPED: f64 = 1e-2;
/// The same where they fit as well either way.
const SURELY_SWAPPED: f64 = 1e-4;

/// What the dates of one column show.
#[derive(Debug, Clone, Default)]
pub(super) struct DateOrders {
    /// Distinct days since 1970 of the texts, all with a day over 12.
    texts: BTreeSet<i64>,
    /// Distinct days of the date cells, all with a day of at most 12.
    cells: BTreeSet<i64>,
    /// The first of each, as it is shown.
    text_example: Option<String>,
    cell_example: Option<String>,
    /// Whether a date was met that a swapped column cannot hold.
    is_sound: bool,
}

/// A column with dates in two orders: examples of a date cell and of a text, each with its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MixedOrder {
    /// Column of the source.
    pub column: usize,
    /// What the text of a cell was → what it became.
    pub cell: String,
    /// A text whose day cannot be a month.
    pub text: String,
}

impl DateOrders {
    /// Takes one date that was read. Texts in which nothing is in doubt say nothing.
    pub fn take(&mut self, time: i64, written: Written, text: &str, row: u32) {
        if self.is_sound || written == Written::Certain {
            return;
        }
        let Some(day) = day_of(time) else { return };
        let is_over = day.day() > 12;
        match written {
            Written::Text if is_over => {
                self.text_example.get_or_insert_with(|| format!("{text} (#{row})"));
                self.texts.insert(time.div_euclid(DAY));
            }
            Written::Cell if !is_over => {
                self.cell_example
                    .get_or_insert_with(|| format!("{} → {} (#{row})", day.format("%m/%d/%Y"), day.format("%Y-%m-%d")));
                self.cells.insert(time.div_euclid(DAY));
            }
            Written::Text | Written::Cell => self.is_sound = true,
            Written::Certain => {}
        }
        if self.is_sound {
            *self = Self { is_sound: true, ..Self::default() };
        }
    }

    /// The column as a whole, if nearly certainly some of its dates are swapped.
    fn mixed(&self, column: usize) -> Option<MixedOrder> {
        let (cell, text) = (self.cell_example.clone()?, self.text_example.clone()?);
        let (cells, texts) = (self.cells.len(), self.texts.len());
        if cells < 2 || texts < 2 {
            return None;
        }
        let near = self.near(NEAR)?;
        let (swapped, as_they_are) = self.fitting(&near);
        // Of a month's days 12 are at most 12, and about 18 over it.
        let chance = 0.4_f64.powi(cells.min(1000) as i32) * 0.6_f64.powi(texts.min(1000) as i32);
        let is_mixed = swapped > as_they_are && swapped == cells && chance < LIKELY_SWAPPED
            || swapped >= as_they_are && chance < SURELY_SWAPPED;
        is_mixed.then_some(MixedOrder { column, cell, text })
    }

    fn near(&self, days: i64) -> Option<RangeInclusive<i64>> {
        Some(self.texts.first()? - days..=self.texts.last()? + days)
    }

    /// How many date cells lie in a range when they are swapped back, and as they are.
    fn fitting(&self, near: &RangeInclusive<i64>) -> (usize, usize) {
        let swapped = |day: &&i64| swapped(**day * DAY).is_some_and(|time| near.contains(&time.div_euclid(DAY)));
        (self.cells.iter().filter(swapped).count(), self.cells.iter().filter(|day| near.contains(day)).count())
    }
}

/// How a date stood in its cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// As a text whose order of day and month matters.
    Text,
    /// As a date of the spreadsheet, or as what programs make of one.
    Cell,
    /// As a text in which nothing is in doubt.
    Certain,
}

impl Written {
    /// How a text that was read in this order stood in its cell. Date cells come as ISO text, and as nothing else.
    pub fn of(text: &str, order: Order) -> Self {
        match order {
            Order::DayFirst | Order::MonthFirst => Self::Text,
            Order::Certain if is_iso(text) => Self::Cell,
            Order::Certain => Self::Certain,
        }
    }
}

/// Columns whose date order is mixed, the first one first.
pub(super) fn mixed_orders(columns: &[DateOrders]) -> Vec<MixedOrder> {
    columns.iter().enumerate().filter_map(|(at, column)| column.mixed(at)).collect()
}

/// Columns of a sheet with mixed orders whose date cells are to be swapped back: also those of too few dates to be certain alone.
pub(super) fn swapped_columns(columns: &[DateOrders]) -> BTreeSet<usize> {
    let sheet = columns.iter().filter_map(|column| column.near(2 * NEAR));
    let sheet = sheet.reduce(|all, one| *all.start().min(one.start())..=*all.end().max(one.end()));
    let is_swapped = |column: &DateOrders| {
        let own = column.near(NEAR);
        let Some(near) = own.as_ref().or(sheet.as_ref()).filter(|_| !column.cells.is_empty()) else { return false };
        let (swapped, as_they_are) = column.fitting(near);
        swapped > as_they_are || own.is_some() && swapped == as_they_are
    };
    columns.iter().enumerate().filter(|(_, column)| is_swapped(column)).map(|(at, _)| at).collect()
}

/// A time with day and month swapped; `None` where the day is no month.
pub(super) fn swapped(time: i64) -> Option<i64> {
    let day = day_of(time)?;
    let other = NaiveDate::from_ymd_opt(day.year(), day.day(), day.month())?;
    Some(i64::from(other.to_epoch_days()) * DAY + time.rem_euclid(DAY))
}

fn day_of(time: i64) -> Option<NaiveDate> {
    DateTime::from_timestamp_micros(time).map(|time| time.date_naive())
}

fn is_iso(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 10 && bytes[4] == b'-' && bytes[7] == b'-'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(year: i32, month: u32, day: u32) -> i64 {
        NaiveDate::from_ymd_opt(year, month, day).map_or(0, |day| i64::from(day.to_epoch_days()) * DAY)
    }

    /// A column of day-first texts after an English Excel: those up to the 12th became cells with day and month swapped.
    fn opened(days: &[(u32, u32)]) -> DateOrders {
        let mut orders = DateOrders::default();
        for (row, (day, month)) in days.iter().enumerate() {
            let written = if *day > 12 { Written::Text } else { Written::Cell };
            let (month, day) = if *day > 12 { (*month, *day) } else { (*day, *month) };
            orders.take(time(2025, month, day), written, "text", row as u32);
        }
        orders
    }

    fn sound(days: &[(u32, u32, Written)]) -> DateOrders {
        let mut orders = DateOrders::default();
        for (day, month, written) in days {
            orders.take(time(2025, *month, *day), *written, "text", 1);
        }
        orders
    }

    #[test]
    fn a_list_that_an_english_excel_opened_is_told() {
        let march: Vec<(u32, u32)> = (1..=28).map(|day| (day, 3)).collect();
        assert!(opened(&march).mixed(0).is_some());
        let year: Vec<(u32, u32)> = (1..=12).flat_map(|month| [(month, month.max(2)), (13 + month, month)]).collect();
        assert!(opened(&year).mixed(0).is_some());
        assert!(opened(&[(2, 3), (20, 3)]).mixed(0).is_none(), "too few to tell");
    }

    #[test]
    fn a_sound_mixture_is_left_alone() {
        use Written::{Cell, Text};
        let moved: Vec<_> = (1..=31).map(|day| (day, 3, if day > 12 { Text } else { Cell })).collect();
        assert!(sound(&moved).mixed(0).is_none(), "another program from the 13th on");
        let both: Vec<_> = (1..=28).map(|day| (day, 3, if day % 2 > 0 { Text } else { Cell })).collect();
        assert!(sound(&both).mixed(0).is_none());
        let cells: Vec<_> = (1..=12).map(|day| (day, 3, Cell)).collect();
        assert!(sound(&cells).mixed(0).is_none());
    }

    #[test]
    fn swapping_twice_changes_nothing() {
        assert_eq!(swapped(time(2025, 5, 1) + 7), Some(time(2025, 1, 5) + 7));
        assert_eq!(swapped(time(2025, 1, 13)), None);
    }
}
