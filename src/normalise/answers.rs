//! Counts the answers of yes/no columns: where only the yes is marked, a blank may be a no or an unknown.

use crate::typing::Typed;
use cchc_definitions::SourceColumn;
use cchc_model::ColumnType;

/// The answers of a yes/no column so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Answers {
    pub yes: u64,
    pub no: u64,
    pub blank: u64,
    /// Row of the sheet.
    pub first_blank: u32,
}

impl Answers {
    /// `None` for a column of anything else.
    pub fn of(column: &SourceColumn) -> Option<Self> {
        is_yes_no(column).then(Self::default)
    }

    /// Counts one batch.
    pub fn count(&mut self, typed: &Typed, rows: &[u32]) {
        match typed {
            Typed::Bool(values) => values.iter().zip(rows).for_each(|(value, row)| self.add(*value, *row)),
            Typed::Int(values) => {
                values.iter().zip(rows).for_each(|(value, row)| self.add(value.map(|value| value != 0), *row));
            }
            _ => {}
        }
    }

    fn add(&mut self, value: Option<bool>, row: u32) {
        match value {
            Some(true) => self.yes += 1,
            Some(false) => self.no += 1,
            None => {
                if self.blank == 0 {
                    self.first_blank = row;
                }
                self.blank += 1;
            }
        }
    }
}

/// Whether a column says yes or no: true or false, or codes of which one is 0.
fn is_yes_no(column: &SourceColumn) -> bool {
    let is_coded = column.words.keys().any(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    match column.kind {
        ColumnType::Bool => true,
        ColumnType::Int => is_coded && column.words.values().any(|value| value == "0"),
        _ => false,
    }
}
