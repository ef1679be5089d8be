//! What an import stores about itself: accounts of files, findings with refused rows, and which units sent what.

use std::collections::BTreeSet;

use polars::prelude::{Column, DataFrame, IntoColumn, NamedFrom, Series};

use super::covered;
use super::merge::{ImportedFile, refusal};
use cchc_model::{FileAccount, Finding};
use cchc_normalise::RejectedRow;
use cchc_store::{Aside, StoreError, days, frame_of, ints, texts};

/// One row per file.
pub(super) fn imports(number: u64, files: &[ImportedFile]) -> DataFrame {
    let accounts: Vec<FileAccount> = files.iter().map(ImportedFile::account).collect();
    let count = |of: fn(&FileAccount) -> u64| accounts.iter().map(|account| of(account) as i64).collect::<Vec<i64>>();
    let text = |of: fn(&ImportedFile) -> String| files.iter().map(of).collect::<Vec<String>>();
    frame_of(
        files.len(),
        vec![
            ints("import", vec![number as i64; files.len()]),
            texts("file", &text(|file| file.facts.file.clone())),
            texts("source", &text(|file| file.facts.source.clone())),
            texts("table_name", &text(|file| file.facts.table.to_owned())),
            days("exported_at", files.iter().map(|file| file.facts.exported_at)),
            ints("rows", count(|account| account.rows)),
            ints("loaded", count(|account| account.loaded)),
            ints("updated", count(|account| account.updated)),
            ints("duplicate", count(|account| account.duplicate)),
            ints("rejected", count(|account| account.rejected)),
            texts("sha256", &text(|file| file.facts.sha256.clone())),
            texts("columns", &text(columns_of)),
            texts("units", &text(units_of)),
        ],
    )
}

/// The columns of the table that any sheet of the file has.
fn columns_of(file: &ImportedFile) -> String {
    let columns = file.facts.sheets.iter().flat_map(|sheet| sheet.columns.iter().map(|(column, _)| column.as_str()));
    columns.collect::<BTreeSet<&str>>().into_iter().collect::<Vec<_>>().join(",")
}

/// The units of its rows, refused ones included.
fn units_of(file: &ImportedFile) -> String {
    let refused = file.facts.sheets.iter().flat_map(|sheet| sheet.refused.units());
    let accepted = file.facts.sheets.iter().flat_map(|sheet| sheet.units.keys().map(String::as_str));
    let units: BTreeSet<&str> = refused.chain(accepted).collect();
    units.into_iter().collect::<Vec<&str>>().join(",")
}

/// A finding as it is stored, and what else is known of a refused row.
pub(super) struct LoggedFinding<'a> {
    /// Its number in the import, from 1.
    pub number: i64,
    pub finding: &'a Finding,
    /// The file that it is about.
    pub file: &'a ImportedFile,
    /// The refused row, if it is about one.
    pub refused: Option<&'a RejectedRow>,
}

impl LoggedFinding<'_> {
    /// Table that the sheet feeds.
    pub fn table(&self) -> &'static str {
        self.file.facts.table_of(&self.finding.sheet)
    }

    /// Unit that it concerns, if one is known; else it concerns those for which the file reports.
    fn unit(&self) -> &str {
        match self.refused {
            Some(row) => &row.unit,
            None if self.finding.rule == "absent_from_newer_export" => &self.finding.hint,
            None => "",
        }
    }
}

/// Passes on all findings one by one, numbered by file, sheet and row, refused rows from where they wait.
///
/// # Errors
/// What was put aside cannot be read, or whoever takes them fails.
pub(super) fn each_logged<'a>(
    files: &'a [ImportedFile],
    aside: &Aside,
    mut take: impl FnMut(LoggedFinding<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut by_path: Vec<&'a ImportedFile> = files.iter().collect();
    by_path.sort_by(|left, right| left.facts.file.cmp(&right.facts.file));
    let mut number = 0;
    let mut give = |file: &'a ImportedFile, finding: &Finding, refused: Option<&RejectedRow>| {
        number += 1;
        take(LoggedFinding { number, finding, file, refused })
    };
    for file in by_path {
        let mut others = file.findings.iter().peekable();
        let mut sheets: Vec<_> = file.facts.sheets.iter().collect();
        sheets.sort_by(|left, right| left.name.cmp(&right.name));
        for sheet in sheets {
            for rows in sheet.refused.parts(aside) {
                for row in rows?.iter() {
                    let finding = refusal(&file.facts.file, &sheet.name, row);
                    while let Some(other) = others.next_if(|other| **other < finding) {
                        give(file, other, None)?;
                    }
                    give(file, &finding, Some(row))?;
                }
            }
        }
        for other in others {
            give(file, other, None)?;
        }
    }
    Ok(())
}

/// Rows of the table `findings` on their way into it.
#[derive(Default)]
pub(super) struct FindingRows {
    numbers: [Vec<i64>; 3],
    texts: [Vec<String>; 10],
    /// Codes of refused rows; nothing where no row was refused.
    codes: Vec<Option<String>>,
}

impl FindingRows {
    /// Rows that are written together.
    const TOGETHER: usize = 1 << 16;

    /// Whether there are enough to be written.
    pub const fn is_full(&self) -> bool {
        self.codes.len() >= Self::TOGETHER
    }

    /// Adds a finding; refused rows keep their non-personal cells.
    pub fn push(&mut self, logged: &LoggedFinding<'_>) {
        let finding = logged.finding;
        let numbers = [i64::from(finding.row), finding.count as i64, logged.number];
        self.numbers.iter_mut().zip(numbers).for_each(|(column, number)| column.push(number));
        let cells = logged.refused.map_or("", |row| row.cells.as_str());
        let texts = [
            finding.file.as_str(),
            &finding.sheet,
            &finding.rule,
            finding.level.as_str(),
            &finding.column,
            &finding.value,
            &finding.hint,
            cells,
            logged.table(),
            logged.unit(),
        ];
        self.texts.iter_mut().zip(texts).for_each(|(column, text)| column.push(text.to_owned()));
        self.codes.push(logged.refused.map(|row| row.code.clone()));
    }

    /// The rows as they are stored, and none left.
    pub fn frame(&mut self, import: u64) -> DataFrame {
        let height = self.codes.len();
        let [row, count, number] = std::mem::take(&mut self.numbers);
        let [file, sheet, rule, level, column, value, hint, cells, table, unit] = std::mem::take(&mut self.texts);
        let codes: Column = Series::new("code".into(), std::mem::take(&mut self.codes)).into_column();
        frame_of(
            height,
            vec![
                ints("import", vec![import as i64; height]),
                texts("file", &file),
                texts("sheet", &sheet),
                ints("row", row),
                texts("rule", &rule),
                texts("level", &level),
                texts("column_name", &column),
                texts("value", &value),
                texts("hint", &hint),
                ints("count", count),
                texts("cells", &cells),
                ints("number", number),
                texts("table_name", &table),
                codes,
                texts("unit", &unit),
            ],
        )
    }
}

/// One row per file and unit whose export of dossiers it is.
pub(super) fn sent(number: u64, files: &[ImportedFile]) -> DataFrame {
    let mut all: Vec<(&ImportedFile, &str)> = Vec::new();
    for file in files {
        all.extend(covered::units(file).into_iter().map(|unit| (file, unit)));
    }
    frame_of(
        all.len(),
        vec![
            ints("import", vec![number as i64; all.len()]),
            texts("file", &all.iter().map(|(file, _)| file.facts.file.clone()).collect::<Vec<_>>()),
            texts("unit", &all.iter().map(|(_, unit)| (*unit).to_owned()).collect::<Vec<_>>()),
            days("exported_at", all.iter().map(|(file, _)| file.facts.exported_at)),
        ],
    )
}
