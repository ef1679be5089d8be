//! Gives links between sheets the names under which the sheets are written.

use std::borrow::Cow;

use crate::plan::{Cell, RowPlan, TablePlan};

/// The table with the names of the sheets that it leads to.
pub fn named<'t>(table: &'t TablePlan, names: &[String]) -> Cow<'t, TablePlan> {
    let has_links = table.rows.iter().flat_map(|row| &row.cells).any(|cell| matches!(cell, Cell::Link { .. }));
    if !has_links {
        return Cow::Borrowed(table);
    }
    let renamed = |cell: &Cell| match cell {
        Cell::Link { sheet, words } => Cell::Link { sheet: *sheet, words: names.get(*sheet).unwrap_or(words).clone() },
        other => other.clone(),
    };
    let row = |row: &RowPlan| RowPlan::new(row.style, row.cells.iter().map(renamed).collect());
    Cow::Owned(TablePlan { rows: table.rows.iter().map(row).collect(), ..table.clone() })
}
