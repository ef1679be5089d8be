//! Takes refused rows out of the file that they came from again, whole and in the file's own order of columns.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use super::paths::{InputFile, find_files};
use super::sheet::HEAD;
use crate::definitions::SourceDef;
use crate::model::Encoding;
use crate::normalise::{Mapping, cell_text, clean, find, own_columns};
use crate::read::{Cell, Certainty, Flow, Limits, ReadAs, ReadError, RowSink, Sheet, read_rows, sniff};

/// Headings stack over at most this many rows.
const DEEPEST: usize = 3;

/// Rows of one sheet as they stand in the file.
#[derive(Debug)]
pub struct RebuiltSheet {
    /// The sheet's name, empty where the container has none.
    pub name: String,
    /// The heading rows, as many as it takes to know the columns.
    pub headings: Vec<Vec<Cell<'static>>>,
    /// The text of each column's lowest heading.
    pub names: Vec<String>,
    /// Row numbers and cells.
    pub rows: Vec<(u32, Vec<Cell<'static>>)>,
}

/// Why rows cannot be taken out of a file again.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// The path leads to no file.
    #[error(transparent)]
    Path(#[from] super::ImportError),
    /// The file cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The file cannot be unpacked, or is none that is read.
    #[error(transparent)]
    Refused(#[from] Arc<ReadError>),
    /// Its bytes cannot be read.
    #[error(transparent)]
    Open(#[from] std::io::Error),
    /// No source fits a sheet that one fitted when it was imported.
    #[error(
        "no source fits the headings of sheet '{0}' any more; was a definition below queries/sources changed since the import?"
    )]
    Headings(String),
    /// A row is not where it was.
    #[error("sheet '{sheet}' has no row {row} any more")]
    Row {
        /// The sheet.
        sheet: String,
        /// The row.
        row: u32,
    },
}

/// A file that may have been imported, on its own or in an archive.
#[derive(Debug)]
pub struct Original {
    /// The file's own name.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    input: InputFile,
}

/// The files that a path leads to: one, or those in an archive.
///
/// # Errors
/// A file cannot be read.
pub fn originals(path: &Path, limits: &Limits) -> Result<Vec<Original>, RebuildError> {
    let found = find_files(&[path.to_owned()], limits)?;
    let original = |input: InputFile| -> Result<Original, RebuildError> {
        let ready = input.ready()?;
        Ok(Original { name: input.name(), sha256: super::hash(&ready.input.path)?, input })
    };
    found.files.into_iter().map(original).collect()
}

impl Original {
    /// The rows at these addresses (sheet, row), in order of the sheets.
    ///
    /// # Errors
    /// The file cannot be read, its headings fit no source, or a row is not there.
    pub fn rows(
        &self,
        wanted: &BTreeSet<(String, u32)>,
        sources: &[SourceDef],
        limits: &Limits,
    ) -> Result<Vec<RebuiltSheet>, RebuildError> {
        let ready = self.input.ready()?;
        rebuild(&ready.input.path, wanted, sources, limits)
    }
}

fn rebuild(
    path: &Path,
    wanted: &BTreeSet<(String, u32)>,
    sources: &[SourceDef],
    limits: &Limits,
) -> Result<Vec<RebuiltSheet>, RebuildError> {
    let sniffed = sniff(path)?;
    let mut rows: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
    for (sheet, row) in wanted {
        rows.entry(sheet).or_default().insert(*row);
    }
    let mut missed = RebuildError::Headings(rows.keys().next().map_or_else(String::new, |sheet| (*sheet).to_owned()));
    // As in an import: as the words tell, else in the first legacy encoding in which the headings fit a source.
    let legacy = Encoding::LEGACY.map(|encoding| {
        let is_open = sniffed.certainty == Certainty::Open;
        ReadAs { encoding: if is_open { encoding } else { sniffed.encoding }, declared: Some(encoding) }
    });
    for text in std::iter::once(sniffed.read_as()).chain(legacy) {
        let mut taker = Taker { wanted: &rows, taken: Vec::new(), current: None };
        read_rows(path, &sniffed, text, limits, &mut taker)?;
        match taker.taken.into_iter().map(|taken| taken.rebuilt(sources)).collect() {
            Ok(sheets) => return complete(sheets, &rows),
            Err(error) => missed = error,
        }
    }
    Err(missed)
}

fn complete(
    sheets: Vec<RebuiltSheet>,
    wanted: &BTreeMap<&str, BTreeSet<u32>>,
) -> Result<Vec<RebuiltSheet>, RebuildError> {
    for (sheet, rows) in wanted {
        let found = sheets.iter().find(|found| found.name == *sheet).map_or(&[][..], |found| &found.rows);
        if let Some(row) = rows.iter().find(|row| !found.iter().any(|(number, _)| number == *row)) {
            return Err(RebuildError::Row { sheet: (*sheet).to_owned(), row: *row });
        }
    }
    Ok(sheets)
}

/// Keeps the first rows of the wanted sheets and the wanted rows.
struct Taker<'a> {
    wanted: &'a BTreeMap<&'a str, BTreeSet<u32>>,
    taken: Vec<Taken>,
    current: Option<&'a BTreeSet<u32>>,
}

struct Taken {
    name: String,
    head: Vec<Vec<Cell<'static>>>,
    rows: Vec<(u32, Vec<Cell<'static>>)>,
}

impl RowSink for Taker<'_> {
    fn sheet(&mut self, sheet: &Sheet) -> Flow {
        self.current = self.wanted.get(sheet.name.as_str());
        if self.current.is_none() {
            return Flow::SkipSheet;
        }
        self.taken.push(Taken { name: sheet.name.clone(), head: Vec::new(), rows: Vec::new() });
        Flow::Continue
    }

    fn row(&mut self, number: u32, cells: &[Cell<'_>]) -> Flow {
        let (Some(wanted), Some(taken)) = (self.current, self.taken.last_mut()) else { return Flow::SkipSheet };
        let is_wanted = wanted.contains(&number);
        if taken.head.len() < HEAD || is_wanted {
            let cells: Vec<Cell<'static>> = cells.iter().map(Cell::to_static).collect();
            if is_wanted {
                taken.rows.push((number, cells.clone()));
            }
            if taken.head.len() < HEAD {
                taken.head.push(cells);
            }
        }
        let is_done = taken.head.len() >= HEAD && wanted.last().is_none_or(|last| number >= *last);
        if is_done { Flow::SkipSheet } else { Flow::Continue }
    }
}

impl Taken {
    fn rebuilt(self, sources: &[SourceDef]) -> Result<RebuiltSheet, RebuildError> {
        let texts: Vec<Vec<String>> = self
            .head
            .iter()
            .map(|cells| cells.iter().map(|cell| clean(&cell_text(cell, '.')).into_owned()).collect())
            .collect();
        let found = find(&texts, sources, &self.name).map_err(|_| RebuildError::Headings(self.name.clone()))?;
        let source = &sources[found.source];
        // The fewest rows that give the same columns.
        let same =
            |mapping: &Mapping| mapping.columns == found.mapping.columns && mapping.personal == found.mapping.personal;
        let depth = (1..=DEEPEST.min(found.last_row + 1)).find(|depth| {
            let stack = &texts[found.last_row + 1 - depth..=found.last_row];
            let alone = find(stack, std::slice::from_ref(source), &self.name);
            alone.is_ok_and(|alone| alone.last_row + 1 == *depth && same(&alone.mapping))
        });
        let depth = depth.unwrap_or_else(|| DEEPEST.min(found.last_row + 1));
        // A corrected file that was corrected in turn gets our columns anew.
        let own = own_columns(&found.mapping.headings);
        let kept = |cells: Vec<Cell<'static>>| -> Vec<Cell<'static>> {
            let cells = cells.into_iter().enumerate();
            cells.filter(|(at, _)| own.get(*at).copied().unwrap_or(true)).map(|(_, cell)| cell).collect()
        };
        let headings = self.head[found.last_row + 1 - depth..=found.last_row].iter().cloned().map(kept).collect();
        let rows = self.rows.into_iter().map(|(row, cells)| (row, kept(cells))).collect();
        let names = found.mapping.headings.into_iter().zip(&own).filter(|(_, own)| **own).map(|(name, _)| name);
        Ok(RebuiltSheet { name: self.name, headings, names: names.collect(), rows })
    }
}
