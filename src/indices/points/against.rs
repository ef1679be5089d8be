//! What a figure is set against: the best of its kind, or the mean of units.

use std::collections::BTreeMap;

use cchc_definitions::{Among, Direction, Rule};

use super::Figures;

/// The best figure or the mean, for each unit in their order; none for rules that need none, and without any figure.
pub(super) fn references(rule: &Rule, figures: &Figures) -> Vec<Option<f64>> {
    let none = || vec![None; figures.units];
    match rule {
        Rule::RelativeToBest { input } => {
            let best = best_of_kinds(figures, input);
            figures.kinds.iter().map(|kind| best.get(kind.as_str()).copied()).collect()
        }
        Rule::RelativeToMean { input, among, .. } => {
            let all = vec![String::new(); figures.units];
            let groups = match among {
                Among::Kind => &figures.kinds,
                Among::All => &all,
                Among::Grouping(id) => figures.groups.get(id).unwrap_or(&figures.kinds),
            };
            let means = means(groups, figures, input);
            groups.iter().map(|group| means.get(group.as_str()).copied()).collect()
        }
        _ => none(),
    }
}

/// The simple mean of the figures of each group, in the order of units.
fn means<'g>(groups: &'g [String], figures: &Figures, input: &str) -> BTreeMap<&'g str, f64> {
    let mut sums: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for (group, measure) in groups.iter().zip(figures.now.get(input).into_iter().flatten()) {
        let Some(value) = measure.value else { continue };
        let (sum, count) = sums.entry(group).or_default();
        (*sum, *count) = (*sum + value, *count + 1.0);
    }
    sums.into_iter().map(|(group, (sum, count))| (group, sum / count)).collect()
}

/// The best figure of each kind of unit.
fn best_of_kinds<'f>(figures: &'f Figures, input: &str) -> BTreeMap<&'f str, f64> {
    let lower = is_lower(figures, input);
    let mut best: BTreeMap<&str, f64> = BTreeMap::new();
    for (kind, measure) in figures.kinds.iter().zip(figures.now.get(input).into_iter().flatten()) {
        let Some(value) = measure.value else { continue };
        let known = best.entry(kind).or_insert(value);
        *known = if lower { known.min(value) } else { known.max(value) };
    }
    best
}

/// Whether less is better.
pub(super) fn is_lower(figures: &Figures, input: &str) -> bool {
    figures.directions.get(input) == Some(&Direction::Lower)
}

/// Share of the best, 1 for the best unit itself. Where more is better and the best has nothing, nobody has a share.
pub(super) fn share_of_best(value: f64, best: f64, lower: bool) -> f64 {
    match lower {
        true if value <= best => 1.0,
        true => best / value,
        false if best <= 0.0 => 0.0,
        false => value / best,
    }
}

/// How far a figure is better than the mean; what differs in the last bits only is the mean itself.
pub(super) fn above_mean(value: f64, mean: f64, lower: bool) -> f64 {
    let difference = if lower { mean - value } else { value - mean };
    if difference.abs() <= 1e-12 * mean.abs().max(value.abs()) { 0.0 } else { difference }
}
