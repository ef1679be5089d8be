//! Reads columns of dates, and says of each that is odd or no date what is wrong with it.

use super::columns::{CellFault, Normaliser, Refused};
use super::raw::{RawBatch, TextColumn};
use super::text::{clean, is_error};
use cchc_definitions::dates::{self, DateFault, Odd};
use cchc_model::{Finding, Level};

/// Years that the Buddhist calendar is ahead.
const BUDDHIST: u32 = 543;

impl Normaliser<'_> {
    /// Microseconds since 1970 of each row of a column.
    pub(super) fn times(
        &mut self,
        at: usize,
        texts: &TextColumn,
        raw: &RawBatch,
        faults: &mut Vec<CellFault>,
    ) -> Result<Vec<Option<i64>>, Refused> {
        let mut times = Vec::with_capacity(texts.len());
        for (row, text) in texts.iter().enumerate() {
            let text = &*clean(text);
            if text.is_empty() || text == "-" {
                times.push(None);
                continue;
            }
            if self.day_first[at].is_none() && dates::is_surely_day_first(text, &self.patterns) {
                self.day_first[at] = Some(numbered(text, raw.rows[row]));
            }
            let read = match dates::read(text, &self.patterns) {
                Err(DateFault::Unreadable) => self.odd(at, text, raw, row),
                read => read.map(Some),
            };
            times.push(match read {
                Ok(time) => time,
                Err(DateFault::MonthFirst) => return Err(self.month_first(at, texts, raw, row)),
                Err(fault) => {
                    faults.push(self.date_fault(at, row, text, fault));
                    None
                }
            });
        }
        Ok(times)
    }

    /// Whether a cell holds a date, if only an impossible one.
    pub(super) fn looks_like_a_date(&self, text: &str) -> bool {
        let text = clean(text);
        dates::read(&text, &self.patterns) != Err(DateFault::Unreadable)
            || dates::read_odd(&text, &self.short_patterns, self.date_system) != Err(DateFault::Unreadable)
    }

    /// A date that fits no pattern; what was done with it is told.
    fn odd(&mut self, at: usize, text: &str, raw: &RawBatch, row: usize) -> Result<Option<i64>, DateFault> {
        if is_error(text) {
            self.warn_of("error_cell", at, raw, row, text);
            return Ok(None);
        }
        Ok(match dates::read_odd(text, &self.short_patterns, self.date_system)? {
            Odd::Zoned(time) => Some(time),
            Odd::ShortYear(time) => {
                self.warn_of("short_year", at, raw, row, &format!("{text} → {}", day(time)));
                Some(time)
            }
            Odd::Serial(time) => {
                self.warn_of("serial_date", at, raw, row, &format!("{text} → {}", day(time)));
                Some(time)
            }
            Odd::NoDay => {
                self.warn_of("no_day", at, raw, row, text);
                None
            }
        })
    }

    fn date_fault(&self, at: usize, row: usize, text: &str, fault: DateFault) -> CellFault {
        let (rule, hint) = match fault {
            DateFault::Impossible => ("impossible_date", String::new()),
            DateFault::Year(year) if (2000 + BUDDHIST..=2100 + BUDDHIST).contains(&year) => {
                ("year_out_of_range", (year - BUDDHIST).to_string())
            }
            DateFault::Year(_) => ("year_out_of_range", String::new()),
            DateFault::Unreadable | DateFault::MonthFirst => ("unreadable_date", self.source.dates.join(", ")),
        };
        // An unreadable text might be a misplaced personal value: it is not repeated.
        let value = if fault == DateFault::Unreadable { String::new() } else { text.to_owned() };
        CellFault { row, rule, column: at, value, hint }
    }

    /// The whole file is refused; if the column has a date that is surely day-first too, both are named.
    fn month_first(&self, at: usize, texts: &TextColumn, raw: &RawBatch, row: usize) -> Refused {
        let surely = |row: usize| {
            let text = clean(texts.get(row));
            dates::is_surely_day_first(&text, &self.patterns).then(|| numbered(&text, raw.rows[row]))
        };
        let other = self.day_first[at].clone().or_else(|| (row + 1..texts.len()).find_map(surely));
        let rule = if other.is_some() { "mixed_date_order" } else { "month_first_date" };
        let finding = Finding::new(Level::Error, rule, self.file)
            .at(&self.sheet, 0)
            .column(&self.headings[at])
            .value(numbered(&clean(texts.get(row)), raw.rows[row]))
            .hint(other.unwrap_or_default());
        Refused(Box::new(finding))
    }
}

/// A date with the number of its row, since two of one column may be named in one sentence.
fn numbered(text: &str, row: u32) -> String {
    format!("{text} (#{row})")
}

fn day(micros: i64) -> String {
    chrono::DateTime::from_timestamp_micros(micros).map_or_else(String::new, |time| time.format("%d/%m/%Y").to_string())
}
