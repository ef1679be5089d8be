//! Removes what killed writes leave behind and what no version needs after a purge.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::kill::KillPoint;
use super::version::{self, Manifest};
use super::whole::{Age, Clock, Digests, Journal, Published, key};
use super::{StoreError, Workspace, WriteLock, delta, io, schema};

/// Files deleted, and those that stay although no version needs them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Deleted {
    /// How many were deleted.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Those that are younger than a day.
    pub young: u64,
    /// Those that were changed later than now, by the clock of the disk.
    pub later: u64,
    /// Those that nothing explains.
    pub unexplained: u64,
}

/// What becomes of files younger than a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Young {
    /// They stay: somebody may still look for them.
    Keep,
    /// They go, too.
    Delete,
}

impl Deleted {
    /// Deletes a file if it is old enough; says whether it did.
    fn file(&mut self, path: &Path, clock: &Clock, young: Young) -> Result<bool, StoreError> {
        let metadata = fs::metadata(path).map_err(io(path))?;
        match clock.age(&metadata) {
            Age::Young if young == Young::Keep => self.young += 1,
            Age::Later if young == Young::Keep => self.later += 1,
            _ => {
                fs::remove_file(path).map_err(io(path))?;
                self.bytes += metadata.len();
                self.files += 1;
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Brings the workspace to where the newest published version says it is: log entries of writes that were never
/// published go, and a purge that was killed half-way through its deletions is finished. Says which one that was.
pub(super) fn roll_back(workspace: &Workspace, lock: &WriteLock) -> Result<Option<u64>, StoreError> {
    let history = Published::read(workspace.root())?.versions;
    shorten_logs(workspace, history.last())?;
    let purge = version::newest_purge(&history);
    let unfinished = history.iter().any(|version| version.number < purge && version.purged_by.is_none());
    if unfinished {
        finish_purge(workspace, lock, &history, purge)?;
    }
    Ok(unfinished.then_some(purge))
}

/// Deletes what only purged versions needed, then marks those versions, so that what is marked is gone for good.
pub(super) fn finish_purge(
    workspace: &Workspace,
    lock: &WriteLock,
    history: &[Manifest],
    purge: u64,
) -> Result<Deleted, StoreError> {
    let deleted = sweep(workspace, lock, Young::Delete)?;
    workspace.kill.pass(KillPoint::FilesDeleted);
    let names = version::unnamed(history);
    for version in history.iter().filter(|version| version.number < purge) {
        version::mark(workspace, version, purge, &names)?;
        workspace.kill.pass(KillPoint::VersionMarked);
    }
    Ok(deleted)
}

/// Deletes what is explained and no readable version needs, and folders that are empty then; the journal keeps what
/// stays of it.
pub(super) fn sweep(workspace: &Workspace, _lock: &WriteLock, young: Young) -> Result<Deleted, StoreError> {
    let published = Published::read(workspace.root())?;
    let needed = needed_files(workspace, &published.versions)?;
    let orphans = Orphans::find(workspace, &published, &needed)?;
    let clock = Clock::of(workspace.root())?;
    let mut deleted = Deleted { unexplained: orphans.strange.len() as u64, ..Deleted::default() };
    let mut left = BTreeSet::new();
    for (key, path) in &orphans.explained {
        if deleted.file(path, &clock, young)? {
            workspace.kill.pass(KillPoint::FileDeleted);
        } else {
            left.insert(key.clone());
        }
    }
    for path in &orphans.temporary {
        if deleted.file(path, &clock, young)? {
            workspace.kill.pass(KillPoint::FileDeleted);
        }
    }
    for folder in entries(&workspace.root().join("data"))?.into_iter().filter(|path| path.is_dir()) {
        drop_empty(&folder)?;
    }
    let newest = published.versions.last().cloned();
    Journal { published: published.newest(), writing: None, leftovers: left, newest }.write(workspace.root())?;
    Ok(deleted)
}

/// What is below a workspace and no readable version needs. Keys are those of digests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Orphans {
    /// Files of broken-off writes, and those that only purged versions needed.
    pub explained: BTreeMap<String, PathBuf>,
    /// Files that nothing explains.
    pub strange: BTreeMap<String, PathBuf>,
    /// Files under names of unfinished writes.
    pub temporary: Vec<PathBuf>,
}

impl Orphans {
    /// Looks at every file below `data/`, and for temporary files beside it.
    pub fn find(
        workspace: &Workspace,
        published: &Published,
        needed: &BTreeMap<String, BTreeSet<String>>,
    ) -> Result<Self, StoreError> {
        let needed: BTreeSet<String> =
            needed.iter().flat_map(|(table, files)| files.iter().map(|file| key(table, file))).collect();
        let purged = purged_files(workspace, published)?;
        let journal = published.journal.whole();
        let broken_off = journal.and_then(|journal| journal.broken_off(published.newest()));
        let is_explained = |key: &String| {
            purged.contains(key)
                || journal.is_some_and(|journal| journal.leftovers.contains(key))
                || broken_off.is_some_and(|writing| !writing.strange.contains(key))
        };
        let data = workspace.root().join("data");
        let mut found = Self::default();
        for path in files_below(&data)? {
            let key = key_of(&data, &path);
            match () {
                () if is_temporary(&path) => found.temporary.push(path),
                () if in_log(&path) || needed.contains(&key) => {}
                () if is_explained(&key) => drop(found.explained.insert(key, path)),
                () => drop(found.strange.insert(key, path)),
            }
        }
        for folder in [workspace.root().to_owned(), workspace.root().join("versions")] {
            found.temporary.extend(entries(&folder)?.into_iter().filter(|path| path.is_file() && is_temporary(path)));
        }
        Ok(found)
    }
}

/// The path of a file below `data/`, with `/` between folders.
fn key_of(data: &Path, path: &Path) -> String {
    let below = path.strip_prefix(data).unwrap_or(path);
    let names: Vec<_> = below.iter().map(|name| name.to_string_lossy()).collect();
    names.join("/")
}

/// Files that versions needed before the newest purge: the logs tell them.
fn purged_files(workspace: &Workspace, published: &Published) -> Result<BTreeSet<String>, StoreError> {
    let purge = version::newest_purge(&published.versions);
    let Some(purge) = published.versions.iter().find(|version| version.number == purge) else {
        return Ok(BTreeSet::new());
    };
    let digests = published.digests();
    let mut found = BTreeSet::new();
    for (table, at) in &purge.tables {
        let files = delta::files_until(workspace.place(table, &digests), *at)?;
        found.extend(files.iter().map(|file| key(table, file)));
    }
    Ok(found)
}

/// Whether a folder holds nothing, or no more than a killed `init` leaves: empty folders of these names, the
/// configuration, temporary files.
pub(super) fn only_begun(root: &Path, folders: &[&str]) -> Result<bool, StoreError> {
    for path in entries(root)? {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let empty = folders.contains(&name) && path.is_dir() && entries(&path)?.is_empty();
        if !empty && name != "cchc.toml" && !is_temporary(&path) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Of each table the versions that readable versions of the workspace name.
pub(super) fn readable(history: &[Manifest]) -> BTreeMap<String, BTreeSet<u64>> {
    let purge = version::newest_purge(history);
    let mut versions: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
    for (table, version) in history.iter().filter(|version| version.number >= purge).flat_map(|one| &one.tables) {
        versions.entry(table.clone()).or_default().insert(*version);
    }
    versions
}

/// Of each table the files of all versions that can be read.
pub(super) fn needed_files(
    workspace: &Workspace,
    history: &[Manifest],
) -> Result<BTreeMap<String, BTreeSet<String>>, StoreError> {
    let digests: Digests = history.iter().flat_map(|version| version.written.clone()).collect();
    readable(history)
        .into_iter()
        .map(|(table, versions)| {
            let files = delta::files_of_all(workspace.place(&table, &digests), &versions)?;
            Ok((table, files))
        })
        .collect()
}

/// Log entries behind the published one, the newest first, so that the log has no hole at any moment.
fn shorten_logs(workspace: &Workspace, published: Option<&Manifest>) -> Result<(), StoreError> {
    for table in schema::table_names() {
        let log = workspace.table_path(table).join("_delta_log");
        if !log.is_dir() {
            continue;
        }
        let kept = published.and_then(|manifest| manifest.tables.get(table)).copied();
        let mut behind: Vec<(u64, PathBuf)> = entries(&log)?
            .into_iter()
            .filter_map(|path| Some((entry_number(&path)?, path)))
            .filter(|(number, _)| kept.is_none_or(|kept| *number > kept))
            .collect();
        behind.sort_by(|left, right| right.cmp(left));
        let hint = log.join("_last_checkpoint");
        if !behind.is_empty() && hint.exists() {
            fs::remove_file(&hint).map_err(io(&hint))?;
        }
        for (_, path) in behind {
            fs::remove_file(&path).map_err(io(&path))?;
        }
        if kept.is_none() {
            drop_empty(&log)?;
        }
    }
    Ok(())
}

/// The version that a file of a log belongs to: `00000000000000000007.json`, `….checkpoint.parquet`.
fn entry_number(path: &Path) -> Option<u64> {
    let name = path.file_name()?.to_str()?;
    name.split_once('.').filter(|(digits, _)| digits.len() == 20).and_then(|(digits, _)| digits.parse().ok())
}

pub(super) fn in_log(path: &Path) -> bool {
    path.parent().and_then(Path::file_name).is_some_and(|folder| folder == "_delta_log")
}

/// Files under the names that unfinished writes use: `.tmpXXXXXX` ours, `NAME#1` those of the log's own store.
fn is_temporary(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
    let ours = name.strip_prefix(".tmp").is_some_and(|rest| rest.len() == 6);
    let theirs = in_log(path)
        && name
            .rsplit_once('#')
            .is_some_and(|(_, count)| !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit()));
    ours || theirs
}

/// Deletes the folders below and the folder itself as far as they are empty.
fn drop_empty(folder: &Path) -> Result<(), StoreError> {
    for below in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
        drop_empty(&below)?;
    }
    if entries(folder)?.is_empty() {
        fs::remove_dir(folder).map_err(io(folder))?;
    }
    Ok(())
}

pub(super) fn files_below(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut found = Vec::new();
    for path in entries(folder)? {
        if path.is_dir() {
            found.extend(files_below(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

/// What a folder holds, sorted.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .map_err(io(folder))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(io(folder))?;
    found.sort();
    Ok(found)
}
