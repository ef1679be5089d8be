//! Shows what a file holds: its sheets, how many rows, and the cells by address, which wait outside of memory.

use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tempfile::SpooledTempFile;

use super::archive::Archive;
use super::error::ReadError;
use super::sniff::{Container, Sniffed, sniff};
use super::{Cell, Certainty, Excess, Flow, Limits, RowFault, RowSink, Sheet, TextKind, TextNote, read_rows};

/// A sheet and its rows counted; its cells are listed by [`Peeked::cells`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PeekSheet {
    /// The file in the archive that holds the sheet; none if the file itself does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The sheet's name; empty for CSV and Parquet.
    pub sheet: String,
    /// Whether the container hides it.
    pub hidden: bool,
    /// Rows with at least one cell that is not empty; error cells are not empty.
    pub rows: u64,
    /// The encoding of its text: of the file, or of cells that had to be decoded. `None` where it is not known.
    pub encoding: Option<&'static str>,
    /// How many of its cells that are not empty are listed, row by row.
    #[serde(skip)]
    pub listed: usize,
    /// What is wrong with rows or with the text: the first thousand, the last of which counts the others.
    #[serde(skip)]
    pub faults: Vec<PeekFault>,
}

/// A fault of a row; the row is counted all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PeekFault {
    /// Row number.
    pub row: u32,
    /// Id of the rule.
    pub rule: &'static str,
    /// What exactly.
    pub detail: String,
}

/// One cell that is not empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PeekCell {
    /// Column letters and row number, such as `B6`.
    pub address: String,
    /// The value; whole numbers without a fraction, dates as ISO text, without the time at midnight.
    pub value: Value,
    /// What kind of value it is.
    #[serde(rename = "type")]
    pub kind: CellType,
}

/// The kinds of value that a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CellType {
    /// Text.
    Text,
    /// A number.
    Number,
    /// true or false.
    Bool,
    /// A date, a date with time, or a time of day.
    Date,
    /// A spreadsheet error.
    Error,
}

/// Cells that are listed over all sheets: what is listed waits on the disk until the file is read through.
pub(super) const MAX_LISTED: usize = 5_000_000;
/// Faults that are named for one sheet.
const MAX_FAULTS: usize = 1_000;
/// Bytes of listed cells that are kept in memory.
const IN_MEMORY: usize = 8 << 20;

/// What was found in a file, or in the files of an archive.
#[derive(Debug)]
pub struct Peeked {
    /// All sheets.
    pub sheets: Vec<PeekSheet>,
    /// Files of the archive that are refused, with the reason.
    pub refused: Vec<(String, ReadError)>,
    cells: SpooledTempFile,
}

impl Peeked {
    /// The listed cells of all sheets in their order, each as a line of JSON of a [`PeekCell`].
    ///
    /// # Errors
    /// The file in which they wait cannot be read.
    pub fn cells(&mut self) -> io::Result<impl Iterator<Item = io::Result<String>> + '_> {
        self.cells.seek(SeekFrom::Start(0))?;
        Ok(BufReader::with_capacity(1 << 16, &mut self.cells).lines())
    }
}

/// Reads a file of any container, or all files of a zip archive. At most `per_sheet_cells` cells are listed for a
/// sheet; all rows are counted.
///
/// Text in a legacy encoding is decoded if its words show the encoding, else it is left as it is.
///
/// # Errors
/// The file is refused, or there is no room for its cells.
pub fn peek(path: &Path, limits: &Limits, per_sheet_cells: usize) -> Result<Peeked, ReadError> {
    if !std::fs::metadata(path).map_err(ReadError::Open)?.is_file() {
        return Err(ReadError::NotAFile("folder, FIFO or device"));
    }
    let mut peeker = Peeker {
        file: None,
        sheets: Vec::new(),
        cells: SpooledTempFile::new(IN_MEMORY),
        line: Vec::new(),
        per_sheet_cells,
        room: MAX_LISTED,
        more_faults: 0,
        stopped: None,
        encoding: None,
        fields: None,
    };
    let mut refused = Vec::new();
    match Archive::look(path, limits)? {
        None => peek_file(path, limits, &mut peeker)?,
        Some(archive) => {
            for entry in archive.entries() {
                peeker.file = Some(entry.name.clone());
                let seen = (peeker.sheets.len(), peeker.cells.stream_position().map_err(ReadError::NoRoom)?);
                let read = archive.unpack(entry).and_then(|file| peek_file(file.path(), limits, &mut peeker));
                if let Err(error) = read {
                    peeker.sheets.truncate(seen.0);
                    let cells = &mut peeker.cells;
                    cells
                        .set_len(seen.1)
                        .and_then(|()| cells.seek(SeekFrom::Start(seen.1)))
                        .map_err(ReadError::NoRoom)?;
                    refused.push((entry.name.clone(), error));
                }
            }
        }
    }
    match peeker.stopped {
        Some(Stopped::TooMany) => Err(limits.exceeded(Excess::ListedCells)),
        Some(Stopped::NoRoom(error)) => Err(ReadError::NoRoom(error)),
        None => Ok(Peeked { sheets: peeker.sheets, refused, cells: peeker.cells }),
    }
}

fn peek_file(path: &Path, limits: &Limits, peeker: &mut Peeker) -> Result<(), ReadError> {
    let sniffed = sniff(path)?;
    peeker.encoding = known_encoding(&sniffed);
    read_rows(path, &sniffed, sniffed.read_as(), limits, peeker)
}

fn known_encoding(sniffed: &Sniffed) -> Option<&'static str> {
    let is_text = matches!(sniffed.container, Container::Csv | Container::Html);
    (is_text && sniffed.certainty != Certainty::Undecided).then(|| sniffed.encoding.name())
}

struct Peeker {
    file: Option<String>,
    sheets: Vec<PeekSheet>,
    /// Listed cells, a line each.
    cells: SpooledTempFile,
    /// The lines of a row.
    line: Vec<u8>,
    per_sheet_cells: usize,
    room: usize,
    /// Faults of the sheet beyond those that are named.
    more_faults: u64,
    /// Why no more is listed.
    stopped: Option<Stopped>,
    /// The encoding of the file.
    encoding: Option<&'static str>,
    /// Fields that records should have, from the first that has them.
    fields: Option<ExpectedFields>,
}

/// Why listing ended before the file did.
enum Stopped {
    TooMany,
    NoRoom(io::Error),
}

/// How many fields records should have, and whether one had them.
struct ExpectedFields {
    usual: usize,
    found: bool,
}

impl RowSink for Peeker {
    fn sheet(&mut self, sheet: &Sheet) -> Flow {
        self.fields = sheet.fields.map(|usual| ExpectedFields { usual, found: false });
        self.more_faults = 0;
        self.sheets.push(PeekSheet {
            file: self.file.clone(),
            sheet: sheet.name.clone(),
            hidden: sheet.hidden,
            rows: 0,
            encoding: self.encoding,
            listed: 0,
            faults: Vec::new(),
        });
        Flow::Continue
    }

    fn refused_row(&mut self, number: u32, cells: &[Cell<'_>], fault: RowFault) -> Flow {
        let detail = match fault {
            RowFault::InvalidByte { byte, offset } => {
                let byte = byte.map_or(String::new(), |byte| format!("0x{byte:02X} "));
                format!("{byte}at byte {offset}")
            }
            RowFault::OpenQuote { line } => format!("line {line}"),
        };
        self.fault(number, fault.rule(), detail);
        self.row(number, cells)
    }

    fn text_note(&mut self, note: TextNote) {
        match note.kind {
            TextKind::Decoded(encoding) => {
                if let Some(sheet) = self.sheets.last_mut() {
                    sheet.encoding = Some(encoding.name());
                }
            }
            TextKind::Undecided(encoding) => {
                self.fault(note.row, "unsure_encoding", format!("{} cells, {}?", note.count, encoding.name()));
            }
            TextKind::NulBytes => self.fault(note.row, "nul_bytes", format!("{} rows", note.count)),
            TextKind::HiddenText => self.fault(note.row, "hidden_text", format!("{} rows", note.count)),
        }
    }

    fn row(&mut self, number: u32, cells: &[Cell<'_>]) -> Flow {
        self.check_fields(number, cells.len());
        let Some(sheet) = self.sheets.last_mut() else { return Flow::Continue };
        sheet.rows += 1;
        let wanted = self.per_sheet_cells.saturating_sub(sheet.listed);
        if wanted == 0 {
            return Flow::Continue;
        }
        let shown = cells.iter().enumerate().filter_map(|(column, cell)| {
            let (value, kind) = shown(cell)?;
            Some(PeekCell { address: address(column, number), value, kind })
        });
        let mut listed = 0;
        self.line.clear();
        for cell in shown.take(wanted) {
            // Text and numbers are always JSON, and memory takes what it is given.
            let _ = serde_json::to_writer(&mut self.line, &cell);
            self.line.push(b'\n');
            listed += 1;
        }
        sheet.listed += listed;
        self.stopped = match self.room.checked_sub(listed) {
            None => Some(Stopped::TooMany),
            Some(room) => {
                self.room = room;
                self.cells.write_all(&self.line).err().map(Stopped::NoRoom)
            }
        };
        if self.stopped.is_some() { Flow::Stop } else { Flow::Continue }
    }
}

impl Peeker {
    /// Rows above the first with all fields are a letterhead.
    fn check_fields(&mut self, number: u32, found: usize) {
        let Some(fields) = &mut self.fields else { return };
        fields.found |= found >= fields.usual;
        if fields.found && found != fields.usual {
            let detail = format!("{found} fields, not {}", fields.usual);
            self.fault(number, "ragged_row", detail);
        }
    }

    fn fault(&mut self, row: u32, rule: &'static str, detail: String) {
        let Some(sheet) = self.sheets.last_mut() else { return };
        if sheet.faults.len() < MAX_FAULTS {
            sheet.faults.push(PeekFault { row, rule, detail });
        } else {
            self.more_faults += 1;
            if let Some(last) = sheet.faults.last_mut() {
                last.detail = format!("{detail}; {} more faults from row {} on", self.more_faults, last.row);
            }
        }
    }
}

fn shown(cell: &Cell<'_>) -> Option<(Value, CellType)> {
    Some(match cell {
        Cell::Empty => return None,
        Cell::Text(text) => (Value::from(text.as_ref()), CellType::Text),
        Cell::Number(number) => (number_value(*number), CellType::Number),
        Cell::Bool(truth) => (Value::from(*truth), CellType::Bool),
        Cell::DateTime(text) => (Value::from(text.strip_suffix("T00:00:00").unwrap_or(text)), CellType::Date),
        Cell::Error(text) => (Value::from(text.as_ref()), CellType::Error),
    })
}

/// A whole number is shown without `.0`, as a spreadsheet shows it.
fn number_value(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9e15 { Value::from(number as i64) } else { Value::from(number) }
}

fn address(column: usize, row: u32) -> String {
    column_letters(column) + &row.to_string()
}

/// The letters by which a spreadsheet names a column, counted from 0: `A`, `Z`, `AA`.
#[must_use]
pub fn column_letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.push(char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn addresses_count_like_a_spreadsheet() {
        let shown = [(0, 1), (25, 2), (26, 3), (701, 4), (702, 5), (16_383, 6)].map(|(c, r)| address(c, r));
        assert_eq!(shown, ["A1", "Z2", "AA3", "ZZ4", "AAA5", "XFD6"]);
    }

    #[test]
    fn cells_are_listed_up_to_the_number_asked_for_and_rows_all_counted() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "a,,b\n1,2,3\n,,\n").unwrap();
        let mut peeked = peek(file.path(), &Limits::default(), 3).unwrap();
        let sheet = &peeked.sheets[0];
        assert_eq!((sheet.rows, sheet.listed, sheet.encoding, sheet.faults.len()), (2, 3, Some("utf-8"), 0));
        let cells: Vec<String> = peeked.cells().unwrap().map(Result::unwrap).collect();
        assert_eq!(
            cells,
            [
                r#"{"address":"A1","value":"a","type":"text"}"#,
                r#"{"address":"C1","value":"b","type":"text"}"#,
                r#"{"address":"A2","value":"1","type":"text"}"#,
            ]
        );
    }

    #[test]
    fn many_faults_are_named_once_and_counted() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!("a,b\n{}{}", "1,2\n".repeat(20_000), "1\n".repeat(3_000))).unwrap();
        let peeked = peek(file.path(), &Limits::default(), 0).unwrap();
        let faults = &peeked.sheets[0].faults;
        assert_eq!((faults.len(), faults[999].row), (MAX_FAULTS, 21_001));
        assert!(faults[999].detail.contains("2000 more"), "{}", faults[999].detail);
    }
}
