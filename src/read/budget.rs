//! Passes rows from readers to the sink: counts cells against the limits, cuts trailing blanks, drops blank rows.

use super::error::ReadError;
use super::legacy::Legacy;
use super::{Cell, Excess, Flow, Limits, Note, RowFault, RowSink, Sheet, TextNote, guard};
use cchc_model::Encoding;

/// Whether the bytes of a record may hold legacy text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LegacySign {
    /// It has no sign that all TCVN3 text has.
    None,
    /// It has to be checked cell by cell.
    Possible,
}

/// The sink, and how many cells it may still get.
pub(super) struct Budget<'s> {
    sink: &'s mut dyn RowSink,
    pub(super) limits: &'s Limits,
    cells_left: u64,
    /// Bytes that rows may still be handed out as, at least one for each cell.
    bytes_left: u64,
    /// Decodes cells of legacy encodings; `None` in the process that reads .xls files, whose parent does it.
    legacy: Option<Legacy>,
}

impl<'s> Budget<'s> {
    pub(super) fn new(sink: &'s mut dyn RowSink, limits: &'s Limits) -> Self {
        Self { sink, limits, cells_left: limits.max_cells, bytes_left: u64::MAX, legacy: None }
    }

    /// The same for a file of so many bytes, which may not be handed out as too many times that.
    pub(super) fn of_file(self, stored: u64) -> Self {
        Self { bytes_left: self.limits.unfolded_bytes(stored), ..self }
    }

    /// The same, with cells of legacy encodings decoded. `declared` is the encoding of undecided ones.
    pub(super) fn decoding(sink: &'s mut dyn RowSink, limits: &'s Limits, declared: Option<Encoding>) -> Self {
        Self { legacy: Some(Legacy::new(declared)), ..Self::new(sink, limits) }
    }

    /// Announces a sheet.
    pub(super) fn sheet(&mut self, name: &str, hidden: bool) -> Flow {
        self.announce(&Sheet { name: name.to_owned(), hidden, fields: None })
    }

    /// Announces delimited text, of which nearly every record has this many fields.
    pub(super) fn records(&mut self, fields: usize) -> Flow {
        self.announce(&Sheet { name: String::new(), hidden: false, fields: Some(fields) })
    }

    fn announce(&mut self, sheet: &Sheet) -> Flow {
        if self.finish() == Flow::Stop {
            return Flow::Stop;
        }
        guard::sinking(|| self.sink.sheet(sheet))
    }

    /// Ends the last sheet.
    pub(super) fn finish(&mut self) -> Flow {
        self.legacy.as_mut().map_or(Flow::Continue, |legacy| legacy.end_sheet(self.sink))
    }

    /// Whether the sink wants notes.
    pub(super) fn wants_notes(&self) -> bool {
        self.sink.wants_notes()
    }

    /// Passes a note on; the caller has checked that the sink wants notes.
    pub(super) fn note(&mut self, note: Note) {
        match &mut self.legacy {
            Some(legacy) => legacy.note(self.sink, note),
            None => guard::sinking(|| self.sink.note(note)),
        }
    }

    /// Passes a note about the sheet's text on.
    pub(super) fn text_note(&mut self, note: TextNote) {
        let _ = self.finish();
        guard::sinking(|| self.sink.text_note(note));
    }

    /// Passes a row on unless it is blank; its whole width counts, since its reader has built it.
    pub(super) fn row(&mut self, number: u32, cells: &[Cell<'_>]) -> Result<Flow, ReadError> {
        if cells.len() as u64 > u64::from(self.limits.max_columns) {
            return Err(self.limits.exceeded(Excess::Columns));
        }
        self.spend(cells.len() as u64)?;
        self.unfold(cells)?;
        let filled = cells.iter().rposition(|cell| *cell != Cell::Empty).map_or(0, |last| last + 1);
        if filled == 0 {
            return Ok(Flow::Continue);
        }
        Ok(self.pass_on(number, &cells[..filled]))
    }

    fn pass_on(&mut self, number: u32, cells: &[Cell<'_>]) -> Flow {
        match &mut self.legacy {
            Some(legacy) => legacy.row(self.sink, number, cells),
            None => guard::sinking(|| self.sink.row(number, cells)),
        }
    }

    /// Passes a record on with all its fields, unless they are all empty.
    pub(super) fn record(&mut self, number: u32, cells: &[Cell<'_>], sign: LegacySign) -> Result<Flow, ReadError> {
        if cells.len() as u64 > u64::from(self.limits.max_columns) {
            return Err(self.limits.exceeded(Excess::Columns));
        }
        self.spend(cells.len() as u64)?;
        if cells.iter().all(|cell| *cell == Cell::Empty) {
            return Ok(Flow::Continue);
        }
        if sign == LegacySign::None && self.legacy.as_ref().is_some_and(|legacy| legacy.trusts(number)) {
            return Ok(guard::sinking(|| self.sink.row(number, cells)));
        }
        Ok(self.pass_on(number, cells))
    }

    /// Passes a row on that cannot be read, with what is known of its cells.
    pub(super) fn refused_row(&mut self, number: u32, cells: &[Cell<'_>], fault: RowFault) -> Result<Flow, ReadError> {
        self.spend(cells.len() as u64)?;
        Ok(match &mut self.legacy {
            Some(legacy) => legacy.refused_row(self.sink, number, cells, fault),
            None => guard::sinking(|| self.sink.refused_row(number, cells, fault)),
        })
    }

    /// Counts the bytes of a row: few bytes of a container may stand for a long text in many rows.
    fn unfold(&mut self, cells: &[Cell<'_>]) -> Result<(), ReadError> {
        let bytes = |cell: &Cell<'_>| match cell {
            Cell::Text(text) | Cell::DateTime(text) | Cell::Error(text) => 1 + text.len() as u64,
            Cell::Empty | Cell::Number(_) | Cell::Bool(_) => 1,
        };
        let bytes: u64 = cells.iter().map(bytes).sum();
        if bytes > self.limits.record_bytes() {
            return Err(self.limits.exceeded(Excess::RecordBytes));
        }
        let left = self.bytes_left.checked_sub(bytes);
        self.bytes_left = left.ok_or_else(|| self.limits.exceeded(Excess::InflationRatio))?;
        Ok(())
    }

    /// Counts cells against the limit.
    pub(super) fn spend(&mut self, cells: u64) -> Result<(), ReadError> {
        self.cells_left = self.cells_left.checked_sub(cells).ok_or_else(|| self.limits.exceeded(Excess::Cells))?;
        Ok(())
    }

    /// Checks that the limit allows so many more cells, before the first of them is made.
    pub(super) fn affords(&self, cells: u64) -> Result<(), ReadError> {
        if cells <= self.cells_left { Ok(()) } else { Err(self.limits.exceeded(Excess::Cells)) }
    }

    /// Checks that a column (from 0) is within the limits.
    pub(super) fn column(&self, index: u32) -> Result<usize, ReadError> {
        if index < self.limits.max_columns { Ok(index as usize) } else { Err(self.limits.exceeded(Excess::Columns)) }
    }
}
