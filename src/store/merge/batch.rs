//! All incoming rows of one table as one frame, with what is needed to compare and to place them.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, NaiveDate};
use polars::prelude::{Column as Series, DataFrame, IntoColumn, NamedFrom, PlHashMap, PolarsResult, StringChunked};

use super::account::State;
use super::{DOSSIERS, Incoming, RowsOf};
use crate::take;
use cchc_model::{ColumnType, PROVENANCE, Table};
use cchc_normalise::PERSONAL;

/// Unit → its newest export.
pub(super) type Newest = PlHashMap<String, Export>;

/// The newest export of a unit among those that came in.
pub(super) struct Export {
    pub day: NaiveDate,
    /// The part that brought it.
    pub part: usize,
    /// The months in which it has received dossiers, `None` for those that were never accepted.
    months: BTreeSet<Option<i32>>,
}

impl Export {
    /// Whether it has dossiers received in that month, so that another one of the month should be in it.
    pub fn covers(&self, received: Option<i64>) -> bool {
        self.months.contains(&month(received))
    }
}

/// Its month tells which other dossiers an export should have.
pub(super) const RECEIVED: &str = "received_at";

/// The column that tells whose row it is: the last unit column of the table.
pub(super) fn unit_column(table: &Table) -> Option<&'static str> {
    table.columns.iter().rfind(|column| column.kind == ColumnType::Unit).map(|column| column.name)
}

/// All incoming rows as one frame.
pub(super) struct Batch {
    pub table: &'static Table,
    /// Number of the import that brings it.
    pub import: u64,
    pub data: DataFrame,
    pub keys: StringChunked,
    pub content: Vec<Series>,
    pub months: Option<Series>,
    /// Of each row the digest of its personal cells: rows of one import are compared as they were sent.
    pub personal: Vec<u64>,
    pub parts: Vec<Part>,
    /// First row of each part.
    pub starts: Vec<u32>,
}

pub(super) struct Part {
    pub file: String,
    pub sheet: String,
    pub source: String,
    pub exported_at: Option<NaiveDate>,
    pub rows: RowsOf,
}

impl Batch {
    pub fn of(table: &'static Table, incoming: Vec<Incoming>, import: u64) -> PolarsResult<Self> {
        let (mut parts, mut starts, mut personal) = (Vec::new(), Vec::new(), Vec::new());
        let mut data: Option<DataFrame> = None;
        let mut height = 0;
        for one in incoming {
            starts.push(height);
            height += one.frame.height() as u32;
            personal.extend(one.frame.column(PERSONAL)?.u64()?.iter().map(Option::unwrap_or_default));
            let frame = one.frame.drop(PERSONAL)?;
            parts.push(Part {
                file: one.file,
                sheet: one.sheet,
                source: one.source,
                exported_at: one.exported_at,
                rows: one.rows,
            });
            match &mut data {
                Some(data) => drop(data.vstack_mut(&frame)?),
                None => data = Some(frame),
            }
        }
        let mut data = data.unwrap_or_else(DataFrame::empty);
        data.rechunk_mut_par();
        let data = with_provenance(table, data, &parts, &starts, import)?;
        let keys = data.column(table.key)?.str()?.clone();
        let content =
            table.columns.iter().map(|column| data.column(column.name).cloned()).collect::<PolarsResult<_>>()?;
        let months = table.partition_by.map(|name| data.column(name).cloned()).transpose()?;
        Ok(Self { table, import, data, keys, content, months, personal, parts, starts })
    }

    pub fn part(&self, row: u32) -> usize {
        self.starts.partition_point(|start| *start <= row) - 1
    }

    pub fn partition(&self, row: u32) -> Option<String> {
        let dates = self.months.as_ref()?;
        let micros = dates.datetime().ok().and_then(|dates| dates.phys.get(row as usize));
        Some(
            micros
                .and_then(DateTime::from_timestamp_micros)
                .map_or_else(|| "undated".to_owned(), |time| format!("{:04}-{:02}", time.year(), time.month())),
        )
    }

    /// Whether a row says what is held already, personal cells included where it is a row of this import:
    /// the store holds none to compare with.
    pub fn adds_nothing(&self, state: State<'_>, row: u32) -> bool {
        let person = |before: u32| self.personal[before as usize] == self.personal[row as usize];
        state.incoming.is_none_or(person) && same(state.content, state.row, &self.content, row as usize)
    }

    /// Of each unit the newest export, where exports of different days can meet and rows are states that every
    /// export repeats.
    pub fn newest_by_unit(&self, against_store: bool) -> PolarsResult<Newest> {
        let mut newest = Newest::default();
        let one_day = self.parts.windows(2).all(|pair| pair[0].exported_at == pair[1].exported_at);
        let Some(units) = self.units()?.filter(|_| self.table.name == DOSSIERS && (against_store || !one_day)) else {
            return Ok(newest);
        };
        let received = self.data.column(RECEIVED)?.datetime()?.phys.clone();
        let mut part = 0;
        for (row, unit) in units.iter().enumerate() {
            while self.starts.get(part + 1).is_some_and(|start| *start as usize <= row) {
                part += 1;
            }
            let (Some(unit), Some(day)) = (unit, self.parts[part].exported_at) else { continue };
            let month = month(received.get(row));
            match newest.get_mut(unit) {
                Some(known) if known.day > day => {}
                Some(known) if known.day == day => drop(known.months.insert(month)),
                Some(known) => *known = Export { day, part, months: BTreeSet::from([month]) },
                None => drop(newest.insert(unit.to_owned(), Export { day, part, months: BTreeSet::from([month]) })),
            }
        }
        Ok(newest)
    }

    pub fn units(&self) -> PolarsResult<Option<StringChunked>> {
        unit_column(self.table).map(|name| self.data.column(name)?.str().cloned()).transpose()
    }

    pub fn take(&self, rows: Vec<u32>) -> PolarsResult<DataFrame> {
        take(&self.data, rows)
    }

    pub fn row_number(&self, row: u32) -> u32 {
        self.data
            .column("row")
            .and_then(|rows| rows.i64().map(|rows| rows.get(row as usize)))
            .ok()
            .flatten()
            .unwrap_or(0) as u32
    }
}

/// Adds to all rows at once where they came from: there may be ten thousand files of a few rows each.
fn with_provenance(
    table: &Table,
    mut data: DataFrame,
    parts: &[Part],
    starts: &[u32],
    import: u64,
) -> PolarsResult<DataFrame> {
    let height = data.height();
    let ends = starts.iter().skip(1).map(|start| *start as usize).chain([height]);
    let lengths: Vec<usize> = starts.iter().zip(ends).map(|(start, end)| end - *start as usize).collect();
    let mut add = |name: &str, texts: Vec<&str>| {
        let repeated = texts.into_iter().zip(&lengths).flat_map(|(text, length)| std::iter::repeat_n(text, *length));
        let column: StringChunked = repeated.collect();
        data.with_column(column.with_name(name.into()).into_column()).map(drop)
    };
    add("source", parts.iter().map(|part| part.source.as_str()).collect())?;
    add("file", parts.iter().map(|part| part.file.as_str()).collect())?;
    add("sheet", parts.iter().map(|part| part.sheet.as_str()).collect())?;
    let micros = |part: &Part| {
        let day = part.exported_at.and_then(|day| day.and_hms_opt(0, 0, 0));
        day.map(|time| time.and_utc().timestamp_micros())
    };
    let days: Vec<Option<i64>> =
        parts.iter().zip(&lengths).flat_map(|(part, length)| std::iter::repeat_n(micros(part), *length)).collect();
    let days = polars::prelude::Series::new("exported_at".into(), days);
    data.with_column(days.cast(&cchc_normalise::data_type(ColumnType::Time))?.into_column())?;
    data.with_column(Series::new_scalar("import".into(), (import as i64).into(), height))?;
    data.select(table.columns.iter().chain(PROVENANCE).map(|column| column.name))
}

/// Counts months, from a time in microseconds.
fn month(micros: Option<i64>) -> Option<i32> {
    micros.and_then(DateTime::from_timestamp_micros).map(|time| time.year() * 12 + time.month0() as i32)
}

/// Whether two rows agree in every column of the table.
pub(super) fn same(left: &[Series], left_row: usize, right: &[Series], right_row: usize) -> bool {
    left.iter().zip(right).all(|(left, right)| match (left.get(left_row), right.get(right_row)) {
        (Ok(left), Ok(right)) => left == right,
        _ => false,
    })
}
