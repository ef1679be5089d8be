//! The results of all stages of a composite index, so that a score can be traced to its values.

use std::collections::BTreeMap;

use super::rank::ranks_by;
use super::screen::Dropped;
use super::table::ValueTable;
use super::treat::Treated;
use cchc_definitions::index::settings::Ranking;

/// A composite index, computed. Units are sorted by id; dropped ones are in `raw` and `denominated` only.
#[derive(Debug, Clone, PartialEq)]
pub struct Composed {
    /// Indicators that no unit has a value of and the definition leaves out, as places in it.
    pub left_out: Vec<usize>,
    /// The indicators as they came.
    pub raw: ValueTable,
    /// After division.
    pub denominated: ValueTable,
    /// Units with too few values.
    pub dropped: Vec<Dropped>,
    /// After imputation.
    pub imputed: ValueTable,
    /// How many values of each indicator were imputed, in the order of the definition.
    pub imputed_counts: Vec<usize>,
    /// After treatment.
    pub treated: ValueTable,
    /// What was done to each indicator.
    pub treatments: Vec<Treated>,
    /// On the common scale, more is better.
    pub scaled: ValueTable,
    /// Scores of the nodes, in the order of the definition; the first column is the index itself.
    pub scores: ValueTable,
    /// The weights used for the children of each node, in the order of the nodes and of their children.
    pub weights: Vec<Vec<f64>>,
}

impl Composed {
    /// The score of the index, unit by unit.
    #[must_use]
    pub fn index(&self) -> &[Option<f64>] {
        self.scores.columns().first().map_or(&[], |column| column.values.as_slice())
    }

    /// Scores of the index by unit, of those that have one.
    #[must_use]
    pub fn of_units(&self) -> BTreeMap<String, f64> {
        let rows = self.scores.units().iter().cloned().zip(self.index());
        rows.filter_map(|(unit, score)| Some((unit, (*score)?))).collect()
    }

    /// Ranks of the units by the index or one of its nodes; none if there is no such node.
    #[must_use]
    pub fn ranks(&self, node: &str, settings: Ranking) -> Option<Vec<Option<u32>>> {
        self.scores.column(node).map(|scores| ranks_by(scores, settings))
    }
}
