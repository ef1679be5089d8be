//! Why a figure, a score or a rank changed, how firm it is and what would move it: pure functions over figures and definitions.

mod audit;
mod change;
mod composite_change;
mod mix;
mod players;
mod points_change;
mod rank_change;
pub mod robustness;
mod shapley;
mod target;
mod trend;

pub use audit::{Case, Found, counted};
pub use change::{Change, Factor, Part, Side};
pub use composite_change::CompositeCase;
pub use mix::{GroupFigures, counted_parts, mixed_parts};
pub use points_change::PointsCase;
pub use rank_change::{OtherScores, RankGame};
pub use shapley::{Value, grouped, shapley};
pub use target::{Lever, Plan, cheapest, fewest};
pub use trend::{Limits, Point, limits};
