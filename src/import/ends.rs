//! Notes at which row each sheet ends: one that ends at the last row that an .xls can hold may have lost the rest.

use cchc_read::{Cell, Flow, Note, RowFault, RowSink, Sheet, TextNote};

/// The last row of a sheet in Excel 97 to 2003.
const LAST_ROW: u32 = 65_536;

/// Passes everything on.
pub(super) struct Ends<'s, S: RowSink> {
    sink: &'s mut S,
    name: String,
    row: u32,
    full: Vec<String>,
}

impl<'s, S: RowSink> Ends<'s, S> {
    pub fn of(sink: &'s mut S) -> Self {
        Self { sink, name: String::new(), row: 0, full: Vec::new() }
    }

    /// Names of the sheets that end at that row and no later.
    pub fn full(mut self) -> Vec<String> {
        self.end_sheet();
        self.full
    }

    fn end_sheet(&mut self) {
        if std::mem::take(&mut self.row) == LAST_ROW {
            self.full.push(std::mem::take(&mut self.name));
        }
    }
}

impl<S: RowSink> RowSink for Ends<'_, S> {
    fn sheet(&mut self, sheet: &Sheet) -> Flow {
        self.end_sheet();
        self.name.clone_from(&sheet.name);
        self.sink.sheet(sheet)
    }

    fn row(&mut self, number: u32, cells: &[Cell<'_>]) -> Flow {
        self.row = number;
        self.sink.row(number, cells)
    }

    fn refused_row(&mut self, number: u32, cells: &[Cell<'_>], fault: RowFault) -> Flow {
        self.row = number;
        self.sink.refused_row(number, cells, fault)
    }

    fn text_note(&mut self, note: TextNote) {
        self.sink.text_note(note);
    }

    fn wants_notes(&self) -> bool {
        self.sink.wants_notes()
    }

    fn note(&mut self, note: Note) {
        self.sink.note(note);
    }
}
