//! Published versions: one small file each binds the versions of all tables; it appears whole or not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::kill::{KillPoint, KillSwitch};
use super::whole::{self, Digests};
use super::{StoreError, Workspace, io, sync_folder, temporary_in};

/// One published version of the whole workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Counts from 1; 0 is the empty workspace before anything was published.
    pub number: u64,
    /// The newest export day among all files so far; the data is of this day.
    pub time: Option<NaiveDate>,
    /// What made it: `init`, `units`, `import`, `publication`, `purge` or `undo`.
    pub made_by: String,
    /// Delta version of each table.
    pub tables: BTreeMap<String, u64>,
    /// The files that this version added.
    pub files: Vec<SentFile>,
    /// The publication of which it records what was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publication: Option<PublicationNote>,
    /// What it removed for good; no version before it can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purge: Option<PurgeNote>,
    /// The purge that deleted this version's data, once it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purged_by: Option<u64>,
    /// The version whose content it shows again, where it takes changes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restores: Option<u64>,
    /// A repair gave it up: files of it were damaged or gone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lost: bool,
    /// What the data files and log entries were that it wrote, and those of older versions that no version told of.
    #[serde(default, skip_serializing_if = "Digests::is_empty")]
    pub written: Digests,
}

/// The publication that a version records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicationNote {
    /// Its name.
    pub name: String,
    /// The version whose figures it tells.
    pub data_version: u64,
    /// SHA-256 of the record of what it told; empty in versions of older programs.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sha256: String,
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
            publication: None,
            purge: None,
            purged_by: None,
            restores: None,
            lost: false,
            written: Digests::new(),
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
    replace(workspace.root(), &marked)
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

/// Puts a version file in the place of an older one of its number.
pub(super) fn replace(root: &Path, manifest: &Manifest) -> Result<(), StoreError> {
    let path = path_of(root, manifest.number);
    super::write_atomic(&path, &bytes(&path, manifest)?)
}

fn path_of(root: &Path, number: u64) -> PathBuf {
    root.join(whole::file_of(number))
}

fn bytes(path: &Path, manifest: &Manifest) -> Result<Vec<u8>, StoreError> {
    serde_json::to_string_pretty(manifest)
        .map(|text| whole::sealed(&text).into_bytes())
        .map_err(|error| StoreError::Config { path: path.to_owned(), message: error.to_string() })
}
