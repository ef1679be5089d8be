//! Reads columns of dates, with a warning or fault for each cell that is odd or no date.

use super::ColumnTyper;
use super::date_order::{MixedOrder, Written, mixed_orders, swapped, swapped_columns};
use crate::batch::{Batch, CellFault};
use crate::raw::TextColumn;
use crate::sheet::{Refused, SheetFacts};
use crate::text::{clean, is_error};
use cchc_definitions::dates::{DateFault, Odd, Order};
use cchc_model::{Finding, Level};

/// Years that the Buddhist calendar is ahead.
const BUDDHIST: u32 = 543;

impl ColumnTyper {
    /// Microseconds since 1970 of each row of a column.
    pub(super) fn times(
        &mut self,
        at: usize,
        texts: &TextColumn,
        batch: &mut Batch<'_, '_>,
    ) -> Result<Vec<Option<i64>>, Refused> {
        let mut times = Vec::with_capacity(texts.len());
        for (row, cell) in texts.iter().enumerate() {
            let text = &*clean(cell);
            if text.is_empty() || text == "-" {
                times.push(None);
                continue;
            }
            let read = match self.dates.read(text) {
                Ok(dated) => Ok(Some((dated.time, dated.order, Written::of(text, dated.order)))),
                Err(DateFault::Unreadable) => self.odd(at, (cell, text), row, batch),
                Err(fault) => Err(fault),
            };
            times.push(match read {
                Ok(read) => read.map(|(time, order, written)| self.dated(at, row, (time, order, written), text, batch)),
                Err(fault @ (DateFault::MonthFirst | DateFault::DayFirst)) => {
                    return Err(self.other_order(at, fault, texts, row, batch));
                }
                Err(fault) => {
                    let fault = date_fault(at, row, text, fault, &batch.sheet.source.dates);
                    batch.refuse(fault);
                    None
                }
            });
        }
        Ok(times)
    }

    /// Counts a date among those of its column, and swaps its day and month back where those of the column are swapped.
    fn dated(
        &mut self,
        at: usize,
        row: usize,
        (time, order, written): (i64, Order, Written),
        text: &str,
        batch: &mut Batch<'_, '_>,
    ) -> i64 {
        let number = batch.raw.rows[row];
        if self.certain[at].is_none() && is_surely(order, time) {
            self.certain[at] = Some(numbered(text, number));
        }
        self.clocks[at].take(time, number);
        if written == Written::Cell
            && batch.sheet.swapped.contains(&at)
            && let Some(other) = swapped(time)
        {
            batch.warn("swapped_date", at, row, &format!("{} → {}", day(time), day(other)));
            return other;
        }
        self.orders[at].take(time, written, text, number);
        time
    }

    /// A date that fits no pattern; a warning says how it was read.
    fn odd(
        &self,
        at: usize,
        (cell, text): (&str, &str),
        row: usize,
        batch: &mut Batch<'_, '_>,
    ) -> Result<Option<(i64, Order, Written)>, DateFault> {
        if is_error(text) {
            batch.warn("error_cell", at, row, text);
            return Ok(None);
        }
        let (odd, order) = self.dates.read_odd(cell, text, batch.sheet.date_system)?;
        Ok(match odd {
            Odd::Zoned(time) => Some((time, order, Written::of("", order))),
            Odd::ShortYear(time) => {
                batch.warn("short_year", at, row, &format!("{text} → {}", day(time)));
                Some((time, order, Written::of("", order)))
            }
            Odd::Serial(time) => {
                batch.warn("serial_date", at, row, &format!("{text} → {}", day(time)));
                Some((time, order, Written::Cell))
            }
            Odd::NoDay => {
                batch.warn("no_day", at, row, text);
                None
            }
        })
    }

    /// The whole file is refused; if the column has a date that is surely of the order of the source too, both are named.
    fn other_order(
        &self,
        at: usize,
        fault: DateFault,
        texts: &TextColumn,
        row: usize,
        batch: &Batch<'_, '_>,
    ) -> Refused {
        let surely = |row: usize| {
            let text = clean(texts.get(row));
            let order = self.order(texts.get(row), &text, batch.sheet);
            order.is_some_and(|(order, time)| is_surely(order, time)).then(|| numbered(&text, batch.raw.rows[row]))
        };
        let other = self.certain[at].clone().or_else(|| (row + 1..texts.len()).find_map(surely));
        let this = numbered(&clean(texts.get(row)), batch.raw.rows[row]);
        let (rule, month_first, day_first) = match (fault, other) {
            (DateFault::DayFirst, Some(other)) => ("mixed_date_order", other, this),
            (DateFault::DayFirst, None) => ("day_first_date", this, batch.sheet.source.dates.join(", ")),
            (_, Some(other)) => ("mixed_date_order", this, other),
            (_, None) => ("month_first_date", this, String::new()),
        };
        let finding = Finding::new(Level::Error, rule, batch.sheet.file)
            .at(&batch.sheet.sheet, 0)
            .column(&batch.sheet.headings[at])
            .value(month_first)
            .hint(day_first);
        Refused(Box::new(finding))
    }

    fn order(&self, cell: &str, text: &str, sheet: &SheetFacts<'_>) -> Option<(Order, i64)> {
        match self.dates.read(text) {
            Ok(dated) => Some((dated.order, dated.time)),
            Err(_) => match self.dates.read_odd(cell, text, sheet.date_system).ok()? {
                (Odd::Zoned(time) | Odd::ShortYear(time), order) => Some((order, time)),
                _ => None,
            },
        }
    }

    /// Columns in which a spreadsheet program swapped day and month of some dates.
    pub fn mixed_orders(&self) -> Vec<MixedOrder> {
        mixed_orders(&self.orders)
    }

    /// Columns whose date cells are to be swapped back, if any column is mixed.
    pub fn swapped_columns(&self) -> std::collections::BTreeSet<usize> {
        swapped_columns(&self.orders)
    }

    /// A warning if the times of the sheet are those of UTC.
    pub fn shifted_times(&self, sheet: &SheetFacts<'_>) -> Option<Finding> {
        let shifted = super::clocks::shifted(&self.clocks, sheet.position("received_at"))?;
        let right = shifted.time + 7 * 3_600_000_000;
        let finding = Finding::new(Level::Warning, "shifted_times", sheet.file).at(&sheet.sheet, shifted.row);
        let shown = format!("{} → {}", minute(shifted.time), minute(right));
        Some(finding.column(&sheet.headings[shifted.column]).hint(shown).count(shifted.count))
    }
}

/// Whether a date has the order in which it was read for certain: in the other one its day would be no month.
fn is_surely(order: Order, time: i64) -> bool {
    order != Order::Certain && swapped(time).is_none()
}

fn date_fault(at: usize, row: usize, text: &str, fault: DateFault, patterns: &[String]) -> CellFault {
    let (rule, hint) = match fault {
        DateFault::Impossible => ("impossible_date", String::new()),
        DateFault::Year(year) if (2000 + BUDDHIST..=2100 + BUDDHIST).contains(&year) => {
            ("year_out_of_range", (year - BUDDHIST).to_string())
        }
        DateFault::Year(_) => ("year_out_of_range", String::new()),
        DateFault::Unreadable | DateFault::MonthFirst | DateFault::DayFirst => ("unreadable_date", patterns.join(", ")),
    };
    // An unreadable text might be a misplaced personal value: it is not repeated.
    let value = if fault == DateFault::Unreadable { "" } else { text };
    CellFault::new(row, rule, at).with_value(value).with_hint(hint)
}

/// A date with the number of its row, since two of one column may be named in one sentence.
fn numbered(text: &str, row: u32) -> String {
    format!("{text} (#{row})")
}

fn day(micros: i64) -> String {
    chrono::DateTime::from_timestamp_micros(micros).map_or_else(String::new, |time| time.format("%d/%m/%Y").to_string())
}

fn minute(micros: i64) -> String {
    let time = chrono::DateTime::from_timestamp_micros(micros);
    time.map_or_else(String::new, |time| time.format("%d/%m/%Y %H:%M").to_string())
}
