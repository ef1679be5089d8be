//! Sheet rows that became several records: which faults refuse the row, and which only leave a record out.

use std::collections::BTreeMap;

use super::{RejectedRow, RowJudge};
use crate::batch::Batch;

impl RowJudge {
    /// Refuses a sheet row, for the first reason, only if all its records are refused. Otherwise the row is loaded, and
    /// each record that is left out has a finding of its own.
    pub fn fold_records(rejected: Vec<(usize, RejectedRow)>, batch: &mut Batch<'_, '_>) -> Vec<RejectedRow> {
        if batch.raw.records.is_empty() {
            return rejected.into_iter().map(|(_, row)| row).collect();
        }
        let mut kept: BTreeMap<u32, usize> = BTreeMap::new();
        for number in &batch.raw.rows {
            *kept.entry(*number).or_default() += 1;
        }
        for (_, row) in &rejected {
            kept.entry(row.row).and_modify(|count| *count -= 1);
        }
        let mut whole: BTreeMap<u32, RejectedRow> = BTreeMap::new();
        for (_, row) in rejected {
            if kept.get(&row.row) != Some(&0) {
                batch.warnings.leave_out(row.rule, row.column, row.value, row.row, row.hint);
                continue;
            }
            match whole.get_mut(&row.row) {
                Some(first) => first.cells = joined(&first.cells, &row.cells),
                None => drop(whole.insert(row.row, row)),
            }
        }
        whole.into_values().collect()
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
