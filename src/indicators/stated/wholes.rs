//! Form 06 from ready-made counts: where only the sum of two columns is stated, the sum is shown and the columns are not.

use std::collections::BTreeMap;

use super::Stated;
use crate::figures::receivers;
use crate::{By, Children, Measuring};
use cchc_model::Form06Row;

/// The measures of two columns, their sum's measure, and where the three stand among the counts of a row.
const PAIRS: [([&str; 2], &str, usize, [usize; 2]); 3] = [
    (["online", "direct_post"], "received_new", 0, [1, 2]),
    (["early", "on_time"], "early_or_on_time", 4, [5, 6]),
    (["in_time", "overdue"], "pending", 8, [9, 10]),
];

/// Sums of columns that are not known apart, by whose row they belong to.
#[derive(Debug, Default)]
pub(crate) struct StatedWholes(BTreeMap<String, [Option<f64>; 3]>);

impl StatedWholes {
    pub fn of(measuring: &Measuring<'_>, stated: &Stated, (by, children): (By, Children)) -> Self {
        let mut wholes = Self::default();
        for ((_, unit), figures) in &stated.of {
            for code in receivers(measuring, Some(unit), None, by, children) {
                let of = wholes.0.entry(code).or_default();
                for (at, (columns, whole, ..)) in PAIRS.iter().enumerate() {
                    if columns.iter().any(|column| figures.get(column).is_none()) {
                        *of[at].get_or_insert(0.0) += figures.get(whole).unwrap_or(0.0);
                    }
                }
            }
        }
        wholes
    }

    /// The row with those sums.
    pub fn put_into(&self, mut row: Form06Row) -> Form06Row {
        let Some(wholes) = self.0.get(&row.unit.unit_code) else { return row };
        row.stated = true;
        for (whole, (_, _, sum, columns)) in wholes.iter().zip(PAIRS) {
            let Some(whole) = whole else { continue };
            row.counts[sum] = row.counts[sum].map(|known| known + *whole as i64);
            for column in columns {
                row.counts[column] = None;
            }
        }
        row
    }
}
