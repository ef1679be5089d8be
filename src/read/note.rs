//! Notes on rows and cells beside their values: hidden, merged, without a result, of a legacy encoding, unreadable.

use serde::{Deserialize, Serialize};

use cchc_model::Encoding;

/// One such fact. Columns count from 0, rows from 1, as in [`RowSink::row`].
///
/// A note comes after its sheet is announced and before the row that it is about; one on merged cells may come only
/// before the second of its rows.
///
/// [`RowSink::row`]: super::RowSink::row
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Note {
    /// Serial dates of this sheet count from 1904, also those in cells without a date format.
    Epoch1904,
    /// The row is hidden.
    HiddenRow(u32),
    /// Cells merged over several rows; their value is in the first row and column.
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
    /// A text that is kept elsewhere in the file, but is not there. The cell is handed out as empty.
    NoString {
        /// Row.
        row: u32,
        /// Column.
        column: u32,
    },
}

/// Why one row cannot be read; the rows around it can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFault {
    /// A byte that the text encoding does not have.
    InvalidByte {
        /// The byte, if it is known which one.
        byte: Option<u8>,
        /// Its offset in the file, from 0, or that of its record in the decoded text.
        offset: u64,
    },
    /// A quote opens that is not closed where it should be, or the line stands behind such a quote and has not the usual
    /// count of fields.
    OpenQuote {
        /// Number of the line in the file, from 1.
        line: u64,
    },
}

impl RowFault {
    /// The stable id under which findings name this fault.
    #[must_use]
    pub const fn rule(self) -> &'static str {
        match self {
            Self::InvalidByte { .. } => "invalid_byte",
            Self::OpenQuote { .. } => "open_quote",
        }
    }
}

/// Something about the text of a whole sheet; it comes behind the sheet's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextNote {
    /// What.
    pub kind: TextKind,
    /// Row of the first case.
    pub row: u32,
    /// Cells, or rows.
    pub count: u64,
}

/// The kinds of [`TextNote`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    /// Cells of this encoding were decoded.
    Decoded(Encoding),
    /// Cells that may be of this encoding were left as they are.
    Undecided(Encoding),
    /// Rows hold NUL bytes.
    NulBytes,
    /// In rows text was left out that a style hides.
    HiddenText,
}
