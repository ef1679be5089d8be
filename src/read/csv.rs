//! Reads delimited text record by record: the delimiter sniffed, each record checked once for UTF-8, all counted twice.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;
use std::rc::Rc;

use csv::{ByteRecord, ErrorKind, Reader};

use super::budget::Budget;
use super::csv_cells::{Damage, Passing, fault_error};
use super::csv_mend::{Lines, Mending};
use super::dialect::{SAMPLE_BYTES, declared_delimiter, settings, sniff_delimiter, usual_fields};
use super::error::ReadError;
use super::sniff::Container;
use super::tally::{Tally, TallyFault};
use super::text::to_utf8;
use super::{Flow, Limits};
use cchc_model::Encoding;

/// Reads all records as one sheet without a name.
pub(super) fn read(path: &Path, encoding: Encoding, budget: &mut Budget<'_>) -> Result<(), ReadError> {
    let file = File::open(path).map_err(ReadError::Open)?;
    let mut utf8 = to_utf8(file, encoding).map_err(ReadError::Open)?;
    let mut sample = Vec::new();
    utf8.by_ref().take(SAMPLE_BYTES).read_to_end(&mut sample).map_err(ReadError::Open)?;
    let (declared, skipped) = declared_delimiter(&sample);
    let delimiter = declared.unwrap_or_else(|| sniff_delimiter(&sample));
    let usual = usual_fields(&sample[skipped..], delimiter);
    if budget.records(usual) != Flow::Continue {
        return Ok(());
    }
    let tally = Rc::new(RefCell::new(Tally::new(delimiter, budget.limits.record_bytes())));
    tally.borrow_mut().skip_lines(u64::from(skipped > 0));
    let mut rest = Cursor::new(sample);
    rest.set_position(skipped as u64);
    let tallied = Tallied { bytes: rest.chain(utf8), tally: Rc::clone(&tally) };
    let reader = settings(delimiter).buffer_capacity(1 << 20).from_reader(tallied);
    let damage = Damage::of(path, encoding, skipped)?;
    let mut records = Records { reader, tally, passing: Passing::new(damage) };
    match records.read(budget)? {
        ReadTo::End => Ok(()),
        ReadTo::OpenQuote { line, read } => {
            let file = File::open(path).map_err(ReadError::Open)?;
            let mut utf8 = to_utf8(file, encoding).map_err(ReadError::Open)?;
            io::copy(&mut utf8.by_ref().take(skipped as u64), &mut io::sink()).map_err(ReadError::Open)?;
            let lines = Lines::new(utf8, u64::from(skipped > 0), budget.limits.record_bytes());
            Mending { lines, delimiter, usual, passed: read, passing: records.passing }.read(line, budget)
        }
    }
}

struct Records<R> {
    reader: Reader<R>,
    tally: Rc<RefCell<Tally>>,
    passing: Passing,
}

/// How far the records of a file could be read.
enum ReadTo {
    End,
    /// A quote that opens in this line swallows what follows the record of this number.
    OpenQuote {
        line: u64,
        read: u64,
    },
}

impl<R: Read> Records<R> {
    fn read(&mut self, budget: &mut Budget<'_>) -> Result<ReadTo, ReadError> {
        let mut record = ByteRecord::new();
        let mut read = 0;
        loop {
            let start = self.reader.position().byte();
            match self.reader.read_byte_record(&mut record) {
                Ok(true) => read += 1,
                Ok(false) => break,
                Err(error) => {
                    return match self.tally.borrow().fault() {
                        Some(TallyFault::Unclosed(line)) => Ok(ReadTo::OpenQuote { line, read }),
                        fault => Err(csv_error(error, fault, budget.limits)),
                    };
                }
            }
            let place = (start, self.reader.position().byte());
            let has_nul = self.tally.borrow().has_nul();
            if self.passing.record(read, &record, has_nul, place, budget)? != Flow::Continue {
                return Ok(ReadTo::End);
            }
        }
        self.finish(read, budget)?;
        Ok(ReadTo::End)
    }

    fn finish(&self, read: u64, budget: &mut Budget<'_>) -> Result<(), ReadError> {
        let mut tally = self.tally.borrow_mut();
        tally.finish();
        if let Some(fault) = tally.fault() {
            return Err(fault_error(fault, budget.limits));
        }
        if tally.records() != read {
            return Err(ReadError::RecordCount { read, counted: tally.records() });
        }
        self.passing.finish(budget);
        Ok(())
    }
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
        if length == 0 && !into.is_empty() {
            // A quote left open must be told before the reader makes a record of it.
            tally.finish();
        }
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::super::collected::Collected;
    use super::super::{Limits, RowFault, TextKind, TextNote, read_rows, sniff};
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
    fn a_quote_left_open_refuses_its_line_and_reading_goes_on() {
        let lines = |text: &str| -> (Vec<Vec<String>>, Vec<(u32, u64)>) {
            let sink = read_bytes(text.as_bytes()).unwrap();
            let of = |(row, fault): &(u32, RowFault)| match fault {
                RowFault::OpenQuote { line } => (*row, *line),
                other @ RowFault::InvalidByte { .. } => panic!("{other:?}"),
            };
            (sink.texts(), sink.refused.iter().map(of).collect())
        };
        let (rows, refused) = lines("a,b\n1,\"2\n3\"\n4,\"x\n5,6\n7,8\n");
        assert_eq!(
            (rows.len(), &rows[1][1], &rows[2], &refused),
            (4, &"2\n3".to_owned(), &vec!["5".to_owned(), "6".to_owned()], &vec![(3, 4)])
        );
        // The next quote in the file seems to close it.
        assert_eq!(lines("a,b\n\"x,1\n2,3\n\"y\",4\n5,6\n").1, [(2, 2)]);
        // What follows is uncertain until a line has all fields.
        assert_eq!(lines("a,b\r\n1,\"x\r\nrest\r\n\r\n\"y\r\n2,3\r\n4,\"5\r\n6\"\r\n").1, [(2, 2), (3, 3), (4, 5)]);
        // Records are counted as if nothing had happened, however far away the fault shows.
        let many = format!("a,b\n{}1,\"2\n{}", "1,2\n".repeat(900_000), "3,4\n".repeat(20_000));
        let (rows, refused) = lines(&many);
        assert_eq!((rows.len(), refused), (920_001, vec![(900_002, 900_002)]));
    }

    #[test]
    fn a_file_of_which_nothing_is_certain_is_refused_with_the_line() {
        for text in ["a,b\n1,\"2\n", "a,b\n\"1,2\nx\ny\n"] {
            let error = read_bytes(text.as_bytes()).err().unwrap();
            assert!(matches!(error, ReadError::UnclosedQuote { line: 2 }), "{error:?}");
        }
    }

    #[test]
    fn nul_bytes_are_noted() {
        let sink = read_bytes(&[b"a,b\n".repeat(200), b"1,x\0y\n".repeat(2)].concat()).unwrap();
        assert_eq!(sink.text_notes, [TextNote { kind: TextKind::NulBytes, row: 201, count: 2 }]);
    }
}
