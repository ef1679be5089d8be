//! What is told of the cells of a batch beside their texts: errors, missing results, numbers where codes were meant.

use super::columns::{CellFault, Normaliser};
use super::raw::RawBatch;

/// Something about one row of a batch, or about one of its cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Row of the sheet.
    pub number: u32,
    /// Row of the batch; none where rows are kept until the sheet ends.
    pub row: Option<usize>,
    /// Column of the source; none if it is about the whole row.
    pub column: Option<usize>,
    /// What.
    pub kind: MarkKind,
}

/// The kinds of [`Mark`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MarkKind {
    /// The row is hidden in its sheet.
    Hidden,
    /// A formula of which the file keeps no result.
    NoResult,
    /// An error of the spreadsheet, such as `#N/A`.
    Error(String),
    /// The cell is covered by a merged one and the source does not say what that means.
    Covered,
    /// A number in a column of codes: zeros at its ends may be lost.
    NumberCode,
    /// A date, or a number of more digits than a spreadsheet keeps, in a column of codes.
    MangledCode,
}

impl Normaliser<'_> {
    fn identifies(&self, at: usize) -> bool {
        self.source.columns[at].name == self.source.table.key
    }

    /// Warns of what is marked, and refuses rows whose identity is mangled.
    pub(super) fn marked(&mut self, raw: &RawBatch, faults: &mut Vec<CellFault>) {
        for Mark { number, row, column, kind } in &raw.marks {
            let number = *number;
            let Some(at) = *column else {
                self.warn("hidden_rows", "", "", number, "");
                continue;
            };
            let texts = row.and_then(|row| Some((row, raw.columns[at].as_ref()?)));
            let text = texts.map_or("", |(row, texts)| texts.get(row));
            match kind {
                MarkKind::Hidden => self.warn("hidden_rows", "", "", number, ""),
                MarkKind::NoResult => self.warn_at("formula_without_value", at, number, ""),
                MarkKind::Error(error) => self.warn_at("error_cell", at, number, error),
                MarkKind::Covered => {
                    let name = self.source.columns[at].name.clone();
                    let file = format!("fill_merged = [\"{name}\"], queries/sources/{}.toml", self.source.id);
                    self.warn_at("merged_cells", at, number, &file);
                }
                MarkKind::NumberCode => self.warn_at("number_code", at, number, text),
                MarkKind::MangledCode if let Some(row) = self.identifies(at).then_some(*row).flatten() => {
                    let value = text.to_owned();
                    faults.push(CellFault { row, rule: "mangled_code", column: at, value, hint: String::new() });
                }
                MarkKind::MangledCode => self.warn_at("mangled_reference", at, number, text),
            }
        }
    }
}
