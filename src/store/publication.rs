//! What a named publication has told and kept back: recorded with a version of the workspace, and read back.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::transaction::Transaction;
use super::version::{Manifest, PublicationNote};
use super::whole::{Faults, RECORDS, record_fault, record_of, sha256};
use super::{StoreError, Workspace, io, write_atomic};
use cchc_model::Policies;

/// All tables of a publication so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicationRecord {
    /// Its name.
    pub name: String,
    /// The version whose figures it tells.
    pub data_version: u64,
    /// The policies by which they were counted.
    pub policies: Policies,
    /// For the units of which day they were counted.
    pub units_as_of: Option<chrono::NaiveDate>,
    /// The tables, as they were asked for.
    pub tables: Vec<PublishedTable>,
    /// Of each line the counts told (true) and kept back (false).
    pub cells: BTreeMap<String, BTreeMap<String, bool>>,
}

/// A table that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedTable {
    /// For the units of which day it was counted, if not for those that dossiers name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units_as_of: Option<chrono::NaiveDate>,
    /// Its periods.
    pub periods: Vec<String>,
    /// Ids of its counted indicators.
    pub indicators: Vec<String>,
    /// What its rows are of.
    pub by: String,
    /// Whether units hold what those below them resolve.
    pub with_children: bool,
}

impl Workspace {
    /// The record of a publication and the version that holds it, if anything was published by that name.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn publication(&self, name: &str) -> Result<Option<(u64, PublicationRecord)>, StoreError> {
        let named = |version: &Manifest| version.publication.as_ref().is_some_and(|note| note.name == name);
        let Some(version) = self.history()?.into_iter().rfind(named) else { return Ok(None) };
        Faults::refuse(record_fault(self.root(), &version).into_iter().collect())?;
        let path = path_of(self.root(), version.number);
        let text = std::fs::read_to_string(&path).map_err(io(&path))?;
        let record =
            serde_json::from_str(&text).map_err(|error| StoreError::Config { path, message: error.to_string() })?;
        Ok(Some((version.number, record)))
    }

    /// Records what a publication tells, as a version of its own, whose tables are those of the newest.
    ///
    /// `read` is the version whose record was read before, 0 if there was none.
    ///
    /// # Errors
    /// Something else was published by that name meanwhile, or it cannot be written.
    pub fn record(&self, record: &PublicationRecord, read: u64) -> Result<Manifest, StoreError> {
        let lock = self.lock(true, || {})?;
        let newest = self.publication(&record.name)?.map_or(0, |(number, _)| number);
        if newest != read {
            return Err(StoreError::PublishedMeanwhile(record.name.clone()));
        }
        let transaction = Transaction::begin(self, &lock)?;
        let path = path_of(self.root(), transaction.number());
        let folder = self.root().join(RECORDS);
        std::fs::create_dir_all(&folder).map_err(io(&folder))?;
        let bytes = serde_json::to_vec(record)
            .map_err(|error| StoreError::Config { path: path.clone(), message: error.to_string() })?;
        write_atomic(&path, &bytes)?;
        transaction.publish_record(PublicationNote {
            name: record.name.clone(),
            data_version: record.data_version,
            sha256: sha256(&bytes),
        })
    }
}

fn path_of(root: &Path, number: u64) -> PathBuf {
    root.join(record_of(number))
}
