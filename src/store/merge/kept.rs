//! Cells of columns that a newer export does not have: they keep what the state before said, and where that stood.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::{AnyValue, DataFrame, IntoColumn, PolarsResult, StringChunked};
use serde_json::{Map, Value, json};

use super::accepted::{KEPT_FROM, digest_of, month_of};
use super::account::{Held, State};
use super::batch::{Batch, Content};
use super::changes::{Source, number};
use crate::take;
use cchc_model::Table;

/// Where the value of a cell stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// In its own row.
    Own,
    /// In another row of the batch.
    Incoming(u32),
    /// In a row of the store, by its place among those that are remembered.
    Stored(u32),
}

/// Marks origins in the store, in a number that else is a row of the batch.
const STORED: u32 = 1 << 31;

/// No other origin than the own row.
const OWN: u32 = u32::MAX;

impl Origin {
    const fn of(packed: u32) -> Self {
        match packed {
            OWN => Self::Own,
            at if at & STORED != 0 => Self::Stored(at & !STORED),
            row => Self::Incoming(row),
        }
    }
}

/// The cells that are kept, by column.
pub(super) struct KeptCells {
    /// Position of a column in the table → the origin of each row's cell.
    origins: BTreeMap<usize, Vec<u32>>,
    /// What a digest changes by, since kept cells count.
    digests: Vec<u64>,
    /// Rows of the file that is compared just now.
    of_file: Vec<u32>,
    /// Rows of the store that cells are kept from.
    stored: Option<DataFrame>,
    /// How many there are, those of the file included.
    remembered: u32,
}

impl KeptCells {
    pub const fn new() -> Self {
        Self { origins: BTreeMap::new(), digests: Vec::new(), of_file: Vec::new(), stored: None, remembered: 0 }
    }

    /// Whether no cell is kept.
    pub fn is_empty(&self) -> bool {
        self.origins.is_empty()
    }

    /// The month of a row whose date is kept.
    pub fn month(&self, batch: &Batch<'_>, row: u32) -> Option<i32> {
        let date = batch.table.partition_by?;
        let column = batch.table.columns.iter().position(|column| column.name == date)?;
        let micros = match self.origin(column, row) {
            Origin::Own => None,
            Origin::Incoming(row) => number(value(&batch.content, row as usize, column).as_ref()),
            Origin::Stored(at) => self.stored.as_ref()?.column(date).ok()?.datetime().ok()?.phys.get(at as usize),
        };
        month_of(micros)
    }

    /// Whether cells of a column are kept.
    pub fn has(&self, column: usize) -> bool {
        self.origins.contains_key(&column)
    }

    fn origin(&self, column: usize, row: u32) -> Origin {
        self.origins.get(&column).map_or(Origin::Own, |rows| Origin::of(rows[row as usize]))
    }

    /// What a row's digest is with the kept cells.
    pub fn digest(&self, row: u32, own: u64) -> u64 {
        own.wrapping_add(self.digests.get(row as usize).copied().unwrap_or_default())
    }

    /// Keeps in the columns that the file of a row does not have what the state before says: a row of the batch, or
    /// the stored one.
    pub fn keep(&mut self, batch: &Batch<'_>, held: Option<&Held<'_>>, before: Option<u32>, row: u32) {
        let mut of_held = None;
        for &column in &batch.parts[batch.part(row)].lacking {
            if value(&batch.content, row as usize, column).is_some() {
                continue;
            }
            let origin = match before {
                Some(before) => match self.origin(column, before) {
                    Origin::Own => value(&batch.content, before as usize, column).map(|_| before),
                    Origin::Incoming(origin) => Some(origin),
                    Origin::Stored(at) => Some(at | STORED),
                },
                None => held.filter(|held| value(held.content, held.row, column).is_some()).map(|held| {
                    *of_held.get_or_insert_with(|| {
                        self.of_file.push(held.row as u32);
                        self.remembered += 1;
                        (self.remembered - 1) | STORED
                    })
                }),
            };
            let Some(origin) = origin else { continue };
            let rows = self.origins.entry(column).or_insert_with(|| vec![OWN; batch.keys.len()]);
            rows[row as usize] = origin;
            if batch.is_aside() {
                self.digests.resize(batch.keys.len(), 0);
                let is = Said { batch, kept: self, held: held.copied() }.is(row, column);
                let more = digest_of(column, is.as_ref()).wrapping_sub(digest_of(column, None));
                self.digests[row as usize] = self.digests[row as usize].wrapping_add(more);
            }
        }
    }

    /// Remembers of a stored file the rows that cells are kept from.
    pub fn remember(&mut self, table: &Table, lacking: &BTreeSet<usize>, rows: &DataFrame) -> PolarsResult<()> {
        if self.of_file.is_empty() {
            return Ok(());
        }
        let provenance = ["file", "sheet", "row", "import", KEPT_FROM];
        let columns = lacking.iter().map(|at| table.columns[*at].name).chain(provenance);
        let rows = take(&rows.select(columns)?, std::mem::take(&mut self.of_file))?;
        if let Some(all) = &mut self.stored {
            return all.vstack_mut(&rows.select(all.get_column_names_owned())?).map(drop);
        }
        self.stored = Some(rows);
        Ok(())
    }

    /// Puts the kept cells of some rows of the batch into them, and tells where they stood.
    pub fn fill(&self, batch: &Batch<'_>, rows: &[u32], mut filled: DataFrame) -> PolarsResult<DataFrame> {
        let height = rows.len() as u32;
        let mut notes: Vec<Map<String, Value>> = vec![Map::new(); rows.len()];
        for (column, origins) in &self.origins {
            let name = batch.table.columns[*column].name;
            let (mut incoming, mut stored) = (Vec::new(), Vec::new());
            // Own cells first, then those of other rows of the batch, then stored ones.
            let places: Vec<(Origin, u32)> = rows
                .iter()
                .map(|row| match Origin::of(origins[*row as usize]) {
                    Origin::Own => (Origin::Own, 0),
                    Origin::Incoming(row) => {
                        incoming.push(row);
                        (Origin::Incoming(row), incoming.len() as u32 - 1)
                    }
                    Origin::Stored(at) => {
                        stored.push(at);
                        (Origin::Stored(at), stored.len() as u32 - 1)
                    }
                })
                .collect();
            if incoming.is_empty() && stored.is_empty() {
                continue;
            }
            let beyond = height + incoming.len() as u32;
            let mut all = DataFrame::new(rows.len(), vec![filled.column(name)?.clone()])?;
            if let Some(cells) = batch.content.column(*column).filter(|_| !incoming.is_empty()) {
                all.vstack_mut(&take(&DataFrame::new(cells.len(), vec![cells.clone()])?, incoming)?)?;
            }
            if let Some(kept) = self.stored.as_ref().filter(|_| !stored.is_empty()) {
                all.vstack_mut(&take(&kept.select([name])?, stored)?)?;
            }
            let from = places.iter().enumerate().map(|(at, (origin, place))| match origin {
                Origin::Own => at as u32,
                Origin::Incoming(_) => height + place,
                Origin::Stored(_) => beyond + place,
            });
            filled.with_column(take(&all, from.collect())?.column(name)?.clone())?;
            for (note, (origin, _)) in notes.iter_mut().zip(&places) {
                if let Some(from) = self.told(batch, name, *origin)? {
                    note.insert(name.to_owned(), from);
                }
            }
        }
        let notes = notes.into_iter().map(|note| (!note.is_empty()).then(|| Value::Object(note).to_string()));
        let notes: StringChunked = notes.collect();
        filled.with_column(notes.with_name(KEPT_FROM.into()).into_column())?;
        Ok(filled)
    }

    /// Where a kept cell stood: file, sheet, row and import.
    fn told(&self, batch: &Batch<'_>, column: &str, origin: Origin) -> PolarsResult<Option<Value>> {
        Ok(match origin {
            Origin::Own => None,
            Origin::Incoming(row) => {
                let part = &batch.parts[batch.part(row)];
                Some(json!({
                    "file": part.file, "sheet": part.sheet, "row": batch.row_number(row), "import": batch.import,
                }))
            }
            Origin::Stored(at) => {
                let Some(rows) = &self.stored else { return Ok(None) };
                let text =
                    |name: &str| Ok::<_, polars::prelude::PolarsError>(rows.column(name)?.str()?.get(at as usize));
                let number =
                    |name: &str| Ok::<_, polars::prelude::PolarsError>(rows.column(name)?.i64()?.get(at as usize));
                let before: Option<Value> = text(KEPT_FROM)?.and_then(|note| serde_json::from_str(note).ok());
                // A cell that had been kept already stood where it was first.
                let first = before.and_then(|note| note.get(column).cloned());
                Some(first.unwrap_or(json!({
                    "file": text("file")?, "sheet": text("sheet")?, "row": number("row")?, "import": number("import")?,
                })))
            }
        })
    }
}

/// What the rows of one key say, kept cells included, while they are compared with the stored row.
pub(super) struct Said<'a> {
    pub batch: &'a Batch<'a>,
    pub kept: &'a KeptCells,
    pub held: Option<Held<'a>>,
}

impl<'a> Said<'a> {
    /// What a row of the batch says in a column.
    pub fn is(&self, row: u32, column: usize) -> Option<AnyValue<'a>> {
        match self.kept.origin(column, row) {
            Origin::Own => value(&self.batch.content, row as usize, column),
            Origin::Incoming(row) => value(&self.batch.content, row as usize, column),
            Origin::Stored(_) => self.held.and_then(|held| value(held.content, held.row, column)),
        }
    }

    /// What a state says in a column.
    pub fn was(&self, state: State<'a>, column: usize) -> Option<AnyValue<'a>> {
        match state.incoming {
            Some(row) => self.is(row, column),
            None => value(state.content, state.row, column),
        }
    }

    /// Where a cell of a state stood, if it was kept.
    pub fn source(&self, state: State<'a>, column: usize) -> Option<Source> {
        let of_row = |row: u32| {
            let part = &self.batch.parts[self.batch.part(row)];
            Source { file: part.file.clone(), import: Some(self.batch.import as i64), day: part.exported_at }
        };
        match state.incoming.map(|row| self.kept.origin(column, row)) {
            Some(Origin::Own) => None,
            Some(Origin::Incoming(row)) => Some(of_row(row)),
            Some(Origin::Stored(_)) | None => {
                let held = self.held?;
                let note: Option<Value> = held.kept_from.and_then(|note| serde_json::from_str(note).ok());
                let cell = note.as_ref().and_then(|note| note.get(self.batch.table.columns[column].name));
                let stored = || Source { file: held.file.to_owned(), import: held.import, day: held.exported_at };
                let kept = cell.map(|cell| Source {
                    file: cell["file"].as_str().unwrap_or_default().to_owned(),
                    import: cell["import"].as_i64(),
                    day: None,
                });
                Some(kept.unwrap_or_else(stored))
            }
        }
    }

    /// Whether a row says what is known already. Only what is stored is compared, so that it makes no difference whether
    /// two files come in one import or in two.
    pub fn adds_nothing(&self, state: State<'a>, row: u32) -> bool {
        let is = &self.batch.content;
        if let (Some(was), Some(is)) = (state.content.digest(state.row), is.digest(row as usize)) {
            let was = state.incoming.map_or(was, |before| self.kept.digest(before, was));
            return was == self.kept.digest(row, is);
        }
        if self.kept.is_empty() {
            return state.content.same(state.row, is, row as usize);
        }
        (0..self.batch.table.columns.len()).all(|column| self.was(state, column) == self.is(row, column))
    }
}

/// The value of a cell, if it has any.
fn value(content: &Content, row: usize, column: usize) -> Option<AnyValue<'_>> {
    content.column(column)?.get(row).ok().filter(|value| !value.is_null())
}

/// The columns of a table that a file does not have, by their positions.
pub(super) fn lacking(table: &Table, has: &BTreeSet<String>) -> Vec<usize> {
    let columns = table.columns.iter().enumerate();
    columns.filter(|(_, column)| column.name != table.key && !has.contains(column.name)).map(|(at, _)| at).collect()
}
