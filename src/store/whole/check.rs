//! Looks at every file of a workspace: all that any kept version names by SHA-256, and what nothing names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::digest::{DataFile, Depth, Digests, verify};
use super::record::record_fault;
use super::{Age, Clock, FaultKind, JOURNAL, Published, StoreFault};
use crate::leftovers::{Orphans, files_below, readable};
use crate::{StoreError, Workspace, delta};

/// The folder of logs, as keys of digests hold it.
const LOG: &str = "/_delta_log/";

/// All that is wrong with a workspace or worth knowing, errors first.
///
/// # Errors
/// The system does not let a folder be read.
pub(crate) fn check(workspace: &Workspace) -> Result<Vec<StoreFault>, StoreError> {
    let root = workspace.root();
    let is_busy = matches!(workspace.lock(false, || ()), Err(StoreError::Busy(_)));
    let published = Published::read(root)?;
    let digests = published.digests();
    let mut faults = published.faults.clone();
    faults.extend(entries(root, &digests));
    let (needed, unreadable) = needed(workspace, &published, &digests)?;
    faults.extend(unreadable);
    let files: Vec<DataFile> =
        needed.iter().flat_map(|(table, files)| files.iter().map(|file| DataFile::new(table, file))).collect();
    faults.extend(verify(root, &files, &digests, Depth::Thorough));
    let unhashed = files.iter().filter(|file| !digests.contains_key(&file.key())).count();
    faults.extend((unhashed > 0).then(|| StoreFault::new(FaultKind::Unhashed, "data").found(unhashed)));
    faults.extend(published.versions.iter().filter_map(|version| record_fault(root, version)));
    let lost = published.versions.iter().filter(|version| version.lost);
    faults.extend(
        lost.map(|version| {
            StoreFault::new(FaultKind::VersionLost, super::file_of(version.number)).found(version.number)
        }),
    );
    faults.extend(writes(&published, is_busy));
    let is_known = !faults.iter().any(|fault| matches!(fault.kind, FaultKind::LogMissing | FaultKind::LogChanged));
    if is_known && !is_busy {
        faults.extend(orphans(workspace, &published, &needed)?);
    }
    faults.extend(owners_and_times(root)?);
    faults.sort_by(|left, right| {
        (std::cmp::Reverse(left.kind.level()), left.kind, &left.path).cmp(&(
            std::cmp::Reverse(right.kind.level()),
            right.kind,
            &right.path,
        ))
    });
    faults.dedup_by(|left, right| left.path == right.path && left.kind == right.kind);
    Ok(faults)
}

/// Entries of logs that are gone or changed.
fn entries(root: &Path, digests: &Digests) -> Vec<StoreFault> {
    let files: Vec<DataFile> = digests
        .keys()
        .filter(|key| key.contains(LOG))
        .filter_map(|key| key.split_once('/').map(|(table, file)| DataFile::new(table, file)))
        .collect();
    let mut faults = verify(root, &files, digests, Depth::Thorough);
    for fault in &mut faults {
        fault.kind = match fault.kind {
            FaultKind::FileMissing => FaultKind::LogMissing,
            FaultKind::FileLength | FaultKind::FileChanged => FaultKind::LogChanged,
            other => other,
        };
    }
    faults
}

/// Files that readable versions need, by table.
pub(super) type Needed = BTreeMap<String, BTreeSet<String>>;

/// The files of all readable versions, and what is wrong with logs that cannot tell them.
fn needed(
    workspace: &Workspace,
    published: &Published,
    digests: &Digests,
) -> Result<(Needed, Vec<StoreFault>), StoreError> {
    let (mut needed, mut faults) = (Needed::new(), Vec::new());
    for (table, versions) in readable(&published.versions) {
        match delta::files_of_all(workspace.place(&table, digests), &versions) {
            Ok(files) => drop(needed.insert(table, files)),
            Err(StoreError::Damaged(found)) => faults.extend(found.0),
            Err(error) => return Err(error),
        }
    }
    Ok((needed, faults))
}

/// The write that is at work, or that was broken off.
fn writes(published: &Published, is_busy: bool) -> Option<StoreFault> {
    let journal = published.journal.whole();
    if is_busy {
        let writing = journal.and_then(|journal| journal.writing.as_ref());
        let process = writing.map_or_else(|| "?".to_owned(), |writing| writing.process.to_string());
        return Some(StoreFault::new(FaultKind::Writing, "import.lock").found(process));
    }
    let writing = journal.and_then(|journal| journal.broken_off(published.newest()))?;
    Some(StoreFault::new(FaultKind::BrokenOff, JOURNAL).expected(writing.number).found(writing.process))
}

fn orphans(workspace: &Workspace, published: &Published, needed: &Needed) -> Result<Vec<StoreFault>, StoreError> {
    let root = workspace.root();
    let orphans = Orphans::find(workspace, published, needed)?;
    let of = |kind: FaultKind, key: &str| match key.split_once('/') {
        Some((table, file)) => StoreFault::of_table(kind, table, file),
        None => StoreFault::new(kind, Path::new("data").join(key)),
    };
    let strange = orphans.strange.keys().map(|key| of(FaultKind::Unexplained, key));
    let explained = orphans.explained.keys().map(|key| of(FaultKind::Leftover, key));
    let temporary = orphans
        .temporary
        .iter()
        .map(|path| StoreFault::new(FaultKind::Temporary, path.strip_prefix(root).unwrap_or(path)));
    Ok(strange.chain(explained).chain(temporary).collect())
}

/// Files of another user than the workspace's, and files of a time to come. The disk may be one that can only be read:
/// then nobody asks it for the time.
fn owners_and_times(root: &Path) -> Result<Vec<StoreFault>, StoreError> {
    let clock = Clock::of(root).ok();
    let owner = std::fs::metadata(root).ok().as_ref().and_then(owner_of);
    let mut faults = Vec::new();
    for path in ["data", "versions"].iter().map(|name| root.join(name)).filter(|folder| folder.is_dir()) {
        for path in files_below(&path)? {
            let Ok(metadata) = std::fs::metadata(&path) else { continue };
            let below = path.strip_prefix(root).unwrap_or(&path);
            if let Some(other) = owner_of(&metadata).filter(|of| owner.is_some_and(|owner| owner != *of)) {
                faults.push(StoreFault::new(FaultKind::OtherOwner, below).found(other).expected(owner.unwrap_or(0)));
            }
            if clock.is_some_and(|clock| clock.age(&metadata) == Age::Later) {
                faults.push(StoreFault::new(FaultKind::LaterThanNow, below));
            }
        }
    }
    Ok(faults)
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems know no number of an owner")]
fn owner_of(metadata: &std::fs::Metadata) -> Option<u32> {
    Some(std::os::unix::fs::MetadataExt::uid(metadata))
}

#[cfg(not(unix))]
fn owner_of(_: &std::fs::Metadata) -> Option<u32> {
    None
}
