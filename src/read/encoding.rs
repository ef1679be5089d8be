//! Detects the encoding of a text file: Unicode by marks and zeros, the legacy encodings by the syllables of its words.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use super::evidence::{Evidence, Verdict};
use super::letters::as_windows_1252;
use cchc_model::Encoding;

/// Positions of a file after its head at which a letter outside ASCII is looked for, and the bytes of each.
const PLACES: u64 = 64;
const PLACE_BYTES: u64 = 16 << 10;

/// How surely an encoding is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// By its marks, or since no other fits.
    Known,
    /// By its words.
    ByWords,
    /// Not known: the text is shown as windows-1252.
    Undecided,
}

/// The encoding of text, of which `head` are the first bytes.
///
/// More positions of `file` are read if the head has ASCII only. `None` for a file that is no text: text has next to no
/// control characters.
pub(super) fn detect(head: &[u8], whole: bool, file: &mut File) -> io::Result<Option<(Encoding, Certainty)>> {
    let known = |encoding| Ok(Some((encoding, Certainty::Known)));
    match head {
        [0xff, 0xfe, ..] => return known(Encoding::Utf16Le),
        [0xfe, 0xff, ..] => return known(Encoding::Utf16Be),
        _ => {}
    }
    if let Some(encoding) = unmarked_utf16(head) {
        return known(encoding);
    }
    let is_control = |byte: &&u8| **byte < 0x20 && !matches!(**byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    if head.iter().filter(is_control).count() * 100 > head.len() {
        return Ok(None);
    }
    if !head.is_ascii() || whole {
        return Ok(Some(in_bytes(head, whole)));
    }
    let length = file.metadata()?.len();
    let mut place = Vec::new();
    for at in 1..=PLACES {
        file.seek(SeekFrom::Start(length / (PLACES + 1) * at))?;
        place.clear();
        file.take(PLACE_BYTES).read_to_end(&mut place)?;
        if !place.is_ascii() {
            return Ok(Some(in_bytes(&place, false)));
        }
    }
    known(Encoding::Utf8)
}

fn in_bytes(bytes: &[u8], whole: bool) -> (Encoding, Certainty) {
    if bytes.starts_with(b"\xef\xbb\xbf") || is_utf8(bytes, whole) {
        return (Encoding::Utf8, Certainty::Known);
    }
    let mut evidence = Evidence::default();
    evidence.add(&as_windows_1252(bytes));
    match evidence.verdict() {
        Verdict::Sure(encoding) => (encoding, Certainty::ByWords),
        Verdict::Unsure(_) => (Encoding::Windows1252, Certainty::Undecided),
        // No word is of another encoding: rows with a byte that is no UTF-8 are refused.
        Verdict::Plain => (Encoding::Utf8, Certainty::Undecided),
    }
}

/// Whether bytes are UTF-8, though some be damaged: legacy text has no sequence that UTF-8 allows.
fn is_utf8(bytes: &[u8], whole: bool) -> bool {
    let (mut letters, mut damaged) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        letters += chunk.valid().chars().filter(|letter| !letter.is_ascii()).count();
        damaged += usize::from(!chunk.invalid().is_empty());
    }
    // Where the bytes were cut, so may a letter be, at both ends.
    let cut = if whole { 0 } else { 2 };
    damaged <= cut.min(letters) || letters * 10 > damaged
}

/// UTF-16 without a mark: digits and delimiters leave every other byte zero, and no zero has a zero beside it.
fn unmarked_utf16(head: &[u8]) -> Option<Encoding> {
    let mut zeros = [0_usize; 2];
    for pair in head.chunks_exact(2) {
        match pair {
            [0, 0] => return None,
            [0, _] => zeros[0] += 1,
            [_, 0] => zeros[1] += 1,
            _ => {}
        }
    }
    let enough = head.len() / 5;
    match zeros {
        [0, low] if low > enough => Some(Encoding::Utf16Le),
        [high, 0] if high > enough => Some(Encoding::Utf16Be),
        _ => None,
    }
}
