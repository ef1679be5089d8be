//! Decodes legacy and UTF-16 text to UTF-8 as a stream: TCVN3 by its own table, the rest by `encoding_rs`.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, UTF_16BE, UTF_16LE, WINDOWS_1258};

/// The encodings that exports come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// TCVN 5712 as the `.Vn` fonts have it, called ABC.
    Tcvn3,
    /// Windows' Vietnamese code page.
    Windows1258,
}

/// Bytes 0x80–0xFF of TCVN3. The fonts give 0x80–0x9F the punctuation of Windows' Western code page. The capitals
/// with two marks (0xAF, 0xBA …) are those of TCVN 5712-1: the fonts have none, so nothing else can be meant.
const TCVN3: &str = concat!(
    "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ",
    "\u{a0}ĂÂÊÔƠƯĐăâêôơưđẰ\u{300}\u{309}\u{303}\u{301}\u{323}àảãáạẲằẳẵắẴ",
    "ẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịò",
    "ỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ",
);

/// Decodes TCVN3 (ABC) bytes. Nothing may be stripped before: the soft hyphen 0xAD is the letter ư.
#[must_use]
pub fn tcvn3_to_unicode(bytes: &[u8]) -> String {
    let table = tcvn3_table();
    bytes.iter().map(|byte| tcvn3_letter(&table, *byte)).collect()
}

/// Wraps a stream of bytes of some encoding as a stream of UTF-8.
///
/// UTF-8 goes through unchecked, the receiver validates it; a byte order mark is dropped.
pub(super) fn to_utf8<'r>(bytes: impl Read + 'r, encoding: Encoding) -> io::Result<Box<dyn Read + 'r>> {
    let step = match encoding {
        Encoding::Utf8 => return without_mark(bytes),
        Encoding::Tcvn3 => Step::Table(tcvn3_table()),
        Encoding::Utf16Le => Step::Decoder(UTF_16LE.new_decoder_with_bom_removal()),
        Encoding::Utf16Be => Step::Decoder(UTF_16BE.new_decoder_with_bom_removal()),
        Encoding::Windows1258 => Step::Decoder(WINDOWS_1258.new_decoder_without_bom_handling()),
    };
    Ok(Box::new(Decoded { bytes, step, raw: vec![0; 1 << 16], utf8: Vec::new(), given: 0, ended: false }))
}

enum Step {
    Table(Vec<char>),
    Decoder(Decoder),
}

struct Decoded<R> {
    bytes: R,
    step: Step,
    raw: Vec<u8>,
    utf8: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Decoded<R> {
    fn refill(&mut self) -> io::Result<()> {
        let length = self.bytes.read(&mut self.raw)?;
        self.ended = length == 0;
        self.given = 0;
        let raw = &self.raw[..length];
        match &mut self.step {
            Step::Table(table) => {
                self.utf8.clear();
                push_tcvn3(table, raw, &mut self.utf8);
            }
            Step::Decoder(decoder) => {
                let room = decoder
                    .max_utf8_buffer_length_without_replacement(length)
                    .expect("64 KiB of input need no more than an address space");
                self.utf8.resize(room, 0);
                let (result, _, written) = decoder.decode_to_utf8_without_replacement(raw, &mut self.utf8, self.ended);
                self.utf8.truncate(written);
                if matches!(result, DecoderResult::Malformed(..)) {
                    return Err(io::ErrorKind::InvalidData.into());
                }
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.given == self.utf8.len() && !self.ended {
            self.refill()?;
        }
        let rest = &self.utf8[self.given..];
        let length = rest.len().min(into.len());
        into[..length].copy_from_slice(&rest[..length]);
        self.given += length;
        Ok(length)
    }
}

fn without_mark<'r>(mut bytes: impl Read + 'r) -> io::Result<Box<dyn Read + 'r>> {
    let mut head = Vec::with_capacity(3);
    bytes.by_ref().take(3).read_to_end(&mut head)?;
    if head == b"\xef\xbb\xbf" {
        head.clear();
    }
    Ok(Box::new(io::Cursor::new(head).chain(bytes)))
}

fn tcvn3_table() -> Vec<char> {
    TCVN3.chars().collect()
}

fn tcvn3_letter(table: &[char], byte: u8) -> char {
    byte.checked_sub(0x80).map_or(char::from(byte), |high| table[usize::from(high)])
}

fn push_tcvn3(table: &[char], bytes: &[u8], utf8: &mut Vec<u8>) {
    for &byte in bytes {
        let mut room = [0; 4];
        utf8.extend_from_slice(tcvn3_letter(table, byte).encode_utf8(&mut room).as_bytes());
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8], encoding: Encoding) -> String {
        let mut text = String::new();
        to_utf8(bytes, encoding).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn the_table_has_one_letter_for_each_high_byte() {
        assert_eq!(TCVN3.chars().count(), 128);
    }

    #[test]
    fn headings_in_tcvn3_become_vietnamese() {
        let bytes = b"S\xe8 h\xe5 s\xac,Ng\xb5y h\xd1n tr\xb6,\xa7\xac n v\xde,H\xad ng";
        assert_eq!(tcvn3_to_unicode(bytes), "Số hồ sơ,Ngày hẹn trả,Đơ n vị,Hư ng");
        assert_eq!(decoded(bytes, Encoding::Tcvn3), tcvn3_to_unicode(bytes));
    }

    #[test]
    fn utf16_and_marks_are_decoded() {
        let little: Vec<u8> = "\u{feff}Số;1".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decoded(&little, Encoding::Utf16Le), "Số;1");
        assert_eq!(decoded("\u{feff}Số".as_bytes(), Encoding::Utf8), "Số");
        assert_eq!(decoded(b"H\xe0 N\xf4\xf2i", Encoding::Windows1258), "Hà Nô\u{323}i");
    }
}
