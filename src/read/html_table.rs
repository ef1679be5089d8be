//! A table of HTML while it is read: its row, the cells that reach over several columns or rows, a drop-down list.

use std::ops::Range;

use super::budget::Budget;
use super::html_style::Showing;
use super::{Note, RowFault, TextNote};

/// One `<table>` that is not closed yet.
#[derive(Default)]
pub(super) struct HtmlTable {
    pub(super) name: String,
    pub(super) hidden: bool,
    pub(super) announced: bool,
    pub(super) skipped: bool,
    /// Its number among all tables of the file.
    pub(super) number: u32,
    pub(super) rows: u32,
    /// How the group of rows is hidden, if it is.
    pub(super) hidden_group: Option<Showing>,
    /// Rows in which text was hidden.
    pub(super) hid_text: Option<TextNote>,
    /// Rows that a cell of an earlier row still covers, by column.
    pub(super) covered: Vec<u32>,
    pub(super) row: Option<HtmlRow>,
}

/// The row being read: all its texts in one string, a range for each column.
#[derive(Default)]
pub(super) struct HtmlRow {
    pub(super) hidden: bool,
    pub(super) texts: String,
    pub(super) columns: Vec<Range<usize>>,
    /// First column, columns and further rows of the cells that reach down.
    pub(super) reaching: Vec<(usize, usize, u32)>,
    pub(super) cell: Option<Span>,
    /// The first byte in it that is no UTF-8.
    pub(super) fault: Option<RowFault>,
}

#[derive(Clone, Copy)]
pub(super) struct Span {
    pub(super) columns: u32,
    pub(super) rows: u32,
}

/// A drop-down list in a cell: its chosen entry is shown, else the first.
#[derive(Default)]
pub(super) struct Choice {
    /// Where its text begins in that of the cell.
    pub(super) start: usize,
    pub(super) entries: u32,
    pub(super) is_made: bool,
    pub(super) in_unchosen: bool,
}

impl HtmlTable {
    /// Puts the text of a cell into the next column that no cell above covers.
    pub(super) fn place(&mut self, span: Span, text: &str) {
        let Some(row) = self.row.as_mut() else { return };
        let is_covered = |column: usize| self.covered.get(column).is_some_and(|rows| *rows > 0);
        while is_covered(row.columns.len()) {
            row.columns.push(0..0);
        }
        let first = row.columns.len();
        let text = text.trim_matches([' ', '\n']);
        let start = row.texts.len();
        // A lone no-break space is how HTML writes an empty cell.
        if !text.chars().all(char::is_whitespace) {
            row.texts.push_str(text);
        }
        row.columns.push(start..row.texts.len());
        row.columns.resize(first + span.columns as usize, 0..0);
        if span.rows > 1 {
            row.reaching.push((first, span.columns as usize, span.rows - 1));
        }
    }

    /// Notes which columns cells of a row cover in the rows below it.
    pub(super) fn cover(&mut self, row: &HtmlRow) {
        for rows in &mut self.covered {
            *rows = rows.saturating_sub(1);
        }
        for &(first, columns, rows) in &row.reaching {
            let width = self.covered.len().max(first + columns);
            self.covered.resize(width, 0);
            self.covered[first..first + columns].fill(rows);
        }
    }
}

pub(super) fn send_notes(number: u32, row: &HtmlRow, budget: &mut Budget<'_>) {
    if row.hidden {
        budget.note(Note::HiddenRow(number));
    }
    for &(column, _, rows) in &row.reaching {
        let (last, column) = (number.saturating_add(rows), u32::try_from(column).unwrap_or(u32::MAX));
        budget.note(Note::Merged { first: number, last, column });
    }
}
