//! Ranks the units of a province by whatever kind of index an id names: an indicator, points, or a composite.

use std::collections::{BTreeMap, BTreeSet};

use super::comparable::common_values;
use super::composed::Composed;
use super::dossiers::reads_dossiers;
use super::earlier::{Earlier, groups};
use super::error::{ScoreError, SheetFault};
use super::gaps::{self, Gap};
use super::rank::{Scored, rank};
use super::scorecard::{Scorecards, earlier_scorecards, rank_cards, scorecards};
use super::smallest::{hold, smallest};
use super::successions::{measured_as, merged, successors};
use super::table::{Column, ValueTable};
use super::{Input, compose};
use cchc_definitions::index::settings::Ranking;
use cchc_definitions::{
    Composite, Definitions, Direction, Display, Fault, IndexDef, Indicator, PointsIndex, Rows, did_you_mean,
};
use cchc_indicators::{By, Children, GroupedRow, Measuring};
use cchc_model::{IndicatorRow, NotSent, Period, RankRow, Status, UnitRef};
use cchc_store::{StoreError, questions};

/// An index as it is in force in a period.
#[derive(Debug, Clone)]
pub enum Index<'d> {
    /// Ranks by one indicator.
    Indicator(IndexDef, &'d Indicator),
    /// Points by rules.
    Points(&'d PointsIndex),
    /// Scaled, weighed, aggregated.
    Composite(&'d Composite),
}

/// A ranking and what it was made of.
#[derive(Debug, Clone)]
pub struct Ranked {
    /// All units, by kind and rank.
    pub rows: Vec<RankRow>,
    /// The units' points, for an index of points.
    pub cards: Option<Scorecards>,
    /// The stages of each kind of unit, for a composite index.
    pub composed: Vec<(String, Composed)>,
    /// Kinds whose values do not suit the methods of a composite index: they are not ranked, the others are.
    pub set_aside: Vec<SetAside>,
    /// Figures that a kind lacks, where hardly any unit has them or nobody is ranked for want of them.
    pub gaps: Vec<Gap>,
}

/// A kind of units that a composite index cannot score.
#[derive(Debug, Clone, PartialEq)]
pub struct SetAside {
    /// The kind.
    pub kind: String,
    /// How many units it has.
    pub units: usize,
    /// Why, all at once.
    pub faults: Vec<Fault>,
}

impl<'d> Index<'d> {
    /// The index of an id; an indicator's own id is an index too.
    ///
    /// # Errors
    /// There is none in force on the last day of the period; the nearest id is named.
    pub fn find(definitions: &'d Definitions, id: &str, period: &Period) -> Result<Self, String> {
        if let Some(points) = definitions.points_index(id, period.end) {
            return Ok(Self::Points(points));
        }
        if let Some(composite) = definitions.composite(id, period.end) {
            return Ok(Self::Composite(composite));
        }
        if let Some(def) = definitions.index(id)
            && let Some(indicator) = definitions.indicator(&def.indicator, period)
        {
            return Ok(Self::Indicator(def, indicator));
        }
        let versions = definitions.points.iter().map(|index| index.head.id.as_str());
        let versions = versions.chain(definitions.composites.iter().map(|index| index.head.id.as_str()));
        if versions.clone().any(|known| known == id) {
            return Err(format!("no version of index '{id}' is in force on {}", period.end));
        }
        let known = versions.chain(definitions.indices.iter().map(|index| index.id.as_str()));
        let known = known.chain(definitions.indicators.iter().map(|indicator| indicator.id.as_str()));
        Err(format!("no index '{id}'{}", did_you_mean(id, known)))
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Indicator(def, _) => &def.id,
            Self::Points(index) => &index.head.id,
            Self::Composite(index) => &index.head.id,
        }
    }

    /// Its Vietnamese name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Indicator(def, _) => &def.name_vi,
            Self::Points(index) => &index.head.name_vi,
            Self::Composite(index) => &index.head.name_vi,
        }
    }

    /// Its legal basis with the tag of the source.
    #[must_use]
    pub fn legal_basis(&self) -> &str {
        match self {
            Self::Indicator(_, indicator) => &indicator.legal_basis,
            Self::Points(index) => &index.head.legal_basis,
            Self::Composite(index) => &index.head.legal_basis,
        }
    }

    /// Digits shown (of the percentage, for a rate).
    #[must_use]
    pub const fn digits(&self) -> u8 {
        self.display().digits
    }

    /// How its scores are rounded for people.
    #[must_use]
    pub const fn display(&self) -> &Display {
        match self {
            Self::Indicator(_, indicator) => &indicator.display,
            Self::Points(index) => &index.display,
            Self::Composite(index) => &index.display,
        }
    }

    /// Whether it scores units of a kind part by part; an indicator has no parts.
    #[must_use]
    pub fn scores_kind(&self, kind: &str) -> bool {
        let kinds = match self {
            Self::Indicator(..) => return false,
            Self::Points(index) => &index.head.unit_kinds,
            Self::Composite(index) => &index.head.unit_kinds,
        };
        kinds.is_empty() || kinds.iter().any(|other| other == kind)
    }

    /// How its scores become ranks.
    #[must_use]
    pub fn settings(&self) -> Ranking {
        match self {
            Self::Indicator(_, indicator) => by_direction(indicator.direction),
            Self::Points(index) => index.rank,
            Self::Composite(index) => index.rank,
        }
    }

    /// The units without scores, where what people filled in has faults: kind by kind with the faults.
    #[must_use]
    pub fn unscored(&self, measuring: &Measuring<'_>, period: &Period, faults: &[SheetFault]) -> Ranked {
        let (Self::Points(PointsIndex { head, .. }) | Self::Composite(Composite { head, .. })) = self else {
            return Ranked {
                rows: Vec::new(),
                cards: None,
                composed: Vec::new(),
                set_aside: Vec::new(),
                gaps: Vec::new(),
            };
        };
        let units = measuring.units_of_kinds(&head.unit_kinds, period);
        let kinds: BTreeSet<&str> = units.iter().filter_map(|unit| unit.kind.as_deref()).collect();
        let of_kind = |kind: &&str| units.iter().filter(|unit| unit.kind.as_deref() == Some(*kind)).count();
        let fault = |fault: &SheetFault| Fault {
            file: fault.place.clone(),
            key: format!("{}: {}", fault.place, fault.criterion),
            message: fault.message.clone(),
        };
        let faults: Vec<Fault> = faults.iter().map(fault).collect();
        let set_aside = kinds.iter().map(|kind| SetAside {
            kind: (*kind).to_owned(),
            units: of_kind(kind),
            faults: faults.clone(),
        });
        let set_aside = set_aside.collect();
        let scored: Vec<Scored> =
            units.iter().map(|unit| Scored::new(unit.clone(), None, Some(Status::NotApplicable))).collect();
        let rows = rank([&scored, &[], &[]], self.settings(), &[]);
        Ranked { rows, cards: None, composed: Vec::new(), set_aside, gaps: Vec::new() }
    }

    /// The indicators that it reads, as they are in force in a period.
    pub(super) fn inputs<'a>(&'a self, definitions: &'a Definitions, period: &'a Period) -> Vec<&'a Indicator> {
        let ids: BTreeSet<&str> = match self {
            Self::Indicator(_, indicator) => return vec![*indicator],
            Self::Points(index) => index.inputs().into_iter().collect(),
            Self::Composite(index) => {
                let denominators = index.leaves.iter().filter_map(|leaf| leaf.denominator.as_ref());
                let columns = index.leaves.iter().map(|leaf| leaf.column.as_str());
                columns.chain(denominators.map(|denominator| denominator.column.as_str())).collect()
            }
        };
        ids.into_iter().filter_map(|id| definitions.indicator(id, period)).collect()
    }

    /// Ranks all its units, with the period before and the same period last year.
    ///
    /// # Errors
    /// The store cannot be read, the sheets that people filled in have faults, or the values do not suit the methods
    /// of a composite index.
    pub async fn rank(
        &self,
        measuring: &Measuring<'_>,
        period: &Period,
        not_sent: &[NotSent],
    ) -> Result<Ranked, ScoreError> {
        let periods = [period.clone(), period.before(), period.last_year()];
        let read = self.inputs(measuring.definitions, period);
        let not_sent = if reads_dossiers(measuring.definitions, read, period) { not_sent } else { &[] };
        match self {
            Self::Indicator(def, indicator) => {
                // The period before a year is the same period last year: measured once, or its units would rank twice.
                let distinct = if periods[1] == periods[2] { &periods[..2] } else { &periods[..] };
                let rows = measuring.measure(distinct, &[indicator], By::Unit, Children::Apart).await?;
                let least = smallest(measuring.definitions, (def, indicator), period, measuring.policies);
                let scores = periods.each_ref().map(|period| {
                    let rows = of_period(&rows, period);
                    let mut scored = Scored::by_indicator(&rows);
                    hold(&mut scored, &rows, least);
                    scored
                });
                let (scores, left) = in_force(measuring, scores);
                let mut rows = rank([&scores[0], &scores[1], &scores[2]], self.settings(), not_sent);
                rows.extend(rank([&left, &[], &[]], self.settings(), not_sent).into_iter().map(unranked));
                rows.sort_by(|left, right| left.unit.kind.cmp(&right.unit.kind));
                let gaps = gaps::of_indicator(indicator, &rows);
                Ok(Ranked { rows, cards: None, composed: Vec::new(), set_aside: Vec::new(), gaps })
            }
            Self::Points(index) => {
                let cards = scorecards(measuring, index, &periods[0]).await?;
                let before = cards_with_data(measuring, &index.head.id, &periods[1]).await?;
                let last_year = cards_with_data(measuring, &index.head.id, &periods[2]).await?;
                let rows = rank_cards(index, &cards, [before.as_ref(), last_year.as_ref()], not_sent);
                let gaps = gaps::of_points(index, &cards, &rows);
                Ok(Ranked { rows, cards: Some(cards), composed: Vec::new(), set_aside: Vec::new(), gaps })
            }
            Self::Composite(index) => rank_composite(measuring, index, &periods, not_sent).await,
        }
    }
}

/// The scores of units in force on the day whose units figures are for, and those of the period that others have.
fn in_force(measuring: &Measuring<'_>, mut scores: [Vec<Scored>; 3]) -> ([Vec<Scored>; 3], Vec<Scored>) {
    let is_in_force = |one: &Scored| measuring.is_in_force(&one.unit.unit_code);
    let left = scores[0].iter().filter(|one| !is_in_force(one)).cloned().collect();
    for scores in &mut scores {
        scores.retain(is_in_force);
    }
    (scores, left)
}

/// The row of a unit that is not in force: it stands below the others of its kind with its figure and without a rank.
fn unranked(row: RankRow) -> RankRow {
    RankRow { rank: None, tied: false, reason: row.reason.or(Some(Status::NotApplicable)), ..row }
}

/// The cards of an earlier period, if it has any data.
async fn cards_with_data(
    measuring: &Measuring<'_>,
    id: &str,
    period: &Period,
) -> Result<Option<Scorecards>, ScoreError> {
    let Some(cards) = earlier_scorecards(measuring, id, period).await? else { return Ok(None) };
    Ok(has_data(measuring, &cards).await?.then_some(cards))
}

/// Whether a past period has any data: points that people gave, a figure of that period that is not zero, or a
/// dossier received in it. Rules such as "no violation" give points to a period without data, too, and a rank by them
/// would be none.
async fn has_data(measuring: &Measuring<'_>, past: &Scorecards) -> Result<bool, StoreError> {
    let is_dated = |id: &String| {
        measuring.definitions.indicator(id, &past.period).is_some_and(|indicator| indicator.rows != Rows::All)
    };
    let figures = past.figures.now.iter().filter(|(id, _)| is_dated(id)).flat_map(|(_, measures)| measures);
    let mut numbers = figures.flat_map(|measure| [measure.numerator, measure.denominator, measure.value]).flatten();
    if !past.judged.is_empty() || numbers.any(|number| number != 0.0) {
        return Ok(true);
    }
    questions::was_received_in(measuring.session, &past.period).await
}

/// How an indicator ranks: the direction in which it is good.
fn by_direction(direction: Direction) -> Ranking {
    use cchc_definitions::index::settings::First;
    Ranking { first: if direction == Direction::Lower { First::Lowest } else { First::Highest }, ..Ranking::default() }
}

fn of_period(rows: &[GroupedRow], period: &Period) -> Vec<IndicatorRow> {
    let id = period.to_string();
    rows.iter().map(|row| &row.row).filter(|row| row.period == id).cloned().collect()
}

/// Composes each kind of unit by itself: a scale is laid over units that are compared with each other. A kind that cannot
/// be composed is set aside.
async fn rank_composite(
    measuring: &Measuring<'_>,
    index: &Composite,
    periods: &[Period; 3],
    not_sent: &[NotSent],
) -> Result<Ranked, ScoreError> {
    let faults = definition_faults(measuring, index, &periods[0]);
    if !faults.is_empty() {
        return Err(ScoreError::Values(faults));
    }
    let mut scores: [Vec<Scored>; 3] = Default::default();
    let (mut composed, mut set_aside, mut tables) = (Vec::new(), Vec::new(), Vec::new());
    for (at, period) in periods.iter().enumerate() {
        // An earlier period is scored as it was then: by the version in force on its last day.
        let in_force = if at == 0 { Some(index) } else { measuring.definitions.composite(&index.head.id, period.end) };
        let Some(index) = in_force else { continue };
        let (ranked_for, measuring) = (measuring, &measured_as(measuring, index.rank, period));
        let values = values(measuring, index, period).await?;
        let earlier = Earlier::read(measuring, index, period).await?;
        for (kind, (units, table)) in values_of_kinds(&values) {
            let earlier = earlier.of(&kind);
            let groups = groups(measuring, &units);
            let has_values = table.columns().iter().any(|column| column.values.iter().any(Option::is_some));
            let input = Input { values: &table, groups: &groups, earlier: &earlier, on: period.end };
            let done = if has_values { compose(index, input) } else { Err(Vec::new()) };
            let done = match done {
                Ok(done) => Some(done),
                // Earlier periods are only compared with; what they lack is no fault of this one.
                Err(faults) if faults.is_empty() || at > 0 => None,
                Err(faults) => {
                    set_aside.push(SetAside { kind: kind.clone(), units: units.len(), faults });
                    None
                }
            };
            // There are values, but the method cannot be applied to them.
            let is_set_aside = at == 0 && set_aside.iter().any(|one: &SetAside| one.kind == kind);
            let reason = if is_set_aside { Status::NotApplicable } else { Status::Missing };
            let found = done.as_ref().map_or_else(BTreeMap::new, Composed::of_units);
            let mut common = done.as_ref().map_or_else(BTreeMap::new, |done| common_values(index, input, done));
            let scored = units.iter().map(|unit| {
                let score = found.get(unit.unit_code.as_str()).copied();
                let scored = Scored::new(unit.clone(), score, score.is_none().then_some(reason));
                common.remove(&unit.unit_code).unwrap_or_default().of(scored, index.rank.comparable)
            });
            let became = successors(ranked_for, index.rank, period, &units);
            scores[at].extend(merged(scored.collect(), &became));
            if at == 0 {
                tables.push((units.clone(), table.clone()));
            }
            if let Some(done) = done.filter(|_| at == 0) {
                composed.push((kind, done));
            }
        }
    }
    let rows = rank([&scores[0], &scores[1], &scores[2]], index.rank, not_sent);
    let gaps = gaps::of_composite(measuring, index, &periods[0], &tables, &rows);
    Ok(Ranked { rows, cards: None, composed, set_aside, gaps })
}

/// What is wrong with a definition in a period whatever figures there are: it stops the ranking at once.
fn definition_faults(measuring: &Measuring<'_>, index: &Composite, period: &Period) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut fault = |key: String, message: String| faults.push(Fault { file: index.file.clone(), key, message });
    if index.given_weights(&index.nodes[0], period.end).is_none() {
        fault("weights".to_owned(), format!("none hold on {}; add [[weights]] for that day", period.end));
    }
    let known = || measuring.definitions.indicators_in(period).map(|indicator| indicator.id.as_str());
    for leaf in &index.leaves {
        let denominator = leaf.denominator.iter().map(|by| ("denominator", by.column.as_str()));
        for (key, id) in std::iter::once(("column", leaf.column.as_str())).chain(denominator) {
            if measuring.definitions.indicator(id, period).is_none() {
                fault(
                    format!("{}.{key}", leaf.id),
                    format!("no indicator '{id}' is in force on {}{}", period.end, did_you_mean(id, known())),
                );
            }
        }
    }
    faults
}

/// What an index reads of one period: units and one column per indicator.
pub(super) type Values = (Vec<UnitRef>, Vec<Column>);

pub(super) async fn values(
    measuring: &Measuring<'_>,
    index: &Composite,
    period: &Period,
) -> Result<Values, ScoreError> {
    let mut ids: Vec<&str> = Vec::new();
    for leaf in &index.leaves {
        let denominator = leaf.denominator.iter().map(|denominator| denominator.column.as_str());
        for id in std::iter::once(leaf.column.as_str()).chain(denominator) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
    }
    let indicators: Vec<&Indicator> = ids.iter().filter_map(|id| measuring.definitions.indicator(id, period)).collect();
    let units = measuring.units_of_kinds(&index.head.unit_kinds, period);
    let rows = if indicators.is_empty() {
        Vec::new()
    } else {
        measuring.measure(std::slice::from_ref(period), &indicators, By::Unit, Children::Apart).await?
    };
    let found: BTreeMap<(&str, &str), Option<f64>> = rows
        .iter()
        .map(|row| ((row.row.indicator.as_str(), row.row.unit.unit_code.as_str()), row.row.measure.value))
        .collect();
    let column = |id: &str| Column {
        id: id.to_owned(),
        values: units.iter().map(|unit| found.get(&(id, unit.unit_code.as_str())).copied().flatten()).collect(),
    };
    let columns = indicators.iter().map(|indicator| column(&indicator.id)).collect();
    Ok((units, columns))
}

/// The table of each kind of unit.
pub(super) fn values_of_kinds((units, columns): &Values) -> BTreeMap<String, (Vec<UnitRef>, ValueTable)> {
    let mut rows: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, unit) in units.iter().enumerate() {
        rows.entry(unit.kind.as_deref().unwrap_or_default()).or_default().push(at);
    }
    rows.into_iter()
        .map(|(kind, rows)| {
            let units: Vec<UnitRef> = rows.iter().map(|at| units[*at].clone()).collect();
            let columns = columns
                .iter()
                .map(|column| Column {
                    id: column.id.clone(),
                    values: rows.iter().map(|at| column.values[*at]).collect(),
                })
                .collect();
            let codes = units.iter().map(|unit| unit.unit_code.clone()).collect();
            let table = ValueTable::new(codes, columns).expect("units and indicators stand once, figures are finite");
            (kind.to_owned(), (units, table))
        })
        .collect()
}
