//! From paths to a published version: the only place that calls read, normalise and store in order.
//!
//! The way of a row, each stage entered once:
//!
//! | stage | file | gives |
//! |---|---|---|
//! | a container becomes rows of cells | `cchc_read` | cells |
//! | headings are found, body rows separated from others | `sink`, `body` | `Message`s with batches of texts |
//! | columns typed, rows judged, warnings gathered | `typed` over `cchc_normalise` | `SheetReading`s and frames |
//! | one reading in one encoding, and the one that counts | `attempt`, `encoding` | `Chosen` |
//! | day of export, findings of the file, forms checked | `reading`, `scoring_forms` | `FileReading` |
//! | rows merged table by table | `merge` over `cchc_store` | `ImportedFile` |
//! | what the import stores about itself, what it clears | `log`, `cleared` | rows of `imports`, `findings`, `cleared`, `sent` |

mod attempt;
mod body;
mod cleared;
mod covered;
mod encoding;
mod file;
mod found;
mod log;
mod masked_names;
mod merge;
mod notes;
mod overflow;
mod parallel;
mod preview;
mod reading;
mod rebuild;
mod refused;
mod scoring_forms;
mod sink;
mod typed;
mod unfolded;
mod unread;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::NaiveDate;

pub use merge::SheetAccount;
pub use preview::{DatesSeen, Preview, WordSeen};
pub use rebuild::{Original, RebuildError, RebuiltSheet, originals};

use cchc_definitions::{Definitions, Given, SourceDef, Tried};
use cchc_model::{ColumnType, FileAccount, Finding, FinishedBeforeReceived, MixedDates, Period, Resolved, UnitIndex};
use cchc_normalise::{FigureNames, KnownHeadings};
use cchc_read::{Found, InputFile, PathError, find_files};
use cchc_store::questions;
use cchc_store::{Aside, Config, SentFile, Session, Shell, StoreError, Transaction, Workspace};
use cchc_units::stored_units;
use cleared::{ClearedBecause, ClearedFinding};
use merge::{ImportedFile, merge_all};
use reading::FileReading;

/// What the user may choose.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Try only this source.
    pub source: Option<String>,
    /// Export day of all files, instead of names and letterheads.
    pub exported_at: Option<NaiveDate>,
    /// Read and check, write nothing.
    pub dry_run: bool,
    /// Fail instead of waiting for another import.
    pub no_wait: bool,
    /// Code of the unit whose list this is, where a list has no column of units.
    pub unit: Option<String>,
    /// The period of figures whose sheet, name and letterhead name none.
    pub period: Option<Period>,
    /// What happens to a dossier that ended before it was received, instead of the workspace's policy.
    pub finished_before_received: Option<FinishedBeforeReceived>,
    /// What happens to a file in which a spreadsheet program has swapped day and month of some dates.
    pub mixed_dates: MixedDates,
}

/// The result of an import.
#[derive(Debug)]
pub struct ImportAccount {
    /// The version that it published; none if nothing was accepted or nothing was to be written.
    pub version: Option<u64>,
    /// One account per file, in order of path.
    pub files: Vec<FileAccount>,
    /// How each sheet was understood.
    pub sheets: Vec<SheetAccount>,
    /// All findings; of many refused rows of a sheet each reason once, with their number.
    pub findings: Vec<Finding>,
    /// Lock files of office programs and workspaces that were passed over.
    pub skipped: Vec<String>,
}

/// Why an import could not be done at all.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// No source of that id.
    #[error("no source '{id}'{hint}; `queries/sources/` holds them")]
    NoSource {
        /// The id that was given.
        id: String,
        /// The nearest id.
        hint: String,
    },
    /// A path leads nowhere.
    #[error(transparent)]
    Path(#[from] PathError),
    /// Nothing to import.
    #[error("no files to import in the given paths")]
    NoFiles,
    /// There are no units to count for.
    #[error(
        "the workspace has no units; run `cchc init --units FILE` with a list of code, name, short_name, level, parent_code, aliases, valid_from, valid_to"
    )]
    NoUnits,
    /// The unit of the lists is not in the list of units.
    #[error("no unit has the code '{code}'{hint}; `cchc units` lists the codes")]
    NoSuchUnit {
        /// The code that was given.
        code: String,
        /// The nearest code.
        hint: String,
    },
    /// The files hold too much together.
    #[error(
        "the files together have more than {0} cells; import them in several goes, or raise max_import_cells in [limits] of cchc.toml"
    )]
    TooManyCells(u64),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Is called as an import goes on.
pub trait Progress {
    /// Reading begins: how many files there are, and their bytes.
    fn files(&mut self, count: usize, bytes: u64);
    /// A file begins; others may be read at the same time.
    fn begun(&mut self, name: &str);
    /// A file of so many bytes is read.
    fn done(&mut self, bytes: u64);
    /// Another import runs; this one waits.
    fn waiting(&mut self);
    /// All files are read; rows are merged and written.
    fn merging(&mut self);
}

/// Memory that files read at the same time may claim together, if `cchc.toml` says nothing.
const IMPORT_MEMORY_MIB: u64 = 2048;
/// The part of it that accepted rows may take until they are merged: one in so many. Merging takes as much again.
const ACCEPTED_SHARE: u64 = 6;
/// The part of it that refused rows may take until they are written.
const REFUSED_SHARE: u64 = 32;
/// Bytes that they take at most.
const REFUSED_MOST: u64 = 32 << 20;

/// Imports all files below `paths` as one new version.
///
/// # Errors
/// A path leads nowhere, the store cannot be read or written, or another import runs and `no_wait` is set.
pub fn import(
    workspace: &Workspace,
    definitions: &Definitions,
    paths: &[PathBuf],
    options: &Options,
    shell: &Shell,
    progress: &mut dyn Progress,
) -> Result<ImportAccount, ImportError> {
    let mut sources = selected_sources(definitions, options)?;
    let limits = &workspace.config.limits;
    let found = find_files(paths, limits)?;
    if found.files.is_empty() {
        return Err(ImportError::NoFiles);
    }
    // A dry run reads a published version, as every reader does: it neither waits nor leaves a trace.
    let lock = (!options.dry_run).then(|| workspace.lock(!options.no_wait, || progress.waiting())).transpose()?;
    let version = workspace.version(None)?;
    let session = workspace.session(&version, &definitions.calendar)?;
    let units = shell.wait(stored_units(&session))?;
    if units.units().is_empty() {
        return Err(ImportError::NoUnits);
    }
    options.unit.as_deref().map_or(Ok(()), |code| give_unit(&mut sources, code, &units))?;
    give_period(&mut sources, options.period.as_ref());
    let mask = definitions.mask.knowing(units.units());
    let Found { files, skipped } = found.masked(&mask);
    let mut policies = workspace.config.policies;
    policies.finished_before_received = options.finished_before_received.unwrap_or(policies.finished_before_received);
    let memory = memory(workspace) << 20;
    let aside = file::Waiting {
        accepted: Aside::of(workspace, memory / ACCEPTED_SHARE),
        refused: Aside::of(workspace, (memory / REFUSED_SHARE).min(REFUSED_MOST)),
    };
    let context = file::Context {
        sources: &sources,
        known: &KnownHeadings::of(&sources, &definitions.reading),
        words: &definitions.reading,
        figures: &FigureNames::of(&definitions.declared, &definitions.reading),
        units: &units,
        mask: &mask,
        points: Some(&definitions.points),
        policies,
        limits: limits.clone(),
        exported_at: options.exported_at,
        mixed_dates: options.mixed_dates,
        detail: if options.dry_run { file::Detail::Preview } else { file::Detail::Rows },
        aside: &aside,
        cells: &AtomicU64::new(0),
    };
    let readings = read_all(&files, &context, memory, progress)?;
    let is_empty = readings.iter().all(|reading| reading.facts.rows == 0);
    let Some(lock) = lock.filter(|_| !is_empty) else {
        let rehearse = |table, incoming| workspace.rehearse_merge(&version, table, incoming, &aside.accepted);
        return account_of(None, merge_all(readings, rehearse)?, skipped, &aside);
    };
    let transaction = Transaction::begin(workspace, &lock)?;
    let earlier = EarlierFindings { session: &session, shell };
    let (version, files) = publish(transaction, readings, &earlier, &aside)?;
    account_of(Some(version), files, skipped, &aside)
}

/// Reads all files, and puts them in the order in which they count: by export day, then path; an unknown day is older
/// than any.
fn read_all(
    files: &[InputFile],
    context: &file::Context<'_>,
    memory: u64,
    progress: &mut dyn Progress,
) -> Result<Vec<FileReading>, ImportError> {
    let mut readings = parallel::read_files(files, context, memory, progress);
    let most = context.limits.max_import_cells;
    if context.cells.load(Ordering::Relaxed) > most {
        return Err(ImportError::TooManyCells(most));
    }
    context.aside.accepted.check()?;
    context.aside.refused.check()?;
    progress.merging();
    // They come in order of path; of a path that is masked the order is that of what it hides.
    readings.sort_by_key(|reading| reading.facts.exported_at);
    Ok(readings)
}

/// MiB that an import may take for files that are read at the same time, and for rows that wait to be merged.
fn memory(workspace: &Workspace) -> u64 {
    let Config { memory_mib, import_memory_mib, .. } = &workspace.config;
    let of_queries = memory_mib.map_or(IMPORT_MEMORY_MIB, |mib| IMPORT_MEMORY_MIB.min(mib as u64));
    import_memory_mib.unwrap_or(of_queries)
}

/// Findings of earlier imports that nothing has cleared yet, page by page: there may be a million of them.
struct EarlierFindings<'a> {
    session: &'a Session,
    shell: &'a Shell,
}

impl EarlierFindings<'_> {
    fn each(&self, mut take: impl FnMut(&cleared::Uncleared)) -> Result<(), StoreError> {
        for page in self.shell.wait(questions::finding_pages(self.session))? {
            let open = self.shell.wait(questions::open_findings(self.session, &page))?;
            open.into_iter().map(cleared::Uncleared::of).for_each(|open| take(&open));
        }
        Ok(())
    }
}

/// Merges all rows, and publishes them with what the import stores about itself as one version.
fn publish(
    mut transaction: Transaction<'_>,
    readings: Vec<FileReading>,
    earlier: &EarlierFindings<'_>,
    aside: &file::Waiting,
) -> Result<(u64, Vec<ImportedFile>), StoreError> {
    let mut codes = cleared::RefusedCodes::default();
    earlier.each(|open| codes.add(open))?;
    let accepted = cleared::Accepted::among(&readings, &codes, &aside.refused)?;
    drop(codes);
    let files = merge_all(readings, |table, incoming| transaction.merge(table, incoming, &aside.accepted))?;
    let number = transaction.number();
    transaction.append("imports", log::imports(number, &files))?;
    let mut contents = cleared::ImportContents::of(&files, &accepted);
    let mut cleared = append_findings(&mut transaction, &files, &mut contents, &aside.refused)?;
    earlier.each(|open| cleared.extend(contents.cleared(open)))?;
    cleared.sort();
    transaction.append("cleared", cleared::cleared_frame(number, &cleared))?;
    transaction.append("sent", log::sent(number, &files))?;
    let time = files.iter().filter_map(|file| file.facts.exported_at).max();
    let sent = files.iter().map(|ImportedFile { facts, .. }| SentFile {
        file: facts.file.clone(),
        sha256: facts.sha256.clone(),
        exported_at: facts.exported_at,
    });
    transaction.publish("import", time, sent.collect())?;
    Ok((number, files))
}

/// Writes all findings, some at a time, and tells the refused rows; gives those that this very import clears.
fn append_findings(
    transaction: &mut Transaction<'_>,
    files: &[ImportedFile],
    contents: &mut cleared::ImportContents<'_>,
    refused: &Aside,
) -> Result<Vec<ClearedFinding>, StoreError> {
    let (import, mut rows, mut cleared) = (transaction.number(), log::FindingRows::default(), Vec::new());
    log::each_logged(files, refused, |logged| {
        if logged.refused.is_some_and(|row| contents.refuse(&logged, row)) {
            cleared.push(ClearedFinding {
                import: import as i64,
                number: logged.number,
                because: ClearedBecause::Loaded,
            });
        }
        rows.push(&logged);
        if rows.is_full() { transaction.append("findings", rows.frame(import)) } else { Ok(()) }
    })?;
    transaction.append("findings", rows.frame(import))?;
    Ok(cleared)
}

fn selected_sources(definitions: &Definitions, options: &Options) -> Result<Vec<SourceDef>, ImportError> {
    let Some(id) = &options.source else {
        let always = definitions.sources.iter().filter(|source| source.layout.tried == Tried::Always);
        return Ok(always.cloned().collect());
    };
    let found: Vec<SourceDef> = definitions.sources.iter().filter(|source| source.id == *id).cloned().collect();
    if found.is_empty() {
        let hint = cchc_definitions::did_you_mean(id, definitions.sources.iter().map(|source| source.id.as_str()));
        return Err(ImportError::NoSource { id: id.clone(), hint });
    }
    Ok(found)
}

/// Gives the column of the unit that all rows count for this unit, where no heading and nothing else feeds it.
fn give_unit(sources: &mut [SourceDef], code: &str, units: &UnitIndex) -> Result<(), ImportError> {
    let Resolved::One(unit) = units.resolve(code) else {
        let known = units.units().iter().flat_map(|unit| [unit.code.as_str(), unit.name.as_str()]);
        let hint = cchc_definitions::did_you_mean(code, known);
        return Err(ImportError::NoSuchUnit { code: code.to_owned(), hint });
    };
    let code = unit.code.as_str();
    for source in sources {
        // Beside the one that receives, the last column of units is whose figures the rows are.
        let column = source.table.columns.iter().rfind(|column| column.kind == ColumnType::Unit);
        let column = column.filter(|column| source.required.iter().any(|name| name == column.name));
        source.layout.given.extend(column.map(|column| (column.name.to_owned(), Given::Text(code.to_owned()))));
    }
    Ok(())
}

/// Gives the period of all rows, where no heading and nothing else feeds it.
fn give_period(sources: &mut [SourceDef], period: Option<&Period>) {
    for (source, period) in sources.iter_mut().filter_map(|source| period.map(|period| (source, period))) {
        let column = source.table.span.map(|span| span.period).filter(|name| source.table.column(name).is_some());
        source.layout.given.extend(column.map(|column| (column.to_owned(), Given::Text(period.to_string()))));
    }
}

fn account_of(
    version: Option<u64>,
    mut files: Vec<ImportedFile>,
    skipped: Vec<String>,
    aside: &file::Waiting,
) -> Result<ImportAccount, ImportError> {
    files.sort_by(|left, right| left.facts.file.cmp(&right.facts.file));
    let mut findings = Vec::new();
    for file in &files {
        findings.extend(file.told(&aside.refused)?);
    }
    Ok(ImportAccount {
        version,
        files: files.iter().map(ImportedFile::account).collect(),
        sheets: files.iter().flat_map(ImportedFile::sheets).collect(),
        findings,
        skipped,
    })
}
