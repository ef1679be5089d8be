//! Merges incoming rows into a table: one row per key, the newest export wins, and every row is accounted for.

mod accepted;
mod account;
mod batch;
mod changes;
mod kept;
mod pieces;
mod slots;
mod tally;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;

use chrono::NaiveDate;
use polars::prelude::DataFrame;

use super::aside::Aside;
use super::delta::{self, TableFiles};
use super::kill::KillSwitch;
use super::{StoreError, frame, take};
pub use accepted::AcceptedRows;
pub(crate) use accepted::KEPT_FROM;
use accepted::partition_name;
use account::Merge;
use batch::Batch;
use cchc_model::Table;
use changes::Changes;
use kept::KeptCells;
use slots::Slots;
use tally::Accounts;

/// The table whose rows are states that later exports repeat, and whose changes are kept.
const DOSSIERS: &str = "dossiers";

/// Rows of one sheet of one file, typed, not yet merged. Order is the order of counting: export day, then path.
#[derive(Debug)]
pub struct Incoming {
    /// The rows.
    pub accepted: AcceptedRows,
    /// File as the user named it.
    pub file: String,
    /// Sheet.
    pub sheet: String,
    /// Source definition.
    pub source: String,
    /// The columns of the table that the sheet has; nothing where that cannot be told.
    pub columns: Option<BTreeSet<String>>,
    /// Day of export, if known.
    pub exported_at: Option<NaiveDate>,
    /// What a row of the sheet became.
    pub rows: RowsOf,
}

/// How many rows of a frame a row of its sheet may have become.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RowsOf {
    /// One: each is accounted for by itself.
    #[default]
    One,
    /// Several: the sheet's row is loaded if any of them is new, else updated if any changed, else a duplicate.
    Several,
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
    /// One key, two contents on one day, or two units or sources.
    pub conflicts: Vec<Conflict>,
    /// Replaced rows whose due date moved, per incoming.
    pub due_moved: BTreeMap<usize, Cases>,
    /// Replaced rows that were finished and are open again, per incoming.
    pub reopened: BTreeMap<usize, Cases>,
    /// Rows that a newer export of their unit lacks although it has others received in the same month, per incoming
    /// that is newest for the unit, and unit.
    pub absent: BTreeMap<(usize, String), Cases>,
    /// Rows that a newer export of their unit lacks, of months that it does not have at all, per such incoming.
    pub outside: BTreeMap<usize, Cases>,
}

/// Two rows that claim one key and disagree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Position of the incoming that brought the later row.
    pub part: usize,
    /// Its row.
    pub row: u32,
    /// The key.
    pub key: String,
    /// The file that brought the earlier row.
    pub other: String,
}

/// How many rows, and the key of the first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cases {
    /// How many.
    pub count: u64,
    /// The key of one of them.
    pub example: String,
}

impl Cases {
    fn add(&mut self, key: &str) {
        if self.count == 0 {
            key.clone_into(&mut self.example);
        }
        self.count += 1;
    }
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
    /// Rows for the table `changes`.
    pub changes: DataFrame,
}

/// What rows are merged into.
pub(super) struct Target<'a> {
    /// The table's folder.
    pub path: &'a Path,
    pub table: &'static Table,
    /// Its files in the published version.
    pub files: &'a TableFiles,
    /// Number of the import that merges.
    pub import: u64,
    pub kill: &'a KillSwitch,
    pub purpose: Purpose,
    /// Where rows wait that do not fit into memory.
    pub aside: &'a Aside,
}

/// What a merge is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// New files are written.
    Store,
    /// Rows are accounted for, and nothing is written.
    Account,
}

/// Merges into the files of a published version; writes new files but commits nothing.
pub(super) fn merge(target: &Target<'_>, incoming: Vec<Incoming>) -> Result<Merged, StoreError> {
    let Target { path, table, files, .. } = target;
    let fail = frame(table.name);
    let mut batch = Batch::of(table, incoming, target.import, target.aside)?;
    let mut slots = Slots::of(&batch.keys);
    let newest = batch.newest_by_unit(!files.is_empty()).map_err(&fail)?;
    let mut merge = Merge {
        batch: &batch,
        newest,
        accounts: Accounts::of(&batch.parts),
        notes: MergeNotes::default(),
        changes: Changes::of(table),
        kept: KeptCells::new(),
    };
    let mut touched = BTreeSet::new();
    for (file, partition) in *files {
        if merge.compare_held(&path.join(file), &mut slots)? {
            touched.insert(partition.clone());
        }
    }
    for (at, _) in slots.all().iter().enumerate().filter(|(_, slot)| !slot.held) {
        merge.count(&slots.in_order(at), None);
    }
    merge.note_absent_incoming(&slots).map_err(&fail)?;
    let mut new_rows: BTreeMap<Option<String>, Vec<u32>> = BTreeMap::new();
    for slot in slots.all().iter().filter(|slot| slot.replaces) {
        let partition = table.partition_by.map(|_| partition_name(merge.month(slot.last)));
        new_rows.entry(partition).or_default().push(slot.last);
    }
    touched.extend(new_rows.keys().cloned());
    let jobs = touched.into_iter().map(|partition| {
        let old: Vec<String> = files.iter().filter(|(_, of)| **of == partition).map(|(file, _)| file.clone()).collect();
        let rows = new_rows.remove(&partition).unwrap_or_default();
        Job { partition, old, rows }
    });
    let jobs = jobs.collect();
    let Merge { accounts, notes, changes, kept, .. } = merge;
    let changes = changes.frame(&batch).map_err(&fail)?;
    batch.forget_compared(&kept);
    let files = match target.purpose {
        Purpose::Store => rebuild_all(target, jobs, &slots, &batch, &kept)?,
        Purpose::Account => target.files.clone(),
    };
    Ok(Merged { files, accounts: accounts.summed(), notes, changes })
}

/// A partition to write anew.
struct Job {
    partition: Option<String>,
    old: Vec<String>,
    rows: Vec<u32>,
}

/// Writes the touched partitions, two at a time or, where memory is short, one; returns the table's files after it.
fn rebuild_all(
    target: &Target<'_>,
    jobs: Vec<Job>,
    slots: &Slots,
    batch: &Batch<'_>,
    kept: &KeptCells,
) -> Result<TableFiles, StoreError> {
    let Target { path, table, kill, .. } = target;
    let mut files = target.files.clone();
    for old in jobs.iter().flat_map(|job| &job.old) {
        files.remove(old);
    }
    let queue = Mutex::new(jobs.into_iter());
    let work = || -> Result<Vec<(String, Option<String>)>, StoreError> {
        let mut written = Vec::new();
        loop {
            let next = queue.lock().expect("no worker panics").next();
            let Some(job) = next else { return Ok(written) };
            let partition = job.partition.clone();
            let mut rebuilt = rebuild(target, job, slots, batch, kept)?;
            if rebuilt.height() > 0 {
                let file = delta::write(path, table.name, partition.as_deref(), &mut rebuilt, kill)?;
                written.push((file, partition));
            }
        }
    };
    if batch.is_aside() {
        files.extend(work()?);
        return Ok(files);
    }
    let written = std::thread::scope(|scope| {
        let other = scope.spawn(work);
        let mine = work();
        let other = other.join().expect("writing does not panic");
        Ok::<_, StoreError>(mine?.into_iter().chain(other?))
    });
    files.extend(written?);
    Ok(files)
}

/// One partition anew: what it held without the replaced keys, and the new rows, sorted by key.
fn rebuild(
    target: &Target<'_>,
    job: Job,
    slots: &Slots,
    batch: &Batch<'_>,
    kept: &KeptCells,
) -> Result<DataFrame, StoreError> {
    let Target { path, table, .. } = target;
    let fail = frame(table.name);
    let Job { old, mut rows, .. } = job;
    rows.sort_unstable_by_key(|row| batch.keys.get(*row as usize));
    let mut whole = batch.take(&rows, kept)?;
    if old.is_empty() {
        return Ok(whole);
    }
    for file in &old {
        let held = delta::read(&path.join(file), table.name)?;
        let keys = held.column(table.key).and_then(|column| column.str().cloned()).map_err(&fail)?;
        let kept =
            keys.iter().enumerate().filter(|(_, key)| key.is_none_or(|key| !slots.replaces_held(&batch.keys, key)));
        let kept = take(&held, kept.map(|(row, _)| row as u32).collect()).map_err(&fail)?;
        whole.vstack_mut(&kept.select(whole.get_column_names_owned()).map_err(&fail)?).map_err(&fail)?;
    }
    whole.rechunk_mut_par();
    let keys = whole.column(table.key).and_then(|column| column.str().cloned()).map_err(&fail)?;
    let mut order: Vec<u32> = (0..whole.height() as u32).collect();
    order.sort_unstable_by_key(|row| keys.get(*row as usize));
    take(&whole, order).map_err(&fail)
}
