//! The list of units: from a CSV file into the store, and back as an index.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Date32Type};
use polars::prelude::DataFrame;

use cchc_model::{Unit, UnitIndex};
use cchc_store::{Session, StoreError};
use cchc_store::{days, frame_of, texts};

const COLUMNS: [&str; 8] = ["code", "name", "short_name", "level", "parent_code", "aliases", "valid_from", "valid_to"];

/// What is wrong with a list of units.
#[derive(Debug, thiserror::Error)]
pub enum UnitListError {
    /// The file cannot be read as CSV.
    #[error("{path}: {source}")]
    Csv {
        /// The file.
        path: PathBuf,
        /// Why.
        source: csv::Error,
    },
    /// A column is missing.
    #[error("{path}: no column '{column}'; a unit list has the columns {}", COLUMNS.join(", "))]
    Column {
        /// The file.
        path: PathBuf,
        /// Its name.
        column: &'static str,
    },
    /// A cell is wrong.
    #[error("{path}: row {row}, column '{column}': {message}")]
    Cell {
        /// The file.
        path: PathBuf,
        /// Row, heading included.
        row: u64,
        /// Column.
        column: &'static str,
        /// What is wrong.
        message: String,
    },
}

/// Reads `code,name,short_name,level,parent_code,aliases,valid_from,valid_to`; aliases are separated by `|`.
///
/// # Errors
/// The first thing that is wrong, with its row and column.
pub fn read_unit_list(path: &Path) -> Result<Vec<Unit>, UnitListError> {
    let csv_error = |source| UnitListError::Csv { path: path.to_owned(), source };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path).map_err(csv_error)?;
    let headings = reader.headers().map_err(csv_error)?.clone();
    let mut at = BTreeMap::new();
    for column in COLUMNS {
        let found = headings.iter().position(|heading| heading.trim_start_matches('\u{feff}') == column);
        if found.is_none() && ["code", "name", "level"].contains(&column) {
            return Err(UnitListError::Column { path: path.to_owned(), column });
        }
        at.insert(column, found);
    }
    let mut units: Vec<Unit> = Vec::new();
    let mut lines = BTreeMap::new();
    for (position, record) in reader.records().enumerate() {
        let record = record.map_err(csv_error)?;
        let row = position as u64 + 2;
        let text = |column: &str| {
            at[column]
                .and_then(|at| record.get(at))
                .map(|text| cchc_normalise::clean(text).into_owned())
                .unwrap_or_default()
        };
        let wrong = |column, message: String| UnitListError::Cell { path: path.to_owned(), row, column, message };
        let day = |column: &'static str| match text(column).as_str() {
            "" => Ok(None),
            written => written
                .parse::<NaiveDate>()
                .map(Some)
                .map_err(|_| wrong(column, format!("'{written}' is no day; write 2020-01-31"))),
        };
        let (code, name, kind) = (text("code"), text("name"), text("level"));
        for (column, value) in [("code", &code), ("name", &name), ("level", &kind)] {
            if value.is_empty() {
                return Err(wrong(column, "is empty".to_owned()));
            }
        }
        if let Some(other) = lines.insert(code.clone(), row) {
            return Err(wrong("code", format!("'{code}' stands in row {other} already")));
        }
        let short = text("short_name");
        units.push(Unit {
            short_name: if short.is_empty() { name.clone() } else { short },
            parent: Some(text("parent_code")).filter(|parent| !parent.is_empty()),
            aliases: text("aliases")
                .split('|')
                .map(|alias| alias.trim().to_owned())
                .filter(|alias| !alias.is_empty())
                .collect(),
            valid_from: day("valid_from")?,
            valid_to: day("valid_to")?,
            code,
            name,
            kind,
        });
    }
    Ok(units)
}

/// The list as the stored table.
#[must_use]
pub fn units_frame(units: &[Unit]) -> DataFrame {
    let text = |of: fn(&Unit) -> String| units.iter().map(of).collect::<Vec<String>>();
    frame_of(
        units.len(),
        vec![
            texts("code", &text(|unit| unit.code.clone())),
            texts("name", &text(|unit| unit.name.clone())),
            texts("short_name", &text(|unit| unit.short_name.clone())),
            texts("kind", &text(|unit| unit.kind.clone())),
            texts("parent_code", &text(|unit| unit.parent.clone().unwrap_or_default())),
            texts("aliases", &text(|unit| unit.aliases.join("|"))),
            days("valid_from", units.iter().map(|unit| unit.valid_from)),
            days("valid_to", units.iter().map(|unit| unit.valid_to)),
        ],
    )
}

/// The units of a published version, in order of code.
///
/// # Errors
/// The store cannot be read.
pub fn stored_units(session: &Session) -> Result<UnitIndex, StoreError> {
    let batches = session.run("SELECT code, name, short_name, kind, parent_code, aliases, CAST(valid_from AS DATE), CAST(valid_to AS DATE) FROM units ORDER BY code")?;
    let mut units = Vec::new();
    for batch in &batches {
        let texts: Vec<_> = (0..6)
            .map(|at| cast(batch.column(at), &DataType::Utf8))
            .collect::<Result<_, _>>()
            .map_err(datafusion::error::DataFusionError::from)?;
        for row in 0..batch.num_rows() {
            let text = |at: usize| texts[at].as_string::<i32>().value(row).to_owned();
            let day = |at: usize| {
                let days = batch.column(at).as_primitive::<Date32Type>();
                (!days.is_null(row)).then(|| days.value_as_date(row)).flatten()
            };
            units.push(Unit {
                code: text(0),
                name: text(1),
                short_name: text(2),
                kind: text(3),
                parent: Some(text(4)).filter(|parent| !parent.is_empty()),
                aliases: text(5).split('|').filter(|alias| !alias.is_empty()).map(str::to_owned).collect(),
                valid_from: day(6),
                valid_to: day(7),
            });
        }
    }
    Ok(UnitIndex::new(units))
}
