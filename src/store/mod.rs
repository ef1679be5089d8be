//! The workspace: Delta tables and the published versions that bind them together; the only place that knows Delta.

mod aside;
mod checked;
mod counts_view;
mod delta;
mod filled;
mod finding_pages;
mod frames;
mod functions;
mod kill;
mod leftovers;
mod memory;
mod merge;
mod publication;
mod purge;
pub mod questions;
mod recorded;
mod rows;
mod schema;
mod session;
mod shell;
mod transaction;
mod undo;
mod version;
mod whole;

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use aside::{Aside, Claim, Piece};
pub use counts_view::COUNTS;
pub use delta::{LogError, TableFiles};
pub use filled::{filled, has_column, unit_column};
pub use frames::{days, frame_of, ints, texts};
pub use functions::{BYTES, OWN_FUNCTIONS, VietnameseOrder};
pub use kill::{KillAt, KillPoint, KillSwitch};
pub use leftovers::{Deleted, Young};
pub use merge::{AcceptedRows, Account, Cases, Conflict, Incoming, MergeNotes, Merged, RowsOf};
pub use publication::{PublicationRecord, PublishedTable};
pub use purge::{FileNames, Mode, PurgeCounts, PurgeOrder, Purged, purge};
pub use recorded::Recorded;
pub use rows::{Row, Rows};
pub use schema::{ENGINE_TABLES, stored_columns, table_names};
pub use session::{Answer, DEFAULT_MEMORY_MIB, Session};
pub use shell::Shell;
pub use transaction::Transaction;
pub use undo::{Undone, undo};
pub use version::{Manifest, PublicationNote, PurgeNote, SentFile};
pub use whole::{Digests, FaultKind, Faults, FileDigest, Repair, StoreFault};

use cchc_definitions::own_text;
use cchc_model::Policies;
use cchc_read::Limits;
use whole::Published;

/// The layout of the folder; a workspace of another layout is refused.
const FORMAT: &str = "cchc workspace 1\n";

/// The folders of a new workspace.
const FOLDERS: [&str; 4] = ["data", "versions", "queries", "report-templates"];

/// What can go wrong with a workspace.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no workspace in the folder.
    #[error("no workspace in {0}; run `cchc init --workspace {0}` first, or name another folder with --workspace")]
    NotAWorkspace(PathBuf),
    /// The folder was made by another version of the program.
    #[error(
        "the workspace {path} has layout '{found}', this program knows '{expected}'; use the matching version of cchc or start a new workspace"
    )]
    OtherLayout {
        /// The folder.
        path: PathBuf,
        /// Its layout.
        found: String,
        /// Ours.
        expected: String,
    },
    /// A workspace is there already.
    #[error("{0} is a workspace already; `cchc init` starts a new one in an empty folder")]
    Exists(PathBuf),
    /// Something else is in the folder.
    #[error("{0} is not empty and no workspace; name an empty or a new folder with --workspace")]
    NotEmpty(PathBuf),
    /// The configuration cannot be read.
    #[error("{path}: {message}")]
    Config {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// Another import runs.
    #[error("another import is running in {0}; wait for it to end, or leave out --no-wait")]
    Busy(PathBuf),
    /// There is no such version.
    #[error("no version '{0}'; `cchc history` lists them")]
    NoVersion(String),
    /// The version was purged.
    #[error(
        "version {number} can no longer be read: version {by} purged what it held; `cchc history` lists what can be read"
    )]
    Purged {
        /// The version.
        number: u64,
        /// The version that purged it.
        by: u64,
    },
    /// Nothing was changed before the newest change.
    #[error("there is no change that could be taken back")]
    NothingToUndo,
    /// What was before the newest change cannot be shown again.
    #[error("version {0} cannot be shown again: a purge removed it for good, or files of it are lost")]
    Unrestorable(u64),
    /// The version is none of an import.
    #[error("version {number} was made by '{made_by}', not by an import; `cchc history` tells which versions were")]
    NoImport {
        /// The version.
        number: u64,
        /// What made it.
        made_by: String,
    },
    /// Rows of an older program do not know their import.
    #[error(
        "{0} holds rows of an older program that do not know which import brought them; purge dossiers by their codes, or import everything into a new workspace"
    )]
    UnknownImports(PathBuf),
    /// The reason of a purge names a purged dossier.
    #[error("the reason names a dossier that is to be purged; it would stay in the history")]
    ReasonNamesDossier,
    /// A repair gave the version up.
    #[error(
        "version {0} can no longer be read: files of it were damaged or gone, and `cchc check --store --repair` gave it up; `cchc history` lists what can be read"
    )]
    Lost(u64),
    /// Files are not what was written.
    #[error("{0}")]
    Damaged(#[source] Faults),
    /// What an import puts aside finds no place.
    #[error(
        "rows of the import that do not fit into memory cannot be put aside below {folder}: {source}; make room on the disk, or give the import more memory (import_memory_mib in cchc.toml)"
    )]
    Aside {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another command told more of a publication while this one was at it.
    #[error("publication '{0}' has grown meanwhile; run the command again")]
    PublishedMeanwhile(String),
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Delta refused.
    #[error("table '{table}': {source}")]
    Delta {
        /// The table.
        table: String,
        /// Why.
        source: Box<delta::LogError>,
    },
    /// polars refused.
    #[error("table '{table}': {source}")]
    Frame {
        /// The table.
        table: String,
        /// Why.
        source: polars::prelude::PolarsError,
    },
    /// The query engine refused.
    #[error("{0}")]
    Query(#[from] Box<datafusion::error::DataFusionError>),
}

impl From<datafusion::error::DataFusionError> for StoreError {
    fn from(error: datafusion::error::DataFusionError) -> Self {
        if let datafusion::error::DataFusionError::External(inner) = error.find_root()
            && let Some(faults) = inner.downcast_ref::<Faults>()
        {
            return Self::Damaged(faults.clone());
        }
        Self::Query(Box::new(error))
    }
}

/// What `cchc.toml` of a workspace says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Name of the province as reports show it.
    pub province: String,
    /// Name of the department that reports.
    pub department: String,
    /// The named choices.
    pub policies: Policies,
    /// Memory for queries, in MiB.
    pub memory_mib: Option<usize>,
    /// Memory that files read at the same time may claim together, in MiB; a larger file is read alone.
    pub import_memory_mib: Option<u64>,
    /// How much a file may ask for.
    #[serde(skip_serializing_if = "is_default")]
    pub limits: Limits,
}

fn is_default(limits: &Limits) -> bool {
    *limits == Limits::default()
}

impl Config {
    /// Reads the `cchc.toml` of a folder; what it does not say, or all if there is none, is as by default.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read(root: &Path) -> Result<Self, StoreError> {
        let path = root.join("cchc.toml");
        match own_text(&path) {
            Ok(Some(text)) => {
                toml::from_str(&text).map_err(|error| StoreError::Config { path, message: error.message().to_owned() })
            }
            Ok(None) => Ok(Self::default()),
            Err(source) => Err(StoreError::Io { path, source }),
        }
    }
}

/// An open workspace.
#[derive(Debug)]
pub struct Workspace {
    root: PathBuf,
    /// Its configuration.
    pub config: Config,
    kill: KillSwitch,
}

impl Workspace {
    /// Makes a workspace in an empty or new folder.
    ///
    /// # Errors
    /// The folder holds something, or cannot be written.
    pub fn init(root: &Path, config: &Config) -> Result<Self, StoreError> {
        if root.join("FORMAT").exists() {
            return Err(StoreError::Exists(root.to_owned()));
        }
        if root.is_dir() && !leftovers::only_begun(root, &FOLDERS)? {
            return Err(StoreError::NotEmpty(root.to_owned()));
        }
        for folder in FOLDERS {
            let path = root.join(folder);
            fs::create_dir_all(&path).map_err(io(&path))?;
        }
        let text = toml::to_string_pretty(config)
            .map_err(|error| StoreError::Config { path: root.join("cchc.toml"), message: error.to_string() })?;
        write_atomic(&root.join("cchc.toml"), text.as_bytes())?;
        write_atomic(&root.join("FORMAT"), FORMAT.as_bytes())?;
        Self::open(root)
    }

    /// Opens a workspace.
    ///
    /// # Errors
    /// There is none, it has another layout, or its configuration cannot be read.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        let format = root.join("FORMAT");
        if !format.is_file() {
            return Err(StoreError::NotAWorkspace(root.to_owned()));
        }
        let found = fs::read_to_string(&format).map_err(io(&format))?;
        if found != FORMAT {
            return Err(StoreError::OtherLayout {
                path: root.to_owned(),
                found: found.trim().to_owned(),
                expected: FORMAT.trim().to_owned(),
            });
        }
        let config = Config::read(root)?;
        Ok(Self { root: root.to_owned(), config, kill: KillSwitch::default() })
    }

    /// The same workspace, whose next write ends the process at that point; for tests of what a kill leaves behind.
    #[must_use]
    pub fn killed_at(self, at: Option<KillAt>) -> Self {
        Self { kill: KillSwitch::new(at), ..self }
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// All published versions that can be told of, oldest first.
    pub fn history(&self) -> Result<Vec<Manifest>, StoreError> {
        Ok(Published::read(&self.root)?.versions)
    }

    /// What is wrong with the numbers and the files of the versions.
    pub fn version_faults(&self) -> Result<Vec<StoreFault>, StoreError> {
        Ok(Published::read(&self.root)?.faults)
    }

    /// The version of that number, or the newest not later than that day; the newest if nothing is named.
    ///
    /// # Errors
    /// There is none, or a later one vanished that might have been meant.
    pub fn version(&self, as_of: Option<&str>) -> Result<Manifest, StoreError> {
        Published::read(&self.root)?.find(as_of)
    }

    /// Waits until no other import runs, then holds the workspace for writing until the lock is dropped.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if another import runs and nobody wants to wait.
    pub fn lock(&self, wait: bool, waiting: impl FnOnce()) -> Result<WriteLock, StoreError> {
        let path = self.root.join("import.lock");
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(io(&path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) if wait => {
                waiting();
                file.lock().map_err(io(&path))?;
            }
            Err(fs::TryLockError::WouldBlock) => return Err(StoreError::Busy(self.root.clone())),
            Err(fs::TryLockError::Error(source)) => return Err(StoreError::Io { path, source }),
        }
        self.kill.pass(KillPoint::Locked);
        Ok(WriteLock { _file: file })
    }

    /// Reads one published version with SQL.
    pub fn session(&self, version: &Manifest, calendar: &cchc_definitions::Calendar) -> Result<Session, StoreError> {
        Session::open(self, version, calendar)
    }

    /// The files of a table in a published version, all of which are there in their length.
    pub fn files(&self, version: &Manifest, table: &str) -> Result<TableFiles, StoreError> {
        self.files_known(version, table, &self.digests()?)
    }

    /// The same, with what is known of all files.
    fn files_known(&self, version: &Manifest, table: &str, digests: &Digests) -> Result<TableFiles, StoreError> {
        let Some(at) = version.tables.get(table) else { return Ok(TableFiles::default()) };
        delta::files(self.place(table, digests), Some(*at))
    }

    /// Looks at all files of a version by their fast checksums.
    ///
    /// # Errors
    /// A file is not what was written.
    pub fn look_at(&self, version: &Manifest) -> Result<(), StoreError> {
        let digests = self.digests()?;
        let mut files = Vec::new();
        for table in version.tables.keys() {
            let of_table = self.files_known(version, table, &digests)?;
            files.extend(of_table.keys().map(|file| whole::DataFile::new(table, file)));
        }
        Faults::refuse(whole::verify(&self.root, &files, &digests, whole::Depth::Fast))
    }

    fn digests(&self) -> Result<Digests, StoreError> {
        Ok(Published::read(&self.root)?.digests())
    }

    fn place<'a>(&'a self, table: &'a str, digests: &'a Digests) -> delta::Place<'a> {
        delta::Place { root: &self.root, table, digests }
    }

    /// All that is wrong with the files, or worth knowing; every file that a kept version names by its SHA-256.
    pub fn check(&self) -> Result<Vec<StoreFault>, StoreError> {
        whole::check(self)
    }

    /// What [`Workspace::repair`] would do first.
    pub fn repairs(&self) -> Result<Vec<Repair>, StoreError> {
        whole::plan(self)
    }

    /// Puts right what can be put right without losing anything; says what it did.
    pub fn repair(&self, lock: &WriteLock) -> Result<Vec<Repair>, StoreError> {
        whole::repair(self, lock)
    }

    /// Deletes what killed writes and purges left behind: log entries that were never published, data files that no
    /// published version needs, temporary files. What nothing explains stays, and what is younger than a day unless it
    /// is to go, too. Whoever calls it holds the lock, so no import is running.
    ///
    /// # Errors
    /// The versions are not whole, or a file cannot be deleted.
    pub fn vacuum(&self, lock: &WriteLock, young: Young) -> Result<Deleted, StoreError> {
        Published::read(&self.root)?.refusal()?;
        leftovers::roll_back(self, lock)?;
        leftovers::sweep(self, lock, young)
    }

    fn table_path(&self, table: &str) -> PathBuf {
        self.root.join("data").join(table)
    }
}

/// Holds a workspace for writing; the operating system lets go of it even if the process is killed.
#[derive(Debug)]
pub struct WriteLock {
    _file: File,
}

/// Writes a file so that readers see the old one or the new one, never a part.
fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    use std::io::Write;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = temporary_in(folder).map_err(io(path))?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(io(path))?;
    file.persist(path).map_err(|error| StoreError::Io { path: path.to_owned(), source: error.error })?;
    sync_folder(folder)
}

/// Makes names in a folder last: a file that is synced may lose its name when the power fails.
fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    // Only Unix can open a folder to sync it.
    if cfg!(unix) { File::open(folder).and_then(|folder| folder.sync_all()).map_err(io(folder)) } else { Ok(()) }
}

/// A temporary file with the permissions of an ordinary new file, since it becomes one.
pub fn temporary_in(folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::Io { path, source }
}

fn frame(table: &str) -> impl Fn(polars::prelude::PolarsError) -> StoreError {
    let table = table.to_owned();
    move |source| StoreError::Frame { table: table.clone(), source }
}

/// Some rows of a frame.
fn take(
    data: &polars::prelude::DataFrame,
    rows: Vec<u32>,
) -> polars::prelude::PolarsResult<polars::prelude::DataFrame> {
    data.take(&polars::prelude::IdxCa::from_vec("".into(), rows))
}
