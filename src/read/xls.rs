//! Reads an .xls workbook after its records have been checked, since its reader lays whole sheets out in memory.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;

use calamine::{Data, Range, Reader, SheetType, SheetVisible, Xls, XlsError, XlsOptions};

use super::budget::Budget;
use super::compound::{Compound, u16_at, u32_at};
use super::error::ReadError;
use super::sniff::Container;
use super::spreadsheet::laid_out;
use super::{Cell, Excess, Flow, Limits, Note};

const BOF: u16 = 0x0809;
const EOF: u16 = 0x000a;
const FILE_PASS: u16 = 0x002f;
const BOUND_SHEET: u16 = 0x0085;
const DIMENSIONS: u16 = 0x0200;
const MUL_RK: u16 = 0x00bd;
const ROW: u16 = 0x0208;
/// Offset and bit of a row record that say that the row is hidden.
const ROW_HIDDEN: (usize, u16) = (12, 0x20);
/// Records that give one cell: number, label, rich string, bool or error, RK, shared string, formula.
const CELLS: [u16; 7] = [0x0203, 0x0204, 0x00d6, 0x0205, 0x027e, 0x00fd, 0x0006];
const BIFF8: u16 = 0x0600;
/// UTF-16, which BIFF8 always uses whatever its code page record says.
const UTF16: u16 = 1200;
/// Sheets that a workbook may name.
const MAX_SHEETS: usize = 4096;

/// Reads all sheets; chart sheets are announced and have no rows.
pub(super) fn read(path: &Path, budget: &mut Budget<'_>) -> Result<(), ReadError> {
    let file = File::open(path).map_err(ReadError::Open)?;
    let most = budget.limits.max_xls_mib.saturating_mul(1 << 20);
    let mut bytes = Vec::new();
    file.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(ReadError::Open)?;
    if bytes.len() as u64 > most {
        return Err(budget.limits.exceeded(Excess::XlsBytes));
    }
    let prepared = prepare(&mut bytes, budget.limits)?;
    let mut options = XlsOptions::default();
    options.force_codepage = prepared.is_biff8.then_some(UTF16);
    let mut workbook = Xls::new_with_options(Cursor::new(bytes), options).map_err(xls_error)?;
    for (index, sheet) in workbook.sheets_metadata().to_vec().iter().enumerate() {
        match budget.sheet(&sheet.name, sheet.visible != SheetVisible::Visible) {
            // A chart sheet holds copies of cells of other sheets.
            Flow::Continue if sheet.typ == SheetType::WorkSheet => {}
            Flow::Stop => break,
            _ => continue,
        }
        if budget.wants_notes() {
            let hidden = prepared.hidden_rows.get(index);
            send_notes(&workbook, &sheet.name, hidden.map_or(&[], Vec::as_slice), budget);
        }
        let range = workbook.worksheet_range(&sheet.name).map_err(xls_error)?;
        if rows(&range, budget)? == Flow::Stop {
            break;
        }
    }
    Ok(())
}

/// A formula of this format always has a result, if only 0.
fn send_notes(workbook: &Xls<Cursor<Vec<u8>>>, sheet: &str, hidden: &[u32], budget: &mut Budget<'_>) {
    if workbook.has_1904_epoch() {
        budget.note(Note::Epoch1904);
    }
    for row in hidden {
        budget.note(Note::HiddenRow(*row));
    }
    for merged in workbook.merge_cells_by_sheet_name(sheet).unwrap_or_default() {
        if merged.start.0 < merged.end.0 {
            budget.note(Note::Merged { first: merged.start.0 + 1, last: merged.end.0 + 1, column: merged.start.1 });
        }
    }
}

fn rows(range: &Range<Data>, budget: &mut Budget<'_>) -> Result<Flow, ReadError> {
    let (top, left) = range.start().unwrap_or_default();
    for (number, values) in (top + 1..).zip(range.rows()) {
        let mut row = vec![Cell::Empty; left as usize];
        row.extend(values.iter().map(laid_out));
        let flow = budget.row(number, &row)?;
        if flow != Flow::Continue {
            return Ok(flow);
        }
    }
    Ok(Flow::Continue)
}

/// What is known of a workbook before its reader sees it.
struct Prepared {
    is_biff8: bool,
    /// For each sheet in the order of the workbook.
    hidden_rows: Vec<Vec<u32>>,
}

/// Checks what the sheets would take in memory, and blanks the sizes they declare: the reader would reserve them.
fn prepare(bytes: &mut [u8], limits: &Limits) -> Result<Prepared, ReadError> {
    let broken = ReadError::broken(Container::Xls);
    let (stream, pieces) = {
        let compound = Compound::parse(bytes).map_err(ReadError::broken(Container::Xls))?;
        if compound.has("EncryptedPackage") {
            return Err(ReadError::Password);
        }
        let found = compound.pieces("Workbook").and_then(|pieces| match pieces {
            Some(pieces) => Ok(Some(pieces)),
            None => compound.pieces("Book"),
        });
        let kind = if compound.has("WordDocument") { "Word" } else { "Office" };
        let pieces = found.map_err(broken)?.ok_or(ReadError::NotAWorkbook(kind.into()))?;
        (compound.contents(&pieces), pieces)
    };
    let mut sheets = BTreeSet::new();
    let mut named = Vec::new();
    for record in records(&stream, 0).take_while(|record| record.kind != EOF) {
        match record.kind {
            FILE_PASS if u16_at(record.data, 0) != Some(0) => return Err(ReadError::Password),
            BOUND_SHEET => {
                named.push(u32_at(record.data, 0).map_or(usize::MAX, |at| at as usize));
                sheets.extend(u32_at(record.data, 0).map(|at| at as usize));
            }
            _ => {}
        }
    }
    // The reader parses a substream once for every sheet that points at it.
    if named.len() > MAX_SHEETS.min(2 * sheets.len()) {
        return Err(limits.exceeded(Excess::GridCells));
    }
    let mut grid = 0;
    for start in sheets {
        grid += check_sheet(&stream, start, |position| {
            if let Some(byte) = pieces.place(position).and_then(|place| bytes.get_mut(place)) {
                *byte = 0;
            }
        });
        if grid > limits.max_grid_cells {
            return Err(limits.exceeded(Excess::GridCells));
        }
    }
    let is_biff8 = records(&stream, 0).next().and_then(|bof| u16_at(bof.data, 0)) == Some(BIFF8);
    Ok(Prepared { is_biff8, hidden_rows: named.iter().map(|start| hidden_rows(&stream, *start)).collect() })
}

/// Rows from 1 that a sheet hides.
fn hidden_rows(stream: &[u8], start: usize) -> Vec<u32> {
    let (offset, bit) = ROW_HIDDEN;
    sheet_records(stream, start)
        .filter(|record| record.kind == ROW && u16_at(record.data, offset).is_some_and(|flags| flags & bit != 0))
        .filter_map(|record| u16_at(record.data, 0).map(|row| u32::from(row) + 1))
        .collect()
}

/// The records of one sheet, those of the charts inside it too.
fn sheet_records(stream: &[u8], start: usize) -> impl Iterator<Item = Record<'_>> {
    let mut depth = 0_u32;
    records(stream, start).take_while(move |record| {
        match record.kind {
            BOF => depth += 1,
            EOF if depth <= 1 => return false,
            EOF => depth -= 1,
            _ => {}
        }
        true
    })
}

/// Rows × columns between the outermost cells of a sheet; `blank` is called for every byte of its declared size.
fn check_sheet(stream: &[u8], start: usize, mut blank: impl FnMut(usize)) -> u64 {
    let mut rows: Option<(u16, u16)> = None;
    let mut columns: Option<(u16, u16)> = None;
    for record in sheet_records(stream, start) {
        match record.kind {
            DIMENSIONS => (record.position..record.position + record.data.len()).for_each(&mut blank),
            kind if kind == MUL_RK || CELLS.contains(&kind) => {
                let last = if kind == MUL_RK { record.data.len().saturating_sub(2) } else { 2 };
                let place = (u16_at(record.data, 0), u16_at(record.data, 2), u16_at(record.data, last));
                if let (Some(row), Some(first), Some(last)) = place {
                    rows = Some(widen(rows, row));
                    columns = Some(widen(Some(widen(columns, first)), last));
                }
            }
            _ => {}
        }
    }
    let extent = |range: Option<(u16, u16)>| range.map_or(0, |(low, high)| u64::from(high - low) + 1);
    extent(rows) * extent(columns)
}

fn widen(range: Option<(u16, u16)>, value: u16) -> (u16, u16) {
    range.map_or((value, value), |(low, high)| (low.min(value), high.max(value)))
}

struct Record<'s> {
    kind: u16,
    position: usize,
    data: &'s [u8],
}

/// The records of a stream from a position on, until one does not fit.
fn records(stream: &[u8], start: usize) -> impl Iterator<Item = Record<'_>> {
    let mut at = start;
    std::iter::from_fn(move || {
        let kind = u16_at(stream, at)?;
        let length = usize::from(u16_at(stream, at + 2)?);
        let position = at + 4;
        at = position + length;
        Some(Record { kind, position, data: stream.get(position..at)? })
    })
}

fn xls_error(error: XlsError) -> ReadError {
    match error {
        XlsError::Password => ReadError::Password,
        other => ReadError::broken(Container::Xls)(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, data: &[u8]) -> Vec<u8> {
        let length = u16::try_from(data.len()).expect("test records are short");
        [&kind.to_le_bytes(), &length.to_le_bytes(), data].concat()
    }

    #[test]
    fn two_cells_in_far_corners_count_as_the_grid_between_them() {
        let stream = [
            record(BOF, &[0, 6, 0x10, 0]),
            record(DIMENSIONS, &[0xff; 14]),
            record(0x0203, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
            record(0x0203, &[0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
            record(EOF, &[]),
        ]
        .concat();
        let mut blanked = 0;
        assert_eq!(check_sheet(&stream, 0, |_| blanked += 1), 1 << 32);
        assert_eq!(blanked, 14);
    }

    #[test]
    fn hidden_rows_are_those_whose_record_says_so() {
        let row = |number: u8, flags: u8| record(ROW, &[number, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, flags, 1, 0, 0]);
        let stream = [record(BOF, &[0, 6]), row(0, 0), row(4, 0x20), row(5, 0x60), record(EOF, &[]), row(6, 0x20)];
        assert_eq!(hidden_rows(&stream.concat(), 0), [5, 6]);
    }

    #[test]
    fn charts_inside_a_sheet_do_not_end_it() {
        let stream = [
            record(BOF, &[0, 6]),
            record(BOF, &[0, 6]),
            record(EOF, &[]),
            record(MUL_RK, &[1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0]),
            record(EOF, &[]),
        ]
        .concat();
        assert_eq!(check_sheet(&stream, 0, |_| ()), 3);
    }
}
