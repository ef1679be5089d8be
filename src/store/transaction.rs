//! One import's changes to the store: files are written first, tables committed next, one version published last.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use polars::prelude::DataFrame;

use super::delta::{self, TableFiles};
use super::kill::KillPoint;
use super::leftovers;
use super::merge::{self, Incoming, Merged, Purpose, Target};
use super::version::{self, Manifest, SentFile};
use super::{StoreError, Workspace, WriteLock, schema};
use cchc_model::Table;

/// Changes that become visible together, or not at all.
#[derive(Debug)]
pub struct Transaction<'a> {
    workspace: &'a Workspace,
    lock: &'a WriteLock,
    base: Manifest,
    targets: BTreeMap<&'static str, TableFiles>,
    finished_purge: Option<u64>,
    done: bool,
}

impl<'a> Transaction<'a> {
    /// Starts from the newest published version. Whoever starts one holds the lock.
    pub fn begin(workspace: &'a Workspace, lock: &'a WriteLock) -> Result<Self, StoreError> {
        workspace.kill.pass(KillPoint::FilesRead);
        let finished_purge = leftovers::roll_back(workspace, lock)?;
        workspace.kill.pass(KillPoint::RolledBack);
        let (base, targets) = (workspace.version(None)?, BTreeMap::new());
        Ok(Self { workspace, lock, base, targets, finished_purge, done: false })
    }

    /// Number of the version that this will publish.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.base.number + 1
    }

    /// Merges rows into a fact table; what they change in dates and status goes to the table `changes`.
    pub fn merge(&mut self, table: &'static Table, incoming: Vec<Incoming>) -> Result<Merged, StoreError> {
        let files = self.files(table.name)?;
        let path = self.workspace.table_path(table.name);
        let target = Target {
            path: &path,
            table,
            files: &files,
            import: self.number(),
            kill: &self.workspace.kill,
            purpose: Purpose::Store,
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

    /// Commits every table, then publishes that version, whose tables are filled in.
    pub(super) fn publish_as(mut self, mut manifest: Manifest) -> Result<Manifest, StoreError> {
        let kill = &self.workspace.kill;
        kill.pass(KillPoint::TablesWritten);
        manifest.tables = self.base.tables.clone();
        for (table, target) in &self.targets {
            let columns = schema::stored_columns(table);
            let partitioned = Table::named(table).is_some_and(|table| table.partition_by.is_some());
            let path = self.workspace.table_path(table);
            let version = delta::commit(&path, table, &columns, partitioned, target, kill)?;
            manifest.tables.insert((*table).to_owned(), version);
            kill.pass(KillPoint::TableCommitted);
        }
        kill.pass(KillPoint::TablesCommitted);
        version::publish(self.workspace.root(), &manifest, kill)?;
        self.done = true;
        kill.pass(KillPoint::Published);
        Ok(manifest)
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
            None => self.workspace.files(&self.base, table),
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
    ) -> Result<Merged, StoreError> {
        let (files, path) = (self.files(version, table.name)?, self.table_path(table.name));
        let (import, kill, purpose) = (version.number + 1, &self.kill, Purpose::Account);
        merge::merge(&Target { path: &path, table, files: &files, import, kill, purpose }, incoming)
    }
}

impl Drop for Transaction<'_> {
    /// What was written and not published is deleted: on a full disk it is in the way.
    fn drop(&mut self) {
        if !self.done {
            // The error that led here is reported; if deleting fails too, `cchc vacuum` does it later.
            let _ = leftovers::roll_back(self.workspace, self.lock);
            let _ = leftovers::sweep(self.workspace, self.lock);
        }
    }
}
