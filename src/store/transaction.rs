//! One import's changes to the store: files are written first, tables committed next, one version published last.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use polars::prelude::DataFrame;

use super::delta::{self, TableFiles};
use super::merge::{self, Incoming, Merged};
use super::version::{self, Manifest, SentFile};
use super::{StoreError, Workspace, WriteLock, schema};
use crate::model::Table;

/// Changes that become visible together, or not at all.
#[derive(Debug)]
pub struct Transaction<'a> {
    workspace: &'a Workspace,
    base: Manifest,
    targets: BTreeMap<&'static str, TableFiles>,
}

impl<'a> Transaction<'a> {
    /// Starts from the newest published version. Whoever starts one holds the lock.
    pub fn begin(workspace: &'a Workspace, _lock: &WriteLock) -> Result<Self, StoreError> {
        Ok(Self { workspace, base: workspace.version(None)?, targets: BTreeMap::new() })
    }

    /// Number of the version that this will publish.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.base.number + 1
    }

    /// Merges rows into a fact table.
    pub fn merge(&mut self, table: &'static Table, incoming: Vec<Incoming>) -> Result<Merged, StoreError> {
        let files = self.files(table.name)?;
        let merged = merge::merge(&self.workspace.table_path(table.name), table, &files, incoming)?;
        self.targets.insert(table.name, merged.files.clone());
        Ok(merged)
    }

    /// Adds rows to a table of the engine.
    pub fn append(&mut self, table: &'static str, mut rows: DataFrame) -> Result<(), StoreError> {
        if rows.height() > 0 {
            let mut files = self.files(table)?;
            files.insert(delta::write(&self.workspace.table_path(table), table, None, &mut rows)?, None);
            self.targets.insert(table, files);
        }
        Ok(())
    }

    /// Replaces a table of the engine.
    pub fn replace(&mut self, table: &'static str, mut rows: DataFrame) -> Result<(), StoreError> {
        let file = delta::write(&self.workspace.table_path(table), table, None, &mut rows)?;
        self.targets.insert(table, TableFiles::from([(file, None)]));
        Ok(())
    }

    /// Commits every table, then publishes the version.
    pub fn publish(self, made_by: &str, time: Option<NaiveDate>, files: Vec<SentFile>) -> Result<Manifest, StoreError> {
        let mut manifest = Manifest {
            number: self.number(),
            time: self.base.time.max(time),
            made_by: made_by.to_owned(),
            tables: self.base.tables.clone(),
            files,
        };
        for (table, target) in &self.targets {
            let columns = schema::stored_columns(table);
            let partitioned = Table::named(table).is_some_and(|table| table.partition_by.is_some());
            let path = self.workspace.table_path(table);
            let version =
                self.workspace.runtime().block_on(delta::commit(&path, table, &columns, partitioned, target))?;
            manifest.tables.insert((*table).to_owned(), version);
        }
        version::publish(self.workspace.root(), &manifest)?;
        Ok(manifest)
    }

    fn files(&self, table: &'static str) -> Result<TableFiles, StoreError> {
        match self.targets.get(table) {
            Some(files) => Ok(files.clone()),
            None => self.workspace.files(&self.base, table),
        }
    }
}
