//! Reads delimited text line by line where a quote is never closed: refuses what is not clear, and goes on behind it.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};

use csv::ByteRecord;
use memchr::{memchr, memchr2};

use super::budget::Budget;
use super::csv_cells::{Passing, fault_error, lossy, row_number};
use super::dialect::{is_whole, settings};
use super::error::ReadError;
use super::tally::{Tally, TallyFault};
use super::{Excess, Flow, RowFault};

/// A line with its end.
struct Line {
    number: u64,
    bytes: Vec<u8>,
}

/// Lines of a text, some of which were looked at and given back.
pub(super) struct Lines<R> {
    text: BufReader<R>,
    given_back: VecDeque<Line>,
    number: u64,
    limit: u64,
}

impl<R: Read> Lines<R> {
    /// `before` lines stand above the text; a line may have `limit` bytes.
    pub(super) fn new(text: R, before: u64, limit: u64) -> Self {
        Self { text: BufReader::with_capacity(1 << 20, text), given_back: VecDeque::new(), number: before, limit }
    }

    fn next(&mut self, budget: &Budget<'_>) -> Result<Option<Line>, ReadError> {
        if let Some(line) = self.given_back.pop_front() {
            return Ok(Some(line));
        }
        let mut bytes = Vec::new();
        loop {
            let ahead = self.text.fill_buf().map_err(ReadError::Open)?;
            let end = memchr2(b'\n', b'\r', ahead);
            let taken = end.map_or(ahead.len(), |at| at + 1);
            bytes.extend_from_slice(&ahead[..taken]);
            self.text.consume(taken);
            if bytes.len() as u64 > self.limit {
                return Err(budget.limits.exceeded(Excess::RecordBytes));
            }
            if end.is_some() || taken == 0 {
                break;
            }
        }
        if bytes.is_empty() {
            return Ok(None);
        }
        if bytes.ends_with(b"\r") && self.text.fill_buf().map_err(ReadError::Open)?.starts_with(b"\n") {
            bytes.push(b'\n');
            self.text.consume(1);
        }
        self.number += 1;
        Ok(Some(Line { number: self.number, bytes }))
    }
}

/// Reads a file again from its first record, and passes on what was not passed before.
pub(super) struct Mending<R> {
    pub lines: Lines<R>,
    pub delimiter: u8,
    /// Fields of a record.
    pub usual: usize,
    /// Records that were passed before.
    pub passed: u64,
    pub passing: Passing,
}

impl<R: Read> Mending<R> {
    /// `opened` is the line of the first quote that is left open.
    pub(super) fn read(mut self, opened: u64, budget: &mut Budget<'_>) -> Result<(), ReadError> {
        let (mut number, mut certain, mut place) = (0, 0_u64, 0);
        let mut in_doubt = false;
        while let Some(line) = self.lines.next(budget)? {
            if line.bytes.iter().all(|byte| matches!(byte, b'\n' | b'\r')) {
                place += line.bytes.len() as u64;
                continue;
            }
            let first = line.number;
            let (text, is_clear) = if in_doubt { self.alone(line) } else { self.joined(line, budget)? };
            let record = self.record(&text, is_clear);
            let span = (place, place + text.len() as u64);
            (number, place) = (number + 1, span.1);
            in_doubt = !is_clear;
            certain += u64::from(is_clear && record.len() == self.usual);
            if number <= self.passed {
                continue;
            }
            let flow = if is_clear {
                self.passing.record(number, &record, memchr(0, &text).is_some(), span, budget)?
            } else {
                budget.refused_row(row_number(number, budget)?, &lossy(&record), RowFault::OpenQuote { line: first })?
            };
            if flow != Flow::Continue {
                return Ok(());
            }
        }
        // The headings alone are no data.
        if certain < 2 {
            return Err(ReadError::UnclosedQuote { line: opened });
        }
        self.passing.finish(budget);
        Ok(())
    }

    /// Behind a quote left open only a line of its own with all fields is a record.
    fn alone(&self, line: Line) -> (Vec<u8>, bool) {
        let is_clear = is_whole(&line.bytes, self.delimiter) && self.record(&line.bytes, true).len() == self.usual;
        (line.bytes, is_clear)
    }

    /// A line and those that its quotes join to it; the line alone if they are not closed.
    fn joined(&mut self, line: Line, budget: &Budget<'_>) -> Result<(Vec<u8>, bool), ReadError> {
        let mut tally = Tally::new(self.delimiter, budget.limits.record_bytes());
        tally.take(&line.bytes);
        let mut more: Vec<Line> = Vec::new();
        while tally.is_open() && tally.fault().is_none() {
            let Some(next) = self.lines.next(budget)? else {
                tally.finish();
                break;
            };
            tally.take(&next.bytes);
            more.push(next);
        }
        match tally.fault() {
            Some(TallyFault::TooLong) => Err(fault_error(TallyFault::TooLong, budget.limits)),
            Some(TallyFault::Unclosed(_)) => {
                for next in more.into_iter().rev() {
                    self.lines.given_back.push_front(next);
                }
                Ok((line.bytes, false))
            }
            None => {
                let mut text = line.bytes;
                for next in &more {
                    text.extend_from_slice(&next.bytes);
                }
                Ok((text, true))
            }
        }
    }

    /// The fields of a text; quotes mean nothing where they are not clear.
    fn record(&self, text: &[u8], is_clear: bool) -> ByteRecord {
        let mut settings = settings(self.delimiter);
        let mut reader = settings.quoting(is_clear).buffer_capacity(text.len().max(1)).from_reader(text);
        let mut record = ByteRecord::new();
        // Bytes in memory are always read.
        let _ = reader.read_byte_record(&mut record);
        record
    }
}
