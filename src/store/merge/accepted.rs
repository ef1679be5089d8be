//! Accepted rows of one sheet that wait to be merged: in memory, or all but what a merge compares on the disk.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Cursor;

use chrono::{DateTime, Datelike};
use polars::prelude::{
    AnyValue, Column as Series, DataFrame, IntoColumn, ParquetCompression, ParquetReader, ParquetWriter, PolarsError,
    PolarsResult, SerReader,
};

use crate::aside::{Aside, Claim, Piece};
use crate::{StoreError, frame, take};
use cchc_model::{ColumnType, Table};

/// Columns that a merge looks at beside key, unit and month, where the table has them.
const LOOKED_AT: [&str; 4] = [RECEIVED, "due_at", "finished_at", "status"];

/// The column that tells where cells were kept from.
pub(crate) const KEPT_FROM: &str = "kept_from";

/// Its month tells which other dossiers an export should have.
pub(super) const RECEIVED: &str = "received_at";

/// The column that tells whose row it is: the last unit column of the table.
pub(super) fn unit_column(table: &Table) -> Option<&'static str> {
    table.columns.iter().rfind(|column| column.kind == ColumnType::Unit).map(|column| column.name)
}

/// Accepted rows of one sheet, in its order.
#[derive(Debug)]
pub struct AcceptedRows(pub(super) Kept);

/// Where the rows are.
#[derive(Debug)]
pub(super) enum Kept {
    /// The columns of the table, then `row`.
    InMemory {
        rows: DataFrame,
        _claim: Option<Claim>,
    },
    Aside(Box<RowsAside>),
}

/// Rows on the disk, and what stays of them in memory.
#[derive(Debug)]
pub(super) struct RowsAside {
    /// The columns that a merge looks at, and `row`.
    pub head: DataFrame,
    /// Of each row a digest of all columns of the table.
    pub digests: Vec<u64>,
    /// The rows of each month, counted as by [`month_of`].
    months: BTreeMap<Option<i32>, (Vec<u32>, Piece)>,
}

impl AcceptedRows {
    /// Rows that stay in memory as long as they are needed.
    #[must_use]
    pub const fn in_memory(rows: DataFrame, claim: Option<Claim>) -> Self {
        Self(Kept::InMemory { rows, _claim: claim })
    }

    /// Puts rows aside, month by month; `None` if the disk does not take them, which [`Aside::check`] tells.
    ///
    /// # Errors
    /// The rows are not those of the table.
    pub fn aside(table: &Table, rows: &DataFrame, aside: &Aside) -> Result<Option<Self>, StoreError> {
        let rows = RowsAside::of(table, rows, aside).map_err(frame(table.name))?;
        Ok(rows.map(|rows| Self(Kept::Aside(Box::new(rows)))))
    }

    /// Whether rows of a table may be put aside: its files are written month by month.
    #[must_use]
    pub const fn may_be_aside(table: &Table) -> bool {
        table.partition_by.is_some()
    }

    /// The keys of the rows.
    #[must_use]
    pub fn keys(&self, table: &Table) -> Option<&Series> {
        match &self.0 {
            Kept::InMemory { rows, .. } => rows.column(table.key).ok(),
            Kept::Aside(rows) => rows.head.column(table.key).ok(),
        }
    }

    /// The rows, if they are in memory; else these again.
    ///
    /// # Errors
    /// They are on the disk.
    pub fn into_frame(self) -> Result<DataFrame, Self> {
        match self.0 {
            Kept::InMemory { rows, .. } => Ok(rows),
            Kept::Aside(_) => Err(self),
        }
    }

    /// The rows, as long as they are in memory.
    pub const fn frame_mut(&mut self) -> Option<&mut DataFrame> {
        match &mut self.0 {
            Kept::InMemory { rows, .. } => Some(rows),
            Kept::Aside(_) => None,
        }
    }
}

impl RowsAside {
    /// Puts rows aside.
    pub fn of(table: &Table, rows: &DataFrame, aside: &Aside) -> PolarsResult<Option<Self>> {
        let mut by_month: BTreeMap<Option<i32>, Vec<u32>> = BTreeMap::new();
        for (row, month) in months(table, rows)?.into_iter().enumerate() {
            by_month.entry(month).or_default().push(row as u32);
        }
        let stored = rows.select(table.columns.iter().map(|column| column.name).chain(["row"]))?;
        let mut months = BTreeMap::new();
        for (month, rows) in by_month {
            let Some(piece) = aside.put(&packed(take(&stored, rows.clone())?)?) else { return Ok(None) };
            months.insert(month, (rows, piece));
        }
        let mut head = stored.select(head_columns(table))?;
        // What is cut out of larger columns would keep all of them.
        head.rechunk_mut();
        Ok(Some(Self { head, digests: digests(table, rows)?, months }))
    }

    /// No rows, with the columns of those that are put aside.
    pub fn none(table: &Table) -> PolarsResult<DataFrame> {
        let columns = table.columns.iter().map(|column| (column.name, column.kind)).chain([("row", ColumnType::Int)]);
        let empty = |(name, kind): (&str, ColumnType)| {
            polars::prelude::Series::new_empty(name.into(), &cchc_normalise::data_type(kind)).into_column()
        };
        DataFrame::new(0, columns.map(empty).collect())
    }

    /// Some columns of all rows, in their order.
    pub fn columns(&self, names: &[&str], aside: &Aside) -> Result<Option<DataFrame>, StoreError> {
        let fail = frame("dossiers");
        let (mut all, mut at) = (None::<DataFrame>, Vec::<u32>::new());
        for (rows, piece) in self.months.values() {
            let names = names.iter().map(|name| (*name).into()).collect();
            let piece = ParquetReader::new(Cursor::new(aside.take(piece)?)).with_columns(Some(names)).finish();
            let piece = piece.map_err(&fail)?;
            at.extend(rows);
            match &mut all {
                Some(all) => all.vstack_mut(&piece).map(drop).map_err(&fail)?,
                None => all = Some(piece),
            }
        }
        let Some(all) = all else { return Ok(None) };
        let mut order: Vec<u32> = (0..at.len() as u32).collect();
        order.sort_unstable_by_key(|place| at[*place as usize]);
        take(&all, order).map(Some).map_err(&fail)
    }

    /// Those of some rows (in ascending order, counted within these) that are of a month, if there are any.
    pub fn taken(&self, month: Option<i32>, wanted: &[u32], aside: &Aside) -> Result<Option<DataFrame>, StoreError> {
        let Some((rows, piece)) = self.months.get(&month).filter(|_| !wanted.is_empty()) else { return Ok(None) };
        let fail = frame("dossiers");
        let whole = ParquetReader::new(Cursor::new(aside.take(piece)?)).finish().map_err(&fail)?;
        let mut wanted = wanted.iter().peekable();
        let at = rows.iter().enumerate().filter(|(_, row)| wanted.next_if(|wanted| wanted == row).is_some());
        let at: Vec<u32> = at.map(|(at, _)| at as u32).collect();
        if at.len() == rows.len() {
            return Ok(Some(whole));
        }
        take(&whole, at).map(Some).map_err(&fail)
    }
}

/// The name of the partition that holds the rows of a month; rows without the date have one, too.
pub(super) fn partition_name(month: Option<i32>) -> String {
    match month {
        None => "undated".to_owned(),
        Some(month) => format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1),
    }
}

/// The columns that stay in memory: those that a merge looks at, each once, and `row`.
pub(super) fn head_columns(table: &Table) -> Vec<&'static str> {
    let looked_at = |name: &str| {
        name == table.key
            || Some(name) == unit_column(table)
            || Some(name) == table.partition_by
            || LOOKED_AT.contains(&name)
    };
    table.columns.iter().map(|column| column.name).filter(|name| looked_at(name)).chain(["row"]).collect()
}

/// Counts months, from a time in microseconds.
pub(super) fn month_of(micros: Option<i64>) -> Option<i32> {
    micros.and_then(DateTime::from_timestamp_micros).map(|time| time.year() * 12 + time.month0() as i32)
}

/// The months of rows in a table that has months; none elsewhere.
pub(super) fn months(table: &Table, rows: &DataFrame) -> PolarsResult<Vec<Option<i32>>> {
    let Some(name) = table.partition_by else { return Ok(Vec::new()) };
    Ok(rows.column(name)?.datetime()?.phys.iter().map(month_of).collect())
}

/// A digest of each row over all columns of the table: rows of one key whose digests agree are the same. It is the sum of
/// the digests of its cells, so that a cell can be exchanged in it.
pub(super) fn digests(table: &Table, rows: &DataFrame) -> PolarsResult<Vec<u64>> {
    let mut digests = vec![0; rows.height()];
    for (at, column) in table.columns.iter().enumerate() {
        let values = rows.column(column.name)?;
        match column.kind {
            ColumnType::Text | ColumnType::Unit | ColumnType::Period => {
                add(&mut digests, at, values.str()?.iter().map(|text| text.map(digest)));
            }
            ColumnType::Int => add(&mut digests, at, values.i64()?.iter().map(|value| value.map(|value| value as u64))),
            ColumnType::Float => add(&mut digests, at, values.f64()?.iter().map(|value| value.map(f64::to_bits))),
            ColumnType::Bool => add(&mut digests, at, values.bool()?.iter().map(|value| value.map(u64::from))),
            ColumnType::Time => {
                add(&mut digests, at, values.datetime()?.phys.iter().map(|value| value.map(|value| value as u64)));
            }
        }
    }
    Ok(digests)
}

/// The digest of one cell, as it is part of that of its row.
pub(super) fn digest_of(column: usize, value: Option<&AnyValue<'_>>) -> u64 {
    let value = value.and_then(|value| match value {
        AnyValue::String(text) => Some(digest(text)),
        AnyValue::StringOwned(text) => Some(digest(text)),
        AnyValue::Int64(value) | AnyValue::Datetime(value, ..) | AnyValue::DatetimeOwned(value, ..) => {
            Some(*value as u64)
        }
        AnyValue::Float64(value) => Some(value.to_bits()),
        AnyValue::Boolean(value) => Some(u64::from(*value)),
        _ => None,
    });
    mixed(column, value)
}

/// Adds the values of a column to the digests of the rows; nothing is told from any value.
fn add(digests: &mut [u64], column: usize, values: impl Iterator<Item = Option<u64>>) {
    for (digest, value) in digests.iter_mut().zip(values) {
        *digest = digest.wrapping_add(mixed(column, value));
    }
}

/// A number for a value in a column that spreads over all bits.
fn mixed(column: usize, value: Option<u64>) -> u64 {
    let (value, kind) = value.map_or((0, 0x51_7c_c1_b7_27_22_0a_95), |value| (value, 0x9e_37_79_b9_7f_4a_7c_15));
    let fold = |left: u64, right: u64| {
        let product = u128::from(left) * u128::from(right);
        product as u64 ^ (product >> 64) as u64
    };
    let seed = (column as u64 + 1).wrapping_mul(kind);
    fold(fold(value ^ seed, 0xd6e8_feb8_6659_fd93) ^ seed.rotate_left(31), 0xff51_afd7_ed55_8ccd ^ seed)
}

fn digest(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

fn packed(mut rows: DataFrame) -> Result<Vec<u8>, PolarsError> {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        .with_compression(ParquetCompression::Snappy)
        .set_parallel(false)
        .finish(&mut rows)?;
    Ok(bytes)
}
