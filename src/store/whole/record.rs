//! Whether the records of publications are what was written.

use std::path::{Path, PathBuf};

use super::{FaultKind, StoreFault, sha256};
use crate::Manifest;

/// Where records stand in a workspace.
pub(crate) const RECORDS: &str = "publications";

/// The record of a version, below the workspace.
pub(crate) fn record_of(version: u64) -> PathBuf {
    Path::new(RECORDS).join(format!("{version:08}.json"))
}

/// What is wrong with the record of a version that made something public: what it told could be given away by the next.
pub(crate) fn record_fault(root: &Path, version: &Manifest) -> Option<StoreFault> {
    let note = version.publication.as_ref()?;
    let below = record_of(version.number);
    match std::fs::read(root.join(&below)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Some(StoreFault::new(FaultKind::RecordMissing, below))
        }
        Err(error) => Some(StoreFault::new(FaultKind::FileUnreadable, below).found(error)),
        Ok(bytes) if note.sha256.is_empty() || sha256(&bytes) == note.sha256 => None,
        Ok(_) => Some(StoreFault::new(FaultKind::RecordChanged, below)),
    }
}
