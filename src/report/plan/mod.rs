//! The plan of a report: sheets of headings, tables and charts, free of any file format.

mod chart;
mod table;

use chrono::NaiveDateTime;

pub use chart::{Chart, ChartKind, ChartPosition, Series, Tint};
pub use table::{
    Cell, CellFormat, ColumnPlan, Emphasis, Filter, Numbering, RowPlan, RowStyle, Sense, TablePlan, Tie, Turn,
};

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
    /// All charts in reading order, of all sheets.
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
    /// Short name; a writer shortens it further where its format must.
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
    Table(TablePlan),
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
