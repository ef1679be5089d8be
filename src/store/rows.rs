//! The one place that turns Arrow columns into values of Rust: each column is cast once a batch, then read by row.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Date32Array, Float64Array, Int64Array, ListArray, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type, TimeUnit, TimestampMicrosecondType};
use datafusion::error::DataFusionError;

use super::StoreError;

/// The answer to a question, row by row.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    batches: Vec<Batch>,
}

/// One batch of an answer, its columns cast.
#[derive(Debug, Clone)]
struct Batch {
    columns: Vec<Values>,
    rows: usize,
}

/// The values of a column.
#[derive(Debug, Clone)]
enum Values {
    Text(StringArray),
    Whole(Int64Array),
    Number(Float64Array),
    Flag(BooleanArray),
    Day(Date32Array),
    Time(TimestampMicrosecondArray),
    Lists(ListArray),
}

/// One row of an answer. A value of another type than the one asked for is none.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    batch: &'a Batch,
    at: usize,
}

impl Rows {
    /// Casts the columns of an answer.
    ///
    /// # Errors
    /// A column is of a type that holds neither text nor numbers, days, times or lists of numbers.
    pub fn of(batches: &[RecordBatch]) -> Result<Self, StoreError> {
        let batches = batches.iter().map(|batch| {
            let columns = batch.columns().iter().map(values).collect::<Result<_, _>>()?;
            Ok(Batch { columns, rows: batch.num_rows() })
        });
        Ok(Self { batches: batches.collect::<Result<_, StoreError>>()? })
    }

    /// All rows, in their order.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        self.batches.iter().flat_map(|batch| (0..batch.rows).map(move |at| Row { batch, at }))
    }

    /// The first row.
    #[must_use]
    pub fn first(&self) -> Option<Row<'_>> {
        self.iter().next()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.batches.iter().all(|batch| batch.rows == 0)
    }
}

impl<'a> Row<'a> {
    /// The text of a column.
    #[must_use]
    pub fn text(self, column: usize) -> Option<&'a str> {
        match &self.batch.columns[column] {
            Values::Text(texts) => texts.is_valid(self.at).then(|| texts.value(self.at)),
            _ => None,
        }
    }

    /// The text of a column as an own string, empty where there is none.
    #[must_use]
    pub fn string(self, column: usize) -> String {
        self.text(column).unwrap_or_default().to_owned()
    }

    /// The text of a column, none where it is empty.
    #[must_use]
    pub fn filled(self, column: usize) -> Option<&'a str> {
        self.text(column).filter(|text| !text.is_empty())
    }

    /// The whole number of a column.
    #[must_use]
    pub fn integer(self, column: usize) -> Option<i64> {
        match &self.batch.columns[column] {
            Values::Whole(numbers) => numbers.is_valid(self.at).then(|| numbers.value(self.at)),
            _ => None,
        }
    }

    /// The count of a column, zero where there is none.
    #[must_use]
    pub fn count(self, column: usize) -> u64 {
        self.integer(column).unwrap_or_default().unsigned_abs()
    }

    /// The number of a column.
    #[must_use]
    pub fn number(self, column: usize) -> Option<f64> {
        match &self.batch.columns[column] {
            Values::Number(numbers) => numbers.is_valid(self.at).then(|| numbers.value(self.at)),
            Values::Whole(_) => self.integer(column).map(|whole| whole as f64),
            _ => None,
        }
    }

    /// The yes or no of a column.
    #[must_use]
    pub fn flag(self, column: usize) -> Option<bool> {
        match &self.batch.columns[column] {
            Values::Flag(flags) => flags.is_valid(self.at).then(|| flags.value(self.at)),
            _ => None,
        }
    }

    /// The day of a column.
    #[must_use]
    pub fn day(self, column: usize) -> Option<NaiveDate> {
        match &self.batch.columns[column] {
            Values::Day(days) => days.is_valid(self.at).then(|| days.value_as_date(self.at)).flatten(),
            Values::Time(_) => self.time(column).map(|time| time.date()),
            _ => None,
        }
    }

    /// The time of a column.
    #[must_use]
    pub fn time(self, column: usize) -> Option<NaiveDateTime> {
        match &self.batch.columns[column] {
            Values::Time(times) if times.is_valid(self.at) => {
                DateTime::from_timestamp_micros(times.value(self.at)).map(|time| time.naive_utc())
            }
            _ => None,
        }
    }

    /// The numbers of a column of lists.
    #[must_use]
    pub fn numbers(self, column: usize) -> Option<Vec<f64>> {
        match &self.batch.columns[column] {
            Values::Lists(lists) if lists.is_valid(self.at) => {
                Some(lists.value(self.at).as_primitive::<Float64Type>().values().to_vec())
            }
            Values::Lists(_) => Some(Vec::new()),
            _ => None,
        }
    }

    /// Whether a column has a value.
    #[must_use]
    pub fn has(self, column: usize) -> bool {
        let column: &dyn Array = match &self.batch.columns[column] {
            Values::Text(values) => values,
            Values::Whole(values) => values,
            Values::Number(values) => values,
            Values::Flag(values) => values,
            Values::Day(values) => values,
            Values::Time(values) => values,
            Values::Lists(values) => values,
        };
        column.is_valid(self.at)
    }
}

fn values(column: &ArrayRef) -> Result<Values, StoreError> {
    let to = |kind: &DataType| cast(column, kind).map_err(DataFusionError::from);
    Ok(match column.data_type() {
        DataType::Boolean => Values::Flag(column.as_boolean().clone()),
        DataType::Date32 => Values::Day(column.as_primitive::<Date32Type>().clone()),
        DataType::Timestamp(..) => {
            let micros = to(&DataType::Timestamp(TimeUnit::Microsecond, None))?;
            Values::Time(micros.as_primitive::<TimestampMicrosecondType>().clone())
        }
        DataType::List(_) => Values::Lists(column.as_list::<i32>().clone()),
        kind if kind.is_integer() => Values::Whole(to(&DataType::Int64)?.as_primitive::<Int64Type>().clone()),
        kind if kind.is_numeric() => Values::Number(to(&DataType::Float64)?.as_primitive::<Float64Type>().clone()),
        _ => Values::Text(to(&DataType::Utf8)?.as_string::<i32>().clone()),
    })
}
