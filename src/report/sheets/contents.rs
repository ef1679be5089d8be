//! The list of all sheets, each with its title and a link to it.

use super::super::plan::{Block, Cell, CellFormat, ColumnPlan, RowPlan, RowStyle, Sheet, TablePlan};
use super::super::template::ContentWords;
use super::landscape;

/// The list as a sheet that will be placed at `at`, of a book of all the other sheets.
pub fn sheet(words: &ContentWords, others: &[Sheet], at: usize) -> Sheet {
    let columns = vec![
        ColumnPlan::new(&words.number, CellFormat::Label, 6),
        ColumnPlan::new(&words.name, CellFormat::Text, 36),
        ColumnPlan::new(&words.about, CellFormat::Text, 90),
    ];
    let rows = others.iter().enumerate().map(|(place, sheet)| {
        let link = Cell::Link { sheet: if place < at { place } else { place + 1 }, words: sheet.name.clone() };
        let title = sheet.title().map_or(Cell::Empty, Cell::text);
        RowPlan::new(RowStyle::Body, vec![Cell::Text((place + 1).to_string()), link, title])
    });
    let table = TablePlan::new(columns, rows.collect());
    landscape(&words.sheet, vec![Block::heading(1, &words.title), Block::Table(table)])
}
