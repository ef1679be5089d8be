//! Published versions: one small file each binds the versions of all tables; it appears whole or not at all.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{StoreError, io};

/// One published version of the whole workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Counts from 1; 0 is the empty workspace before anything was published.
    pub number: u64,
    /// The newest export day among all files so far; the data is of this day.
    pub time: Option<NaiveDate>,
    /// What made it: `init`, `units` or `import`.
    pub made_by: String,
    /// Delta version of each table.
    pub tables: BTreeMap<String, u64>,
    /// The files that this version added.
    pub files: Vec<SentFile>,
}

/// One file of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentFile {
    /// As the user named it, plus the path below.
    pub file: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Day of export, if known.
    pub exported_at: Option<NaiveDate>,
}

impl Manifest {
    /// What a workspace holds before the first version.
    #[must_use]
    pub const fn empty() -> Self {
        Self { number: 0, time: None, made_by: String::new(), tables: BTreeMap::new(), files: Vec::new() }
    }
}

/// All versions, oldest first.
pub(super) fn all(root: &Path) -> Result<Vec<Manifest>, StoreError> {
    let folder = root.join("versions");
    let mut paths: Vec<_> = fs::read_dir(&folder)
        .map_err(io(&folder))?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).map_err(io(&path))?;
            serde_json::from_str(&text).map_err(|error| StoreError::Config { path, message: error.to_string() })
        })
        .collect()
}

/// By number or day; the newest without either.
pub(super) fn find(root: &Path, as_of: Option<&str>) -> Result<Manifest, StoreError> {
    let versions = all(root)?;
    let Some(wanted) = as_of else {
        return Ok(versions.into_iter().next_back().unwrap_or_else(Manifest::empty));
    };
    let found = if let Ok(number) = wanted.parse::<u64>() {
        versions.into_iter().find(|version| version.number == number)
    } else if let Ok(day) = wanted.parse::<NaiveDate>() {
        versions.into_iter().rfind(|version| version.time.is_some_and(|time| time <= day))
    } else {
        None
    };
    found.ok_or_else(|| StoreError::NoVersion(wanted.to_owned()))
}

/// Makes a version visible; the one atomic step of an import.
pub(super) fn publish(root: &Path, manifest: &Manifest) -> Result<(), StoreError> {
    let path = root.join("versions").join(format!("{:08}.json", manifest.number));
    let text = serde_json::to_vec_pretty(manifest)
        .map_err(|error| StoreError::Config { path: path.clone(), message: error.to_string() })?;
    super::write_atomic(&path, &text)
}
