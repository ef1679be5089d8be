//! Scores of a composite index under other choices: composed anew with each.

use super::chance::{dirichlet, of_coordinate, ranged, sampled_rate};
use super::{Choice, Counts, Draw, Model};
use cchc_definitions::index::composite::Child;
use cchc_definitions::index::settings::{Empty, WeighMethod};
use cchc_definitions::{Composite, Robustness};
use cchc_indices::{Column, Composed, KindValues, ValueTable, compose};
use std::collections::BTreeMap;

/// A composite index with the values of one kind of units.
#[derive(Debug, Clone)]
pub struct CompositeModel<'a> {
    index: &'a Composite,
    values: &'a KindValues,
    /// The weights that the index uses, node by node: those of principal components, too, are varied around them.
    weights: Vec<Vec<f64>>,
    /// Counts behind the values: by column, then in the order of units.
    counts: BTreeMap<String, Vec<Option<Counts>>>,
    /// Codes of the units whose scores are asked for.
    units: Vec<String>,
}

impl<'a> CompositeModel<'a> {
    /// The model of some units; the others of the kind are composed with them.
    #[must_use]
    pub const fn new(
        index: &'a Composite,
        values: &'a KindValues,
        weights: Vec<Vec<f64>>,
        counts: BTreeMap<String, Vec<Option<Counts>>>,
        units: Vec<String>,
    ) -> Self {
        Self { index, values, weights, counts, units }
    }

    const fn settings(&self) -> &Robustness {
        &self.index.robustness
    }

    /// The definition with the choices of a draw.
    fn varied(&self, draw: &Draw) -> Composite {
        let mut index = self.index.clone();
        let settings = self.settings();
        for (node, weights) in self.weights.iter().enumerate() {
            index.nodes[node].weigh.method = WeighMethod::Given;
            index.nodes[node].weigh.sum = None;
            let factors = match draw.coordinate(Choice::Weights).map(|at| of_coordinate(at, 3 + node as u64)) {
                None => vec![1.0; weights.len()],
                Some(mut chance) => match settings.dirichlet {
                    Some(concentration) => dirichlet(weights, concentration, &mut chance),
                    None => ranged(weights.len(), settings.weights, &mut chance),
                },
            };
            let children = self.index.nodes[node].children.iter().zip(weights).zip(factors);
            for ((child, weight), factor) in children {
                let level = if let Child::Node(at) = child { self.index.nodes[*at].level } else { 1 };
                let varies = settings.weight_levels.is_empty() || settings.weight_levels.contains(&level);
                let factor = if varies { factor } else { 1.0 };
                match child {
                    Child::Leaf(at) => index.leaves[*at].weight = weight * factor,
                    Child::Node(at) => index.nodes[*at].weight = weight * factor,
                }
            }
        }
        index.weights.clear();
        for leaf in &mut index.leaves {
            leaf.scale = *draw.pick(Choice::Scaling, &settings.scaling).unwrap_or(&leaf.scale);
            leaf.treat.max_points =
                *draw.pick(Choice::Treatment, &settings.treat_points).unwrap_or(&leaf.treat.max_points);
            leaf.impute.method = *draw.pick(Choice::Missing, &settings.impute).unwrap_or(&leaf.impute.method);
        }
        for node in &mut index.nodes {
            node.aggregate.method =
                *draw.pick(Choice::Aggregation, &settings.aggregation).unwrap_or(&node.aggregate.method);
        }
        index
    }

    /// The values within the sampling error of a draw, without the indicator that it leaves out.
    fn drawn(&self, draw: &Draw) -> Option<KindValues> {
        let mut values = self.values.clone();
        let mut columns: Vec<Column> = values.table.columns().to_vec();
        if let Some(mut chance) = draw.coordinate(Choice::Sampling).map(|at| of_coordinate(at, 2)) {
            for column in &mut columns {
                let Some(counts) = self.counts.get(&column.id) else { continue };
                for (value, counts) in column.values.iter_mut().zip(counts) {
                    let drawn = counts.and_then(|counts| sampled_rate(counts, &mut chance));
                    *value = value.and(drawn.or(*value));
                }
            }
        }
        if let Some(at) = draw.coordinate(Choice::Exclusion) {
            // The last way is to leave nothing out.
            let place = (at * (self.index.leaves.len() + 1) as f64) as usize;
            if let Some(leaf) = self.index.leaves.get(place) {
                let emptied = columns.iter_mut().filter(|column| column.id == leaf.column);
                emptied.for_each(|column| column.values.fill(None));
            }
        }
        values.table = ValueTable::new(values.table.units().to_vec(), columns).ok()?;
        Some(values)
    }
}

impl Model for CompositeModel<'_> {
    fn choices(&self) -> Vec<Choice> {
        let settings = self.settings();
        let has_counts = self.counts.values().flatten().any(Option::is_some);
        let all = [
            (Choice::Weights, settings.weights > 0.0 || settings.dirichlet.is_some()),
            (Choice::Scaling, settings.scaling.len() > 1),
            (Choice::Aggregation, settings.aggregation.len() > 1),
            (Choice::Treatment, settings.treat_points.len() > 1),
            (Choice::Missing, settings.impute.len() > 1),
            (Choice::Exclusion, settings.exclude && self.index.leaves.len() > 1),
            (Choice::Sampling, settings.sampling && has_counts),
        ];
        all.into_iter().filter(|(_, varies)| *varies).map(|(choice, _)| choice).collect()
    }

    fn scores(&self, draw: &Draw) -> Vec<Option<f64>> {
        let mut index = self.varied(draw);
        if draw.coordinate(Choice::Exclusion).is_some() {
            index.screen.empty = Empty::LeaveOut;
        }
        let nothing = || vec![None; self.units.len()];
        let Some(values) = self.drawn(draw) else { return nothing() };
        let Ok(done) = compose(&index, values.input()) else { return nothing() };
        let scores: BTreeMap<String, f64> = Composed::of_units(&done);
        self.units.iter().map(|unit| scores.get(unit).copied()).collect()
    }
}
