//! Turns the typed columns of a batch into a frame with all columns of the table.

use polars::prelude::{
    ChunkTake, Column, DataFrame, DataType, IdxCa, IntoColumn, NamedFrom, NewChunkedArray, PolarsResult, Series,
    StringChunked, StringChunkedBuilder, TimeUnit,
};

use super::{Typed, TypedBatch};
use crate::raw::RawBatch;
use cchc_model::ColumnType;

impl TypedBatch<'_> {
    /// The accepted rows as a frame with all columns of the table; those that the sheet lacks are null.
    pub fn frame(&self, raw: &RawBatch, keep: &[bool]) -> PolarsResult<DataFrame> {
        let height = keep.iter().filter(|keep| **keep).count();
        let mut columns: Vec<Column> = Vec::with_capacity(self.source.table.columns.len() + 1);
        for target in self.source.table.columns {
            let column = match self.stored(target.name) {
                Some(typed) => self.series(target.name, typed, keep)?,
                None => Series::full_null(target.name.into(), height, &data_type(target.kind)).into_column(),
            };
            columns.push(column);
        }
        let rows: Vec<i64> =
            raw.rows.iter().zip(keep).filter(|(_, keep)| **keep).map(|(row, _)| i64::from(*row)).collect();
        columns.push(Series::new("row".into(), rows).into_column());
        DataFrame::new(height, columns)
    }

    fn series(&self, name: &str, typed: &Typed, keep: &[bool]) -> PolarsResult<Column> {
        fn kept<T: Copy>(values: &[T], keep: &[bool]) -> Vec<T> {
            values.iter().zip(keep).filter(|(_, keep)| **keep).map(|(value, _)| *value).collect()
        }
        let series = match typed {
            Typed::Int(values) => Series::new(name.into(), kept(values, keep)),
            Typed::Float(values) => Series::new(name.into(), kept(values, keep)),
            Typed::Bool(values) => Series::new(name.into(), kept(values, keep)),
            Typed::Time(values) => Series::new(name.into(), kept(values, keep)).cast(&data_type(ColumnType::Time))?,
            Typed::Key(values) => {
                let mut builder = StringChunkedBuilder::new(name.into(), keep.len());
                values.iter().zip(keep).filter(|(_, keep)| **keep).for_each(|(value, _)| builder.append_value(value));
                return Ok(builder.finish().into_column());
            }
            Typed::Text(values) => return self.texts_of(name, &kept(values, keep)),
        };
        Ok(series.into_column())
    }

    /// Texts by their ids. Rows share the bytes of the distinct texts, unless nearly every row has its own.
    fn texts_of(&self, name: &str, ids: &[Option<u32>]) -> PolarsResult<Column> {
        let distinct = self.position(name).map_or(&[][..], |at| self.distinct[at].as_slice());
        if distinct.len() > ids.len() {
            let mut builder = StringChunkedBuilder::new(name.into(), ids.len());
            for id in ids {
                builder.append_option(id.map(|id| distinct[id as usize].as_str()));
            }
            return Ok(builder.finish().into_column());
        }
        let all = StringChunked::from_iter_values(name.into(), distinct.iter().map(String::as_str));
        let ids = IdxCa::from_slice_options("".into(), ids);
        Ok(all.take(&ids)?.into_column())
    }
}

/// The polars type of a kind of column.
#[must_use]
pub fn data_type(kind: ColumnType) -> DataType {
    match kind {
        ColumnType::Text | ColumnType::Unit | ColumnType::Period => DataType::String,
        ColumnType::Int => DataType::Int64,
        ColumnType::Float => DataType::Float64,
        ColumnType::Bool => DataType::Boolean,
        ColumnType::Time => DataType::Datetime(TimeUnit::Microseconds, None),
    }
}
