//! Reads a criteria sheet of a department as the draft of an index of points, and reports all its faults at once.

mod form_rule;
mod grid;
mod rule;
mod tree;
mod write;

use std::path::Path;

use cchc_definitions::{Item, ReadingWords, SheetWords};
use cchc_read::{Limits, ReadError};
use cchc_report::ScoringFormWords;

pub use write::{DefinitionHead, definition};

/// The words and names by which a sheet is read.
#[derive(Debug, Clone, Copy)]
pub struct SheetReading<'a> {
    /// Headings and words of rules.
    pub words: &'a SheetWords,
    /// Words that all readers look for.
    pub reading: &'a ReadingWords,
    /// Sentences of forms: one that was exported reads back whole.
    pub forms: &'a ScoringFormWords,
    /// Name in Vietnamese and id of the figures that rules may read.
    pub figures: &'a [(&'a str, &'a str)],
}

/// An index as a sheet defines it.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The sheet.
    pub sheet: String,
    /// The title above the headings.
    pub title: String,
    /// Points of a unit that gets everything.
    pub max: f64,
    /// Most points on top and off.
    pub caps: [Option<f64>; 2],
    /// Areas, criteria and sub-criteria in the order of the sheet.
    pub items: Vec<DraftItem>,
    /// Codes that were repaired, in words.
    pub notes: Vec<String>,
}

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftItem {
    /// Row of the sheet.
    pub row: u32,
    /// The item. Its rule is known only where the words are unambiguous; the rule's input is empty where no figure is
    /// named.
    pub item: Item,
    /// The words of the rule.
    pub words: String,
}

/// A fault of a cell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CellFault {
    /// Sheet.
    pub sheet: String,
    /// Row, from 1.
    pub row: u32,
    /// Column: its letters and its heading.
    pub column: String,
    /// What is wrong.
    pub message: String,
}

impl std::fmt::Display for CellFault {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "sheet '{}', row {}, column {}: {}", self.sheet, self.row, self.column, self.message)
    }
}

/// Why a sheet gives no index.
#[derive(Debug, thiserror::Error)]
pub enum IndexSheetError {
    /// The file cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// No sheet has the headings.
    #[error(
        "no sheet has headings of names and most points such as '{name}' and '{max}'; add the sheet's own to queries/index-sheet.toml"
    )]
    NoHeadings {
        /// The usual heading of names.
        name: String,
        /// The usual heading of most points.
        max: String,
    },
    /// The sheet contradicts itself.
    #[error("{} fault(s) in the criteria sheet; nothing is written:\n{}", .0.len(), .0.iter().map(|fault| format!("  {fault}")).collect::<Vec<_>>().join("\n"))]
    Faults(Vec<CellFault>),
}

/// Reads the first sheet with the headings of a criteria sheet.
///
/// # Errors
/// The file cannot be read, no sheet has the headings, or the sheet has faults: all of them.
pub fn read_index_sheet(path: &Path, limits: &Limits, reading: SheetReading<'_>) -> Result<Draft, IndexSheetError> {
    let headings = &reading.words.headings;
    let Some(grid) = grid::read(path, limits, headings, reading.reading)? else {
        let usual = |list: &[String]| list.first().cloned().unwrap_or_default();
        return Err(IndexSheetError::NoHeadings { name: usual(&headings.name), max: usual(&headings.max) });
    };
    let mut faults = Vec::new();
    let draft = tree::draft(&grid, reading, &mut faults);
    if faults.is_empty() {
        return Ok(draft);
    }
    faults.sort();
    Err(IndexSheetError::Faults(faults))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests;
