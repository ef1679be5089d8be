//! What a sheet row that became several records says of itself: which heading fed a record, and which faults refuse the row.

use std::collections::BTreeMap;

use super::columns::{Normaliser, RejectedRow};
use super::raw::RawBatch;
use cchc_model::{Finding, Level};

impl Normaliser<'_> {
    /// Per record and column of the source the heading that feeds it, where rows of the sheet become several records.
    #[must_use]
    pub fn with_records(mut self, headings: Vec<Vec<String>>) -> Self {
        self.records = headings;
        self
    }

    /// The year of the sheet completes months and quarters that name none.
    #[must_use]
    pub const fn with_year(mut self, year: Option<i32>) -> Self {
        self.year = year;
        self
    }

    /// The sheet's heading of a column in a row of the batch.
    pub(super) fn heading(&self, at: usize, raw: &RawBatch, row: usize) -> String {
        let record = raw.records.get(row).and_then(|record| self.records.get(*record as usize));
        record.unwrap_or(&self.headings)[at].clone()
    }

    /// Of several records of one sheet row that are refused: if all are, the row is, for the first reason. Else the
    /// row is loaded, and what is left out of it is told by its own finding.
    pub(super) fn fold_records(&mut self, raw: &RawBatch, rejected: Vec<(usize, RejectedRow)>) -> Vec<RejectedRow> {
        if raw.records.is_empty() {
            return rejected.into_iter().map(|(_, row)| row).collect();
        }
        let mut kept: BTreeMap<u32, usize> = BTreeMap::new();
        for number in &raw.rows {
            *kept.entry(*number).or_default() += 1;
        }
        for (_, row) in &rejected {
            kept.entry(row.row).and_modify(|count| *count -= 1);
        }
        let mut whole: BTreeMap<u32, RejectedRow> = BTreeMap::new();
        for (_, row) in rejected {
            if kept.get(&row.row) == Some(&0) {
                match whole.get_mut(&row.row) {
                    Some(first) => first.cells = joined(&first.cells, &row.cells),
                    None => drop(whole.insert(row.row, row)),
                }
                continue;
            }
            let entry =
                self.left_out.entry((row.rule, row.column, row.value)).or_insert_with(|| (row.row, 0, row.hint));
            entry.1 += 1;
        }
        whole.into_values().collect()
    }

    /// Figures that were left out of rows that were loaded.
    pub(super) fn left_out_findings(&self) -> impl Iterator<Item = Finding> {
        self.left_out.iter().map(|((rule, column, value), (row, count, hint))| {
            Finding::new(Level::Error, rule, self.file)
                .at(&self.sheet, *row)
                .column(column)
                .value(value)
                .hint(hint)
                .count(*count)
        })
    }
}

/// The cells of two records of one row as one object.
fn joined(left: &str, right: &str) -> String {
    let object =
        |text: &str| serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).unwrap_or_default();
    let mut all = object(left);
    all.extend(object(right));
    serde_json::Value::Object(all).to_string()
}
