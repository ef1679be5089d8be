//! The change of a score by an index of points or a composite index.

use std::collections::BTreeMap;

use super::super::EngineError;
use super::Held;
use cchc_definitions::{Composite, PointsIndex};
use cchc_indices::{KindValues, Scorecards, kind_values, scorecards, scorecards_by};
use cchc_insight::{Change, CompositeCase, Factor, Part, PointsCase};
use cchc_model::UnitRef;

pub(super) async fn points(
    [from, to]: [Held<'_>; 2],
    [then, now]: [&PointsIndex; 2],
    units: &[UnitRef],
) -> Result<Vec<Change>, EngineError> {
    let redrawn = from.within_boundaries_of(to);
    let official = cards(from, then).await?;
    let within = match redrawn {
        Some(redrawn) => cards(redrawn, then).await?,
        None => official.clone(),
    };
    let after = cards(to, now).await?;
    let crossed =
        [cards_by(to, then, (now, &after)).await?, cards_by(redrawn.unwrap_or(from), now, (then, &within)).await?];
    let case = PointsCase { indices: [then, now], cards: [[&within, &crossed[0]], [&crossed[1], &after]] };
    let before = |code: &str| {
        let at = official.units.iter().position(|unit| unit.unit_code == code)?;
        official.scoring.totals[at].score
    };
    let change = |unit: &UnitRef| bounded(before(&unit.unit_code), case.change(&unit.unit_code));
    Ok(units.iter().map(change).collect())
}

pub(super) async fn composite(
    [from, to]: [Held<'_>; 2],
    [then, now]: [&Composite; 2],
    units: &[UnitRef],
) -> Result<Vec<Change>, EngineError> {
    let redrawn = from.within_boundaries_of(to).unwrap_or(from);
    let official = values(from, then).await?;
    let all = [
        [values(redrawn, then).await?, values(to, then).await?],
        [values(redrawn, now).await?, values(to, now).await?],
    ];
    let change = |unit: &UnitRef| {
        let kind = unit.kind.as_deref().unwrap_or_default();
        let of = |definition: usize, period: usize| all[definition][period].get(kind);
        let (Some(a), Some(b), Some(c), Some(d)) = (of(0, 0), of(0, 1), of(1, 0), of(1, 1)) else {
            return Change::default();
        };
        let case = CompositeCase { indices: [then, now], values: [[a, b], [c, d]] };
        let before = official.get(kind).and_then(|values| {
            let done = cchc_indices::compose(then, values.input()).ok()?;
            done.of_units().get(&unit.unit_code).copied()
        });
        bounded(before, case.change(&unit.unit_code))
    };
    Ok(units.iter().map(change).collect())
}

/// A change that began within the boundaries of the later period, with what these changed as a part of its own.
fn bounded(official: Option<f64>, change: Change) -> Change {
    let Some((official, within)) = official.zip(change.before) else {
        return Change { before: official, after: change.after, parts: Vec::new() };
    };
    let mut parts = change.parts;
    if change.after.is_some() {
        parts.push(Part { factor: Factor::Boundaries, item: None, contribution: within - official });
    }
    Change { before: Some(official), after: change.after, parts }
}

async fn cards(held: Held<'_>, index: &PointsIndex) -> Result<Scorecards, EngineError> {
    let question = held.engine.question_about(held.period, held.policies)?;
    Ok(scorecards(&question.measuring(held.policies), index, held.period).await?)
}

/// The cards of a period by another version of the index; the same ones where there is no other.
async fn cards_by(
    held: Held<'_>,
    index: &PointsIndex,
    known: (&PointsIndex, &Scorecards),
) -> Result<Scorecards, EngineError> {
    if index == known.0 {
        return Ok(known.1.clone());
    }
    let question = held.engine.question_about(held.period, held.policies)?;
    Ok(scorecards_by(&question.measuring(held.policies), index, known).await?)
}

async fn values(held: Held<'_>, index: &Composite) -> Result<BTreeMap<String, KindValues>, EngineError> {
    let question = held.engine.question_about(held.period, held.policies)?;
    Ok(kind_values(&question.measuring(held.policies), index, held.period).await?)
}
