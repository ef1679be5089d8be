//! Finds cells of an xlsx sheet that refer to a shared text which the workbook does not hold.
//!
//! The reader of cells takes the first text for a number that it cannot read, and gives the sheet up at one that is too
//! large.

use std::collections::HashSet;
use std::io::Read;

use memchr::memmem;

use super::package::{Package, part_name};
use super::xlsx_terms::{Address, SearchTerms, address, attribute, tag_around};

/// Bytes in which the shared texts declare their number.
const HEAD_BYTES: u64 = 4 << 10;
/// What marks a cell as one with a shared text, by the quote that its writer prefers.
const MARKS: [&[u8]; 2] = [b" t=\"s\"", b" t='s'"];

/// How many shared texts a workbook holds.
pub(super) struct SharedStrings {
    part: Option<usize>,
    /// By its own word; 0 if it says nothing, so that they are counted where there are any.
    pub(super) declared: u64,
    counted: Option<u64>,
}

impl SharedStrings {
    pub(super) fn of(package: &mut Package) -> Self {
        let part = (0..package.len()).find(|index| part_name(package, *index).ends_with("sharedstrings.xml"));
        let mut head = Vec::new();
        if let Some(part) = part.and_then(|index| package.by_index(index).ok()) {
            // A part that cannot be read is its reader's to refuse.
            let _ = part.take(HEAD_BYTES).read_to_end(&mut head);
        }
        let declared =
            attribute(&head, b" uniqueCount=").and_then(|count| std::str::from_utf8(count).ok()?.parse().ok());
        Self { part, declared: declared.unwrap_or(0), counted: None }
    }

    /// Their true number.
    pub(super) fn counted(&mut self, package: &mut Package) -> u64 {
        if let Some(counted) = self.counted {
            return counted;
        }
        let counted = self.part.and_then(|index| package.by_index(index).ok()).map_or(0, |part| {
            let size = part.size();
            count_strings(part.take(size))
        });
        *self.counted.insert(counted)
    }
}

fn count_strings(mut part: impl Read) -> u64 {
    let mut buffer = vec![0; 1 << 16];
    let (mut kept, mut count) = (0, 0);
    while let Ok(length) = part.read(&mut buffer[kept..])
        && length > 0
    {
        let filled = kept + length;
        // Whatever their prefix, the elements end alike: `</si>`, `</x:si>`.
        let ends = memmem::find_iter(&buffer[..filled], b"si>").map(|at| at + 3);
        let is_end = |end: &usize| {
            let tag = tag_around(&buffer[..filled], end - 1);
            tag == b"</si" || tag.starts_with(b"</") && tag.ends_with(b":si")
        };
        count += ends.clone().filter(is_end).count() as u64;
        count += memmem::find_iter(&buffer[..filled], b"<si/>").count() as u64;
        // From the last tag on it may go on in the next piece.
        let from = memchr::memrchr(b'<', &buffer[..filled]).unwrap_or(filled);
        let is_complete = memchr::memchr(b'>', &buffer[from..filled]).is_some();
        let rest = if is_complete || from == 0 { filled } else { from };
        buffer.copy_within(rest..filled, 0);
        kept = filled - rest;
    }
    count
}

/// The cells of a sheet whose text is lost.
pub(super) struct LostStrings {
    strings: u64,
    /// Rows from 1, columns from 0.
    pub(super) cells: Vec<Address>,
    /// Whether a number was too large.
    pub(super) is_beyond: bool,
    /// Whether such a cell has no address, so that nobody can tell where it is.
    pub(super) is_unplaced: bool,
}

impl LostStrings {
    /// Nothing so far, of a workbook of so many shared texts.
    pub(super) const fn of(strings: u64) -> Self {
        Self { strings, cells: Vec::new(), is_beyond: false, is_unplaced: false }
    }

    /// Rows and columns from 0, as the reader of cells counts.
    pub(super) fn places(&self) -> HashSet<(u32, u32)> {
        self.cells.iter().map(|(row, column)| (row - 1, *column)).collect()
    }

    /// Searches whole rows.
    pub(super) fn search(&mut self, xml: &[u8], terms: &SearchTerms) {
        for mark in MARKS {
            for at in memmem::find_iter(xml, mark) {
                let Some(end) = memchr::memchr(b'>', &xml[at..]).map(|end| at + end + 1) else { continue };
                if self.is_plain(xml, end, terms) {
                    continue;
                }
                let tag = tag_around(xml, at);
                // Of an empty element nothing is lost; in a text the mark means nothing.
                if !tag.starts_with(&terms.cell) || tag.ends_with(b"/") {
                    continue;
                }
                let stop = memmem::find(&xml[end..], &terms.cell_end).map_or(xml.len(), |stop| end + stop);
                if let Some(index) = value(&xml[end..stop], terms) {
                    self.judge(index, tag);
                }
            }
        }
    }

    /// Whether a cell, from the end of its tag on, begins with the number of a text that there is, as nearly all do.
    fn is_plain(&self, xml: &[u8], end: usize, terms: &SearchTerms) -> bool {
        let Some(rest) = xml[end..].strip_prefix(terms.value.as_slice()) else { return false };
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        (1..19).contains(&digits) && rest.get(digits) == Some(&b'<') && number(&rest[..digits]) < self.strings
    }

    fn judge(&mut self, index: &[u8], tag: &[u8]) {
        let is_number = (1..19).contains(&index.len()) && index.iter().all(u8::is_ascii_digit);
        if index.is_empty() || is_number && number(index) < self.strings {
            return;
        }
        self.is_beyond |= is_number;
        match attribute(tag, b" r=").and_then(address).filter(|(row, _)| *row > 0) {
            Some(place) => self.cells.push(place),
            None => self.is_unplaced = true,
        }
    }
}

/// What stands between the tags of a cell's value; `None` if it has none.
fn value<'x>(cell: &'x [u8], terms: &SearchTerms) -> Option<&'x [u8]> {
    let name = &terms.value[..terms.value.len() - 1];
    let starts = memmem::find_iter(cell, name).map(|at| at + name.len());
    let start = starts.into_iter().find(|at| matches!(cell.get(*at), Some(b'>' | b' ')))?;
    let start = start + memchr::memchr(b'>', &cell[start..])? + 1;
    let close = [b"</", &name[1..], b">"].concat();
    let end = memmem::find(&cell[start..], &close).map_or(cell.len(), |end| start + end);
    Some(&cell[start..end])
}

fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_texts_are_counted_however_they_are_cut() {
        struct Slow<'a>(&'a [u8]);
        impl Read for Slow<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                let length = self.0.len().min(3).min(buffer.len());
                buffer[..length].copy_from_slice(&self.0[..length]);
                self.0 = &self.0[length..];
                Ok(length)
            }
        }
        for xml in [
            "<sst><si><t>a</t></si><si><t>si></t></si><si/><si><r><t>b</t></r></si></sst>",
            "<x:sst><x:si><x:t>a</x:t></x:si><x:si><x:t>a</x:t></x:si><x:si></x:si><x:si></x:si></x:sst>",
        ] {
            assert_eq!(count_strings(xml.as_bytes()), 4, "{xml}");
            assert_eq!(count_strings(Slow(xml.as_bytes())), 4, "{xml}");
        }
    }
}
