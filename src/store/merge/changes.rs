//! What updates change in the dates and the status of dossiers, kept as evidence: one row per changed cell.

use chrono::{DateTime, NaiveDate};
use polars::prelude::{AnyValue, DataFrame, IntoColumn, NamedFrom, PlHashMap, PolarsResult};

use super::DOSSIERS;
use super::accepted::unit_column;
use super::batch::Batch;
use cchc_model::{ColumnType, Table};
use cchc_normalise::data_type;

/// Dates that stay as they are once they are set.
const DATES: [&str; 3] = ["received_at", "due_at", "finished_at"];

/// Statuses of an ended dossier: withdrawn, finished, returned. An ended one that is not ended any more went back.
const ENDED: [i64; 3] = [7, 9, 10];

/// Where the old value of a changed cell stood.
pub(super) struct Source {
    pub file: String,
    pub import: Option<i64>,
    /// Day of export of the file, if known.
    pub day: Option<NaiveDate>,
}

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

    /// Of each watched column its name and its position in the table.
    pub fn watched(&self) -> Vec<(&'static str, usize)> {
        self.watched.clone()
    }

    /// Adds a cell that a row of the batch changed.
    pub fn add(&mut self, row: u32, column: &'static str, (old, new): (Option<i64>, Option<i64>), source: Source) {
        let Source { file, import, day } = source;
        let old_file = self.by_file.get(&file).copied().unwrap_or_else(|| {
            self.files.push(file.clone());
            self.by_file.insert(file, self.files.len() - 1);
            self.files.len() - 1
        });
        self.cells.push(Change { row, column, old, new, old_import: import, old_file, old_day: day });
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
pub(super) const fn number(value: Option<&AnyValue<'_>>) -> Option<i64> {
    match value {
        Some(AnyValue::Datetime(value, ..) | AnyValue::DatetimeOwned(value, ..) | AnyValue::Int64(value)) => {
            Some(*value)
        }
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
