//! What can be put right without losing anything: nothing is deleted, and what nobody can explain is set aside.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::digest::{DataFile, Depth, verify};
use super::{FaultKind, Journal, Published, StoreFault, file_of};
use crate::leftovers::{self, Young};
use crate::version::{self, Manifest};
use crate::{StoreError, Workspace, WriteLock, delta, io};

/// The folder that takes what is set aside, below the workspace.
const ASIDE: &str = "set-aside";
/// More numbers than these are not made up for.
const MOST_GAPS: u64 = 1000;
/// One repair may show what another has to put right.
const ROUNDS: usize = 12;

/// One step of a repair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repair {
    /// The newest version file is written again from its copy in the journal.
    Restore {
        /// Its number.
        number: u64,
    },
    /// A file moves to the same place below `set-aside/`.
    SetAside {
        /// Below the workspace.
        path: PathBuf,
    },
    /// A version file gets the name of the number in it.
    Rename {
        /// Its name.
        path: PathBuf,
        /// Its number.
        number: u64,
    },
    /// A version that vanished, or files of which are damaged, is marked as lost; those after it stay.
    Lose {
        /// Its number.
        number: u64,
    },
    /// What a broken-off write had begun is ended, as the next import would.
    EndWrite {
        /// The version that it was to publish.
        number: u64,
    },
    /// The journal is written anew from the versions.
    RenewJournal,
}

impl Repair {
    /// Its id, the key of its sentence in the section `store` of `report-templates/wording.toml`.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Restore { .. } => "repair_restore",
            Self::SetAside { .. } => "repair_set_aside",
            Self::Rename { .. } => "repair_rename",
            Self::Lose { .. } => "repair_lose",
            Self::EndWrite { .. } => "repair_end_write",
            Self::RenewJournal => "repair_journal",
        }
    }

    /// The file that it is about, below the workspace.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        match self {
            Self::SetAside { path } | Self::Rename { path, .. } => path.clone(),
            Self::Restore { number } | Self::Lose { number } => file_of(*number),
            Self::EndWrite { .. } | Self::RenewJournal => super::JOURNAL.into(),
        }
    }

    /// The version that it is about; 0 for none.
    #[must_use]
    pub const fn number(&self) -> u64 {
        match self {
            Self::Restore { number }
            | Self::Rename { number, .. }
            | Self::Lose { number }
            | Self::EndWrite { number } => *number,
            Self::SetAside { .. } | Self::RenewJournal => 0,
        }
    }
}

/// What a repair would do first. There may be more to do after it.
///
/// # Errors
/// The system does not let a file be read.
pub(crate) fn plan(workspace: &Workspace) -> Result<Vec<Repair>, StoreError> {
    let published = Published::read(workspace.root())?;
    let newest = published.newest();
    let mut steps = Vec::new();
    for fault in &published.faults {
        steps.extend(step(workspace.root(), &published, fault)?);
    }
    if steps.is_empty() && published.faults.iter().any(|fault| fault.kind == FaultKind::JournalDamaged) {
        steps.push(Repair::RenewJournal);
    }
    if steps.is_empty() && published.refusal().is_ok() {
        let broken_off = published.journal.whole().and_then(|journal| journal.broken_off(newest));
        steps.extend(broken_off.map(|writing| Repair::EndWrite { number: writing.number }));
        steps.extend(lost(workspace, &published)?);
    }
    Ok(steps)
}

/// Does what [`plan`] says until nothing is left that can be done; says what it did.
///
/// # Errors
/// The system does not let a file be read, written or moved.
pub(crate) fn repair(workspace: &Workspace, lock: &WriteLock) -> Result<Vec<Repair>, StoreError> {
    let mut done = Vec::new();
    for _ in 0..ROUNDS {
        let steps = plan(workspace)?;
        if steps.is_empty() {
            break;
        }
        for step in &steps {
            carry_out(workspace, lock, step)?;
        }
        done.extend(steps);
    }
    Ok(done)
}

/// What puts a fault of the versions right.
fn step(root: &Path, published: &Published, fault: &StoreFault) -> Result<Vec<Repair>, StoreError> {
    let copy = published.journal.whole().and_then(|journal| journal.newest.as_ref()).map(|newest| newest.number);
    let aside = || Repair::SetAside { path: fault.path.clone() };
    Ok(match fault.kind {
        FaultKind::NewestMissing => copy.map(|number| Repair::Restore { number }).into_iter().collect(),
        FaultKind::VersionDamaged if copy.is_some_and(|number| fault.path == file_of(number)) => {
            let number = copy.unwrap_or_default();
            vec![aside(), Repair::Restore { number }]
        }
        FaultKind::VersionDamaged | FaultKind::VersionImpossible => vec![aside()],
        FaultKind::VersionMissing => {
            let numbers: BTreeSet<u64> = published.versions.iter().map(|version| version.number).collect();
            let first = fault.expected.split('–').next().and_then(|first| first.parse().ok()).unwrap_or(1);
            let gap: Vec<u64> =
                (first..).take(MOST_GAPS as usize + 1).take_while(|number| !numbers.contains(number)).collect();
            if gap.len() as u64 > MOST_GAPS {
                return Ok(Vec::new());
            }
            gap.into_iter().map(|number| Repair::Lose { number }).collect()
        }
        FaultKind::VersionMisnamed => {
            let number: u64 = fault.found.parse().unwrap_or_default();
            let is_free = number > 0 && !root.join(file_of(number)).exists();
            if is_free { vec![Repair::Rename { path: fault.path.clone(), number }] } else { vec![aside()] }
        }
        FaultKind::LogNewer => {
            let table = fault.table.as_deref().unwrap_or_default();
            let known: Option<u64> = fault.expected.parse().ok();
            let entries = delta::entries(&root.join("data").join(table), table, u64::MAX)?;
            let kept = known.map(delta::entry_below);
            let newer = entries.into_iter().filter(|entry| kept.as_ref().is_none_or(|kept| entry > kept));
            // The newest first, so that the log has no hole at any moment.
            let mut newer: Vec<Repair> =
                newer.map(|entry| Repair::SetAside { path: Path::new("data").join(table).join(entry) }).collect();
            newer.reverse();
            newer
        }
        _ => Vec::new(),
    })
}

/// Versions before the newest whose files are damaged or gone, if the newest itself is whole.
fn lost(workspace: &Workspace, published: &Published) -> Result<Vec<Repair>, StoreError> {
    let digests = published.digests();
    let purge = version::newest_purge(&published.versions);
    let mut lost = Vec::new();
    for version in published.versions.iter().rev().filter(|version| version.number >= purge && !version.lost) {
        let mut is_whole = true;
        for (table, at) in &version.tables {
            let files = match delta::files_of_all(workspace.place(table, &digests), &BTreeSet::from([*at])) {
                Ok(files) => files,
                // A log that cannot be read concerns the newest version, too.
                Err(StoreError::Damaged(_)) => return Ok(Vec::new()),
                Err(error) => return Err(error),
            };
            let files: Vec<DataFile> = files.iter().map(|file| DataFile::new(table, file)).collect();
            is_whole &= verify(workspace.root(), &files, &digests, Depth::Fast).is_empty();
        }
        if !is_whole && version.number == published.newest() {
            return Ok(Vec::new());
        }
        lost.extend((!is_whole).then_some(Repair::Lose { number: version.number }));
    }
    lost.reverse();
    Ok(lost)
}

fn carry_out(workspace: &Workspace, lock: &WriteLock, step: &Repair) -> Result<(), StoreError> {
    let root = workspace.root();
    match step {
        Repair::Restore { .. } => {
            let journal = Journal::read(root)?;
            let copy = journal.whole().and_then(|journal| journal.newest.as_ref());
            copy.map_or(Ok(()), |copy| version::replace(root, copy))
        }
        Repair::SetAside { path } => set_aside(root, path),
        Repair::Rename { path, number } => {
            let (from, to) = (root.join(path), root.join(file_of(*number)));
            fs::rename(&from, &to).map_err(io(&from))
        }
        Repair::Lose { number } => lose(workspace, *number),
        Repair::EndWrite { .. } => {
            leftovers::roll_back(workspace, lock)?;
            leftovers::sweep(workspace, lock, Young::Keep).map(drop)
        }
        Repair::RenewJournal => {
            let versions = Published::read(root)?.versions;
            let newest = versions.last().cloned();
            let published = newest.as_ref().map_or(0, |newest| newest.number);
            Journal { published, newest, ..Journal::default() }.write(root)
        }
    }
}

/// Marks a version as lost. What its file said is set aside.
fn lose(workspace: &Workspace, number: u64) -> Result<(), StoreError> {
    let root = workspace.root();
    let known = Published::read(root)?.versions.into_iter().find(|version| version.number == number);
    if known.is_some() {
        let to = free(&root.join(ASIDE).join(file_of(number)))?;
        fs::copy(root.join(file_of(number)), &to).map_err(io(&to))?;
    }
    let lost = known.unwrap_or_else(|| Manifest { number, made_by: "repair".to_owned(), ..Manifest::empty() });
    version::replace(root, &Manifest { tables: std::collections::BTreeMap::new(), lost: true, ..lost })
}

fn set_aside(root: &Path, path: &Path) -> Result<(), StoreError> {
    let (from, to) = (root.join(path), free(&root.join(ASIDE).join(path))?);
    fs::rename(&from, &to).map_err(io(&from))
}

/// The path, or one with a number behind it if there is something; its folder is made.
fn free(path: &Path) -> Result<PathBuf, StoreError> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(io(folder))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let taken = |name: &String| folder.join(name).exists();
    let others = (2..).map(|number| format!("{name}.{number}"));
    let free = std::iter::once(name.clone()).chain(others).find(|name| !taken(name));
    Ok(folder.join(free.unwrap_or(name)))
}
