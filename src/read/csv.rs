//! Reads delimited text record by record: the delimiter sniffed, each record checked once for UTF-8, all counted twice.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::rc::Rc;

use csv::{ByteRecord, ErrorKind, Reader, ReaderBuilder};
use memchr::memchr;

use super::budget::{Budget, LegacySign};
use super::error::ReadError;
use super::sniff::Container;
use super::tally::{Tally, TallyFault};
use super::text::{mark_bytes, to_utf8};
use super::{Cell, Excess, Flow, Limits, RowFault, TextKind, TextNote, recycle};
use cchc_model::Encoding;

/// Delimiters; of two that fit equally well the first is taken.
const DELIMITERS: [u8; 4] = *b"\t;|,";
/// Bytes and records from which the delimiter is detected.
const SAMPLE_BYTES: u64 = 1 << 16;
const SAMPLE_RECORDS: usize = 50;
/// Rows that must have as many fields before that is the rule of the file.
const USUAL_RECORDS: usize = 3;

/// Reads all records as one sheet without a name.
pub(super) fn read(path: &Path, encoding: Encoding, budget: &mut Budget<'_>) -> Result<(), ReadError> {
    let file = File::open(path).map_err(ReadError::Open)?;
    let mut utf8 = to_utf8(file, encoding).map_err(ReadError::Open)?;
    let mut sample = Vec::new();
    utf8.by_ref().take(SAMPLE_BYTES).read_to_end(&mut sample).map_err(ReadError::Open)?;
    let (declared, skipped) = declared_delimiter(&sample);
    let delimiter = declared.unwrap_or_else(|| sniff_delimiter(&sample));
    if budget.records(usual_fields(&sample[skipped..], delimiter)) != Flow::Continue {
        return Ok(());
    }
    let tally = Rc::new(RefCell::new(Tally::new(delimiter, budget.limits.record_bytes())));
    tally.borrow_mut().skip_lines(u64::from(skipped > 0));
    let mut rest = Cursor::new(sample);
    rest.set_position(skipped as u64);
    let tallied = Tallied { bytes: rest.chain(utf8), tally: Rc::clone(&tally) };
    let reader = settings(delimiter).buffer_capacity(1 << 20).from_reader(tallied);
    let damage = Damage::of(path, encoding, skipped)?;
    Records { reader, tally, damage, nul: None }.read(budget)
}

fn settings(delimiter: u8) -> ReaderBuilder {
    let mut settings = ReaderBuilder::new();
    settings.has_headers(false).flexible(true).delimiter(delimiter);
    settings
}

struct Records<R> {
    reader: Reader<R>,
    tally: Rc<RefCell<Tally>>,
    damage: Damage,
    nul: Option<TextNote>,
}

impl<R: Read> Records<R> {
    fn read(mut self, budget: &mut Budget<'_>) -> Result<(), ReadError> {
        let mut record = ByteRecord::new();
        let mut spare: Vec<Cell<'static>> = Vec::new();
        let mut read = 0;
        loop {
            let start = self.reader.position().byte();
            match self.reader.read_byte_record(&mut record) {
                Ok(true) => read += 1,
                Ok(false) => break,
                Err(error) => return Err(csv_error(error, self.tally.borrow().fault(), budget.limits)),
            }
            let number = u32::try_from(read).map_err(|_| budget.limits.exceeded(Excess::Cells))?;
            let bytes = record.as_slice();
            if self.tally.borrow().has_nul() && memchr(0, bytes).is_some() {
                self.nul.get_or_insert(TextNote { kind: TextKind::NulBytes, row: number, count: 0 }).count += 1;
            }
            let mut cells = recycle(spare);
            let flow = if fill(&record, &mut cells).is_some() && !self.damage.is_marked(bytes) {
                // Every sign of TCVN3 that is no ASCII begins with this byte in UTF-8.
                let sign = if memchr(0xc2, bytes).is_none() { LegacySign::None } else { LegacySign::Possible };
                budget.record(number, &cells, sign)?
            } else {
                let fault = self.damage.locate(start, self.reader.position().byte());
                let lossy: Vec<Cell<'_>> = record.iter().map(|field| text(String::from_utf8_lossy(field))).collect();
                budget.refused_row(number, &lossy, fault)?
            };
            spare = recycle(cells);
            if flow != Flow::Continue {
                return Ok(());
            }
        }
        self.finish(read, budget)
    }

    fn finish(self, read: u64, budget: &mut Budget<'_>) -> Result<(), ReadError> {
        let mut tally = self.tally.borrow_mut();
        tally.finish();
        if let Some(fault) = tally.fault() {
            return Err(fault_error(fault, budget.limits));
        }
        if tally.records() != read {
            return Err(ReadError::RecordCount { read, counted: tally.records() });
        }
        if let Some(note) = self.nul {
            budget.text_note(note);
        }
        Ok(())
    }
}

fn text(text: std::borrow::Cow<'_, str>) -> Cell<'_> {
    if text.is_empty() { Cell::Empty } else { Cell::Text(text) }
}

/// Makes cells that borrow from the record; `None` if a field is not UTF-8.
fn fill<'r>(record: &'r ByteRecord, cells: &mut Vec<Cell<'r>>) -> Option<()> {
    // Fields lie end to end, so the record is checked at once; a character may still straddle two fields,
    // which `get` notices.
    let text = simdutf8::basic::from_utf8(record.as_slice()).ok()?;
    for index in 0..record.len() {
        let field = text.get(record.range(index)?)?;
        cells.push(if field.is_empty() { Cell::Empty } else { Cell::Text(field.into()) });
    }
    Some(())
}

/// Finds the byte that a record is refused for.
struct Damage {
    /// The file once more; `None` if its bytes are not those of the decoded text.
    file: Option<File>,
    /// Bytes before the first record.
    before: u64,
    encoding: Encoding,
}

impl Damage {
    fn of(path: &Path, encoding: Encoding, skipped: usize) -> Result<Self, ReadError> {
        let mark = mark_bytes(path).map_err(ReadError::Open)?;
        let is_same = encoding == Encoding::Utf8;
        let file = is_same.then(|| File::open(path)).transpose().map_err(ReadError::Open)?;
        Ok(Self { file, before: mark + skipped as u64, encoding })
    }

    /// Whether the decoder met half a pair of UTF-16 in these bytes.
    fn is_marked(&self, bytes: &[u8]) -> bool {
        let is_wide = matches!(self.encoding, Encoding::Utf16Le | Encoding::Utf16Be);
        is_wide && memchr(0xef, bytes).is_some() && bytes.windows(3).any(|letter| letter == "\u{fffd}".as_bytes())
    }

    /// The first byte between two places of the decoded text that is no UTF-8.
    fn locate(&mut self, start: u64, end: u64) -> RowFault {
        let offset = self.before + start;
        let mut bytes = Vec::new();
        let found = self.file.as_mut().and_then(|file| {
            file.seek(SeekFrom::Start(offset)).ok()?;
            file.take(end - start).read_to_end(&mut bytes).ok()?;
            Some(std::str::from_utf8(&bytes).err()?.valid_up_to())
        });
        match found {
            Some(at) => RowFault::InvalidByte { byte: bytes.get(at).copied(), offset: offset + at as u64 },
            None => RowFault::InvalidByte { byte: None, offset },
        }
    }
}

/// The delimiter that a first line `sep=;` names, and the bytes of that line.
fn declared_delimiter(sample: &[u8]) -> (Option<u8>, usize) {
    let end = sample.iter().position(|byte| matches!(byte, b'\n' | b'\r')).map_or(sample.len(), |at| {
        // CR LF is one line end.
        at + 1 + usize::from(sample[at..].starts_with(b"\r\n"))
    });
    let line = &sample[..end];
    let text = line.trim_ascii_end();
    let text = text.strip_prefix(b"\"").and_then(|t| t.strip_suffix(b"\"")).unwrap_or(text);
    // Trimming eats a declared tab.
    let tab = line.starts_with(b"sep=\t").then_some(b'\t');
    match text {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter] => (Some(*delimiter), line.len()),
        _ if tab.is_some() => (tab, line.len()),
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

/// Fields that nearly all records of the sample have; the most if they do not agree.
///
/// A heading row may be longer than all rows below it, which is no fault of the rows.
fn usual_fields(sample: &[u8], delimiter: u8) -> usize {
    let mut reader = settings(delimiter).from_reader(sample);
    let mut widths: Vec<usize> = reader.byte_records().map_while(Result::ok).map(|record| record.len()).collect();
    if sample.len() as u64 >= SAMPLE_BYTES {
        // The last one was cut.
        widths.pop();
    }
    let most = widths.iter().copied().max().unwrap_or(0);
    let rows = widths.get(1..).unwrap_or_default();
    let usual = rows.iter().copied().find(|width| {
        let same = rows.iter().filter(|other| *other == width).count();
        same >= USUAL_RECORDS && same * 10 >= rows.len() * 9
    });
    usual.unwrap_or(most)
}

/// Passes bytes to the tally and to the reader, and fails where the tally finds a fault, so that a quote that is never
/// closed is an error instead of filling the memory.
struct Tallied<R> {
    bytes: R,
    tally: Rc<RefCell<Tally>>,
}

impl<R: Read> Read for Tallied<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.bytes.read(into)?;
        let mut tally = self.tally.borrow_mut();
        tally.take(&into[..length]);
        if tally.fault().is_some() { Err(io::ErrorKind::InvalidData.into()) } else { Ok(length) }
    }
}

fn csv_error(error: csv::Error, fault: Option<TallyFault>, limits: &Limits) -> ReadError {
    match (error.into_kind(), fault) {
        (_, Some(fault)) => fault_error(fault, limits),
        (ErrorKind::Io(error), None) => ReadError::Open(error),
        (other, None) => ReadError::broken(Container::Csv)(format!("{other:?}")),
    }
}

fn fault_error(fault: TallyFault, limits: &Limits) -> ReadError {
    match fault {
        TallyFault::Unclosed(line) => ReadError::UnclosedQuote { line },
        TallyFault::TooLong => limits.exceeded(Excess::RecordBytes),
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
        read_rows(file.path(), &sniffed, sniffed.read_as(), &Limits::default(), &mut sink)?;
        Ok(sink)
    }

    #[test]
    fn quotes_keep_delimiters_and_line_breaks() {
        let sink = read_bytes("\u{feff}STT;Tên\n1;\"a;\r\nb \"\"c\"\"\"\n2;\n".as_bytes()).unwrap();
        assert_eq!(sink.texts(), [["STT", "Tên"], ["1", "a;\r\nb \"c\""], ["2", ""]]);
        assert_eq!((sink.rows[2].1, sink.sheets[0].fields), (3, Some(2)));
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
        for text in ["sep=;\r\na;b,c\r\n", "sep=;\na;b,c", "\"sep=;\"\ra;b,c\r"] {
            let sink = read_bytes(text.as_bytes()).unwrap();
            assert_eq!(sink.texts(), [["a", "b,c"]], "{text:?}");
            assert_eq!(sink.rows[0].1, 1);
        }
    }

    #[test]
    fn line_ends_of_old_macs_end_records() {
        assert_eq!(read_bytes(b"a,b\r1,2\r\r3,4").unwrap().texts(), [["a", "b"], ["1", "2"], ["3", "4"]]);
    }

    #[test]
    fn a_byte_that_is_not_utf8_refuses_its_row_and_no_other() {
        let mut bytes = "Số,b\n".repeat(60_000).into_bytes();
        bytes.extend_from_slice(b"\"x\xff\",x\n1,2\n");
        let sink = read_bytes(&bytes).unwrap();
        let fault = RowFault::InvalidByte { byte: Some(0xff), offset: 420_002 };
        assert_eq!((sink.rows.len(), &sink.refused), (60_001, &vec![(60_001, fault)]));
        let sink = read_bytes(b"\xef\xbb\xbfsep=,\nS\xe1\xbb\x91,b\n\xe1\xbb,c\n").unwrap();
        assert_eq!(sink.refused, [(2, RowFault::InvalidByte { byte: Some(0xe1), offset: 16 })]);
    }

    #[test]
    fn half_a_pair_of_utf16_refuses_its_row() {
        let mut bytes: Vec<u8> = "\u{feff}Số,b\n1,2\nx".encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.extend([0x00, 0xd8]);
        bytes.extend(",y\n3,4\n".encode_utf16().flat_map(u16::to_le_bytes));
        let sink = read_bytes(&bytes).unwrap();
        assert_eq!(sink.texts(), [["Số", "b"], ["1", "2"], ["3", "4"]]);
        assert_eq!((sink.refused.len(), sink.refused[0].0), (1, 3));
    }

    #[test]
    fn a_quote_that_swallows_the_file_is_refused_with_its_line() {
        let line = |bytes: &[u8]| match read_bytes(bytes).err().unwrap() {
            ReadError::UnclosedQuote { line } => line,
            other => panic!("{other:?}"),
        };
        let mut bytes = b"a,b\n1,\"2\n3\"\n\"x,1\n".to_vec();
        assert_eq!(line(&bytes), 4);
        bytes.extend_from_slice("1,2\n".repeat(20_000).as_bytes());
        assert_eq!(line(&bytes), 4);
        bytes.extend_from_slice("1,2\n".repeat(4_000_000).as_bytes());
        assert_eq!(line(&bytes), 4);
        // The next quote in the file seems to close it.
        assert_eq!(line(b"a,b\n\"x,1\n2,3\n\"y\",4\n5,6\n"), 2);
    }

    #[test]
    fn a_heading_row_longer_than_all_rows_is_told_from_one_short_row() {
        assert_eq!(usual_fields(b"a,b,c\n1,2\n3,4\n5,6\n", b','), 2);
        assert_eq!(usual_fields(b"a,b,c\n1,2,3\n3,4\n5,6,7\n", b','), 3);
        assert_eq!(usual_fields(b"a,b,c\n1,2\n", b','), 3);
    }

    #[test]
    fn nul_bytes_are_noted() {
        let sink = read_bytes(&[b"a,b\n".repeat(200), b"1,x\0y\n".repeat(2)].concat()).unwrap();
        assert_eq!(sink.text_notes, [TextNote { kind: TextKind::NulBytes, row: 201, count: 2 }]);
    }
}
