//! A copy of the figures of a kind on which changes of one unit are tried: the others are held still.

use super::super::EngineError;
use super::movable::Movable;
use cchc_definitions::index::settings::Ranking;
use cchc_definitions::{Composite, Layer, PointsIndex, Role, Rule};
use cchc_indices::points::{Figures, Judgements, score};
use cchc_indices::{Column, Index, KindValues, Ranked, Scorecards, ValueTable, compose, ranks_by};
use cchc_model::{Measure, NamedItem, RankRow};
use std::collections::BTreeMap;

/// The figures, the units that are ranked among each other, and which of them is moved.
pub(super) struct Copy<'a> {
    basis: Basis<'a>,
    /// The ranked units of the kind with their scores, the moved one first.
    ranked: Vec<(String, f64)>,
    settings: Ranking,
}

enum Basis<'a> {
    Rate(String),
    /// With the unit alone, where no rule compares it with others.
    Points(&'a PointsIndex, &'a Scorecards, Option<Alone>),
    Values(&'a Composite, KindValues),
}

/// The figures and points of one unit without the others.
struct Alone {
    figures: Figures,
    judged: Judgements,
}

impl Alone {
    fn new(index: &PointsIndex, cards: &Scorecards, unit: usize) -> Option<Self> {
        if index
            .leaves()
            .any(|(_, item)| matches!(item.rule, Some(Rule::RelativeToBest { .. } | Rule::RelativeToMean { .. })))
        {
            return None;
        }
        let own = |columns: &BTreeMap<String, Vec<Measure>>| {
            let measure = |column: &Vec<Measure>| vec![column.get(unit).copied().unwrap_or(Measure::MISSING)];
            columns.iter().map(|(id, column)| (id.clone(), measure(column))).collect()
        };
        let figures = Figures {
            units: 1,
            now: own(&cards.figures.now),
            before: own(&cards.figures.before),
            directions: cards.figures.directions.clone(),
            kinds: vec![cards.figures.kinds[unit].clone()],
            groups: cards
                .figures
                .groups
                .iter()
                .map(|(grouping, of)| (grouping.clone(), vec![of.get(unit).cloned().unwrap_or_default()]))
                .collect(),
            exempt: cards
                .figures
                .exempt
                .iter()
                .filter(|(_, other)| *other == unit)
                .map(|(item, _)| (*item, 0))
                .collect(),
        };
        let of_unit = cards.judged.iter().filter(|((_, other), _)| *other == unit);
        let judged = of_unit.map(|((item, _), judged)| ((*item, 0), judged.clone())).collect();
        Some(Self { figures, judged })
    }

    fn score(&self, index: &PointsIndex, changes: &[(&Movable, f64)]) -> Option<f64> {
        let mut figures = self.figures.clone();
        for (one, cases) in changes {
            if let Some(column) = figures.now.get_mut(&one.id) {
                column[0] = one.after(*cases);
            }
        }
        score(index, &figures, &self.judged).totals[0].score
    }
}

/// What comes of a change.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Outcome {
    pub own: Option<f64>,
    pub others: Vec<f64>,
    pub rank: Option<u32>,
}

impl<'a> Copy<'a> {
    pub fn new(
        index: &'a Index<'a>,
        ranked: &'a Ranked,
        values: Option<KindValues>,
        row: &RankRow,
    ) -> Result<Self, EngineError> {
        let missing = || EngineError::Refused(format!("index '{}' has no figures of this kind of units", index.id()));
        let basis = match index {
            Index::Indicator(_, indicator) => Basis::Rate(indicator.id.clone()),
            Index::Points(index) => {
                let cards = ranked.cards.as_ref().ok_or_else(missing)?;
                let at = cards.units.iter().position(|unit| unit.unit_code == row.unit.unit_code);
                Basis::Points(index, cards, Alone::new(index, cards, at.ok_or_else(missing)?))
            }
            Index::Composite(index) => Basis::Values(index, values.ok_or_else(missing)?),
        };
        let of_kind = ranked.rows.iter().filter(|one| one.unit.kind == row.unit.kind && one.rank.is_some());
        let mut units: Vec<(String, f64)> =
            of_kind.filter_map(|one| Some((one.unit.unit_code.clone(), one.score?))).collect();
        units.sort_by_key(|(code, _)| *code != row.unit.unit_code);
        Ok(Self { basis, ranked: units, settings: index.settings() })
    }

    fn unit(&self) -> &str {
        &self.ranked[0].0
    }

    /// The indicators that the score of the unit follows.
    pub fn inputs(&self, index: &Index<'_>) -> Vec<String> {
        match (&self.basis, index) {
            (Basis::Rate(id), _) => vec![id.clone()],
            (Basis::Values(index, _), _) => {
                index.leaves.iter().filter(|leaf| leaf.denominator.is_none()).map(|leaf| leaf.column.clone()).collect()
            }
            (Basis::Points(index, cards, _), _) => {
                let at = self.row(cards);
                let is_computed = |item: usize| cards.scoring.items[item].layer[at] == Some(Layer::Computed);
                let leaves = index.leaves().filter(|(item, _)| is_computed(*item));
                let mut inputs: Vec<String> =
                    leaves.filter_map(|(_, item)| item.rule.as_ref()?.input().map(str::to_owned)).collect();
                inputs.sort();
                inputs.dedup();
                inputs
            }
        }
    }

    fn row(&self, cards: &Scorecards) -> usize {
        cards.units.iter().position(|unit| unit.unit_code == self.unit()).unwrap_or_default()
    }

    /// The criteria or indicators without full points that none of the movable figures moves.
    pub fn unmoved(&self, movable: &[Movable]) -> Vec<NamedItem> {
        let is_moved = |id: &str| movable.iter().any(|one| one.id == id);
        match &self.basis {
            Basis::Rate(_) => Vec::new(),
            Basis::Values(index, _) => {
                let still = index.leaves.iter().filter(|leaf| !is_moved(&leaf.column));
                still.map(|leaf| NamedItem { id: leaf.id.clone(), name: leaf.name_vi.clone() }).collect()
            }
            Basis::Points(index, cards, _) => {
                let at = self.row(cards);
                let lacks = |item: usize, max: f64| {
                    let scores = &cards.scoring.items[item];
                    scores.max[at] > 0.0 && scores.points[at].unwrap_or(0.0) < max - 1e-9
                };
                let still = index.leaves().filter(|(place, item)| {
                    let input = item.rule.as_ref().and_then(|rule| rule.input());
                    item.role == Role::Points && lacks(*place, item.max) && !input.is_some_and(is_moved)
                });
                still.map(|(_, item)| NamedItem { id: item.code.clone(), name: item.name.clone() }).collect()
            }
        }
    }

    /// What comes of moving figures by so many cases each.
    pub fn with(&self, changes: &[(&Movable, f64)]) -> Outcome {
        let scores: Vec<Option<f64>> = match &self.basis {
            Basis::Rate(_) => {
                let own = changes.first().map_or(Some(self.ranked[0].1), |(one, cases)| one.after(*cases).value);
                std::iter::once(own).chain(self.ranked[1..].iter().map(|(_, score)| Some(*score))).collect()
            }
            Basis::Points(index, _, Some(alone)) => {
                let own = alone.score(index, changes);
                std::iter::once(own).chain(self.ranked[1..].iter().map(|(_, score)| Some(*score))).collect()
            }
            Basis::Points(index, cards, None) => self.points(index, cards, changes),
            Basis::Values(index, values) => self.values(index, values, changes),
        };
        let rank = ranks_by(&scores, self.settings)[0];
        Outcome { own: scores[0], others: scores[1..].iter().flatten().copied().collect(), rank }
    }

    fn points(&self, index: &PointsIndex, cards: &Scorecards, changes: &[(&Movable, f64)]) -> Vec<Option<f64>> {
        let at = self.row(cards);
        let mut figures = cards.figures.clone();
        for (one, cases) in changes {
            if let Some(column) = figures.now.get_mut(&one.id) {
                column[at] = one.after(*cases);
            }
        }
        let scoring = score(index, &figures, &cards.judged);
        let total = |(code, _): &(String, f64)| {
            let at = cards.units.iter().position(|unit| unit.unit_code == *code)?;
            scoring.totals[at].score
        };
        self.ranked.iter().map(total).collect()
    }

    fn values(&self, index: &Composite, values: &KindValues, changes: &[(&Movable, f64)]) -> Vec<Option<f64>> {
        let mut moved = values.clone();
        let row = values.table.units().iter().position(|unit| unit == self.unit());
        let columns = values.table.columns().iter().map(|column| {
            let mut column: Column = column.clone();
            let change = changes.iter().find(|(one, _)| one.id == column.id);
            if let (Some((one, cases)), Some(row)) = (change, row) {
                column.values[row] = one.after(*cases).value;
            }
            column
        });
        let nothing = || vec![None; self.ranked.len()];
        let Ok(table) = ValueTable::new(values.table.units().to_vec(), columns.collect()) else { return nothing() };
        moved.table = table;
        let Ok(done) = compose(index, moved.input()) else { return nothing() };
        let scores = done.of_units();
        self.ranked.iter().map(|(code, _)| scores.get(code).copied()).collect()
    }
}
