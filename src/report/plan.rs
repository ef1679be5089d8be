//! The plan of a report: sheets of headings, tables and charts, free of any file format.

use chrono::{NaiveDate, NaiveDateTime};

/// A whole report.
#[derive(Debug, Clone, PartialEq)]
pub struct Book {
    /// Name of its file without ending; empty where whoever saves it names it.
    pub file_stem: String,
    /// Title, for the document's properties and footers.
    pub title: String,
    /// What it is about.
    pub subject: String,
    /// Who issues it.
    pub author: String,
    /// The data version's time, never a clock: the same data give the same bytes.
    pub created: NaiveDateTime,
    /// Sheets (or chapters) in reading order.
    pub sheets: Vec<Sheet>,
}

impl Book {
    /// All charts in reading order, whichever sheet they stand on.
    pub fn charts(&self) -> impl Iterator<Item = &Chart> {
        self.sheets.iter().flat_map(|sheet| &sheet.blocks).filter_map(|block| match block {
            Block::Chart(chart) => Some(chart),
            _ => None,
        })
    }

    /// A book for each chart that holds nothing else, in reading order.
    pub fn pictures(&self) -> impl Iterator<Item = Self> {
        self.charts().map(|chart| Self {
            file_stem: chart.file_stem.clone(),
            title: chart.title.clone(),
            sheets: vec![Sheet {
                name: chart.title.clone(),
                orientation: Orientation::Landscape,
                blocks: vec![Block::Chart(chart.clone())],
            }],
            subject: self.subject.clone(),
            author: self.author.clone(),
            created: self.created,
        })
    }
}

/// One sheet or chapter.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// Short name; writers shorten it further where they must.
    pub name: String,
    /// How its paper lies.
    pub orientation: Orientation,
    /// Contents from top to bottom.
    pub blocks: Vec<Block>,
}

impl Sheet {
    /// Its title: the first heading of level 1, or the title that a form prints.
    #[must_use]
    pub fn title(&self) -> Option<String> {
        self.blocks.iter().find_map(|block| match block {
            Block::Heading { level: 1, text } => Some(text.clone()),
            // A form prints its title in capitals, then period and days.
            Block::Letterhead { centre, .. } => {
                let title = centre.iter().filter(|line| **line == line.to_uppercase());
                Some(title.map(String::as_str).collect::<Vec<_>>().join(" "))
            }
            _ => None,
        })
    }
}

/// How paper lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Orientation {
    /// Upright.
    Portrait,
    /// Across.
    Landscape,
}

/// A piece of a sheet.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// Three columns of lines above a statutory form.
    Letterhead {
        /// Lines at the left.
        left: Vec<String>,
        /// Lines in the middle.
        centre: Vec<String>,
        /// Lines at the right.
        right: Vec<String>,
    },
    /// A heading; level 1 is the sheet's title.
    Heading {
        /// 1 or 2.
        level: u8,
        /// The words.
        text: String,
    },
    /// Running text.
    Paragraph {
        /// How it is set.
        tone: Tone,
        /// The words.
        text: String,
    },
    /// Pairs of a name and what is known of it.
    Facts(Vec<(String, String)>),
    /// A table.
    Table(Table),
    /// A chart.
    Chart(Chart),
}

impl Block {
    /// A heading; level 1 is the sheet's title.
    #[must_use]
    pub fn heading(level: u8, text: impl Into<String>) -> Self {
        Self::Heading { level, text: text.into() }
    }

    /// Running text.
    #[must_use]
    pub fn paragraph(tone: Tone, text: impl Into<String>) -> Self {
        Self::Paragraph { tone, text: text.into() }
    }
}

/// How a paragraph is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As it is.
    Body,
    /// Centred under a title.
    Subtitle,
    /// Small and slanted, at the right above a table (its unit of counting).
    Unit,
    /// Small remark.
    Note,
    /// Somebody must act.
    Alert,
}

/// Rows under columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Columns from left to right.
    pub columns: Vec<Column>,
    /// Whether a row "(1) (2) …" stands under the headings.
    pub numbering: Numbering,
    /// Whether readers may filter it. The first such table is the sheet's main one.
    pub filter: Filter,
    /// Rows from top to bottom.
    pub rows: Vec<Row>,
}

impl Table {
    /// A table without numbering or filter.
    #[must_use]
    pub const fn new(columns: Vec<Column>, rows: Vec<Row>) -> Self {
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
pub struct Column {
    /// Headings from the top level down; equal neighbours merge, the lowest one fills what is left.
    pub heading: Vec<String>,
    /// How its cells are shown.
    pub kind: Kind,
    /// The widest it should get, in characters, before its text wraps.
    pub width: u16,
    /// What makes its figures easy to compare.
    pub emphasis: Emphasis,
    /// How its lowest heading runs.
    pub turn: Turn,
}

impl Column {
    /// A column under one heading.
    #[must_use]
    pub fn new(heading: &str, kind: Kind, width: u16) -> Self {
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
pub enum Kind {
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
pub struct Row {
    /// What kind of row it is.
    pub style: RowStyle,
    /// One cell a column; a row of [`RowStyle::Note`] has one for all.
    pub cells: Vec<Cell>,
}

impl Row {
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
    /// Words; never read as a formula, whatever they begin with.
    Text(String),
    /// Whole number.
    Int(i64),
    /// Number at full precision.
    Number(f64),
    /// Number shown otherwise than its column.
    As(Kind, f64),
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
    /// Held alone.
    Alone,
    /// Shared with others, which is shown.
    Shared,
}

/// A chart; every series has one value a category.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// Its form.
    pub kind: ChartKind,
    /// Title.
    pub title: String,
    /// Names along the axis, from the top or the left.
    pub categories: Vec<String>,
    /// What is drawn.
    pub series: Vec<Series>,
    /// How values are shown.
    pub unit: Kind,
    /// Name of a picture file, without ending.
    pub file_stem: String,
    /// Where it stands.
    pub place: Place,
}

/// Form of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartKind {
    /// Horizontal bars, series beside each other.
    Bar,
    /// Horizontal bars, series after each other.
    StackedBar,
    /// Lines from left to right.
    Line,
}

/// Where a chart stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Beside the block before it.
    Beside,
    /// Under what comes before it.
    Below,
}

/// What the colour of a series says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tint {
    /// Nothing: colours follow in turn.
    Turn,
    /// The best.
    Good,
    /// As it should be.
    Fair,
    /// A fault.
    Bad,
}

/// One set of values.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Name in the legend.
    pub name: String,
    /// Whether its colour means something.
    pub tint: Tint,
    /// One value a category; `None` draws nothing.
    pub values: Vec<Option<f64>>,
}
