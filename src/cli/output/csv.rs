//! Comma-separated values: for programs as they are, for people as a spreadsheet program here reads them.

use std::io::{IsTerminal, Write};

use anyhow::Result;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;

use super::super::Global;
use super::table::rounded;
use super::texts;
use cchc_model::escaped;

/// For programs: text as it is, but for what a spreadsheet program would compute.
pub(super) fn csv(
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

/// For a spreadsheet program with the settings of Vietnam: a mark of UTF-8, `;` between cells, a comma in numbers.
pub(super) fn csv_excel(
    schema: &SchemaRef,
    batches: impl Iterator<Item = Result<RecordBatch>>,
    out: &mut impl Write,
) -> Result<()> {
    out.write_all("\u{feff}".as_bytes())?;
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(out);
    writer.write_record(schema.fields().iter().map(|field| field.name()))?;
    for batch in batches {
        for cells in texts(&batch?)? {
            let cells = cells.into_iter().zip(schema.fields()).map(|(mut cell, field)| {
                if field.data_type().is_floating() {
                    return rounded(&cell).replace('.', ",");
                }
                if field.data_type().is_string() && is_formula(&cell) {
                    cell.insert(0, '\'');
                }
                cell
            });
            writer.write_record(cells)?;
        }
    }
    writer.flush()?;
    Ok(())
}
