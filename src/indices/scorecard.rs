//! Scores an index of points for all its units: measures what rules read, fetches what people gave, adds up, ranks.

use std::collections::{BTreeMap, BTreeSet};

use super::classes::{Assessed, assign_classes};
use super::comparable::common_points;
use super::error::ScoreError;
use super::judged::judgements;
use super::points::{Figures, Judgements, Scoring, columns, score};
use super::rank::{Scored, rank};
use super::successions::{Successors, measured_as, merged, successors};
use cchc_definitions::{Definitions, Fault, Grouping, Indicator, PointsIndex, did_you_mean};
use cchc_indicators::{By, Children, GroupedRow, Measuring};
use cchc_model::{NotSent, Period, RankRow, Status, UnitIndex, UnitRef};

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
    /// Files and sheets of these units that name no index and have other maxima: their points count for nothing here.
    pub passed_over: BTreeSet<String>,
    /// Points and totals.
    pub scoring: Scoring,
    /// Which unit each of these became, where the units of another day are ranked by the mean of their predecessors' scores.
    pub(super) successors: Successors,
}

impl Scorecards {
    /// What classes are given by.
    #[must_use]
    pub fn assessed(&self) -> Assessed<'_> {
        Assessed { units: &self.units, figures: &self.figures, scoring: &self.scoring }
    }
}

/// Scores all units in a period.
///
/// # Errors
/// The store cannot be read, or the sheets have faults: all of them, with their places.
pub async fn scorecards(
    measuring: &Measuring<'_>,
    index: &PointsIndex,
    period: &Period,
) -> Result<Scorecards, ScoreError> {
    let (ranked_for, measuring) = (measuring, &measured_as(measuring, index.rank, period));
    let unknown = unknown_exempt(index, measuring.units);
    if !unknown.is_empty() {
        return Err(ScoreError::Values(unknown));
    }
    let units = measuring.units_of_kinds(&index.head.unit_kinds, period);
    let mut faults = Vec::new();
    let (judged, passed_over) = judgements(measuring, index, period, &units, &mut faults).await?;
    faults.dedup();
    if !faults.is_empty() {
        return Err(ScoreError::Sheets(faults));
    }
    let figures = figures(measuring, index, period, &units).await?;
    let scoring = score(index, &figures, &judged);
    let successors = successors(ranked_for, index.rank, period, &units);
    Ok(Scorecards { period: period.clone(), units, figures, judged, passed_over, scoring, successors })
}

/// The units of a period scored by another version of the index than the one whose cards these are: figures are measured for
/// it, and what people gave is taken over by the codes of criteria.
///
/// # Errors
/// The store cannot be read.
pub async fn scorecards_by(
    measuring: &Measuring<'_>,
    index: &PointsIndex,
    (known, cards): (&PointsIndex, &Scorecards),
) -> Result<Scorecards, ScoreError> {
    let (period, units) = (cards.period.clone(), cards.units.clone());
    let moved = |((item, unit), judged): (&(usize, usize), &super::points::Judged)| {
        let code = &known.items[*item].code;
        let (to, _) = index.leaves().find(|(_, other)| other.code == *code)?;
        Some(((to, *unit), judged.clone()))
    };
    let judged: Judgements = cards.judged.iter().filter_map(moved).collect();
    let figures = figures(measuring, index, &period, &units).await?;
    let scoring = score(index, &figures, &judged);
    Ok(Scorecards {
        period,
        units,
        figures,
        judged,
        passed_over: BTreeSet::new(),
        scoring,
        successors: cards.successors.clone(),
    })
}

/// The cards of an earlier period, by the version of the index in force then. None without one, and none where the sheets of
/// that period have faults: it is only compared with, so its faults must not hide the scores of the requested period.
pub async fn earlier_scorecards(
    measuring: &Measuring<'_>,
    id: &str,
    period: &Period,
) -> Result<Option<Scorecards>, ScoreError> {
    let Some(version) = measuring.definitions.points_index(id, period.end) else { return Ok(None) };
    match scorecards(measuring, version, period).await {
        Ok(cards) => Ok(Some(cards)),
        Err(ScoreError::Sheets(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Ranks by cards, with the movement against earlier ones: of the period before and of the same period last year.
#[must_use]
pub fn rank_cards(
    index: &PointsIndex,
    cards: &Scorecards,
    earlier: [Option<&Scorecards>; 2],
    not_sent: &[NotSent],
) -> Vec<RankRow> {
    let scored = |cards: Option<&Scorecards>| -> Vec<Scored> {
        let Some(cards) = cards else { return Vec::new() };
        let totals = cards.units.iter().zip(&cards.scoring.totals);
        let scored = totals
            .zip(common_points(index, &cards.figures.kinds, &cards.scoring))
            .map(|((unit, total), standing)| {
                let reason = total.score.is_none().then_some(Status::Missing);
                standing.of(Scored::new(unit.clone(), total.score, reason), index.rank.comparable)
            })
            .collect();
        merged(scored, &cards.successors)
    };
    let [now, before, last_year] = [Some(cards), earlier[0], earlier[1]].map(scored);
    let mut rows = rank([&now, &before, &last_year], index.rank, not_sent);
    assign_classes(index, cards.assessed(), &mut rows, &|row| row.unit.kind.clone().unwrap_or_default());
    rows
}

/// What the rules read, each period by the definitions in force in it.
async fn figures(
    measuring: &Measuring<'_>,
    index: &PointsIndex,
    period: &Period,
    units: &[UnitRef],
) -> Result<Figures, ScoreError> {
    let (inputs, improved) = (index.inputs(), index.improved());
    let now = measured(measuring, &inputs, period).await?;
    let before = measured(measuring, &improved, &period.before()).await?;
    let direction = |id: &&str| Some(((*id).to_owned(), measuring.definitions.indicator(id, period)?.direction));
    Ok(Figures {
        units: units.len(),
        now: columns(&inputs, units, now.iter().map(|row| &row.row)),
        before: columns(&improved, units, before.iter().map(|row| &row.row)),
        directions: inputs.iter().filter_map(direction).collect(),
        kinds: units.iter().map(|unit| unit.kind.clone().unwrap_or_default()).collect(),
        groups: groups(measuring.definitions, units),
        exempt: exempt(index, units),
    })
}

/// Faults of an index that exempts units that there are not.
#[must_use]
pub fn unknown_exempt(index: &PointsIndex, units: &UnitIndex) -> Vec<Fault> {
    let named = index.exempt.iter().enumerate().flat_map(|(at, one)| one.units.iter().map(move |unit| (at + 1, unit)));
    let unknown = named.filter(|(_, unit)| units.by_code(unit).is_none());
    let fault = |(at, unit): (usize, &String)| {
        let hint = did_you_mean(unit, units.units().iter().map(|one| one.code.as_str()));
        let message = format!("no unit '{unit}'{hint}");
        Fault { file: index.file.clone(), key: format!("exempt[{at}].units"), message }
    };
    unknown.map(fault).collect()
}

/// The group of each unit by every grouping; a unit of none stands with its kind.
fn groups(definitions: &Definitions, units: &[UnitRef]) -> BTreeMap<String, Vec<String>> {
    let group = |grouping: &Grouping, unit: &UnitRef| {
        let kind = unit.kind.as_deref().unwrap_or_default();
        let place = grouping.group_of(&unit.unit_code, &unit.unit_name, kind);
        place.map_or_else(|| format!("*{kind}"), |at| grouping.groups[at].id.clone())
    };
    let all = definitions.groupings.iter();
    all.map(|one| (one.id.clone(), units.iter().map(|unit| group(one, unit)).collect())).collect()
}

/// Leaves and units (positions) that the definition exempts by name.
fn exempt(index: &PointsIndex, units: &[UnitRef]) -> BTreeSet<(usize, usize)> {
    let is_below = |item: usize, above: usize| {
        std::iter::successors(Some(item), |at| index.items[*at].parent).any(|at| at == above)
    };
    let mut exempt = BTreeSet::new();
    for one in &index.exempt {
        for (at, _) in units.iter().enumerate().filter(|(_, unit)| one.units.contains(&unit.unit_code)) {
            let leaves = index.leaves().map(|(leaf, _)| leaf);
            exempt.extend(
                leaves.filter(|leaf| one.items.iter().any(|above| is_below(*leaf, *above))).map(|leaf| (leaf, at)),
            );
        }
    }
    exempt
}

async fn measured(measuring: &Measuring<'_>, inputs: &[&str], period: &Period) -> Result<Vec<GroupedRow>, ScoreError> {
    let of = |id: &&str| measuring.definitions.indicator(id, period);
    let indicators: Vec<&Indicator> = inputs.iter().filter_map(of).collect();
    if indicators.is_empty() {
        return Ok(Vec::new());
    }
    Ok(measuring.measure(std::slice::from_ref(period), &indicators, By::Unit, Children::Apart).await?)
}
