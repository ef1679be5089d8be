//! Reads the tables of an HTML file, which many systems call .xls, as sheets.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;

use super::budget::Budget;
use super::error::ReadError;
use super::html_layout::{data_tables, has_nested_tables};
use super::html_shown::{Fate, Place, Shown};
use super::html_style::Showing;
use super::markup::{Attributes, Collapsed, Listener, stream_html};
use super::sniff::Container;
use super::text::{mark_bytes, to_utf8};
use super::{Cell, Excess, Flow, Note, RowFault, TextKind, TextNote, recycle};
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

/// One `<table>` that is not closed yet.
#[derive(Default)]
struct HtmlTable {
    name: String,
    hidden: bool,
    announced: bool,
    skipped: bool,
    /// Whether tables in its cells are text of these.
    holds_data: bool,
    rows: u32,
    /// Whether the group of rows is hidden.
    hidden_group: bool,
    /// Rows in which text was hidden.
    hid_text: Option<TextNote>,
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

/// A drop-down list in a cell: its chosen entry is shown, else the first.
#[derive(Default)]
struct Choice {
    /// Where its text begins in that of the cell.
    start: usize,
    entries: u32,
    is_made: bool,
    in_unchosen: bool,
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
                let in_hidden = self.open.last().is_some_and(|table| table.hidden_group);
                if let Some(row) = self.row() {
                    row.hidden = in_hidden || fate != Fate::Shown;
                }
            }
            ("thead" | "tbody" | "tfoot", _) => {
                self.end_row();
                if let Some(table) = self.open.last_mut() {
                    table.hidden_group = fate != Fate::Shown;
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
                    table.hidden_group = false;
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
        let in_cell = |table: &HtmlTable| table.holds_data && table.row.as_ref().is_some_and(|row| row.cell.is_some());
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
            holds_data: self.data.contains(&self.number),
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
        if self.shown.take_hid_text() {
            let first = TextNote { kind: TextKind::HiddenText, row: table.rows, count: 0 };
            table.hid_text.get_or_insert(first).count += 1;
        }
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
#[path = "html_tests.rs"]
mod tests;
