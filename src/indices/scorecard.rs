//! Scores an index of points for all its units: measures what rules read, fetches what people gave, adds up, ranks.

use std::collections::BTreeMap;

use super::judged::judgements;
use super::points::{Figures, Judgements, Scoring, score};
use super::rank::{Scored, rank};
use crate::definitions::{Fault, Indicator, PointsIndex};
use crate::indicators::{By, Children, Engine, GroupedRow};
use crate::model::{Measure, NotSent, Period, RankRow, Status, UnitRef};
use crate::store::StoreError;

/// All units of an index in one period, with everything that their points came from.
#[derive(Debug, Clone)]
pub struct Scorecards {
    /// The period.
    pub period: Period,
    /// The units that the index is for, in order of code.
    pub units: Vec<UnitRef>,
    /// What the rules read.
    pub figures: Figures,
    /// What people gave.
    pub judged: Judgements,
    /// Points and totals.
    pub scoring: Scoring,
}

/// A fault in the sheets that people filled in: nothing is computed before it is mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetFault {
    /// File, sheet and row of the points.
    pub place: String,
    /// The unit's code.
    pub unit: String,
    /// The criterion's code.
    pub criterion: String,
    /// What is wrong.
    pub message: String,
}

impl std::fmt::Display for SheetFault {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "{}: unit {}, criterion {}: {}", self.place, self.unit, self.criterion, self.message)
    }
}

/// Why units could not be scored.
#[derive(Debug, thiserror::Error)]
pub enum ScoreError {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Points that people gave cannot be right.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Sheets(Vec<SheetFault>),
    /// The values do not suit the methods of a composite index.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Values(Vec<Fault>),
}

/// Scores all units in each of some periods.
///
/// # Errors
/// The store cannot be read, or the sheets have faults: all of them, with their places.
pub fn scorecards(engine: &Engine<'_>, index: &PointsIndex, periods: &[Period]) -> Result<Vec<Scorecards>, ScoreError> {
    let mut wanted: Vec<Period> = Vec::new();
    for period in periods {
        for one in [period.clone(), period.before()] {
            if !wanted.contains(&one) {
                wanted.push(one);
            }
        }
    }
    let mut rows: Vec<GroupedRow> = Vec::new();
    for period in &wanted {
        // Definitions change with time, so each period is measured by its own.
        let indicators: Vec<&Indicator> =
            index.inputs().iter().filter_map(|id| engine.definitions.indicator(id, period)).collect();
        if !indicators.is_empty() {
            rows.extend(engine.measure(std::slice::from_ref(period), &indicators, By::Unit, Children::Apart)?);
        }
    }
    let measured = by_place(&rows);
    let mut faults = Vec::new();
    let mut cards = Vec::new();
    for period in periods {
        let kinds = &index.head.unit_kinds;
        let units: Vec<UnitRef> = engine
            .units_in(period)
            .into_iter()
            .filter(|unit| kinds.is_empty() || unit.kind.as_ref().is_some_and(|kind| kinds.contains(kind)))
            .collect();
        let figures = figures(engine, index, period, &units, &measured);
        let judged = judgements(engine, index, period, &units, &mut faults)?;
        let scoring = score(index, &figures, &judged);
        cards.push(Scorecards { period: period.clone(), units, figures, judged, scoring });
    }
    faults.dedup();
    if faults.is_empty() { Ok(cards) } else { Err(ScoreError::Sheets(faults)) }
}

/// Ranks the first of three cards, with the movement against the two others: the period before and last year.
#[must_use]
pub fn rank_cards(index: &PointsIndex, cards: &[Scorecards], not_sent: &[NotSent]) -> Vec<RankRow> {
    let scored = |cards: Option<&Scorecards>| -> Vec<Scored> {
        let Some(cards) = cards else { return Vec::new() };
        let totals = cards.units.iter().zip(&cards.scoring.totals);
        totals
            .map(|(unit, total)| Scored {
                unit: unit.clone(),
                score: total.score,
                reason: total.score.is_none().then_some(Status::Missing),
            })
            .collect()
    };
    let [now, before, last_year] = [0, 1, 2].map(|at| scored(cards.get(at)));
    let mut rows = rank([&now, &before, &last_year], index.rank, not_sent);
    let is_whole: BTreeMap<&str, bool> = cards.first().map_or_else(BTreeMap::new, |cards| {
        let totals = cards.units.iter().zip(&cards.scoring.totals);
        totals.map(|(unit, total)| (unit.unit_code.as_str(), total.unscored <= 0.0)).collect()
    });
    for row in &mut rows {
        // A score that lacks criteria is too low, and a class by it would be wrong.
        let score = row.score.filter(|_| is_whole.get(row.unit.unit_code.as_str()) == Some(&true));
        row.class = score.and_then(|score| index.class(score)).map(str::to_owned);
    }
    rows
}

type Places<'r> = BTreeMap<(&'r str, &'r str, &'r str), Measure>;

/// (period, indicator, unit) → figure.
fn by_place(rows: &[GroupedRow]) -> Places<'_> {
    rows.iter()
        .map(|GroupedRow { row, .. }| {
            ((row.period.as_str(), row.indicator.as_str(), row.unit.unit_code.as_str()), row.measure)
        })
        .collect()
}

fn figures(
    engine: &Engine<'_>,
    index: &PointsIndex,
    period: &Period,
    units: &[UnitRef],
    measured: &Places<'_>,
) -> Figures {
    let columns = |period: &Period| -> BTreeMap<String, Vec<Measure>> {
        let id = period.to_string();
        let column = |input: &str| {
            let of = |unit: &UnitRef| measured.get(&(id.as_str(), input, unit.unit_code.as_str())).copied();
            units.iter().map(|unit| of(unit).unwrap_or(Measure::MISSING)).collect()
        };
        index.inputs().into_iter().map(|input| (input.to_owned(), column(input))).collect()
    };
    let directions = index
        .inputs()
        .into_iter()
        .filter_map(|input| Some((input.to_owned(), engine.definitions.indicator(input, period)?.direction)))
        .collect();
    Figures {
        units: units.len(),
        now: columns(period),
        before: columns(&period.before()),
        directions,
        kinds: units.iter().map(|unit| unit.kind.clone().unwrap_or_default()).collect(),
    }
}
