//! Tables on a terminal: headings in words, numbers to six digits.

use std::borrow::Cow;
use std::io::{IsTerminal, Write};

use anyhow::Result;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{DataType, SchemaRef};

use super::super::Global;
use super::{safe, texts};
use cchc_definitions::Language;

/// A line below the headings, one above and one below the table.
const HEADING_LINE_ONLY: &str = "  ── ══      ──    ";

/// Writes a table.
pub(super) fn table(global: &Global, schema: &SchemaRef, batches: &[RecordBatch], out: &mut impl Write) -> Result<()> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for batch in batches {
        for cells in texts(batch)? {
            let cells = cells.iter().zip(schema.fields());
            rows.push(cells.map(|(text, field)| shown(global, text, field.data_type())).collect());
        }
    }
    let headings = schema.fields().iter().map(|field| field.name().as_str());
    let mut table = comfy_table::Table::new();
    table.load_preset(HEADING_LINE_ONLY);
    table.set_header(headings);
    for (position, field) in schema.fields().iter().enumerate() {
        if field.data_type().is_numeric()
            && let Some(column) = table.column_mut(position)
        {
            column.set_cell_alignment(comfy_table::CellAlignment::Right);
        }
    }
    for row in &rows {
        table.add_row(row);
    }
    let text = table.to_string();
    let room = std::io::stdout().is_terminal().then(|| table.width()).flatten();
    let longest = text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
    if room.is_some_and(|room| longest > usize::from(room)) {
        // Cells that go over several lines need lines between the rows.
        table.load_preset(comfy_table::presets::UTF8_HORIZONTAL_ONLY);
        table.set_content_arrangement(comfy_table::ContentArrangement::Dynamic);
        writeln!(out, "{table}")?;
    } else {
        writeln!(out, "{text}")?;
    }
    Ok(())
}

/// How a cell is shown.
fn shown(global: &Global, text: &str, kind: &DataType) -> String {
    match kind {
        DataType::Float64 if global.language() == Language::Vi => rounded(text).replace('.', ","),
        DataType::Float64 => rounded(text),
        _ => safe(&shortened(text)),
    }
}

/// The rows of a table without lines, one text each, for tables with other text between the rows.
///
/// Columns have the widths given, as long as no cell is wider; numbers are aligned right.
pub(in super::super) fn grid<const N: usize>(columns: [(usize, Side); N], rows: &[[String; N]]) -> Vec<String> {
    use comfy_table::{CellAlignment, ColumnConstraint, Table, Width};
    let mut table = Table::new();
    table.load_preset(comfy_table::presets::NOTHING);
    for row in rows {
        table.add_row(row);
    }
    for ((width, side), column) in columns.into_iter().zip(table.column_iter_mut()) {
        column.set_padding((0, 0));
        column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width as u16)));
        column.set_cell_alignment(match side {
            Side::Left => CellAlignment::Left,
            Side::Right => CellAlignment::Right,
        });
    }
    table.lines().collect()
}

/// How the text of a column is aligned.
#[derive(Debug, Clone, Copy)]
pub(in super::super) enum Side {
    Left,
    Right,
}

/// Six digits are enough to read; the other formats have them all.
pub(super) fn rounded(text: &str) -> String {
    text.parse::<f64>().map_or_else(
        |_| text.to_owned(),
        |number| {
            let fixed = format!("{number:.6}");
            fixed.trim_end_matches('0').trim_end_matches('.').to_owned()
        },
    )
}

/// Letters of a cell that a table shows: what lays it out takes minutes for some ten thousand more.
const LONGEST_CELL: usize = 10_000;

/// As much of a text as a table shows; the other formats have it whole.
fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(LONGEST_CELL) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_has_no_lines_and_keeps_its_widths_whatever_the_letters() {
        let rows = [["\u{111}\u{1ed3}ng", "7"], ["", "1250"]].map(|row| row.map(str::to_owned));
        assert_eq!(grid([(6, Side::Left), (5, Side::Right)], &rows), ["\u{111}\u{1ed3}ng      7", "       1250"]);
    }
}
