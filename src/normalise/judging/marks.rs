//! Judges cells by what their container says of them beside their texts, and refuses rows whose identity is mangled.

use super::RowJudge;
use crate::batch::{Batch, CellFault};
use crate::marks::{Mark, MarkKind};

impl RowJudge {
    /// Warns of what is marked, and refuses rows whose identity is mangled.
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
                MarkKind::NoResult => batch.warn_in_sheet("formula_without_value", at, number, ""),
                MarkKind::Error(error) => batch.warn_in_sheet("error_cell", at, number, error),
                MarkKind::Covered => {
                    let source = batch.sheet.source;
                    let column = &source.columns[at].name;
                    let file = format!("fill_merged = [\"{column}\"], queries/sources/{}.toml", source.id);
                    batch.warn_in_sheet("merged_cells", at, number, &file);
                }
                MarkKind::NumberCode => batch.warn_in_sheet("number_code", at, number, text),
                MarkKind::MangledCode if let Some(row) = row.filter(|_| self.key == Some(at)) => {
                    batch.refuse(CellFault::new(row, "mangled_code", at).with_value(text));
                }
                MarkKind::MangledCode => batch.warn_in_sheet("mangled_reference", at, number, text),
            }
        }
    }
}
