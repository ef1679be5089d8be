//! Tables of a plan: columns with their headings, rows, cells, and how figures are shown.

use chrono::NaiveDate;

/// Rows under columns.
#[derive(Debug, Clone, PartialEq)]
pub struct TablePlan {
    /// Columns from left to right.
    pub columns: Vec<ColumnPlan>,
    /// Whether a row "(1) (2) …" follows the headings.
    pub numbering: Numbering,
    /// Whether readers may filter it, where a format can. The first such table is the sheet's main one.
    pub filter: Filter,
    /// Rows from top to bottom.
    pub rows: Vec<RowPlan>,
}

impl TablePlan {
    /// A table without numbering or filter.
    #[must_use]
    pub const fn new(columns: Vec<ColumnPlan>, rows: Vec<RowPlan>) -> Self {
        Self { columns, numbering: Numbering::None, filter: Filter::Off, rows }
    }

    /// Lets readers filter it.
    #[must_use]
    pub const fn filtered(mut self) -> Self {
        self.filter = Filter::On;
        self
    }
}

/// Whether a table numbers its columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbering {
    /// No numbers.
    None,
    /// "(1) (2) …" under the headings.
    Columns,
}

/// Whether a table can be filtered by its readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// No.
    Off,
    /// Yes.
    On,
}

/// A column: its stacked headings and how its cells are shown.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnPlan {
    /// Headings from the top level down; equal neighbours merge, the lowest one fills what is left.
    pub heading: Vec<String>,
    /// How its cells are shown.
    pub kind: CellFormat,
    /// A hint: about how many characters a line of it should hold before its text wraps.
    pub width: u16,
    /// What makes its figures easy to compare.
    pub emphasis: Emphasis,
    /// How its lowest heading runs.
    pub turn: Turn,
}

impl ColumnPlan {
    /// A column under one heading.
    #[must_use]
    pub fn new(heading: &str, kind: CellFormat, width: u16) -> Self {
        Self { heading: vec![heading.to_owned()], kind, width, emphasis: Emphasis::None, turn: Turn::Across }
    }

    /// Puts a heading above; equal neighbours merge.
    #[must_use]
    pub fn under(mut self, heading: &str) -> Self {
        self.heading.insert(0, heading.to_owned());
        self
    }

    /// Makes its figures easy to compare.
    #[must_use]
    pub const fn emphasis(mut self, emphasis: Emphasis) -> Self {
        self.emphasis = emphasis;
        self
    }

    /// Turns its lowest heading.
    #[must_use]
    pub const fn turn(mut self, turn: Turn) -> Self {
        self.turn = turn;
        self
    }
}

/// How a figure or text is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CellFormat {
    /// Words, at the left.
    Text,
    /// Short words, in the middle.
    Label,
    /// Whole number with thousands separated.
    Int,
    /// A share 0–1 shown in percent with so many digits.
    Percent(u8),
    /// A number with so many digits.
    Number(u8),
    /// A day.
    Date,
    /// A place in a ranking.
    Rank,
    /// A change shown with ▲ or ▼ and so many digits.
    Movement(u8, Sense),
}

/// Whether more is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sense {
    /// More is better.
    MoreIsBetter,
    /// Less is better.
    LessIsBetter,
}

/// What makes a column's figures easy to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emphasis {
    /// Nothing.
    None,
    /// A bar in each cell.
    DataBar,
    /// A colour from bad to good, between the least and the greatest of the column.
    ColourScale(Sense),
    /// A colour from bad for 0 to good for 1, alike in all columns.
    Share,
}

/// How a heading runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// From left to right.
    Across,
    /// From the bottom up, so that its column can be narrow.
    Upright,
}

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub struct RowPlan {
    /// What kind of row it is.
    pub style: RowStyle,
    /// One cell a column; a row of [`RowStyle::Note`] has one for all.
    pub cells: Vec<Cell>,
}

impl RowPlan {
    /// A row of the given style.
    #[must_use]
    pub const fn new(style: RowStyle, cells: Vec<Cell>) -> Self {
        Self { style, cells }
    }
}

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowStyle {
    /// A unit, a dossier, a file.
    Body,
    /// A body row that somebody must look at.
    Marked,
    /// Head of a group, with its sums where there are any; its words run over empty cells beside them.
    Section,
    /// A sum of rows under it or within the table; long words wrap.
    Sum,
    /// Sum over the table.
    Total,
    /// A remark across the table.
    Note,
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Words, and nothing but words, whatever they begin with.
    Text(String),
    /// Whole number.
    Int(i64),
    /// Number at full precision.
    Number(f64),
    /// Number shown otherwise than its column.
    As(CellFormat, f64),
    /// A day.
    Date(NaiveDate),
    /// A place in a ranking, and whether others share it.
    Rank(u32, Tie),
    /// Nothing.
    Empty,
    /// There is no figure; the word says why.
    Absent(String),
    /// Leads to another sheet.
    Link {
        /// The sheet, as its place in the book.
        sheet: usize,
        /// Its name.
        words: String,
    },
}

impl Cell {
    /// Words.
    #[must_use]
    pub fn text(words: impl Into<String>) -> Self {
        Self::Text(words.into())
    }

    /// A number, or nothing.
    #[must_use]
    pub fn optional(value: Option<f64>) -> Self {
        value.map_or(Self::Empty, Self::Number)
    }

    /// A count as files and stores give it.
    #[must_use]
    pub fn count(value: u64) -> Self {
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

/// Whether a place is shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tie {
    /// Not shared.
    Alone,
    /// Shared with others, which is shown.
    Shared,
}
