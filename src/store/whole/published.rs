//! The published versions as their files tell them, and what is wrong with their numbers, names and contents.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::NaiveDate;

use super::journal::{Journal, JournalFound};
use super::seal::{Seal, unsealed};
use super::{Digests, FaultKind, Faults, JOURNAL, StoreFault};
use crate::version::{Manifest, newest_purge};
use crate::{StoreError, delta, io, schema};
use cchc_model::Level;

/// Names of version files have eight digits.
const LARGEST: u64 = 99_999_999;

/// A write may be at work while files are read one by one: what looks wrong then is right a moment later.
const ATTEMPTS: u32 = 4;
const PAUSE: Duration = Duration::from_millis(15);

/// What the version files of a workspace, its journal and the logs of its tables say together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Published {
    /// The whole versions, oldest first.
    pub versions: Vec<Manifest>,
    /// What is wrong.
    pub faults: Vec<StoreFault>,
    pub journal: JournalFound,
    /// Versions whose files an older program wrote, without a seal.
    pub unsealed: Vec<u64>,
    /// Numbers of versions that were published and cannot be read, each with what is wrong.
    absent: BTreeMap<u64, StoreFault>,
}

impl Published {
    /// Reads all of it, again if something looks wrong.
    ///
    /// # Errors
    /// The system does not let a file be read.
    pub fn read(root: &Path) -> Result<Self, StoreError> {
        let mut found = Self::read_once(root)?;
        for _ in 1..ATTEMPTS {
            if found.faults.is_empty() {
                break;
            }
            std::thread::sleep(PAUSE);
            found = Self::read_once(root)?;
        }
        Ok(found)
    }

    /// A write commits to the logs, then publishes, then says so in the journal: read the other way round, each is at
    /// least as new as the one before.
    fn read_once(root: &Path) -> Result<Self, StoreError> {
        let logs = newest_entries(root)?;
        let journal = Journal::read(root)?;
        let (versions, faults, unsealed, absent) = (Vec::new(), Vec::new(), Vec::new(), BTreeMap::new());
        let mut found = Self { versions, faults, journal, unsealed, absent };
        found.read_files(root)?;
        found.find_gaps();
        found.find_newer(&logs);
        if found.journal == JournalFound::Damaged {
            found.faults.push(StoreFault::new(FaultKind::JournalDamaged, JOURNAL));
        }
        Ok(found)
    }

    /// The number of the newest whole version; 0 if there is none.
    pub fn newest(&self) -> u64 {
        self.versions.last().map_or(0, |version| version.number)
    }

    /// What keeps anything from being written.
    pub fn refusal(&self) -> Result<(), StoreError> {
        Faults::refuse(self.faults.iter().filter(|fault| fault.kind.level() == Level::Error).cloned().collect())
    }

    /// The version of a number, or the newest not later than a day; the newest without either.
    ///
    /// # Errors
    /// There is none, it can be read no more, or a later one vanished that might have been meant.
    pub fn find(self, as_of: Option<&str>) -> Result<Manifest, StoreError> {
        let purge = newest_purge(&self.versions);
        let Some(wanted) = as_of else {
            return self.unless_a_later_vanished(self.versions.last().cloned().unwrap_or_else(Manifest::empty));
        };
        let no_version = || StoreError::NoVersion(wanted.to_owned());
        let found = if let Ok(number) = wanted.parse::<u64>() {
            if let Some(fault) = self.absent.get(&number) {
                return Err(StoreError::Damaged(Faults(vec![fault.clone()])));
            }
            self.versions.into_iter().find(|version| version.number == number).ok_or_else(no_version)?
        } else {
            let day = NaiveDate::parse_from_str(wanted, "%d/%m/%Y");
            let day = wanted.parse().or(day).map_err(|_| no_version())?;
            let is_older = |version: &&Manifest| !version.lost && version.time.is_some_and(|time| time <= day);
            let found = self.versions.iter().rfind(is_older).cloned();
            self.unless_a_later_vanished(found.unwrap_or_else(Manifest::empty))?;
            self.versions.iter().rfind(is_older).cloned().ok_or_else(no_version)?
        };
        if found.number < purge {
            return Err(StoreError::Purged { number: found.number, by: purge });
        }
        if found.lost { Err(StoreError::Lost(found.number)) } else { Ok(found) }
    }

    fn unless_a_later_vanished(&self, found: Manifest) -> Result<Manifest, StoreError> {
        let later = self.absent.range(found.number + 1..).map(|(_, fault)| fault.clone());
        Faults::refuse(later.collect())?;
        Ok(found)
    }

    /// All digests that versions keep.
    pub fn digests(&self) -> Digests {
        self.versions.iter().flat_map(|version| version.written.clone()).collect()
    }

    fn read_files(&mut self, root: &Path) -> Result<(), StoreError> {
        for path in version_files(root)? {
            let below = Path::new("versions").join(path.file_name().unwrap_or_default());
            let number = match named(&path) {
                Ok(number) => number,
                Err(kind) => {
                    self.faults.push(StoreFault::new(kind, below));
                    continue;
                }
            };
            let fault = match read_version(&path)? {
                Some((manifest, seal)) if manifest.number == number => {
                    self.unsealed.extend((seal == Seal::None).then_some(number));
                    self.versions.push(manifest);
                    continue;
                }
                Some((manifest, _)) => {
                    let kind = if manifest.number > LARGEST {
                        FaultKind::VersionImpossible
                    } else {
                        FaultKind::VersionMisnamed
                    };
                    StoreFault::new(kind, below).expected(number).found(manifest.number)
                }
                None => StoreFault::new(FaultKind::VersionDamaged, below).expected(number),
            };
            self.absent.insert(number, fault.clone());
            self.faults.push(fault);
        }
        Ok(())
    }

    /// Numbers without a file, up to the newest that any file or the journal knows.
    fn find_gaps(&mut self) {
        let newest = self.newest();
        let published = self.journal.whole().map_or(0, |journal| journal.published).min(LARGEST);
        let mut known: Vec<u64> = self.versions.iter().map(|version| version.number).collect();
        // The name of a file that says another number, or none that can be, is no witness.
        let damaged = self.absent.iter().filter(|(_, fault)| fault.kind == FaultKind::VersionDamaged);
        known.extend(damaged.map(|(number, _)| *number));
        known.push(published.max(newest) + 1);
        known.sort_unstable();
        let mut before = 0;
        for number in known {
            if number > before + 1 {
                let (first, last) = (before + 1, number - 1);
                let kind = if last > newest { FaultKind::NewestMissing } else { FaultKind::VersionMissing };
                let told = if first == last { first.to_string() } else { format!("{first}–{last}") };
                let fault = StoreFault::new(kind, file_of(first)).expected(told).found(newest);
                self.absent.entry(last).or_insert_with(|| fault.clone());
                self.absent.entry(first).or_insert_with(|| fault.clone());
                self.faults.push(fault);
            }
            before = before.max(number);
        }
    }

    /// Log entries behind the newest version that no broken-off write explains.
    fn find_newer(&mut self, logs: &BTreeMap<&'static str, u64>) {
        let newest = self.newest();
        let is_explained = self.journal.whole().is_some_and(|journal| journal.broken_off(newest).is_some());
        // What vanished explains them, and is told already.
        if is_explained || self.absent.range(newest + 1..).next().is_some() {
            return;
        }
        let tables = self.versions.last().map(|version| &version.tables);
        let newer = |(table, entry): (&&'static str, &u64)| {
            let known = tables.and_then(|tables| tables.get(*table)).copied();
            known.is_none_or(|known| known < *entry).then(|| {
                StoreFault::of_table(FaultKind::LogNewer, table, &delta::entry_below(*entry))
                    .expected(known.map_or_else(|| "–".to_owned(), |known| known.to_string()))
                    .found(entry)
            })
        };
        let newer: Vec<StoreFault> = logs.iter().filter_map(newer).collect();
        // Without a journal nobody knows whether a newer version was published and vanished.
        if let Some(first) = newer.first().filter(|_| self.journal.whole().is_none()) {
            self.absent.insert(newest + 1, first.clone());
        }
        self.faults.extend(newer);
    }
}

/// The file of a version, below the workspace.
pub(crate) fn file_of(number: u64) -> PathBuf {
    Path::new("versions").join(format!("{number:08}.json"))
}

/// The files below `versions/` that may be versions, in order of their names.
pub(crate) fn version_files(root: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let folder = root.join("versions");
    let mut paths = Vec::new();
    for entry in fs::read_dir(&folder).map_err(io(&folder))? {
        let path = entry.map_err(io(&folder))?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// What a version file says; nothing if it is not what was written.
pub(crate) fn read_version(path: &Path) -> Result<Option<(Manifest, Seal)>, StoreError> {
    let bytes = fs::read(path).map_err(io(path))?;
    let text = String::from_utf8(bytes).ok().and_then(|text| unsealed(&text).ok());
    Ok(text.and_then(|(text, seal)| Some((serde_json::from_str(&text).ok()?, seal))))
}

/// The number that the name of a version file says.
fn named(path: &Path) -> Result<u64, FaultKind> {
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    if stem.is_empty() || !stem.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(FaultKind::VersionMisnamed);
    }
    match stem.parse() {
        Ok(number @ 1..=LARGEST) if stem.len() == 8 => Ok(number),
        _ => Err(FaultKind::VersionImpossible),
    }
}

/// The newest entry of each table's log.
fn newest_entries(root: &Path) -> Result<BTreeMap<&'static str, u64>, StoreError> {
    let mut newest = BTreeMap::new();
    for table in schema::table_names() {
        if let Some(entry) = delta::newest_entry(&root.join("data").join(table), table)? {
            newest.insert(table, entry);
        }
    }
    Ok(newest)
}
