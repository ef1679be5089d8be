//! Scores an index of points for all its units: measures what rules read, fetches what people gave, adds up, ranks.

use std::collections::BTreeMap;

use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::error::DataFusionError;

use super::points::{Figures, Judged, Judgements, Scoring, score};
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

/// The points that people gave for a period: sheets of that period, of one that holds it, or without any period.
fn judgements(
    engine: &Engine<'_>,
    index: &PointsIndex,
    period: &Period,
    units: &[UnitRef],
    faults: &mut Vec<SheetFault>,
) -> Result<Judgements, ScoreError> {
    let sql = format!(
        "SELECT unit, criterion, reason, file, sheet, CAST(row AS VARCHAR) AS place, CAST(applies AS INT) AS applies_to, max_points, \
         self_points, verified_points, surveyed_points, \
         CASE WHEN period_to IS NULL THEN 1 ELSE 0 END AS undated\n\
         FROM criteria WHERE COALESCE(leaf, TRUE) AND (period_to IS NULL\n\
         OR CAST(period_to AS DATE) BETWEEN DATE '{start}' AND DATE '{end}'\n\
         OR (CAST(period_from AS DATE) <= DATE '{start}' AND CAST(period_to AS DATE) >= DATE '{end}'))\n\
         ORDER BY unit, criterion, undated, period_to DESC, exported_at DESC, file, row",
        start = period.start,
        end = period.end
    );
    let at_unit: BTreeMap<&str, usize> =
        units.iter().enumerate().map(|(at, unit)| (unit.unit_code.as_str(), at)).collect();
    let at_item: BTreeMap<&str, usize> = index.leaves().map(|(at, item)| (item.code.as_str(), at)).collect();
    let mut judged = Judgements::new();
    for batch in engine.session.run(&sql)? {
        let texts = (0..6)
            .map(|at| cast(batch.column(at), &DataType::Utf8).map_err(DataFusionError::from))
            .collect::<Result<Vec<_>, _>>()
            .map_err(StoreError::from)?;
        let numbers = (6..11)
            .map(|at| cast(batch.column(at), &DataType::Float64).map_err(DataFusionError::from))
            .collect::<Result<Vec<_>, _>>()
            .map_err(StoreError::from)?;
        for row in 0..batch.num_rows() {
            let text = |at: usize| {
                let column = texts[at].as_string::<i32>();
                column.is_valid(row).then(|| column.value(row))
            };
            let number = |at: usize| {
                let column = numbers[at - 6].as_primitive::<Float64Type>();
                column.is_valid(row).then(|| column.value(row))
            };
            let (code, criterion) = (text(0).unwrap_or_default(), text(1).unwrap_or_default());
            let (Some(unit), Some(item)) = (at_unit.get(code), at_item.get(criterion)) else { continue };
            // Rows come with the closest period first; those of wider ones are spare.
            if judged.contains_key(&(*item, *unit)) {
                continue;
            }
            let place = [text(3), text(4), text(5)].map(Option::unwrap_or_default).join(" ");
            let given = Judged {
                place: place.clone(),
                self_scored: number(8),
                verified: number(9),
                surveyed: number(10),
                applies: number(6).map(|applies| applies != 0.0),
                reason: text(2).filter(|reason| !reason.is_empty()).map(str::to_owned),
            };
            let max = index.items[*item].max;
            let mut fault = |message: String| {
                faults.push(SheetFault {
                    place: place.clone(),
                    unit: code.to_owned(),
                    criterion: criterion.to_owned(),
                    message,
                });
            };
            if let Some(other) = number(7).filter(|other| (other - max).abs() > 1e-9) {
                fault(format!("the sheet gives at most {other} points, index '{}' at most {max}", index.head.id));
            }
            for (layer, points) in
                [("self-scored", given.self_scored), ("verified", given.verified), ("surveyed", given.surveyed)]
            {
                if let Some(points) = points.filter(|points| !(0.0..=max + 1e-9).contains(points)) {
                    fault(format!("{points} {layer} points; there are 0 to {max}"));
                }
            }
            judged.insert((*item, *unit), given);
        }
    }
    Ok(judged)
}
