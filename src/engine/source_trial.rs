//! Tries one source on files without storing anything: what an import would do, and why a file does not fit.

use std::path::{Path, PathBuf};

use super::EngineError;
use cchc_authoring::{MissingColumn, missing_columns};
use cchc_definitions::{Definitions, SourceDef};
use cchc_import::{ImportAccount, Options, Progress, import};
use cchc_model::{FileAccount, Finding, Level, UnitIndex};
use cchc_store::{Shell, Workspace};

/// What an import with one source would do.
#[derive(Debug)]
pub struct SourceTrial {
    /// The account of the import.
    pub account: ImportAccount,
    /// The files that the source does not fit.
    pub misfits: Vec<Misfit>,
}

/// A file that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The file.
    pub file: String,
    /// The source that was tried, or the nearest one.
    pub source: Option<String>,
    /// Row in which its headings seem to be, if any row looks like headings.
    pub heading_row: Option<u32>,
    /// Columns of the source that no heading feeds.
    pub missing: Vec<MissingColumn>,
}

/// Reads files with the source of an id alone, or with the one that fits best.
///
/// # Errors
/// An import of these files would not begin.
pub fn try_source(
    workspace: &Workspace,
    definitions: &Definitions,
    units: &UnitIndex,
    (source, files): (Option<&str>, &[PathBuf]),
    shell: &Shell,
    progress: &mut dyn Progress,
) -> Result<SourceTrial, EngineError> {
    let options = Options { source: source.map(str::to_owned), dry_run: true, ..Options::default() };
    let account = import(workspace, definitions, files, &options, shell, progress)?;
    let misfit = |file: &FileAccount| {
        let named = account.findings.iter().find(|one| one.file == file.file && is_near(one));
        let nearest = named.and_then(|one| Some(one.hint.rsplit('/').next()?.trim_end_matches(".toml").to_owned()));
        let id = options.source.clone().or(nearest);
        let tried: Option<&SourceDef> = id.as_ref().and_then(|id| definitions.sources.iter().find(|one| one.id == *id));
        // A file in an archive has no path of its own; then the finding has to do.
        let path = Path::new(&file.file);
        let limits = &workspace.config.limits;
        let missing = tried.and_then(|tried| missing_columns(path, tried, definitions, units, limits).ok());
        let (row, missing) = missing.map_or((None, Vec::new()), |(row, missing)| (Some(row), missing));
        Misfit { file: file.file.clone(), source: id, heading_row: row, missing }
    };
    let misfits = account.files.iter().filter(|file| is_misfit(&account, file)).map(misfit).collect();
    Ok(SourceTrial { account, misfits })
}

/// Whether no sheet of a file fits.
fn is_misfit(account: &ImportAccount, file: &FileAccount) -> bool {
    let says_so = |finding: &Finding| {
        finding.file == file.file && finding.level == Level::Error && (finding.rule == "no_source" || is_near(finding))
    };
    !account.sheets.iter().any(|sheet| sheet.file == file.file) && account.findings.iter().any(says_so)
}

/// Whether a finding names a source that a file nearly fits.
fn is_near(finding: &Finding) -> bool {
    matches!(&*finding.rule, "missing_column" | "missing_unit_column")
}
