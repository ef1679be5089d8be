//! What an import keeps about itself: accounts of files, findings with refused rows, and which units sent what.

use std::collections::BTreeMap;

use polars::prelude::{Column, DataFrame, IntoColumn, NamedFrom, Series};

use super::file::FileOutcome;
use super::settle::Settled;
use cchc_model::{Finding, Level};
use cchc_normalise::RejectedRow;
use cchc_store::{days, frame_of, ints, texts};

/// One row per file.
pub(super) fn imports(number: u64, outcomes: &[FileOutcome]) -> DataFrame {
    let count = |of: fn(&FileOutcome) -> u64| outcomes.iter().map(|outcome| of(outcome) as i64).collect::<Vec<i64>>();
    let text =
        |of: fn(&FileOutcome) -> &str| outcomes.iter().map(|outcome| of(outcome).to_owned()).collect::<Vec<String>>();
    frame_of(
        outcomes.len(),
        vec![
            ints("import", vec![number as i64; outcomes.len()]),
            texts("file", &text(|outcome| &outcome.account.file)),
            texts("source", &text(|outcome| &outcome.account.source)),
            texts("table_name", &text(|outcome| outcome.table)),
            days("exported_at", outcomes.iter().map(|outcome| outcome.exported_at)),
            ints("rows", count(|outcome| outcome.account.rows)),
            ints("loaded", count(|outcome| outcome.account.loaded)),
            ints("updated", count(|outcome| outcome.account.updated)),
            ints("duplicate", count(|outcome| outcome.account.duplicate)),
            ints("rejected", count(|outcome| outcome.account.rejected)),
            texts("sha256", &text(|outcome| &outcome.sha256)),
            texts("columns", &outcomes.iter().map(columns_of).collect::<Vec<String>>()),
            texts("units", &outcomes.iter().map(units_of).collect::<Vec<String>>()),
        ],
    )
}

/// The columns of the table that any sheet of the file has.
fn columns_of(outcome: &FileOutcome) -> String {
    let columns = outcome.sheets.iter().flat_map(|sheet| sheet.columns.iter().map(|(column, _)| column.as_str()));
    columns.collect::<std::collections::BTreeSet<&str>>().into_iter().collect::<Vec<_>>().join(",")
}

/// The units of its rows, refused ones included.
fn units_of(outcome: &FileOutcome) -> String {
    let refused = outcome.rejected.iter().map(|(_, row)| row.unit.as_str()).filter(|unit| !unit.is_empty());
    let units: std::collections::BTreeSet<&str> =
        refused.chain(outcome.named_units.iter().map(String::as_str)).collect();
    units.into_iter().collect::<Vec<&str>>().join(",")
}

/// A finding as it is kept, and what else is known of a refused row.
pub(super) struct Kept<'a> {
    pub finding: Finding,
    /// The file that it is about.
    pub outcome: &'a FileOutcome,
    /// The refused row, if it is about one.
    pub refused: Option<&'a RejectedRow>,
}

impl Kept<'_> {
    /// Table that the sheet feeds.
    pub fn table(&self) -> &'static str {
        self.outcome.table_of(&self.finding.sheet)
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
pub(super) fn kept(outcomes: &[FileOutcome]) -> Vec<Kept<'_>> {
    let mut all = Vec::new();
    for outcome in outcomes {
        let rows: BTreeMap<(&str, u32), &RejectedRow> =
            outcome.rejected.iter().map(|(sheet, row)| ((sheet.as_str(), row.row), row)).collect();
        all.extend(outcome.all_findings().into_iter().map(|finding| {
            let is_refusal = finding.level == Level::Error && finding.row > 0;
            let row = rows.get(&(finding.sheet.as_str(), finding.row)).filter(|row| row.rule == finding.rule);
            let refused = row.filter(|_| is_refusal).copied();
            Kept { finding, outcome, refused }
        }));
    }
    all
}

/// One row per finding; refused rows keep their non-personal cells.
pub(super) fn findings(number: u64, all: &[Kept<'_>]) -> DataFrame {
    let text = |of: fn(&Finding) -> &str| all.iter().map(|kept| of(&kept.finding).to_owned()).collect::<Vec<String>>();
    let row =
        |of: fn(&RejectedRow) -> &String| all.iter().map(move |kept| kept.refused.map(of).cloned().unwrap_or_default());
    frame_of(
        all.len(),
        vec![
            ints("import", vec![number as i64; all.len()]),
            texts("file", &text(|finding| &finding.file)),
            texts("sheet", &text(|finding| &finding.sheet)),
            ints("row", all.iter().map(|kept| i64::from(kept.finding.row)).collect()),
            texts("rule", &text(|finding| &finding.rule)),
            texts("level", &text(|finding| finding.level.as_str())),
            texts("column_name", &text(|finding| &finding.column)),
            texts("value", &text(|finding| &finding.value)),
            texts("hint", &text(|finding| &finding.hint)),
            ints("count", all.iter().map(|kept| kept.finding.count as i64).collect()),
            texts("cells", &row(|row| &row.cells).collect::<Vec<_>>()),
            ints("number", (1..).take(all.len()).collect()),
            texts("table_name", &all.iter().map(|kept| kept.table().to_owned()).collect::<Vec<_>>()),
            codes(all),
            texts("unit", &all.iter().map(|kept| kept.unit().to_owned()).collect::<Vec<_>>()),
        ],
    )
}

/// Codes of refused rows; nothing where no row was refused.
fn codes(all: &[Kept<'_>]) -> Column {
    let codes: Vec<Option<&str>> = all.iter().map(|kept| kept.refused.map(|row| row.code.as_str())).collect();
    Series::new("code".into(), codes).into_column()
}

/// One row per finding of an earlier import, or of this one, that needs nobody any more.
pub(super) fn cleared(number: u64, settled: &[Settled]) -> DataFrame {
    frame_of(
        settled.len(),
        vec![
            ints("import", vec![number as i64; settled.len()]),
            ints("old_import", settled.iter().map(|one| one.import).collect()),
            ints("number", settled.iter().map(|one| one.number).collect()),
            texts("how", &settled.iter().map(|one| one.how.as_str().to_owned()).collect::<Vec<_>>()),
        ],
    )
}

/// One row per file and unit.
pub(super) fn sent(number: u64, outcomes: &[FileOutcome]) -> DataFrame {
    let all: Vec<(&str, &str, Option<chrono::NaiveDate>)> = outcomes
        .iter()
        .flat_map(|outcome| {
            outcome.units.iter().map(|unit| (outcome.account.file.as_str(), unit.as_str(), outcome.exported_at))
        })
        .collect();
    frame_of(
        all.len(),
        vec![
            ints("import", vec![number as i64; all.len()]),
            texts("file", &all.iter().map(|(file, _, _)| (*file).to_owned()).collect::<Vec<_>>()),
            texts("unit", &all.iter().map(|(_, unit, _)| (*unit).to_owned()).collect::<Vec<_>>()),
            days("exported_at", all.iter().map(|(_, _, day)| *day)),
        ],
    )
}
