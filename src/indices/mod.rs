//! Composite indices stage by stage, and ranks of units among their own kind.

mod aggregate;
mod compose;
mod composed;
mod denominate;
mod earlier;
mod error;
mod estimates;
mod impute;
mod judged;
pub mod moments;
pub mod points;
mod rank;
mod ranking;
mod scale;
mod scorecard;
mod screen;
mod table;
mod treat;
mod weigh;

pub use aggregate::{Negative, aggregate};
pub use compose::{Input, compose};
pub use composed::Composed;
pub use denominate::denominate;
pub use error::{ScoreError, SheetFault};
pub use estimates::estimates;
pub use impute::{Sources, impute};
pub use rank::{Scored, rank, ranks_by, rounded};
pub use ranking::{Index, Ranked, SetAside};
pub use scale::{ScaleError, Scaling, scale};
pub use scorecard::{Scorecards, earlier_scorecards, rank_cards, scorecards};
pub use screen::{Dropped, screen};
pub use table::{Column, TableError, ValueTable};
pub use treat::{Treated, treat};
pub use weigh::{Loadings, WeighError, principal_component};
