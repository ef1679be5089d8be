//! Published versions: one small file each binds the versions of all tables; it appears whole or not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::kill::{KillPoint, KillSwitch};
use super::{StoreError, Workspace, io, sync_folder, temporary_in};

/// One published version of the whole workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Counts from 1; 0 is the empty workspace before anything was published.
    pub number: u64,
    /// The newest export day among all files so far; the data is of this day.
    pub time: Option<NaiveDate>,
    /// What made it: `init`, `units`, `import` or `purge`.
    pub made_by: String,
    /// Delta version of each table.
    pub tables: BTreeMap<String, u64>,
    /// The files that this version added.
    pub files: Vec<SentFile>,
    /// What it removed for good; no version before it can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purge: Option<PurgeNote>,
    /// The purge that deleted this version's data, once it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purged_by: Option<u64>,
}

/// The record of a purge: numbers, and never what it removed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurgeNote {
    /// The purged imports.
    pub imports: BTreeSet<u64>,
    /// How many dossiers were named to be purged and found.
    pub dossiers: u64,
    /// Rows removed, of all tables.
    pub removed: u64,
    /// Rows that went back to the state before the purged imports.
    pub restored: u64,
    /// Cells emptied in rows that stay.
    pub emptied: u64,
    /// Files whose names were replaced, by their SHA-256.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub unnamed: BTreeSet<String>,
    /// Why, in the words of whoever purged.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
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
        Self {
            number: 0,
            time: None,
            made_by: String::new(),
            tables: BTreeMap::new(),
            files: Vec::new(),
            purge: None,
            purged_by: None,
        }
    }
}

impl SentFile {
    /// What stands for a name that was purged; the same for the same bytes.
    #[must_use]
    pub fn nameless(sha256: &str) -> String {
        format!("sha256-{}", sha256.get(..16).unwrap_or(sha256))
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
    let purges: Vec<u64> = versions.iter().filter(|version| version.purge.is_some()).map(|one| one.number).collect();
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
    let found = found.ok_or_else(|| StoreError::NoVersion(wanted.to_owned()))?;
    match purges.into_iter().find(|purge| found.number < *purge) {
        Some(by) => Err(StoreError::Purged { number: found.number, by }),
        None => Ok(found),
    }
}

/// The number of the newest purge: no version before it can be read. 0 if nothing was ever purged.
pub(super) fn newest_purge(history: &[Manifest]) -> u64 {
    history.iter().rfind(|version| version.purge.is_some()).map_or(0, |version| version.number)
}

/// Files whose name was purged.
pub(super) fn unnamed(history: &[Manifest]) -> BTreeSet<&str> {
    history
        .iter()
        .filter_map(|version| version.purge.as_ref())
        .flat_map(|purge| &purge.unnamed)
        .map(String::as_str)
        .collect()
}

/// Marks a version as purged: it names no tables any more, and no file whose name was purged.
pub(super) fn mark(
    workspace: &Workspace,
    version: &Manifest,
    purge: u64,
    unnamed: &BTreeSet<&str>,
) -> Result<(), StoreError> {
    let mut marked = version.clone();
    marked.tables.clear();
    marked.purged_by = version.purged_by.or(Some(purge));
    for file in marked.files.iter_mut().filter(|file| unnamed.contains(file.sha256.as_str())) {
        file.file = SentFile::nameless(&file.sha256);
    }
    if marked == *version {
        return Ok(());
    }
    let path = path_of(workspace.root(), version.number);
    super::write_atomic(&path, &bytes(&path, &marked)?)
}

/// Makes a version visible; the one atomic step of an import.
pub(super) fn publish(root: &Path, manifest: &Manifest, kill: &KillSwitch) -> Result<(), StoreError> {
    use std::io::Write;
    let path = path_of(root, manifest.number);
    let folder = root.join("versions");
    let bytes = bytes(&path, manifest)?;
    let mut file = temporary_in(&folder).map_err(io(&path))?;
    kill.pass(KillPoint::ManifestBegun);
    file.write_all(&bytes).map_err(io(&path))?;
    kill.pass(KillPoint::ManifestWritten);
    file.as_file().sync_all().map_err(io(&path))?;
    kill.pass(KillPoint::ManifestSynced);
    file.persist(&path).map_err(|error| StoreError::Io { path, source: error.error })?;
    kill.pass(KillPoint::ManifestRenamed);
    sync_folder(&folder)
}

fn path_of(root: &Path, number: u64) -> PathBuf {
    root.join("versions").join(format!("{number:08}.json"))
}

fn bytes(path: &Path, manifest: &Manifest) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec_pretty(manifest)
        .map_err(|error| StoreError::Config { path: path.to_owned(), message: error.to_string() })
}
