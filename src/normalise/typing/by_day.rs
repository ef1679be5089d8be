//! Units that share a name with a unit of other days: the day of the row decides, and only for these names.

use super::{ColumnTyper, Typed, Word};
use crate::batch::Batch;
use cchc_definitions::SourceDef;
use cchc_definitions::dates::DAY;
use cchc_model::{ColumnType, Resolved, UnitIndex};

/// A cell that waits for the day of its row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Undecided {
    /// Column of the source.
    pub column: usize,
    /// Row of the batch.
    pub row: usize,
}

impl ColumnTyper {
    /// Fills the cells that waited for the day of their row, or reports why no unit was found.
    pub(super) fn decide_by_day(&mut self, typed: &mut [Option<Typed>], batch: &mut Batch<'_, '_>) {
        let undecided = std::mem::take(&mut self.undecided);
        let dates = column_that_dates_rows(batch.sheet.source);
        for Undecided { column, row } in undecided {
            let day = match dates.and_then(|at| typed[at].as_ref()) {
                Some(Typed::Time(times)) => times[row].map(|time| time.div_euclid(DAY)),
                _ => None,
            };
            let key = (column, batch.text(column, row).to_owned(), day);
            let word = self.by_day.get(&key).copied().unwrap_or_else(|| {
                let word = self.unit_on(column, &key.1, day, batch.sheet.units);
                self.by_day.insert(key, word);
                word
            });
            match (word, &mut typed[column]) {
                (Word::Text(id), Some(Typed::Text(ids))) => ids[row] = Some(id),
                // A row without a readable day is refused for that, not for the unit that the day would have decided.
                (Word::Unknown(_), _) if day.is_none() && batch.faults.iter().any(|fault| fault.row == row) => {}
                (Word::Unknown(position), _) => self.report_unknown(column, row, position, batch),
                _ => {}
            }
        }
    }

    fn unit_on(&mut self, column: usize, text: &str, day: Option<i64>, units: &UnitIndex) -> Word {
        let day = day.and_then(|day| chrono::NaiveDate::from_epoch_days(day as i32));
        match units.resolve_on(text, day) {
            Resolved::One(unit) => Word::Text(self.intern(column, unit.code.clone())),
            Resolved::Several(codes) => self.unknown_word("ambiguous_unit", codes.join(", ")),
            Resolved::None => self.unknown_word("unknown_unit", String::new()),
        }
    }
}

/// The column that dates the rows of the table: the one that it is stored by, else its first.
fn column_that_dates_rows(source: &SourceDef) -> Option<usize> {
    let stored_by = source.table.partition_by;
    let named = source.columns.iter().position(|column| Some(column.name.as_str()) == stored_by);
    named.or_else(|| source.columns.iter().position(|column| column.kind == ColumnType::Time))
}
