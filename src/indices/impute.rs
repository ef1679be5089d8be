//! Imputing: missing values are replaced, and the number of replaced values is reported.

use super::moments::{mean, median};
use cchc_definitions::index::settings::ImputeMethod;

/// What imputation may draw on beside the column itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sources<'a> {
    /// The group of each unit, numbered from 0, for the methods by group; a unit without one is not imputed.
    pub groups: &'a [Option<usize>],
    /// The unit's own values of earlier periods, the latest first, for `last_period`.
    pub earlier: &'a [Vec<Option<f64>>],
}

/// Fills the gaps of a column; what cannot be filled stays missing. Also gives how many were filled.
///
/// ```
/// use cchc_definitions::index::settings::ImputeMethod;
/// use cchc_indices::{Sources, impute};
/// let groups = [Some(0), Some(0), Some(1), Some(0)];
/// let column = [Some(1.0), Some(3.0), Some(9.0), None];
/// let (filled, count) = impute(&column, ImputeMethod::GroupMean, Sources { groups: &groups, earlier: &[] });
/// assert_eq!((filled[3], count), (Some(2.0), 1));
/// ```
#[must_use]
pub fn impute(values: &[Option<f64>], method: ImputeMethod, sources: Sources<'_>) -> (Vec<Option<f64>>, usize) {
    let present = || values.iter().flatten().copied().collect::<Vec<f64>>();
    let filled: Vec<Option<f64>> = match method {
        ImputeMethod::None => values.to_vec(),
        ImputeMethod::IndicatorMean => with(values, mean(&present())),
        ImputeMethod::IndicatorMedian => with(values, median(&present())),
        ImputeMethod::GroupMean => by_group(values, sources.groups, mean),
        ImputeMethod::GroupMedian => by_group(values, sources.groups, median),
        ImputeMethod::LastPeriod => values
            .iter()
            .enumerate()
            .map(|(row, value)| {
                value.or_else(|| sources.earlier.iter().find_map(|column| column.get(row).copied().flatten()))
            })
            .collect(),
    };
    let count = values.iter().zip(&filled).filter(|(before, after)| before.is_none() && after.is_some()).count();
    (filled, count)
}

fn with(values: &[Option<f64>], stand_in: Option<f64>) -> Vec<Option<f64>> {
    values.iter().map(|value| value.or(stand_in)).collect()
}

fn by_group(values: &[Option<f64>], groups: &[Option<usize>], middle: fn(&[f64]) -> Option<f64>) -> Vec<Option<f64>> {
    let group = |row: usize| groups.get(row).copied().flatten();
    let mut members: Vec<Vec<f64>> = vec![Vec::new(); groups.iter().flatten().max().map_or(0, |last| last + 1)];
    for (row, value) in values.iter().enumerate() {
        if let (Some(value), Some(group)) = (value, group(row)) {
            members[group].push(*value);
        }
    }
    let stand_ins: Vec<Option<f64>> = members.iter().map(|values| middle(values)).collect();
    values.iter().enumerate().map(|(row, value)| value.or_else(|| stand_ins[group(row)?])).collect()
}
