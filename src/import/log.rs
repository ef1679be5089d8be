//! What an import stores about itself: accounts of files, findings with refused rows, and which units sent what.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::{Column, DataFrame, IntoColumn, NamedFrom, Series};

use super::merge::ImportedFile;
use cchc_model::{FileAccount, Finding, Level};
use cchc_normalise::RejectedRow;
use cchc_store::{days, frame_of, ints, texts};

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
    let refused = file.facts.rejected().map(|(_, row)| row.unit.as_str()).filter(|unit| !unit.is_empty());
    let accepted = file.facts.sheets.iter().flat_map(|sheet| sheet.units.iter().map(String::as_str));
    let units: BTreeSet<&str> = refused.chain(accepted).collect();
    units.into_iter().collect::<Vec<&str>>().join(",")
}

/// A finding as it is stored, and what else is known of a refused row.
pub(super) struct LoggedFinding<'a> {
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

/// All findings in the order in which they are numbered from 1.
pub(super) fn logged(files: &[ImportedFile]) -> Vec<LoggedFinding<'_>> {
    let mut all = Vec::new();
    for file in files {
        let rows: BTreeMap<(&str, u32), &RejectedRow> =
            file.facts.rejected().map(|(sheet, row)| ((sheet.name.as_str(), row.row), row)).collect();
        all.extend(file.findings.iter().map(|finding| {
            let is_refusal = finding.level == Level::Error && finding.row > 0;
            let row = rows.get(&(finding.sheet.as_str(), finding.row)).filter(|row| row.rule == finding.rule);
            LoggedFinding { finding, file, refused: row.filter(|_| is_refusal).copied() }
        }));
    }
    all
}

/// One row per finding, for refused rows with their non-personal cells.
pub(super) fn findings(number: u64, all: &[LoggedFinding<'_>]) -> DataFrame {
    let text =
        |of: fn(&Finding) -> &str| all.iter().map(|logged| of(logged.finding).to_owned()).collect::<Vec<String>>();
    let row = |of: fn(&RejectedRow) -> &String| {
        all.iter().map(move |logged| logged.refused.map(of).cloned().unwrap_or_default())
    };
    frame_of(
        all.len(),
        vec![
            ints("import", vec![number as i64; all.len()]),
            texts("file", &text(|finding| &finding.file)),
            texts("sheet", &text(|finding| &finding.sheet)),
            ints("row", all.iter().map(|logged| i64::from(logged.finding.row)).collect()),
            texts("rule", &text(|finding| &finding.rule)),
            texts("level", &text(|finding| finding.level.as_str())),
            texts("column_name", &text(|finding| &finding.column)),
            texts("value", &text(|finding| &finding.value)),
            texts("hint", &text(|finding| &finding.hint)),
            ints("count", all.iter().map(|logged| logged.finding.count as i64).collect()),
            texts("cells", &row(|row| &row.cells).collect::<Vec<_>>()),
            ints("number", (1..).take(all.len()).collect()),
            texts("table_name", &all.iter().map(|logged| logged.table().to_owned()).collect::<Vec<_>>()),
            codes(all),
            texts("unit", &all.iter().map(|logged| logged.unit().to_owned()).collect::<Vec<_>>()),
        ],
    )
}

/// Codes of refused rows; nothing where no row was refused.
fn codes(all: &[LoggedFinding<'_>]) -> Column {
    let codes: Vec<Option<&str>> = all.iter().map(|logged| logged.refused.map(|row| row.code.as_str())).collect();
    Series::new("code".into(), codes).into_column()
}

/// One row per file and unit for which it reports dossiers.
pub(super) fn sent(number: u64, files: &[ImportedFile]) -> DataFrame {
    let mut all: Vec<(&ImportedFile, &str)> = Vec::new();
    for file in files {
        let dossiers = file.facts.sheets.iter().filter(|sheet| sheet.table.name == "dossiers");
        let units: BTreeSet<&str> = dossiers.flat_map(|sheet| sheet.units.iter().map(String::as_str)).collect();
        all.extend(units.into_iter().map(|unit| (file, unit)));
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
