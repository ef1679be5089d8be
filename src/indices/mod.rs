//! Ranks units among their own kind by an indicator.

mod rank;

pub use rank::{Scores, rank, ranks};
