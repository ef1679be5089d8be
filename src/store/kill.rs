//! Named points between the steps of a write at which a test ends the process, to see what is left behind.

use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};

/// A point between two steps of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KillPoint {
    /// The lock is held, nothing is read.
    Locked,
    /// All files are read, nothing is written.
    FilesRead,
    /// Log entries of a killed write are deleted.
    RolledBack,
    /// A data file exists and is empty.
    DataFileBegun,
    /// A data file is whole and not synced.
    DataFileWritten,
    /// All data files of one table are written.
    TableWritten,
    /// All data files of all tables are written, nothing is committed.
    TablesWritten,
    /// A Delta table exists that holds nothing yet.
    TableMade,
    /// One table is committed.
    TableCommitted,
    /// All tables are committed, nothing is published.
    TablesCommitted,
    /// The manifest exists under a temporary name and is empty.
    ManifestBegun,
    /// The manifest is written under its temporary name and not synced.
    ManifestWritten,
    /// The manifest is synced under its temporary name.
    ManifestSynced,
    /// The manifest has its name: the version is visible.
    ManifestRenamed,
    /// The version is published, the lock still held.
    Published,
    /// One file that nothing needs is deleted.
    FileDeleted,
    /// All files that nothing needs are deleted.
    FilesDeleted,
    /// One purged version is marked.
    VersionMarked,
}

impl KillPoint {
    /// The points of an import, in its order.
    pub const OF_AN_IMPORT: [Self; 15] = [
        Self::Locked,
        Self::FilesRead,
        Self::RolledBack,
        Self::DataFileBegun,
        Self::DataFileWritten,
        Self::TableWritten,
        Self::TablesWritten,
        Self::TableMade,
        Self::TableCommitted,
        Self::TablesCommitted,
        Self::ManifestBegun,
        Self::ManifestWritten,
        Self::ManifestSynced,
        Self::ManifestRenamed,
        Self::Published,
    ];

    /// The further points of a purge, in its order.
    pub const OF_A_PURGE: [Self; 3] = [Self::FileDeleted, Self::FilesDeleted, Self::VersionMarked];
}

/// Where to end, and at which passing of it: `TableCommitted` or `TableCommitted:3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KillAt {
    point: KillPoint,
    passing: u32,
}

impl FromStr for KillAt {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, passing) = text.split_once(':').unwrap_or((text, "1"));
        let mut all = KillPoint::OF_AN_IMPORT.into_iter().chain(KillPoint::OF_A_PURGE);
        let point = all.find(|point| format!("{point:?}") == name).ok_or_else(|| format!("no point '{name}'"))?;
        let passing = passing.parse().map_err(|_| format!("'{passing}' is no number"))?;
        Ok(Self { point, passing })
    }
}

/// Ends the process at the point it is set to, which outside of tests is none.
#[derive(Debug, Default)]
pub struct KillSwitch {
    at: Option<KillAt>,
    passed: AtomicU32,
}

impl KillSwitch {
    /// A switch that ends the process there.
    #[must_use]
    pub const fn new(at: Option<KillAt>) -> Self {
        Self { at, passed: AtomicU32::new(0) }
    }

    /// Passes a point, or ends there as a kill would: no destructor runs, no buffer is flushed.
    pub(super) fn pass(&self, point: KillPoint) {
        if let Some(at) = self.at
            && at.point == point
            && self.passed.fetch_add(1, Ordering::SeqCst) + 1 == at.passing
        {
            std::process::abort();
        }
    }
}
