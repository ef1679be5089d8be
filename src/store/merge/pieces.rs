//! Incoming rows that wait on the disk, in pieces, and how they are fetched from there.

use std::collections::BTreeMap;

use polars::prelude::{Column as Series, DataFrame, PolarsResult};

use super::accepted::RowsAside;
use crate::aside::Aside;
use crate::{StoreError, frame, take};
use cchc_model::Table;

/// Rows that are put aside together.
const TOGETHER: usize = 1 << 17;

/// Rows that are on the disk, and those that go there.
pub(super) struct Pieces<'a> {
    table: &'static Table,
    aside: &'a Aside,
    /// Rows in memory that are put aside together, and the first of them.
    waiting: Option<(u32, DataFrame)>,
    pub heads: Option<DataFrame>,
    pub digests: Vec<u64>,
    pub done: Vec<(u32, RowsAside)>,
}

impl<'a> Pieces<'a> {
    pub const fn new(table: &'static Table, aside: &'a Aside) -> Self {
        Self { table, aside, waiting: None, heads: None, digests: Vec::new(), done: Vec::new() }
    }

    pub fn wait(&mut self, start: u32, rows: DataFrame) -> PolarsResult<()> {
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

    pub fn add_waiting(&mut self) -> PolarsResult<()> {
        let Some((start, rows)) = self.waiting.take() else { return Ok(()) };
        match RowsAside::of(self.table, &rows, self.aside)? {
            Some(rows) => self.add(start, rows),
            // The disk is full; whoever gathers tells.
            None => Ok(()),
        }
    }

    pub fn add(&mut self, start: u32, mut rows: RowsAside) -> PolarsResult<()> {
        stack(&mut self.heads, std::mem::take(&mut rows.head))?;
        self.digests.append(&mut rows.digests);
        self.done.push((start, rows));
        Ok(())
    }
}

pub(super) fn stack(all: &mut Option<DataFrame>, rows: DataFrame) -> PolarsResult<()> {
    if let Some(all) = all {
        return all.vstack_mut(&rows).map(drop);
    }
    *all = Some(rows);
    Ok(())
}

/// Some columns of all rows, in their order, by their positions in the table.
pub(super) fn columns_of(
    table: &Table,
    pieces: &[(u32, RowsAside)],
    aside: &Aside,
    positions: &[usize],
) -> Result<Vec<(usize, Series)>, StoreError> {
    let fail = frame(table.name);
    let names: Vec<&str> = positions.iter().map(|at| table.columns[*at].name).collect();
    let mut all = None;
    for (_, piece) in pieces.iter().filter(|_| !names.is_empty()) {
        if let Some(rows) = piece.columns(&names, aside)? {
            stack(&mut all, rows).map_err(&fail)?;
        }
    }
    let Some(all) = all else { return Ok(Vec::new()) };
    positions.iter().map(|at| Ok((*at, all.column(table.columns[*at].name).map_err(&fail)?.clone()))).collect()
}

/// Some rows, in the order given, from the months that they say.
pub(super) fn taken(
    table: &Table,
    pieces: &[(u32, RowsAside)],
    aside: &Aside,
    months: &[Option<i32>],
    rows: &[u32],
) -> Result<DataFrame, StoreError> {
    let fail = frame(table.name);
    let mut by_month: BTreeMap<Option<i32>, Vec<u32>> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        by_month.entry(months[*row as usize]).or_default().push(at as u32);
    }
    let (mut all, mut order) = (None, Vec::with_capacity(rows.len()));
    for (month, places) in by_month {
        let of_month: Vec<u32> = places.iter().map(|at| rows[*at as usize]).collect();
        stack(&mut all, taken_of_month(table, pieces, aside, month, &of_month)?).map_err(&fail)?;
        order.extend(places);
    }
    // A month that only loses rows takes none, but has their columns.
    let Some(all) = all else { return RowsAside::none(table).map_err(fail) };
    let mut back: Vec<u32> = (0..order.len() as u32).collect();
    back.sort_unstable_by_key(|at| order[*at as usize]);
    take(&all, back).map_err(fail)
}

/// Rows of one month from the pieces that hold them, in the order given.
fn taken_of_month(
    table: &Table,
    pieces: &[(u32, RowsAside)],
    aside: &Aside,
    month: Option<i32>,
    rows: &[u32],
) -> Result<DataFrame, StoreError> {
    let fail = frame(table.name);
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
            stack(&mut all, rows).map_err(&fail)?;
        }
    }
    let Some(all) = all else { return RowsAside::none(table).map_err(&fail) };
    let order = rows.iter().map(|row| sorted.partition_point(|other| other < row) as u32).collect();
    take(&all, order).map_err(&fail)
}
