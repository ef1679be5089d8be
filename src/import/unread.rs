//! Rows that cannot be read as their sheet asks, and what the reader says of a sheet's text.

use cchc_model::{Encoding, Finding, Level};
use cchc_normalise::{RawBatch, RejectedRow, SheetNormaliser};
use cchc_read::{Cell, RowFault, TextKind, TextNote, decode_legacy};

/// A row that is refused before any of its cells is understood.
pub(super) struct UnreadRow {
    why: Unread,
    /// This row alone, with the cells that can be trusted to stand in their columns.
    cells: RawBatch,
}

/// Why a row cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unread {
    /// The reader could not.
    Fault(RowFault),
    /// It has more or fewer fields than the headings, so nobody knows which cell is which.
    Ragged { fields: usize, headings: usize },
}

impl UnreadRow {
    pub(super) const fn new(why: Unread, cells: RawBatch) -> Self {
        Self { why, cells }
    }

    /// The refusal, with the cells that are kept.
    pub(super) fn rejected(&self, normaliser: &SheetNormaliser<'_>) -> RejectedRow {
        match &self.why {
            Unread::Fault(fault @ RowFault::InvalidByte { byte, offset }) => {
                let byte = byte.map_or_else(String::new, |byte| format!("0x{byte:02X}"));
                normaliser.refused(&self.cells, fault.rule(), byte, offset.to_string())
            }
            Unread::Ragged { fields, headings } => {
                normaliser.refused(&self.cells, "ragged_row", fields.to_string(), headings.to_string())
            }
        }
    }
}

/// How many fields the rows below some headings must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fields {
    /// Up to the last heading with a name.
    named: usize,
    /// All of the heading row.
    all: usize,
    /// What nearly all records have, though the heading row be longer.
    usual: usize,
}

impl Fields {
    pub(super) fn new(headings: &[String], usual: usize) -> Self {
        let named = headings.iter().rposition(|heading| !heading.is_empty()).map_or(0, |last| last + 1);
        Self { named, all: headings.len(), usual }
    }

    /// Says whether a row has other fields than the headings. Empty fields beyond the last heading are no matter, nor
    /// are fields that nearly all rows of the file lack.
    pub(super) fn check(self, cells: &[Cell<'_>]) -> Option<Unread> {
        let too_few = cells.len() < self.named && cells.len() != self.usual;
        let is_filled = |cell: &Cell<'_>| match cell {
            Cell::Empty => false,
            Cell::Text(text) => !text.trim().is_empty(),
            _ => true,
        };
        let too_many = cells.get(self.all..).is_some_and(|beyond| beyond.iter().any(is_filled));
        (too_few || too_many).then_some(Unread::Ragged { fields: cells.len(), headings: self.named })
    }
}

/// The finding for what the reader says of a sheet's text. A sample stands in for many cells; none is known for a sheet that no source fits.
pub(super) fn note_finding(
    note: TextNote,
    file: &str,
    sheet: &str,
    normaliser: Option<&SheetNormaliser<'_>>,
) -> Finding {
    let finding = |level, rule| Finding::new(level, rule, file).at(sheet, note.row).count(note.count);
    match note.kind {
        TextKind::Decoded(encoding) => finding(Level::Info, "legacy_text").value(shown(encoding)),
        TextKind::Undecided(encoding) => {
            let sample = normaliser.and_then(SheetNormaliser::legacy_sample);
            let decoded = sample.as_ref().map(|sample| decode_legacy(sample, encoding)).unwrap_or_default();
            let hint = if decoded.is_empty() { shown(encoding) } else { format!("{}: {decoded}", shown(encoding)) };
            finding(Level::Warning, "unsure_encoding").value(sample.unwrap_or_default()).hint(hint)
        }
        TextKind::NulBytes => finding(Level::Warning, "nul_bytes"),
    }
}

/// The name that people know an encoding by.
pub(super) fn shown(encoding: Encoding) -> String {
    match encoding {
        Encoding::Tcvn3 => "TCVN3 (ABC)".to_owned(),
        Encoding::Vni => "VNI".to_owned(),
        other => other.name().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(fields: &[&str]) -> Vec<Cell<'static>> {
        let cell = |text: &&str| if text.is_empty() { Cell::Empty } else { Cell::Text((*text).to_owned().into()) };
        fields.iter().map(cell).collect()
    }

    #[test]
    fn only_fields_that_could_shift_a_row_refuse_it() {
        let headings = ["a", "b", "c", ""].map(str::to_owned);
        let fields = Fields::new(&headings, 4);
        assert_eq!(fields.check(&row(&["1", "2", "3", ""])), None);
        assert_eq!(fields.check(&row(&["1", "2", "3"])), None, "the fourth field has no heading");
        assert_eq!(fields.check(&row(&["1", "2", "3", "", "", " "])), None, "empty fields shift nothing");
        assert_eq!(fields.check(&row(&["1", "2"])), Some(Unread::Ragged { fields: 2, headings: 3 }));
        assert_eq!(fields.check(&row(&["1", "2", "3", "", "5"])), Some(Unread::Ragged { fields: 5, headings: 3 }));
        assert_eq!(Fields::new(&headings, 2).check(&row(&["1", "2"])), None, "all rows lack the third");
    }
}
