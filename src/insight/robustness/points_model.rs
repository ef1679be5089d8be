//! Scores of an index of points under other choices: weights, criteria left out, what is missing, sampling error.

use rand_chacha::ChaCha8Rng;

use super::chance::{dirichlet, of_coordinate, ranged, sampled_rate};
use super::{Choice, Counts, Draw, Model};
use cchc_definitions::{Direction, Layer, MissingPoints, NotApplicable, PointsIndex, Robustness, Role, Rule};
use cchc_indices::Scorecards;
use cchc_indices::points::{ItemStatus, points_of};

/// An index of points with what its units of one kind have.
#[derive(Debug, Clone)]
pub struct PointsModel<'a> {
    index: &'a PointsIndex,
    leaves: Vec<Leaf<'a>>,
    units: usize,
    /// Places of the leaves that a draw may leave out.
    excludable: Vec<usize>,
}

/// A criterion that is scored, of all units.
#[derive(Debug, Clone)]
struct Leaf<'a> {
    max: f64,
    role: Role,
    /// What does not apply drops out and the total stays as it is.
    stays: bool,
    rule: Option<&'a Rule>,
    direction: Direction,
    points: Vec<f64>,
    status: Vec<ItemStatus>,
    values: Vec<Option<f64>>,
    /// The counts behind a figure that gives the points.
    counts: Vec<Option<Counts>>,
}

impl<'a> PointsModel<'a> {
    /// The model of some units of the cards, by their places.
    #[must_use]
    pub fn new(index: &'a PointsIndex, cards: &Scorecards, units: &[usize]) -> Self {
        let leaf = |(at, item): (usize, &'a cchc_definitions::Item)| {
            let (scores, input) = (&cards.scoring.items[at], item.rule.as_ref().and_then(Rule::input));
            let measures = input.and_then(|input| cards.figures.now.get(input));
            let measure = |unit: usize| measures.and_then(|measures| measures.get(unit)).copied();
            let counted = |unit: &usize| {
                let measure = measure(*unit).filter(|_| scores.layer[*unit] == Some(Layer::Computed))?;
                measure.value.and(measure.numerator.zip(measure.denominator))
            };
            let direction = input.and_then(|input| cards.figures.directions.get(input)).copied();
            Leaf {
                max: item.max,
                role: item.role,
                stays: item.not_applicable.unwrap_or(index.not_applicable) == NotApplicable::Exclude,
                rule: item.rule.as_ref(),
                direction: direction.unwrap_or(Direction::Higher),
                points: units.iter().map(|unit| scores.points[*unit].unwrap_or(0.0)).collect(),
                status: units.iter().map(|unit| scores.status[*unit]).collect(),
                values: units.iter().map(|unit| measure(*unit).and_then(|measure| measure.value)).collect(),
                counts: units.iter().map(counted).collect(),
            }
        };
        let leaves: Vec<Leaf<'_>> = index.leaves().map(leaf).collect();
        let is_excludable = |leaf: &Leaf<'_>| leaf.role == Role::Points && leaf.status.contains(&ItemStatus::Scored);
        let excludable = (0..leaves.len()).filter(|at| is_excludable(&leaves[*at])).collect();
        Self { index, leaves, units: units.len(), excludable }
    }

    fn settings(&self) -> &Robustness {
        &self.index.robustness
    }

    /// What the maximum of each leaf is multiplied by.
    fn factors(&self, draw: &Draw) -> Vec<f64> {
        let maxima: Vec<f64> = self.leaves.iter().map(|leaf| leaf.max).collect();
        let mut factors = match draw.coordinate(Choice::Weights).map(|at| of_coordinate(at, 1)) {
            None => vec![1.0; maxima.len()],
            Some(mut chance) => match self.settings().dirichlet {
                Some(concentration) => dirichlet(&maxima, concentration, &mut chance),
                None => ranged(maxima.len(), self.settings().weights, &mut chance),
            },
        };
        if let Some(at) = draw.coordinate(Choice::Exclusion) {
            // The last way is to leave nothing out.
            let place = (at * (self.excludable.len() + 1) as f64) as usize;
            if let Some(leaf) = self.excludable.get(place) {
                factors[*leaf] = 0.0;
            }
        }
        factors
    }

    /// The points of a leaf of all units, within the sampling error of their figures.
    fn drawn(&self, leaf: &Leaf<'_>, chance: &mut ChaCha8Rng, values: &mut Vec<Option<f64>>) -> Vec<f64> {
        let Some(rule) = leaf.rule.filter(|_| leaf.counts.iter().any(Option::is_some)) else {
            return leaf.points.clone();
        };
        values.clear();
        values.extend(
            leaf.counts
                .iter()
                .zip(&leaf.values)
                .map(|(counts, value)| counts.and_then(|counts| sampled_rate(counts, chance)).or(*value)),
        );
        let better =
            |left: f64, right: f64| if leaf.direction == Direction::Lower { left.min(right) } else { left.max(right) };
        let best = values.iter().flatten().copied().reduce(better);
        let points = |unit: usize| {
            let value = values[unit].filter(|_| leaf.counts[unit].is_some())?;
            points_of(rule, value, leaf.max, best.map(|best| (best, leaf.direction)))
        };
        (0..self.units).map(|unit| points(unit).unwrap_or(leaf.points[unit])).collect()
    }
}

/// What a unit has so far.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    points: f64,
    bonus: f64,
    deduction: f64,
    rescaled: f64,
    is_scored: bool,
}

impl Model for PointsModel<'_> {
    fn choices(&self) -> Vec<Choice> {
        let settings = self.settings();
        let has_counts = self.leaves.iter().any(|leaf| leaf.counts.iter().any(Option::is_some));
        let all = [
            (Choice::Weights, settings.weights > 0.0 || settings.dirichlet.is_some()),
            (Choice::Missing, settings.missing.len() > 1),
            (Choice::Exclusion, settings.exclude && self.excludable.len() > 1),
            (Choice::Sampling, settings.sampling && has_counts),
        ];
        all.into_iter().filter(|(_, varies)| *varies).map(|(choice, _)| choice).collect()
    }

    fn scores(&self, draw: &Draw) -> Vec<Option<f64>> {
        let factors = self.factors(draw);
        let whole: f64 = self
            .leaves
            .iter()
            .zip(&factors)
            .filter(|(leaf, _)| leaf.role == Role::Points)
            .map(|(leaf, factor)| leaf.max * factor)
            .sum();
        let scale = if whole > 0.0 { self.index.max / whole } else { 0.0 };
        let missing = draw.pick(Choice::Missing, &self.settings().missing).copied().unwrap_or(self.index.missing);
        let mut chance = draw.coordinate(Choice::Sampling).map(|at| of_coordinate(at, 2));
        let (mut sums, mut values) = (vec![Sum::default(); self.units], Vec::new());
        for (leaf, factor) in self.leaves.iter().zip(&factors) {
            let drawn = chance.as_mut().map(|chance| self.drawn(leaf, chance, &mut values));
            let points = drawn.as_deref().unwrap_or(&leaf.points);
            for (unit, sum) in sums.iter_mut().enumerate() {
                let given = points[unit] * factor;
                match leaf.role {
                    Role::Bonus => sum.bonus += given,
                    Role::Deduction => sum.deduction += given,
                    Role::Points => {
                        sum.points += given * scale;
                        let drops_out = match leaf.status[unit] {
                            ItemStatus::NotApplicable => !leaf.stays,
                            ItemStatus::Missing => missing == MissingPoints::NotApplicable,
                            ItemStatus::Scored | ItemStatus::FullByDefault => false,
                        };
                        sum.rescaled += if drops_out { leaf.max * factor * scale } else { 0.0 };
                        sum.is_scored |= leaf.status[unit] == ItemStatus::Scored;
                    }
                }
            }
        }
        sums.into_iter().map(|sum| total(self.index, sum)).collect()
    }
}

fn total(index: &PointsIndex, sum: Sum) -> Option<f64> {
    let base = index.max - sum.rescaled;
    let bonus = sum.bonus.min(index.bonus_cap.unwrap_or(f64::INFINITY));
    let deduction = sum.deduction.min(index.deduction_cap.unwrap_or(f64::INFINITY));
    let is_any_left = sum.is_scored && base > index.max * 1e-9;
    is_any_left.then(|| (sum.points * index.max / base + bonus - deduction).max(0.0))
}
