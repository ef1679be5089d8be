//! Makes frames of values: what the program itself writes into its tables.

use polars::prelude::{Column, DataFrame, IntoColumn, NamedFrom, Series};

use cchc_model::ColumnType;
use cchc_normalise::data_type;

/// Columns of one height as a frame.
#[must_use]
pub fn frame_of(height: usize, columns: Vec<Column>) -> DataFrame {
    DataFrame::new(height, columns).expect("columns of one table have one length and different names")
}

/// Whole numbers.
#[must_use]
pub fn ints(name: &str, values: Vec<i64>) -> Column {
    Series::new(name.into(), values).into_column()
}

/// Texts.
#[must_use]
pub fn texts(name: &str, values: &[String]) -> Column {
    Series::new(name.into(), values).into_column()
}

/// Days, each as the midnight that begins it.
pub fn days(name: &str, values: impl Iterator<Item = Option<chrono::NaiveDate>>) -> Column {
    let micros: Vec<Option<i64>> = values
        .map(|day| day.and_then(|day| day.and_hms_opt(0, 0, 0)).map(|time| time.and_utc().timestamp_micros()))
        .collect();
    Series::new(name.into(), micros).cast(&data_type(ColumnType::Time)).expect("microseconds are a time").into_column()
}
