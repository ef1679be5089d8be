//! Reads any container (xlsx, xls, xlsb, ods, XML, HTML, CSV, Parquet) as sheets of rows of cells, under a budget.

mod archive;
mod budget;
mod compound;
mod csv;
mod csv_cells;
mod csv_mend;
mod dialect;
mod encoding;
mod error;
mod evidence;
mod foreign;
mod frames;
mod guard;
mod html;
mod html_layout;
mod html_shown;
mod html_style;
mod html_table;
mod isolated;
mod legacy;
mod letters;
mod limits;
mod markup;
mod note;
mod ods;
mod package;
mod parquet;
mod parquet_sizes;
mod paths;
mod peek;
mod serve;
mod sniff;
mod spreadsheet;
mod spreadsheet_ml;
mod syllable;
mod tags;
mod tally;
mod text;
mod xls;
mod xlsb;
mod xlsx;
mod xlsx_notes;
mod xlsx_strings;
mod xlsx_terms;
mod xml;

use std::borrow::Cow;
use std::path::Path;

use serde::{Deserialize, Serialize};

pub use archive::{Archive, ArchiveEntry, is_hidden, is_lock_file};
pub use encoding::Certainty;
pub use error::ReadError;
pub use foreign::Foreign;
pub use isolated::{SERVE_XLS, isolate_xls};
pub use limits::{Exceeded, Excess, Limits};
pub use note::{Note, RowFault, TextKind, TextNote};
pub use paths::{Found, InputFile, PathError, find_files};
pub use peek::{CellType, PeekCell, PeekFault, PeekSheet, Peeked, column_letters, peek};
pub use serve::serve_xls;
pub use sniff::{Container, Sniffed, sniff};

use budget::Budget;
use cchc_model::Encoding;

/// One cell as the container stores it. Dates are ISO text (`2020-06-30T08:00:00`), since every reader can give that.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Cell<'a> {
    /// Nothing, or an empty string.
    Empty,
    /// Text, untrimmed, not yet normalised. A duration of a day or more is text too (`255:10:10`).
    #[serde(borrow)]
    Text(Cow<'a, str>),
    /// A number that is not formatted as a date.
    Number(f64),
    /// true or false.
    Bool(bool),
    /// A date cell, as ISO text with time; a time of day without a date is `10:10:10`.
    #[serde(borrow)]
    DateTime(Cow<'a, str>),
    /// A spreadsheet error such as `#N/A`.
    #[serde(borrow)]
    Error(Cow<'a, str>),
}

/// A sheet as the container names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// The sheet's name; an HTML table's caption, or its number in words; empty for CSV and Parquet.
    pub name: String,
    /// Whether the container hides it.
    pub hidden: bool,
    /// Fields that nearly every record of delimited text has; `None` for other containers.
    pub fields: Option<usize>,
}

/// What the receiver wants next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// The next row.
    Continue,
    /// The next sheet.
    SkipSheet,
    /// Nothing more of this file.
    Stop,
}

/// Receives sheets and rows in file order.
///
/// Row numbers count from 1 as a spreadsheet shows them. For CSV it is the record's number, heading included;
/// for Parquet row 1 holds the column names; for HTML it is the n-th `<tr>` of the table.
pub trait RowSink {
    /// Receives a sheet before its rows.
    fn sheet(&mut self, sheet: &Sheet) -> Flow;
    /// Receives one row. Trailing empty cells may be cut, but not where [`Sheet::fields`] is known, and wholly blank
    /// rows left out.
    fn row(&mut self, number: u32, cells: &[Cell<'_>]) -> Flow;
    /// Receives a row that cannot be read; `cells` hold what is known of it.
    fn refused_row(&mut self, _number: u32, _cells: &[Cell<'_>], _fault: RowFault) -> Flow {
        Flow::Continue
    }
    /// Receives a note on the text of the last sheet, after its rows.
    fn text_note(&mut self, _note: TextNote) {}
    /// Whether it wants [`Note`]s: to find them some containers are read twice.
    fn wants_notes(&self) -> bool {
        false
    }
    /// Receives a note on a row or cell beside its value; only if it wants notes.
    fn note(&mut self, _note: Note) {}
}

impl Cell<'_> {
    /// The cell with a text of its own.
    #[must_use]
    pub fn to_static(&self) -> Cell<'static> {
        match self {
            Self::Empty => Cell::Empty,
            Self::Text(text) => Cell::Text(Cow::Owned(text.as_ref().to_owned())),
            Self::Number(number) => Cell::Number(*number),
            Self::Bool(truth) => Cell::Bool(*truth),
            Self::DateTime(text) => Cell::DateTime(Cow::Owned(text.as_ref().to_owned())),
            Self::Error(text) => Cell::Error(Cow::Owned(text.as_ref().to_owned())),
        }
    }
}

/// How text is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadAs {
    /// The encoding of a text file.
    pub encoding: Encoding,
    /// The encoding that a source declares for cells whose own is undecided.
    pub declared: Option<Encoding>,
}

/// Reads a file whose container is known, sheet by sheet and row by row.
///
/// `text` is the encoding of text; containers that are not text use only the declared one.
/// A panic inside a third-party reader comes back as an error; a panic of the sink goes on. An .xls file is read in
/// another process if [`isolate_xls`] has named a program for it.
pub fn read_rows(
    path: &Path,
    sniffed: &Sniffed,
    text: ReadAs,
    limits: &Limits,
    sink: &mut dyn RowSink,
) -> Result<(), ReadError> {
    let size = std::fs::metadata(path).map_err(ReadError::Open)?.len();
    if size > limits.max_file_mib.saturating_mul(1 << 20) {
        return Err(limits.exceeded(Excess::FileBytes));
    }
    let mut budget = Budget::decoding(sink, limits, text.declared).of_file(size);
    guard::catching(sniffed.container, || match sniffed.container {
        Container::Xlsx => xlsx::read(path, &mut budget),
        Container::Xlsb => xlsb::read(path, &mut budget),
        Container::Xls => isolated::read(path, size, &mut budget).unwrap_or_else(|| xls::read(path, &mut budget)),
        Container::Ods => ods::read(path, &mut budget),
        Container::SpreadsheetMl => spreadsheet_ml::read(path, text.encoding, &mut budget),
        Container::Html => html::read(path, text.encoding, &mut budget),
        Container::Csv => csv::read(path, text.encoding, &mut budget),
        Container::Parquet => parquet::read(path, &mut budget),
    })?;
    budget.finish();
    Ok(())
}

/// Text of one of [`Encoding::LEGACY`], decoded from the characters that windows-1252 shows for its bytes.
#[must_use]
pub fn decode_legacy(shown: &str, encoding: Encoding) -> String {
    letters::decode(shown, encoding)
}

/// Empties a row of cells and reuses its memory for cells of another lifetime.
fn recycle<'b>(mut cells: Vec<Cell<'_>>) -> Vec<Cell<'b>> {
    cells.clear();
    // The vector is empty, so nothing is mapped; collecting in place keeps its memory.
    cells.into_iter().map(|_| Cell::Empty).collect()
}

/// Writers of the old encodings with tables of their own, against which decoding is checked.
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
#[path = "../../tests/it/encodings.rs"]
mod encodings;

#[cfg(test)]
mod text_laws;

/// A sink for tests that keeps everything.
#[cfg(test)]
mod collected {
    use super::{Cell, Flow, Note, RowFault, RowSink, Sheet, TextNote};

    #[derive(Default)]
    pub struct Collected {
        pub sheets: Vec<Sheet>,
        pub rows: Vec<(String, u32, Vec<Cell<'static>>)>,
        pub notes: Vec<Note>,
        pub refused: Vec<(u32, RowFault)>,
        pub text_notes: Vec<TextNote>,
    }

    impl Collected {
        pub fn texts(&self) -> Vec<Vec<String>> {
            self.rows.iter().map(|(_, _, row)| row.iter().map(shown).collect()).collect()
        }
    }

    impl RowSink for Collected {
        fn sheet(&mut self, sheet: &Sheet) -> Flow {
            self.sheets.push(sheet.clone());
            Flow::Continue
        }

        fn row(&mut self, number: u32, cells: &[Cell<'_>]) -> Flow {
            let sheet = self.sheets.last().map(|sheet| sheet.name.clone()).unwrap_or_default();
            self.rows.push((sheet, number, cells.iter().map(Cell::to_static).collect()));
            Flow::Continue
        }

        fn refused_row(&mut self, number: u32, _: &[Cell<'_>], fault: RowFault) -> Flow {
            self.refused.push((number, fault));
            Flow::Continue
        }

        fn text_note(&mut self, note: TextNote) {
            self.text_notes.push(note);
        }

        fn wants_notes(&self) -> bool {
            true
        }

        fn note(&mut self, note: Note) {
            self.notes.push(note);
        }
    }

    fn shown(cell: &Cell<'_>) -> String {
        match cell {
            Cell::Empty => String::new(),
            Cell::Text(text) | Cell::DateTime(text) | Cell::Error(text) => text.to_string(),
            Cell::Number(number) => number.to_string(),
            Cell::Bool(truth) => truth.to_string(),
        }
    }
}
