//! The notes of a container on one sheet (hidden rows, merged cells …), kept until their rows are read.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use cchc_definitions::dates::DateSystem;
use cchc_definitions::{SourceColumn, SourceDef};
use cchc_model::ColumnType;
use cchc_normalise::{Mark, MarkKind};
use cchc_read::{Cell, Note, column_letters};

/// Most notes of one kind; further ones are dropped.
const MAX_NOTES: usize = 1 << 20;
/// A spreadsheet keeps 15 digits: from here on the last digits of a number are wrong.
const FIRST_INEXACT: f64 = 1e15;

/// The notes of one sheet.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub date_system: DateSystem,
    hidden: BTreeSet<u32>,
    /// Row → columns of formulas without a result.
    unresolved: BTreeMap<u32, Vec<u32>>,
    /// Row → columns of texts that are not in the file.
    without_string: BTreeMap<u32, Vec<u32>>,
    /// Column and first row → last row.
    merged: BTreeMap<(usize, u32), u32>,
    /// Column → first row of the last merged cell, and its value.
    last_merged: HashMap<usize, (u32, Cell<'static>)>,
}

impl Notes {
    pub fn take(&mut self, note: Note) {
        match note {
            Note::Epoch1904 => self.date_system = DateSystem::From1904,
            Note::HiddenRow(row) if self.hidden.len() < MAX_NOTES => drop(self.hidden.insert(row)),
            Note::Merged { first, last, column } if self.merged.len() < MAX_NOTES => {
                self.merged.insert((column as usize, first), last);
            }
            Note::NoResult { row, column } if self.unresolved.len() < MAX_NOTES => {
                self.unresolved.entry(row).or_default().push(column);
            }
            Note::NoString { row, column } if self.without_string.len() < MAX_NOTES => {
                self.without_string.entry(row).or_default().push(column);
            }
            _ => {}
        }
    }

    /// Whether a row may have any mark.
    pub fn concern(&self, cells: &[Cell<'_>]) -> bool {
        let is_plain = |cell: &Cell<'_>| matches!(cell, Cell::Empty | Cell::Text(_) | Cell::Bool(_));
        !(self.hidden.is_empty()
            && self.unresolved.is_empty()
            && self.without_string.is_empty()
            && self.merged.is_empty()
            && cells.iter().all(is_plain))
    }

    /// The row with the values of merged cells in the cells that they cover, in these columns only.
    pub fn filled<'c, 'a: 'c>(&mut self, columns: &[usize], row: u32, cells: &'c [Cell<'a>]) -> Cow<'c, [Cell<'a>]> {
        let mut filled = Cow::Borrowed(cells);
        if self.merged.is_empty() {
            return filled;
        }
        for &column in columns {
            let Some((first, last)) = self.cover(column, row) else { continue };
            if first == row {
                let value = cells.get(column).unwrap_or(&Cell::Empty);
                self.last_merged.insert(column, (row, value.to_static()));
            } else if row <= last
                && let Some((of, value)) = self.last_merged.get(&column)
                && *of == first
            {
                let filled = filled.to_mut();
                if filled.len() <= column {
                    filled.resize(column + 1, Cell::Empty);
                }
                filled[column] = value.clone();
            }
        }
        filled
    }

    /// Adds the marks of one row of data, by its number in the sheet and its position in the batch, if that is known.
    /// Per column of the source `codes` says whether it holds codes, `columns` which column of the sheet feeds it.
    pub fn marks(
        &self,
        codes: &[bool],
        columns: &[Option<(usize, char)>],
        (number, row): (u32, Option<usize>),
        cells: &[Cell<'_>],
        marks: &mut Vec<Mark>,
    ) {
        if self.hidden.contains(&number) {
            marks.push(Mark { number, row, column: None, kind: MarkKind::Hidden });
        }
        let unresolved = self.unresolved.get(&number).map_or(&[][..], Vec::as_slice);
        let without_string = self.without_string.get(&number).map_or(&[][..], Vec::as_slice);
        for (at, fed) in columns.iter().enumerate() {
            let Some((column, _)) = fed else { continue };
            let cell = cells.get(*column).unwrap_or(&Cell::Empty);
            let kind = match cell {
                Cell::Empty if unresolved.iter().any(|other| *other as usize == *column) => MarkKind::NoResult,
                Cell::Empty if without_string.iter().any(|other| *other as usize == *column) => {
                    MarkKind::NoString(format!("{}{number}", column_letters(*column)))
                }
                Cell::Empty if self.covers(*column, number) => MarkKind::Covered,
                Cell::Empty | Cell::Text(_) | Cell::Bool(_) => continue,
                Cell::Error(error) => MarkKind::Error(error.clone().into_owned()),
                Cell::Number(_) | Cell::DateTime(_) if !codes[at] => continue,
                Cell::Number(number) if number.abs() < FIRST_INEXACT => MarkKind::NumberCode,
                Cell::Number(_) | Cell::DateTime(_) => MarkKind::MangledCode,
            };
            marks.push(Mark { number, row, column: Some(at), kind });
        }
    }

    /// First and last row of the merged cell that begins nearest above a row, if it reaches to it.
    fn cover(&self, column: usize, row: u32) -> Option<(u32, u32)> {
        let (&(_, first), &last) = self.merged.range((column, 0)..=(column, row)).next_back()?;
        (row <= last).then_some((first, last))
    }

    fn covers(&self, column: usize, row: u32) -> bool {
        !self.merged.is_empty() && self.cover(column, row).is_some_and(|(first, _)| first < row)
    }
}

/// Whether a column holds codes, in which every character counts.
pub(super) fn is_code(source: &SourceDef, column: &SourceColumn) -> bool {
    // The codes of an outline are numbers by nature, and mended as such.
    let is_code = column.name == source.table.key || column.name.ends_with("_code");
    column.kind == ColumnType::Text && is_code && source.layout.outline.is_none()
}
