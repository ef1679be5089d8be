//! Reads lists that users give as CSV: rows of named cells, where every fault names its row and column.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;

use super::ListError;

/// One row of a list.
pub(super) struct ListRow<'p> {
    path: &'p Path,
    row: u64,
    cells: BTreeMap<&'static str, String>,
}

/// The rows of a list, of whose columns the first `required` must be there.
pub(super) fn rows<'p>(
    path: &'p Path,
    list: &'static str,
    columns: &'static [&'static str],
    required: &[&str],
) -> Result<impl Iterator<Item = Result<ListRow<'p>, ListError>>, ListError> {
    let csv_error = move |source| ListError::Csv { path: path.to_owned(), source };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path).map_err(csv_error)?;
    let headings = reader.headers().map_err(csv_error)?.clone();
    let mut places = Vec::new();
    for column in columns {
        let place = headings.iter().position(|heading| heading.trim_start_matches('\u{feff}') == *column);
        if place.is_none() && required.contains(column) {
            return Err(ListError::Column { path: path.to_owned(), list, column, columns });
        }
        places.extend(place.map(|place| (*column, place)));
    }
    Ok(reader.into_records().zip(2..).map(move |(record, row)| {
        let record = record.map_err(csv_error)?;
        let cell = |place: usize| cchc_normalise::clean(record.get(place).unwrap_or_default()).into_owned();
        Ok(ListRow { path, row, cells: places.iter().map(|(column, place)| (*column, cell(*place))).collect() })
    }))
}

impl ListRow<'_> {
    /// The number of the row; that of the headings is 1.
    pub const fn number(&self) -> u64 {
        self.row
    }

    /// A cell, empty where the list lacks the column.
    pub fn text(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    /// A cell that must hold something.
    pub fn filled(&self, column: &'static str) -> Result<&str, ListError> {
        Some(self.text(column)).filter(|text| !text.is_empty()).ok_or_else(|| self.fault(column, "is empty".to_owned()))
    }

    /// The day in a cell; the message of a fault shows how to write one.
    pub fn day(&self, column: &'static str, example: &str) -> Result<NaiveDate, ListError> {
        let text = self.text(column);
        text.parse().map_err(|_| self.fault(column, format!("'{text}' is no day; write {example}")))
    }

    /// A fault of a cell.
    pub fn fault(&self, column: &'static str, message: String) -> ListError {
        ListError::Cell { path: self.path.to_owned(), row: self.row, column, message }
    }
}
