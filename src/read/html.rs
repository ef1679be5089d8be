//! Reads the tables of an HTML file, which many systems call .xls, as sheets.

use std::fs::File;
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;

use super::budget::Budget;
use super::error::ReadError;
use super::markup::{Attributes, Collapsed, Listener, stream_html};
use super::sniff::Container;
use super::text::{mark_bytes, to_utf8};
use super::{Cell, Excess, Flow, Note, RowFault, recycle};
use cchc_model::Encoding;

/// The words for sheets without a name.
const WORDS: &str = include_str!("../../queries/containers.toml");
/// Rows that a cell may reach down, as browsers have it.
const MAX_ROWSPAN: u32 = 65_534;

/// Reads every `<table>`, nested ones as sheets of their own.
pub(super) fn read(path: &Path, encoding: Encoding, budget: &mut Budget<'_>) -> Result<(), ReadError> {
    let file = File::open(path).map_err(ReadError::Open)?;
    let before = mark_bytes(path).map_err(ReadError::Open)?;
    let utf8 = to_utf8(file, encoding).map_err(ReadError::Open)?;
    let mut tables = Tables { before, ..Tables::new(budget) };
    stream_html(utf8, &mut tables, ReadError::broken(Container::Html))?;
    // Only `</table>` may not be left out in HTML, so a table still open means that the end of the file is missing.
    if tables.is_done() || tables.open.is_empty() {
        tables.failed.map_or(Ok(()), Err)
    } else {
        Err(ReadError::CutOff(Container::Html))
    }
}

/// One `<table>` that is not closed yet.
#[derive(Default)]
struct HtmlTable {
    name: String,
    hidden: bool,
    announced: bool,
    skipped: bool,
    rows: u32,
    /// Rows that a cell of an earlier row still covers, by column.
    covered: Vec<u32>,
    row: Option<HtmlRow>,
}

/// The row being read: all its texts in one string, a range for each column.
#[derive(Default)]
struct HtmlRow {
    hidden: bool,
    texts: String,
    columns: Vec<Range<usize>>,
    /// First column, columns and further rows of the cells that reach down.
    reaching: Vec<(usize, usize, u32)>,
    cell: Option<Span>,
    /// The first byte in it that is no UTF-8.
    fault: Option<RowFault>,
}

#[derive(Clone, Copy)]
struct Span {
    columns: u32,
    rows: u32,
}

struct Tables<'b, 's> {
    budget: &'b mut Budget<'s>,
    /// Bytes of the file before the text.
    before: u64,
    open: Vec<HtmlTable>,
    seen: u32,
    /// What a table without a caption is called, with `{number}`.
    unnamed_table: String,
    text: Collapsed,
    in_caption: bool,
    spare: Vec<Cell<'static>>,
    stopped: bool,
    failed: Option<ReadError>,
}

impl Listener for Tables<'_, '_> {
    fn open(&mut self, name: &str, attributes: &Attributes<'_>) {
        match name {
            "table" => self.start_table(attributes),
            "tr" => {
                self.start_row();
                if let Some(row) = self.row() {
                    row.hidden = is_hidden(attributes);
                }
            }
            "td" | "th" => self.start_cell(attributes),
            "caption" => {
                self.in_caption = true;
                self.text.clear();
            }
            "br" => self.text.push_exact("\n"),
            "p" | "div" | "li" => self.text.new_paragraph(),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "table" => self.end_table(),
            "tr" | "thead" | "tbody" | "tfoot" => self.end_row(),
            "td" | "th" => self.end_cell(),
            "caption" => self.end_caption(),
            "p" | "div" | "li" => self.text.new_paragraph(),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        let in_cell = self.row().is_some_and(|row| row.cell.is_some());
        if in_cell || self.in_caption {
            self.text.push(text);
        }
        let row_bytes = self.row().map_or(0, |row| row.texts.len());
        if (row_bytes + self.text.as_str().len()) as u64 > self.budget.limits.record_bytes() {
            self.failed = Some(self.budget.limits.exceeded(Excess::RecordBytes));
        }
    }

    fn is_done(&self) -> bool {
        self.stopped || self.failed.is_some()
    }

    fn continues_after(&mut self, byte: u8, offset: u64) -> bool {
        let offset = self.before + offset;
        if let Some(row) = self.row() {
            row.fault.get_or_insert(RowFault::InvalidByte { byte: Some(byte), offset });
        }
        true
    }
}

impl<'b, 's> Tables<'b, 's> {
    fn new(budget: &'b mut Budget<'s>) -> Self {
        Self {
            budget,
            before: 0,
            open: Vec::new(),
            seen: 0,
            unnamed_table: unnamed_table(),
            text: Collapsed::default(),
            in_caption: false,
            spare: Vec::new(),
            stopped: false,
            failed: None,
        }
    }

    fn row(&mut self) -> Option<&mut HtmlRow> {
        self.open.last_mut().and_then(|table| table.row.as_mut())
    }

    fn start_table(&mut self, attributes: &Attributes<'_>) {
        // What the outer table has of this row comes before the inner table.
        self.end_row();
        if let Some(outer) = self.open.last_mut() {
            outer.announced = false;
        }
        self.seen += 1;
        self.open.push(HtmlTable {
            name: self.unnamed_table.replace("{number}", &self.seen.to_string()),
            hidden: is_hidden(attributes),
            ..HtmlTable::default()
        });
    }

    fn end_table(&mut self) {
        self.end_row();
        if self.open.last().is_some_and(|table| table.rows == 0) {
            self.announce();
        }
        self.open.pop();
    }

    fn end_caption(&mut self) {
        if std::mem::take(&mut self.in_caption) {
            let caption = self.text.as_str().trim();
            if let Some(table) = self.open.last_mut().filter(|_| !caption.is_empty()) {
                caption.clone_into(&mut table.name);
            }
        }
    }

    /// Names the sheet to the sink, again if an inner table came between.
    fn announce(&mut self) {
        if self.is_done() {
            return;
        }
        let Some(table) = self.open.last_mut().filter(|table| !table.announced) else { return };
        table.announced = true;
        match self.budget.sheet(&table.name, table.hidden) {
            Flow::Continue => {}
            Flow::SkipSheet => table.skipped = true,
            Flow::Stop => self.stopped = true,
        }
    }

    fn start_row(&mut self) {
        self.end_row();
        self.announce();
        if let Some(table) = self.open.last_mut() {
            table.rows += 1;
            table.row = Some(HtmlRow::default());
        }
    }

    fn start_cell(&mut self, attributes: &Attributes<'_>) {
        self.end_cell();
        if self.row().is_none() {
            self.start_row();
        }
        self.text.clear();
        let span = Span { columns: attributes.count("colspan"), rows: attributes.count("rowspan").min(MAX_ROWSPAN) };
        if span.columns > self.budget.limits.max_columns {
            self.failed = Some(self.budget.limits.exceeded(Excess::Columns));
        } else if let Some(row) = self.row() {
            row.cell = Some(span);
        }
    }

    fn end_cell(&mut self) {
        let Some(table) = self.open.last_mut() else { return };
        let Some(row) = table.row.as_mut() else { return };
        let Some(span) = row.cell.take() else { return };
        let is_covered = |column: usize| table.covered.get(column).is_some_and(|rows| *rows > 0);
        while is_covered(row.columns.len()) {
            row.columns.push(0..0);
        }
        let first = row.columns.len();
        let text = self.text.as_str().trim_matches([' ', '\n']);
        let start = row.texts.len();
        // A lone no-break space is how HTML writes an empty cell.
        if !text.chars().all(char::is_whitespace) {
            row.texts.push_str(text);
        }
        row.columns.push(start..row.texts.len());
        row.columns.resize(first + span.columns as usize, 0..0);
        if span.rows > 1 {
            row.reaching.push((first, span.columns as usize, span.rows - 1));
        }
        if row.columns.len() > self.budget.limits.max_columns as usize {
            self.failed = Some(self.budget.limits.exceeded(Excess::Columns));
        }
    }

    fn end_row(&mut self) {
        self.end_cell();
        let Some(table) = self.open.last_mut() else { return };
        let Some(row) = table.row.take() else { return };
        for rows in &mut table.covered {
            *rows = rows.saturating_sub(1);
        }
        for &(first, columns, rows) in &row.reaching {
            let width = table.covered.len().max(first + columns);
            table.covered.resize(width, 0);
            table.covered[first..first + columns].fill(rows);
        }
        if table.skipped || self.stopped || self.failed.is_some() {
            return;
        }
        if self.budget.wants_notes() {
            send_notes(table.rows, &row, self.budget);
        }
        let mut cells = recycle(std::mem::take(&mut self.spare));
        cells.extend(row.columns.iter().map(|range| match &row.texts[range.clone()] {
            "" => Cell::Empty,
            text => Cell::Text(text.into()),
        }));
        let flow = match row.fault {
            Some(fault) => self.budget.refused_row(table.rows, &cells, fault),
            None => self.budget.row(table.rows, &cells),
        };
        self.spare = recycle(cells);
        match flow {
            Ok(Flow::Continue) => {}
            Ok(Flow::SkipSheet) => table.skipped = true,
            Ok(Flow::Stop) => self.stopped = true,
            Err(error) => self.failed = Some(error),
        }
    }
}

fn unnamed_table() -> String {
    #[derive(Deserialize)]
    struct Words {
        html: HtmlWords,
    }
    #[derive(Deserialize)]
    struct HtmlWords {
        unnamed_table: String,
    }
    let words: Words = toml::from_str(WORDS).expect("the embedded file is whole; every test of this file reads it");
    words.html.unnamed_table
}

fn is_hidden(attributes: &Attributes<'_>) -> bool {
    let style = attributes.get("style").unwrap_or_default();
    let style: String = style.chars().filter(|c| !c.is_whitespace()).collect();
    style.to_ascii_lowercase().contains("display:none") || attributes.get("hidden").is_some()
}

fn send_notes(number: u32, row: &HtmlRow, budget: &mut Budget<'_>) {
    if row.hidden {
        budget.note(Note::HiddenRow(number));
    }
    for &(column, _, rows) in &row.reaching {
        let (last, column) = (number.saturating_add(rows), u32::try_from(column).unwrap_or(u32::MAX));
        budget.note(Note::Merged { first: number, last, column });
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::super::collected::Collected;
    use super::super::{Limits, read_rows, sniff};
    use super::*;

    fn read_text(html: &str) -> Collected {
        try_read(html).unwrap()
    }

    fn try_read(html: &str) -> Result<Collected, ReadError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), html).unwrap();
        let sniffed = sniff(file.path())?;
        assert_eq!(sniffed.container, Container::Html);
        let mut sink = Collected::default();
        read_rows(file.path(), &sniffed, sniffed.read_as(), &Limits::default(), &mut sink)?;
        Ok(sink)
    }

    #[test]
    fn entities_breaks_and_inner_tags_give_plain_text() {
        let sink = read_text("<table><tr><td>A &amp; <b>B</b><br>C&#7879;<td>&nbsp;</td><td>\n x  y </td></table>");
        assert_eq!(sink.texts(), [["A & B\nCệ", "", "x y"]]);
    }

    #[test]
    fn a_cell_over_several_columns_or_rows_stands_in_the_first() {
        let sink = read_text(
            "<html><table><tr><th rowspan=2>a<th colspan=2>b<th>c</tr><tr><th>d<th>e</tr><tr><td>1<td>2</table>",
        );
        assert_eq!(sink.texts(), [vec!["a", "b", "", "c"], vec!["", "d", "e"], vec!["1", "2"]]);
    }

    #[test]
    fn hidden_rows_and_cells_over_several_rows_are_noted() {
        let sink = read_text(
            "<table><tr><td>x<td rowspan=3>a<td>b</tr><tr style='Display : NONE'><td>1<td>2</tr><tr hidden><td>3</table>",
        );
        let expected = [Note::Merged { first: 1, last: 3, column: 1 }, Note::HiddenRow(2), Note::HiddenRow(3)];
        assert_eq!(sink.notes, expected);
    }

    #[test]
    fn hidden_tables_are_sheets_of_their_own() {
        let sink = read_text(
            "<html><style>td{x:\"<td>\"}</style><table style='display: none'><tr><td>x</table>\
             <table><caption>Hồ sơ</caption><tr><tr><td>y</table>",
        );
        let sheets: Vec<_> = sink.sheets.iter().map(|s| (s.name.as_str(), s.hidden)).collect();
        assert_eq!(sheets, [("Bảng 1", true), ("Hồ sơ", false)]);
        assert_eq!(sink.rows[1].1, 2);
    }

    #[test]
    fn a_nested_table_is_read_on_its_own() {
        let sink = read_text("<table><tr><td>out<table><tr><td>in</table></td></tr><tr><td>after</table>");
        let rows: Vec<_> = sink.rows.iter().map(|(sheet, number, _)| (sheet.as_str(), *number)).collect();
        assert_eq!(rows, [("Bảng 1", 1), ("Bảng 2", 1), ("Bảng 1", 2)]);
    }

    #[test]
    fn a_byte_that_is_not_utf8_refuses_its_row_and_no_other() {
        let html = "\u{feff}<table><tr><td>Số</td></tr><tr><td>x?</td></tr><tr><td>y</td></tr></table>?".as_bytes();
        let bytes: Vec<u8> = html.iter().map(|byte| if *byte == b'?' { 0xff } else { *byte }).collect();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &bytes).unwrap();
        let sniffed = sniff(file.path()).unwrap();
        let mut sink = Collected::default();
        read_rows(file.path(), &sniffed, sniffed.read_as(), &Limits::default(), &mut sink).unwrap();
        assert_eq!(sink.texts(), [["Số"], ["y"]]);
        let offset = bytes.iter().position(|byte| *byte == 0xff).unwrap() as u64;
        assert_eq!(sink.refused, [(2, RowFault::InvalidByte { byte: Some(0xff), offset })]);
    }

    /// Letters and their bytes stand on both sides of every cut.
    #[test]
    fn letters_cut_by_the_end_of_a_buffer_are_whole() {
        let rows = "<tr><td>ớ</td></tr>".repeat(20_000);
        let sink = read_text(&format!("<table>{rows}</table>"));
        assert!(sink.rows.iter().all(|(.., cells)| *cells == [Cell::Text("ớ".into())]) && sink.rows.len() == 20_000);
    }

    #[test]
    fn a_file_that_ends_inside_a_table_is_refused() {
        for cut in ["<table><tr><td>1<td title='x", "<table><tr><td>1</td></tr>"] {
            assert_eq!(try_read(cut).err().unwrap().rule(), "truncated");
        }
    }
}
