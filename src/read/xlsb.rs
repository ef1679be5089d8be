//! Streams the sheets of an xlsb workbook, cell by cell.

use std::io::{Cursor, Read, Seek, Write};
use std::path::Path;

use calamine::{Reader, SheetType, SheetVisible, Xlsb, XlsbError};
use zip::ZipWriter;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;

use super::Flow;
use super::budget::Budget;
use super::error::ReadError;
use super::note::Note;
use super::package::{self, Package};
use super::sniff::Container;
use super::spreadsheet::stream_rows;

/// An error as a formula's result; the reader passes over it.
const FORMULA_ERROR: u8 = 0x0b;
/// An error as such. Both records begin alike: column, style, error code.
const ERROR: u8 = 0x03;

/// Reads all sheets; chart sheets are announced and have no rows.
pub(super) fn read(path: &Path, budget: &mut Budget<'_>) -> Result<(), ReadError> {
    let mut package = package::open(path)?;
    package::check(&mut package, budget.limits)?;
    match with_plain_errors(&mut package).map_err(ReadError::broken(Container::Xlsb))? {
        Some(copy) => stream(copy, budget),
        None => stream(package.into_inner(), budget),
    }
}

fn stream(bytes: impl Read + Seek, budget: &mut Budget<'_>) -> Result<(), ReadError> {
    let mut workbook = Xlsb::new(bytes).map_err(xlsb_error)?;
    for sheet in workbook.sheets_metadata().to_vec() {
        let hidden = sheet.visible != SheetVisible::Visible;
        match budget.sheet(&sheet.name, hidden) {
            Flow::Continue if sheet.typ == SheetType::WorkSheet => {}
            Flow::Stop => return Ok(()),
            _ => continue,
        }
        if workbook.has_1904_epoch() && budget.wants_notes() {
            budget.note(Note::Epoch1904);
        }
        let mut cells = workbook.worksheet_cells_reader(&sheet.name).map_err(xlsb_error)?;
        if stream_rows(|| cells.next_cell().map_err(xlsb_error), budget)? == Flow::Stop {
            return Ok(());
        }
    }
    Ok(())
}

/// A copy of the workbook in which errors of formulas are plain errors; `None` if there are none.
fn with_plain_errors(package: &mut Package) -> Result<Option<Cursor<Vec<u8>>>, ZipError> {
    let mut changed = Vec::new();
    for index in 0..package.len() {
        let mut part = package.by_index(index)?;
        if part.name()?.contains("worksheets/sheet") {
            let mut records = Vec::new();
            part.read_to_end(&mut records)?;
            changed.extend(make_errors_plain(&mut records).then_some((index, records)));
        }
    }
    if changed.is_empty() {
        return Ok(None);
    }
    let mut copy = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..package.len() {
        let part = package.by_index_raw(index)?;
        match changed.iter().find(|(at, _)| *at == index) {
            None => copy.raw_copy_file(part)?,
            Some((_, records)) => {
                copy.start_file(part.name()?, SimpleFileOptions::default().compression_level(Some(1)))?;
                copy.write_all(records)?;
            }
        }
    }
    copy.finish().map(Some)
}

/// Walks the records up to one that does not fit, and says whether any was changed.
fn make_errors_plain(records: &mut [u8]) -> bool {
    let (mut at, mut changed) = (0, false);
    while let Some(kind) = records.get(at).copied() {
        let start = at;
        at += if kind & 0x80 == 0 { 1 } else { 2 };
        let mut length = 0;
        for shift in [0, 7, 14, 21] {
            let Some(byte) = records.get(at).copied() else { return changed };
            at += 1;
            length |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        if kind == FORMULA_ERROR {
            records[start] = ERROR;
            changed = true;
        }
        at += length;
    }
    changed
}

fn xlsb_error(error: XlsbError) -> ReadError {
    match error {
        XlsbError::Password => ReadError::Password,
        other => ReadError::broken(Container::Xlsb)(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_errors_of_formulas_change_their_record() {
        let mut records = vec![0x0a, 2, 0x0b, 0x0b, 0x85, 0x01, 1, 0x0b, 0x0b, 1, 7];
        assert!(make_errors_plain(&mut records));
        assert_eq!(records, [0x0a, 2, 0x0b, 0x0b, 0x85, 0x01, 1, 0x0b, 0x03, 1, 7]);
        assert!(!make_errors_plain(&mut records));
        assert!(!make_errors_plain(&mut [0x0a, 0xff]));
    }
}
