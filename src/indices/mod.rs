//! Composite indices stage by stage, and ranks of units among their own kind.

mod aggregate;
mod compose;
mod composed;
mod denominate;
mod impute;
pub mod moments;
mod rank;
mod scale;
mod screen;
mod table;
mod treat;
mod weigh;

pub use aggregate::{Negative, aggregate};
pub use compose::{Input, compose};
pub use composed::Composed;
pub use denominate::denominate;
pub use impute::{Sources, impute};
pub use rank::{Scores, rank, ranks, ranks_by, rounded};
pub use scale::{ScaleError, Scaling, scale};
pub use screen::{Dropped, screen};
pub use table::{Column, TableError, ValueTable};
pub use treat::{Treated, treat};
pub use weigh::{Loadings, WeighError, principal_component};
