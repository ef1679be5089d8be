//! A table as an Excel workbook of one sheet.

use anyhow::Result;
use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, SchemaRef};

use super::texts;
use cchc_model::escaped;

pub(super) fn xlsx(schema: &SchemaRef, batches: impl Iterator<Item = Result<RecordBatch>>) -> Result<Vec<u8>> {
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
