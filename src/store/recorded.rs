//! When and by whom versions were written, as the machine said; kept beside them, since no figure may depend on it.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;

use serde::{Deserialize, Serialize};

use super::{StoreError, Workspace, io};

/// The file of a workspace.
const RECORD: &str = "history.log";

/// What the machine said about the writing of a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// The version.
    pub version: u64,
    /// Local time by the clock of the machine.
    pub at: String,
    /// Name of the user.
    pub by: String,
}

impl Workspace {
    /// What was recorded, by version. Lines that cannot be read are as if they were not there.
    #[must_use]
    pub fn recorded(&self) -> BTreeMap<u64, Recorded> {
        let text = fs::read_to_string(self.root().join(RECORD)).unwrap_or_default();
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Recorded>(line).ok());
        lines.map(|line| (line.version, line)).collect()
    }

    /// Records when and by whom the versions were written that have no record and are newer than one.
    ///
    /// # Errors
    /// The versions cannot be read, or the file cannot be written.
    pub fn record_writing(&self, newer_than: u64, at: &str, by: &str) -> Result<(), StoreError> {
        let known = self.recorded();
        let versions = self.history()?.into_iter().map(|one| one.number);
        let new = versions.filter(|number| *number > newer_than && !known.contains_key(number));
        let mut lines = String::new();
        for version in new {
            let line = Recorded { version, at: at.to_owned(), by: by.to_owned() };
            lines.push_str(&serde_json::to_string(&line).expect("two texts and a number"));
            lines.push('\n');
        }
        if lines.is_empty() {
            return Ok(());
        }
        let path = self.root().join(RECORD);
        let file = OpenOptions::new().create(true).append(true).open(&path);
        file.and_then(|mut file| file.write_all(lines.as_bytes())).map_err(io(&path))
    }
}
