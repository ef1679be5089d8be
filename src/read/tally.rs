//! Counts the records of delimited text a second, independent way, and finds quotes that are never closed.

use memchr::{memchr, memchr3_iter};

/// The longest text a spreadsheet cell holds. A longer field with line breaks in it has swallowed records.
const LONGEST_CELL: u64 = 32_767;

/// A state machine over quotes and line ends only; it never looks at fields.
///
/// A quote opens a field only at its start, and `""` inside quotes is a quote. A record ends at a line end outside
/// quotes (LF, CR or both); lines without a single byte are none.
#[derive(Debug)]
pub(super) struct Tally {
    delimiter: u8,
    limit: u64,
    /// Bytes taken so far.
    taken: u64,
    /// Where the record began.
    record_start: u64,
    /// The last byte of the bytes taken before.
    last: u8,
    line: u64,
    records: u64,
    state: QuoteState,
    /// Line and byte where the last quote opened, and whether a line ended inside it.
    opened: (u64, u64),
    spans_lines: bool,
    has_nul: bool,
    fault: Option<TallyFault>,
}

/// Whether the next byte is inside quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum QuoteState {
    Outside,
    Quoted,
    /// Behind a quote inside quotes: it closes the field, or is the first of two.
    Closing,
}

/// A fault that ends the reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TallyFault {
    /// A quote that is not closed where it should be, and its line.
    Unclosed(u64),
    /// A record with more bytes than allowed.
    TooLong,
}

impl Tally {
    /// `limit` is the most bytes that a record may have.
    pub(super) const fn new(delimiter: u8, limit: u64) -> Self {
        Self {
            delimiter,
            limit,
            taken: 0,
            record_start: 0,
            last: b'\n',
            line: 1,
            records: 0,
            state: QuoteState::Outside,
            opened: (0, 0),
            spans_lines: false,
            has_nul: false,
            fault: None,
        }
    }

    /// Records that have ended.
    pub(super) const fn records(&self) -> u64 {
        self.records
    }

    /// Whether a NUL byte has come by.
    pub(super) const fn has_nul(&self) -> bool {
        self.has_nul
    }

    /// The first fault.
    pub(super) const fn fault(&self) -> Option<TallyFault> {
        self.fault
    }

    /// Whether the bytes so far end inside quotes.
    pub(super) fn is_open(&self) -> bool {
        self.state == QuoteState::Quoted
    }

    /// Counts lines before the first byte.
    pub(super) const fn skip_lines(&mut self, lines: u64) {
        self.line += lines;
    }

    /// Adds the next bytes.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        self.has_nul = self.has_nul || memchr(0, bytes).is_some();
        if self.state == QuoteState::Closing {
            self.behind_quote(bytes[0]);
        }
        for at in memchr3_iter(b'"', b'\n', b'\r', bytes) {
            let before = if at == 0 { self.last } else { bytes[at - 1] };
            match bytes[at] {
                b'"' => self.quote(before, bytes.get(at + 1).copied(), self.taken + at as u64),
                _ if bytes[at] == b'\n' && before == b'\r' => self.second_half(self.taken + at as u64),
                _ => self.line_end(self.taken + at as u64),
            }
        }
        self.taken += bytes.len() as u64;
        self.last = bytes[bytes.len() - 1];
        if self.taken - self.record_start > self.limit && self.fault.is_none() {
            let quoted = self.state != QuoteState::Outside;
            self.fault = Some(if quoted { TallyFault::Unclosed(self.opened.0) } else { TallyFault::TooLong });
        }
    }

    /// Ends the text.
    pub(super) fn finish(&mut self) {
        if self.state == QuoteState::Quoted && self.fault.is_none() {
            self.fault = Some(TallyFault::Unclosed(self.opened.0));
        }
        if self.taken > self.record_start {
            self.records += 1;
            self.record_start = self.taken;
        }
    }

    fn quote(&mut self, before: u8, next: Option<u8>, at: u64) {
        match self.state {
            QuoteState::Outside => {
                let starts_field = before == self.delimiter || at == self.record_start;
                if starts_field {
                    self.state = QuoteState::Quoted;
                    self.opened = (self.line, at);
                    self.spans_lines = false;
                }
            }
            QuoteState::Quoted => {
                if self.spans_lines && at - self.opened.1 > LONGEST_CELL {
                    self.unclosed();
                }
                self.state = QuoteState::Closing;
                if let Some(next) = next {
                    self.behind_quote(next);
                }
            }
            // The second of two quotes, which `behind_quote` has seen coming.
            QuoteState::Closing => self.state = QuoteState::Quoted,
        }
    }

    /// Looks at the byte behind a quote inside quotes.
    fn behind_quote(&mut self, next: u8) {
        if next == b'"' {
            return;
        }
        self.state = QuoteState::Outside;
        let ends_field = next == self.delimiter || matches!(next, b'\n' | b'\r' | b' ' | b'\t');
        // A closed field is followed by a delimiter. Where lines ended inside it, the quote that seems to
        // close it opens another field, and all records between were swallowed.
        if !ends_field && self.spans_lines {
            self.unclosed();
        }
    }

    fn line_end(&mut self, at: u64) {
        self.line += 1;
        if self.state == QuoteState::Quoted {
            self.spans_lines = true;
            if at - self.opened.1 > LONGEST_CELL {
                self.unclosed();
            }
            return;
        }
        if at > self.record_start {
            self.records += 1;
        }
        self.record_start = at + 1;
    }

    /// The LF of CR LF: the line has ended already.
    fn second_half(&mut self, at: u64) {
        if self.state != QuoteState::Quoted {
            self.record_start = at + 1;
        }
    }

    fn unclosed(&mut self) {
        self.fault = self.fault.or(Some(TallyFault::Unclosed(self.opened.0)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tallied(text: &str, chunk: usize) -> (u64, Option<TallyFault>) {
        let mut tally = Tally::new(b',', 1 << 20);
        text.as_bytes().chunks(chunk).for_each(|bytes| tally.take(bytes));
        tally.finish();
        (tally.records(), tally.fault())
    }

    /// However the bytes are cut, the count is the one of the reader that rows come from.
    #[test]
    fn the_count_is_that_of_the_reader_however_bytes_are_cut() {
        for text in [
            "",
            "a,b",
            "a,b\n1,2\n",
            "a,b\r\n\r\n1,2\r\n",
            "a,b\r1,2\r\r3,4",
            "\"a\nb\",c\n\"\",\"x\"\"\ny\"\n",
            "\"\"\n\"\"\"\"\n,\n",
            "a\"b,c\"\n\"d\" ,e\n\"f\"g\"h,i\n \"j\nk\"\n",
            "\n\n\n",
            "\"a\r\nb\"\r\n\"c\rd\"\r\n",
        ] {
            let mut settings = csv::ReaderBuilder::new();
            let mut reader = settings.has_headers(false).flexible(true).from_reader(text.as_bytes());
            let records = reader.byte_records().count() as u64;
            for chunk in 1..=4 {
                assert_eq!(tallied(text, chunk), (records, None), "{text:?} in pieces of {chunk}");
            }
        }
    }

    #[test]
    fn a_quote_that_stays_open_is_reported_with_its_line() {
        for (text, line) in [
            ("a,b\n1,\"x\n2,y\n", 2),
            ("a,b\r\n1,2\r\n3,\"x\r\n", 3),
            ("\"a\nb\",c\n\"x,1\n2,3\n\"y\",4\n", 3),
            ("a,b\r\"", 2),
        ] {
            for chunk in 1..=4 {
                assert_eq!(tallied(text, chunk).1, Some(TallyFault::Unclosed(line)), "{text:?} in pieces of {chunk}");
            }
        }
    }

    #[test]
    fn sloppy_quotes_in_one_line_are_no_fault() {
        assert_eq!(tallied("a,\"b\"c,d\n\"e\" ,f\n", 3).1, None);
    }

    #[test]
    fn a_record_without_end_is_too_long() {
        let mut tally = Tally::new(b',', 10);
        tally.take(b"0123456789ab");
        assert_eq!(tally.fault(), Some(TallyFault::TooLong));
    }
}
