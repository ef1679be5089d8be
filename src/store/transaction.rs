//! One import's changes to the store: files are written first, tables committed next, one version published last.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use polars::prelude::DataFrame;

use super::aside::Aside;
use super::delta::{self, TableFiles};
use super::kill::KillPoint;
use super::leftovers::{self, Young};
use super::merge::{self, Incoming, Merged, Purpose, Target};
use super::version::{self, Manifest, PublicationNote, SentFile};
use super::whole::{self, DataFile, Depth, Digests, Faults, Journal, Published, Writing};
use super::{StoreError, Workspace, WriteLock, schema};
use cchc_model::Table;

/// Changes that become visible together, or not at all.
#[derive(Debug)]
pub struct Transaction<'a> {
    workspace: &'a Workspace,
    lock: &'a WriteLock,
    base: Manifest,
    targets: BTreeMap<&'static str, TableFiles>,
    /// What is known of all files so far.
    digests: Digests,
    /// The files of all versions that can be read, by table.
    kept: BTreeMap<String, BTreeSet<String>>,
    /// Versions that an older program wrote without a seal.
    unsealed: Vec<u64>,
    /// Files of writes that were broken off before this one.
    leftovers: BTreeSet<String>,
    finished_purge: Option<u64>,
    done: bool,
}

impl<'a> Transaction<'a> {
    /// Starts from the newest published version. Whoever starts one holds the lock.
    ///
    /// # Errors
    /// A file that any version needs is not what was written.
    pub fn begin(workspace: &'a Workspace, lock: &'a WriteLock) -> Result<Self, StoreError> {
        workspace.kill.pass(KillPoint::FilesRead);
        let published = Published::read(workspace.root())?;
        published.refusal()?;
        let (digests, kept) = (published.digests(), leftovers::needed_files(workspace, &published.versions)?);
        let files: Vec<DataFile> =
            kept.iter().flat_map(|(table, files)| files.iter().map(|file| DataFile::new(table, file))).collect();
        Faults::refuse(whole::verify(workspace.root(), &files, &digests, Depth::Thorough))?;
        let finished_purge = leftovers::roll_back(workspace, lock)?;
        let orphans = leftovers::Orphans::find(workspace, &published, &kept)?;
        let base = published.versions.last().cloned().unwrap_or_else(Manifest::empty);
        let writing = Writing {
            number: base.number + 1,
            process: std::process::id(),
            strange: orphans.strange.into_keys().collect(),
        };
        let leftovers: BTreeSet<String> = orphans.explained.into_keys().collect();
        let (newest, unsealed) = (published.versions.last().cloned(), published.unsealed);
        Journal { published: base.number, writing: Some(writing), leftovers: leftovers.clone(), newest }
            .write(workspace.root())?;
        workspace.kill.pass(KillPoint::RolledBack);
        let targets = BTreeMap::new();
        Ok(Self { workspace, lock, base, targets, digests, kept, unsealed, leftovers, finished_purge, done: false })
    }

    /// Number of the version that this will publish.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.base.number + 1
    }

    /// Merges rows into a fact table; what they change in dates and status goes to the table `changes`.
    /// `aside` is where rows wait that do not fit into memory.
    pub fn merge(
        &mut self,
        table: &'static Table,
        incoming: Vec<Incoming>,
        aside: &Aside,
    ) -> Result<Merged, StoreError> {
        let files = self.files(table.name)?;
        let path = self.workspace.table_path(table.name);
        let target = Target {
            path: &path,
            table,
            files: &files,
            import: self.number(),
            kill: &self.workspace.kill,
            purpose: Purpose::Store,
            aside,
        };
        let mut merged = merge::merge(&target, incoming)?;
        self.set(table.name, merged.files.clone())?;
        self.append("changes", std::mem::take(&mut merged.changes))?;
        Ok(merged)
    }

    /// Adds rows to a table of the engine.
    pub fn append(&mut self, table: &'static str, mut rows: DataFrame) -> Result<(), StoreError> {
        if rows.height() == 0 {
            return Ok(());
        }
        let mut files = self.files(table)?;
        files.insert(self.write(table, None, &mut rows)?, None);
        self.set(table, files)
    }

    /// Replaces a table of the engine.
    pub fn replace(&mut self, table: &'static str, mut rows: DataFrame) -> Result<(), StoreError> {
        let file = self.write(table, None, &mut rows)?;
        self.set(table, TableFiles::from([(file, None)]))
    }

    /// Commits every table, then publishes the version.
    pub fn publish(self, made_by: &str, time: Option<NaiveDate>, files: Vec<SentFile>) -> Result<Manifest, StoreError> {
        let manifest = Manifest {
            number: self.number(),
            time: self.base.time.max(time),
            made_by: made_by.to_owned(),
            files,
            ..Manifest::empty()
        };
        self.publish_as(manifest)
    }

    /// Publishes a version that changes no table and records a publication.
    pub(super) fn publish_record(self, publication: PublicationNote) -> Result<Manifest, StoreError> {
        let manifest = Manifest {
            number: self.number(),
            time: self.base.time,
            made_by: "publication".to_owned(),
            publication: Some(publication),
            ..Manifest::empty()
        };
        self.publish_as(manifest)
    }

    /// Commits every table, then publishes that version, whose tables are filled in.
    pub(super) fn publish_as(mut self, mut manifest: Manifest) -> Result<Manifest, StoreError> {
        let kill = &self.workspace.kill;
        kill.pass(KillPoint::TablesWritten);
        manifest.tables = self.base.tables.clone();
        for (table, target) in &self.targets {
            let columns = schema::stored_columns(table);
            let partitioned = Table::named(table).is_some_and(|table| table.partition_by.is_some());
            let place = self.workspace.place(table, &self.digests);
            let version = delta::commit(place, &columns, partitioned, target, kill)?;
            manifest.tables.insert((*table).to_owned(), version);
            kill.pass(KillPoint::TableCommitted);
        }
        kill.pass(KillPoint::TablesCommitted);
        manifest.written = self.new_digests(&manifest)?;
        version::publish(self.workspace.root(), &manifest, kill)?;
        self.done = true;
        self.settle(&manifest);
        kill.pass(KillPoint::Published);
        Ok(manifest)
    }

    /// What the files and log entries are that no version has told of yet.
    fn new_digests(&self, manifest: &Manifest) -> Result<Digests, StoreError> {
        let mut files: BTreeSet<DataFile> = BTreeSet::new();
        for (table, at) in &manifest.tables {
            let entries = delta::entries(&self.workspace.table_path(table), table, *at)?;
            files.extend(entries.iter().map(|entry| DataFile::new(table, entry)));
        }
        let targets =
            self.targets.iter().flat_map(|(table, files)| files.keys().map(|file| DataFile::new(table, file)));
        let kept = self.kept.iter().flat_map(|(table, files)| files.iter().map(|file| DataFile::new(table, file)));
        files.extend(targets.chain(kept));
        let unknown: Vec<DataFile> = files.into_iter().filter(|file| !self.digests.contains_key(&file.key())).collect();
        whole::digests_of(self.workspace.root(), &unknown).map_err(|(file, source)| StoreError::Io {
            path: self.workspace.table_path(&file.table).join(&file.file),
            source,
        })
    }

    /// What follows the publishing. If it fails the version stands all the same, and the next write does it.
    fn settle(&self, newest: &Manifest) {
        let root = self.workspace.root();
        let older = version_files(self.workspace, &self.unsealed);
        let _ = older.iter().try_for_each(|version| version::replace(root, version));
        let newest = Some(newest.clone());
        let number = self.number();
        let journal = Journal { published: number, writing: None, leftovers: self.leftovers.clone(), newest };
        let _ = journal.write(root);
    }

    /// Sets the files that a table consists of; they are written already.
    pub(super) fn set(&mut self, table: &'static str, files: TableFiles) -> Result<(), StoreError> {
        delta::sync_names(&self.workspace.table_path(table), files.keys())?;
        self.targets.insert(table, files);
        self.workspace.kill.pass(KillPoint::TableWritten);
        Ok(())
    }

    /// Writes a data file of a table.
    pub(super) fn write(
        &self,
        table: &str,
        partition: Option<&str>,
        rows: &mut DataFrame,
    ) -> Result<String, StoreError> {
        delta::write(&self.workspace.table_path(table), table, partition, rows, &self.workspace.kill)
    }

    /// The purge that had been killed and that this write finished before it began.
    pub(super) const fn finished_purge(&self) -> Option<u64> {
        self.finished_purge
    }

    /// The files of a table as far as this has come.
    pub(super) fn files(&self, table: &'static str) -> Result<TableFiles, StoreError> {
        match self.targets.get(table) {
            Some(files) => Ok(files.clone()),
            None => self.workspace.files_known(&self.base, table, &self.digests),
        }
    }
}

impl Workspace {
    /// What a merge into a published version would do with rows, without writing anything.
    pub fn rehearse_merge(
        &self,
        version: &Manifest,
        table: &'static Table,
        incoming: Vec<Incoming>,
        aside: &Aside,
    ) -> Result<Merged, StoreError> {
        let digests = self.digests()?;
        let (files, path) = (self.files_known(version, table.name, &digests)?, self.table_path(table.name));
        let read: Vec<DataFile> = files.keys().map(|file| DataFile::new(table.name, file)).collect();
        Faults::refuse(whole::verify(&self.root, &read, &digests, Depth::Thorough))?;
        let (import, kill, purpose) = (version.number + 1, &self.kill, Purpose::Account);
        merge::merge(&Target { path: &path, table, files: &files, import, kill, purpose, aside }, incoming)
    }
}

/// The versions of these numbers.
fn version_files(workspace: &Workspace, numbers: &[u64]) -> Vec<Manifest> {
    if numbers.is_empty() {
        return Vec::new();
    }
    let all = workspace.history().unwrap_or_default();
    all.into_iter().filter(|version| numbers.contains(&version.number)).collect()
}

impl Drop for Transaction<'_> {
    /// What was written and not published is deleted: on a full disk it is in the way.
    fn drop(&mut self) {
        if !self.done {
            // The error that led here is reported; if deleting fails too, `cchc vacuum` does it later.
            let _ = leftovers::roll_back(self.workspace, self.lock);
            let _ = leftovers::sweep(self.workspace, self.lock, Young::Delete);
        }
    }
}
