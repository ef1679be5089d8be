//! A composite index as data: indicators, the tree of nodes above them, weights by day, and the settings of the stages.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::costs::Costs;
use super::robustness::Robustness;
use super::sections::{Head, is_within};
use super::settings::{Aggregate, Impute, ImputeMethod, Ranking, Scale, Screen, Treat, Weigh};
use crate::{Direction, Display, Fault};

/// One version of a composite index.
#[derive(Debug, Clone, PartialEq)]
pub struct Composite {
    /// The file that defines it, below `queries/`.
    pub file: String,
    /// Id, names, kinds of units, days on which it holds, legal basis, note.
    pub head: Head,
    /// Which units have enough values.
    pub screen: Screen,
    /// Where weights come from, unless a level or node says otherwise.
    pub weigh: Weigh,
    /// How scores become ranks.
    pub rank: Ranking,
    /// Which choices vary where the ranks are tried.
    pub robustness: Robustness,
    /// What changes cost where a target is sought.
    pub costs: Costs,
    /// How scores are shown.
    pub display: Display,
    /// The indicators, in the order of the file.
    pub leaves: Vec<Leaf>,
    /// The nodes: the index itself first, then the others in the order of the file.
    pub nodes: Vec<Node>,
    /// Weights that hold for some days only.
    pub weights: Vec<DatedWeights>,
}

/// An indicator of a composite index.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf {
    /// Id within the index.
    pub id: String,
    /// Name in Vietnamese.
    pub name_vi: String,
    /// Name in English.
    pub name_en: String,
    /// The column of the table of values.
    pub column: String,
    /// The weight, unless dated weights say otherwise.
    pub weight: f64,
    /// Which way is good: `Higher` or `Lower`.
    pub direction: Direction,
    /// The column by which it is divided, and per how many of it.
    pub denominator: Option<Denominator>,
    /// What replaces a missing value.
    pub impute: Impute,
    /// What is done to outliers.
    pub treat: Treat,
    /// How it comes onto the common scale.
    pub scale: Scale,
    /// The ends of the scale, for `goalposts`.
    pub goalposts: Option<Goalposts>,
    /// The target, for `distance_to_target`; in the unit of the (denominated) indicator.
    pub target: Option<f64>,
}

/// What an indicator is divided by.
#[derive(Debug, Clone, PartialEq)]
pub struct Denominator {
    /// The column.
    pub column: String,
    /// The quotient is multiplied by this: 1000 for "per 1000 inhabitants".
    pub per: f64,
}

/// Fixed ends of a scale, in the unit of the (denominated) indicator, whatever its direction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Goalposts {
    /// The smaller end.
    pub low: f64,
    /// The larger end.
    pub high: f64,
    /// How the way between them is measured.
    pub curve: Curve,
}

/// How the way between two goalposts is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Curve {
    /// (x − low) / (high − low).
    Linear,
    /// (ln x − ln low) / (ln high − ln low).
    Log,
}

/// An area, a pillar, or the index itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Id within the index.
    pub id: String,
    /// Name in Vietnamese.
    pub name_vi: String,
    /// Name in English.
    pub name_en: String,
    /// The node above, as its place in [`Composite::nodes`]; none for the index itself.
    pub parent: Option<usize>,
    /// The weight within the parent, unless dated weights say otherwise.
    pub weight: f64,
    /// How high above the indicators: 2 right above them (indicators are level 1).
    pub level: u32,
    /// Where the weights of its children come from.
    pub weigh: Weigh,
    /// How the scores of its children become its own.
    pub aggregate: Aggregate,
    /// Indicators, then nodes below it, each in the order of the file: the order of every sum.
    pub children: Vec<Child>,
}

/// A child of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Child {
    /// A place in [`Composite::leaves`].
    Leaf(usize),
    /// A place in [`Composite::nodes`].
    Node(usize),
}

/// Weights that hold for some days.
#[derive(Debug, Clone, PartialEq)]
pub struct DatedWeights {
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
    /// Weights by id of indicator or node; others keep their own.
    pub of: BTreeMap<String, f64>,
}

impl Composite {
    /// Reads one definition file of `kind = "composite"`.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let parsed = super::parse::composite(file, text, &mut faults);
        faults.sort();
        parsed.filter(|_| faults.is_empty()).ok_or(faults)
    }

    /// How many periods back imputation looks at most; 0 where no indicator takes its last value.
    #[must_use]
    pub fn periods_back(&self) -> u32 {
        let last = self.leaves.iter().filter(|leaf| leaf.impute.method == ImputeMethod::LastPeriod);
        last.map(|leaf| leaf.impute.max_periods.unwrap_or(1)).max().unwrap_or(0)
    }

    /// Id of a child.
    #[must_use]
    pub fn child_id(&self, child: Child) -> &str {
        match child {
            Child::Leaf(at) => &self.leaves[at].id,
            Child::Node(at) => &self.nodes[at].id,
        }
    }

    /// Given weights of a node's children on a day, in the order of its children.
    /// `None` if the definition dates its weights and none hold on that day.
    #[must_use]
    pub fn given_weights(&self, node: &Node, day: NaiveDate) -> Option<Vec<f64>> {
        let dated = self.weights.iter().find(|weights| is_within((weights.from, weights.to), day));
        if dated.is_none() && !self.weights.is_empty() {
            return None;
        }
        Some(self.weights_of(node, dated))
    }

    /// Weights of a node's children: dated ones where they name a child, its own otherwise.
    pub(super) fn weights_of(&self, node: &Node, dated: Option<&DatedWeights>) -> Vec<f64> {
        let own = |child: &Child| match child {
            Child::Leaf(at) => self.leaves[*at].weight,
            Child::Node(at) => self.nodes[*at].weight,
        };
        node.children
            .iter()
            .map(|child| {
                dated.and_then(|dated| dated.of.get(self.child_id(*child))).copied().unwrap_or_else(|| own(child))
            })
            .collect()
    }

    /// Positions of the nodes, each after all below it; the index itself last.
    #[must_use]
    pub fn upwards(&self) -> Vec<usize> {
        let mut places: Vec<usize> = (0..self.nodes.len()).collect();
        places.sort_by_key(|at| (self.nodes[*at].level, *at));
        places
    }
}
