//! All incoming rows of one table as one frame, with what is needed to compare and to place them.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use polars::prelude::{
    ChunkTake, Column as Series, DataFrame, IdxCa, Int64Chunked, IntoColumn, NewChunkedArray, PlHashMap, PolarsResult,
    StringChunked,
};

use super::accepted::{Kept, RECEIVED, RowsAside, digests, head_columns, month_of, months, unit_column};
use super::kept::{KeptCells, lacking};
use super::pieces::{Pieces, columns_of, stack, taken};
use super::{DOSSIERS, Incoming, RowsOf};
use crate::aside::Aside;
use crate::{StoreError, frame, take};
use cchc_model::{ColumnType, PROVENANCE, Table};

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

/// All incoming rows.
pub(super) struct Batch<'a> {
    pub table: &'static Table,
    /// Number of the import that brings it.
    pub import: u64,
    /// The columns that a merge looks at, and `row`.
    head: DataFrame,
    pub keys: StringChunked,
    pub content: Content,
    /// Of each row the month that it says, where the table has months.
    months: Vec<Option<i32>>,
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

    /// The digest of a row, where rows are compared by digests.
    pub fn digest(&self, row: usize) -> Option<u64> {
        self.digests.as_ref().map(|digests| digests[row])
    }

    /// Whether two rows of one key agree in every column of the table.
    pub fn same(&self, row: usize, other: &Self, other_row: usize) -> bool {
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
    /// The columns of the table that its file does not have.
    pub lacking: Vec<usize>,
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
        let mut gathered = Gathered { height: 0, frames: None };
        let mut pieces = Pieces::new(table, aside);
        let (mut parts, mut starts) = (Vec::new(), Vec::new());
        for one in incoming {
            starts.push(gathered.height);
            parts.push(Part {
                file: one.file,
                sheet: one.sheet,
                source: one.source,
                exported_at: one.exported_at,
                rows: one.rows,
                lacking: one.columns.map_or_else(Vec::new, |columns| lacking(table, &columns)),
            });
            match one.accepted.0 {
                Kept::Aside(rows) => {
                    pieces.add_waiting().map_err(&fail)?;
                    let start = gathered.height;
                    gathered.height += rows.head.height() as u32;
                    pieces.add(start, *rows).map_err(&fail)?;
                }
                Kept::InMemory { rows, .. } if is_aside => {
                    let start = gathered.height;
                    gathered.height += rows.height() as u32;
                    pieces.wait(start, rows).map_err(&fail)?;
                }
                Kept::InMemory { rows, .. } => gathered.add(rows).map_err(&fail)?,
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
        let columns = match &rows {
            Rows::InMemory(all) => columns(table, all),
            Rows::Aside(pieces, aside) => compared(table, &parts, &head, (pieces, aside))?,
        };
        let content = Content { columns, digests };
        let keys = head.column(table.key).and_then(|keys| keys.str().cloned()).map_err(&fail)?;
        let months = months(table, &head).map_err(&fail)?;
        Ok(Self { table, import, head, keys, content, months, parts, starts, rows })
    }

    pub fn part(&self, row: u32) -> usize {
        self.starts.partition_point(|start| *start <= row) - 1
    }

    /// The month that a row says, where the table has months.
    pub fn month(&self, row: u32) -> Option<i32> {
        self.months.get(row as usize).copied().flatten()
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
    pub fn forget_compared(&mut self, kept: &KeptCells) {
        // Where a kept cell stood is told by the number of its row.
        if kept.is_empty() {
            self.head = DataFrame::empty();
        }
        self.content.digests = None;
        for (at, column) in self.content.columns.iter_mut().enumerate() {
            column.take_if(|_| !kept.has(at));
        }
    }

    /// Whether rows have to be fetched from the disk.
    pub const fn is_aside(&self) -> bool {
        matches!(self.rows, Rows::Aside(..))
    }

    /// Some rows, in the order given, with all stored columns and kept cells.
    pub fn take(&self, rows: &[u32], kept: &KeptCells) -> Result<DataFrame, StoreError> {
        let fail = frame(self.table.name);
        let parts: Vec<u32> = rows.iter().map(|row| self.part(*row) as u32).collect();
        let taken = match &self.rows {
            Rows::InMemory(all) => take(all, rows.to_vec()).map_err(&fail)?,
            Rows::Aside(pieces, aside) => taken(self.table, pieces, aside, &self.months, rows)?,
        };
        let filled = kept.fill(self, rows, taken).map_err(&fail)?;
        self.with_provenance(filled, parts).map_err(&fail)
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
    frames: Option<DataFrame>,
}

impl Gathered {
    fn add(&mut self, rows: DataFrame) -> PolarsResult<()> {
        self.height += rows.height() as u32;
        stack(&mut self.frames, rows)
    }
}

/// Of rows on the disk the columns that are in memory, and those that some files have and others do not, since cells may
/// be kept from one to the other.
fn compared(
    table: &Table,
    parts: &[Part],
    head: &DataFrame,
    (pieces, aside): (&[(u32, RowsAside)], &Aside),
) -> Result<Vec<Option<Series>>, StoreError> {
    let lack = |at: &usize| parts.iter().filter(|part| part.lacking.contains(at)).count();
    let some: Vec<usize> = (0..table.columns.len()).filter(|at| (1..parts.len()).contains(&lack(at))).collect();
    let mut columns = columns(table, head);
    for (at, cells) in columns_of(table, pieces, aside, &some)? {
        columns[at].get_or_insert(cells);
    }
    Ok(columns)
}
