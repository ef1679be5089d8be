//! What a container tells of rows and cells beside their values: what is hidden, merged, or a formula without a result.

use serde::{Deserialize, Serialize};

/// One such fact. Columns count from 0, rows from 1, as in [`RowSink::row`].
///
/// A note comes after its sheet is announced and before the row that it is about; one on merged cells may come only
/// before the second of its rows.
///
/// [`RowSink::row`]: super::RowSink::row
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Note {
    /// Serial dates of this sheet count from 1904, so a plain number that stands for a date does too.
    Epoch1904,
    /// The row is hidden.
    HiddenRow(u32),
    /// Cells merged over several rows; their value stands in the first row and column.
    Merged {
        /// First row.
        first: u32,
        /// Last row.
        last: u32,
        /// First column.
        column: u32,
    },
    /// A formula of which the file keeps no result. The cell is handed out as empty.
    NoResult {
        /// Row.
        row: u32,
        /// Column.
        column: u32,
    },
}
