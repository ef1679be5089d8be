//! Why units could not be scored.

use cchc_definitions::Fault;
use cchc_store::StoreError;

/// A fault in the sheets that people filled in: nothing is computed before it is mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetFault {
    /// File, sheet and row of the points.
    pub place: String,
    /// The unit's code.
    pub unit: String,
    /// The criterion's code.
    pub criterion: String,
    /// What is wrong.
    pub message: String,
}

impl std::fmt::Display for SheetFault {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "{}: unit {}, criterion {}: {}", self.place, self.unit, self.criterion, self.message)
    }
}

/// Why units could not be scored.
#[derive(Debug, thiserror::Error)]
pub enum ScoreError {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Points that people gave cannot be right.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Sheets(Vec<SheetFault>),
    /// The values do not suit the methods of a composite index.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Values(Vec<Fault>),
}
