//! Workbooks of refused rows, complete as in their original file, to correct and send again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{Engine, EngineError, FindingsRequest, StoredFinding};
use cchc_definitions::Language;
use cchc_import::{Original, RebuiltSheet, originals};
use cchc_model::Where;
use cchc_normalise::Origin;
use cchc_read::Cell;
use cchc_report::{CorrectionRow, CorrectionSheet, render_correction};
use cchc_store::questions;

/// The rows of a file that are still refused; they hold personal cells.
#[derive(Debug, Clone)]
pub struct Correction {
    /// How many rows there are.
    pub rows: usize,
    /// The workbook.
    pub workbook: Vec<u8>,
}

impl Engine {
    /// The files that a path leads to, itself or those in it as an archive, of which one at least was imported with
    /// findings.
    ///
    /// # Errors
    /// The path cannot be read, or none of them was.
    pub async fn originals(&self, from: &Path) -> Result<Vec<Original>, EngineError> {
        let place = |source| EngineError::Original { file: from.display().to_string(), source };
        let files = originals(from, &self.config().limits, &self.mask()).map_err(place)?;
        let found = questions::files_with_findings(&self.question()?.session).await?;
        if files.iter().any(|file| found.contains(&file.sha256)) {
            return Ok(files);
        }
        Err(EngineError::Refused(self.not_imported(from, &files)?))
    }

    /// The workbook of the rows of an original file that are still refused; none where no row is.
    ///
    /// # Errors
    /// Several of the files have such rows, or the file is no longer as it was imported.
    pub async fn correction(
        &self,
        from: &Path,
        files: &[Original],
        request: &FindingsRequest,
        language: Language,
    ) -> Result<Option<Correction>, EngineError> {
        let is_open = |stored: &StoredFinding| {
            let is_of_file = files.iter().any(|file| file.sha256 == stored.sha256);
            is_of_file && stored.is_row && stored.cleared.is_none()
        };
        let open = self.findings_that(request, is_open).await?;
        let with_rows = |file: &&Original| open.iter().any(|stored| stored.sha256 == file.sha256);
        let file = match files.iter().filter(with_rows).collect::<Vec<_>>().as_slice() {
            [] => return Ok(None),
            [one] => *one,
            several => {
                let names: Vec<&str> = several.iter().map(|file| file.name.as_str()).collect();
                let names = names.join(", ");
                let message =
                    format!("several files of the archive have rows to correct: {names}; unpack it and name one");
                return Err(EngineError::Refused(message));
            }
        };
        let rows: BTreeMap<(String, u32), StoredFinding> = open
            .into_iter()
            .filter(|stored| stored.sha256 == file.sha256)
            .map(|stored| ((stored.finding.sheet.clone(), stored.finding.row), stored))
            .collect();
        let wanted: BTreeSet<(String, u32)> = rows.keys().cloned().collect();
        let source = rows.values().next().map_or("", |stored| stored.source.as_str());
        let rebuilt = file
            .rows(&wanted, source, self.definitions(), self.units(), self.config())
            .map_err(|source| EngineError::Original { file: from.display().to_string(), source })?;
        let sheets: Vec<CorrectionSheet> =
            rebuilt.into_iter().map(|sheet| self.corrected(language, &rows, sheet, &file.name)).collect();
        let ours = &self.definitions().reading.corrected;
        let workbook = render_correction(&sheets, ours, &self.return_words(language)?, &self.theme()?, self.created())?;
        Ok(Some(Correction { rows: wanted.len(), workbook }))
    }

    /// Says what the file is not, and which import knew another file of its name.
    fn not_imported(&self, from: &Path, files: &[Original]) -> Result<String, EngineError> {
        let versions = self.workspace().history()?;
        let sent = || versions.iter().flat_map(|version| version.files.iter().map(move |file| (version.number, file)));
        if sent().any(|(_, sent)| files.iter().any(|file| file.sha256 == sent.sha256)) {
            return Ok(format!("{} was imported without any finding; nothing needs correcting", from.display()));
        }
        let name = from.file_name().unwrap_or_default().to_string_lossy();
        let name = self.mask().text(&name, Where::Name).into_owned();
        let other = sent()
            .filter(|(_, file)| Path::new(&file.file).file_name() == Some(std::ffi::OsStr::new(&name)))
            .map(|(number, _)| number)
            .next_back();
        let hint = other.map_or_else(String::new, |number| {
            format!(
                "; import {number} had a file of this name with another content: give the very file that was imported"
            )
        });
        let digest = files.first().map_or("", |file| &file.sha256[..16]);
        Ok(format!("{} is none of the files imported here (its SHA-256 is {digest}…){hint}", from.display()))
    }

    fn corrected(
        &self,
        language: Language,
        rows: &BTreeMap<(String, u32), StoredFinding>,
        sheet: RebuiltSheet,
        name: &str,
    ) -> CorrectionSheet {
        let messages = &self.definitions().messages;
        let mut exported_at = None;
        let corrected = sheet.rows.into_iter().map(|(number, cells): (u32, Vec<Cell<'static>>)| {
            let Some(stored) = rows.get(&(sheet.name.clone(), number)) else {
                return CorrectionRow { cells, ..CorrectionRow::default() };
            };
            exported_at = stored.exported_at;
            let finding = &stored.finding;
            CorrectionRow {
                wrong: messages.wrong(finding, language),
                to_do: messages.to_do(finding, language),
                marked: sheet.names.iter().position(|heading| *heading == finding.column),
                cells,
                origin: Origin::new(&stored.sha256, &sheet.name, number).cells(name),
            }
        });
        let rows = corrected.collect();
        CorrectionSheet { name: sheet.name, exported_at, head: sheet.head, rows }
    }
}
