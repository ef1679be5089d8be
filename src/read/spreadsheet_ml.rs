//! Streams the sheets of an XML Spreadsheet 2003, which some systems still write and call .xls.

use std::borrow::Cow;
use std::fs::File;
use std::path::Path;

use super::budget::Budget;
use super::error::ReadError;
use super::markup::{Attributes, Listener};
use super::sniff::Container;
use super::spreadsheet::iso_cell;
use super::text::to_utf8;
use super::xml::XmlReader;
use super::{Cell, Excess, Flow, Limits, Note};
use cchc_model::Encoding;

/// Reads all sheets.
pub(super) fn read(path: &Path, encoding: Encoding, budget: &mut Budget<'_>) -> Result<(), ReadError> {
    // Whether a sheet is hidden follows its rows, so the file is searched for that first.
    let mut hidden = Hidden::default();
    pass(path, encoding, budget.limits, &mut hidden)?;
    let limits = budget.limits;
    let mut sheets = Sheets {
        budget,
        hidden: hidden.sheets,
        seen: 0,
        sheet: false,
        skipped: false,
        row: 0,
        next_row: 1,
        column: 0,
        cells: Vec::new(),
        cell: None,
        text: String::new(),
        stopped: false,
        failed: None,
    };
    pass(path, encoding, limits, &mut sheets)?;
    sheets.failed.map_or(Ok(()), Err)
}

fn pass(path: &Path, encoding: Encoding, limits: &Limits, listener: &mut impl Listener) -> Result<(), ReadError> {
    let file = File::open(path).map_err(ReadError::Open)?;
    let utf8 = to_utf8(file, encoding).map_err(ReadError::Open)?;
    XmlReader { container: Container::SpreadsheetMl, limits, broken: ReadError::Open }.listen(utf8, listener)
}

/// Which sheets are hidden, in the order of the file.
#[derive(Default)]
struct Hidden {
    sheets: Vec<bool>,
    in_visible: bool,
}

impl Listener for Hidden {
    fn open(&mut self, name: &str, _: &Attributes<'_>) {
        match local(name) {
            "Worksheet" => self.sheets.push(false),
            "Visible" => self.in_visible = true,
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        self.in_visible &= local(name) != "Visible";
    }

    fn text(&mut self, text: &str) {
        if let Some(hidden) = self.sheets.last_mut().filter(|_| self.in_visible) {
            *hidden |= text.contains("SheetHidden") || text.contains("SheetVeryHidden");
        }
    }

    fn is_done(&self) -> bool {
        false
    }
}

struct Sheets<'b, 's> {
    budget: &'b mut Budget<'s>,
    hidden: Vec<bool>,
    seen: usize,
    /// Whether a sheet is open.
    sheet: bool,
    skipped: bool,
    /// The row that is open, or the last one.
    row: u32,
    next_row: u32,
    /// The next free column, from 0.
    column: u32,
    cells: Vec<Cell<'static>>,
    /// The column of the open cell, and the type of its value once that is known.
    cell: Option<(u32, Option<String>)>,
    text: String,
    stopped: bool,
    failed: Option<ReadError>,
}

impl Listener for Sheets<'_, '_> {
    fn open(&mut self, name: &str, attributes: &Attributes<'_>) {
        match local(name) {
            "Worksheet" => self.start_sheet(attributes),
            "Row" if self.sheet => self.start_row(attributes),
            "Cell" if self.sheet => self.start_cell(attributes),
            "Data" => {
                if let Some((_, kind)) = &mut self.cell {
                    *kind = Some(own(attributes, "Type").unwrap_or("String").to_owned());
                    self.text.clear();
                }
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match local(name) {
            "Worksheet" => self.sheet = false,
            "Row" if self.sheet => self.end_row(),
            "Cell" => self.cell = None,
            "Data" => self.end_data(),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if matches!(self.cell, Some((_, Some(_)))) {
            self.text.push_str(text);
            if self.text.len() as u64 > self.budget.limits.record_bytes() {
                self.failed = Some(self.budget.limits.exceeded(Excess::RecordBytes));
            }
        }
    }

    fn is_done(&self) -> bool {
        self.stopped || self.failed.is_some()
    }
}

impl Sheets<'_, '_> {
    fn start_sheet(&mut self, attributes: &Attributes<'_>) {
        let hidden = self.hidden.get(self.seen).copied().unwrap_or(false);
        self.seen += 1;
        (self.sheet, self.skipped, self.row, self.next_row) = (true, false, 0, 1);
        match self.budget.sheet(own(attributes, "Name").unwrap_or_default(), hidden) {
            Flow::Continue => {}
            Flow::SkipSheet => self.skipped = true,
            Flow::Stop => self.stopped = true,
        }
    }

    fn start_row(&mut self, attributes: &Attributes<'_>) {
        self.row = number(attributes, "Index").unwrap_or(self.next_row).max(self.next_row);
        // A blank row may span as many more.
        self.next_row = self.row.saturating_add(1).saturating_add(number(attributes, "Span").unwrap_or(0));
        self.column = 0;
        self.cells.clear();
        if own(attributes, "Hidden") == Some("1") && self.budget.wants_notes() && !self.skipped {
            self.budget.note(Note::HiddenRow(self.row));
        }
    }

    fn start_cell(&mut self, attributes: &Attributes<'_>) {
        let column = number(attributes, "Index").map_or(self.column, |index| index.saturating_sub(1)).max(self.column);
        let across = number(attributes, "MergeAcross").unwrap_or(0);
        let down = number(attributes, "MergeDown").unwrap_or(0);
        self.column = column.saturating_add(1).saturating_add(across);
        self.cell = Some((column, None));
        if down > 0 && self.budget.wants_notes() && !self.skipped {
            self.budget.note(Note::Merged { first: self.row, last: self.row.saturating_add(down), column });
        }
    }

    fn end_data(&mut self) {
        let Some((column, Some(kind))) = self.cell.take() else { return };
        let cell = value(&kind, std::mem::take(&mut self.text));
        if cell == Cell::Empty || self.skipped {
            return;
        }
        match self.budget.column(column) {
            Ok(column) => {
                if self.cells.len() <= column {
                    self.cells.resize(column + 1, Cell::Empty);
                }
                self.cells[column] = cell;
            }
            Err(error) => self.failed = Some(error),
        }
    }

    fn end_row(&mut self) {
        if self.skipped || self.is_done() {
            return;
        }
        match self.budget.row(self.row, &self.cells) {
            Ok(Flow::Continue) => {}
            Ok(Flow::SkipSheet) => self.skipped = true,
            Ok(Flow::Stop) => self.stopped = true,
            Err(error) => self.failed = Some(error),
        }
    }
}

fn value(kind: &str, text: String) -> Cell<'static> {
    let trimmed = text.trim();
    match kind {
        _ if text.is_empty() => Cell::Empty,
        "Number" => trimmed.parse().map_or_else(|_| Cell::Text(Cow::Owned(text.clone())), Cell::Number),
        "Boolean" => Cell::Bool(trimmed == "1"),
        "DateTime" => iso_cell(trimmed),
        "Error" => Cell::Error(Cow::Owned(trimmed.to_owned())),
        _ => Cell::Text(Cow::Owned(text)),
    }
}

/// The name without the prefix that the file has chosen for it.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// The value of an attribute, whatever its prefix.
fn own<'a>(attributes: &'a Attributes<'_>, name: &str) -> Option<&'a str> {
    attributes.find(|found| local(found) == name)
}

fn number(attributes: &Attributes<'_>, name: &str) -> Option<u32> {
    own(attributes, name)?.trim().parse().ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::super::collected::Collected;
    use super::super::{Limits, read_rows, sniff};
    use super::*;

    fn read_tables(sheets: &str) -> Result<Collected, ReadError> {
        let text = format!(
            "<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n\
             <Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" \
             xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\">\
             <Styles><Style ss:ID=\"s1\"><NumberFormat ss:Format=\"Short Date\"/></Style></Styles>{sheets}"
        );
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let sniffed = sniff(file.path())?;
        assert_eq!(sniffed.container, Container::SpreadsheetMl);
        let mut sink = Collected::default();
        read_rows(file.path(), &sniffed, sniffed.read_as(), &Limits::default(), &mut sink)?;
        Ok(sink)
    }

    #[test]
    fn values_keep_their_kind_and_rows_and_cells_their_place() {
        let sink = read_tables(
            "<Worksheet ss:Name=\"Hồ sơ\"><Table><Row><Cell><Data ss:Type=\"String\"> a &amp;\n b</Data></Cell>\
             <Cell ss:Index=\"3\" ss:MergeAcross=\"1\"><Data ss:Type=\"Number\">1.5</Data></Cell>\
             <Cell><Data ss:Type=\"Boolean\">1</Data></Cell></Row><Row ss:Span=\"2\"/>\
             <Row><Cell ss:StyleID=\"s1\"><Data ss:Type=\"DateTime\">2020-06-30T08:00:00.000</Data></Cell></Row>\
             <Row ss:Index=\"9\"><Cell><Data ss:Type=\"Error\">#N/A</Data><Comment><Data>ghi chú</Data></Comment></Cell>\
             </Row></Table></Worksheet><Worksheet ss:Name=\"Ẩn\"><Table/><WorksheetOptions><Visible>SheetHidden\
             </Visible></WorksheetOptions></Worksheet></Workbook>",
        )
        .unwrap();
        let first = vec![Cell::Text(" a &\n b".into()), Cell::Empty, Cell::Number(1.5), Cell::Empty, Cell::Bool(true)];
        assert_eq!(sink.rows[0], ("Hồ sơ".to_owned(), 1, first));
        assert_eq!((sink.rows[1].1, &sink.rows[1].2[0]), (5, &Cell::DateTime("2020-06-30T08:00:00".into())));
        assert_eq!((sink.rows[2].1, &sink.rows[2].2[..]), (9, &[Cell::Error("#N/A".into())][..]));
        assert_eq!(sink.sheets.iter().map(|sheet| sheet.hidden).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn a_file_cut_off_or_with_a_document_type_is_refused() {
        let cut = read_tables("<Worksheet ss:Name=\"a\"><Table><Row><Cell><Data ss:Type=\"String\">a</Data>");
        assert_eq!(cut.err().unwrap().rule(), "truncated");
        let entities = "<!DOCTYPE x [<!ENTITY a \"b\">]><Worksheet ss:Name=\"a\"><Table/></Worksheet></Workbook>";
        assert_eq!(read_tables(entities).err().unwrap().rule(), "damaged");
    }
}
