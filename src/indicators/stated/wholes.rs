//! Form 06 from ready-made counts: where only the sum of two columns is stated, the sum is shown and the columns are not;
//! what is not stated at all is not shown as 0.

use std::collections::BTreeMap;

use super::{Stated, StatedFigures};
use crate::figures::receivers;
use crate::{By, Children, Measuring};
use cchc_model::Form06Row;

/// A sum of form 06: two columns that may be stated together only, the measure of both, and the third column.
struct Sum {
    /// Place among the counts of a row, where c3 is 0.
    at: usize,
    pair: [(usize, &'static str); 2],
    both: &'static str,
    third: Option<(usize, &'static str)>,
}

const SUMS: [Sum; 3] = [
    Sum { at: 0, pair: [(1, "online"), (2, "direct_post")], both: "received_new", third: Some((3, "carried")) },
    Sum { at: 4, pair: [(5, "early"), (6, "on_time")], both: "early_or_on_time", third: Some((7, "late")) },
    Sum { at: 8, pair: [(9, "in_time"), (10, "overdue")], both: "pending", third: None },
];

/// What counts change in the rows of form 06, by whose row it is.
#[derive(Debug, Default)]
pub(crate) struct StatedWholes(BTreeMap<String, Changes>);

#[derive(Debug, Default, Clone, Copy)]
struct Changes {
    /// Added to the counts of a row.
    more: [f64; 11],
    /// Counts that are not known.
    unknown: [bool; 11],
}

impl StatedWholes {
    pub fn of(measuring: &Measuring<'_>, stated: &Stated, (by, children): (By, Children)) -> Self {
        let mut wholes = Self::default();
        for ((_, unit), figures) in &stated.of {
            for code in receivers(measuring, Some(unit), None, by, children) {
                wholes.0.entry(code).or_default().add(figures);
            }
        }
        wholes
    }

    /// The row with those changes.
    pub fn put_into(&self, mut row: Form06Row) -> Form06Row {
        let Some(changes) = self.0.get(&row.unit.unit_code) else { return row };
        row.stated = true;
        for (count, (more, unknown)) in row.counts.iter_mut().zip(changes.more.iter().zip(changes.unknown)) {
            *count = count.filter(|_| !unknown).map(|count| count + *more as i64);
        }
        row
    }
}

impl Changes {
    fn add(&mut self, figures: &StatedFigures) {
        for sum in SUMS {
            if sum.pair.iter().any(|(_, measure)| figures.get(measure).is_none()) {
                // One of the two may be known; it is in the row already, and in the sum of both again.
                let known: f64 = sum.pair.iter().filter_map(|(_, measure)| figures.get(measure)).sum();
                sum.pair.iter().for_each(|(at, _)| self.unknown[*at] = true);
                match figures.get(sum.both) {
                    Some(both) => self.more[sum.at] += both - known,
                    None => self.unknown[sum.at] = true,
                }
            }
            if let Some((at, _)) = sum.third.filter(|(_, measure)| figures.get(measure).is_none()) {
                (self.unknown[at], self.unknown[sum.at]) = (true, true);
            }
        }
    }
}
