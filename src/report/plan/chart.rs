//! Charts of a plan: their form, what is drawn, and their position.

use super::CellFormat;

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
    pub unit: CellFormat,
    /// The interval of each category's value, drawn as a light mark; empty where nothing is known of any.
    pub intervals: Vec<Option<(f64, f64)>>,
    /// Name of a picture file, without ending.
    pub file_stem: String,
    /// Its position.
    pub place: ChartPosition,
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

/// The position of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartPosition {
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
