//! One batch of rows being typed and judged: its texts, its sheet, and the faults and warnings of its cells.

use crate::raw::RawBatch;
use crate::sheet::SheetFacts;
use crate::warnings::Warnings;

/// A batch of one sheet, the faults that refuse its rows, and the warnings of the sheet.
pub(super) struct Batch<'b, 'a> {
    pub sheet: &'b SheetFacts<'a>,
    pub raw: &'b RawBatch,
    pub warnings: &'b mut Warnings,
    pub faults: Vec<CellFault>,
}

/// A fault of one cell that refuses its row.
pub(super) struct CellFault {
    /// Row of the batch.
    pub row: usize,
    pub rule: &'static str,
    /// Column of the source.
    pub column: usize,
    pub value: String,
    pub hint: String,
}

impl CellFault {
    pub const fn new(row: usize, rule: &'static str, column: usize) -> Self {
        Self { row, rule, column, value: String::new(), hint: String::new() }
    }

    pub fn with_value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

impl<'b, 'a> Batch<'b, 'a> {
    pub const fn new(sheet: &'b SheetFacts<'a>, raw: &'b RawBatch, warnings: &'b mut Warnings) -> Self {
        Self { sheet, raw, warnings, faults: Vec::new() }
    }

    /// How many rows it has.
    pub const fn height(&self) -> usize {
        self.raw.rows.len()
    }

    /// The raw text of a cell; empty where the sheet lacks the column.
    pub fn text(&self, column: usize, row: usize) -> &'b str {
        self.raw.columns[column].as_ref().map_or("", |texts| texts.get(row))
    }

    /// The sheet's heading of a column in a row of the batch.
    pub fn heading(&self, column: usize, row: usize) -> String {
        self.sheet.heading(column, self.raw, row)
    }

    /// Refuses the row of a cell.
    pub fn refuse(&mut self, fault: CellFault) {
        self.faults.push(fault);
    }

    /// Adds a warning about a cell, by its row in the batch; `example` is shown if it is the first of its kind.
    pub fn warn(&mut self, rule: &'static str, column: usize, row: usize, example: &str) {
        let heading = self.heading(column, row);
        self.warnings.add(rule, &heading, "", self.raw.rows[row], example);
    }

    /// A warning that cells of a column hold what may be personal, of which only a mask is kept.
    pub fn warn_of_person(&mut self, column: usize, row: usize, masked: &str) {
        self.warn("personal_value", column, row, masked);
    }

    /// Adds a warning about a cell, by its row in the sheet.
    pub fn warn_at(&mut self, rule: &'static str, column: usize, number: u32, example: &str) {
        self.warnings.add(rule, &self.sheet.headings[column], "", number, example);
    }
}
