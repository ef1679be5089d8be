//! Rows that are refused before their cells are interpreted, and findings about the text of a sheet.

use cchc_model::{Encoding, Finding, Level};
use cchc_normalise::{RawBatch, RejectedRow, SheetNormaliser};
use cchc_read::{Cell, RowFault, TextKind, TextNote, decode_legacy};

/// A row that is refused before any of its cells is interpreted.
pub(super) struct UnreadRow {
    pub fault: UnreadFault,
    /// This row alone, with the cells that certainly belong to their columns.
    pub cells: RawBatch,
}

/// Why a row cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum UnreadFault {
    /// The reader found a fault in it.
    Reader(RowFault),
    /// It has more or fewer fields than the headings, so cells cannot be assigned to columns.
    Ragged { fields: usize, headings: usize },
}

impl UnreadRow {
    /// The refusal, with the cells that are kept.
    pub(super) fn rejected(&self, normaliser: &SheetNormaliser<'_>) -> RejectedRow {
        match &self.fault {
            UnreadFault::Reader(fault @ RowFault::InvalidByte { byte, offset }) => {
                let byte = byte.map_or_else(String::new, |byte| format!("0x{byte:02X}"));
                normaliser.refused(&self.cells, fault.rule(), byte, offset.to_string())
            }
            UnreadFault::Reader(fault @ RowFault::OpenQuote { line }) => {
                normaliser.refused(&self.cells, fault.rule(), String::new(), line.to_string())
            }
            UnreadFault::Ragged { fields, headings } => {
                normaliser.refused(&self.cells, "ragged_row", fields.to_string(), headings.to_string())
            }
        }
    }
}

/// How many fields the rows below some headings must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FieldCount {
    /// Up to the last heading with a name.
    named: usize,
    /// All of the heading row.
    all: usize,
    /// What nearly all records have, though the heading row be longer.
    usual: usize,
}

impl FieldCount {
    pub(super) fn new(headings: &[String], usual: usize) -> Self {
        let named = headings.iter().rposition(|heading| !heading.is_empty()).map_or(0, |last| last + 1);
        Self { named, all: headings.len(), usual }
    }

    /// The fault of a row that has other fields than the headings. Empty fields beyond the last heading are ignored,
    /// and so are fields that nearly all rows of the file lack.
    pub(super) fn check(self, cells: &[Cell<'_>]) -> Option<UnreadFault> {
        let too_few = cells.len() < self.named && cells.len() != self.usual;
        let is_filled = |cell: &Cell<'_>| match cell {
            Cell::Empty => false,
            Cell::Text(text) => !text.trim().is_empty(),
            _ => true,
        };
        let too_many = cells.get(self.all..).is_some_and(|beyond| beyond.iter().any(is_filled));
        (too_few || too_many).then_some(UnreadFault::Ragged { fields: cells.len(), headings: self.named })
    }
}

/// The finding for a note of the reader about a sheet's text. It shows one cell as an example for many; without a
/// normaliser (no source fits the sheet) it shows none.
pub(super) fn note_finding(
    note: TextNote,
    file: &str,
    sheet: &str,
    normaliser: Option<&SheetNormaliser<'_>>,
) -> Finding {
    let finding = |level, rule| Finding::new(level, rule, file).at(sheet, note.row).count(note.count);
    match note.kind {
        TextKind::Decoded(encoding) => finding(Level::Info, "legacy_text").value(display_name(encoding)),
        TextKind::Undecided(encoding) => {
            let sample = normaliser.and_then(SheetNormaliser::legacy_sample);
            let decoded = sample.as_ref().map(|sample| decode_legacy(sample, encoding)).unwrap_or_default();
            let hint = if decoded.is_empty() {
                display_name(encoding)
            } else {
                format!("{}: {decoded}", display_name(encoding))
            };
            finding(Level::Warning, "unsure_encoding").value(sample.unwrap_or_default()).hint(hint)
        }
        TextKind::NulBytes => finding(Level::Warning, "nul_bytes"),
        TextKind::HiddenText => finding(Level::Info, "hidden_text"),
    }
}

/// The name by which people know an encoding.
pub(super) fn display_name(encoding: Encoding) -> String {
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
        let fields = FieldCount::new(&headings, 4);
        assert_eq!(fields.check(&row(&["1", "2", "3", ""])), None);
        assert_eq!(fields.check(&row(&["1", "2", "3"])), None, "the fourth field has no heading");
        assert_eq!(fields.check(&row(&["1", "2", "3", "", "", " "])), None, "empty fields shift nothing");
        assert_eq!(fields.check(&row(&["1", "2"])), Some(UnreadFault::Ragged { fields: 2, headings: 3 }));
        assert_eq!(fields.check(&row(&["1", "2", "3", "", "5"])), Some(UnreadFault::Ragged { fields: 5, headings: 3 }));
        assert_eq!(FieldCount::new(&headings, 2).check(&row(&["1", "2"])), None, "all rows lack the third");
    }
}
