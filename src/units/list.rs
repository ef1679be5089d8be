//! The list of units: from a CSV file into the store, and back as an index.

use std::collections::BTreeMap;
use std::path::Path;

use polars::prelude::DataFrame;

use super::{ListError, csv_list};
use cchc_model::{Unit, UnitIndex};
use cchc_store::{Session, StoreError, Transaction, Workspace, days, frame_of, questions, texts};

static COLUMNS: [&str; 8] = ["code", "name", "short_name", "level", "parent_code", "aliases", "valid_from", "valid_to"];

/// Reads `code,name,short_name,level,parent_code,aliases,valid_from,valid_to`; aliases are separated by `|`.
///
/// # Errors
/// The first thing that is wrong, with its row and column.
pub fn read_unit_list(path: &Path) -> Result<Vec<Unit>, ListError> {
    let mut units: Vec<Unit> = Vec::new();
    let mut lines = BTreeMap::new();
    for row in csv_list::rows(path, "unit list", &COLUMNS, &["code", "name", "level"])? {
        let row = row?;
        let day = |column| if row.text(column).is_empty() { Ok(None) } else { row.day(column, "2020-01-31").map(Some) };
        let [code, name, kind] = ["code", "name", "level"].map(|column| row.filled(column).map(str::to_owned));
        let (code, name, kind) = (code?, name?, kind?);
        if let Some(other) = lines.insert(code.clone(), row.number()) {
            return Err(row.fault("code", format!("'{code}' stands in row {other} already")));
        }
        let short = row.text("short_name");
        units.push(Unit {
            short_name: if short.is_empty() { name.clone() } else { short.to_owned() },
            parent: Some(row.text("parent_code").to_owned()).filter(|parent| !parent.is_empty()),
            aliases: row
                .text("aliases")
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
pub async fn stored_units(session: &Session) -> Result<UnitIndex, StoreError> {
    Ok(UnitIndex::new(questions::units(session).await?))
}
