//! Purges one table: rows that are removed, rows that are restored to their state before, and cells that are emptied.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::{Column as Series, DataFrame, IntoColumn, NamedFrom, PlHashSet, PolarsResult, StringChunked};

use super::codes::Codes;
use super::earlier::{Earlier, Gone, earlier};
use super::{FileNames, PurgeCounts, PurgeOrder};
use crate::delta::TableFiles;
use crate::merge::KEPT_FROM;
use crate::version::{Manifest, SentFile};
use crate::{StoreError, Transaction, Workspace, delta, frame, schema, take};
use cchc_model::{ColumnType, Table, Where};

/// The column by which tables refer to a dossier.
const DOSSIER: &str = "dossier_code";

/// Columns of findings in which a person may be named.
const TOLD: [&str; 4] = ["column_name", "value", "hint", "cells"];

/// Lists of units, which hold nothing that an import brought.
const KEPT: [&str; 2] = ["units", "successions"];

/// What is purged from all tables, and what has been found so far.
pub(super) struct TablePurge<'a> {
    workspace: &'a Workspace,
    history: &'a [Manifest],
    order: &'a PurgeOrder,
    codes: &'a Codes,
    /// File names to replace.
    unnamed: &'a BTreeMap<String, SentFile>,
    /// The version that will have purged.
    number: u64,
    /// Imports of which nobody knows the state before.
    unknown: BTreeSet<u64>,
    /// Dossiers that only a purged import had: findings about them are purged, too.
    vanished: PlHashSet<String>,
}

impl<'a> TablePurge<'a> {
    pub fn new(
        workspace: &'a Workspace,
        history: &'a [Manifest],
        order: &'a PurgeOrder,
        codes: &'a Codes,
        unnamed: &'a BTreeMap<String, SentFile>,
        number: u64,
    ) -> Self {
        let (unknown, vanished) = (BTreeSet::new(), PlHashSet::default());
        Self { workspace, history, order, codes, unnamed, number, unknown, vanished }
    }

    /// Imports whose rows went without anything to go back to, since an earlier purge deleted the version before.
    pub fn unknown(self) -> BTreeSet<u64> {
        self.unknown
    }

    /// Purges a table partition by partition; those without a change keep their files.
    pub fn table(&mut self, transaction: &mut Transaction<'_>, name: &'static str) -> Result<PurgeCounts, StoreError> {
        let mut counts = PurgeCounts::default();
        if KEPT.contains(&name) {
            return Ok(counts);
        }
        let files = transaction.files(name)?;
        let mut earlier = self.earlier(name, &files)?;
        let mut target = TableFiles::new();
        let mut partitions: BTreeMap<Option<String>, Vec<String>> = BTreeMap::new();
        for (file, partition) in files {
            partitions.entry(partition).or_default().push(file);
        }
        for partition in earlier.rows.keys() {
            partitions.entry(partition.clone()).or_default();
        }
        for (partition, files) in partitions {
            let mut purged = self.partition(name, &files, earlier.rows.remove(&partition))?;
            if purged.counts == PurgeCounts::default() {
                target.extend(files.into_iter().map(|file| (file, partition.clone())));
                continue;
            }
            counts.add(purged.counts);
            if purged.rows.height() > 0 {
                target.insert(transaction.write(name, partition.as_deref(), &mut purged.rows)?, partition);
            }
        }
        if counts != PurgeCounts::default() {
            transaction.set(name, target)?;
        }
        Ok(counts)
    }

    /// The earlier states of rows that purged imports brought.
    fn earlier(&mut self, name: &'static str, files: &TableFiles) -> Result<Earlier, StoreError> {
        let Some(table) = Table::named(name).filter(|_| !self.order.imports.is_empty()) else {
            return Ok(Earlier::default());
        };
        let mut gone = Gone::new();
        for file in files.keys() {
            let held = delta::read(&self.workspace.table_path(name).join(file), name)?;
            let keys = held.column(table.key).and_then(|column| column.str().cloned()).map_err(frame(name))?;
            let imports = held.column("import").and_then(|column| column.i64().cloned()).map_err(frame(name))?;
            for (key, import) in keys.iter().zip(imports.iter()) {
                let import = import.ok_or_else(|| StoreError::UnknownImports(self.workspace.root().to_owned()))? as u64;
                if let Some(key) = key.filter(|_| self.order.imports.contains(&import)) {
                    gone.entry(import).or_default().insert(key.to_owned());
                }
            }
        }
        let mut found = earlier(self.workspace, self.history, table, gone, &self.order.imports, self.codes)?;
        self.unknown.append(&mut found.unknown);
        if table.key == DOSSIER {
            self.vanished = std::mem::take(&mut found.vanished);
        }
        Ok(found)
    }

    fn partition(
        &self,
        name: &'static str,
        files: &[String],
        earlier: Option<DataFrame>,
    ) -> Result<PurgedPartition, StoreError> {
        let fail = frame(name);
        let mut counts = PurgeCounts::default();
        let mut whole: Option<DataFrame> = None;
        let mut add = |rows: DataFrame| {
            if let Some(whole) = &mut whole {
                return whole.vstack_mut(&rows.select(whole.get_column_names_owned())?).map(drop);
            }
            whole = Some(rows);
            Ok(())
        };
        for file in files {
            let held = delta::read(&self.workspace.table_path(name).join(file), name)?;
            let kept = self.kept(name, &held).map_err(&fail)?;
            counts.removed += held.height() as u64 - kept.len() as u64;
            let mut kept = if kept.len() == held.height() { held } else { take(&held, kept).map_err(&fail)? };
            counts.emptied += self.empty(name, &mut kept).map_err(&fail)?;
            counts.emptied += forget_kept(name, &mut kept, &self.order.imports).map_err(&fail)?;
            if name == "imports" {
                counts.marked += self.mark(&mut kept).map_err(&fail)?;
            }
            add(kept).map_err(&fail)?;
        }
        if let Some(earlier) = earlier {
            // They are among the removed rows, too; the difference is what was removed for good.
            counts.restored += earlier.height() as u64;
            add(earlier).map_err(&fail)?;
        }
        let mut rows = whole.unwrap_or_default();
        if let Some(table) = Table::named(name).filter(|_| rows.height() > 0) {
            rows.rechunk_mut_par();
            let keys = rows.column(table.key).and_then(|column| column.str().cloned()).map_err(&fail)?;
            let mut sorted: Vec<u32> = (0..rows.height() as u32).collect();
            sorted.sort_by_key(|row| keys.get(*row as usize));
            rows = take(&rows, sorted).map_err(&fail)?;
        }
        Ok(PurgedPartition { rows, counts })
    }

    /// Rows that stay.
    fn kept(&self, name: &str, held: &DataFrame) -> PolarsResult<Vec<u32>> {
        let dossiers = held.column(DOSSIER).ok().map(|column| column.str().cloned()).transpose()?;
        let brought: Vec<_> = ["import", "old_import"]
            .into_iter()
            .filter(|_| name != "imports")
            .filter_map(|column| held.column(column).ok())
            .map(|column| column.i64().cloned())
            .collect::<PolarsResult<_>>()?;
        let mut kept = Vec::with_capacity(held.height());
        for row in 0..held.height() {
            let code = dossiers.as_ref().and_then(|codes| codes.get(row)).filter(|code| self.codes.contains(code));
            let purged = |import: i64| self.order.imports.contains(&(import as u64));
            if code.is_none() && !brought.iter().any(|imports| imports.get(row).is_some_and(purged)) {
                kept.push(row as u32);
            }
        }
        Ok(kept)
    }

    /// Empties cells of rows that stay; says how many.
    fn empty(&self, name: &str, rows: &mut DataFrame) -> PolarsResult<u64> {
        let mut emptied = 0;
        for column in texts(name) {
            let cells = rows.column(column)?.str()?.clone();
            let mut changed = 0;
            let new: Vec<Option<String>> = cells
                .iter()
                .map(|cell| {
                    let new = cell.and_then(|cell| self.replaced(name, column, cell));
                    changed += u64::from(new.is_some());
                    new.or_else(|| cell.map(str::to_owned))
                })
                .collect();
            if changed > 0 {
                rows.with_column(Series::new(column.into(), new))?;
                emptied += changed;
            }
        }
        Ok(emptied)
    }

    /// What stands in the place of a cell, if it cannot stay.
    fn replaced(&self, name: &str, column: &str, cell: &str) -> Option<String> {
        if column == "file" || column == "old_file" {
            // On request a name goes from its own import only: others may have sent the file too.
            let is_named = self.codes.occurs_in(cell) || self.order.masked(cell, Where::Name).is_some();
            return is_named.then(|| self.nameless(cell));
        }
        if column == "sheet" && !self.codes.occurs_in(cell) {
            return self.order.masked(cell, Where::Name);
        }
        if column == KEPT_FROM {
            let masked = || self.order.masked(cell, Where::Sentence);
            return if self.codes.occurs_in(cell) { Some(String::new()) } else { masked() };
        }
        let names_purged = name == "findings" && (self.vanished.contains(cell) || self.unnamed.contains_key(cell));
        if names_purged || self.codes.occurs_in(cell) {
            return Some(String::new());
        }
        let is_told = name == "findings" && TOLD.contains(&column);
        is_told.then(|| self.order.masked(cell, Where::Sentence)).flatten()
    }

    fn nameless(&self, file: &str) -> String {
        SentFile::nameless(self.unnamed.get(file).map_or("", |file| &file.sha256))
    }

    /// Marks the accounts of purged imports, and blanks their names on request.
    fn mark(&self, rows: &mut DataFrame) -> PolarsResult<u64> {
        let imports = rows.column("import")?.i64()?.clone();
        let purged = |row: usize| imports.get(row).is_some_and(|import| self.order.imports.contains(&(import as u64)));
        let before = rows.column("purged_by")?.i64()?.clone();
        let by: Vec<Option<i64>> = (0..rows.height())
            .map(|row| before.get(row).or_else(|| purged(row).then_some(self.number as i64)))
            .collect();
        let marked = (0..rows.height()).filter(|row| before.get(*row).is_none() && by[*row].is_some()).count();
        rows.with_column(polars::prelude::Series::new("purged_by".into(), by).into_column())?;
        if self.order.names == FileNames::Blank {
            let files: StringChunked = rows.column("file")?.str()?.clone();
            let new: Vec<Option<String>> = files
                .iter()
                .enumerate()
                .map(|(row, file)| file.map(|file| if purged(row) { self.nameless(file) } else { file.to_owned() }))
                .collect();
            rows.with_column(Series::new("file".into(), new))?;
        }
        Ok(marked as u64)
    }
}

/// Empties the cells that rows keep from purged imports; says how many.
fn forget_kept(name: &str, rows: &mut DataFrame, purged: &BTreeSet<u64>) -> PolarsResult<u64> {
    if purged.is_empty() || Table::named(name).is_none() {
        return Ok(0);
    }
    let mut gone: BTreeMap<String, PlHashSet<usize>> = BTreeMap::new();
    let notes: Vec<Option<String>> = rows
        .column(KEPT_FROM)?
        .str()?
        .iter()
        .enumerate()
        .map(|(row, note)| {
            let mut cells: serde_json::Map<String, serde_json::Value> = serde_json::from_str(note?).ok()?;
            cells.retain(|column, from| {
                let stays = from["import"].as_u64().is_none_or(|import| !purged.contains(&import));
                if !stays {
                    gone.entry(column.clone()).or_default().insert(row);
                }
                stays
            });
            (!cells.is_empty()).then(|| serde_json::Value::Object(cells).to_string())
        })
        .collect();
    if gone.is_empty() {
        return Ok(0);
    }
    rows.with_column(Series::new(KEPT_FROM.into(), notes))?;
    let mut emptied = 0;
    for (column, without) in gone {
        emptied += without.len() as u64;
        let height = rows.height() as u32;
        let cells = rows.select([column.as_str()])?;
        let empty =
            polars::prelude::Series::full_null(column.as_str().into(), 1, cells.dtypes().first().expect("one column"));
        let mut all = cells.clone();
        all.vstack_mut(&DataFrame::new(1, vec![empty.into_column()])?)?;
        let from = (0..height).map(|row| if without.contains(&(row as usize)) { height } else { row });
        rows.with_column(take(&all, from.collect())?.column(&column)?.clone())?;
    }
    Ok(emptied)
}

impl PurgeCounts {
    fn add(&mut self, other: Self) {
        self.removed += other.removed;
        self.restored += other.restored;
        self.emptied += other.emptied;
        self.marked += other.marked;
    }
}

struct PurgedPartition {
    rows: DataFrame,
    counts: PurgeCounts,
}

/// Columns of findings that hold the code of a refused row; an older program has it as the value.
const OF_REFUSED: [&str; 2] = ["code", "value"];

/// The cells of a refused row as a JSON object. Its code was emptied with the import that had brought the dossier.
const CELLS: &str = "cells";

/// Adds the codes that rows of a table have.
pub(super) fn codes_of(name: &str, rows: &DataFrame, codes: &Codes, known: &mut BTreeSet<String>) {
    let of_refused = OF_REFUSED.iter().filter(|_| name == "findings");
    for column in std::iter::once(&DOSSIER).chain(of_refused) {
        let Some(cells) = rows.column(column).ok().and_then(|column| column.str().ok()) else { continue };
        known.extend(cells.iter().flatten().filter(|code| codes.contains(code)).map(str::to_owned));
    }
    let Some(rows) = rows.column(CELLS).ok().and_then(|column| column.str().ok()) else { return };
    for row in rows.iter().flatten().filter(|row| codes.occurs_in(row)) {
        let cells: BTreeMap<String, serde_json::Value> = serde_json::from_str(row).unwrap_or_default();
        let texts = cells.into_values().filter_map(|cell| cell.as_str().map(str::to_owned));
        // Which cell is the code is not kept; one without a digit is a word.
        known.extend(texts.filter(|text| codes.contains(text) && text.bytes().any(|byte| byte.is_ascii_digit())));
    }
}

/// Text columns of a table whose cells can be emptied.
fn texts(name: &str) -> Vec<&'static str> {
    let key = Table::named(name).map_or("", |table| table.key);
    let is_text = |kind| matches!(kind, ColumnType::Text);
    schema::stored_columns(name)
        .into_iter()
        .filter(|column| is_text(column.kind) && column.name != key && column.name != DOSSIER)
        .map(|column| column.name)
        .collect()
}
