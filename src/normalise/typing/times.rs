//! Reads columns of dates, with a warning or fault for each cell that is odd or no date.

use super::ColumnTyper;
use crate::batch::{Batch, CellFault};
use crate::raw::TextColumn;
use crate::sheet::Refused;
use crate::text::{clean, is_error};
use cchc_definitions::dates::{self, DateFault, Odd};
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
        for (row, text) in texts.iter().enumerate() {
            let text = &*clean(text);
            if text.is_empty() || text == "-" {
                times.push(None);
                continue;
            }
            if self.day_first[at].is_none() && dates::is_surely_day_first(text, &self.patterns) {
                self.day_first[at] = Some(numbered(text, batch.raw.rows[row]));
            }
            let read = match dates::read(text, &self.patterns) {
                Err(DateFault::Unreadable) => self.odd(at, text, row, batch),
                read => read.map(Some),
            };
            times.push(match read {
                Ok(time) => time,
                Err(DateFault::MonthFirst) => return Err(self.month_first(at, texts, row, batch)),
                Err(fault) => {
                    let fault = date_fault(at, row, text, fault, &batch.sheet.source.dates);
                    batch.refuse(fault);
                    None
                }
            });
        }
        Ok(times)
    }

    /// A date that fits no pattern; a warning says how it was read.
    fn odd(&self, at: usize, text: &str, row: usize, batch: &mut Batch<'_, '_>) -> Result<Option<i64>, DateFault> {
        if is_error(text) {
            batch.warn("error_cell", at, row, text);
            return Ok(None);
        }
        Ok(match dates::read_odd(text, &self.short_patterns, batch.sheet.date_system)? {
            Odd::Zoned(time) => Some(time),
            Odd::ShortYear(time) => {
                batch.warn("short_year", at, row, &format!("{text} → {}", day(time)));
                Some(time)
            }
            Odd::Serial(time) => {
                batch.warn("serial_date", at, row, &format!("{text} → {}", day(time)));
                Some(time)
            }
            Odd::NoDay => {
                batch.warn("no_day", at, row, text);
                None
            }
        })
    }

    /// The whole file is refused; if the column has a date that is surely day-first too, both are named.
    fn month_first(&self, at: usize, texts: &TextColumn, row: usize, batch: &Batch<'_, '_>) -> Refused {
        let surely = |row: usize| {
            let text = clean(texts.get(row));
            dates::is_surely_day_first(&text, &self.patterns).then(|| numbered(&text, batch.raw.rows[row]))
        };
        let other = self.day_first[at].clone().or_else(|| (row + 1..texts.len()).find_map(surely));
        let rule = if other.is_some() { "mixed_date_order" } else { "month_first_date" };
        let finding = Finding::new(Level::Error, rule, batch.sheet.file)
            .at(&batch.sheet.sheet, 0)
            .column(&batch.sheet.headings[at])
            .value(numbered(&clean(texts.get(row)), batch.raw.rows[row]))
            .hint(other.unwrap_or_default());
        Refused(Box::new(finding))
    }
}

fn date_fault(at: usize, row: usize, text: &str, fault: DateFault, patterns: &[String]) -> CellFault {
    let (rule, hint) = match fault {
        DateFault::Impossible => ("impossible_date", String::new()),
        DateFault::Year(year) if (2000 + BUDDHIST..=2100 + BUDDHIST).contains(&year) => {
            ("year_out_of_range", (year - BUDDHIST).to_string())
        }
        DateFault::Year(_) => ("year_out_of_range", String::new()),
        DateFault::Unreadable | DateFault::MonthFirst => ("unreadable_date", patterns.join(", ")),
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
