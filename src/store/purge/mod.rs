//! Removes imports or dossiers for good: from the tables, from findings and names of files, and from all versions before.

mod codes;
mod earlier;
mod table;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::leftovers::{self, Deleted};
use super::version::{Manifest, PurgeNote, SentFile};
use super::{StoreError, Transaction, Workspace, WriteLock, delta, schema};
use cchc_model::{Mask, Where};
use codes::Codes;
use table::TablePurge;

/// What to remove.
#[derive(Debug, Clone, Default)]
pub struct PurgeOrder {
    /// Numbers of imports: the rows that they brought go back to their state before, or go.
    pub imports: BTreeSet<u64>,
    /// Codes of dossiers.
    pub dossiers: BTreeSet<String>,
    /// What becomes of the names of the files of the imports.
    pub names: FileNames,
    /// Why, for the history.
    pub reason: String,
    /// What finds personal values that an older program kept in names of files and in findings; without it they stay.
    pub mask: Option<Mask>,
}

impl PurgeOrder {
    /// A text without its personal values, if it has any.
    fn masked(&self, text: &str, place: Where) -> Option<String> {
        match self.mask.as_ref()?.text(text, place) {
            Cow::Owned(masked) => Some(masked),
            Cow::Borrowed(_) => None,
        }
    }
}

/// What becomes of the names of purged files. Their hashes and counts always stay.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FileNames {
    /// They stay, unless they hold the code of a purged dossier.
    #[default]
    Keep,
    /// A part of the hash stands in their place.
    Blank,
}

/// Whether a purge is carried out or only rehearsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Only counts.
    Rehearse,
    /// Publishes a version and deletes what those before it needed.
    ForGood,
}

/// What a purge did to one table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PurgeCounts {
    /// Rows removed.
    pub removed: u64,
    /// Rows that went back to the state before the purged imports.
    pub restored: u64,
    /// Cells emptied in rows that stay.
    pub emptied: u64,
    /// Accounts of files marked as purged.
    pub marked: u64,
}

/// What a purge did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Purged {
    /// The version that it published; none if nothing was found, or in a rehearsal.
    pub version: Option<u64>,
    /// A purge that had been killed and that this one finished first.
    pub finished: Option<u64>,
    /// How many of the named dossiers were found.
    pub dossiers: u64,
    /// Imports whose rows went although they may have had an earlier state: an earlier purge deleted it.
    pub unknown_before: BTreeSet<u64>,
    /// By table, those only where there was something to do.
    pub tables: BTreeMap<&'static str, PurgeCounts>,
    /// Files deleted.
    pub deleted: Deleted,
}

/// Removes for good what the order names. The version that it publishes holds the rest; those before it can be read no
/// more, and what only they needed is deleted. Killed before it is published, it has changed nothing; killed later,
/// whoever writes next finishes the deleting.
///
/// # Errors
/// No such import, or the store cannot be read or written.
pub fn purge(workspace: &Workspace, lock: &WriteLock, order: &PurgeOrder, mode: Mode) -> Result<Purged, StoreError> {
    let mut transaction = Transaction::begin(workspace, lock)?;
    let mut done = Purged { finished: transaction.finished_purge(), ..Purged::default() };
    let history = workspace.history()?;
    if is_done(&history, order)? {
        return Ok(done);
    }
    let named = Codes::new(order.dossiers.iter());
    let known = known(workspace, &history, &named)?;
    done.dossiers = known.len() as u64;
    // A code that nothing has is a word like any other, which may stand in a name or a note.
    let codes = Codes::new(known.iter());
    if codes.occurs_in(&order.reason) {
        return Err(StoreError::ReasonNamesDossier);
    }
    let reason = order.masked(&order.reason, Where::Sentence);
    let order = &PurgeOrder { reason: reason.unwrap_or_else(|| order.reason.clone()), ..order.clone() };
    let unnamed = unnamed(&history, order, &codes);
    let mut purge = TablePurge::new(workspace, &history, order, &codes, &unnamed, transaction.number());
    for table in schema::table_names() {
        let counts = purge.table(&mut transaction, table)?;
        if counts != PurgeCounts::default() {
            done.tables.insert(table, counts);
        }
    }
    done.unknown_before = purge.unknown();
    let found = !done.tables.is_empty() || !known.is_empty();
    if !found || mode == Mode::Rehearse {
        return Ok(done);
    }
    let manifest = Manifest {
        number: transaction.number(),
        time: newest_day(&history, order),
        made_by: "purge".to_owned(),
        purge: Some(note(order, &done, &unnamed)),
        ..Manifest::empty()
    };
    let published = transaction.publish_as(manifest)?;
    done.version = Some(published.number);
    done.deleted = leftovers::finish_purge(workspace, lock, &workspace.history()?, published.number)?;
    Ok(done)
}

/// Whether all of the order was purged before.
fn is_done(history: &[Manifest], order: &PurgeOrder) -> Result<bool, StoreError> {
    let mut left = order.imports.len();
    for import in &order.imports {
        let version = history.iter().find(|version| version.number == *import);
        let version = version.ok_or_else(|| StoreError::NoVersion(import.to_string()))?;
        if version.made_by != "import" {
            return Err(StoreError::NoImport { number: *import, made_by: version.made_by.clone() });
        }
        left -= usize::from(
            history.iter().filter_map(|version| version.purge.as_ref()).any(|note| note.imports.contains(import)),
        );
    }
    Ok(left == 0 && order.dossiers.is_empty())
}

/// Names to replace, with what stands in their place.
fn unnamed(history: &[Manifest], order: &PurgeOrder, codes: &Codes) -> BTreeMap<String, SentFile> {
    let names_a_person = |file: &SentFile| order.masked(&file.file, Where::Name).is_some();
    let of_import = |version: &Manifest| order.names == FileNames::Blank && order.imports.contains(&version.number);
    history
        .iter()
        .flat_map(|version| version.files.iter().map(move |file| (version, file)))
        .filter(|(version, file)| of_import(version) || codes.occurs_in(&file.file) || names_a_person(file))
        .map(|(_, file)| (file.file.clone(), file.clone()))
        .collect()
}

/// Those of the codes that a dossier has or had, be it one whose rows were refused.
fn known(workspace: &Workspace, history: &[Manifest], codes: &Codes) -> Result<BTreeSet<String>, StoreError> {
    let mut known = BTreeSet::new();
    if codes.is_empty() {
        return Ok(known);
    }
    for (table, files) in leftovers::needed_files(workspace, history)? {
        for file in files {
            let rows = delta::read(&workspace.table_path(&table).join(file), &table)?;
            table::codes_of(&table, &rows, codes, &mut known);
        }
    }
    Ok(known)
}

/// The newest export day among the files of imports that stay.
fn newest_day(history: &[Manifest], order: &PurgeOrder) -> Option<NaiveDate> {
    let earlier = history.iter().filter_map(|version| version.purge.as_ref()).flat_map(|note| &note.imports);
    let purged: BTreeSet<u64> = earlier.chain(&order.imports).copied().collect();
    let stay = history.iter().filter(|version| !purged.contains(&version.number));
    stay.flat_map(|version| &version.files).filter_map(|file| file.exported_at).max()
}

fn note(order: &PurgeOrder, done: &Purged, unnamed: &BTreeMap<String, SentFile>) -> PurgeNote {
    let sum = |of: fn(&PurgeCounts) -> u64| done.tables.values().map(of).sum();
    PurgeNote {
        imports: order.imports.clone(),
        dossiers: done.dossiers,
        removed: sum(|counts| counts.removed),
        restored: sum(|counts| counts.restored),
        emptied: sum(|counts| counts.emptied),
        unnamed: unnamed.values().map(|file| file.sha256.clone()).collect(),
        reason: order.reason.clone(),
    }
}
