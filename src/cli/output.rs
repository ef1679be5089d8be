//! Writes tables to standard output in the chosen format; the only place that does.

use std::borrow::Cow;
use std::io::{BufWriter, IsTerminal, Write};

use anyhow::Result;
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray,
};
use datafusion::arrow::compute::{cast, concat_batches};
use datafusion::arrow::datatypes::{DataType, Field, Float64Type, Schema, SchemaRef};
use datafusion::arrow::json::WriterBuilder;
use datafusion::arrow::json::writer::{JsonArray, LineDelimited};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use std::sync::Arc;

use super::escape::JsonEscaped;
use super::{Format, Global};
use cchc_model::{UnitRef, escaped, one_line};

/// A table built column by column.
#[derive(Debug, Default)]
pub(super) struct Columns {
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
}

impl Columns {
    pub fn text<'a>(self, name: &str, values: impl Iterator<Item = Option<&'a str>>) -> Self {
        self.with(name, DataType::Utf8, Arc::new(values.collect::<StringArray>()))
    }

    pub fn int(self, name: &str, values: impl Iterator<Item = Option<i64>>) -> Self {
        self.with(name, DataType::Int64, Arc::new(values.collect::<Int64Array>()))
    }

    pub fn number(self, name: &str, values: impl Iterator<Item = Option<f64>>) -> Self {
        self.with(name, DataType::Float64, Arc::new(values.collect::<Float64Array>()))
    }

    pub fn flag(self, name: &str, values: impl Iterator<Item = bool>) -> Self {
        self.with(name, DataType::Boolean, Arc::new(values.map(Some).collect::<BooleanArray>()))
    }

    /// Code, name and kind of the unit of each row.
    pub fn units<'a>(self, units: impl Iterator<Item = &'a UnitRef> + Clone) -> Self {
        self.text("unit_code", units.clone().map(|unit| Some(unit.unit_code.as_str())))
            .text("unit_name", units.clone().map(|unit| Some(unit.unit_name.as_str())))
            .text("kind", units.map(|unit| unit.kind.as_deref()))
    }

    fn with(mut self, name: &str, kind: DataType, array: ArrayRef) -> Self {
        self.fields.push(Field::new(name, kind, true));
        self.arrays.push(array);
        self
    }

    /// Without the columns that hold nothing in any row: a table for people has no room for them.
    fn filled(self) -> Self {
        let pairs = self.fields.into_iter().zip(self.arrays);
        let (fields, arrays) = pairs.filter(|(_, array)| array.is_empty() || array.null_count() < array.len()).unzip();
        Self { fields, arrays }
    }

    /// The table as one batch.
    pub fn batch(self) -> Result<RecordBatch> {
        Ok(RecordBatch::try_new(Arc::new(Schema::new(self.fields)), self.arrays)?)
    }

    pub fn write(self, global: &Global) -> Result<()> {
        let shown = if matches!(global.format, Format::Table) { self.filled() } else { self };
        let batch = shown.batch()?;
        write(global, &batch.schema(), &[batch])
    }
}

/// Writes batches of one schema.
pub(super) fn write(global: &Global, schema: &SchemaRef, batches: &[RecordBatch]) -> Result<()> {
    write_each(global, schema, batches.iter().map(|batch| Ok(batch.clone())))
}

/// Writes batches as they come, of which there is one at least; formats for programs hold one at a time in memory.
pub(super) fn stream(global: &Global, batches: impl Iterator<Item = Result<RecordBatch>>) -> Result<()> {
    let mut batches = batches.peekable();
    let schema = match batches.peek() {
        Some(Ok(first)) => first.schema(),
        // The error comes out as the first batch.
        _ => Arc::new(Schema::empty()),
    };
    if global.format != Format::Table {
        return write_each(global, &schema, batches);
    }
    // What a table for people leaves out shows when all is there.
    let whole = concat_batches(&schema, &batches.collect::<Result<Vec<_>>>()?)?;
    let fields = schema.fields().iter().map(|field| field.as_ref().clone()).collect();
    Columns { fields, arrays: whole.columns().to_vec() }.write(global)
}

fn write_each(global: &Global, schema: &SchemaRef, batches: impl Iterator<Item = Result<RecordBatch>>) -> Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    match global.format {
        Format::Table => table(schema, &batches.collect::<Result<Vec<_>>>()?, &mut out)?,
        Format::Csv => csv(global, schema, batches, &mut out)?,
        Format::Json => {
            let builder = WriterBuilder::new().with_explicit_nulls(true);
            let mut writer = builder.build::<_, JsonArray>(JsonEscaped::new(&mut out));
            for batch in batches {
                writer.write(&batch?)?;
            }
            writer.finish()?;
            drop(writer);
            out.write_all(b"\n")?;
        }
        Format::Ndjson => {
            let builder = WriterBuilder::new().with_explicit_nulls(true);
            let mut writer = builder.build::<_, LineDelimited>(JsonEscaped::new(&mut out));
            for batch in batches {
                writer.write(&batch?)?;
            }
            writer.finish()?;
        }
        Format::Parquet => {
            let mut bytes = Vec::new();
            let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, Arc::clone(schema), None)?;
            for batch in batches {
                writer.write(&batch?)?;
            }
            writer.close()?;
            out.write_all(&bytes)?;
        }
        Format::Xlsx => out.write_all(&xlsx(schema, batches)?)?,
    }
    out.flush()?;
    Ok(())
}

/// A line below the headings, one above and one below the table.
const HEADING_LINE_ONLY: &str = "  ── ══      ──    ";

fn table(schema: &SchemaRef, batches: &[RecordBatch], out: &mut impl Write) -> Result<()> {
    let mut table = comfy_table::Table::new();
    table.load_preset(HEADING_LINE_ONLY);
    table.set_header(schema.fields().iter().map(|field| field.name().as_str()));
    for (position, field) in schema.fields().iter().enumerate() {
        if field.data_type().is_numeric()
            && let Some(column) = table.column_mut(position)
        {
            column.set_cell_alignment(comfy_table::CellAlignment::Right);
        }
    }
    for batch in batches {
        for cells in texts(batch)? {
            table.add_row(cells.iter().zip(schema.fields()).map(|(text, field)| match field.data_type() {
                DataType::Float64 => rounded(text),
                _ => safe(&shortened(text)),
            }));
        }
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

/// The rows of a table without lines, one text each, for tables with other text between the rows.
///
/// Columns have the widths given, as long as no cell is wider; numbers are aligned right.
pub(super) fn grid<const N: usize>(columns: [(usize, Side); N], rows: &[[String; N]]) -> Vec<String> {
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
pub(super) enum Side {
    Left,
    Right,
}

/// Six digits are enough to read; the other formats have them all.
fn rounded(text: &str) -> String {
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

/// Text of a file on one line, where nothing in it acts on the terminal.
pub(super) fn safe(text: &str) -> String {
    one_line(text).into_owned()
}

fn csv(
    global: &Global,
    schema: &SchemaRef,
    batches: impl Iterator<Item = Result<RecordBatch>>,
    out: &mut impl Write,
) -> Result<()> {
    let shown = std::io::stdout().is_terminal();
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(schema.fields().iter().map(|field| field.name()))?;
    let is_text: Vec<bool> = schema.fields().iter().map(|field| field.data_type().is_string()).collect();
    for batch in batches {
        for mut cells in texts(&batch?)? {
            if !global.raw {
                for (cell, _) in cells.iter_mut().zip(&is_text).filter(|(cell, is_text)| **is_text && is_formula(cell))
                {
                    cell.insert(0, '\'');
                }
            }
            // A program gets the text as it is; on a terminal nothing in it may act.
            if shown {
                writer.write_record(cells.iter().map(|cell| escaped(cell).into_owned()))?;
            } else {
                writer.write_record(&cells)?;
            }
        }
    }
    writer.flush()?;
    Ok(())
}

/// Whether a spreadsheet program would compute a text that it reads from CSV: a file of others could act by way of it.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// All cells as text, NULL as nothing.
fn texts(batch: &RecordBatch) -> Result<Vec<Vec<String>>> {
    let options = FormatOptions::default().with_null("");
    let columns = batch
        .columns()
        .iter()
        .map(|column| ArrayFormatter::try_new(column.as_ref(), &options))
        .collect::<Result<Vec<_>, _>>()?;
    Ok((0..batch.num_rows()).map(|row| columns.iter().map(|column| column.value(row).to_string()).collect()).collect())
}

fn xlsx(schema: &SchemaRef, batches: impl Iterator<Item = Result<RecordBatch>>) -> Result<Vec<u8>> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let created = rust_xlsxwriter::ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&rust_xlsxwriter::DocProperties::new().set_creation_datetime(&created));
    let bold = rust_xlsxwriter::Format::new().set_bold();
    let sheet = workbook.add_worksheet();
    for (column, field) in schema.fields().iter().enumerate() {
        sheet.write_string_with_format(0, column as u16, field.name(), &bold)?;
    }
    let mut line = 1;
    for batch in batches {
        let batch = batch?;
        let all = texts(&batch)?;
        let numbers = batch
            .columns()
            .iter()
            .map(|column| if column.data_type().is_numeric() { cast(column, &DataType::Float64).ok() } else { None })
            .collect::<Vec<_>>();
        for (row, cells) in all.iter().enumerate() {
            for (column, text) in cells.iter().enumerate() {
                match &numbers[column] {
                    Some(values) if values.is_valid(row) => drop(sheet.write_number(
                        line,
                        column as u16,
                        values.as_primitive::<Float64Type>().value(row),
                    )?),
                    _ if text.is_empty() => {}
                    _ => drop(sheet.write_string(line, column as u16, escaped(text))?),
                }
            }
            line += 1;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.autofit();
    Ok(workbook.save_to_buffer()?)
}

/// A JSON document of a shape that is no table.
pub(super) fn json(value: &serde_json::Value) -> Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    serde_json::to_writer(JsonEscaped::new(&mut out), value)?;
    out.write_all(b"\n")?;
    out.flush()?;
    Ok(())
}

/// A JSON document that is written piece by piece.
pub(super) fn json_pieces(write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    // Pieces are gathered, so that each is looked through once.
    let mut pieces = BufWriter::with_capacity(1 << 16, JsonEscaped::new(&mut out));
    write(&mut pieces)?;
    pieces.flush()?;
    drop(pieces);
    out.write_all(b"\n")?;
    out.flush()?;
    Ok(())
}

/// Plain text.
pub(super) fn plain(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// A file's content.
pub(super) fn bytes(content: &[u8]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(content)?;
    out.flush()?;
    Ok(())
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
