//! Streams the sheets of an xlsx workbook, cell by cell, never laying a sheet out in memory.

use std::collections::HashSet;
use std::io::{Read, Seek};
use std::path::Path;

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxCellReader, XlsxError};

use super::Flow;
use super::budget::Budget;
use super::error::ReadError;
use super::note::Note;
use super::package::{self, Package};
use super::sniff::Container;
use super::spreadsheet::stream_rows;
use super::xlsx_notes::SheetParts;
use super::xlsx_strings::SharedStrings;

/// Reads all sheets; chart sheets are announced and have no rows.
pub(super) fn read(path: &Path, budget: &mut Budget<'_>) -> Result<(), ReadError> {
    let mut package = package::open(path)?;
    package::check(&mut package, budget.limits)?;
    let first = if package::overstates_strings(&mut package) {
        0
    } else {
        let file = std::fs::File::open(path).map_err(ReadError::Open)?;
        let mut workbook = open(std::io::BufReader::new(file))?;
        match stream(&mut workbook, &mut package, 0, budget)? {
            Outcome::Done => return Ok(()),
            Outcome::Unopened { sheet, .. } => sheet,
        }
    };
    let repaired = package::without_declared_sizes(&mut package).map_err(ReadError::broken(Container::Xlsx))?;
    match stream(&mut open(repaired)?, &mut package, first, budget)? {
        Outcome::Done => Ok(()),
        Outcome::Unopened { source, .. } => Err(xlsx_error(source)),
    }
}

/// How far the sheets were read.
enum Outcome {
    Done,
    /// The reader refused this sheet before its first row, maybe for its `<dimension>`.
    Unopened {
        sheet: usize,
        source: XlsxError,
    },
}

fn open<R: Read + Seek>(bytes: R) -> Result<Xlsx<R>, ReadError> {
    Xlsx::new(bytes).map_err(xlsx_error)
}

fn stream<R: Read + Seek>(
    workbook: &mut Xlsx<R>,
    package: &mut Package,
    first: usize,
    budget: &mut Budget<'_>,
) -> Result<Outcome, ReadError> {
    let parts = SheetParts::of(package);
    let mut strings = SharedStrings::of(package);
    let sheets = workbook.sheets_metadata().to_vec();
    let is_1904 = workbook.has_1904_epoch();
    for (index, sheet) in sheets.iter().enumerate().skip(first) {
        let hidden = sheet.visible != SheetVisible::Visible;
        let cells = match workbook.worksheet_cells_reader(&sheet.name) {
            Ok(cells) if sheet.typ == SheetType::WorkSheet => Some(cells),
            Ok(_) | Err(XlsxError::NotAWorksheet(_)) => None,
            Err(_) if sheet.typ != SheetType::WorkSheet => None,
            Err(source) => return Ok(Outcome::Unopened { sheet: index, source }),
        };
        match (budget.sheet(&sheet.name, hidden), cells) {
            (Flow::Stop, _) => return Ok(Outcome::Done),
            (Flow::Continue, Some(mut cells)) => {
                let wants_notes = budget.wants_notes();
                if is_1904 && wants_notes {
                    budget.note(Note::Epoch1904);
                }
                let lost = parts.send_notes(package, &sheet.name, &mut strings, |note| {
                    if wants_notes {
                        budget.note(note);
                    }
                });
                if lost.is_unplaced {
                    let error = std::io::Error::other("a cell without an address refers to a text that is not there");
                    return Err(ReadError::broken(Container::Xlsx)(error));
                }
                let lost = lost.places();
                let next = || next_cell(&mut cells, &lost);
                if stream_rows(next, budget)? == Flow::Stop {
                    return Ok(Outcome::Done);
                }
            }
            _ => {}
        }
    }
    Ok(Outcome::Done)
}

/// The next cell; one whose text is lost is empty.
fn next_cell<'c, R: Read + Seek>(
    cells: &mut XlsxCellReader<'c, R>,
    lost: &HashSet<(u32, u32)>,
) -> Result<Option<calamine::Cell<DataRef<'c>>>, ReadError> {
    loop {
        match cells.next_cell() {
            Ok(Some(cell)) if !lost.is_empty() && lost.contains(&cell.get_position()) => {
                return Ok(Some(calamine::Cell::new(cell.get_position(), DataRef::Empty)));
            }
            // The number is too large; the reader stands behind the cell, and the next one has an address of its own.
            Err(XlsxError::Unexpected("Cell string index not found in shared strings table")) if !lost.is_empty() => {}
            next => return next.map_err(xlsx_error),
        }
    }
}

fn xlsx_error(error: XlsxError) -> ReadError {
    match error {
        XlsxError::Password => ReadError::Password,
        other => ReadError::broken(Container::Xlsx)(other),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

    use super::super::collected::Collected;
    use super::super::{Cell, Limits, read_rows, sniff};
    use super::*;

    fn read_file(path: &Path, limits: &Limits) -> Result<Collected, ReadError> {
        let sniffed = sniff(path)?;
        assert_eq!(sniffed.container, Container::Xlsx);
        let mut sink = Collected::default();
        read_rows(path, &sniffed, sniffed.read_as(), limits, &mut sink)?;
        Ok(sink)
    }

    fn workbook_file(write: impl FnOnce(&mut Workbook)) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut workbook = Workbook::new();
        write(&mut workbook);
        workbook.save(file.path()).unwrap();
        file
    }

    #[test]
    fn values_keep_their_kind_and_place() {
        let file = workbook_file(|workbook| {
            let sheet = workbook.add_worksheet().set_name("Hồ sơ").unwrap();
            let date = ExcelDateTime::parse_from_str("2020-06-30T08:00:00").unwrap();
            let format = Format::new().set_num_format("dd/mm/yyyy hh:mm");
            sheet.write(1, 1, "Số").unwrap();
            sheet.write(1, 3, 12).unwrap();
            sheet.write(1, 4, true).unwrap();
            sheet.write_with_format(3, 0, &date, &format).unwrap();
            workbook.add_worksheet().set_name("Ẩn").unwrap().set_hidden(true);
        });
        let sink = read_file(file.path(), &Limits::default()).unwrap();
        let first = vec![Cell::Empty, Cell::Text("Số".into()), Cell::Empty, Cell::Number(12.0), Cell::Bool(true)];
        assert_eq!(sink.rows[0], ("Hồ sơ".to_owned(), 2, first));
        assert_eq!((sink.rows[1].1, &sink.rows[1].2[0]), (4, &Cell::DateTime("2020-06-30T08:00:00".into())));
        assert!(sink.sheets[1].hidden);
    }

    #[test]
    fn the_far_corners_cost_two_rows() {
        let file = workbook_file(|workbook| {
            let sheet = workbook.add_worksheet();
            sheet.write(0, 0, 1).unwrap();
            sheet.write(1_048_575, 16_383, 2).unwrap();
        });
        let sink = read_file(file.path(), &Limits::default()).unwrap();
        assert_eq!(sink.rows.iter().map(|row| row.1).collect::<Vec<_>>(), [1, 1_048_576]);
        let limits = Limits { max_cells: 1_000, ..Limits::default() };
        assert_eq!(read_file(file.path(), &limits).err().unwrap().rule(), "too_big");
    }

    #[test]
    fn a_false_dimension_or_string_count_does_not_stop_the_reader() {
        for (from, to) in [
            ("<dimension ref=\"A1:B2\"", "<dimension ref=\"1:69\""),
            ("uniqueCount=\"2\"", "uniqueCount=\"99999999999\""),
        ] {
            let file = workbook_file(|workbook| {
                let sheet = workbook.add_worksheet();
                sheet.write(0, 0, "a").unwrap();
                sheet.write(1, 1, "b").unwrap();
            });
            replace_in_parts(file.path(), from, to);
            let sink = read_file(file.path(), &Limits::default()).unwrap();
            assert_eq!(sink.texts(), [vec!["a"], vec!["", "b"]]);
            assert_eq!(sink.sheets.len(), 1);
        }
    }

    #[test]
    fn a_small_archive_that_inflates_too_far_is_refused() {
        let file = workbook_file(|workbook| {
            workbook.add_worksheet().write(0, 0, "a").unwrap();
        });
        let limits = Limits { max_inflated_mib: 0, ..Limits::default() };
        assert_eq!(read_file(file.path(), &limits).err().unwrap().rule(), "too_big");
    }

    #[test]
    fn notes_tell_of_hidden_rows_merged_cells_and_the_date_system() {
        let file = workbook_file(|workbook| {
            workbook.add_worksheet().set_name("Một & hai").unwrap();
            let sheet = workbook.add_worksheet().set_name("Hồ sơ").unwrap();
            sheet.merge_range(1, 1, 3, 1, "a", &Format::new()).unwrap();
            sheet.merge_range(5, 0, 5, 2, "b", &Format::new()).unwrap();
            sheet.write(2, 0, 1).unwrap();
            sheet.set_row_hidden(2).unwrap();
        });
        let expected = [Note::HiddenRow(3), Note::Merged { first: 2, last: 4, column: 1 }];
        assert_eq!(read_file(file.path(), &Limits::default()).unwrap().notes, expected);
        replace_in_parts(file.path(), "<workbookPr ", "<workbookPr date1904=\"1\" ");
        let notes = read_file(file.path(), &Limits::default()).unwrap().notes;
        assert_eq!(notes[1..], [&[Note::Epoch1904], &expected[..]].concat());
        assert_eq!(notes[0], Note::Epoch1904);
    }

    #[test]
    fn a_text_that_the_workbook_does_not_hold_is_blank_and_told_by_its_address() {
        for index in ["-1", " ", "ba", "<![CDATA[1]]>", "&#49;", "3", "99999999999999999999", "1.0", "+1", "<!---->1"] {
            let file = workbook_file(|workbook| {
                let sheet = workbook.add_worksheet();
                for (column, text) in ["a", "b", "c"].into_iter().enumerate() {
                    sheet.write(0, column as u16, text).unwrap();
                    sheet.write(1, column as u16, text).unwrap();
                }
            });
            replace_in_parts(
                file.path(),
                "<c r=\"B2\" t=\"s\"><v>1</v>",
                &format!("<c r=\"B2\" t=\"s\"><v>{index}</v>"),
            );
            let sink = read_file(file.path(), &Limits::default()).unwrap();
            assert_eq!(sink.texts(), [["a", "b", "c"], ["a", "", "c"]], "{index}");
            assert_eq!(sink.notes, [Note::NoString { row: 2, column: 1 }], "{index}");
        }
    }

    #[test]
    fn a_count_of_texts_that_is_too_small_makes_none_blank() {
        let file = workbook_file(|workbook| {
            let sheet = workbook.add_worksheet();
            sheet.write(0, 0, "a").unwrap();
            sheet.write(1, 1, "b").unwrap();
        });
        replace_in_parts(file.path(), "uniqueCount=\"2\"", "uniqueCount=\"1\"");
        let sink = read_file(file.path(), &Limits::default()).unwrap();
        assert_eq!(sink.texts(), [vec!["a"], vec!["", "b"]]);
        assert!(sink.notes.is_empty());
    }

    fn replace_in_parts(path: &Path, from: &str, to: &str) {
        use std::io::Write;
        let mut package = package::open(path).unwrap();
        let mut copy = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let mut replaced = 0;
        for index in 0..package.len() {
            let mut part = package.by_index(index).unwrap();
            let mut text = String::new();
            part.read_to_string(&mut text).unwrap();
            replaced += text.matches(from).count();
            copy.start_file(part.name().unwrap(), zip::write::SimpleFileOptions::default()).unwrap();
            copy.write_all(text.replace(from, to).as_bytes()).unwrap();
        }
        assert_eq!(replaced, 1, "{from}");
        std::fs::write(path, copy.finish().unwrap().into_inner()).unwrap();
    }
}
