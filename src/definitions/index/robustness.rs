//! `[robustness]`: which choices of an index could as well have been made otherwise, to see how firm its ranks are.

use serde::Deserialize;

use super::points::MissingPoints;
use super::sections::SectionReader;
use super::settings::{AggregateMethod, ImputeMethod, Scale};

/// What varies from draw to draw. A list that is empty leaves the choice as the index makes it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Robustness {
    /// How many times ranks are drawn.
    pub draws: u32,
    /// Where the random numbers begin.
    pub seed: u64,
    /// Each weight is multiplied by 1 − this … 1 + this, and the weights add up to what they did.
    pub weights: f64,
    /// Levels of a composite index whose weights vary, 1 being the indicators; all without any.
    pub weight_levels: Vec<u32>,
    /// Instead, weights drawn around the given ones by a Dirichlet distribution: the larger, the closer.
    pub dirichlet: Option<f64>,
    /// Ways to come onto the common scale, of a composite index.
    pub scaling: Vec<Scale>,
    /// Ways to make one score of several, of a composite index.
    pub aggregation: Vec<AggregateMethod>,
    /// How many points may be winsorised, of a composite index.
    pub treat_points: Vec<u32>,
    /// What replaces a missing value, of a composite index.
    pub impute: Vec<ImputeMethod>,
    /// What a criterion without a figure gives, of an index of points.
    pub missing: Vec<MissingPoints>,
    /// Whether a draw may leave out one criterion or indicator.
    pub exclude: bool,
    /// Whether rates vary by their sampling error.
    pub sampling: bool,
}

impl Default for Robustness {
    fn default() -> Self {
        Self {
            draws: 1000,
            seed: 1,
            weights: 0.25,
            weight_levels: Vec::new(),
            dirichlet: None,
            scaling: Vec::new(),
            aggregation: Vec::new(),
            treat_points: Vec::new(),
            impute: Vec::new(),
            missing: Vec::new(),
            exclude: true,
            sampling: true,
        }
    }
}

/// More draws tell nothing more, and never end.
const MOST_DRAWS: u32 = 1_000_000;

/// Reads the section; what cannot be drawn is a fault.
pub(super) fn read(table: toml::Table, reader: &mut SectionReader<'_>) -> Robustness {
    let Some(read) = reader.section::<Robustness>("robustness", table) else { return Robustness::default() };
    if !(0.0..=1.0).contains(&read.weights) {
        let message = format!("{} would draw weights below zero; write a share between 0 and 1", read.weights);
        reader.fault("robustness.weights", message);
    }
    if read.dirichlet.is_some_and(|concentration| !(concentration.is_finite() && concentration > 0.0)) {
        reader.fault("robustness.dirichlet", "is not above 0");
    }
    if read.draws == 0 || read.draws > MOST_DRAWS {
        reader.fault("robustness.draws", format!("{} is not between 1 and {MOST_DRAWS}", read.draws));
    }
    read
}
