//! Sets rows aside whose codes have the shape of a personal value.

use super::{RejectedRow, RowJudge};
use crate::batch::Batch;
use crate::typing::{Typed, TypedBatch};
use cchc_model::{Personal, masked_value};

/// A row that is sound but for its code, which has the shape of a personal value: whether it is refused only the whole
/// file tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuspectRow {
    /// What the code may be.
    pub kind: Personal,
    /// The code as it stands.
    pub code: String,
    /// The refusal, in which it is masked.
    pub refusal: RejectedRow,
}

impl RowJudge {
    /// The rows that nothing else refuses and whose codes may be personal.
    pub fn suspects(&self, typed: &TypedBatch<'_>, batch: &mut Batch<'_, '_>, keep: &[bool]) -> Vec<SuspectRow> {
        let Some((at, Typed::Key(keys))) = self.key.zip(typed.column(batch.sheet.source.table.key)) else {
            return Vec::new();
        };
        let suspects = std::mem::take(&mut batch.suspects);
        let suspect = |(row, kind): (usize, _)| {
            let code = keys.get(row).to_owned();
            let unit = self.unit.and_then(|at| typed.text(at, row)).unwrap_or_default().to_owned();
            let refusal = RejectedRow {
                row: batch.raw.rows[row],
                code: code.clone(),
                unit,
                rule: "personal_code",
                column: batch.heading(at, row),
                value: masked_value(&code),
                hint: String::new(),
                cells: self.cells(batch.sheet, batch.raw, row),
            };
            SuspectRow { kind, code, refusal }
        };
        suspects.into_iter().filter(|(row, _)| keep[*row]).map(suspect).collect()
    }
}
