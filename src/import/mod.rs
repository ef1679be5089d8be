//! From paths to a published version: the only place that calls read, normalise and store in order.

mod encoding;
mod ends;
mod file;
mod forms;
mod notes;
mod overflow;
mod parallel;
mod preview;
mod rebuild;
mod report;
mod settle;
mod sheet;
mod unread;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

pub use file::SheetReport;
pub use preview::{DatesSeen, Preview, WordSeen};
pub use rebuild::{Original, RebuildError, RebuiltSheet, originals};

use cchc_definitions::{Definitions, SourceDef, Tried};
use cchc_model::{FileAccount, Finding, FinishedBeforeReceived, Level, Table};
use cchc_normalise::KnownHeadings;
use cchc_read::{Found, PathError, find_files};
use cchc_store::{Cases, Conflict, Incoming, MergeNotes, Merged, SentFile, Shell, StoreError, Transaction, Workspace};
use cchc_units::stored_units;
use file::FileOutcome;

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
    /// What happens to a dossier that ended before it was received, instead of the workspace's policy.
    pub finished_before_received: Option<FinishedBeforeReceived>,
}

/// What an import did.
#[derive(Debug)]
pub struct ImportReport {
    /// The version that it published; none if nothing was accepted or nothing was to be written.
    pub version: Option<u64>,
    /// One account per file, in order of path.
    pub files: Vec<FileAccount>,
    /// How each sheet was understood.
    pub sheets: Vec<SheetReport>,
    /// What was found.
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
        /// What was asked for.
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
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Tells how far an import is.
pub trait Progress {
    /// Reading begins: how many files there are, and their bytes.
    fn files(&mut self, count: usize, bytes: u64);
    /// A file begins; others may be in work at the same time.
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

/// Imports all files below `paths` as one new version.
///
/// # Errors
/// A path leads nowhere, the store cannot be read or written, or another import runs and nobody wants to wait.
pub fn import(
    workspace: &Workspace,
    definitions: &Definitions,
    paths: &[PathBuf],
    options: &Options,
    progress: &mut dyn Progress,
) -> Result<ImportReport, ImportError> {
    let sources = chosen(definitions, options)?;
    let limits = &workspace.config.limits;
    let Found { files, skipped } = find_files(paths, limits)?;
    if files.is_empty() {
        return Err(ImportError::NoFiles);
    }
    // A dry run reads a published version, as every reader does: it neither waits nor leaves a trace.
    let lock = (!options.dry_run).then(|| workspace.lock(!options.no_wait, || progress.waiting())).transpose()?;
    let version = workspace.version(None)?;
    let session = workspace.session(&version, &definitions.calendar)?;
    let shell = Shell::new()?;
    let units = shell.wait(stored_units(&session))?;
    if units.units().is_empty() {
        return Err(ImportError::NoUnits);
    }
    let mut policies = workspace.config.policies;
    policies.finished_before_received = options.finished_before_received.unwrap_or(policies.finished_before_received);
    let context = file::Context {
        sources: &sources,
        known: &KnownHeadings::of(&sources),
        units: &units,
        policies,
        limits: limits.clone(),
        exported_at: options.exported_at,
        detail: if options.dry_run { file::Detail::Preview } else { file::Detail::Rows },
    };
    let memory = workspace.config.import_memory_mib.unwrap_or(IMPORT_MEMORY_MIB) << 20;
    let mut outcomes = parallel::read_files(&files, &context, memory, progress);
    progress.merging();
    forms::check(&mut outcomes, definitions, &units);
    // Files count in order of export day, then path; an unknown day is older than any.
    outcomes
        .sort_by(|left, right| (left.exported_at, &left.account.file).cmp(&(right.exported_at, &right.account.file)));
    let is_empty = outcomes.iter().all(|outcome| outcome.account.rows == 0);
    let Some(lock) = lock.filter(|_| !is_empty) else {
        merge_all(&mut outcomes, |table, incoming| workspace.weigh(&version, table, incoming))?;
        return Ok(finished(None, outcomes, skipped));
    };
    let mut transaction = Transaction::begin(workspace, &lock)?;
    let open = shell.wait(settle::open(&session))?;
    let accepted = settle::Accepted::among(&outcomes, &open);
    merge_all(&mut outcomes, |table, incoming| transaction.merge(table, incoming))?;
    let number = transaction.number();
    let kept = report::kept(&outcomes);
    transaction.append("imports", report::imports(number, &outcomes))?;
    transaction.append("findings", report::findings(number, &kept))?;
    transaction
        .append("cleared", report::cleared(number, &settle::settle(number, &open, &accepted, &outcomes, &kept)))?;
    transaction.append("sent", report::sent(number, &outcomes))?;
    let time = outcomes.iter().filter_map(|outcome| outcome.exported_at).max();
    let sent = outcomes
        .iter()
        .map(|outcome| SentFile {
            file: outcome.account.file.clone(),
            sha256: outcome.sha256.clone(),
            exported_at: outcome.exported_at,
        })
        .collect();
    transaction.publish("import", time, sent)?;
    Ok(finished(Some(number), outcomes, skipped))
}

fn chosen(definitions: &Definitions, options: &Options) -> Result<Vec<SourceDef>, ImportError> {
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

/// Merges table by table, and gives every file its account.
fn merge_all(
    outcomes: &mut [FileOutcome],
    mut merge: impl FnMut(&'static Table, Vec<Incoming>) -> Result<Merged, StoreError>,
) -> Result<(), StoreError> {
    let mut by_table: BTreeMap<&'static str, (Vec<usize>, Vec<Incoming>)> = BTreeMap::new();
    for (position, outcome) in outcomes.iter_mut().enumerate() {
        for (table, incoming) in outcome.incoming.drain(..) {
            let entry = by_table.entry(table).or_default();
            entry.0.push(position);
            entry.1.push(incoming);
        }
    }
    for (name, (owners, incoming)) in by_table {
        let Some(table) = Table::named(name) else { continue };
        let sheets: Vec<String> = incoming.iter().map(|one| one.sheet.clone()).collect();
        let merged = merge(table, incoming)?;
        for ((owner, sheet), account) in owners.iter().zip(&sheets).zip(&merged.accounts) {
            outcomes[*owner].add(sheet, *account);
        }
        add_notes(outcomes, &owners, &sheets, merged.notes);
    }
    Ok(())
}

/// Of many conflicts the first are told one by one, the rest by their number.
const CONFLICTS_TOLD: usize = 50;

fn add_notes(outcomes: &mut [FileOutcome], owners: &[usize], sheets: &[String], notes: MergeNotes) {
    let more = notes.conflicts.len().saturating_sub(CONFLICTS_TOLD);
    for (told, Conflict { part, row, key, other }) in notes.conflicts.into_iter().take(CONFLICTS_TOLD).enumerate() {
        let outcome = &mut outcomes[owners[part]];
        let count = if told + 1 == CONFLICTS_TOLD { 1 + more as u64 } else { 1 };
        outcome.findings.push(
            Finding::new(Level::Warning, "conflicting_versions", &outcome.account.file)
                .at(&sheets[part], row)
                .value(key)
                .hint(other)
                .count(count),
        );
    }
    for (rule, noted) in [("changed_due_date", notes.due_moved), ("reopened", notes.reopened)] {
        for ((owner, sheet), cases) in per_place(noted, |part| (owners[part], sheets[part].as_str())) {
            let outcome = &mut outcomes[owner];
            let finding = Finding::new(Level::Info, rule, &outcome.account.file).at(sheet, 0);
            outcome.findings.push(finding.value(cases.example).count(cases.count));
        }
    }
    for ((part, unit), cases) in notes.absent {
        let outcome = &mut outcomes[owners[part]];
        let finding = Finding::new(Level::Warning, "absent_from_newer_export", &outcome.account.file);
        outcome.findings.push(finding.value(cases.example).hint(unit).count(cases.count));
    }
    for (owner, cases) in per_place(notes.outside, |part| owners[part]) {
        let outcome = &mut outcomes[owner];
        let finding = Finding::new(Level::Info, "absent_from_partial_export", &outcome.account.file);
        outcome.findings.push(finding.value(cases.example).count(cases.count));
    }
}

/// Sheets come in parts; what was noted of them is told once a place.
fn per_place<P: Ord>(noted: BTreeMap<usize, Cases>, place: impl Fn(usize) -> P) -> BTreeMap<P, Cases> {
    let mut all: BTreeMap<P, Cases> = BTreeMap::new();
    for (part, cases) in noted {
        let known = all.entry(place(part)).or_default();
        if known.count == 0 {
            known.example = cases.example;
        }
        known.count += cases.count;
    }
    all
}

fn finished(version: Option<u64>, mut outcomes: Vec<FileOutcome>, skipped: Vec<String>) -> ImportReport {
    outcomes.sort_by(|left, right| left.account.file.cmp(&right.account.file));
    let mut report = ImportReport { version, files: Vec::new(), sheets: Vec::new(), findings: Vec::new(), skipped };
    for outcome in outcomes {
        report.findings.extend(outcome.all_findings());
        report.sheets.extend(outcome.sheets.into_iter().map(|sheet| SheetReport {
            rows: sheet.loaded + sheet.updated + sheet.duplicate + sheet.rejected,
            ..sheet
        }));
        report.files.push(outcome.account);
    }
    report
}

/// SHA-256 of a file, streamed.
fn hash(path: &Path) -> std::io::Result<String> {
    use sha2::Digest;
    use std::io::Read;
    let mut file = std::fs::File::open(path)?;
    let mut hasher = sha2::Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            read => hasher.update(&buffer[..read]),
        }
    }
    Ok(hasher.finalize().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}")))
}
