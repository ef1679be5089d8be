//! Finds the headings of a criteria sheet and reads its rows: code, name, most points, rule, evidence.

use std::path::Path;

use super::CellFault;
use cchc_definitions::{ReadingWords, SheetHeadings};
use cchc_model::fold_name;
use cchc_normalise::{RowKind, cell_text, classify, clean, number_with_currency};
use cchc_read::{Cell, Flow, Limits, ReadError, RowSink, Sheet, column_letters, read_rows, sniff};

/// Headings are looked for in this many rows.
const HEAD: usize = 60;
/// More rows than any set of criteria has.
const MOST_ROWS: usize = 20_000;

/// The columns of a criteria sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Code,
    Name,
    Max,
    Rule,
    Evidence,
}

/// A sheet with headings.
#[derive(Debug)]
pub(super) struct Grid {
    pub sheet: String,
    /// The line above the headings that names the set.
    pub title: String,
    /// Column and heading of each field, in the order of [`Field`].
    columns: [Option<(usize, String)>; 5],
    /// All headings of the row.
    headings: Vec<String>,
    pub rows: Vec<GridRow>,
}

/// One row below the headings.
#[derive(Debug, Default)]
pub(super) struct GridRow {
    pub number: u32,
    pub code: String,
    pub name: String,
    /// Spaces in front of the name.
    pub indent: usize,
    pub max: Option<Result<f64, String>>,
    pub rule: String,
    pub evidence: String,
    /// Whether the code is a number cell.
    pub is_number: bool,
}

impl Grid {
    pub fn has(&self, field: Field) -> bool {
        self.columns[field as usize].is_some()
    }

    pub fn fault(&self, row: u32, field: Field, message: impl Into<String>) -> CellFault {
        let column = self.columns[field as usize].as_ref();
        let column = column.map_or_else(|| "-".to_owned(), |(at, name)| format!("{} ({name})", column_letters(*at)));
        CellFault { sheet: self.sheet.clone(), row, column, message: message.into() }
    }
}

/// The first sheet with headings of names and most points.
pub(super) fn read(
    path: &Path,
    limits: &Limits,
    headings: &SheetHeadings,
    words: &ReadingWords,
) -> Result<Option<Grid>, ReadError> {
    let sniffed = sniff(path)?;
    let mut sink = GridReader { headings, words, sheet: String::new(), head: Vec::new(), found: None, is_done: false };
    read_rows(path, &sniffed, sniffed.read_as(), limits, &mut sink)?;
    Ok(sink.found)
}

struct GridReader<'h> {
    headings: &'h SheetHeadings,
    words: &'h ReadingWords,
    sheet: String,
    /// Texts of the rows above the headings.
    head: Vec<Vec<String>>,
    found: Option<Grid>,
    is_done: bool,
}

impl RowSink for GridReader<'_> {
    fn sheet(&mut self, sheet: &Sheet) -> Flow {
        if self.found.is_some() {
            self.is_done = true;
            return Flow::Stop;
        }
        self.sheet.clone_from(&sheet.name);
        self.head.clear();
        Flow::Continue
    }

    fn row(&mut self, number: u32, cells: &[Cell<'_>]) -> Flow {
        if self.is_done {
            return Flow::Stop;
        }
        if let Some(grid) = &mut self.found {
            grid.take(number, cells, self.words);
            return if grid.rows.len() < MOST_ROWS { Flow::Continue } else { Flow::Stop };
        }
        let texts: Vec<String> = cells.iter().map(|cell| clean(&cell_text(cell, '.')).into_owned()).collect();
        let columns = self.columns(&texts);
        if columns[Field::Name as usize].is_some() && columns[Field::Max as usize].is_some() {
            self.found = Some(Grid {
                sheet: self.sheet.clone(),
                title: self.title(),
                columns,
                headings: texts,
                rows: Vec::new(),
            });
            return Flow::Continue;
        }
        self.head.push(texts);
        if self.head.len() < HEAD { Flow::Continue } else { Flow::SkipSheet }
    }
}

impl GridReader<'_> {
    /// The first line that names a set of criteria, else the first line that is no `label: value`.
    fn title(&self) -> String {
        let lines = || self.head.iter().flatten().filter(|text| !text.is_empty() && !text.contains(':'));
        let speaks = |text: &&String| {
            let text = text.to_lowercase();
            self.headings.title.iter().any(|word| text.contains(word.as_str()))
        };
        lines().find(speaks).or_else(|| lines().next()).cloned().unwrap_or_default()
    }

    /// The column of each field: of several the one whose heading is listed first.
    fn columns(&self, texts: &[String]) -> [Option<(usize, String)>; 5] {
        let folded: Vec<String> = texts.iter().map(|text| fold_name(text)).collect();
        let lists = [
            &self.headings.code,
            &self.headings.name,
            &self.headings.max,
            &self.headings.rule,
            &self.headings.evidence,
        ];
        lists.map(|list| {
            let at = list.iter().find_map(|heading| {
                let heading = fold_name(heading);
                folded.iter().position(|text| *text == heading)
            })?;
            Some((at, texts[at].clone()))
        })
    }
}

impl Grid {
    fn take(&mut self, number: u32, cells: &[Cell<'_>], words: &ReadingWords) {
        let texts: Vec<_> = cells.iter().map(|cell| cell_text(cell, '.')).collect();
        if matches!(
            classify(&texts, &self.headings, &words.rows),
            RowKind::Blank | RowKind::Numbering | RowKind::Heading
        ) {
            return;
        }
        let cell = |field: Field| {
            let at = self.columns[field as usize].as_ref().map(|(at, _)| *at);
            at.and_then(|at| cells.get(at)).unwrap_or(&Cell::Empty)
        };
        let text = |field: Field| cell_text(cell(field), '.').into_owned();
        let name = text(Field::Name);
        let row = GridRow {
            number,
            code: clean(&text(Field::Code)).into_owned(),
            indent: name.chars().take_while(|letter| letter.is_whitespace()).count(),
            name: clean(&name).into_owned(),
            max: points(cell(Field::Max), words),
            // Lines are parts of a rule.
            rule: text(Field::Rule).lines().map(|line| clean(line).into_owned()).collect::<Vec<_>>().join("\n"),
            evidence: clean(&text(Field::Evidence)).into_owned(),
            is_number: matches!(cell(Field::Code), Cell::Number(_)),
        };
        if !(row.code.is_empty() && row.name.is_empty() && row.max.is_none()) {
            self.rows.push(row);
        }
    }
}

/// A number of points, or the text that is none.
fn points(cell: &Cell<'_>, words: &ReadingWords) -> Option<Result<f64, String>> {
    match cell {
        Cell::Number(number) => Some(Ok(*number)),
        cell => {
            let text = match cell {
                Cell::Error(text) => clean(text).into_owned(),
                cell => clean(&cell_text(cell, '.')).into_owned(),
            };
            (!text.is_empty()).then(|| number_with_currency(&text, &words.numbers).ok_or(text))
        }
    }
}
