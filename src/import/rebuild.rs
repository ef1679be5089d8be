//! Reads refused rows again from the file that they came from, whole and in the file's own order of columns.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::file::{Context, Detail, Waiting, hash, read_ready};
use super::masked_names::MaskedNames;
use super::reading::{FileReading, SheetReading};
use cchc_definitions::{CorrectedHeadings, Definitions, SourceDef};
use cchc_model::{ColumnType, Mask, UnitIndex, Where};
use cchc_normalise::{FigureNames, KnownHeadings, own_columns};
use cchc_read::{Cell, Flow, Limits, Note, ReadError, RowFault, RowSink, Sheet, read_rows, sniff};
use cchc_read::{InputFile, PathError, find_files};
use cchc_store::{Aside, Config};

/// Days between the first days of the two ways in which workbooks count.
const DAYS_FROM_1900_TO_1904: f64 = 1462.0;

/// Rows of one sheet as the file has them.
#[derive(Debug)]
pub struct RebuiltSheet {
    /// The sheet's name, empty where the container has none.
    pub name: String,
    /// The rows above the body: letterhead, titles and headings, which may say what no cell below does.
    pub head: Vec<Vec<Cell<'static>>>,
    /// The text of each column's lowest heading.
    pub names: Vec<String>,
    /// Row numbers and cells. Where rows mean something together, as in an outline, all rows of the sheet.
    pub rows: Vec<(u32, Vec<Cell<'static>>)>,
}

/// Why rows cannot be read again.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// The path leads to no file.
    #[error(transparent)]
    Path(#[from] PathError),
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
    /// The file's own name, masked where it holds a personal value.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    input: InputFile,
}

/// The files that a path leads to: one, or those in an archive.
///
/// # Errors
/// A file cannot be read.
pub fn originals(path: &Path, limits: &Limits, mask: &Mask) -> Result<Vec<Original>, RebuildError> {
    let found = find_files(&[path.to_owned()], limits)?;
    let original = |input: InputFile| -> Result<Original, RebuildError> {
        let ready = input.ready()?;
        let name = mask.text(&input.name(), Where::Name).into_owned();
        Ok(Original { name, sha256: hash(&ready.input.path)?, input })
    };
    found.files.into_iter().map(original).collect()
}

impl Original {
    /// The rows at these addresses (sheet, row), in order of the sheets. The file is understood as in an import,
    /// by any of the sources or, if `source` names one and no other fits, by that.
    ///
    /// # Errors
    /// The file cannot be read, its headings fit no source, or a row is not there.
    pub fn rows(
        &self,
        wanted: &BTreeSet<(String, u32)>,
        source: &str,
        definitions: &Definitions,
        units: &UnitIndex,
        config: &Config,
    ) -> Result<Vec<RebuiltSheet>, RebuildError> {
        let ready = self.input.ready()?;
        let words = &definitions.reading;
        let mask = definitions.mask.knowing(units.units());
        let only: Vec<SourceDef> = definitions.sources.iter().filter(|one| one.id == source).cloned().collect();
        let figures = FigureNames::of(&definitions.declared, words);
        let mut missed = None;
        let none = || Aside::below(Path::new("."), 0);
        let nothing_waits = Waiting { accepted: none(), refused: none() };
        for sources in [definitions.sources.as_slice(), &only] {
            let known = KnownHeadings::of(sources, words);
            let context = Context {
                sources,
                known: &known,
                words,
                figures: &figures,
                units,
                mask: &mask,
                points: None,
                policies: config.policies,
                limits: config.limits.clone(),
                exported_at: None,
                mixed_dates: cchc_model::MixedDates::Refuse,
                detail: Detail::Sheets,
                aside: &nothing_waits,
                cells: &AtomicU64::new(0),
            };
            let FileReading { facts, .. } = read_ready(&ready.input, &context);
            let mut wanted_rows: BTreeMap<&str, WantedRows<'_>> = BTreeMap::new();
            for (sheet, row) in wanted {
                let Some(reading) = facts.sheets.iter().find(|reading| reading.name == *sheet) else {
                    missed = Some(RebuildError::Headings(sheet.clone()));
                    break;
                };
                let wanted = wanted_rows.entry(sheet).or_insert_with(|| WantedRows::of(reading, sources));
                wanted.rows.insert(*row);
                missed = None;
            }
            if let Some(text) = facts.text.filter(|_| missed.is_none()) {
                let mut collector = RowCollector { wanted_rows: &wanted_rows, collected: Vec::new(), is_wanted: false };
                let mut named = MaskedNames::of(&mut collector, &mask);
                read_rows(&ready.input.path, &sniff(&ready.input.path)?, text, &config.limits, &mut named)?;
                let sheets = collector.collected.into_iter();
                return sheets.map(|sheet| sheet.rebuilt(&wanted_rows, &words.corrected)).collect();
            }
        }
        Err(missed.unwrap_or_else(|| RebuildError::Headings(String::new())))
    }
}

/// The wanted rows of one sheet.
struct WantedRows<'a> {
    reading: &'a SheetReading,
    rows: BTreeSet<u32>,
    /// Whether rows can be read only together, as in an outline.
    is_outline: bool,
    /// Columns of the sheet that feed dates.
    dates: Vec<usize>,
}

impl<'a> WantedRows<'a> {
    fn of(reading: &'a SheetReading, sources: &[SourceDef]) -> Self {
        let source = sources.iter().find(|source| source.id == reading.source);
        let feeds_date = |column: &str| {
            source.and_then(|source| source.column(column)).is_some_and(|column| column.kind == ColumnType::Time)
        };
        let dates = reading.columns.iter().filter(|(column, _)| feeds_date(column));
        let dates =
            dates.filter_map(|(_, heading)| reading.mapping.headings.iter().position(|own| own == heading)).collect();
        let is_outline = source.is_some_and(|source| source.layout.outline.is_some());
        Self { reading, rows: BTreeSet::new(), is_outline, dates }
    }
}

/// Keeps the rows above the body of the wanted sheets, and the wanted rows.
struct RowCollector<'a> {
    wanted_rows: &'a BTreeMap<&'a str, WantedRows<'a>>,
    collected: Vec<CollectedSheet>,
    is_wanted: bool,
}

struct CollectedSheet {
    name: String,
    head: Vec<Vec<Cell<'static>>>,
    rows: Vec<(u32, Vec<Cell<'static>>)>,
    counts_from_1904: bool,
}

impl RowSink for RowCollector<'_> {
    fn sheet(&mut self, sheet: &Sheet) -> Flow {
        self.is_wanted = self.wanted_rows.contains_key(sheet.name.as_str());
        if !self.is_wanted {
            return Flow::SkipSheet;
        }
        let (head, rows) = (Vec::new(), Vec::new());
        self.collected.push(CollectedSheet { name: sheet.name.clone(), head, rows, counts_from_1904: false });
        Flow::Continue
    }

    fn row(&mut self, number: u32, cells: &[Cell<'_>]) -> Flow {
        let Some(collected) = self.collected.last_mut().filter(|_| self.is_wanted) else { return Flow::SkipSheet };
        let wanted = &self.wanted_rows[collected.name.as_str()];
        let own = || cells.iter().map(Cell::to_static).collect();
        if number <= wanted.reading.heading_row {
            collected.head.push(own());
        } else if wanted.is_outline || wanted.rows.contains(&number) {
            collected.rows.push((number, own()));
        }
        let is_done = !wanted.is_outline && wanted.rows.last().is_none_or(|last| number >= *last);
        if is_done { Flow::SkipSheet } else { Flow::Continue }
    }

    fn refused_row(&mut self, number: u32, cells: &[Cell<'_>], _fault: RowFault) -> Flow {
        self.row(number, cells)
    }

    fn wants_notes(&self) -> bool {
        true
    }

    fn note(&mut self, note: Note) {
        if let Some(collected) = self.collected.last_mut().filter(|_| self.is_wanted && note == Note::Epoch1904) {
            collected.counts_from_1904 = true;
        }
    }
}

impl CollectedSheet {
    fn rebuilt(
        self,
        wanted_rows: &BTreeMap<&str, WantedRows<'_>>,
        ours: &CorrectedHeadings,
    ) -> Result<RebuiltSheet, RebuildError> {
        let wanted = &wanted_rows[self.name.as_str()];
        if let Some(row) = wanted.rows.iter().find(|row| !self.rows.iter().any(|(number, _)| number == *row)) {
            return Err(RebuildError::Row { sheet: self.name, row: *row });
        }
        // A corrected file that was corrected in turn gets our columns anew.
        let own = own_columns(&wanted.reading.mapping.headings, ours);
        let kept = |cells: Vec<Cell<'static>>| -> Vec<Cell<'static>> {
            let cells = cells.into_iter().enumerate();
            cells.filter(|(at, _)| own.get(*at).copied().unwrap_or(true)).map(|(_, cell)| cell).collect()
        };
        let counted = |mut cells: Vec<Cell<'static>>| {
            for at in wanted.dates.iter().filter(|_| self.counts_from_1904) {
                // The corrected file counts from 1900, whatever the original does.
                if let Some(Cell::Number(serial)) = cells.get_mut(*at) {
                    *serial += DAYS_FROM_1900_TO_1904;
                }
            }
            cells
        };
        let names =
            wanted.reading.mapping.headings.iter().zip(&own).filter(|(_, own)| **own).map(|(name, _)| name.clone());
        Ok(RebuiltSheet {
            names: names.collect(),
            head: self.head.into_iter().map(kept).collect(),
            rows: self.rows.into_iter().map(|(row, cells)| (row, kept(counted(cells)))).collect(),
            name: self.name,
        })
    }
}
