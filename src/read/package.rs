//! Looks into zipped workbooks before their readers do: what they are, how much they inflate to, and repairs.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, Write};
use std::path::Path;

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::error::ReadError;
use super::sniff::Container;
use super::{Excess, Limits};

/// A zip archive on disk.
pub(super) type Package = ZipArchive<BufReader<File>>;

/// Bytes of shared strings below which no ratio is suspicious.
const UNSUSPICIOUS_STRINGS: u64 = 16 << 20;
/// Bytes of a part that hold its declarations.
const HEAD_BYTES: u64 = 16 << 10;

/// What a zip archive is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zipped {
    /// A workbook.
    Workbook(Container),
    /// Another document, by the name of its kind.
    Document(&'static str),
    /// Just files.
    Files,
}

/// Detects what a zip archive is.
pub(super) fn kind(path: &Path) -> Result<Zipped, ReadError> {
    let mut package = open(path)?;
    let names: Vec<String> = (0..package.len()).map(|index| part_name(&package, index)).collect();
    let has = |end: &str| names.iter().any(|name| name.ends_with(end));
    if has("workbook.bin") {
        return Ok(Zipped::Workbook(Container::Xlsb));
    }
    if has("workbook.xml") {
        return Ok(Zipped::Workbook(Container::Xlsx));
    }
    let mut mime = String::new();
    if let Ok(part) = package.by_name("mimetype") {
        // A mimetype that is not text names no spreadsheet either.
        let _ = part.take(100).read_to_string(&mut mime);
    }
    Ok(match mime.as_str() {
        mime if mime.starts_with("application/vnd.oasis.opendocument.spreadsheet") => Zipped::Workbook(Container::Ods),
        mime if mime.starts_with("application/vnd.oasis.opendocument") => Zipped::Document("OpenDocument"),
        _ if has("word/document.xml") => Zipped::Document("Word"),
        _ if has("ppt/presentation.xml") => Zipped::Document("PowerPoint"),
        _ if has("[content_types].xml") => Zipped::Document("Office"),
        _ => Zipped::Files,
    })
}

/// Opens a zip archive.
pub(super) fn open(path: &Path) -> Result<Package, ReadError> {
    let file = File::open(path).map_err(ReadError::Open)?;
    ZipArchive::new(BufReader::new(file)).map_err(|error| match error {
        ZipError::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => ReadError::Open(error),
        other => ReadError::TruncatedZip(other),
    })
}

/// Refuses a workbook that is encrypted or inflates to more than allowed.
pub(super) fn check(package: &mut Package, limits: &Limits) -> Result<(), ReadError> {
    for index in 0..package.len() {
        if package.by_index_raw(index).map_err(ReadError::TruncatedZip)?.encrypted() {
            return Err(ReadError::Password);
        }
    }
    check_strings(package, limits)?;
    check_sizes(package, limits)
}

/// Refuses shared strings that inflate too far: each of them, be it empty, takes time and memory before the first row
/// is read, and different texts do not pack as well as that.
fn check_strings(package: &mut Package, limits: &Limits) -> Result<(), ReadError> {
    for index in 0..package.len() {
        let part = package.by_index_raw(index).map_err(ReadError::TruncatedZip)?;
        let (size, stored) = (part.size(), part.compressed_size());
        drop(part);
        let most = stored.saturating_mul(limits.max_strings_ratio).max(UNSUSPICIOUS_STRINGS);
        if size > most && part_name(package, index).contains("sharedstrings.") {
            return Err(limits.exceeded(Excess::StringsRatio));
        }
    }
    Ok(())
}

/// Refuses an archive that inflates to more than allowed. Readers hold each part to the size it declares.
pub(super) fn check_sizes(package: &mut Package, limits: &Limits) -> Result<(), ReadError> {
    if package.len() as u64 > limits.max_parts {
        return Err(limits.exceeded(Excess::Parts));
    }
    let (mut inflated, mut stored) = (0_u64, 0_u64);
    for index in 0..package.len() {
        let part = package.by_index_raw(index).map_err(ReadError::TruncatedZip)?;
        inflated = inflated.saturating_add(part.size());
        stored = stored.saturating_add(part.compressed_size());
    }
    limits.check_inflation(inflated, stored)
}

/// Whether the shared strings declare more strings than their bytes can hold; the reader would reserve them all.
pub(super) fn overstates_strings(package: &mut Package) -> bool {
    (0..package.len()).any(|index| {
        if !part_name(package, index).ends_with("sharedstrings.xml") {
            return false;
        }
        let Ok(part) = package.by_index(index) else { return false };
        let size = part.size();
        let mut head = Vec::new();
        // A part that cannot be read is its reader's to refuse.
        let _ = part.take(HEAD_BYTES).read_to_end(&mut head);
        let head = String::from_utf8_lossy(&head);
        let declared = head.split_once("uniqueCount=").map(|(_, after)| after.trim_start_matches(['"', '\'']));
        let digits = declared.and_then(|after| after.split(['"', '\'']).next());
        digits.is_some_and(|digits| digits.trim().parse::<u64>().is_ok_and(|count| count > size))
    })
}

/// Copies a workbook into memory without `<dimension …/>` and `uniqueCount`: both only declare sizes of the parts, and
/// a wrong one stops a reader that does not need it.
pub(super) fn without_declared_sizes(package: &mut Package) -> Result<Cursor<Vec<u8>>, ZipError> {
    let mut copy = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..package.len() {
        let name = part_name(package, index);
        // Beside the sheets this folder holds only their relations, which have no dimension.
        if name.contains("worksheets/") {
            rewrite(package, index, &mut copy, drop_dimension)?;
        } else if name.ends_with("sharedstrings.xml") {
            rewrite(package, index, &mut copy, |head| head.replace("uniqueCount=", "foretoldCount="))?;
        } else {
            copy.raw_copy_file(package.by_index_raw(index)?)?;
        }
    }
    copy.finish()
}

fn rewrite<W: Write + Seek>(
    package: &mut Package,
    index: usize,
    copy: &mut ZipWriter<W>,
    change: impl FnOnce(&str) -> String,
) -> Result<(), ZipError> {
    let mut part = package.by_index(index)?;
    let options = SimpleFileOptions::default().compression_level(Some(1)).large_file(part.size() > 1 << 31);
    copy.start_file(part.name()?, options)?;
    let mut head = Vec::new();
    part.by_ref().take(HEAD_BYTES).read_to_end(&mut head)?;
    let whole = head.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    copy.write_all(change(whole).as_bytes())?;
    copy.write_all(&head[whole.len()..])?;
    io::copy(&mut part, copy)?;
    Ok(())
}

/// Cuts the element, whatever its prefix.
fn drop_dimension(head: &str) -> String {
    let found = head.find("dimension ").and_then(|name| {
        let start = head[..name].rfind('<')?;
        let end = name + head[name..].find('>')? + 1;
        let is_whole = head[start + 1..name].chars().all(|c| c.is_alphanumeric() || c == ':');
        (is_whole && head[..end].ends_with("/>")).then_some((start, end))
    });
    found.map_or_else(|| head.to_owned(), |(start, end)| [&head[..start], &head[end..]].concat())
}

/// A part's name for comparing: without case, and with slashes where some writers use backslashes.
pub(super) fn part_name(package: &Package, index: usize) -> String {
    let name = package.name_for_index(index).and_then(Result::ok);
    name.map_or_else(String::new, |name| name.replace('\\', "/").to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_dimension_is_dropped() {
        assert_eq!(drop_dimension("<a><dimension ref=\"1:69\"/><b/>"), "<a><b/>");
        assert_eq!(drop_dimension("<a><x:dimension ref=\"A1\"/><b/>"), "<a><b/>");
        assert_eq!(drop_dimension("<a>dimension > <b/>"), "<a>dimension > <b/>");
    }
}
