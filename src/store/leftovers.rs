//! Removes what killed writes leave behind and what no version needs after a purge.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::kill::KillPoint;
use super::version::{self, Manifest};
use super::{StoreError, Workspace, WriteLock, delta, io, schema};

/// Files deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Deleted {
    /// How many.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Deleted {
    fn file(&mut self, path: &Path) -> Result<(), StoreError> {
        self.bytes += fs::metadata(path).map_err(io(path))?.len();
        fs::remove_file(path).map_err(io(path))?;
        self.files += 1;
        Ok(())
    }
}

/// Brings the workspace to where the newest published version says it is: log entries of writes that were never
/// published go, and a purge that was killed half-way through its deletions is finished. Says which one that was.
pub(super) fn roll_back(workspace: &Workspace, lock: &WriteLock) -> Result<Option<u64>, StoreError> {
    let history = workspace.history()?;
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
    let deleted = sweep(workspace, lock)?;
    workspace.kill.pass(KillPoint::FilesDeleted);
    let names = version::unnamed(history);
    for version in history.iter().filter(|version| version.number < purge) {
        version::mark(workspace, version, purge, &names)?;
        workspace.kill.pass(KillPoint::VersionMarked);
    }
    Ok(deleted)
}

/// Deletes data files that no readable version needs, temporary files, and folders that are empty then.
pub(super) fn sweep(workspace: &Workspace, _lock: &WriteLock) -> Result<Deleted, StoreError> {
    let mut needed = BTreeSet::new();
    for (table, files) in needed_files(workspace, &workspace.history()?)? {
        needed.extend(files.iter().map(|file| workspace.table_path(&table).join(file)));
    }
    let data = workspace.root().join("data");
    let mut deleted = Deleted::default();
    for path in files_below(&data)? {
        let is_data = path.extension().is_some_and(|extension| extension == "parquet") && !in_log(&path);
        if is_data && !needed.contains(&path) || is_temporary(&path) {
            deleted.file(&path)?;
            workspace.kill.pass(KillPoint::FileDeleted);
        }
    }
    for folder in [workspace.root().to_owned(), workspace.root().join("versions")] {
        for path in entries(&folder)?.into_iter().filter(|path| path.is_file() && is_temporary(path)) {
            deleted.file(&path)?;
        }
    }
    for folder in entries(&data)?.into_iter().filter(|path| path.is_dir()) {
        drop_empty(&folder)?;
    }
    Ok(deleted)
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

/// Of each table the files of all versions that can be read.
pub(super) fn needed_files(
    workspace: &Workspace,
    history: &[Manifest],
) -> Result<BTreeMap<String, BTreeSet<String>>, StoreError> {
    let purge = version::newest_purge(history);
    let mut versions: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
    for (table, version) in history.iter().filter(|version| version.number >= purge).flat_map(|one| &one.tables) {
        versions.entry(table.clone()).or_default().insert(*version);
    }
    versions
        .into_iter()
        .map(|(table, versions)| {
            let path = workspace.table_path(&table);
            let files = delta::files_of_all(&path, &table, &versions)?;
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

fn in_log(path: &Path) -> bool {
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

fn files_below(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
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
