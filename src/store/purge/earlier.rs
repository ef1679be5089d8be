//! The states that rows had before purged imports replaced them.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::{DataFrame, PlHashSet};

use super::codes::Codes;
use crate::version::{Manifest, newest_purge};
use crate::{StoreError, Workspace, delta, frame, take};
use cchc_model::Table;

/// Keys whose row a purged import brought, by import.
pub(super) type Gone = BTreeMap<u64, PlHashSet<String>>;

/// What there is to go back to.
#[derive(Debug, Default)]
pub(super) struct Earlier {
    /// Earlier rows, by partition.
    pub rows: BTreeMap<Option<String>, DataFrame>,
    /// Keys without an earlier row: the purged imports introduced them, or an earlier purge deleted it.
    pub vanished: PlHashSet<String>,
    /// Imports of which an earlier purge deleted the version before, so that nobody knows of earlier rows.
    pub unknown: BTreeSet<u64>,
}

/// Looks for each key in the version before the import that brought its row; what another purged import had brought
/// there is looked for further back. Versions before an earlier purge hold nothing any more.
pub(super) fn earlier(
    workspace: &Workspace,
    history: &[Manifest],
    table: &'static Table,
    mut gone: Gone,
    imports: &BTreeSet<u64>,
    codes: &Codes,
) -> Result<Earlier, StoreError> {
    let mut found = Earlier::default();
    let readable = newest_purge(history);
    while let Some((import, mut keys)) = gone.pop_last() {
        let before = history.iter().find(|version| version.number + 1 == import && version.number >= readable);
        if before.is_none() {
            found.unknown.insert(import);
        }
        let files = before.map(|before| workspace.files(before, table.name)).transpose()?.unwrap_or_default();
        for (file, partition) in files {
            let held = delta::read(&workspace.table_path(table.name).join(file), table.name)?;
            let rows = of_keys(&held, table, &mut keys, imports, codes, &mut gone)?;
            if rows.is_empty() {
                continue;
            }
            let rows = take(&held, rows).map_err(frame(table.name))?;
            match found.rows.get_mut(&partition) {
                Some(known) => drop(known.vstack_mut(&rows).map_err(frame(table.name))?),
                None => drop(found.rows.insert(partition, rows)),
            }
        }
        found.vanished.extend(keys);
    }
    Ok(found)
}

/// Rows to go back to; their keys are struck off. Keys of rows that a purged import brought are handed on to it.
fn of_keys(
    held: &DataFrame,
    table: &Table,
    keys: &mut PlHashSet<String>,
    imports: &BTreeSet<u64>,
    codes: &Codes,
    gone: &mut Gone,
) -> Result<Vec<u32>, StoreError> {
    let fail = frame(table.name);
    let held_keys = held.column(table.key).and_then(|column| column.str().cloned()).map_err(&fail)?;
    let brought = held.column("import").and_then(|column| column.i64().cloned()).map_err(&fail)?;
    let mut rows = Vec::new();
    for (row, key) in held_keys.iter().enumerate() {
        let Some(key) = key.filter(|key| keys.contains(*key)) else { continue };
        keys.remove(key);
        let import = brought.get(row).map(|import| import as u64);
        match import.filter(|import| imports.contains(import)) {
            Some(import) => drop(gone.entry(import).or_default().insert(key.to_owned())),
            None if codes.contains(key) => {}
            None => rows.push(row as u32),
        }
    }
    Ok(rows)
}
