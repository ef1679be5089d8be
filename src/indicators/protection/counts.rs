//! The counts behind measured figures: what stands in their numerators and denominators, row by row.

use std::collections::BTreeMap;

use super::slots::{Column, Slot, Timing, slot_of};
use crate::compile::{Cells, Pass};
use crate::{By, Children};
use cchc_definitions::{Aggregate, Indicator, Rows};
use cchc_model::{Period, UnitRef};

/// A table as it was asked for: enough to measure it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedTable {
    /// The periods.
    pub periods: Vec<String>,
    /// Ids of counted indicators.
    pub indicators: Vec<String>,
    /// What the rows are of.
    pub by: By,
    /// Whether a unit's row holds what its children resolve.
    pub children: Children,
}

/// The counts of one measured table.
#[derive(Debug, Clone)]
pub(crate) struct CountTable {
    pub asked: AskedTable,
    pub periods: Vec<Period>,
    pub columns: Vec<Column>,
    pub rows: Vec<CountRow>,
    /// Of each indicator the columns on which its figure rests.
    pub behind: Vec<Vec<usize>>,
}

/// The counts of one unit, sum or group in one period.
#[derive(Debug, Clone)]
pub(crate) struct CountRow {
    pub period: usize,
    pub unit: UnitRef,
    pub group: Option<String>,
    pub counts: Vec<Option<i64>>,
}

/// Columns of form 06 that are sums of counted ones: the column, its parts, how it hangs together in time.
pub(crate) const TOTALS: [(u8, &[u8], Timing); 3] =
    [(3, &[4, 5, 6, 0], Timing::Alone), (7, &[8, 9, 10], Timing::Within), (11, &[12, 13], Timing::AtEnd)];

/// The key of a total of form 06.
pub(crate) fn total_key(column: u8) -> String {
    format!("c{column}")
}

/// The slot of a total of form 06.
pub(super) fn total_slot(column: u8, period: &Period) -> Slot {
    let timing = TOTALS.iter().find(|(total, ..)| *total == column).map_or(Timing::Alone, |(.., timing)| *timing);
    slot_of(&Column { key: total_key(column), timing, cost: 3 }, (period.start, period.end))
}

impl CountTable {
    /// A table without rows yet; passes tell what is counted for which indicator.
    pub fn new(
        periods: &[Period],
        indicators: &[&Indicator],
        passes: &[&Pass],
        (by, children): (By, Children),
    ) -> Self {
        let asked = AskedTable {
            periods: periods.iter().map(ToString::to_string).collect(),
            indicators: indicators.iter().map(|one| one.id.clone()).collect(),
            by,
            children,
        };
        let mut table = Self {
            asked,
            periods: periods.to_vec(),
            columns: Vec::new(),
            rows: Vec::new(),
            behind: vec![Vec::new(); indicators.len()],
        };
        let mut places = BTreeMap::new();
        for pass in passes {
            for (position, cells) in &pass.cells {
                let indicator = indicators[*position];
                for key in keys(pass, *cells, indicator) {
                    let next = table.columns.len();
                    let at = *places.entry(key.clone()).or_insert(next);
                    if at == next {
                        table.columns.push(Column { key, timing: timing(indicator), cost: 1 });
                    }
                    table.behind[*position].push(at);
                }
            }
        }
        if TOTALS.iter().all(|(_, parts, _)| parts.iter().filter(|part| **part > 0).all(|part| has(indicators, *part)))
        {
            let total = |(column, _, timing): &(u8, &[u8], Timing)| Column {
                key: total_key(*column),
                timing: *timing,
                cost: 3,
            };
            table.columns.extend(TOTALS.iter().map(total));
        }
        table
    }

    /// Adds a row: the counts of each indicator as [`counted`] gives them, none where nothing is told.
    pub fn add(
        &mut self,
        (period, unit, group): (usize, &UnitRef, Option<&String>),
        counted: &[Vec<i64>],
        indicators: &[&Indicator],
    ) {
        let mut counts = vec![None; self.columns.len()];
        for (columns, values) in self.behind.iter().zip(counted) {
            for (column, value) in columns.iter().zip(values) {
                counts[*column] = counts[*column].or(Some(*value));
            }
        }
        for (column, parts, _) in &TOTALS {
            let Some(at) = self.columns.iter().position(|one| one.key == total_key(*column)) else { continue };
            let part = |part: &u8| {
                let indicator = indicators.iter().position(|one| one.form06 == Some(*part))?;
                counted[indicator].first().copied()
            };
            counts[at] = Some(parts.iter().filter_map(part).sum());
        }
        self.rows.push(CountRow { period, unit: unit.clone(), group: group.cloned(), counts });
    }
}

fn has(indicators: &[&Indicator], column: u8) -> bool {
    indicators.iter().any(|one| one.form06 == Some(column))
}

/// The keys of what an indicator counts, in the order of [`counted`].
fn keys(pass: &Pass, cells: Cells, indicator: &Indicator) -> Vec<String> {
    let key = |at: usize| format!("{}: {}", pass.table, pass.expressions[at]);
    match cells {
        Cells::Ratio { top, bottom, .. } if indicator.aggregate == Aggregate::Ratio => {
            vec![key(top), key(bottom), format!("{} BUT NOT {}", key(bottom), key(top))]
        }
        Cells::Ratio { bottom, .. } | Cells::Quotient { bottom, .. } => vec![key(bottom)],
        Cells::Count { top, .. } => vec![key(top)],
        Cells::Percentile { values, .. } => vec![key(values)],
        // What units state of themselves as one figure counts no dossiers.
        Cells::Sum { .. } | Cells::Value { .. } => Vec::new(),
    }
}

/// The counts on which a figure rests: numerator, denominator and what is between them; of a mean, a percentile and a
/// quotient of stated figures the denominator alone. `number` tells the number, or the length of the list, of a column.
pub(crate) fn counted(cells: Cells, indicator: &Indicator, number: impl Fn(usize) -> f64) -> Vec<i64> {
    let whole = |at: usize| number(at).round() as i64;
    match cells {
        Cells::Ratio { top, bottom, .. } if indicator.aggregate == Aggregate::Ratio => {
            vec![whole(top), whole(bottom), whole(bottom) - whole(top)]
        }
        Cells::Ratio { bottom, .. } | Cells::Quotient { bottom, .. } => vec![whole(bottom)],
        Cells::Count { top, .. } => vec![whole(top)],
        Cells::Percentile { values, .. } => vec![whole(values)],
        Cells::Sum { .. } | Cells::Value { .. } => Vec::new(),
    }
}

fn timing(indicator: &Indicator) -> Timing {
    // What a catalogue's procedure tells of dossiers is told of those of a period.
    let is_of_period = [&indicator.numerator, &indicator.denominator].iter().any(|text| text.contains("_dossiers"));
    match indicator.rows {
        Rows::Received | Rows::Finished => Timing::Within,
        Rows::OpenAtEnd => Timing::AtEnd,
        Rows::InScope if indicator.form06 == Some(6) => Timing::AtStart,
        Rows::All if !is_of_period => Timing::Always,
        Rows::InScope | Rows::All => Timing::Alone,
    }
}
