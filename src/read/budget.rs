//! Stands between readers and the sink: counts cells against the limits, cuts trailing blanks, drops blank rows.

use super::error::ReadError;
use super::{Cell, Excess, Flow, Limits, Note, RowSink, Sheet, guard};

/// The sink with what is left to spend on it.
pub(super) struct Budget<'s> {
    sink: &'s mut dyn RowSink,
    pub(super) limits: &'s Limits,
    cells_left: u64,
}

impl<'s> Budget<'s> {
    pub(super) fn new(sink: &'s mut dyn RowSink, limits: &'s Limits) -> Self {
        Self { sink, limits, cells_left: limits.max_cells }
    }

    /// Announces a sheet.
    pub(super) fn sheet(&mut self, name: &str, hidden: bool) -> Flow {
        let sheet = Sheet { name: name.to_owned(), hidden };
        guard::sinking(|| self.sink.sheet(&sheet))
    }

    /// Whether anybody wants notes.
    pub(super) fn wants_notes(&self) -> bool {
        self.sink.wants_notes()
    }

    /// Passes a note on; the caller has asked whether anybody wants it.
    pub(super) fn note(&mut self, note: Note) {
        guard::sinking(|| self.sink.note(note));
    }

    /// Passes a row on unless it is blank; its whole width is paid for, since somebody had to build it.
    pub(super) fn row(&mut self, number: u32, cells: &[Cell<'_>]) -> Result<Flow, ReadError> {
        if cells.len() as u64 > u64::from(self.limits.max_columns) {
            return Err(self.limits.exceeded(Excess::Columns));
        }
        self.spend(cells.len() as u64)?;
        let filled = cells.iter().rposition(|cell| *cell != Cell::Empty).map_or(0, |last| last + 1);
        if filled == 0 {
            return Ok(Flow::Continue);
        }
        Ok(guard::sinking(|| self.sink.row(number, &cells[..filled])))
    }

    /// Takes cells off the budget.
    pub(super) fn spend(&mut self, cells: u64) -> Result<(), ReadError> {
        self.cells_left = self.cells_left.checked_sub(cells).ok_or_else(|| self.limits.exceeded(Excess::Cells))?;
        Ok(())
    }

    /// Says whether a column (from 0) is still within the limits.
    pub(super) fn column(&self, index: u32) -> Result<usize, ReadError> {
        if index < self.limits.max_columns { Ok(index as usize) } else { Err(self.limits.exceeded(Excess::Columns)) }
    }
}
