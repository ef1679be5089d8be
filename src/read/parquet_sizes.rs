//! What a Parquet file would unfold to: by its footer and by the head of each page, before a page is unpacked.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};

use super::budget::Budget;
use super::error::ReadError;
use super::sniff::Container;
use super::{Excess, Limits};

/// Bytes of a footer; those of real files have some kilobytes for each group of rows.
const LONGEST_FOOTER: u64 = 64 << 20;
/// Bytes of the head of a page, statistics of its values included.
const LONGEST_HEAD: usize = 1 << 20;
/// Values below which no ratio is suspicious.
const UNSUSPICIOUS_VALUES: u64 = 4_000_000;
/// Structures within structures in the head of a page; the format has three.
const DEEPEST: u32 = 16;

/// Refuses a footer too long to be taken apart.
pub(super) fn check_footer(file: &File, limits: &Limits) -> Result<(), ReadError> {
    let mut tail = [0; 8];
    let mut file = file;
    if file.seek(SeekFrom::End(-8)).and_then(|_| file.read_exact(&mut tail)).is_err() {
        // Its reader says what is wrong with it.
        return Ok(());
    }
    let length = u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]);
    if u64::from(length) > LONGEST_FOOTER { Err(limits.exceeded(Excess::Parts)) } else { Ok(()) }
}

/// Refuses a file whose values or pages unfold to more than the limits allow.
///
/// Values are those that the footer promises. Pages are counted one by one, as each says of itself: unpacking takes no
/// more memory than that, whatever the packed bytes hold.
pub(super) fn check(mut file: &File, metadata: &ParquetMetaData, budget: &Budget<'_>) -> Result<(), ReadError> {
    let limits = budget.limits;
    let size = file.metadata().map_err(ReadError::Open)?.len();
    let groups = metadata.row_groups();
    let rows: u64 = groups.iter().map(|group| u64::try_from(group.num_rows()).unwrap_or(u64::MAX)).sum();
    let columns = groups.iter().flat_map(RowGroupMetaData::columns);
    let in_columns = columns.clone().map(|column| u64::try_from(column.num_values()).unwrap_or(u64::MAX));
    let values = in_columns
        .fold(0_u64, u64::saturating_add)
        .max(rows.saturating_mul(metadata.file_metadata().schema_descr().num_columns() as u64));
    budget.affords(values)?;
    if values > size.saturating_mul(limits.max_values_per_byte).max(UNSUSPICIOUS_VALUES) {
        return Err(limits.exceeded(Excess::ValuesPerByte));
    }
    let mut unfolded = 0_u64;
    for column in columns {
        let (mut at, length) = column.byte_range();
        let end = at.saturating_add(length).min(size);
        while at < end {
            let head = PageHead::read(&mut file, at, end)
                .ok_or_else(|| ReadError::broken(Container::Parquet)("the head of a page is no head of a page"))?;
            unfolded = unfolded.saturating_add(head.unfolded);
            limits.check_inflation(unfolded, size)?;
            at += head.length + head.stored;
        }
    }
    Ok(())
}

/// The first fields of a page's head, and how long the head is.
struct PageHead {
    /// Bytes of the page when it is unpacked.
    unfolded: u64,
    /// Bytes of the page as it is stored.
    stored: u64,
    /// Bytes of the head.
    length: u64,
}

impl PageHead {
    /// Reads the head that stands at a place of the file; `None` if none does.
    fn read(file: &mut &File, at: u64, end: u64) -> Option<Self> {
        file.seek(SeekFrom::Start(at)).ok()?;
        let mut bytes = Vec::new();
        // Nearly all heads are short; one with long statistics is read again whole.
        for most in [256, LONGEST_HEAD] {
            let room = usize::try_from(end - at).unwrap_or(usize::MAX).min(most);
            file.take((room - bytes.len()) as u64).read_to_end(&mut bytes).ok()?;
            let mut compact = Compact { bytes: &bytes, at: 0 };
            if let Some((unfolded, stored)) = compact.page_sizes() {
                return Some(Self { unfolded, stored, length: compact.at as u64 });
            }
        }
        None
    }
}

/// Walks over a structure in the compact protocol of Thrift.
struct Compact<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Compact<'_> {
    /// Walks over the head of a page; gives its size unpacked and packed.
    fn page_sizes(&mut self) -> Option<(u64, u64)> {
        let (mut unfolded, mut stored) = (None, None);
        let mut field = 0;
        while let Some(kind) = self.field(&mut field)? {
            match (field, kind) {
                (2, 5) => unfolded = Some(self.integer()?),
                (3, 5) => stored = Some(self.integer()?),
                _ => self.skip(kind, 0)?,
            }
        }
        Some((u64::try_from(unfolded?).ok()?, u64::try_from(stored?).ok()?))
    }

    /// The type of the next field, whose number is put in place; nothing at the end of the structure.
    #[allow(clippy::option_option, reason = "the outer one says that the bytes are at their end")]
    fn field(&mut self, number: &mut i64) -> Option<Option<u8>> {
        let head = self.byte()?;
        if head == 0 {
            return Some(None);
        }
        *number = if head >> 4 == 0 { self.integer()? } else { number.checked_add(i64::from(head >> 4))? };
        Some(Some(head & 15))
    }

    fn skip(&mut self, kind: u8, depth: u32) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        match kind {
            // True and false stand in the head of their field.
            1 | 2 => {}
            3 => self.pass(1)?,
            4..=6 => {
                self.varint()?;
            }
            7 => self.pass(8)?,
            8 => {
                let length = usize::try_from(self.varint()?).ok()?;
                self.pass(length)?;
            }
            9 | 10 => {
                let head = self.byte()?;
                let count = if head >> 4 == 15 { self.varint()? } else { u64::from(head >> 4) };
                for _ in 0..count {
                    // In a list a truth has a byte of its own.
                    let kind = if matches!(head & 15, 1 | 2) { 3 } else { head & 15 };
                    self.skip(kind, depth + 1)?;
                }
            }
            12 => {
                let mut number = 0;
                while let Some(kind) = self.field(&mut number)? {
                    self.skip(kind, depth + 1)?;
                }
            }
            _ => return None,
        }
        Some(())
    }

    fn integer(&mut self) -> Option<i64> {
        let zigzag = self.varint()?;
        Some((zigzag >> 1) as i64 ^ -((zigzag & 1) as i64))
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn pass(&mut self, bytes: usize) -> Option<()> {
        self.at = self.at.checked_add(bytes).filter(|at| *at <= self.bytes.len())?;
        Some(())
    }
}
