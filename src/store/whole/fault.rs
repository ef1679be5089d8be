//! What can be wrong with the files of a workspace: one fault a file, with what the file held.

use std::fmt;
use std::path::{Path, PathBuf};

use cchc_model::Level;

/// What is wrong, or worth knowing, about a file of a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// A data file that a version needs is gone.
    FileMissing,
    /// A data file has another length than when it was written.
    FileLength,
    /// A data file has the length, but not the content that was written.
    FileChanged,
    /// A file cannot be read, by the system's word.
    FileUnreadable,
    /// An entry of a table's log is gone.
    LogMissing,
    /// An entry of a table's log is not what was written.
    LogChanged,
    /// A table's log has entries behind the newest version, and no write that was broken off explains them.
    LogNewer,
    /// Version files are missing between others.
    VersionMissing,
    /// The newest version file is missing.
    NewestMissing,
    /// A version file is not what was written.
    VersionDamaged,
    /// The name of a version file is not that of the number in it.
    VersionMisnamed,
    /// A number that no version can have.
    VersionImpossible,
    /// The journal of writes is not what was written.
    JournalDamaged,
    /// The record of a publication is gone.
    RecordMissing,
    /// The record of a publication is not what was written.
    RecordChanged,
    /// A file that nothing names and nothing explains.
    Unexplained,
    /// A file belongs to another user than the workspace.
    OtherOwner,
    /// A file was changed later than it is now: the clock ran back, or is wrong.
    LaterThanNow,
    /// A version that a repair gave up, since files of it were damaged or gone.
    VersionLost,
    /// A write that was broken off before it published anything.
    BrokenOff,
    /// A write that is at work at this moment.
    Writing,
    /// A file that a broken-off write or a purge left behind.
    Leftover,
    /// A file under the name of an unfinished write.
    Temporary,
    /// Files written by an older program, whose hashes the next import keeps.
    Unhashed,
}

impl FaultKind {
    /// Its id, the key of its sentences in the section `store` of `report-templates/wording.toml`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FileMissing => "file_missing",
            Self::FileLength => "file_length",
            Self::FileChanged => "file_changed",
            Self::FileUnreadable => "file_unreadable",
            Self::LogMissing => "log_missing",
            Self::LogChanged => "log_changed",
            Self::LogNewer => "log_newer",
            Self::VersionMissing => "version_missing",
            Self::NewestMissing => "newest_missing",
            Self::VersionDamaged => "version_damaged",
            Self::VersionMisnamed => "version_misnamed",
            Self::VersionImpossible => "version_impossible",
            Self::JournalDamaged => "journal_damaged",
            Self::RecordMissing => "record_missing",
            Self::RecordChanged => "record_changed",
            Self::Unexplained => "unexplained",
            Self::OtherOwner => "other_owner",
            Self::LaterThanNow => "later_than_now",
            Self::VersionLost => "version_lost",
            Self::BrokenOff => "broken_off",
            Self::Writing => "writing",
            Self::Leftover => "leftover",
            Self::Temporary => "temporary",
            Self::Unhashed => "unhashed",
        }
    }

    /// `error` if figures or a write could go wrong by it.
    #[must_use]
    pub const fn level(self) -> Level {
        match self {
            Self::Unexplained | Self::OtherOwner | Self::LaterThanNow | Self::VersionLost => Level::Warning,
            Self::BrokenOff | Self::Writing | Self::Leftover | Self::Temporary | Self::Unhashed => Level::Info,
            _ => Level::Error,
        }
    }
}

/// One thing that is wrong with a workspace, or worth knowing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreFault {
    /// What.
    pub kind: FaultKind,
    /// The file or folder, below the workspace.
    pub path: PathBuf,
    /// The table whose rows it holds.
    pub table: Option<String>,
    /// Their month, where the table has any.
    pub month: Option<String>,
    /// What should be: bytes, a number, numbers.
    pub expected: String,
    /// What is.
    pub found: String,
}

impl StoreFault {
    /// A fault of a file that holds no rows.
    pub(crate) fn new(kind: FaultKind, path: impl Into<PathBuf>) -> Self {
        Self { kind, path: path.into(), table: None, month: None, expected: String::new(), found: String::new() }
    }

    /// A fault of a file of a table.
    pub(crate) fn of_table(kind: FaultKind, table: &str, file: &str) -> Self {
        Self {
            table: Some(table.to_owned()),
            month: crate::delta::month_of(file).map(str::to_owned),
            ..Self::new(kind, Path::new("data").join(table).join(file))
        }
    }

    /// The same, with what should be.
    #[allow(clippy::needless_pass_by_value, reason = "mostly numbers")]
    pub(crate) fn expected(self, expected: impl ToString) -> Self {
        Self { expected: expected.to_string(), ..self }
    }

    /// The same, with what is.
    #[allow(clippy::needless_pass_by_value, reason = "mostly numbers")]
    pub(crate) fn found(self, found: impl ToString) -> Self {
        Self { found: found.to_string(), ..self }
    }
}

impl fmt::Display for StoreFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.kind.as_str())?;
        if let Some(table) = &self.table {
            write!(f, ", {table}")?;
        }
        if let Some(month) = &self.month {
            write!(f, ", month {month}")?;
        }
        Ok(())
    }
}

/// Faults that keep a version from being read, or anything from being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(pub Vec<StoreFault>);

impl Faults {
    /// Nothing, or the faults as an error.
    pub(crate) fn refuse(faults: Vec<StoreFault>) -> Result<(), crate::StoreError> {
        if faults.is_empty() { Ok(()) } else { Err(crate::StoreError::Damaged(Self(faults))) }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for Faults {}
