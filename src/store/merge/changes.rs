//! What updates change in the dates and the status of dossiers, kept as evidence: one row per changed cell.

use chrono::{DateTime, NaiveDate};
use polars::prelude::{AnyValue, DataFrame, IntoColumn, NamedFrom, PlHashMap, PolarsResult};

use super::DOSSIERS;
use super::accepted::unit_column;
use super::account::State;
use super::batch::{Batch, Content};
use cchc_model::{ColumnType, Table};
use cchc_normalise::data_type;

/// Dates that stay as they are once they are set.
const DATES: [&str; 3] = ["received_at", "due_at", "finished_at"];

/// Statuses of an ended dossier: withdrawn, finished, returned. An ended one that is not ended any more went back.
const ENDED: [i64; 3] = [7, 9, 10];

/// The changed cells of one merge.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Of each watched column its name and its position in the table; none where changes are not kept.
    watched: Vec<(&'static str, usize)>,
    /// Files of earlier states, each once.
    files: Vec<String>,
    by_file: PlHashMap<String, usize>,
    cells: Vec<Change>,
}

/// One changed cell; values are microseconds or codes.
#[derive(Debug)]
struct Change {
    /// The row of the batch that changed it.
    row: u32,
    column: &'static str,
    old: Option<i64>,
    new: Option<i64>,
    old_import: Option<i64>,
    old_file: usize,
    old_day: Option<NaiveDate>,
}

impl Changes {
    pub fn of(table: &Table) -> Self {
        let watched = DATES
            .into_iter()
            .chain(["status"])
            .filter(|_| table.name == DOSSIERS)
            .filter_map(|name| Some((name, table.columns.iter().position(|column| column.name == name)?)))
            .collect();
        Self { watched, ..Self::default() }
    }

    /// Compares a row with the state that it replaces.
    pub fn note(&mut self, before: State<'_>, batch: &Batch<'_>, row: u32) {
        for (column, position) in &self.watched {
            let old = number(before.content, *position, before.row);
            let new = number(&batch.content, *position, row as usize);
            if changed(column, old, new) {
                let old_file = self.by_file.get(before.file).copied().unwrap_or_else(|| {
                    self.files.push(before.file.to_owned());
                    self.by_file.insert(before.file.to_owned(), self.files.len() - 1);
                    self.files.len() - 1
                });
                let (old_import, old_day) = (before.import, before.exported_at);
                self.cells.push(Change { row, column, old, new, old_import, old_file, old_day });
            }
        }
    }

    /// The rows of the table `changes`, in order of dossiers and of counting.
    pub fn frame(mut self, batch: &Batch<'_>) -> PolarsResult<DataFrame> {
        self.cells.sort_by_key(|change| (batch.keys.get(change.row as usize), change.row));
        let unit = unit_column(batch.table).unwrap_or(batch.table.key);
        let rows = batch.told(self.cells.iter().map(|change| change.row).collect())?;
        let copied = |from: &str, to: &str| rows.column(from).map(|column| column.clone().with_name(to.into()));
        let text = |name: &str, of: &dyn Fn(&Change) -> Option<String>| {
            let values: Vec<Option<String>> = self.cells.iter().map(of).collect();
            polars::prelude::Series::new(name.into(), values).into_column()
        };
        let days: Vec<Option<i64>> = self.cells.iter().map(|change| change.old_day.and_then(micros)).collect();
        let imports: Vec<Option<i64>> = self.cells.iter().map(|change| change.old_import).collect();
        let columns = vec![
            copied(batch.table.key, "dossier_code")?,
            copied(unit, "unit")?,
            text("column_name", &|change| Some(change.column.to_owned())),
            text("old_value", &|change| shown(change.column, change.old)),
            text("new_value", &|change| shown(change.column, change.new)),
            copied("import", "import")?,
            copied("file", "file")?,
            copied("sheet", "sheet")?,
            copied("row", "row")?,
            copied("exported_at", "exported_at")?,
            polars::prelude::Series::new("old_import".into(), imports).into_column(),
            text("old_file", &|change| Some(self.files[change.old_file].clone())),
            polars::prelude::Series::new("old_exported_at".into(), days)
                .cast(&data_type(ColumnType::Time))?
                .into_column(),
        ];
        DataFrame::new(rows.height(), columns)
    }
}

/// Whether it is worth keeping: a date that was set, and a status that went back. A date that is set for the first
/// time is the ordinary way of a dossier.
pub(super) fn changed(column: &str, old: Option<i64>, new: Option<i64>) -> bool {
    if column == "status" {
        let ended = |status: i64| ENDED.contains(&status);
        old.is_some_and(ended) && new.is_some_and(|new| !ended(new))
    } else {
        old.is_some() && old != new
    }
}

/// A date in microseconds, a code as it is.
pub(super) fn number(content: &Content, position: usize, row: usize) -> Option<i64> {
    match content.column(position)?.get(row) {
        Ok(AnyValue::Datetime(value, ..) | AnyValue::DatetimeOwned(value, ..) | AnyValue::Int64(value)) => Some(value),
        _ => None,
    }
}

fn shown(column: &str, value: Option<i64>) -> Option<String> {
    let value = value?;
    if column == "status" {
        return Some(value.to_string());
    }
    DateTime::from_timestamp_micros(value).map(|time| time.format("%Y-%m-%d %H:%M:%S").to_string())
}

fn micros(day: NaiveDate) -> Option<i64> {
    day.and_hms_opt(0, 0, 0).map(|time| time.and_utc().timestamp_micros())
}
