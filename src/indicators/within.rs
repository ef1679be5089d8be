//! One indicator by unit and, within each unit, by groups of dossiers: what a rate is mixed of.

use std::collections::BTreeMap;

use super::compile::pass_within_units;
use super::figures::{LEAD, Values, add, cell, receivers, value};
use super::{By, Children, Measuring};
use cchc_definitions::Indicator;
use cchc_model::{Measure, Period};
use cchc_store::StoreError;

/// A figure of one group of a unit's dossiers.
#[derive(Debug, Clone, PartialEq)]
pub struct WithinUnit {
    /// Place of the period in the request.
    pub period: usize,
    /// Code of the unit, `*KIND` or `*`.
    pub unit: String,
    /// Field, procedure, channel or level.
    pub group: Option<String>,
    /// The figure.
    pub measure: Measure,
}

/// Measures one counted indicator (one that is not made of others) by unit and group; by period, unit and group.
///
/// # Errors
/// The store cannot be read.
pub async fn within_units(
    measuring: &Measuring<'_>,
    periods: &[Period],
    indicator: &Indicator,
    by: By,
) -> Result<Vec<WithinUnit>, StoreError> {
    let (pass, cells) = pass_within_units(measuring, periods, indicator, by);
    let mut sums: BTreeMap<(usize, String, Option<String>), Values> = BTreeMap::new();
    for row in measuring.session.rows(&pass.sql).await?.iter() {
        let values: Values = (LEAD..LEAD + pass.width).map(|at| value(row, at)).collect();
        for unit in receivers(measuring, row.text(1), row.text(2), By::Unit, Children::Apart) {
            let key = (row.count(0) as usize, unit, row.text(3).map(str::to_owned));
            match sums.get_mut(&key) {
                Some(sum) => add(sum, &values),
                None => drop(sums.insert(key, values.clone())),
            }
        }
    }
    let figure = |((period, unit, group), values): ((usize, String, Option<String>), Values)| WithinUnit {
        period,
        unit,
        group,
        measure: cell(Some(&values), cells),
    };
    Ok(sums.into_iter().map(figure).collect())
}
