//! Reads the workbook of a report back cell by cell.

use std::path::Path;

use calamine::{Data, Reader, Xlsx, open_workbook};

/// All cells of a sheet of the report of the first quarter of 2025.
pub fn cells(out: &Path, name: &str) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = open_workbook(out.join("bao-cao_2025-Q1.xlsx")).unwrap();
    let cells = book.worksheet_range(name).unwrap_or_else(|error| panic!("{name}: {error}: {:?}", book.sheet_names()));
    cells.rows().map(<[Data]>::to_vec).collect()
}

/// The text of a cell, nothing if it is none.
pub fn text(cell: &Data) -> String {
    if let Data::String(text) = cell { text.clone() } else { String::new() }
}

/// The number of a cell, if it is one.
pub fn number(cell: &Data) -> Option<f64> {
    if let Data::Float(number) = cell { Some(*number) } else { None }
}
