//! All incoming rows of one table as one frame, with what is needed to compare and to place them.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use polars::prelude::{
    ChunkTake, Column as Series, DataFrame, IdxCa, Int64Chunked, IntoColumn, NewChunkedArray, PlHashMap, PolarsResult,
    StringChunked,
};

use super::accepted::{Kept, Partition, RECEIVED, RowsAside, digests, head_columns, month_of, months, unit_column};
use super::account::State;
use super::{DOSSIERS, Incoming, RowsOf};
use crate::aside::Aside;
use crate::{StoreError, frame, take};
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
        self.months.contains(&month_of(received))
    }
}

/// Rows that are put aside together.
const TOGETHER: usize = 1 << 17;

/// All incoming rows.
pub(super) struct Batch<'a> {
    pub table: &'static Table,
    /// Number of the import that brings it.
    pub import: u64,
    /// The columns that a merge looks at, and `row`.
    head: DataFrame,
    pub keys: StringChunked,
    pub content: Content,
    /// Of each row its month, where the table has months.
    months: Vec<Option<i32>>,
    /// Of each row the digest of its personal cells: rows of one import are compared as they were sent.
    pub personal: Vec<u64>,
    pub parts: Vec<Part>,
    /// First row of each part.
    pub starts: Vec<u32>,
    rows: Rows<'a>,
}

/// Where the rows are that are written.
enum Rows<'a> {
    InMemory(DataFrame),
    /// Pieces on the disk, each with its first row.
    Aside(Vec<(u32, RowsAside)>, &'a Aside),
}

/// What rows say, for comparing: by their columns, or by digests where those are not in memory.
pub(super) struct Content {
    /// By the position in the table.
    columns: Vec<Option<Series>>,
    digests: Option<Vec<u64>>,
}

impl Content {
    /// What all columns of some rows say.
    pub fn of(table: &Table, rows: &DataFrame, compared_by: &Self) -> PolarsResult<Self> {
        let digests = compared_by.digests.is_some().then(|| digests(table, rows)).transpose()?;
        Ok(Self { columns: columns(table, rows), digests })
    }

    /// A column that a merge looks at.
    pub fn column(&self, position: usize) -> Option<&Series> {
        self.columns[position].as_ref()
    }

    /// Whether two rows of one key agree in every column of the table.
    pub fn same(&self, row: usize, other: &Self, other_row: usize) -> bool {
        if let (Some(digests), Some(others)) = (&self.digests, &other.digests) {
            return digests[row] == others[other_row];
        }
        self.columns.iter().zip(&other.columns).all(|pair| match pair {
            (Some(left), Some(right)) => match (left.get(row), right.get(other_row)) {
                (Ok(left), Ok(right)) => left == right,
                _ => false,
            },
            _ => false,
        })
    }
}

fn columns(table: &Table, rows: &DataFrame) -> Vec<Option<Series>> {
    table.columns.iter().map(|column| rows.column(column.name).ok().cloned()).collect()
}

pub(super) struct Part {
    pub file: String,
    pub sheet: String,
    pub source: String,
    pub exported_at: Option<NaiveDate>,
    pub rows: RowsOf,
}

impl<'a> Batch<'a> {
    pub fn of(
        table: &'static Table,
        incoming: Vec<Incoming>,
        import: u64,
        aside: &'a Aside,
    ) -> Result<Self, StoreError> {
        let fail = frame(table.name);
        let is_aside = incoming.iter().any(|one| matches!(one.accepted.0, Kept::Aside(_)));
        let mut gathered = Gathered { height: 0, personal: Vec::new(), frames: None };
        let mut pieces = Pieces { table, aside, waiting: None, heads: None, digests: Vec::new(), done: Vec::new() };
        let (mut parts, mut starts) = (Vec::new(), Vec::new());
        for one in incoming {
            starts.push(gathered.height);
            parts.push(Part {
                file: one.file,
                sheet: one.sheet,
                source: one.source,
                exported_at: one.exported_at,
                rows: one.rows,
            });
            match one.accepted.0 {
                Kept::Aside(rows) => {
                    pieces.add_waiting().map_err(&fail)?;
                    gathered.personal.extend(&rows.personal);
                    let start = gathered.height;
                    gathered.height += rows.head.height() as u32;
                    pieces.add(start, *rows).map_err(&fail)?;
                }
                Kept::InMemory { rows, .. } if is_aside => {
                    let start = gathered.height;
                    gathered.height += rows.height() as u32;
                    gathered.personal.extend(personal(&rows).map_err(&fail)?);
                    pieces.wait(start, rows).map_err(&fail)?;
                }
                Kept::InMemory { rows, .. } => gathered.add(&rows).map_err(&fail)?,
            }
        }
        pieces.add_waiting().map_err(&fail)?;
        aside.check()?;
        let (head, rows, digests) = if is_aside {
            let mut head = pieces.heads.unwrap_or_else(DataFrame::empty);
            // Column by column, so that there are never two copies of more than one.
            head.rechunk_mut();
            (head, Rows::Aside(pieces.done, aside), Some(pieces.digests))
        } else {
            let mut all = gathered.frames.unwrap_or_else(DataFrame::empty);
            all.rechunk_mut_par();
            (all.select(head_columns(table)).map_err(&fail)?, Rows::InMemory(all), None)
        };
        let content = match &rows {
            Rows::InMemory(all) => Content { columns: columns(table, all), digests },
            Rows::Aside(..) => Content { columns: columns(table, &head), digests },
        };
        let keys = head.column(table.key).and_then(|keys| keys.str().cloned()).map_err(&fail)?;
        let months = months(table, &head).map_err(&fail)?;
        Ok(Self { table, import, head, keys, content, months, personal: gathered.personal, parts, starts, rows })
    }

    pub fn part(&self, row: u32) -> usize {
        self.starts.partition_point(|start| *start <= row) - 1
    }

    /// The part of the table that a row is written to.
    pub fn partition(&self, row: u32) -> Partition {
        match self.months.get(row as usize) {
            None => Partition::Whole,
            Some(None) => Partition::Undated,
            Some(Some(month)) => Partition::Month(*month),
        }
    }

    /// Whether a row says what is held already, personal cells included where it is a row of this import:
    /// the store holds none to compare with.
    pub fn adds_nothing(&self, state: State<'_>, row: u32) -> bool {
        let person = |before: u32| self.personal[before as usize] == self.personal[row as usize];
        state.incoming.is_none_or(person) && state.content.same(state.row, &self.content, row as usize)
    }

    /// Of each unit the newest export, where exports of different days can meet and rows are states that every
    /// export repeats.
    pub fn newest_by_unit(&self, against_store: bool) -> PolarsResult<Newest> {
        let mut newest = Newest::default();
        let one_day = self.parts.windows(2).all(|pair| pair[0].exported_at == pair[1].exported_at);
        let Some(units) = self.units()?.filter(|_| self.table.name == DOSSIERS && (against_store || !one_day)) else {
            return Ok(newest);
        };
        let received = self.received()?;
        let mut part = 0;
        for (row, unit) in units.iter().enumerate() {
            while self.starts.get(part + 1).is_some_and(|start| *start as usize <= row) {
                part += 1;
            }
            let (Some(unit), Some(day)) = (unit, self.parts[part].exported_at) else { continue };
            let month = month_of(received.get(row));
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
        unit_column(self.table).map(|name| self.head.column(name)?.str().cloned()).transpose()
    }

    /// When the rows were received, in microseconds.
    pub fn received(&self) -> PolarsResult<Int64Chunked> {
        Ok(self.head.column(RECEIVED)?.datetime()?.phys.clone())
    }

    /// Forgets what rows are compared by, once all are; they can still be taken.
    pub fn forget_compared(&mut self) {
        self.head = DataFrame::empty();
        self.content = Content { columns: Vec::new(), digests: None };
        self.personal = Vec::new();
    }

    /// Whether rows have to be fetched from the disk.
    pub const fn is_aside(&self) -> bool {
        matches!(self.rows, Rows::Aside(..))
    }

    /// Some rows of one partition, in the order given, with all stored columns.
    pub fn take(&self, partition: Partition, rows: Vec<u32>) -> Result<DataFrame, StoreError> {
        let fail = frame(self.table.name);
        let parts: Vec<u32> = rows.iter().map(|row| self.part(*row) as u32).collect();
        let taken = match &self.rows {
            Rows::InMemory(all) => take(all, rows).map_err(&fail)?,
            Rows::Aside(pieces, aside) => taken(self.table, pieces, aside, partition.month(), &rows, &fail)?,
        };
        self.with_provenance(taken, parts).map_err(&fail)
    }

    /// Keys, units and provenance of some rows.
    pub fn told(&self, rows: Vec<u32>) -> PolarsResult<DataFrame> {
        let parts: Vec<u32> = rows.iter().map(|row| self.part(*row) as u32).collect();
        self.with_provenance(take(&self.head, rows)?, parts)
    }

    pub fn row_number(&self, row: u32) -> u32 {
        self.head
            .column("row")
            .and_then(|rows| rows.i64().map(|rows| rows.get(row as usize)))
            .ok()
            .flatten()
            .unwrap_or(0) as u32
    }

    /// Adds to rows where they came from, by their parts; leaves only columns that are stored, in their order.
    fn with_provenance(&self, mut rows: DataFrame, parts: Vec<u32>) -> PolarsResult<DataFrame> {
        let at = IdxCa::from_vec("".into(), parts);
        // Rows share the bytes of the texts.
        let mut add = |name: &str, text: fn(&Part) -> &str| {
            let texts = StringChunked::from_iter_values(name.into(), self.parts.iter().map(text));
            rows.with_column(texts.take(&at)?.into_column()).map(drop)
        };
        add("source", |part| &part.source)?;
        add("file", |part| &part.file)?;
        add("sheet", |part| &part.sheet)?;
        let micros = |part: &Part| {
            let day = part.exported_at.and_then(|day| day.and_hms_opt(0, 0, 0));
            day.map(|time| time.and_utc().timestamp_micros())
        };
        let days = Int64Chunked::from_iter_options("exported_at".into(), self.parts.iter().map(micros)).take(&at)?;
        let days = polars::prelude::IntoSeries::into_series(days);
        rows.with_column(days.cast(&cchc_normalise::data_type(ColumnType::Time))?.into_column())?;
        let height = rows.height();
        rows.with_column(Series::new_scalar("import".into(), (self.import as i64).into(), height))?;
        let stored = self.table.columns.iter().chain(PROVENANCE).map(|column| column.name);
        let there: Vec<&str> = stored.filter(|name| rows.get_column_index(name).is_some()).collect();
        rows.select(there)
    }
}

/// Rows that stay in memory, one after the other.
struct Gathered {
    height: u32,
    personal: Vec<u64>,
    frames: Option<DataFrame>,
}

impl Gathered {
    fn add(&mut self, rows: &DataFrame) -> PolarsResult<()> {
        self.height += rows.height() as u32;
        self.personal.extend(personal(rows)?);
        stack(&mut self.frames, rows.drop(PERSONAL)?)
    }
}

/// Rows that are on the disk, and those that go there.
struct Pieces<'a> {
    table: &'static Table,
    aside: &'a Aside,
    /// Rows in memory that are put aside together, and the first of them.
    waiting: Option<(u32, DataFrame)>,
    heads: Option<DataFrame>,
    digests: Vec<u64>,
    done: Vec<(u32, RowsAside)>,
}

impl Pieces<'_> {
    fn wait(&mut self, start: u32, rows: DataFrame) -> PolarsResult<()> {
        let (start, waiting) = match self.waiting.take() {
            Some((start, mut waiting)) => {
                waiting.vstack_mut(&rows)?;
                (start, waiting)
            }
            None => (start, rows),
        };
        let height = waiting.height();
        self.waiting = Some((start, waiting));
        if height >= TOGETHER { self.add_waiting() } else { Ok(()) }
    }

    fn add_waiting(&mut self) -> PolarsResult<()> {
        let Some((start, rows)) = self.waiting.take() else { return Ok(()) };
        match RowsAside::of(self.table, &rows, self.aside)? {
            Some(rows) => self.add(start, rows),
            // The disk is full; whoever gathers tells.
            None => Ok(()),
        }
    }

    fn add(&mut self, start: u32, mut rows: RowsAside) -> PolarsResult<()> {
        stack(&mut self.heads, std::mem::take(&mut rows.head))?;
        self.digests.append(&mut rows.digests);
        rows.personal = Vec::new();
        self.done.push((start, rows));
        Ok(())
    }
}

fn personal(rows: &DataFrame) -> PolarsResult<Vec<u64>> {
    Ok(rows.column(PERSONAL)?.u64()?.iter().map(Option::unwrap_or_default).collect())
}

fn stack(all: &mut Option<DataFrame>, rows: DataFrame) -> PolarsResult<()> {
    if let Some(all) = all {
        return all.vstack_mut(&rows).map(drop);
    }
    *all = Some(rows);
    Ok(())
}

/// Rows of one month from the pieces that hold them, in the order given.
fn taken(
    table: &Table,
    pieces: &[(u32, RowsAside)],
    aside: &Aside,
    month: Option<i32>,
    rows: &[u32],
    fail: &impl Fn(polars::prelude::PolarsError) -> StoreError,
) -> Result<DataFrame, StoreError> {
    let mut sorted: Vec<u32> = rows.to_vec();
    sorted.sort_unstable();
    let mut all = None;
    let mut left = sorted.as_slice();
    for (at, (start, piece)) in pieces.iter().enumerate() {
        let end = pieces.get(at + 1).map_or(u32::MAX, |(next, _)| *next);
        let (here, beyond) = left.split_at(left.partition_point(|row| *row < end));
        left = beyond;
        let here: Vec<u32> = here.iter().map(|row| row - start).collect();
        if let Some(rows) = piece.taken(month, &here, aside)? {
            stack(&mut all, rows).map_err(fail)?;
        }
    }
    // A month that only loses rows takes none, but has their columns.
    let Some(all) = all else { return RowsAside::none(table).map_err(fail) };
    let order = rows.iter().map(|row| sorted.partition_point(|other| other < row) as u32).collect();
    take(&all, order).map_err(fail)
}
