//! How a sheet that is not one plain row per record is laid out: wide columns, outlines, rows and cells with a meaning of their own.

use serde::Deserialize;

/// Headings of one source have at most this many rows.
pub const MOST_HEADING_ROWS: usize = 12;

/// The layout that a source declares beyond its headings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Only sheets of these names (folded); every sheet if empty.
    pub sheets: Vec<String>,
    /// How many rows the headings have; found out where it is not declared.
    pub heading_rows: Option<usize>,
    /// When the source is tried.
    pub tried: Tried,
    /// The decimal mark of numbers in text cells.
    pub decimal: char,
    /// The columns that identify a row, where no heading feeds the table's key.
    pub key: Vec<String>,
    /// Columns of which at least one must be fed.
    pub one_of: Vec<String>,
    /// Columns that no heading feeds, and what does: of several the first that there is.
    pub given: Vec<(String, Given)>,
    /// Rows that are no data.
    pub skip_rows: Vec<SkipRows>,
    /// Words in a cell that set another column.
    pub marks: Vec<Mark>,
    /// The column of hierarchical codes, for criteria sheets.
    pub outline: Option<String>,
    /// How one row makes several records.
    pub wide: Option<Wide>,
}

/// When a source is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tried {
    /// On every file.
    #[default]
    Always,
    /// Only where the user names it: it would fit too much.
    ByName,
}

/// What feeds a column beside a heading.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Given {
    /// The name of the sheet.
    Sheet,
    /// The name of the file.
    File,
    /// The text above the headings that follows one of these words.
    Letterhead(Vec<String>),
    /// Always this text.
    Text(String),
    /// The cell that feeds another column, as it is written.
    Column(String),
    /// The day in another column of the sheet, put before the time in this one.
    Day(Vec<String>),
    /// The minutes between two times of the row.
    Minutes(String, String),
    /// Where the row stands: file, sheet and row.
    Place,
    /// The cell of the last row above that has one.
    Above,
}

/// Rows that are no data, known by one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkipRows {
    /// Headings of the cell, any of them.
    pub headings: Vec<String>,
    /// Texts of the cell, any of them (folded).
    pub is: Vec<String>,
    /// Or it is of this kind.
    pub kind: Option<SkipKind>,
    /// Whether the rows below are parts of this one (`Trong đó`), and no data until rows are numbered again.
    pub parts_follow: bool,
}

/// A kind of cell by which a row is no data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipKind {
    /// Nothing in it.
    Empty,
    /// Anything but a number.
    NotNumber,
    /// The ordinal of a group: I, II, IV, A, B.
    GroupOrdinal,
}

/// Words in the place of a number, which set another column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The columns in which the words may be.
    pub columns: Vec<String>,
    /// The words (folded). Their cell counts as empty.
    pub words: Vec<String>,
    /// Column → text that it gets.
    pub set: Vec<(String, String)>,
}

/// How one row of the sheet makes several records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wide {
    /// Which columns of the sheet make which record.
    pub cells: WideCells,
    /// The value of an empty cell; none where it is not declared.
    pub blank: Option<String>,
    /// Whether a record of which every cell is empty is none.
    pub skips_empty: bool,
    /// So many records a sheet must have at least.
    pub least: usize,
    /// Headings that make no record although nothing else claims them (folded).
    pub except: Vec<String>,
}

/// Which columns of the sheet make which record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WideCells {
    /// Each record by its own headings.
    Figures(Vec<Figure>),
    /// The bottom heading decides which column a cell feeds; the heading above it goes to `heading`.
    Stacked {
        /// The column that the upper heading feeds.
        heading: String,
        /// How the upper heading is written there.
        fold: Fold,
        /// Column → bottom headings that feed it.
        cells: Vec<(String, Vec<String>)>,
    },
    /// Every column that nothing else claims makes a record; its heading goes to `heading`, its cell to `cell`.
    Others {
        /// The column that the heading feeds.
        heading: String,
        /// How the heading is written there.
        fold: Fold,
        /// The column that the cell feeds.
        cell: String,
    },
}

/// One record of a wide row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// Column → text that it always has.
    pub set: Vec<(String, String)>,
    /// Column → headings that feed it, the most certain one first.
    pub cells: Vec<(String, Vec<String>)>,
    /// The value of an empty cell, where it is another than that of the other records.
    pub blank: Option<String>,
    /// Whether its cells are shares in percent, with or without the sign.
    pub percent: bool,
}

/// How a heading becomes a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fold {
    /// As it is written, cleaned.
    #[default]
    Text,
    /// Small letters without diacritics, words joined by `_`.
    Id,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            sheets: Vec::new(),
            heading_rows: None,
            tried: Tried::Always,
            decimal: ',',
            key: Vec::new(),
            one_of: Vec::new(),
            given: Vec::new(),
            skip_rows: Vec::new(),
            marks: Vec::new(),
            outline: None,
            wide: None,
        }
    }
}

impl Layout {
    /// Whether rows become records one to one, cell by cell: most exports.
    #[must_use]
    pub const fn is_plain(&self) -> bool {
        self.given.is_empty()
            && self.skip_rows.is_empty()
            && self.marks.is_empty()
            && self.outline.is_none()
            && self.wide.is_none()
    }

    /// The columns that something other than a heading of its own may feed.
    pub fn other_columns(&self) -> impl Iterator<Item = &str> {
        let wide: Vec<&str> = match self.wide.as_ref().map(|wide| &wide.cells) {
            None => Vec::new(),
            Some(WideCells::Figures(figures)) => figures
                .iter()
                .flat_map(|one| one.set.iter().map(|(name, _)| name).chain(one.cells.iter().map(|(name, _)| name)))
                .map(String::as_str)
                .collect(),
            Some(WideCells::Stacked { heading, cells, .. }) => {
                std::iter::once(heading).chain(cells.iter().map(|(name, _)| name)).map(String::as_str).collect()
            }
            Some(WideCells::Others { heading, cell, .. }) => vec![heading, cell],
        };
        let outline = ["level", "leaf", "parent", "area", "area_name"].into_iter().filter(|_| self.outline.is_some());
        self.given
            .iter()
            .map(|(name, _)| name.as_str())
            .chain(self.marks.iter().flat_map(|mark| mark.set.iter().map(|(name, _)| name.as_str())))
            .chain(wide)
            .chain(outline)
    }
}
