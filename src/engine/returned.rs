//! Workbooks of findings to send back to the units: one for all, or one for each unit.

use std::collections::BTreeMap;
use std::path::Path;

use unicode_normalization::UnicodeNormalization;

use super::{Engine, EngineError, StoredFinding};
use cchc_definitions::Language;
use cchc_model::Level;
use cchc_report::write::ReportFile;
use cchc_report::{Consequence, ReturnWords, Returned, ReturnedFinding, Theme, build_returned, render_xlsx};

/// Name of the file for findings of no single unit.
const NO_UNIT: &str = "khong-ro-don-vi.xlsx";

/// What all workbooks of one answer share.
struct Maker<'e> {
    engine: &'e Engine,
    language: Language,
    words: ReturnWords,
    theme: Theme,
}

impl Engine {
    /// One workbook with these findings, titled with the name of a unit or as one for all units.
    ///
    /// # Errors
    /// A template cannot be read, or the workbook cannot be made.
    pub fn findings_workbook(
        &self,
        found: &[StoredFinding],
        unit: Option<&str>,
        language: Language,
    ) -> Result<Vec<u8>, EngineError> {
        let maker = self.maker(language)?;
        let unit = unit.map_or_else(|| maker.words.all_units.clone(), str::to_owned);
        maker.workbook(&found.iter().collect::<Vec<_>>(), unit)
    }

    /// A workbook for each unit that findings concern, by code; first that for findings of no single unit.
    ///
    /// # Errors
    /// As [`Engine::findings_workbook`].
    pub fn findings_by_unit(
        &self,
        found: &[StoredFinding],
        language: Language,
    ) -> Result<Vec<ReportFile>, EngineError> {
        let maker = self.maker(language)?;
        let mut of: BTreeMap<Option<&str>, Vec<&StoredFinding>> = BTreeMap::new();
        for stored in found {
            of.entry(self.addressee(&stored.units)).or_default().push(stored);
        }
        let file = |(unit, found): (Option<&str>, Vec<&StoredFinding>)| -> Result<ReportFile, EngineError> {
            let name = unit.map(|code| self.units().by_code(code).map_or(code, |unit| unit.name.as_str()));
            let title = name.map_or_else(|| maker.words.no_unit.clone(), str::to_owned);
            let name = unit.map_or_else(|| NO_UNIT.to_owned(), |code| format!("{}.xlsx", file_name(code, name)));
            Ok(ReportFile { name, bytes: maker.workbook(&found, title)? })
        };
        of.into_iter().map(file).collect()
    }

    fn maker(&self, language: Language) -> Result<Maker<'_>, EngineError> {
        Ok(Maker { engine: self, language, words: self.return_words(language)?, theme: self.theme()? })
    }

    /// Whom a finding is sent to: its unit, or of several (a district and its communes report in one file) the nearest that is
    /// above all of them, short of the province.
    fn addressee<'a>(&'a self, units: &'a [String]) -> Option<&'a str> {
        let (first, others) = units.split_first()?;
        if others.is_empty() {
            return Some(first);
        }
        let up =
            |code: &'a str| std::iter::once(code).chain(self.units().ancestors(code).map(|unit| unit.code.as_str()));
        let common = up(first).find(|one| others.iter().all(|other| up(other).any(|above| above == *one)))?;
        self.units().by_code(common)?.parent.as_ref().map(|_| common)
    }
}

impl Maker<'_> {
    fn workbook(&self, found: &[&StoredFinding], unit: String) -> Result<Vec<u8>, EngineError> {
        let returned = Returned {
            unit,
            author: self.engine.config().department.clone(),
            day: self.engine.version().time,
            created: self.engine.created(),
            findings: found.iter().map(|stored| self.returned(stored)).collect(),
        };
        Ok(render_xlsx(&build_returned(&returned, &self.words), &self.theme)?)
    }

    fn returned(&self, stored: &StoredFinding) -> ReturnedFinding {
        let finding = &stored.finding;
        let (messages, language) = (&self.engine.definitions().messages, self.language);
        let name = Path::new(&finding.file)
            .file_name()
            .map_or_else(|| finding.file.clone(), |name| name.to_string_lossy().into_owned());
        let cells: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&stored.cells).unwrap_or_default();
        let text = |value: serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        ReturnedFinding {
            consequence: consequence(stored),
            short: messages.short(&finding.rule, language),
            place: (name, finding.sheet.clone(), finding.row),
            unit: stored.unit_name.clone(),
            code: stored.code.clone(),
            wrong: messages.wrong(finding, language),
            to_do: messages.to_do(finding, language),
            count: finding.count,
            cells: cells.into_iter().map(|(heading, cell)| (heading, text(cell))).collect(),
        }
    }
}

fn consequence(stored: &StoredFinding) -> Consequence {
    match stored.finding.level {
        Level::Error if stored.is_row => Consequence::Refused,
        Level::Error => Consequence::RefusedFile,
        Level::Warning => Consequence::Warning,
        Level::Info => Consequence::Info,
    }
}

/// Code and name in letters that every system can store.
#[must_use]
pub fn file_name(code: &str, name: Option<&str>) -> String {
    let plain = |text: &str| -> String {
        let mut plain = String::new();
        // The letter d with a stroke does not decompose.
        for letter in text.to_lowercase().replace('\u{111}', "d").nfd() {
            if letter.is_ascii_alphanumeric() || letter == '.' {
                plain.push(letter);
            } else if !plain.ends_with('-') && !unicode_normalization::char::is_combining_mark(letter) {
                plain.push('-');
            }
        }
        plain.trim_matches('-').to_owned()
    };
    let (code, name) = (plain(code), name.map(plain).unwrap_or_default());
    let whole = if name.is_empty() || name == code { code } else { format!("{code}_{name}") };
    whole.chars().take(100).collect()
}
