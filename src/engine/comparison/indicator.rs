//! The change of an indicator: by groups of dossiers, by the definition, by the unit's boundaries.

use std::collections::BTreeMap;

use super::super::EngineError;
use super::Held;
use cchc_definitions::{Aggregate, Indicator};
use cchc_indicators::{By, Children, within_units};
use cchc_insight::{Change, Factor, GroupFigures, Part, counted_parts, mixed_parts};
use cchc_model::UnitRef;

/// One period by one definition: the figure of each unit, and that of each group within it.
#[derive(Debug, Default)]
struct Figures {
    values: BTreeMap<String, f64>,
    groups: BTreeMap<String, GroupFigures>,
}

pub(super) async fn changes(
    [from, to]: [Held<'_>; 2],
    indicators: [&Indicator; 2],
    units: &[UnitRef],
    by: By,
) -> Result<Vec<Change>, EngineError> {
    let redrawn = from.within_boundaries_of(to);
    let official = figures(from, indicators[0], by).await?;
    let (mut then, mut now) = (Vec::new(), Vec::new());
    let is_redefined = indicators[0] != indicators[1];
    for indicator in if is_redefined { &indicators[..] } else { &indicators[1..] } {
        then.push(figures(redrawn.unwrap_or(from), indicator, by).await?);
        now.push(figures(to, indicator, by).await?);
    }
    let change = |unit: &UnitRef| {
        let code = &unit.unit_code;
        let before = official.values.get(code).copied();
        let after = now.last().and_then(|now| now.values.get(code)).copied();
        let parts = before.and_then(|before| {
            after?;
            let mut parts = Vec::new();
            let kind = indicators[1].aggregate;
            for (then, now) in then.iter().zip(&now) {
                let more = parts_of(kind, code, then, now)?;
                let share = 1.0 / then_count(is_redefined);
                parts.extend(more.into_iter().map(|part| Part { contribution: part.contribution * share, ..part }));
            }
            let redrawn = *then.first()?.values.get(code)?;
            parts.push(Part { factor: Factor::Boundaries, item: None, contribution: redrawn - before });
            if is_redefined {
                parts.push(Part {
                    factor: Factor::Definition,
                    item: None,
                    contribution: redefined(code, &then, &now)?,
                });
            }
            Some(parts)
        });
        match parts {
            Some(parts) => Change { before, after, parts },
            None => Change::whole(before, after, Factor::Together),
        }
    };
    Ok(units.iter().map(change).collect())
}

/// By how many definitions a period is measured.
const fn then_count(is_redefined: bool) -> f64 {
    if is_redefined { 2.0 } else { 1.0 }
}

/// What another definition changed: the mean of its effect on both periods.
fn redefined(unit: &str, then: &[Figures], now: &[Figures]) -> Option<f64> {
    let effect = |side: &[Figures]| Some(side[1].values.get(unit)? - side[0].values.get(unit)?);
    Some(effect(then)?.midpoint(effect(now)?))
}

/// The parts of a unit's change by one definition.
fn parts_of(aggregate: Aggregate, unit: &str, then: &Figures, now: &Figures) -> Option<Vec<Part>> {
    let (before, after) = (*then.values.get(unit)?, *now.values.get(unit)?);
    let groups = then.groups.get(unit).zip(now.groups.get(unit));
    let parts = match (aggregate, groups) {
        (Aggregate::Ratio | Aggregate::Mean | Aggregate::Quotient, Some((then, now))) => mixed_parts(then, now),
        (Aggregate::Count | Aggregate::Sum, Some((then, now))) => counted_parts(then, now),
        _ => Vec::new(),
    };
    let sum: f64 = parts.iter().map(|part| part.contribution).sum();
    // Medians and figures made of others have no groups that add up.
    if parts.is_empty() || (sum - (after - before)).abs() > 1e-9 * before.abs().max(after.abs()).max(1.0) {
        return Some(vec![Part { factor: Factor::Figure, item: None, contribution: after - before }]);
    }
    Some(parts)
}

async fn figures(held: Held<'_>, indicator: &Indicator, by: By) -> Result<Figures, EngineError> {
    let question = held.engine.question_about(held.period, held.policies)?;
    let measuring = question.measuring(held.policies);
    let periods = std::slice::from_ref(held.period);
    let mut found = Figures::default();
    for row in measuring.measure(periods, &[indicator], By::Unit, Children::Apart).await? {
        if let Some(value) = row.row.measure.value {
            found.values.insert(row.row.unit.unit_code, value);
        }
    }
    if indicator.derived.is_none() && !matches!(indicator.aggregate, Aggregate::Percentile(_) | Aggregate::Value) {
        for one in within_units(&measuring, periods, indicator, by).await? {
            let figures = (one.measure.numerator.or(one.measure.value), one.measure.denominator);
            if let (Some(top), below) = figures {
                found.groups.entry(one.unit).or_default().insert(one.group, (top, below.unwrap_or(0.0)));
            }
        }
    }
    Ok(found)
}
