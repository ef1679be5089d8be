//! Reads delimited text record by record, with the delimiter sniffed and each record checked once for UTF-8.

use std::cell::Cell as Counter;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;
use std::rc::Rc;

use csv::{ByteRecord, ErrorKind, Reader, ReaderBuilder};

use super::budget::Budget;
use super::error::ReadError;
use super::sniff::Container;
use super::text::{Encoding, to_utf8};
use super::{Cell, Excess, Flow, recycle};

/// Delimiters in the order in which a draw between them is settled.
const DELIMITERS: [u8; 4] = *b"\t;|,";
/// Bytes and records from which the delimiter is told.
const SAMPLE_BYTES: u64 = 1 << 16;
const SAMPLE_RECORDS: usize = 50;
/// The longest text a spreadsheet cell holds. A longer field with line breaks in it has swallowed records.
const LONGEST_CELL: usize = 32_767;

/// Reads all records as one sheet without a name.
pub(super) fn read(path: &Path, encoding: Encoding, budget: &mut Budget<'_>) -> Result<(), ReadError> {
    let file = File::open(path).map_err(ReadError::Open)?;
    let mut utf8 = to_utf8(file, encoding).map_err(ReadError::Open)?;
    let mut sample = Vec::new();
    utf8.by_ref().take(SAMPLE_BYTES).read_to_end(&mut sample).map_err(|e| io_error(e, 1, 0))?;
    let (declared, skipped) = declared_delimiter(&sample);
    let delimiter = declared.unwrap_or_else(|| sniff_delimiter(&sample));
    if budget.sheet("", false) != Flow::Continue {
        return Ok(());
    }
    let mut rest = Cursor::new(sample);
    rest.set_position(skipped);
    let since_record = Rc::new(Counter::new(0));
    let metered = Metered {
        bytes: rest.chain(utf8),
        since_record: Rc::clone(&since_record),
        limit: budget.limits.record_bytes(),
    };
    let mut reader = settings(delimiter).buffer_capacity(1 << 20).from_reader(metered);
    records(&mut reader, &since_record, budget)
}

fn settings(delimiter: u8) -> ReaderBuilder {
    let mut settings = ReaderBuilder::new();
    settings.has_headers(false).flexible(true).delimiter(delimiter);
    settings
}

fn records<R: Read>(
    reader: &mut Reader<R>,
    since_record: &Counter<u64>,
    budget: &mut Budget<'_>,
) -> Result<(), ReadError> {
    let mut record = ByteRecord::new();
    let mut spare: Vec<Cell<'static>> = Vec::new();
    for number in 1.. {
        let offset = reader.position().byte();
        match reader.read_byte_record(&mut record) {
            Ok(true) => since_record.set(0),
            Ok(false) => break,
            Err(error) => return Err(csv_error(error, number, offset)),
        }
        let mut cells = recycle(spare);
        fill(&record, &mut cells).ok_or(ReadError::BadEncoding { record: number, offset })?;
        if record.as_slice().len() > LONGEST_CELL && has_swallowed_records(&record) {
            return Err(ReadError::UnclosedQuote { record: number });
        }
        let number = u32::try_from(number).map_err(|_| budget.limits.exceeded(Excess::Cells))?;
        let flow = budget.row(number, &cells)?;
        spare = recycle(cells);
        if flow != Flow::Continue {
            break;
        }
    }
    Ok(())
}

/// Makes cells that borrow from the record; `None` if a field is not UTF-8.
fn fill<'r>(record: &'r ByteRecord, cells: &mut Vec<Cell<'r>>) -> Option<()> {
    // Fields lie end to end, so the record is checked at once; a character may still straddle two fields,
    // which `get` notices.
    let text = std::str::from_utf8(record.as_slice()).ok()?;
    for index in 0..record.len() {
        let field = text.get(record.range(index)?)?;
        cells.push(if field.is_empty() { Cell::Empty } else { Cell::Text(field.into()) });
    }
    Some(())
}

fn has_swallowed_records(record: &ByteRecord) -> bool {
    record.iter().any(|field| field.len() > LONGEST_CELL && field.contains(&b'\n'))
}

/// The delimiter that a first line `sep=;` names, and the bytes of that line.
fn declared_delimiter(sample: &[u8]) -> (Option<u8>, u64) {
    let line = sample.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default();
    let text = line.trim_ascii_end();
    let text = text.strip_prefix(b"\"").and_then(|t| t.strip_suffix(b"\"")).unwrap_or(text);
    // Trimming eats a declared tab.
    let tab = line.starts_with(b"sep=\t").then_some(b'\t');
    match text {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter] => (Some(*delimiter), line.len() as u64),
        _ if tab.is_some() => (tab, line.len() as u64),
        _ => (None, 0),
    }
}

/// Takes the delimiter that gives the largest share of records of one width, then the wider heading.
fn sniff_delimiter(sample: &[u8]) -> u8 {
    let judged = DELIMITERS.map(|delimiter| (judge(sample, delimiter), delimiter));
    // `max_by_key` takes the last of equals; reversed, that is the first in the list.
    let best = judged.iter().rev().max_by_key(|(merit, _)| *merit);
    best.map_or(b',', |(merit, delimiter)| if merit.0 == 0 { b',' } else { *delimiter })
}

/// Records in a thousand that have the commonest width over 1, width of the first, commonest width.
///
/// A share, not a count: quotes that a wrong delimiter does not see let line breaks make records.
fn judge(sample: &[u8], delimiter: u8) -> (usize, usize, usize) {
    let mut reader = settings(delimiter).from_reader(sample);
    let widths: Vec<usize> =
        reader.byte_records().take(SAMPLE_RECORDS).map_while(Result::ok).map(|r| r.len()).collect();
    let count = |width: usize| widths.iter().filter(|other| **other == width).count();
    let commonest = widths.iter().copied().filter(|width| *width > 1).max_by_key(|width| (count(*width), *width));
    match (commonest, widths.first()) {
        (Some(width), Some(first)) => (count(width) * 1_000 / widths.len(), *first, width),
        _ => (0, 0, 0),
    }
}

/// Counts the bytes handed out since the last record, so that a quote that is never closed ends in an error
/// instead of in memory.
struct Metered<R> {
    bytes: R,
    since_record: Rc<Counter<u64>>,
    limit: u64,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let before = self.since_record.get();
        // One buffer may hold the end of an earlier record, so the limit is passed only after a further one.
        if before > self.limit + into.len() as u64 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let length = self.bytes.read(into)?;
        self.since_record.set(before + length as u64);
        Ok(length)
    }
}

fn csv_error(error: csv::Error, record: u64, offset: u64) -> ReadError {
    match error.into_kind() {
        ErrorKind::Io(error) => io_error(error, record, offset),
        other => ReadError::broken(Container::Csv)(format!("{other:?}")),
    }
}

fn io_error(error: io::Error, record: u64, offset: u64) -> ReadError {
    match error.kind() {
        io::ErrorKind::InvalidData => ReadError::BadEncoding { record, offset },
        io::ErrorKind::FileTooLarge => ReadError::UnclosedQuote { record },
        _ => ReadError::Open(error),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::super::collected::Collected;
    use super::super::{Limits, read_rows, sniff};
    use super::*;

    fn read_bytes(bytes: &[u8]) -> Result<Collected, ReadError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let sniffed = sniff(file.path())?;
        assert_eq!(sniffed.container, Container::Csv);
        let mut sink = Collected::default();
        read_rows(file.path(), &sniffed, sniffed.encodings[0], &Limits::default(), &mut sink)?;
        Ok(sink)
    }

    #[test]
    fn quotes_keep_delimiters_and_line_breaks() {
        let sink = read_bytes("\u{feff}STT;Tên\n1;\"a;\r\nb \"\"c\"\"\"\n2;\n".as_bytes()).unwrap();
        assert_eq!(sink.texts(), [vec!["STT", "Tên"], vec!["1", "a;\r\nb \"c\""], vec!["2"]]);
        assert_eq!(sink.rows[2].1, 3);
    }

    #[test]
    fn the_delimiter_of_even_records_wins() {
        assert_eq!(sniff_delimiter(b"a;b;c\n1,0;2,0;3,0\n4,5;1,5;2,5\n"), b';');
        assert_eq!(sniff_delimiter(b"a\tb\n1,2\t2\n"), b'\t');
        assert_eq!(sniff_delimiter(b"a;b, c\n\"x\ny\";1,0\n\"x,\ny\";1,0\n"), b';');
        assert_eq!(sniff_delimiter(b"a,b\n\"x;y\",2\n"), b',');
        assert_eq!(sniff_delimiter(b"a|b\n1|2\n"), b'|');
        assert_eq!(sniff_delimiter(b"a\n1\n"), b',');
    }

    #[test]
    fn a_sep_line_decides_and_is_no_record() {
        let sink = read_bytes(b"sep=;\r\na;b,c\r\n").unwrap();
        assert_eq!(sink.texts(), [["a", "b,c"]]);
        assert_eq!(sink.rows[0].1, 1);
    }

    #[test]
    fn a_byte_that_is_not_utf8_is_named_by_record_and_place() {
        let mut bytes = "Số,b\n".repeat(60_000).into_bytes();
        bytes.extend_from_slice(b"\xff,x\n");
        let error = read_bytes(&bytes).err().unwrap();
        assert!(matches!(error, ReadError::BadEncoding { record: 60_001, offset: 420_000 }), "{error:?}");
    }

    #[test]
    fn a_quote_that_swallows_the_file_is_refused() {
        let mut bytes = b"a,b\n\"x,1\n".to_vec();
        bytes.extend_from_slice("1,2\n".repeat(20_000).as_bytes());
        assert_eq!(read_bytes(&bytes).err().unwrap().rule(), "unclosed_quote");
        bytes.extend_from_slice("1,2\n".repeat(4_000_000).as_bytes());
        assert_eq!(read_bytes(&bytes).err().unwrap().rule(), "unclosed_quote");
    }
}
