//! What the scores of a ranking are made of, the same for points and for composite indices: areas, criteria, results.

use std::collections::BTreeMap;

use super::super::input::{FigureUnit, Makeup, Ranking};
use super::super::number::value_of_cell;
use super::super::plan::CellFormat;
use cchc_definitions::index::composite::Child;
use cchc_definitions::{Composite, PointsIndex, Role};
use cchc_indices::points::{ItemStatus, Total};
use cchc_indices::{Composed, Scorecards};

/// The parts of one index for the units of one kind.
pub struct Breakdown<'a> {
    source: Source<'a>,
    /// Units as rows of the source.
    places: BTreeMap<&'a str, usize>,
}

enum Source<'a> {
    Points(&'a PointsIndex, &'a Scorecards),
    Composite(&'a Composite, &'a Composed),
}

/// An area or a criterion.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    place: PartKey,
    /// Code in the set, if it has one.
    pub code: Option<&'a str>,
    /// Name.
    pub name: &'a str,
    /// What it can add: most points, or weight.
    pub weight: Weight,
    /// The area that it belongs to, as its place among the areas.
    pub area: Option<usize>,
}

/// What a part can add to the whole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Weight {
    /// Most points.
    Points(f64),
    /// Share of its parent; none where no weights were used.
    Share(Option<f64>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PartKey {
    Item(usize),
    Child(Child),
}

/// The result of a unit on a part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PartResult {
    /// Points, or a value on the common scale.
    Has(f64),
    /// It does not apply to the unit.
    NotApplicable,
    /// Nobody sent what it needs, or scored it.
    Missing,
}

impl<'a> Breakdown<'a> {
    /// The parts of a ranking for one kind; none of an indicator, or of a kind that could not be computed.
    pub fn of(ranking: &'a Ranking, kind: &str) -> Option<Self> {
        match &ranking.makeup {
            Makeup::Indicator => None,
            Makeup::Points(index, cards) => {
                let units = cards.units.iter().enumerate();
                let places = units.map(|(at, unit)| (unit.unit_code.as_str(), at)).collect();
                Some(Self { source: Source::Points(index, cards), places })
            }
            Makeup::Composite(index, kinds) => {
                let (_, composed) = kinds.iter().find(|(composed, _)| composed == kind)?;
                let units = composed.scores.units().iter().enumerate();
                let places = units.map(|(at, unit)| (unit.as_str(), at)).collect();
                Some(Self { source: Source::Composite(index, composed), places })
            }
        }
    }

    /// Whether parts add up to the score.
    pub fn adds_up(&self) -> bool {
        matches!(self.source, Source::Points(..))
    }

    /// How points or scaled values are shown.
    pub fn figure(&self) -> CellFormat {
        match self.source {
            Source::Points(index, _) => CellFormat::Number(index.display.digits),
            Source::Composite(index, _) => CellFormat::Number(index.display.digits.max(2)),
        }
    }

    /// A value as a cell must hold it to be shown by the mode of the definition.
    pub fn shown(&self, value: f64) -> f64 {
        let display = match self.source {
            Source::Points(index, _) => &index.display,
            Source::Composite(index, _) => &index.display,
        };
        value_of_cell(value, FigureUnit::Points, display)
    }

    /// The parts right below the index, without bonus and deduction.
    pub fn areas(&self) -> Vec<Part<'a>> {
        match self.source {
            Source::Points(index, _) => {
                let top = index.items.iter().enumerate().filter(|(_, item)| item.parent.is_none());
                top.filter(|(_, item)| item.role == Role::Points).map(|(at, _)| item(index, at, None)).collect()
            }
            Source::Composite(index, composed) => {
                (0..index.nodes[0].children.len()).map(|at| child(index, composed, (0, at), None)).collect()
            }
        }
    }

    /// What is scored: criteria without parts, or indicators, each with its area.
    pub fn criteria(&self) -> Vec<Part<'a>> {
        match self.source {
            Source::Points(index, _) => {
                let areas: Vec<usize> = self.areas().iter().filter_map(|area| area.place.item()).collect();
                let leaves = index.leaves().map(|(at, _)| {
                    let top = std::iter::successors(Some(at), |at| index.items[*at].parent).last();
                    item(index, at, top.and_then(|top| areas.iter().position(|area| *area == top)))
                });
                leaves.collect()
            }
            Source::Composite(index, composed) => {
                let mut found = Vec::new();
                for (area, below) in index.nodes[0].children.iter().enumerate() {
                    match below {
                        Child::Leaf(_) => found.push(child(index, composed, (0, area), Some(area))),
                        Child::Node(node) => leaves_below(index, composed, *node, area, &mut found),
                    }
                }
                found
            }
        }
    }

    /// The result of a unit on a part.
    pub fn result(&self, part: &Part<'_>, unit_code: &str) -> PartResult {
        let Some(at) = self.places.get(unit_code).copied() else { return PartResult::Missing };
        match (&self.source, part.place) {
            (Source::Points(_, cards), PartKey::Item(item)) => {
                let scores = &cards.scoring.items[item];
                match (scores.status[at], scores.points[at]) {
                    (ItemStatus::NotApplicable, _) => PartResult::NotApplicable,
                    (ItemStatus::Missing, _) | (_, None) => PartResult::Missing,
                    (_, Some(points)) => PartResult::Has(points),
                }
            }
            (Source::Composite(_, composed), PartKey::Child(below)) => {
                let value = match below {
                    Child::Leaf(leaf) => composed.scaled.columns()[leaf].values[at],
                    Child::Node(node) => composed.scores.columns()[node].values[at],
                };
                value.map_or(PartResult::Missing, PartResult::Has)
            }
            _ => PartResult::Missing,
        }
    }

    /// Points that count although parts of an area are missing.
    pub fn points(&self, part: &Part<'_>, unit_code: &str) -> Option<f64> {
        match (&self.source, part.place) {
            (Source::Points(_, cards), PartKey::Item(item)) => {
                cards.scoring.items[item].points[*self.places.get(unit_code)?]
            }
            _ => match self.result(part, unit_code) {
                PartResult::Has(value) => Some(value),
                _ => None,
            },
        }
    }

    /// A unit's total, for points.
    pub fn total(&self, unit_code: &str) -> Option<&'a Total> {
        match self.source {
            Source::Points(_, cards) => cards.scoring.totals.get(*self.places.get(unit_code)?),
            Source::Composite(..) => None,
        }
    }

    /// The definition, for points.
    pub fn points_index(&self) -> Option<&'a PointsIndex> {
        match self.source {
            Source::Points(index, _) => Some(index),
            Source::Composite(..) => None,
        }
    }
}

impl Part<'_> {
    /// Whether both are one.
    pub fn is(&self, other: &Self) -> bool {
        self.place == other.place
    }
}

impl PartKey {
    const fn item(self) -> Option<usize> {
        match self {
            Self::Item(at) => Some(at),
            Self::Child(_) => None,
        }
    }
}

fn item(index: &PointsIndex, at: usize, area: Option<usize>) -> Part<'_> {
    let item = &index.items[at];
    Part { place: PartKey::Item(at), code: Some(&item.code), name: &item.name, weight: Weight::Points(item.max), area }
}

/// A child of a node, by the node's place and the child's among its children.
fn child<'a>(index: &'a Composite, composed: &Composed, (node, at): (usize, usize), area: Option<usize>) -> Part<'a> {
    let below = index.nodes[node].children[at];
    let name = match below {
        Child::Leaf(leaf) => &index.leaves[leaf].name_vi,
        Child::Node(node) => &index.nodes[node].name_vi,
    };
    let weight = composed.weights[node].get(at).copied();
    Part { place: PartKey::Child(below), code: None, name, weight: Weight::Share(weight), area }
}

fn leaves_below<'a>(index: &'a Composite, composed: &Composed, node: usize, area: usize, found: &mut Vec<Part<'a>>) {
    for (at, below) in index.nodes[node].children.iter().enumerate() {
        match below {
            Child::Leaf(_) => found.push(child(index, composed, (node, at), Some(area))),
            Child::Node(node) => leaves_below(index, composed, *node, area, found),
        }
    }
}
