//! The list of units: from a CSV file into the store, and back as an index.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;
use polars::prelude::DataFrame;

use super::ListError;
use cchc_model::{Unit, UnitIndex};
use cchc_store::{Session, StoreError, Transaction, Workspace, days, frame_of, questions, texts};

static COLUMNS: [&str; 8] = ["code", "name", "short_name", "level", "parent_code", "aliases", "valid_from", "valid_to"];

/// Reads `code,name,short_name,level,parent_code,aliases,valid_from,valid_to`; aliases are separated by `|`.
///
/// # Errors
/// The first thing that is wrong, with its row and column.
pub fn read_unit_list(path: &Path) -> Result<Vec<Unit>, ListError> {
    let csv_error = |source| ListError::Csv { path: path.to_owned(), source };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path).map_err(csv_error)?;
    let headings = reader.headers().map_err(csv_error)?.clone();
    let mut at = BTreeMap::new();
    for column in COLUMNS {
        let found = headings.iter().position(|heading| heading.trim_start_matches('\u{feff}') == column);
        if found.is_none() && ["code", "name", "level"].contains(&column) {
            return Err(ListError::Column { path: path.to_owned(), list: "unit list", column, columns: &COLUMNS });
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
        let wrong = |column, message: String| ListError::Cell { path: path.to_owned(), row, column, message };
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

/// Publishes a version of a new workspace with a list of units; `waiting` is called if an import has to end first.
///
/// # Errors
/// The store cannot be written.
pub fn publish_unit_list(workspace: &Workspace, units: &[Unit], waiting: impl FnOnce()) -> Result<(), StoreError> {
    let lock = workspace.lock(true, waiting)?;
    let mut transaction = Transaction::begin(workspace, &lock)?;
    transaction.replace("units", units_frame(units))?;
    transaction.publish("init", None, Vec::new())?;
    Ok(())
}

/// The units of a published version.
///
/// # Errors
/// The store cannot be read.
pub async fn stored_units(session: &Session) -> Result<UnitIndex, StoreError> {
    Ok(UnitIndex::new(questions::units(session).await?))
}
