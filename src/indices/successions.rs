//! Scores of units of another day by those of their predecessors: the simple mean, where the index says so.

use std::collections::BTreeMap;

use super::rank::Scored;
use cchc_definitions::index::settings::{Ranking, SuccessionRule};
use cchc_indicators::Measuring;
use cchc_model::{Held, NamedItem, Period, Status, UnitRef};

/// Unit of the period → the unit of the other day that it became.
pub(super) type Successors = BTreeMap<String, UnitRef>;

/// How a period is measured: with the units of its own where scores of successors are means of theirs.
pub(super) fn measured_as<'a>(measuring: &Measuring<'a>, settings: Ranking, period: &Period) -> Measuring<'a> {
    if means_apply(measuring, settings, period) { Measuring { carry: None, ..*measuring } } else { *measuring }
}

/// Which unit each unit of a period became; nothing where its own units are ranked.
pub(super) fn successors(
    measuring: &Measuring<'_>,
    settings: Ranking,
    period: &Period,
    units: &[UnitRef],
) -> Successors {
    let Some(carry) = measuring.carry.filter(|_| means_apply(measuring, settings, period)) else {
        return Successors::new();
    };
    let successor = |unit: &UnitRef| {
        let became = measuring.units.by_code(carry.unit(&unit.unit_code))?;
        let kind = Some(became.kind.clone());
        Some((unit.unit_code.clone(), UnitRef { unit_code: became.code.clone(), unit_name: became.name.clone(), kind }))
    };
    units.iter().filter_map(successor).collect()
}

fn means_apply(measuring: &Measuring<'_>, settings: Ranking, period: &Period) -> bool {
    settings.succession == SuccessionRule::Mean && measuring.carry.is_some_and(|carry| period.end < carry.date)
}

/// Each successor with the mean of its predecessors' scores. If one of these has none, a mean of the others would be one
/// of another unit: the successor has none either.
pub(super) fn merged(scored: Vec<Scored>, successors: &Successors) -> Vec<Scored> {
    if successors.is_empty() {
        return scored;
    }
    let mut groups: BTreeMap<String, (UnitRef, Vec<Scored>)> = BTreeMap::new();
    for one in scored {
        let unit = successors.get(&one.unit.unit_code).unwrap_or(&one.unit).clone();
        groups.entry(unit.unit_code.clone()).or_insert_with(|| (unit, Vec::new())).1.push(one);
    }
    groups.into_values().map(|(unit, of)| one_score(unit, &of)).collect()
}

fn one_score(unit: UnitRef, of: &[Scored]) -> Scored {
    let mean = |score: fn(&Scored) -> Option<f64>| -> Option<f64> {
        let scores: Option<Vec<f64>> = of.iter().map(score).collect();
        scores.map(|scores| scores.iter().sum::<f64>() / scores.len() as f64)
    };
    let score = mean(|one| one.score);
    let reason = of.iter().find_map(|one| one.reason).or_else(|| score.is_none().then_some(Status::Missing));
    let mut lacking: Vec<NamedItem> = Vec::new();
    for item in of.iter().flat_map(|one| &one.lacking) {
        if !lacking.contains(item) {
            lacking.push(item.clone());
        }
    }
    let held: Option<Held> = of.iter().find_map(|one| one.held).filter(|_| score.is_some());
    let score_common = mean(|one| one.score_common);
    Scored { held, score_common, lacking, ..Scored::new(unit, score, reason.filter(|_| score.is_none())) }
}
