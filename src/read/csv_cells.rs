//! Makes cells of a record of delimited text, and finds the byte for which one is refused.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use csv::ByteRecord;
use memchr::memchr;

use super::budget::{Budget, LegacySign};
use super::error::ReadError;
use super::tally::TallyFault;
use super::text::mark_bytes;
use super::{Cell, Excess, Flow, Limits, RowFault, TextKind, TextNote, recycle};
use cchc_model::Encoding;

/// Passes records on as cells.
pub(super) struct Passing {
    damage: Damage,
    nul: Option<TextNote>,
    spare: Vec<Cell<'static>>,
}

impl Passing {
    pub(super) fn new(damage: Damage) -> Self {
        Self { damage, nul: None, spare: Vec::new() }
    }

    /// Passes one record on that lies between two places of the decoded text.
    pub(super) fn record(
        &mut self,
        number: u64,
        record: &ByteRecord,
        has_nul: bool,
        place: (u64, u64),
        budget: &mut Budget<'_>,
    ) -> Result<Flow, ReadError> {
        let number = row_number(number, budget)?;
        let bytes = record.as_slice();
        if has_nul && memchr(0, bytes).is_some() {
            self.nul.get_or_insert(TextNote { kind: TextKind::NulBytes, row: number, count: 0 }).count += 1;
        }
        let mut cells = recycle(std::mem::take(&mut self.spare));
        let flow = if fill(record, &mut cells).is_some() && !self.damage.is_marked(bytes) {
            // Every sign of TCVN3 that is no ASCII begins with this byte in UTF-8.
            let sign = if memchr(0xc2, bytes).is_none() { LegacySign::None } else { LegacySign::Possible };
            budget.record(number, &cells, sign)?
        } else {
            budget.refused_row(number, &lossy(record), self.damage.locate(place.0, place.1))?
        };
        self.spare = recycle(cells);
        Ok(flow)
    }

    /// Tells what was noted of all records.
    pub(super) fn finish(&self, budget: &mut Budget<'_>) {
        if let Some(note) = self.nul {
            budget.text_note(note);
        }
    }
}

pub(super) fn row_number(number: u64, budget: &Budget<'_>) -> Result<u32, ReadError> {
    u32::try_from(number).map_err(|_| budget.limits.exceeded(Excess::Cells))
}

/// Cells with what can be read of them.
pub(super) fn lossy(record: &ByteRecord) -> Vec<Cell<'_>> {
    record.iter().map(|field| text(String::from_utf8_lossy(field))).collect()
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
pub(super) struct Damage {
    /// The file once more; `None` if its bytes are not those of the decoded text.
    file: Option<File>,
    /// Bytes before the first record.
    before: u64,
    encoding: Encoding,
}

impl Damage {
    pub(super) fn of(path: &Path, encoding: Encoding, skipped: usize) -> Result<Self, ReadError> {
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

pub(super) fn fault_error(fault: TallyFault, limits: &Limits) -> ReadError {
    match fault {
        TallyFault::Unclosed(line) => ReadError::UnclosedQuote { line },
        TallyFault::TooLong => limits.exceeded(Excess::RecordBytes),
    }
}
