//! Tells tables that only lay a page out from tables of data that have a table inside a cell.

use std::collections::BTreeSet;
use std::io::Read;

use super::error::ReadError;
use super::html_shown::{Fate, Place, Shown};
use super::markup::{Attributes, Listener, stream_html};
use super::sniff::Container;

/// A row of so many filled cells may be one of data.
const DATA_CELLS: u32 = 3;

/// Whether a table opens inside another one. Tags in comments and scripts count too, which costs only time.
pub(super) fn has_nested_tables(mut utf8: impl Read) -> std::io::Result<bool> {
    let mut buffer = vec![0; 1 << 16];
    let (mut kept, mut depth) = (0, 0_u32);
    loop {
        let length = utf8.read(&mut buffer[kept..])?;
        let filled = kept + length;
        // Seven bytes may go on in the next piece.
        let end = if length == 0 { filled } else { filled.saturating_sub(7) };
        for at in memchr::memchr_iter(b'<', &buffer[..end]) {
            let tag = &buffer[at + 1..filled];
            let is = |name: &[u8]| tag.len() >= name.len() && tag[..name.len()].eq_ignore_ascii_case(name);
            if is(b"table") {
                depth += 1;
                if depth > 1 {
                    return Ok(true);
                }
            } else if is(b"/table") {
                depth = depth.saturating_sub(1);
            }
        }
        if length == 0 {
            return Ok(false);
        }
        buffer.copy_within(end..filled, 0);
        kept = filled - end;
    }
}

/// The tables of data that hold tables in their cells, by their number in the file, from 1. Tables in a cell of such a
/// table are not counted: they are text of it.
pub(super) fn data_tables(utf8: impl Read) -> Result<BTreeSet<u32>, ReadError> {
    let mut layout = Layout::default();
    stream_html(utf8, &mut layout, ReadError::broken(Container::Html))?;
    Ok(layout.data)
}

/// How many rows with data a table has, and the most filled cells of one.
#[derive(Debug, Default, Clone, Copy)]
struct Size {
    rows: u32,
    width: u32,
}

#[derive(Default)]
struct OpenTable {
    number: u32,
    own: Size,
    /// Of the largest table inside it, if any is.
    inner: Option<Size>,
    /// Filled cells of the row.
    filled: u32,
    in_cell: bool,
    cell_filled: bool,
}

#[derive(Default)]
struct Layout {
    shown: Shown,
    open: Vec<OpenTable>,
    seen: u32,
    data: BTreeSet<u32>,
}

impl OpenTable {
    fn end_cell(&mut self) {
        self.filled += u32::from(std::mem::take(&mut self.cell_filled));
        self.in_cell = false;
    }

    fn end_row(&mut self) {
        self.end_cell();
        let filled = std::mem::take(&mut self.filled);
        self.own.rows += u32::from(filled >= DATA_CELLS);
        self.own.width = self.own.width.max(filled);
    }

    /// A page is laid out by few rows around a larger table; data has many rows around small ones.
    fn is_data(&self) -> bool {
        self.inner.is_some_and(|inner| {
            let is_larger = self.own.rows > inner.rows || self.own.width >= 2 * inner.width;
            self.own.rows >= 2 && self.own.width >= inner.width && is_larger
        })
    }
}

impl Layout {
    fn place(&self) -> Place {
        let in_cell = self.open.last().is_some_and(|table| table.in_cell);
        if in_cell { Place::Cell } else { Place::Outside }
    }

    fn end_table(&mut self) {
        let Some(mut table) = self.open.pop() else { return };
        table.end_row();
        if table.is_data() {
            self.data.insert(table.number);
        }
        let inner = table.inner.unwrap_or_default();
        let whole = Size { rows: table.own.rows.max(inner.rows), width: table.own.width.max(inner.width) };
        if let Some(outer) = self.open.last_mut() {
            outer.cell_filled = true;
            let before = outer.inner.unwrap_or_default();
            let rows = before.rows.max(whole.rows);
            outer.inner = Some(Size { rows, width: before.width.max(whole.width) });
        }
    }
}

impl Listener for Layout {
    fn open(&mut self, name: &str, attributes: &Attributes<'_>) {
        let place = self.place();
        let fate = self.shown.open(name, attributes, place);
        if fate == Fate::NotShown {
            return;
        }
        match (name, self.open.last_mut()) {
            ("td" | "th", Some(table)) if fate != Fate::Shown => {
                table.end_cell();
                self.shown.hide_part(name);
            }
            ("table", _) => {
                self.seen += 1;
                self.open.push(OpenTable { number: self.seen, ..OpenTable::default() });
            }
            ("tr", Some(table)) => table.end_row(),
            ("td" | "th", Some(table)) => {
                table.end_cell();
                table.in_cell = true;
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        if !self.shown.close(name) {
            return;
        }
        match (name, self.open.last_mut()) {
            ("table", _) => self.end_table(),
            ("tr" | "thead" | "tbody" | "tfoot", Some(table)) => table.end_row(),
            ("td" | "th", Some(table)) => table.end_cell(),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        let is_shown = self.shown.shows(text);
        if let Some(table) = self.open.last_mut().filter(|table| is_shown && table.in_cell) {
            table.cell_filled |= !text.chars().all(char::is_whitespace);
        }
    }

    fn is_done(&self) -> bool {
        false
    }

    fn continues_after(&mut self, _: u8, _: u64) -> bool {
        true
    }
}
