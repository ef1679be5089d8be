//! How firm ranks are: scores drawn again and again under other choices of the index and within the sampling error of rates.

mod chance;
mod composite_model;
mod draws;
mod firmness;
mod points_model;
mod rate_model;
mod sobol;

pub use chance::sampled_rate;
pub use composite_model::CompositeModel;
pub use draws::{Choice, Draw, monte_carlo, tried};
pub use firmness::{Firmness, firmness, groups, mean_shift};
pub use points_model::PointsModel;
pub use rate_model::RateModel;
pub use sobol::{MOST_CHOICES, Sensitivity, saltelli_design, sensitivity, sobol_points};

/// A count on top of and one below a rate: what its sampling error is computed from.
pub type Counts = (f64, f64);

/// Something that gives units scores under the choices of a draw.
pub trait Model: Sync {
    /// The choices that can fall otherwise.
    fn choices(&self) -> Vec<Choice>;

    /// The scores of all units in the order of the model; none where a unit has none under these choices.
    fn scores(&self, draw: &Draw) -> Vec<Option<f64>>;
}
