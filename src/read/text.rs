//! Decodes legacy and UTF-16 text to UTF-8 as a stream: UTF-16 by `encoding_rs`, the legacy encodings letter by letter.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use encoding_rs::{Decoder, UTF_16BE, UTF_16LE};

use super::letters::{Letters, windows_1252_table};
use cchc_model::Encoding;

const MARK: &[u8] = b"\xef\xbb\xbf";

/// Wraps a stream of bytes of some encoding as a stream of UTF-8.
///
/// UTF-8 goes through unchecked, the receiver validates it; a byte order mark is dropped. A half of a pair of UTF-16
/// without the other becomes U+FFFD. Nothing is stripped: in TCVN3 the soft hyphen 0xAD is the letter ư.
pub(super) fn to_utf8<'r>(bytes: impl Read + 'r, encoding: Encoding) -> io::Result<Box<dyn Read + 'r>> {
    let step = match encoding {
        Encoding::Utf8 => return without_mark(bytes),
        Encoding::Utf16Le => Step::Decoder(UTF_16LE.new_decoder_with_bom_removal()),
        Encoding::Utf16Be => Step::Decoder(UTF_16BE.new_decoder_with_bom_removal()),
        Encoding::Tcvn3 | Encoding::Vni | Encoding::Windows1258 | Encoding::Windows1252 => {
            Step::Letters(windows_1252_table(), Letters::of(encoding))
        }
    };
    Ok(Box::new(Decoded { bytes, step, raw: vec![0; 1 << 16], utf8: String::new(), given: 0, ended: false }))
}

enum Step {
    /// The character of windows-1252 for each byte, and what decodes it.
    Letters(Vec<char>, Letters),
    Decoder(Decoder),
}

struct Decoded<R> {
    bytes: R,
    step: Step,
    raw: Vec<u8>,
    utf8: String,
    given: usize,
    ended: bool,
}

impl<R: Read> Decoded<R> {
    fn refill(&mut self) -> io::Result<()> {
        let length = self.bytes.read(&mut self.raw)?;
        self.ended = length == 0;
        self.given = 0;
        self.utf8.clear();
        let raw = &self.raw[..length];
        match &mut self.step {
            Step::Letters(shown, letters) => {
                for byte in raw {
                    letters.push(shown[usize::from(*byte)], &mut self.utf8);
                }
                if self.ended {
                    letters.finish(&mut self.utf8);
                }
            }
            Step::Decoder(decoder) => {
                let room =
                    decoder.max_utf8_buffer_length(length).expect("64 KiB of input need no more than an address space");
                self.utf8.reserve(room);
                let _ = decoder.decode_to_string(raw, &mut self.utf8, self.ended);
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
        let rest = &self.utf8.as_bytes()[self.given..];
        let length = rest.len().min(into.len());
        into[..length].copy_from_slice(&rest[..length]);
        self.given += length;
        Ok(length)
    }
}

/// Bytes of the UTF-8 byte order mark that a file begins with: 3 or 0.
pub(super) fn mark_bytes(path: &Path) -> io::Result<u64> {
    let mut head = Vec::with_capacity(MARK.len());
    File::open(path)?.take(MARK.len() as u64).read_to_end(&mut head)?;
    Ok(if head == MARK { MARK.len() as u64 } else { 0 })
}

fn without_mark<'r>(mut bytes: impl Read + 'r) -> io::Result<Box<dyn Read + 'r>> {
    let mut head = Vec::with_capacity(MARK.len());
    bytes.by_ref().take(MARK.len() as u64).read_to_end(&mut head)?;
    if head == MARK {
        head.clear();
    }
    Ok(Box::new(io::Cursor::new(head).chain(bytes)))
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
    fn bytes_of_each_encoding_become_text() {
        assert_eq!(decoded(b"S\xe8 h\xe5 s\xac,\xa7\xac n v\xde,H\xad ng", Encoding::Tcvn3), "Số hồ sơ,Đơ n vị,Hư ng");
        assert_eq!(decoded(b"Ho\xe0 s\xf4 \xd1o\xe0ng Tha\xf9p \x96 a", Encoding::Vni), "Hồ sơ Đồng Tháp – a");
        assert_eq!(decoded(b"H\xe0 N\xf4\xf2i", Encoding::Windows1258), "Hà Nội");
        assert_eq!(decoded(b"caf\xe9", Encoding::Windows1252), "café");
    }

    #[test]
    fn utf16_and_marks_are_decoded() {
        let little: Vec<u8> = "\u{feff}Số;1".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decoded(&little, Encoding::Utf16Le), "Số;1");
        let big: Vec<u8> = "Số;1".encode_utf16().flat_map(u16::to_be_bytes).chain([0xd8, 0x00, 0x00, 0x31]).collect();
        assert_eq!(decoded(&big, Encoding::Utf16Be), "Số;1\u{fffd}1");
        assert_eq!(decoded("\u{feff}Số".as_bytes(), Encoding::Utf8), "Số");
    }

    /// A letter and its mark may stand on two sides of a cut.
    #[test]
    fn pairs_over_the_end_of_a_buffer_are_one_letter() {
        let text = "toå ".repeat(40_000) + "Nôòi";
        let bytes: Vec<u8> = text.chars().map(|shown| shown as u8).collect();
        assert_eq!(decoded(&bytes, Encoding::Vni), "tổ ".repeat(40_000) + "Nơịi");
        let marked: Vec<u8> = "tôÒ ".repeat(40_000).chars().map(|shown| shown as u8).collect();
        assert_eq!(decoded(&marked, Encoding::Windows1258), "tổ ".repeat(40_000));
    }
}
