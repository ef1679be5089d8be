//! What the reading thread finds in a file beside its rows: sheets that fit a source, and sheets that fit none.

use chrono::NaiveDate;

use cchc_definitions::dates::DateSystem;
use cchc_normalise::{Mapping, Origin};
use cchc_read::TextNote;

/// A sheet whose headings fit.
#[derive(Debug, Clone)]
pub(super) struct FoundSheet {
    pub name: String,
    pub hidden: bool,
    pub heading_row: u32,
    /// Position of the source among those tried.
    pub source: usize,
    pub mapping: Mapping,
    /// See [`HeadingMatch::confidence`].
    pub confidence: f64,
    /// From which day its serial numbers count.
    pub date_system: DateSystem,
    /// The export day in the rows above the headings.
    pub letterhead: Option<NaiveDate>,
    /// Of a sheet that is reshaped: per record and column of the source the heading that feeds it.
    pub records: Vec<Vec<String>>,
    /// The only year that its name and letterhead name.
    pub year: Option<i32>,
    /// The sheet whose headings it is read by, having none.
    pub continues: Option<String>,
    /// The title that says that it lists some dossiers only.
    pub partial: Option<String>,
}

/// A sheet that no source fits.
#[derive(Debug, Clone)]
pub(super) struct UnmatchedSheet {
    pub name: String,
    pub rows: usize,
    /// Cells of its widest row: as many as another sheet has headings may mean that it continues that sheet.
    pub width: usize,
    pub near: Option<NearSource>,
}

/// The source that an unmatched sheet would fit if it had some more columns.
#[derive(Debug, Clone)]
pub(super) struct NearSource {
    /// Its id.
    pub source: String,
    /// The probable heading row of the sheet.
    pub row: u32,
    /// Usual headings of the columns that are missing.
    pub missing: Vec<String>,
    /// Whether the column of the unit is all that is missing.
    pub lacks_only_unit: bool,
    /// The heading of the sheet most like the first of them.
    pub nearest: String,
}

/// What the reading thread knows of a file beside the rows that it has sent.
#[derive(Default)]
pub(super) struct RowsRead {
    pub unmatched: Vec<UnmatchedSheet>,
    /// What the reader says of the text of sheets that no source fits.
    pub unmatched_notes: Vec<(String, TextNote)>,
    /// Whether cells were left that may be in a legacy encoding.
    pub is_undecided: bool,
    /// The export day in a sheet or table without data, such as a cover or a letterhead of its own.
    pub letterhead: Option<NaiveDate>,
    /// Cells, as far as they are counted among those of all files.
    pub cells: u64,
    /// Body rows sent.
    pub rows: u64,
    /// Of a corrected file: sheet and row, and where that row first stood.
    pub origins: Vec<((String, u32), Origin)>,
    /// Sheets that end at the last row that an .xls can hold.
    pub full_sheets: Vec<String>,
}
