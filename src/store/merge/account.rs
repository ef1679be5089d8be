//! Accounts for every incoming row: loaded, updated or duplicate, and what is worth noting about it.

use std::collections::BTreeSet;
use std::path::Path;

use chrono::{DateTime, NaiveDate};
use polars::prelude::PolarsResult;

use super::accepted::{KEPT_FROM, RECEIVED, unit_column};
use super::batch::{Batch, Content, Export, Newest};
use super::changes::{Changes, Source, changed, number};
use super::kept::{KeptCells, Said};
use super::slots::Slots;
use super::tally::{Accounts, Fate};
use super::{Conflict, MergeNotes};
use crate::{StoreError, delta, frame};

pub(super) struct Merge<'a> {
    pub batch: &'a Batch<'a>,
    pub newest: Newest,
    pub accounts: Accounts,
    pub notes: MergeNotes,
    pub changes: Changes,
    /// Cells that rows keep from the state before.
    pub kept: KeptCells,
}

/// A held row to compare with.
#[derive(Clone, Copy)]
pub(super) struct Held<'a> {
    pub content: &'a Content,
    pub row: usize,
    pub exported_at: Option<NaiveDate>,
    pub file: &'a str,
    pub source: &'a str,
    pub import: Option<i64>,
    /// Where its kept cells stood.
    pub kept_from: Option<&'a str>,
}

/// The state of a key while its rows are counted.
#[derive(Clone, Copy)]
pub(super) struct State<'a> {
    pub content: &'a Content,
    pub row: usize,
    /// The same row as one of the batch, if it is.
    pub incoming: Option<u32>,
    pub exported_at: Option<NaiveDate>,
    pub source: &'a str,
    pub file: &'a str,
    pub import: Option<i64>,
}

impl MergeNotes {
    /// Notes a dossier that a newer export of its unit lacks.
    fn absent(&mut self, newest: &Export, unit: &str, key: &str, received: Option<i64>) {
        if newest.covers(received) {
            self.absent.entry((newest.part, unit.to_owned())).or_default().add(key);
        } else {
            self.outside.entry(newest.part).or_default().add(key);
        }
    }
}

impl Merge<'_> {
    /// Compares one stored file with the incoming rows; says whether any of its rows is replaced.
    pub fn compare_held(&mut self, path: &Path, slots: &mut Slots) -> Result<bool, StoreError> {
        let table = self.batch.table;
        let fail = frame(table.name);
        let unit = unit_column(table);
        let held = delta::read(path, table.name)?;
        let keys = held.column(table.key).and_then(|column| column.str().cloned()).map_err(&fail)?;
        let content = Content::of(table, &held, &self.batch.content).map_err(&fail)?;
        let sources = held.column("source").and_then(|column| column.str().cloned()).map_err(&fail)?;
        let files = held.column("file").and_then(|column| column.str().cloned()).map_err(&fail)?;
        let exported = held.column("exported_at").and_then(|column| column.datetime().cloned()).map_err(&fail)?;
        let received = held.column(RECEIVED).ok().and_then(|column| column.datetime().ok().cloned());
        let kept_from = held.column(KEPT_FROM).and_then(|column| column.str().cloned()).map_err(&fail)?;
        let imports = held.column("import").and_then(|column| column.i64().cloned()).map_err(&fail)?;
        let units =
            unit.map(|name| held.column(name).and_then(|column| column.str().cloned())).transpose().map_err(&fail)?;
        let lacking: BTreeSet<usize> = self.batch.parts.iter().flat_map(|part| &part.lacking).copied().collect();
        let mut replaced = false;
        for (row, key) in keys.iter().enumerate() {
            let exported_at =
                exported.phys.get(row).and_then(DateTime::from_timestamp_micros).map(|time| time.date_naive());
            let Some(at) = key.and_then(|key| slots.find(&self.batch.keys, key)) else {
                let of = units.as_ref().and_then(|units| units.get(row));
                if let (Some(of), Some(key)) = (of, key)
                    && let Some(newest) = self.newest.get(of).filter(|newest| exported_at < Some(newest.day))
                {
                    self.notes.absent(newest, of, key, received.as_ref().and_then(|received| received.phys.get(row)));
                }
                continue;
            };
            let held = Held {
                content: &content,
                row,
                exported_at,
                file: files.get(row).unwrap_or_default(),
                source: sources.get(row).unwrap_or_default(),
                import: imports.get(row),
                kept_from: kept_from.get(row),
            };
            let replaces = self.count(&slots.in_order(at), Some(&held));
            slots.hold(at, replaces);
            replaced |= replaces;
        }
        self.kept.remember(table, &lacking, &held).map_err(&fail)?;
        Ok(replaced)
    }

    /// Rows of this import that a newer export of it, by the same unit, lacks.
    pub fn note_absent_incoming(&mut self, slots: &Slots) -> PolarsResult<()> {
        let (batch, newest) = (self.batch, &self.newest);
        let Some(units) = batch.units()?.filter(|_| !newest.is_empty()) else { return Ok(()) };
        let received = batch.received()?;
        for slot in slots.all().iter().filter(|slot| slot.replaces) {
            let (row, exported_at) = (slot.last as usize, batch.parts[batch.part(slot.last)].exported_at);
            let (Some(unit), Some(key)) = (units.get(row), batch.keys.get(row)) else { continue };
            if let Some(newest) = newest.get(unit).filter(|newest| exported_at < Some(newest.day)) {
                self.notes.absent(newest, unit, key, received.get(row));
            }
        }
        Ok(())
    }

    /// Accounts for all rows of a key, in order; says whether the last one takes its place in the store.
    pub fn count(&mut self, rows: &[u32], held: Option<&Held<'_>>) -> bool {
        let batch = self.batch;
        let order = |row: u32| (batch.parts[batch.part(row)].exported_at, batch.parts[batch.part(row)].file.as_str());
        let older = |row: u32| held.is_some_and(|held| order(row) < (held.exported_at, held.file));
        let Some(&last) = rows.last() else { return false };
        self.keep_cells(rows.iter().copied().filter(|row| !older(*row)), held);
        let last_is_held =
            !older(last) && held.is_some_and(|held| self.said(Some(held)).adds_nothing(State::of(held), last));
        if older(last) || last_is_held {
            for row in rows {
                self.accounts.add(batch, *row, Fate::Duplicate);
            }
            // The same content in a newer export is confirmed by it: an export between the two may not replace it later.
            return last_is_held && held.is_some_and(|held| order(last).0 > held.exported_at);
        }
        let mut state = held.map(State::of);
        for row in rows.iter().copied() {
            let part = batch.part(row);
            match state {
                None => self.accounts.add(batch, row, Fate::Loaded),
                Some(state) if older(row) || self.said(held).adds_nothing(state, row) => {
                    self.accounts.add(batch, row, Fate::Duplicate);
                    continue;
                }
                Some(state) => {
                    self.accounts.add(batch, row, Fate::Updated);
                    self.note_change(state, row, held);
                }
            }
            state = Some(State {
                content: &batch.content,
                row: row as usize,
                incoming: Some(row),
                exported_at: batch.parts[part].exported_at,
                source: &batch.parts[part].source,
                file: &batch.parts[part].file,
                import: Some(batch.import as i64),
            });
        }
        true
    }

    /// Rows keep in the columns that their files do not have what the state before each says.
    fn keep_cells(&mut self, rows: impl Iterator<Item = u32>, held: Option<&Held<'_>>) {
        let mut before = None;
        for row in rows {
            if before.is_some() || held.is_some() {
                self.kept.keep(self.batch, held, before, row);
            }
            before = Some(row);
        }
    }

    /// What the rows of a key say while they are counted.
    fn said<'b>(&'b self, held: Option<&Held<'b>>) -> Said<'b> {
        Said { batch: self.batch, kept: &self.kept, held: held.copied() }
    }

    /// The month of the day on which a row was received, whoever says it.
    pub fn month(&self, row: u32) -> Option<i32> {
        self.batch.month(row).or_else(|| self.kept.month(self.batch, row))
    }

    fn note_change(&mut self, before: State<'_>, row: u32, held: Option<&Held<'_>>) {
        let (batch, part) = (self.batch, self.batch.part(row));
        let key = batch.keys.get(row as usize).unwrap_or_default();
        let position = |name: &str| batch.table.columns.iter().position(|column| column.name == name);
        let said = Said { batch, kept: &self.kept, held: held.copied() };
        let was = |column: usize| number(said.was(before, column).as_ref());
        let is = |column: usize| number(said.is(row, column).as_ref());
        if position("due_at").is_some_and(|due| changed("due_at", was(due), is(due))) {
            self.notes.due_moved.entry(part).or_default().add(key);
        }
        if position("finished_at").is_some_and(|finished| was(finished).is_some() && is(finished).is_none()) {
            self.notes.reopened.entry(part).or_default().add(key);
        }
        let differs = |unit: usize| said.was(before, unit) != said.is(row, unit);
        let other_unit = unit_column(batch.table).and_then(position).is_some_and(differs);
        let other_source = before.source != batch.parts[part].source;
        if other_unit || other_source || before.exported_at == batch.parts[part].exported_at {
            let other = before.file.to_owned();
            self.notes.conflicts.push(Conflict { part, row: batch.row_number(row), key: key.to_owned(), other });
        }
        for (name, column) in self.changes.watched() {
            let (old, new) = (was(column), is(column));
            if changed(name, old, new) {
                let source = said.source(before, column).unwrap_or(Source {
                    file: before.file.to_owned(),
                    import: before.import,
                    day: before.exported_at,
                });
                self.changes.add(row, name, (old, new), source);
            }
        }
    }
}

impl<'a> State<'a> {
    fn of(held: &Held<'a>) -> Self {
        Self {
            content: held.content,
            row: held.row,
            incoming: None,
            exported_at: held.exported_at,
            source: held.source,
            file: held.file,
            import: held.import,
        }
    }
}
