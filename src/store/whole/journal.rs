//! The journal: what a write says before it begins and after it published, so that what a killed one left is told from
//! what nobody can explain, and a newest version that vanished from one that never was.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::seal::{sealed, unsealed};
use crate::version::Manifest;
use crate::{StoreError, io, write_atomic};

/// Its file, below the workspace.
pub(crate) const JOURNAL: &str = "import.journal";

/// What the last write said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Journal {
    /// Number of the newest version that was published.
    pub published: u64,
    /// The write that began and has not said that it ended.
    pub writing: Option<Writing>,
    /// Files of broken-off writes that are still there: keys as of digests.
    pub leftovers: BTreeSet<String>,
    /// A copy of the newest version file.
    pub newest: Option<Manifest>,
}

/// A write at work, or one that was broken off.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Writing {
    /// The version that it is to publish.
    pub number: u64,
    /// Its process.
    pub process: u32,
    /// Data files that nothing explained when it began; all others that no version names are its own.
    pub strange: BTreeSet<String>,
}

/// The journal of a folder, as far as it can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum JournalFound {
    /// None: an older program wrote the workspace, or nothing was written yet.
    None,
    /// As it was written.
    Whole(Box<Journal>),
    /// Not as it was written.
    Damaged,
}

impl JournalFound {
    /// What it says, if it can be read.
    pub fn whole(&self) -> Option<&Journal> {
        match self {
            Self::Whole(journal) => Some(journal),
            _ => None,
        }
    }
}

impl Journal {
    /// Reads the journal of a workspace.
    ///
    /// # Errors
    /// The system does not let it be read.
    pub fn read(root: &Path) -> Result<JournalFound, StoreError> {
        let path = root.join(JOURNAL);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(JournalFound::None),
            Err(error) => return Err(io(&path)(error)),
        };
        let text = String::from_utf8(bytes).ok().and_then(|text| unsealed(&text).ok());
        let journal = text.and_then(|(text, _)| serde_json::from_str(&text).ok());
        Ok(journal.map_or(JournalFound::Damaged, |journal| JournalFound::Whole(Box::new(journal))))
    }

    /// Writes it, unless that is what it says already.
    pub fn write(&self, root: &Path) -> Result<(), StoreError> {
        if Self::read(root)?.whole() == Some(self) {
            return Ok(());
        }
        let path = root.join(JOURNAL);
        let text = serde_json::to_string_pretty(self)
            .map_err(|error| StoreError::Config { path: path.clone(), message: error.to_string() })?;
        write_atomic(&path, sealed(&text).as_bytes())
    }

    /// The write that was broken off: it began and its version was never published.
    pub fn broken_off(&self, newest: u64) -> Option<&Writing> {
        self.writing.as_ref().filter(|writing| writing.number > newest)
    }
}
