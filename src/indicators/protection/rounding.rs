//! Rounds the counts of figures to a multiple of five, and makes the figures of the rounded counts.

use super::HIDDEN;
use super::counts::CountTable;
use crate::GroupedRow;
use cchc_disclosure::rounded;
use cchc_model::{Measure, PUBLIC_BELOW, Status};

/// What counts are rounded to.
pub(crate) const BASE: u32 = 5;

/// Rounds all figures of a table. A rate is made of its rounded counts; a mean or a percentile of too few cases is
/// hidden, since it tells what single dossiers were like.
pub(super) fn round(table: &CountTable, rows: &mut [GroupedRow], below: u32) {
    let width = table.behind.len().max(1);
    for (row, cells) in table.rows.iter().zip(rows.chunks_mut(width)) {
        for (cell, behind) in cells.iter_mut().zip(&table.behind) {
            let counts: Vec<i64> = behind.iter().filter_map(|column| row.counts[*column]).collect();
            cell.row.measure = figure(cell.row.measure, &counts, below.max(PUBLIC_BELOW));
        }
    }
}

fn figure(measure: Measure, counts: &[i64], below: u32) -> Measure {
    if measure.status != Status::Ok {
        return measure;
    }
    let whole = |count: f64| rounded(count.round() as i64, BASE) as f64;
    match (counts, measure.numerator, measure.denominator) {
        // Numerator, denominator and what is between them.
        ([_, _, _], Some(top), Some(bottom)) => {
            let made = Measure::ratio(whole(top), whole(bottom));
            Measure { estimate: measure.estimate, ..made }
        }
        ([few], ..) if measure.numerator.is_some() || measure.denominator.is_some() || !is_count(measure, *few) => {
            if *few < i64::from(below) {
                return HIDDEN;
            }
            let bottom = measure.denominator.map(whole);
            Measure {
                numerator: bottom.zip(measure.value).map(|(bottom, value)| bottom * value),
                denominator: bottom,
                ..measure
            }
        }
        ([count], ..) => Measure { value: Some(rounded(*count, BASE) as f64), ..measure },
        _ => measure,
    }
}

/// Whether the figure is the count itself, and not a percentile of so many values.
fn is_count(measure: Measure, count: i64) -> bool {
    measure.value.is_some_and(|value| (value - count as f64).abs() < f64::EPSILON)
}
