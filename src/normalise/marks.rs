//! Marks of rows and cells beside their texts: hidden, covered, errors, missing results, numbers where codes were meant.

/// Something about one row of a batch, or about one of its cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Row of the sheet.
    pub number: u32,
    /// Row of the batch; none where rows are kept until the sheet ends.
    pub row: Option<usize>,
    /// Column of the source; none if it is about the whole row.
    pub column: Option<usize>,
    /// What.
    pub kind: MarkKind,
}

/// The kinds of [`Mark`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MarkKind {
    /// The row is hidden in its sheet.
    Hidden,
    /// A formula of which the file keeps no result.
    NoResult,
    /// A text that the file refers to and does not hold; the address of the cell.
    NoString(String),
    /// An error of the spreadsheet, such as `#N/A`.
    Error(String),
    /// The cell is covered by a merged one and the source does not say what that means.
    Covered,
    /// A number in a column of codes: zeros at its ends may be lost.
    NumberCode,
    /// A date, or a number of more digits than a spreadsheet keeps, in a column of codes.
    MangledCode,
}
