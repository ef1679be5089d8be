//! A declared sheet that no source fits: kept to its end, read by the dictionary of figures, and sent on as rows.

use cchc_definitions::{SourceColumn, SourceDef};
use cchc_normalise::{Mapping, RawBatch, Remark, TextColumn, Unfolded, UnfoldedRow, cell_text, clean};
use cchc_read::Cell;

/// The source whose columns the figures feed.
pub(super) const SOURCE: &str = "declared-sheet";
/// Cells of a sheet that is kept; a larger one is no declared sheet.
pub(super) const MOST_CELLS: usize = 4_000_000;
/// Rows of one batch.
const BATCH: usize = 1 << 14;

/// The rows of a sheet as cleaned texts, with a decimal comma in numbers.
pub(super) fn texts(head: &[(u32, Vec<Cell<'_>>)]) -> Vec<(u32, Vec<String>)> {
    head.iter().map(|(number, cells)| (*number, row_texts(cells))).collect()
}

/// One row as cleaned texts.
pub(super) fn row_texts(cells: &[Cell<'_>]) -> Vec<String> {
    cells.iter().map(|cell| clean(&cell_text(cell, ',')).into_owned()).collect()
}

/// The figures of a sheet as rows of a source.
pub(super) struct Unfolding {
    pub mapping: Mapping,
    pub headings: Vec<String>,
    pub batches: Vec<RawBatch>,
    /// How many rows of the sheet they are.
    pub rows: u64,
}

/// Lays the figures of a sheet out as rows of the source.
pub(super) fn laid_out(unfolded: &Unfolded, source: &SourceDef) -> Unfolding {
    let day = unfolded.declared_at.as_deref().unwrap_or_default();
    let heading = |column: &SourceColumn| column.headings.first().cloned().unwrap_or_default();
    let headings: Vec<String> = source.columns.iter().map(heading).collect();
    let is_fed = |name: &str| cell(name, &UnfoldedRow::default(), day).is_some();
    let columns = source.columns.iter().enumerate().map(|(at, column)| is_fed(&column.name).then_some(at)).collect();
    let mapping = Mapping { columns, headings: headings.clone(), named: headings.len(), ..Mapping::default() };
    let mut numbers: Vec<u32> = unfolded.rows.iter().map(|row| row.row).collect();
    numbers.dedup();
    let batches = unfolded.rows.chunks(BATCH).map(|rows| batch(rows, source, day)).collect();
    Unfolding { mapping, headings, batches, rows: numbers.len() as u64 }
}

fn batch(rows: &[UnfoldedRow], source: &SourceDef, day: &str) -> RawBatch {
    let mut batch = RawBatch::default();
    for column in &source.columns {
        let mut texts = TextColumn::default();
        let mut is_fed = true;
        for row in rows {
            match cell(&column.name, row, day) {
                Some(text) => texts.push(&text),
                None => is_fed = false,
            }
        }
        batch.columns.push(is_fed.then_some(texts));
    }
    batch.rows = rows.iter().map(|row| row.row).collect();
    batch.records = vec![0; rows.len()];
    batch
}

/// The text of a column of the table; none of one that unfolded sheets do not have.
fn cell(column: &str, row: &UnfoldedRow, day: &str) -> Option<String> {
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string().replace('.', ","));
    Some(match column {
        "unit" => row.unit.clone(),
        "indicator" => row.figure.clone(),
        "period" => row.period.clone(),
        "declared_at" => day.to_owned(),
        "numerator" => number(row.numerator),
        "denominator" => number(row.denominator),
        "value" => number(row.value),
        _ => return None,
    })
}

/// The remarks of a sheet as findings.
pub(super) fn finding(remark: Remark, file: &str, sheet: &str) -> cchc_model::Finding {
    use cchc_model::{Finding, Level};
    let is_lost = matches!(remark.rule, "declared_twice" | "mixed_percent");
    let level = if is_lost { Level::Error } else { Level::Warning };
    Finding::new(level, remark.rule, file)
        .at(sheet, remark.row)
        .column(remark.column)
        .value(remark.value)
        .hint(remark.hint)
}
