//! What an import keeps about itself: accounts of files, findings with refused rows, and which units sent what.

use polars::prelude::{Column, DataFrame, IntoColumn, NamedFrom, Series};

use super::file::FileOutcome;
use crate::model::Kind;
use crate::normalise::data_type;

/// One row per file.
pub(super) fn imports(number: u64, outcomes: &[FileOutcome]) -> DataFrame {
    let count = |of: fn(&FileOutcome) -> u64| outcomes.iter().map(|outcome| of(outcome) as i64).collect::<Vec<i64>>();
    let text =
        |of: fn(&FileOutcome) -> &str| outcomes.iter().map(|outcome| of(outcome).to_owned()).collect::<Vec<String>>();
    frame(
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
        ],
    )
}

/// The columns of the table that any sheet of the file has.
fn columns_of(outcome: &FileOutcome) -> String {
    let columns = outcome.sheets.iter().flat_map(|sheet| sheet.columns.iter().map(|(column, _)| column.as_str()));
    columns.collect::<std::collections::BTreeSet<&str>>().into_iter().collect::<Vec<_>>().join(",")
}

/// One row per finding; refused rows keep their non-personal cells.
pub(super) fn findings(number: u64, outcomes: &[FileOutcome]) -> DataFrame {
    let mut all = Vec::new();
    for outcome in outcomes {
        let cells: std::collections::BTreeMap<(&str, u32), &str> =
            outcome.rejected.iter().map(|(sheet, row)| ((sheet.as_str(), row.row), row.cells.as_str())).collect();
        for finding in outcome.all_findings() {
            let kept = if finding.level == crate::model::Level::Error {
                cells.get(&(finding.sheet.as_str(), finding.row)).copied()
            } else {
                None
            };
            all.push((finding, kept.unwrap_or_default().to_owned()));
        }
    }
    let text = |of: fn(&crate::model::Finding) -> &str| {
        all.iter().map(|(finding, _)| of(finding).to_owned()).collect::<Vec<String>>()
    };
    frame(
        all.len(),
        vec![
            ints("import", vec![number as i64; all.len()]),
            texts("file", &text(|finding| &finding.file)),
            texts("sheet", &text(|finding| &finding.sheet)),
            ints("row", all.iter().map(|(finding, _)| i64::from(finding.row)).collect()),
            texts("rule", &text(|finding| finding.rule)),
            texts("level", &text(|finding| finding.level.as_str())),
            texts("column_name", &text(|finding| &finding.column)),
            texts("value", &text(|finding| &finding.value)),
            texts("hint", &text(|finding| &finding.hint)),
            ints("count", all.iter().map(|(finding, _)| finding.count as i64).collect()),
            texts("cells", &all.iter().map(|(_, cells)| cells.clone()).collect::<Vec<_>>()),
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
    frame(
        all.len(),
        vec![
            ints("import", vec![number as i64; all.len()]),
            texts("file", &all.iter().map(|(file, _, _)| (*file).to_owned()).collect::<Vec<_>>()),
            texts("unit", &all.iter().map(|(_, unit, _)| (*unit).to_owned()).collect::<Vec<_>>()),
            days("exported_at", all.iter().map(|(_, _, day)| *day)),
        ],
    )
}

pub(super) fn frame(height: usize, columns: Vec<Column>) -> DataFrame {
    DataFrame::new(height, columns).expect("columns of one table have one length and different names")
}

pub(super) fn ints(name: &str, values: Vec<i64>) -> Column {
    Series::new(name.into(), values).into_column()
}

pub(super) fn texts(name: &str, values: &[String]) -> Column {
    Series::new(name.into(), values).into_column()
}

pub(super) fn days(name: &str, values: impl Iterator<Item = Option<chrono::NaiveDate>>) -> Column {
    let micros: Vec<Option<i64>> = values
        .map(|day| day.and_then(|day| day.and_hms_opt(0, 0, 0)).map(|time| time.and_utc().timestamp_micros()))
        .collect();
    Series::new(name.into(), micros).cast(&data_type(Kind::Time)).expect("microseconds are a time").into_column()
}
