//! Tells a file's container and likely encodings from its content, never from its name.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::error::ReadError;
use super::package::{self, Zipped};
use super::text::Encoding;

/// Bytes that are looked at to tell text and its encoding.
const HEAD_BYTES: u64 = 256 << 10;
/// Characters in which HTML has to show itself.
const MARKUP_BYTES: usize = 8 << 10;

/// What a file is, whatever it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// Office Open XML workbook.
    Xlsx,
    /// Office binary workbook in a zip archive.
    Xlsb,
    /// Excel 5 to 2003.
    Xls,
    /// `OpenDocument` spreadsheet.
    Ods,
    /// HTML tables.
    Html,
    /// Delimited text.
    Csv,
    /// Apache Parquet.
    Parquet,
}

impl fmt::Display for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Xlsx => "xlsx",
            Self::Xlsb => "xlsb",
            Self::Xls => "xls",
            Self::Ods => "ods",
            Self::Html => "HTML",
            Self::Csv => "CSV",
            Self::Parquet => "Parquet",
        })
    }
}

/// What a file's content shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sniffed {
    /// The container.
    pub container: Container,
    /// Encodings to try, likeliest first; always one or more, and just one for containers that are not text.
    pub encodings: Vec<Encoding>,
}

/// Looks into a file. What is empty or no sheet at all is refused here, but for compound files: whether they hold an
/// .xls workbook, another document or an encrypted one shows when they are read.
pub fn sniff(path: &Path) -> Result<Sniffed, ReadError> {
    let mut head = Vec::new();
    File::open(path).and_then(|file| file.take(HEAD_BYTES).read_to_end(&mut head)).map_err(ReadError::Open)?;
    match head.as_slice() {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => match package::kind(path)? {
            Zipped::Workbook(container) => Ok(binary(container)),
            Zipped::Document(kind) => Err(ReadError::NotAWorkbook(kind.into())),
            Zipped::Files => Err(ReadError::NestedArchive),
        },
        [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] => Ok(binary(Container::Xls)),
        [b'P', b'A', b'R', b'1', ..] => Ok(binary(Container::Parquet)),
        [b'%', b'P', b'D', b'F', ..] => Err(ReadError::NotAWorkbook("PDF".into())),
        [b'{', b'\\', b'r', b't', b'f', ..] => Err(ReadError::NotAWorkbook("RTF".into())),
        [0x09, 0x00 | 0x02 | 0x04 | 0x08, _, 0x00, _, _, 0x10 | 0x20 | 0x40, 0x00, ..] => {
            Err(ReadError::NotAWorkbook("Excel 4".into()))
        }
        _ => text_kind(&head),
    }
}

fn binary(container: Container) -> Sniffed {
    Sniffed { container, encodings: vec![Encoding::Utf8] }
}

fn text_kind(head: &[u8]) -> Result<Sniffed, ReadError> {
    let encodings = encodings(head)?;
    let text = ascii_view(head, encodings[0]);
    let text = text.trim_start();
    if text.is_empty() {
        return Err(ReadError::Empty);
    }
    let start = &text[..text.floor_char_boundary(MARKUP_BYTES)];
    let start = start.to_ascii_lowercase();
    if !is_html(&start) {
        refuse_other_markup(&start)?;
        return Ok(Sniffed { container: Container::Csv, encodings });
    }
    let encodings = match declared_charset(&start) {
        Some("windows-1258") if encodings[0] == Encoding::Tcvn3 => {
            vec![Encoding::Windows1258, Encoding::Tcvn3]
        }
        _ => encodings,
    };
    Ok(Sniffed { container: Container::Html, encodings })
}

/// The encodings to try; garbage is refused, since text holds next to no control characters.
fn encodings(head: &[u8]) -> Result<Vec<Encoding>, ReadError> {
    let mark = match head {
        [0xff, 0xfe, ..] => Some(Encoding::Utf16Le),
        [0xfe, 0xff, ..] => Some(Encoding::Utf16Be),
        _ => unmarked_utf16(head),
    };
    if let Some(encoding) = mark {
        return Ok(vec![encoding]);
    }
    let is_control = |byte: &&u8| **byte < 0x20 && !matches!(**byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    if head.contains(&0) || head.iter().filter(is_control).count() * 100 > head.len() {
        return Err(ReadError::UnknownContainer);
    }
    match std::str::from_utf8(head) {
        Ok(_) => Ok(vec![Encoding::Utf8]),
        // The end of the head may cut a character.
        Err(error) if error.error_len().is_none() && head.len() as u64 == HEAD_BYTES => Ok(vec![Encoding::Utf8]),
        Err(_) if head.starts_with(b"\xef\xbb\xbf") => Ok(vec![Encoding::Utf8]),
        Err(_) => Ok(vec![Encoding::Tcvn3, Encoding::Windows1258]),
    }
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

/// The head as text in which ASCII can be trusted, whatever the encoding.
fn ascii_view(head: &[u8], encoding: Encoding) -> String {
    let text = match encoding {
        Encoding::Utf16Le => encoding_rs::UTF_16LE.decode(head).0,
        Encoding::Utf16Be => encoding_rs::UTF_16BE.decode(head).0,
        _ => String::from_utf8_lossy(head),
    };
    text.trim_start_matches('\u{feff}').to_owned()
}

fn is_html(start: &str) -> bool {
    let names = ["<html", "<table", "<!doctype html", "<body", "<head>", "<meta", "<style", "<div", "<center"];
    let shown = names.iter().any(|name| start.starts_with(name));
    let late = start.starts_with("<?xml") || start.starts_with("<!--") || start.starts_with("<!doctype");
    shown || (late && (start.contains("<html") || start.contains("<table")) && !is_spreadsheet_ml(start))
}

fn is_spreadsheet_ml(start: &str) -> bool {
    start.contains("<workbook") || start.contains("mso-application progid=\"excel.sheet\"")
}

fn refuse_other_markup(start: &str) -> Result<(), ReadError> {
    if start.starts_with("<?xml") && is_spreadsheet_ml(start) {
        return Err(ReadError::NotAWorkbook("XML Spreadsheet 2003".into()));
    }
    if start.starts_with("<?xml") {
        return Err(ReadError::NotAWorkbook("XML".into()));
    }
    if start.starts_with("mime-version:") {
        return Err(ReadError::NotAWorkbook("MHTML".into()));
    }
    Ok(())
}

fn declared_charset(start: &str) -> Option<&str> {
    let (_, after) = start.split_once("charset=")?;
    let after = after.trim_start_matches(['"', '\'', ' ']);
    after.split(['"', '\'', ' ', ';', '>', '/']).next()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;

    fn sniffed(bytes: &[u8]) -> Result<Sniffed, ReadError> {
        let file = tempfile::NamedTempFile::with_suffix(".xlsx").unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        sniff(file.path())
    }

    fn refusal(bytes: &[u8]) -> &'static str {
        sniffed(bytes).err().map_or("accepted", |error| error.rule())
    }

    #[test]
    fn content_decides_not_the_name() {
        assert_eq!(sniffed(b"a,b\n1,2\n").unwrap().container, Container::Csv);
        assert_eq!(sniffed(b"\xef\xbb\xbf\n <TABLE><tr>").unwrap().container, Container::Html);
        assert_eq!(sniffed(b"<?xml version='1.0'?><html>").unwrap().container, Container::Html);
        assert_eq!(sniffed(b"PAR1xx").unwrap().container, Container::Parquet);
    }

    #[test]
    fn what_is_no_sheet_is_refused_by_name() {
        assert_eq!(refusal(b""), "empty_file");
        assert_eq!(refusal(b"\xef\xbb\xbf \r\n\t"), "empty_file");
        assert_eq!(refusal(b"\x00\x01\x02\x00\x00garbage"), "unknown_container");
        assert_eq!(refusal(b"PK\x03\x04 cut off"), "truncated_zip");
        assert_eq!(refusal(b"%PDF-1.7"), "not_a_workbook");
        assert_eq!(refusal(b"<?xml version='1.0'?><Workbook xmlns='urn'>"), "not_a_workbook");
    }

    #[test]
    fn bytes_that_are_not_utf8_may_be_tcvn3_or_windows_1258() {
        let found = sniffed(b"S\xe8 h\xe5 s\xac,T\xaan\n").unwrap();
        assert_eq!(found.encodings, [Encoding::Tcvn3, Encoding::Windows1258]);
        let wide: Vec<u8> = "Số;Tên\n1;2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(sniffed(&wide).unwrap().encodings, [Encoding::Utf16Le]);
    }

    #[test]
    fn a_character_cut_by_the_end_of_the_head_is_still_utf8() {
        let text = format!("a{}", "ố".repeat(100_000));
        assert_eq!(sniffed(text.as_bytes()).unwrap().encodings, [Encoding::Utf8]);
    }
}
