//! Streams a Parquet file batch by batch, so memory holds one batch of its columns.

use std::borrow::Cow;
use std::fs::File;
use std::path::Path;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, FieldRef, Float64Type, Schema, SchemaRef, TimeUnit};
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};

use super::budget::Budget;
use super::error::ReadError;
use super::parquet_sizes;
use super::sniff::Container;
use super::{Cell, Excess, Flow, recycle};

const BATCH_ROWS: usize = 8_192;
/// Rows at once where a column holds lists or structures, each of which may be long.
const NESTED_ROWS: usize = 64;
/// Vietnam has had one zone, without summer time, since 1975.
const VIETNAM: &str = "+07:00";
const ISO: &str = "%Y-%m-%dT%H:%M:%S%.f";

/// Reads the columns' names as row 1, then the rows.
pub(super) fn read(path: &Path, budget: &mut Budget<'_>) -> Result<(), ReadError> {
    let file = File::open(path).map_err(ReadError::Open)?;
    parquet_sizes::check_footer(&file, budget.limits)?;
    let options = ArrowReaderOptions::new();
    let metadata = ArrowReaderMetadata::load(&file, options).map_err(ReadError::broken(Container::Parquet))?;
    parquet_sizes::check(&file, metadata.metadata(), budget)?;
    let options = ArrowReaderOptions::new().with_schema(with_views(metadata.schema()));
    let viewed = ArrowReaderMetadata::try_new(metadata.metadata().clone(), options);
    // A schema that texts cannot be viewed by is read as it stands.
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, viewed.unwrap_or(metadata));
    if budget.sheet("", false) != Flow::Continue {
        return Ok(());
    }
    let schema = builder.schema().clone();
    let names: Vec<Cell<'_>> = schema.fields().iter().map(|field| Cell::Text(field.name().as_str().into())).collect();
    if budget.row(1, &names)? != Flow::Continue {
        return Ok(());
    }
    let is_nested = schema.fields().iter().any(|field| field.data_type().is_nested());
    let rows = if is_nested { NESTED_ROWS } else { BATCH_ROWS };
    let batches = builder.with_batch_size(rows).build().map_err(ReadError::broken(Container::Parquet))?;
    let mut number = 2;
    let mut spare = Vec::new();
    for batch in batches {
        let batch = batch.map_err(ReadError::broken(Container::Parquet))?;
        let columns = columns(&batch).map_err(ReadError::broken(Container::Parquet))?;
        for index in 0..batch.num_rows() {
            let mut cells = recycle(spare);
            cells.extend(columns.iter().map(|column| column.cell(index)));
            let flow = budget.row(number, &cells)?;
            spare = recycle(cells);
            number = number.checked_add(1).ok_or_else(|| budget.limits.exceeded(Excess::Cells))?;
            if flow != Flow::Continue {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The schema with texts as views into the pages that they stand in: a text that many rows share is held once.
fn with_views(schema: &Schema) -> SchemaRef {
    let viewed = |field: &FieldRef| match field.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 => field.as_ref().clone().with_data_type(DataType::Utf8View),
        DataType::Binary | DataType::LargeBinary => field.as_ref().clone().with_data_type(DataType::BinaryView),
        _ => field.as_ref().clone(),
    };
    let fields: Vec<_> = schema.fields().iter().map(viewed).collect();
    SchemaRef::new(Schema::new_with_metadata(fields, schema.metadata().clone()))
}

/// A column of one batch in the shape that its cells need.
enum TypedColumn {
    Text(ArrayRef),
    Number(ArrayRef),
    Truth(ArrayRef),
    Date(ArrayRef),
    Blank,
}

impl TypedColumn {
    fn cell(&self, index: usize) -> Cell<'_> {
        match self {
            Self::Text(array) | Self::Date(array) if array.is_null(index) => Cell::Empty,
            Self::Number(array) | Self::Truth(array) if array.is_null(index) => Cell::Empty,
            Self::Text(array) => match array.as_string_view().value(index) {
                "" => Cell::Empty,
                text => Cell::Text(Cow::Borrowed(text)),
            },
            Self::Date(array) => Cell::DateTime(Cow::Borrowed(array.as_string::<i64>().value(index))),
            Self::Number(array) => Cell::Number(array.as_primitive::<Float64Type>().value(index)),
            Self::Truth(array) => Cell::Bool(array.as_boolean().value(index)),
            Self::Blank => Cell::Empty,
        }
    }
}

fn columns(batch: &RecordBatch) -> Result<Vec<TypedColumn>, ArrowError> {
    batch.columns().iter().map(column).collect()
}

fn column(array: &ArrayRef) -> Result<TypedColumn, ArrowError> {
    Ok(match array.data_type() {
        DataType::Null => TypedColumn::Blank,
        DataType::Boolean => TypedColumn::Truth(array.clone()),
        kind if kind.is_numeric() => TypedColumn::Number(cast(array, &DataType::Float64)?),
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => TypedColumn::Date(dates(array)?),
        DataType::Dictionary(_, values) => column(&cast(array, values)?)?,
        DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Utf8View
        | DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView => TypedColumn::Text(cast(array, &DataType::Utf8View)?),
        _ => TypedColumn::Text(cast(&formatted(array, &FormatOptions::new())?, &DataType::Utf8View)?),
    })
}

/// Dates as ISO text with time; those with a zone as the clocks of Vietnam showed them.
fn dates(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let options = FormatOptions::new()
        .with_timestamp_format(Some(ISO))
        .with_timestamp_tz_format(Some(ISO))
        .with_datetime_format(Some(ISO));
    match array.data_type() {
        DataType::Timestamp(unit, Some(_)) => {
            formatted(&cast(array, &DataType::Timestamp(*unit, Some(VIETNAM.into())))?, &options)
        }
        DataType::Date32 => formatted(&cast(array, &DataType::Timestamp(TimeUnit::Second, None))?, &options),
        _ => formatted(array, &options),
    }
}

fn formatted(array: &ArrayRef, options: &FormatOptions<'_>) -> Result<ArrayRef, ArrowError> {
    let formatter = ArrayFormatter::try_new(array.as_ref(), options)?;
    let texts = (0..array.len())
        .map(|index| (!array.is_null(index)).then(|| formatter.value(index).try_to_string()).transpose())
        .collect::<Result<arrow::array::LargeStringArray, _>>()?;
    Ok(std::sync::Arc::new(texts))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Date32Array, Int64Array, StringArray, TimestampMillisecondArray};
    use parquet::arrow::ArrowWriter;

    use super::super::collected::Collected;
    use super::super::{Limits, read_rows, sniff};
    use super::*;

    #[test]
    fn times_with_a_zone_are_brought_to_the_clocks_of_vietnam() {
        for zone in ["UTC", "+00:00", "+09:00"] {
            let times = TimestampMillisecondArray::from(vec![1_593_538_200_000]).with_timezone(zone);
            let Ok(TypedColumn::Date(texts)) = column(&(Arc::new(times) as ArrayRef)) else {
                panic!("{zone} is no date")
            };
            // 30/6/2020 17:30 UTC.
            assert_eq!(texts.as_string::<i64>().value(0), "2020-07-01T00:30:00", "{zone}");
        }
    }

    #[test]
    fn columns_become_rows_with_iso_dates() {
        let arrays: Vec<(&str, ArrayRef)> = vec![
            ("MaHoSo", Arc::new(StringArray::from(vec![Some("a"), None]))),
            ("LePhi", Arc::new(Int64Array::from(vec![5, 6]))),
            ("Ngay", Arc::new(Date32Array::from(vec![18_443, 18_444]))),
            ("Luc", Arc::new(TimestampMillisecondArray::from(vec![Some(1_593_504_000_000), None]))),
        ];
        let batch = RecordBatch::try_from_iter(arrays).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut writer = ArrowWriter::try_new(file.reopen().unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        let sniffed = sniff(file.path()).unwrap();
        let mut sink = Collected::default();
        read_rows(file.path(), &sniffed, sniffed.read_as(), &Limits::default(), &mut sink).unwrap();
        assert_eq!(
            sink.texts(),
            [
                vec!["MaHoSo", "LePhi", "Ngay", "Luc"],
                vec!["a", "5", "2020-06-30T00:00:00", "2020-06-30T08:00:00"],
                vec!["", "6", "2020-07-01T00:00:00"],
            ]
        );
        assert_eq!(sink.rows[1].1, 2);
    }
}
