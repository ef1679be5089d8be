//! Which units of a kind can be compared: the items that most of them have, who lacks too much of these, and scores by them alone.
//!
//! An item is common if at least half of the units that it applies to have it scored. So a sheet that one unit alone sends
//! makes nothing common and unranks nobody.

use std::collections::BTreeMap;

use super::compose::{Input, compose};
use super::composed::Composed;
use super::points::{ItemStatus, Scoring};
use super::rank::Scored;
use super::table::{Column, ValueTable};
use cchc_definitions::index::composite::Child;
use cchc_definitions::index::settings::{Empty, ImputeMethod, Screen};
use cchc_definitions::{Composite, PointsIndex, Role};
use cchc_model::{Held, NamedItem};

/// Sums of weights differ in their last bits: what is at the limit is not beyond it.
const EDGE: f64 = 1e-9;

/// What a unit has of the common items.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Standing {
    /// The score over the common items that it has.
    score: Option<f64>,
    /// Share of the common points that it lacks.
    lacking_share: f64,
    /// The common items that it lacks.
    lacking: Vec<NamedItem>,
}

impl Standing {
    /// The score of a unit with its standing beside it: held back if it lacks more than `comparable`.
    pub(super) fn of(self, scored: Scored, comparable: f64) -> Scored {
        let is_held = scored.score.is_some() && self.lacking_share > comparable + EDGE;
        let score_common = self.score.filter(|_| scored.score.is_some());
        let held = is_held.then_some(Held::Incomplete);
        Scored { held, score_common, lacking: self.lacking, ..scored }
    }
}

/// The standing of each unit of an index of points, in the order of units, whose kinds are given. Its score is the points of the common items
/// that it has, out of their most points, on the scale of the index; bonus and deduction are no part of it.
pub(super) fn common_points(index: &PointsIndex, kinds: &[String], scoring: &Scoring) -> Vec<Standing> {
    let leaves: Vec<usize> = index.leaves().filter(|(_, item)| item.role == Role::Points).map(|(at, _)| at).collect();
    let mut counts: BTreeMap<(&str, usize), (usize, usize)> = BTreeMap::new();
    for (unit, kind) in kinds.iter().enumerate() {
        for at in &leaves {
            let (scored, missing) = counts.entry((kind, *at)).or_default();
            match scoring.items[*at].status[unit] {
                ItemStatus::Scored | ItemStatus::FullByDefault => *scored += 1,
                ItemStatus::Missing => *missing += 1,
                ItemStatus::NotApplicable => {}
            }
        }
    }
    let standing = |(unit, kind): (usize, &String)| {
        let (mut points, mut has, mut lacks, mut lacking) = (0.0, 0.0, 0.0, Vec::new());
        for at in &leaves {
            let is_common =
                counts.get(&(kind.as_str(), *at)).is_some_and(|(scored, missing)| *scored > 0 && scored >= missing);
            if !is_common {
                continue;
            }
            let (item, scores) = (&index.items[*at], &scoring.items[*at]);
            match scores.status[unit] {
                ItemStatus::Scored | ItemStatus::FullByDefault => {
                    // What items above were re-based by counts here, too.
                    let above = std::iter::successors(item.parent, |at| index.items[*at].parent);
                    let rebased = above.map(|at| scoring.items[at].rebased[unit]).product::<f64>();
                    points += scores.points[unit].unwrap_or(0.0) * rebased;
                    has += scores.max[unit] * rebased;
                }
                ItemStatus::Missing => {
                    lacks += item.max;
                    lacking.push(NamedItem { id: item.code.clone(), name: item.name.clone() });
                }
                ItemStatus::NotApplicable => {}
            }
        }
        let lacking_share = if lacks > 0.0 { lacks / (has + lacks) } else { 0.0 };
        Standing { score: (has > 0.0).then(|| points * index.max / has), lacking_share, lacking }
    };
    kinds.iter().enumerate().map(standing).collect()
}

/// The standing of each unit of one kind in a composite index. A value that the definition imputes is not lacking: the
/// definition itself says what stands in its place. The score is composed again, of the common indicators alone.
pub(super) fn common_values(index: &Composite, input: Input<'_>, done: &Composed) -> BTreeMap<String, Standing> {
    let units = done.denominated.units();
    let columns = done.denominated.columns();
    let is_imputed = |at: usize| index.leaves[at].impute.method != ImputeMethod::None;
    let is_common: Vec<bool> = columns
        .iter()
        .map(|column| {
            let present = column.values.iter().flatten().count();
            present > 0 && 2 * present >= units.len()
        })
        .collect();
    let weights = weights_of_leaves(index, done);
    let scores = if is_common.iter().all(|is_common| *is_common) {
        done.of_units()
    } else {
        composed_of(index, input, &is_common).map_or_else(BTreeMap::new, |done| done.of_units())
    };
    let standing = |(row, unit): (usize, &String)| {
        let (mut has, mut lacks, mut lacking) = (0.0, 0.0, Vec::new());
        for (at, leaf) in index.leaves.iter().enumerate().filter(|(at, _)| is_common[*at]) {
            if columns[at].values[row].is_some() || is_imputed(at) {
                has += weights[at];
            } else {
                lacks += weights[at];
                lacking.push(NamedItem { id: leaf.id.clone(), name: leaf.name_vi.clone() });
            }
        }
        let lacking_share = if lacks > 0.0 { lacks / (has + lacks) } else { 0.0 };
        (unit.clone(), Standing { score: scores.get(unit).copied(), lacking_share, lacking })
    };
    units.iter().enumerate().map(standing).collect()
}

/// The share of each indicator in the index: the product of the shares on the way up. Signs do not count.
fn weights_of_leaves(index: &Composite, done: &Composed) -> Vec<f64> {
    let mut weights = vec![0.0; index.leaves.len()];
    let mut of_nodes = vec![0.0; index.nodes.len()];
    of_nodes[0] = 1.0;
    for node in index.upwards().into_iter().rev() {
        let shares = &done.weights[node];
        let sum: f64 = shares.iter().map(|share| share.abs()).sum();
        for (child, share) in index.nodes[node].children.iter().zip(shares) {
            let share = if sum > 0.0 { of_nodes[node] * share.abs() / sum } else { 0.0 };
            match child {
                Child::Leaf(at) => weights[*at] = share,
                Child::Node(at) => of_nodes[*at] = share,
            }
        }
    }
    weights
}

/// The index of some of its indicators: the others are left out as if nobody had sent them.
fn composed_of(index: &Composite, input: Input<'_>, is_kept: &[bool]) -> Option<Composed> {
    let mut part = index.clone();
    part.screen = Screen { empty: Empty::LeaveOut, ..Screen::default() };
    for node in &mut part.nodes {
        node.aggregate.min_available = Some(0.0);
    }
    let kept = |id: &str| index.leaves.iter().zip(is_kept).any(|(leaf, is_kept)| *is_kept && leaf.column == id);
    let is_leaf = |id: &str| index.leaves.iter().any(|leaf| leaf.column == id);
    let columns = input.values.columns().iter().map(|column| Column {
        id: column.id.clone(),
        values: if is_leaf(&column.id) && !kept(&column.id) {
            vec![None; column.values.len()]
        } else {
            column.values.clone()
        },
    });
    let values = ValueTable::new(input.values.units().to_vec(), columns.collect()).ok()?;
    compose(&part, Input { values: &values, ..input }).ok()
}
