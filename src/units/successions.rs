//! The list of successions: from a CSV file into the store, and back.

use std::path::Path;

use chrono::NaiveDate;
use polars::prelude::{DataFrame, IntoColumn, NamedFrom, Series};

use super::ListError;
use cchc_model::Succession;
use cchc_store::{days, frame_of, texts};

static COLUMNS: [&str; 5] = ["from_code", "to_code", "date", "default", "split"];

/// Reads `from_code,to_code,date,default,split`. Without the last two columns a unit has one successor, undivided.
///
/// # Errors
/// The first thing that is wrong, with its row and column.
pub fn read_successions(path: &Path) -> Result<Vec<Succession>, ListError> {
    let csv_error = |source| ListError::Csv { path: path.to_owned(), source };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path).map_err(csv_error)?;
    let headings = reader.headers().map_err(csv_error)?.clone();
    let place = |column: &str| headings.iter().position(|heading| heading.trim_start_matches('\u{feff}') == column);
    if let Some(column) = COLUMNS[..3].iter().find(|column| place(column).is_none()) {
        return Err(ListError::Column {
            path: path.to_owned(),
            list: "list of successions",
            column,
            columns: &COLUMNS,
        });
    }
    let mut list = Vec::new();
    for (position, record) in reader.records().enumerate() {
        let record = record.map_err(csv_error)?;
        let row = position as u64 + 2;
        let wrong = |column, message: String| ListError::Cell { path: path.to_owned(), row, column, message };
        let text = |column: &str| place(column).and_then(|at| record.get(at)).unwrap_or_default().trim();
        let flag = |column, usual: bool| match text(column).to_lowercase().as_str() {
            "" => Ok(usual),
            "1" | "true" | "yes" | "x" => Ok(true),
            "0" | "false" | "no" => Ok(false),
            other => Err(wrong(column, format!("'{other}' is neither 1 nor 0"))),
        };
        for column in ["from_code", "to_code"] {
            if text(column).is_empty() {
                return Err(wrong(column, "is empty".to_owned()));
            }
        }
        let date: NaiveDate = text("date")
            .parse()
            .map_err(|_| wrong("date", format!("'{}' is no day; write 2025-07-01", text("date"))))?;
        list.push(Succession {
            from: text("from_code").to_owned(),
            to: text("to_code").to_owned(),
            date,
            is_default: flag("default", true)?,
            split: flag("split", false)?,
        });
    }
    Ok(list)
}

/// The list as the stored table.
#[must_use]
pub fn successions_frame(list: &[Succession]) -> DataFrame {
    let text = |of: fn(&Succession) -> &str| list.iter().map(|one| of(one).to_owned()).collect::<Vec<String>>();
    let flag = |name: &str, of: fn(&Succession) -> bool| {
        Series::new(name.into(), list.iter().map(of).collect::<Vec<bool>>()).into_column()
    };
    frame_of(
        list.len(),
        vec![
            texts("from_code", &text(|one| &one.from)),
            texts("to_code", &text(|one| &one.to)),
            days("date", list.iter().map(|one| Some(one.date))),
            flag("is_default", |one| one.is_default),
            flag("split", |one| one.split),
        ],
    )
}
