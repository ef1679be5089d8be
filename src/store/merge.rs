//! Merges incoming rows into a table: one row per key, the newest export wins, and every row is accounted for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;

use chrono::{DateTime, Datelike, NaiveDate};
use polars::prelude::{
    Column as Series, DataFrame, IdxCa, IntoColumn, NamedFrom, PlHashMap, PolarsResult, StringChunked,
};

use super::delta::{self, TableFiles};
use super::{StoreError, frame};
use crate::model::{Kind, Table};
use crate::normalise::PERSONAL;

/// Rows of one sheet of one file, typed, not yet merged. Order is the order of counting: export day, then path.
#[derive(Debug)]
pub struct Incoming {
    /// The columns of the table, then `row` and the digest of personal cells.
    pub frame: DataFrame,
    /// File as the user named it.
    pub file: String,
    /// Sheet.
    pub sheet: String,
    /// Source definition.
    pub source: String,
    /// Day of export, if known.
    pub exported_at: Option<NaiveDate>,
}

/// What became of the rows of one [`Incoming`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Account {
    /// New to the store.
    pub loaded: u64,
    /// Replaced an older state.
    pub updated: u64,
    /// Added nothing.
    pub duplicate: u64,
}

/// What the merge noticed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MergeNotes {
    /// One key, two contents on one day, or two units: (position of the incoming, row, key).
    pub conflicts: Vec<(usize, u32, String)>,
    /// Replaced rows whose due date moved, per incoming.
    pub due_moved: BTreeMap<usize, u64>,
    /// Replaced rows that were finished and are open again, per incoming.
    pub reopened: BTreeMap<usize, u64>,
    /// Held rows that a newer export of their unit lacks: unit → (count, an example key).
    pub absent: BTreeMap<String, (u64, String)>,
}

/// The outcome of a merge.
#[derive(Debug)]
pub struct Merged {
    /// The table's files after it.
    pub files: TableFiles,
    /// One account per incoming, in their order.
    pub accounts: Vec<Account>,
    /// What was noticed.
    pub notes: MergeNotes,
}

/// All rows of one key in order of counting, and what they do to the store.
struct Slot {
    last: u32,
    earlier: Vec<u32>,
    held: bool,
    replaces: bool,
}

/// Merges into the files of a published version; writes new files but commits nothing.
pub(super) fn merge(
    path: &Path,
    table: &'static Table,
    files: &TableFiles,
    incoming: Vec<Incoming>,
) -> Result<Merged, StoreError> {
    let fail = frame(table.name);
    let batch = Batch::of(table, incoming).map_err(&fail)?;
    let mut slots: Vec<Slot> = Vec::with_capacity(batch.keys.len());
    let mut by_key: PlHashMap<&str, u32> = PlHashMap::default();
    by_key.reserve(batch.keys.len());
    for (row, key) in batch.keys.iter().enumerate() {
        let row = row as u32;
        let key = key.unwrap_or_default();
        if let Some(slot) = by_key.get(key) {
            let slot = &mut slots[*slot as usize];
            slot.earlier.push(slot.last);
            slot.last = row;
        } else {
            by_key.insert(key, slots.len() as u32);
            slots.push(Slot { last: row, earlier: Vec::new(), held: false, replaces: true });
        }
    }
    let mut merge =
        Merge { batch: &batch, accounts: vec![Account::default(); batch.parts.len()], notes: MergeNotes::default() };
    let mut touched = BTreeSet::new();
    for (file, partition) in files {
        if merge.compare_held(&path.join(file), &by_key, &mut slots)? {
            touched.insert(partition.clone());
        }
    }
    for slot in slots.iter().filter(|slot| !slot.held) {
        merge.count(slot, None);
    }
    let replaced: BTreeSet<&str> = by_key
        .iter()
        .filter(|(_, slot)| slots[**slot as usize].held && slots[**slot as usize].replaces)
        .map(|(key, _)| *key)
        .collect();
    let mut new_rows: BTreeMap<Option<String>, Vec<u32>> = BTreeMap::new();
    for slot in slots.iter().filter(|slot| slot.replaces) {
        new_rows.entry(batch.partition(slot.last)).or_default().push(slot.last);
    }
    touched.extend(new_rows.keys().cloned());
    let jobs = touched.into_iter().map(|partition| {
        let old: Vec<String> = files.iter().filter(|(_, of)| **of == partition).map(|(file, _)| file.clone()).collect();
        Job { rows: new_rows.remove(&partition).unwrap_or_default(), old, partition }
    });
    let target = rebuild_all(path, table, files, jobs.collect(), &replaced, &batch)?;
    let (accounts, notes) = (merge.accounts, merge.notes);
    Ok(Merged { files: target, accounts, notes })
}

/// A partition to write anew.
struct Job {
    partition: Option<String>,
    old: Vec<String>,
    rows: Vec<u32>,
}

/// Writes the touched partitions, two at a time; returns the table's files after it.
fn rebuild_all(
    path: &Path,
    table: &Table,
    files: &TableFiles,
    jobs: Vec<Job>,
    replaced: &BTreeSet<&str>,
    batch: &Batch,
) -> Result<TableFiles, StoreError> {
    let mut target = files.clone();
    for old in jobs.iter().flat_map(|job| &job.old) {
        target.remove(old);
    }
    let queue = Mutex::new(jobs.into_iter());
    let work = || -> Result<Vec<(String, Option<String>)>, StoreError> {
        let mut written = Vec::new();
        loop {
            let next = queue.lock().expect("no worker panics").next();
            let Some(job) = next else { return Ok(written) };
            let mut rebuilt = rebuild(path, table, &job.old, replaced, batch, job.rows)?;
            if rebuilt.height() > 0 {
                written.push((delta::write(path, table.name, job.partition.as_deref(), &mut rebuilt)?, job.partition));
            }
        }
    };
    let written = std::thread::scope(|scope| {
        let other = scope.spawn(work);
        let mine = work();
        let other = other.join().expect("writing does not panic");
        Ok::<_, StoreError>(mine?.into_iter().chain(other?))
    });
    target.extend(written?);
    Ok(target)
}

/// One partition anew: what it held without the replaced keys, and the new rows, sorted by key.
fn rebuild(
    path: &Path,
    table: &Table,
    old: &[String],
    replaced: &BTreeSet<&str>,
    batch: &Batch,
    mut rows: Vec<u32>,
) -> Result<DataFrame, StoreError> {
    let fail = frame(table.name);
    rows.sort_unstable_by_key(|row| batch.keys.get(*row as usize));
    let mut whole = batch.take(rows).map_err(&fail)?;
    if old.is_empty() {
        return Ok(whole);
    }
    for file in old {
        let held = delta::read(&path.join(file), table.name, None)?;
        let keys = held.column(table.key).and_then(|column| column.str().cloned()).map_err(&fail)?;
        let kept = keys.iter().enumerate().filter(|(_, key)| key.is_none_or(|key| !replaced.contains(key)));
        let kept = take(&held, kept.map(|(row, _)| row as u32).collect()).map_err(&fail)?;
        whole.vstack_mut(&kept.select(whole.get_column_names_owned()).map_err(&fail)?).map_err(&fail)?;
    }
    whole.rechunk_mut_par();
    let keys = whole.column(table.key).and_then(|column| column.str().cloned()).map_err(&fail)?;
    let mut order: Vec<u32> = (0..whole.height() as u32).collect();
    order.sort_unstable_by_key(|row| keys.get(*row as usize));
    take(&whole, order).map_err(&fail)
}

fn take(data: &DataFrame, rows: Vec<u32>) -> PolarsResult<DataFrame> {
    data.take(&IdxCa::from_vec("".into(), rows))
}

/// All incoming rows as one frame.
struct Batch {
    table: &'static Table,
    data: DataFrame,
    keys: StringChunked,
    content: Vec<Series>,
    months: Option<Series>,
    /// Of each row the digest of its personal cells: rows of one import are compared as they were sent.
    personal: Vec<u64>,
    parts: Vec<Part>,
    /// First row of each part.
    starts: Vec<u32>,
}

struct Part {
    file: String,
    exported_at: Option<NaiveDate>,
}

impl Batch {
    fn of(table: &'static Table, incoming: Vec<Incoming>) -> PolarsResult<Self> {
        let (mut parts, mut starts, mut personal) = (Vec::new(), Vec::new(), Vec::new());
        let mut data: Option<DataFrame> = None;
        let mut height = 0;
        for one in incoming {
            starts.push(height);
            height += one.frame.height() as u32;
            personal.extend(one.frame.column(PERSONAL)?.u64()?.iter().map(Option::unwrap_or_default));
            let whole = with_provenance(&one.frame, &one.source, &one.file, &one.sheet, one.exported_at)?;
            parts.push(Part { file: one.file, exported_at: one.exported_at });
            match &mut data {
                Some(data) => drop(data.vstack_mut(&whole)?),
                None => data = Some(whole),
            }
        }
        let mut data = data.unwrap_or_else(DataFrame::empty);
        data.rechunk_mut_par();
        let keys = data.column(table.key)?.str()?.clone();
        let content =
            table.columns.iter().map(|column| data.column(column.name).cloned()).collect::<PolarsResult<_>>()?;
        let months = table.partition_by.map(|name| data.column(name).cloned()).transpose()?;
        Ok(Self { table, data, keys, content, months, personal, parts, starts })
    }

    fn part(&self, row: u32) -> usize {
        self.starts.partition_point(|start| *start <= row) - 1
    }

    fn partition(&self, row: u32) -> Option<String> {
        let dates = self.months.as_ref()?;
        let micros = dates.datetime().ok().and_then(|dates| dates.phys.get(row as usize));
        Some(
            micros
                .and_then(DateTime::from_timestamp_micros)
                .map_or_else(|| "undated".to_owned(), |time| format!("{:04}-{:02}", time.year(), time.month())),
        )
    }

    /// Whether a row came with the same personal cells as the one before; the store holds none to compare with.
    fn same_person(&self, before: Option<u32>, row: u32) -> bool {
        before.is_none_or(|before| self.personal[before as usize] == self.personal[row as usize])
    }

    fn take(&self, rows: Vec<u32>) -> PolarsResult<DataFrame> {
        take(&self.data, rows)
    }

    fn row_number(&self, row: u32) -> u32 {
        self.data
            .column("row")
            .and_then(|rows| rows.i64().map(|rows| rows.get(row as usize)))
            .ok()
            .flatten()
            .unwrap_or(0) as u32
    }
}

fn with_provenance(
    data: &DataFrame,
    source: &str,
    file: &str,
    sheet: &str,
    exported_at: Option<NaiveDate>,
) -> PolarsResult<DataFrame> {
    let height = data.height();
    let row = data.column("row")?.clone();
    let mut columns: Vec<Series> =
        data.columns().iter().filter(|column| ![PERSONAL, "row"].contains(&column.name().as_str())).cloned().collect();
    for (name, value) in [("source", source), ("file", file), ("sheet", sheet)] {
        columns.push(Series::new_scalar(name.into(), polars::prelude::PlSmallStr::from_str(value).into(), height));
    }
    columns.push(row);
    let micros = exported_at.and_then(|day| day.and_hms_opt(0, 0, 0)).map(|time| time.and_utc().timestamp_micros());
    let exported = polars::prelude::Series::new("exported_at".into(), vec![micros; height])
        .cast(&crate::normalise::data_type(Kind::Time))?;
    columns.push(exported.into_column());
    DataFrame::new(height, columns)
}

struct Merge<'a> {
    batch: &'a Batch,
    accounts: Vec<Account>,
    notes: MergeNotes,
}

/// A held row to compare with.
struct Held<'a> {
    content: &'a [Series],
    row: usize,
    exported_at: Option<NaiveDate>,
    file: &'a str,
}

impl Merge<'_> {
    /// Compares one stored file with the incoming rows; says whether any of its rows is replaced.
    fn compare_held(
        &mut self,
        path: &Path,
        by_key: &PlHashMap<&str, u32>,
        slots: &mut [Slot],
    ) -> Result<bool, StoreError> {
        let table = self.batch.table;
        let fail = frame(table.name);
        let unit = table.columns.iter().rfind(|column| column.kind == Kind::Unit).map(|column| column.name);
        let held = delta::read(path, table.name, None)?;
        let keys = held.column(table.key).and_then(|column| column.str().cloned()).map_err(&fail)?;
        let content: Vec<Series> = table
            .columns
            .iter()
            .map(|column| held.column(column.name).cloned())
            .collect::<PolarsResult<_>>()
            .map_err(&fail)?;
        let files = held.column("file").and_then(|column| column.str().cloned()).map_err(&fail)?;
        let exported = held.column("exported_at").and_then(|column| column.datetime().cloned()).map_err(&fail)?;
        let units =
            unit.map(|name| held.column(name).and_then(|column| column.str().cloned())).transpose().map_err(&fail)?;
        let newest = self.newest_by_unit(unit).map_err(&fail)?;
        let mut replaced = false;
        for (row, key) in keys.iter().enumerate() {
            let exported_at =
                exported.phys.get(row).and_then(DateTime::from_timestamp_micros).map(|time| time.date_naive());
            let Some(slot) = key.and_then(|key| by_key.get(key)) else {
                let of = units.as_ref().and_then(|units| units.get(row));
                if let (Some(of), Some(key)) = (of, key)
                    && newest.get(of).is_some_and(|newest| exported_at < Some(*newest))
                {
                    self.notes.absent.entry(of.to_owned()).or_insert_with(|| (0, key.to_owned())).0 += 1;
                }
                continue;
            };
            let slot = &mut slots[*slot as usize];
            let held = Held { content: &content, row, exported_at, file: files.get(row).unwrap_or_default() };
            slot.held = true;
            slot.replaces = self.count(slot, Some(&held));
            replaced |= slot.replaces;
        }
        Ok(replaced)
    }

    fn newest_by_unit(&self, unit: Option<&str>) -> PolarsResult<BTreeMap<String, NaiveDate>> {
        let mut newest = BTreeMap::new();
        let Some(unit) = unit else { return Ok(newest) };
        let units = self.batch.data.column(unit)?.str()?;
        for (row, unit) in units.iter().enumerate() {
            if let (Some(unit), Some(day)) = (unit, self.batch.parts[self.batch.part(row as u32)].exported_at) {
                match newest.get_mut(unit) {
                    Some(other) if *other >= day => {}
                    Some(other) => *other = day,
                    None => drop(newest.insert(unit.to_owned(), day)),
                }
            }
        }
        Ok(newest)
    }

    /// Accounts for all rows of a key; says whether the last one takes its place in the store.
    fn count(&mut self, slot: &Slot, held: Option<&Held<'_>>) -> bool {
        let batch = self.batch;
        let order = |row: u32| (batch.parts[batch.part(row)].exported_at, batch.parts[batch.part(row)].file.as_str());
        let older = |row: u32| held.is_some_and(|held| order(row) < (held.exported_at, held.file));
        let last_is_held = held.is_some_and(|held| same(held.content, held.row, &batch.content, slot.last as usize));
        if older(slot.last) || last_is_held {
            for row in slot.earlier.iter().chain([&slot.last]) {
                self.accounts[batch.part(*row)].duplicate += 1;
            }
            // The same content in a newer export is confirmed by it: an export between the two may not replace it later.
            return last_is_held && held.is_some_and(|held| order(slot.last).0 > held.exported_at);
        }
        let mut state: (&[Series], usize, Option<u32>) =
            held.map_or((&batch.content, usize::MAX, None), |held| (held.content, held.row, None));
        for row in slot.earlier.iter().chain([&slot.last]).copied() {
            let part = batch.part(row);
            if state.1 == usize::MAX {
                self.accounts[part].loaded += 1;
            } else if older(row)
                || (same(state.0, state.1, &batch.content, row as usize) && batch.same_person(state.2, row))
            {
                self.accounts[part].duplicate += 1;
                continue;
            } else {
                self.accounts[part].updated += 1;
                self.note_change(state, row, part);
            }
            state = (&batch.content, row as usize, Some(row));
        }
        true
    }

    fn note_change(&mut self, (content, at, before): (&[Series], usize, Option<u32>), row: u32, part: usize) {
        let batch = self.batch;
        let column = |name: &str| batch.table.columns.iter().position(|column| column.name == name);
        let value = |columns: &[Series], position: usize, row: usize| {
            columns[position].get(row).ok().map(polars::prelude::AnyValue::into_static)
        };
        if let Some(due) = column("due_at")
            && value(content, due, at) != value(&batch.content, due, row as usize)
        {
            *self.notes.due_moved.entry(part).or_default() += 1;
        }
        if let Some(finished) = column("finished_at") {
            let open = |columns: &[Series], row: usize| columns[finished].get(row).is_ok_and(|value| value.is_null());
            if !open(content, at) && open(&batch.content, row as usize) {
                *self.notes.reopened.entry(part).or_default() += 1;
            }
        }
        let unit = batch.table.columns.iter().rposition(|column| column.kind == Kind::Unit);
        let other_unit = unit.is_some_and(|unit| value(content, unit, at) != value(&batch.content, unit, row as usize));
        let same_day =
            before.is_some_and(|before| batch.parts[batch.part(before)].exported_at == batch.parts[part].exported_at);
        if other_unit || same_day {
            let key = batch.keys.get(row as usize).unwrap_or_default().to_owned();
            self.notes.conflicts.push((part, batch.row_number(row), key));
        }
    }
}

/// Whether two rows agree in every column of the table.
fn same(left: &[Series], left_row: usize, right: &[Series], right_row: usize) -> bool {
    left.iter().zip(right).all(|(left, right)| match (left.get(left_row), right.get(right_row)) {
        (Ok(left), Ok(right)) => left == right,
        _ => false,
    })
}
