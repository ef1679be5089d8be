//! Units whose name another unit bore on other days: the day of the row decides, row by row, and only for these names.

use super::columns::{CellFault, Normaliser, Typed, Word};
use super::raw::RawBatch;
use cchc_definitions::dates::DAY;
use cchc_model::{Kind, Resolved};

/// A cell that waits for the day of its row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Undecided {
    /// Column of the source.
    pub column: usize,
    /// Row of the batch.
    pub row: usize,
}

impl Normaliser<'_> {
    /// Fills the cells that waited for the day of their row, or says why no unit was found.
    pub(super) fn decide_by_day(&mut self, typed: &mut [Option<Typed>], raw: &RawBatch, faults: &mut Vec<CellFault>) {
        let undecided = std::mem::take(&mut self.undecided);
        let dates = self.dates_of_rows();
        for Undecided { column, row } in undecided {
            let day = match dates.and_then(|at| typed[at].as_ref()) {
                Some(Typed::Time(times)) => times[row].map(|time| time.div_euclid(DAY)),
                _ => None,
            };
            let text = raw.columns[column].as_ref().map_or("", |texts| texts.get(row));
            let known = self.by_day.get(&(column, text.to_owned(), day)).copied();
            let word = known.unwrap_or_else(|| {
                let word = self.unit_on(column, text, day);
                self.by_day.insert((column, text.to_owned(), day), word);
                word
            });
            match (word, &mut typed[column]) {
                (Word::Text(id), Some(Typed::Text(ids))) => ids[row] = Some(id),
                // A row without a readable day is refused for that, not for the unit that the day would have told.
                (Word::Unknown(_), _) if day.is_none() && faults.iter().any(|fault| fault.row == row) => {}
                (Word::Unknown(position), _) => self.not_understood(column, row, position, raw, faults),
                _ => {}
            }
        }
    }

    /// The column that dates the rows of the table: the one that it is stored by, else its first.
    fn dates_of_rows(&self) -> Option<usize> {
        let columns = &self.source.columns;
        let stored_by = self.source.table.partition_by;
        let named = columns.iter().position(|column| Some(column.name.as_str()) == stored_by);
        named.or_else(|| columns.iter().position(|column| column.kind == Kind::Time))
    }

    fn unit_on(&mut self, column: usize, text: &str, day: Option<i64>) -> Word {
        let day = day.and_then(|day| chrono::NaiveDate::from_epoch_days(day as i32));
        match self.units.resolve_on(text, day) {
            Resolved::One(unit) => Word::Text(self.intern(column, unit.code.clone())),
            Resolved::Several(codes) => self.unknown_word("ambiguous_unit", codes.join(", ")),
            Resolved::None => self.unknown_word("unknown_unit", String::new()),
        }
    }
}
