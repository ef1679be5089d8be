//! Detects a file's container and encoding from its content, never from its name.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::ReadAs;
use super::encoding::{Certainty, detect};
use super::error::ReadError;
use super::foreign::{self, Foreign};
use super::package::{self, Zipped};
use cchc_model::Encoding;

/// Bytes from which text and its encoding are detected.
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
    /// XML Spreadsheet 2003.
    SpreadsheetMl,
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
            Self::SpreadsheetMl => "XML Spreadsheet 2003",
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
    /// The encoding of text; of no meaning for other containers.
    pub encoding: Encoding,
    /// How surely it is known.
    pub certainty: Certainty,
}

impl Sniffed {
    /// The encoding in which the file is read, unless a source declares another.
    #[must_use]
    pub const fn read_as(&self) -> ReadAs {
        ReadAs { encoding: self.encoding, declared: None }
    }
}

/// Looks into a file. What is empty or no sheet at all is refused here, but for compound files: whether they hold an
/// .xls workbook, another document or an encrypted one shows when they are read.
pub fn sniff(path: &Path) -> Result<Sniffed, ReadError> {
    let mut head = Vec::new();
    let mut file = File::open(path).map_err(ReadError::Open)?;
    file.by_ref().take(HEAD_BYTES).read_to_end(&mut head).map_err(ReadError::Open)?;
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
        // What a download leaves that was never filled.
        _ if head.iter().all(|byte| *byte == 0) => Err(ReadError::Empty),
        _ => match foreign::by_first_bytes(&head) {
            Some(foreign) => Err(ReadError::Foreign(foreign)),
            None => text_kind(&head, &mut file),
        },
    }
}

fn binary(container: Container) -> Sniffed {
    Sniffed { container, encoding: Encoding::Utf8, certainty: Certainty::Known }
}

fn text_kind(head: &[u8], file: &mut File) -> Result<Sniffed, ReadError> {
    let whole = (head.len() as u64) < HEAD_BYTES;
    let detected = detect(head, whole, file).map_err(ReadError::Open)?;
    let (encoding, certainty) = detected.ok_or(ReadError::UnknownContainer)?;
    let text = ascii_view(head, encoding);
    let text = text.trim_start();
    if text.is_empty() {
        return Err(ReadError::Empty);
    }
    let start = &text[..text.floor_char_boundary(MARKUP_BYTES)];
    let start = start.to_ascii_lowercase();
    if start.starts_with("<?xml") && is_spreadsheet_ml(&start) {
        return Ok(Sniffed { container: Container::SpreadsheetMl, encoding, certainty });
    }
    if !is_html(&start) {
        refuse_other_markup(&start)?;
        if foreign::is_json(text, whole) {
            return Err(ReadError::Foreign(Foreign::Json));
        }
        return Ok(Sniffed { container: Container::Csv, encoding, certainty });
    }
    if let Some(foreign) = foreign::page(&text.to_lowercase(), whole) {
        return Err(ReadError::Foreign(foreign));
    }
    Ok(match declared_charset(&start) {
        Some("windows-1258") if certainty == Certainty::Undecided => {
            Sniffed { container: Container::Html, encoding: Encoding::Windows1258, certainty: Certainty::Known }
        }
        _ => Sniffed { container: Container::Html, encoding, certainty },
    })
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
        assert_eq!(refusal(&[0; 512]), "empty_file");
        assert_eq!(refusal(b"\x89PNG\r\n\x1a\n....."), "picture");
        assert_eq!(refusal(b"Rar!\x1a\x07\x00...."), "other_archive");
        assert_eq!(refusal(b"{\"code\": 401, \"message\": \"x\"}"), "json_answer");
        assert_eq!(refusal(b"<html><head></head><frameset cols='*'>"), "frameset_page");
        assert_eq!(refusal("<!DOCTYPE html><html><body><form>\u{111}<input type='password'>".as_bytes()), "login_page");
        assert_eq!(refusal(b"<?xml version='1.0'?><catalogue xmlns='urn'>"), "not_a_workbook");
    }

    fn detected(bytes: &[u8]) -> (Encoding, Certainty) {
        let sniffed = sniffed(bytes).unwrap();
        (sniffed.encoding, sniffed.certainty)
    }

    #[test]
    fn words_show_the_legacy_encoding() {
        assert_eq!(detected(b"S\xe8 h\xe5 s\xac,T\xaan\n1,2\n"), (Encoding::Tcvn3, Certainty::ByWords));
        let vni: Vec<u8> = "Soá hoà sô,Ngaøy heïn traû,Ñôn vò\n".chars().map(|shown| shown as u8).collect();
        assert_eq!(detected(&vni), (Encoding::Vni, Certainty::ByWords));
        let marked: Vec<u8> = "Sôì hôÌ sõ,Ngày heòn traÒ,Ðõn viò\n".chars().map(|shown| shown as u8).collect();
        assert_eq!(detected(&marked), (Encoding::Windows1258, Certainty::ByWords));
    }

    #[test]
    fn what_words_do_not_show_stays_undecided() {
        assert_eq!(detected(b"Ma ho so,Don vi\nH1,S\xeb Y t\xd5\n"), (Encoding::Windows1252, Certainty::Undecided));
        assert_eq!(detected(b"Nom,Ville\nSoci\xe9t\xe9,Orl\xe9ans\n"), (Encoding::Utf8, Certainty::Undecided));
    }

    #[test]
    fn unicode_is_known_by_its_marks_or_its_form() {
        let text = "Số;Tên\n1;2\n";
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(detected(&wide), (Encoding::Utf16Le, Certainty::Known));
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(detected(&wide), (Encoding::Utf16Be, Certainty::Known));
        assert_eq!(detected(text.as_bytes()), (Encoding::Utf8, Certainty::Known));
        let damaged = [text.repeat(3).as_bytes(), b"x\xff;2\n"].concat();
        assert_eq!(detected(&damaged), (Encoding::Utf8, Certainty::Known));
    }

    #[test]
    fn a_character_cut_by_the_end_of_the_head_is_still_utf8() {
        let text = format!("a{}", "ố".repeat(100_000));
        assert_eq!(detected(text.as_bytes()), (Encoding::Utf8, Certainty::Known));
    }

    /// Nothing but ASCII for the first quarter of a million bytes.
    #[test]
    fn letters_far_below_the_head_are_looked_for() {
        let mut bytes = b"1;2;3\n".repeat(100_000);
        bytes.extend(b"1;S\xeb C\xabng th\xad\xacng;Ng\xb5y h\xd1n tr\xb6\n".repeat(10_000));
        assert_eq!(detected(&bytes), (Encoding::Tcvn3, Certainty::ByWords));
    }
}
