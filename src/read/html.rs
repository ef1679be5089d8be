//! Reads the tables of an HTML file, which many systems call .xls, as sheets.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::Deserialize;

use super::budget::Budget;
use super::error::ReadError;
use super::html_layout::{data_tables, has_nested_tables};
use super::html_shown::{Fate, Place, Shown};
use super::html_style::Showing;
use super::html_table::{Choice, HtmlRow, HtmlTable, Span, send_notes};
use super::markup::{Attributes, Collapsed, Listener, stream_html};
use super::sniff::Container;
use super::text::{mark_bytes, to_utf8};
use super::{Cell, Excess, Flow, RowFault, TextKind, TextNote, recycle};
use cchc_model::Encoding;

/// The words for sheets without a name.
const WORDS: &str = include_str!("../../queries/containers.toml");
/// Rows that a cell may reach down, as browsers have it.
const MAX_ROWSPAN: u32 = 65_534;

/// Reads every `<table>`. One in a cell is text of that cell, unless the outer table only lays the page out: then both
/// are sheets. What a browser would not show is read nowhere, but for hidden tables and rows: these are noted.
pub(super) fn read(path: &Path, encoding: Encoding, budget: &mut Budget<'_>) -> Result<(), ReadError> {
    let before = mark_bytes(path).map_err(ReadError::Open)?;
    let data = if has_nested_tables(decoded(path, encoding)?).map_err(ReadError::Open)? {
        data_tables(decoded(path, encoding)?)?
    } else {
        BTreeSet::new()
    };
    let mut tables = Tables { before, data, ..Tables::new(budget) };
    stream_html(decoded(path, encoding)?, &mut tables, ReadError::broken(Container::Html))?;
    if let Some(name) = tables.shown.swallowing().filter(|_| !tables.is_done()) {
        return Err(ReadError::Swallowed(name));
    }
    // Only `</table>` may not be left out in HTML, so a table still open means that the end of the file is missing.
    if tables.is_done() || tables.open.is_empty() {
        tables.failed.map_or(Ok(()), Err)
    } else {
        Err(ReadError::CutOff(Container::Html))
    }
}

fn decoded(path: &Path, encoding: Encoding) -> Result<impl Read, ReadError> {
    to_utf8(File::open(path).map_err(ReadError::Open)?, encoding).map_err(ReadError::Open)
}

struct Tables<'b, 's> {
    budget: &'b mut Budget<'s>,
    /// Bytes of the file before the text.
    before: u64,
    shown: Shown,
    /// Tables of data with tables in their cells, by number.
    data: BTreeSet<u32>,
    open: Vec<HtmlTable>,
    /// Open tables in a cell of data, and whether a cell of theirs is open.
    nested: Vec<bool>,
    choice: Choice,
    /// All tables so far, and those that are sheets.
    number: u32,
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
        let place = self.place();
        let fate = self.shown.open(name, attributes, place);
        if fate == Fate::NotShown {
            return;
        }
        if self.opens_nested(name, fate) {
            return;
        }
        match (name, fate) {
            ("table", _) => self.start_table(fate),
            ("tr", _) => {
                self.start_row();
                let in_hidden = self.open.last().is_some_and(|table| table.hidden_group.is_some());
                if let Some(row) = self.row() {
                    row.hidden = in_hidden || fate != Fate::Shown;
                }
            }
            ("thead" | "tbody" | "tfoot", _) => {
                self.end_row();
                if let Some(table) = self.open.last_mut() {
                    table.hidden_group = if let Fate::HiddenPart(how) = fate { Some(how) } else { None };
                }
            }
            // A browser gives such a cell no column.
            ("td" | "th", Fate::HiddenPart(Showing::Absent)) => {
                self.end_cell();
                self.shown.hide_part(name);
            }
            ("td" | "th", _) => {
                self.start_cell(attributes);
                if fate != Fate::Shown {
                    self.shown.hide_part(name);
                }
            }
            ("caption", _) => {
                self.in_caption = true;
                self.text.clear();
            }
            ("br", _) => self.text.push_exact("\n"),
            ("p" | "div" | "li", _) => self.text.new_paragraph(),
            ("select", _) => self.choice = Choice { start: self.text.as_str().len(), ..Choice::default() },
            ("option", _) => self.start_option(attributes),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        if !self.shown.close(name) || self.closes_nested(name) {
            return;
        }
        match name {
            "table" => self.end_table(),
            "tr" => self.end_row(),
            "thead" | "tbody" | "tfoot" => {
                self.end_row();
                if let Some(table) = self.open.last_mut() {
                    table.hidden_group = None;
                }
            }
            "td" | "th" => self.end_cell(),
            "caption" => self.end_caption(),
            "p" | "div" | "li" => self.text.new_paragraph(),
            "option" | "select" => self.choice.in_unchosen = false,
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if !self.shown.shows(text) || self.choice.in_unchosen {
            return;
        }
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
            shown: Shown::default(),
            data: BTreeSet::new(),
            open: Vec::new(),
            nested: Vec::new(),
            choice: Choice::default(),
            number: 0,
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

    fn place(&self) -> Place {
        let own = || self.open.last().and_then(|table| table.row.as_ref()).is_some_and(|row| row.cell.is_some());
        let in_cell = self.nested.last().copied().unwrap_or_else(own);
        if in_cell || self.in_caption { Place::Cell } else { Place::Outside }
    }

    /// Takes a tag that opens a table in a cell of data, or stands in one: lines and blanks keep its words apart.
    fn opens_nested(&mut self, name: &str, fate: Fate) -> bool {
        let in_cell = |table: &HtmlTable| {
            self.data.contains(&table.number) && table.row.as_ref().is_some_and(|row| row.cell.is_some())
        };
        if name == "table" && (!self.nested.is_empty() || self.open.last().is_some_and(in_cell)) {
            self.number += 1;
            self.nested.push(false);
            self.text.new_paragraph();
            return true;
        }
        let Some(cell) = self.nested.last_mut() else { return false };
        match name {
            "td" | "th" => {
                *cell = true;
                self.text.push(" ");
            }
            "tr" | "caption" | "thead" | "tbody" | "tfoot" => {
                *cell = false;
                self.text.new_paragraph();
            }
            _ => return false,
        }
        if fate != Fate::Shown {
            self.shown.hide_part(name);
        }
        true
    }

    fn closes_nested(&mut self, name: &str) -> bool {
        let Some(cell) = self.nested.last_mut() else { return false };
        match name {
            "td" | "th" => *cell = false,
            "table" => {
                self.nested.pop();
                self.text.new_paragraph();
            }
            "tr" | "caption" | "thead" | "tbody" | "tfoot" => self.text.new_paragraph(),
            _ => return false,
        }
        true
    }

    fn start_option(&mut self, attributes: &Attributes<'_>) {
        let is_chosen = !self.choice.is_made && attributes.get("selected").is_some();
        if is_chosen {
            self.choice.is_made = true;
            self.text.truncate(self.choice.start);
        }
        self.choice.in_unchosen = !is_chosen && (self.choice.is_made || self.choice.entries > 0);
        self.choice.entries += 1;
    }

    fn start_table(&mut self, fate: Fate) {
        // What the outer table has of this row comes before the inner table.
        self.end_row();
        if let Some(outer) = self.open.last_mut() {
            outer.announced = false;
        }
        self.number += 1;
        self.seen += 1;
        self.open.push(HtmlTable {
            name: self.unnamed_table.replace("{number}", &self.seen.to_string()),
            hidden: fate != Fate::Shown,
            number: self.number,
            ..HtmlTable::default()
        });
    }

    fn end_table(&mut self) {
        self.end_row();
        if self.open.last().is_some_and(|table| table.rows == 0) {
            self.announce();
        }
        let table = self.open.pop();
        if let Some(note) = table.filter(|table| !table.skipped && !self.is_done()).and_then(|table| table.hid_text) {
            self.budget.text_note(note);
        }
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
        self.choice = Choice::default();
        let span = Span { columns: attributes.count("colspan"), rows: attributes.count("rowspan").min(MAX_ROWSPAN) };
        if span.columns > self.budget.limits.max_columns {
            self.failed = Some(self.budget.limits.exceeded(Excess::Columns));
        } else if let Some(row) = self.row() {
            row.cell = Some(span);
        }
    }

    fn end_cell(&mut self) {
        let Some(table) = self.open.last_mut() else { return };
        let Some(span) = table.row.as_mut().and_then(|row| row.cell.take()) else { return };
        table.place(span, self.text.as_str());
        let columns = table.row.as_ref().map_or(0, |row| row.columns.len());
        if columns > self.budget.limits.max_columns as usize {
            self.failed = Some(self.budget.limits.exceeded(Excess::Columns));
        }
    }

    fn end_row(&mut self) {
        self.end_cell();
        let Some(table) = self.open.last_mut() else { return };
        let Some(row) = table.row.take() else { return };
        if self.shown.take_hid_text() {
            let first = TextNote { kind: TextKind::HiddenText, row: table.rows, count: 0 };
            table.hid_text.get_or_insert(first).count += 1;
        }
        table.cover(&row);
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::super::collected::Collected;
    use super::super::{Limits, Note, read_rows, sniff};
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

    fn sheet_rows(html: &str) -> Vec<(String, Vec<String>)> {
        let sink = read_text(html);
        sink.rows.iter().map(|(sheet, ..)| sheet.clone()).zip(sink.texts()).collect()
    }

    const HEADINGS: &str = "<tr><th>Mã<th>Tên<th>Ngày<th>Phí</tr>";

    #[test]
    fn a_table_in_a_cell_of_data_is_text_of_that_cell() {
        let files = "<table><caption>Tệp</caption><tr><td>1.pdf</td><td>2.pdf</td></tr><tr><td>Tờ <b>khai</b></td></tr></table>";
        let rows =
            format!("<tr><td>H1<td>Khai sinh{files} thêm<td>03/03<td>150</tr><tr><td>H2<td>{files}<td>04/03<td>0</tr>");
        let sink = read_text(&format!("<table>{HEADINGS}{rows}</table><table><tr><td>sau</table>"));
        assert_eq!(sink.sheets.iter().map(|sheet| &sheet.name).collect::<Vec<_>>(), ["Bảng 1", "Bảng 2"]);
        assert_eq!(sink.texts()[1], ["H1", "Khai sinh\nTệp\n1.pdf 2.pdf\nTờ khai\nthêm", "03/03", "150"]);
        assert_eq!(sink.texts()[2], ["H2", "Tệp\n1.pdf 2.pdf\nTờ khai", "04/03", "0"]);
        assert_eq!(sink.texts()[3], ["sau"]);
    }

    #[test]
    fn tables_deep_in_a_cell_and_rows_of_details_are_text_too() {
        let deep = "<table><tr><td>a<table><tr><td>b</table>c</table>";
        let details = "<tr><td colspan=4><table><tr><td>Bước 1<td>xong</table></td></tr>";
        let html = format!(
            "<table>{HEADINGS}<tr><td>H1<td>{deep}<td>x<td>y</tr>{details}<tr><td>H2<td>z<td>x<td>y</tr></table>"
        );
        let rows = sheet_rows(&html);
        assert!(rows.iter().all(|(sheet, _)| sheet == "Bảng 1"), "{rows:?}");
        assert_eq!(rows[1].1, ["H1", "a\nb\nc", "x", "y"]);
        assert_eq!(rows[2].1[0], "Bước 1 xong");
        assert_eq!(rows[3].1, ["H2", "z", "x", "y"]);
    }

    /// A page laid out by a table: title, a menu beside it, then the data.
    #[test]
    fn data_in_a_table_that_only_lays_the_page_out_is_a_sheet_of_its_own() {
        let data = format!("<table>{HEADINGS}<tr><td>H1<td>a<td>b<td>c</tr></table>");
        for layout in [
            format!("<table><tr><td>Sở A<td>Cộng hòa</tr><tr><td colspan=2>{data}</tr></table>"),
            format!("<table><tr><td>Đầu<td>Báo cáo<td>Thoát</tr><tr><td>trái<td>{data}<td>phải</tr></table>"),
            format!("<table><tr><td>{data}</td></tr></table>"),
            format!("<div><table><tr><td><table><tr><td>{data}</table></table></div>"),
        ] {
            let rows = sheet_rows(&layout);
            let at = rows.iter().position(|(_, row)| row[0] == "Mã").unwrap();
            assert_eq!(rows[at + 1].1, ["H1", "a", "b", "c"], "{layout}");
            assert_eq!(rows[at].0, rows[at + 1].0);
        }
    }

    #[test]
    fn what_a_browser_does_not_show_is_no_text() {
        let style = "<style>.an{display:none} td{color:red}</style>";
        for hidden in [
            "<script type='text/javascript'>menu(\"<td>x\");</script>",
            "<STYLE>b{}</STYLE>",
            "<template><table><tr><td>x</td></tr></table></template>",
            "<noscript>x</noscript>",
            "<!-- <td>x</td> -->",
            "<span hidden>x</span>",
            "<div style='display : none'>x<div>y</div>z</div>",
            "<span class='n an'>x<b>y</b></span>",
            "<b style='visibility:hidden'>x</b>",
            "<table style='display:none'><tr><td>x</td></tr></table>",
            "<datalist><option>x</datalist>",
            "<input type=hidden value=x>",
            "<p style='display:none'>x<p>",
        ] {
            let sink = read_text(&format!("{style}<table><tr><td>a{hidden}</td><td>b</td></tr><tr><td>c</table>"));
            assert_eq!(sink.texts(), [vec!["a", "b"], vec!["c"]], "{hidden}");
        }
    }

    #[test]
    fn an_element_that_stays_open_hides_no_more_than_its_cell() {
        let sink = read_text("<table><tr><td>a<span hidden>x<td>b<i style='display:none'>y</tr><tr><td>c</table>");
        assert_eq!(sink.texts(), [vec!["a", "b"], vec!["c"]]);
        let note = TextNote { kind: TextKind::HiddenText, row: 1, count: 1 };
        assert_eq!(sink.text_notes, [note]);
    }

    #[test]
    fn a_hidden_cell_has_no_column_and_a_blank_one_keeps_its_own() {
        let rows = "<tr><th style='display:none'>k<th>Mã<th>Tên</tr>\
                    <tr><td hidden>7<td>H1<td>a</tr><tr><td style='visibility:hidden'>H2<td>b</tr>";
        assert_eq!(read_text(&format!("<table>{rows}</table>")).texts(), [["Mã", "Tên"], ["H1", "a"], ["", "b"]]);
    }

    #[test]
    fn rows_and_tables_in_hidden_groups_are_noted_and_read() {
        let sink = read_text(
            "<div style='display:none'><table><tbody hidden><tr><td>a</tbody><tbody><tr><td>b</table></div><table><tr><td>c</table>",
        );
        assert_eq!(sink.sheets.iter().map(|sheet| sheet.hidden).collect::<Vec<_>>(), [true, false]);
        assert_eq!((sink.notes, sink.rows.len()), (vec![Note::HiddenRow(1)], 3));
    }

    #[test]
    fn of_a_drop_down_list_the_choice_is_text() {
        let list = |second: &str| format!("<table><tr><td><select><option>một<option{second}>hai</select> x</table>");
        assert_eq!(read_text(&list("")).texts(), [["một x"]]);
        assert_eq!(read_text(&list(" selected")).texts(), [["hai x"]]);
    }

    #[test]
    fn what_hides_the_rest_of_a_file_is_told() {
        let table = "<table><tr><td>1</td></tr></table>";
        for open in ["<script>", "<style>", "<!--", "<template>", "<noscript>", "<textarea>"] {
            assert_eq!(
                try_read(&format!("{table}{open}{table}")).err().map(|error| error.rule()),
                Some("swallowed_rows"),
                "{open}"
            );
            assert_eq!(try_read(&format!("{table}{open} end")).unwrap().rows.len(), 1, "{open}");
        }
    }
}
