//! Writes tables to standard output in the chosen format; the only place that does.

mod csv;
mod headings;
mod table;
mod xlsx;

use std::io::{BufWriter, Write};

use anyhow::Result;
use datafusion::arrow::array::{Array, ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::compute::concat_batches;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::json::WriterBuilder;
use datafusion::arrow::json::writer::{JsonArray, LineDelimited};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use std::sync::Arc;

use super::escape::JsonEscaped;
use super::{Format, Global};
use cchc_model::{UnitRef, one_line};
use csv::{csv, csv_excel};
use headings::Headings;
use table::table;
pub(super) use table::{Side, grid};
use xlsx::xlsx;

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

    /// With another key for a column.
    pub fn renamed(mut self, from: &str, to: &str) -> Self {
        for field in self.fields.iter_mut().filter(|field| field.name() == from) {
            *field = field.clone().with_name(to);
        }
        self
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
        let mut batch = shown.batch()?;
        if global.format.is_for_people() {
            batch = Headings::load(global)?.in_words(&batch)?;
        }
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
    match global.format {
        Format::Table => {}
        Format::CsvExcel | Format::Xlsx => {
            let headings = Headings::load(global)?;
            let schema = headings.in_words(&RecordBatch::new_empty(schema))?.schema();
            return write_each(global, &schema, batches.map(|batch| headings.in_words(&batch?)));
        }
        _ => return write_each(global, &schema, batches),
    }
    // What a table for people leaves out shows when all is there.
    let whole = concat_batches(&schema, &batches.collect::<Result<Vec<_>>>()?)?;
    let fields = schema.fields().iter().map(|field| field.as_ref().clone()).collect();
    Columns { fields, arrays: whole.columns().to_vec() }.write(global)
}

fn write_each(global: &Global, schema: &SchemaRef, batches: impl Iterator<Item = Result<RecordBatch>>) -> Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    match global.format {
        Format::Table => table(global, schema, &batches.collect::<Result<Vec<_>>>()?, &mut out)?,
        Format::Csv => csv(global, schema, batches, &mut out)?,
        Format::CsvExcel => csv_excel(schema, batches, &mut out)?,
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

/// Text of a file on one line, where nothing in it acts on the terminal.
pub(super) fn safe(text: &str) -> String {
    one_line(text).into_owned()
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
