//! Faults of the lists that users give: of units, or of successions.

use std::path::PathBuf;

/// Why a list cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The file cannot be read as CSV.
    #[error("{path}: {source}")]
    Csv {
        /// The file.
        path: PathBuf,
        /// Why.
        source: csv::Error,
    },
    /// A column is missing.
    #[error("{path}: no column '{column}'; a {list} has the columns {}", .columns.join(", "))]
    Column {
        /// The file.
        path: PathBuf,
        /// What it should be a list of.
        list: &'static str,
        /// Its name.
        column: &'static str,
        /// The columns of such a list.
        columns: &'static [&'static str],
    },
    /// A cell is wrong.
    #[error("{path}: row {row}, column '{column}': {message}")]
    Cell {
        /// The file.
        path: PathBuf,
        /// Row, heading included.
        row: u64,
        /// Column.
        column: &'static str,
        /// What is wrong.
        message: String,
    },
}
