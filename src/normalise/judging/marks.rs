//! Judges cells by the marks of their container (hidden, covered, an error …), and refuses rows with a mangled key.

use super::RowJudge;
use crate::batch::{Batch, CellFault};
use crate::marks::{Mark, MarkKind};

impl RowJudge {
    /// Adds a warning for each mark, and refuses rows with a mangled key.
    pub fn marks(&self, batch: &mut Batch<'_, '_>) {
        for Mark { number, row, column, kind } in &batch.raw.marks {
            let number = *number;
            let Some(at) = *column else {
                batch.warnings.add("hidden_rows", "", "", number, "");
                continue;
            };
            let text = &*batch.sheet.mask.code(row.map_or("", |row| batch.text(at, row)));
            match kind {
                MarkKind::Hidden => batch.warnings.add("hidden_rows", "", "", number, ""),
                MarkKind::NoResult => batch.warn_at("formula_without_value", at, number, ""),
                MarkKind::NoString(address) => batch.warn_at("lost_text", at, number, address),
                MarkKind::Error(error) => batch.warn_at("error_cell", at, number, error),
                MarkKind::Covered => {
                    let source = batch.sheet.source;
                    let column = &source.columns[at].name;
                    let file = format!("fill_merged = [\"{column}\"], queries/sources/{}.toml", source.id);
                    batch.warn_at("merged_cells", at, number, &file);
                }
                MarkKind::NumberCode => batch.warn_at("number_code", at, number, text),
                MarkKind::MangledCode if let Some(row) = row.filter(|_| self.key == Some(at)) => {
                    batch.refuse(CellFault::new(row, "mangled_code", at).with_value(text));
                }
                MarkKind::MangledCode => batch.warn_at("mangled_reference", at, number, text),
            }
        }
    }
}
