//! A zip archive of files: lists them, and unpacks one at a time to a temporary file that no name in it can choose.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::NamedTempFile;
use zip::CompressionMethod;
use zip::result::ZipError;

use super::Limits;
use super::error::ReadError;
use super::package::{self, Package, Zipped};

/// Archives of more files than this stay open between files, since their directory takes long to read.
const LONG_DIRECTORY: usize = 64;
/// The general purpose flag and the mode bits of the kind of an entry.
const MODE_KIND: u32 = 0o170_000;
const MODE_FILE: u32 = 0o100_000;

/// A zip archive that is no workbook itself.
#[derive(Debug)]
pub struct Archive {
    path: PathBuf,
    entries: Vec<ArchiveEntry>,
    skipped: Vec<String>,
    open: Mutex<Option<Package>>,
}

/// A file in an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveEntry {
    /// Its path in the archive, for showing only: with `/`, and such that nothing in it leads out of the archive.
    pub name: String,
    /// Bytes that it has when unpacked, as the archive says.
    pub bytes: u64,
    index: usize,
}

impl Archive {
    /// Looks into a file; `None` if it is no zip archive, a damaged one, or a workbook or document in one.
    ///
    /// What other systems put beside the files (`__MACOSX`, hidden files) is passed over; lock files of office programs
    /// are listed as skipped.
    ///
    /// # Errors
    /// The archive holds no files, too many, or inflates to more than the limits allow.
    pub fn look(path: &Path, limits: &Limits) -> Result<Option<Self>, ReadError> {
        if !begins_like_zip(path) || !matches!(package::kind(path), Ok(Zipped::Files)) {
            return Ok(None);
        }
        let mut package = package::open(path)?;
        package::check_sizes(&mut package, limits)?;
        let mut archive =
            Self { path: path.to_owned(), entries: Vec::new(), skipped: Vec::new(), open: Mutex::new(None) };
        let mut names = BTreeSet::new();
        for index in 0..package.len() {
            let entry = package.by_index_raw(index).map_err(ReadError::TruncatedZip)?;
            let written = entry.name().map_or_else(|_| format!("#{}", index + 1), |name| name.replace('\\', "/"));
            if entry.is_dir() || written.ends_with('/') || is_passed_over(&written) {
                continue;
            }
            let mut name = harmless(&written);
            if is_lock_file(&name) {
                archive.skipped.push(name);
                continue;
            }
            if names.contains(&name) {
                name = format!("{name}#{}", index + 1);
            }
            names.insert(name.clone());
            archive.entries.push(ArchiveEntry { name, bytes: entry.size(), index });
        }
        archive.entries.sort_by(|left, right| left.name.cmp(&right.name));
        if archive.entries.is_empty() { Err(ReadError::EmptyArchive) } else { Ok(Some(archive)) }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its files, sorted by name.
    #[must_use]
    pub fn entries(&self) -> &[ArchiveEntry] {
        &self.entries
    }

    /// Names of the lock files that were left out.
    #[must_use]
    pub fn skipped(&self) -> &[String] {
        &self.skipped
    }

    /// Unpacks one file; it is gone when the value is dropped.
    ///
    /// # Errors
    /// The entry is encrypted, damaged, packed in an unusual way or no file, or there is no room for it.
    pub fn unpack(&self, entry: &ArchiveEntry) -> Result<NamedTempFile, ReadError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let mut package = match open.take() {
            Some(package) => package,
            None => package::open(&self.path)?,
        };
        let unpacked = unpack(&mut package, entry);
        if self.entries.len() > LONG_DIRECTORY {
            *open = Some(package);
        }
        unpacked
    }
}

fn unpack(package: &mut Package, entry: &ArchiveEntry) -> Result<NamedTempFile, ReadError> {
    let raw = package.by_index_raw(entry.index).map_err(ReadError::TruncatedZip)?;
    if raw.encrypted() {
        return Err(ReadError::Password);
    }
    if raw.unix_mode().is_some_and(|mode| !matches!(mode & MODE_KIND, 0 | MODE_FILE)) {
        return Err(ReadError::NotAFile(if raw.is_symlink() { "symlink" } else { "device" }));
    }
    // Opening an entry of another method succeeds, and reading it fails like a damaged one.
    if !matches!(raw.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
        return Err(ReadError::UnusualPacking);
    }
    drop(raw);
    let packed = package.by_index(entry.index).map_err(|error| match error {
        ZipError::CompressionMethodNotSupported(_) | ZipError::UnsupportedArchive(_) => ReadError::UnusualPacking,
        other => ReadError::TruncatedZip(other),
    })?;
    let mut file = NamedTempFile::new().map_err(|error| no_room(&error))?;
    let mut bounded = packed.take(entry.bytes.saturating_add(1));
    let mut buffer = vec![0; 1 << 16];
    let mut left = entry.bytes;
    loop {
        // Reading can fail for the archive, writing for the disk.
        let length = bounded.read(&mut buffer).map_err(|error| ReadError::TruncatedZip(ZipError::Io(error)))?;
        if length == 0 {
            break;
        }
        left = left
            .checked_sub(length as u64)
            .ok_or_else(|| ReadError::TruncatedZip(ZipError::InvalidArchive("longer than declared".into())))?;
        file.write_all(&buffer[..length]).map_err(|error| no_room(&error))?;
    }
    file.flush().map_err(|error| no_room(&error))?;
    Ok(file)
}

/// The error without the name of the temporary file, which is another one each time.
fn no_room(error: &std::io::Error) -> ReadError {
    ReadError::NoRoom(error.kind().into())
}

fn begins_like_zip(path: &Path) -> bool {
    let mut head = [0; 4];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && matches!(head, [b'P', b'K', 3, 4] | [b'P', b'K', 5, 6])
}

/// What a system adds for itself.
fn is_passed_over(name: &str) -> bool {
    name.split('/').any(|part| part == "__MACOSX" || is_hidden(part))
}

/// Whether a file or folder of this name is hidden by custom; two dots at the beginning hide nothing.
#[must_use]
pub fn is_hidden(name: &str) -> bool {
    name.starts_with('.') && !name.starts_with("..") && name != "." && !is_lock_file(name)
}

/// Whether the last part of a path names the file by which office programs say that another one is open.
#[must_use]
pub fn is_lock_file(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or(name);
    last.starts_with("~$") || (last.starts_with(".~lock.") && last.ends_with('#'))
}

/// A name that leads nowhere: without a root, and with `..` escaped.
fn harmless(name: &str) -> String {
    let parts = name.split('/').filter(|part| !part.is_empty() && *part != ".");
    parts.map(|part| if part == ".." { "%2E%2E" } else { part }).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_out_of_the_archive() {
        assert_eq!(harmless("../../etc/passwd"), "%2E%2E/%2E%2E/etc/passwd");
        assert_eq!(harmless("/etc//./passwd"), "etc/passwd");
        assert_eq!(harmless("a/..b/c"), "a/..b/c");
    }

    #[test]
    fn what_systems_add_is_no_file_of_the_sender() {
        assert!(is_passed_over("__MACOSX/a/._b.xlsx"));
        assert!(is_passed_over("a/.DS_Store"));
        assert!(!is_passed_over("../a.xlsx"));
        assert!(is_lock_file("a/~$b.xlsx") && is_lock_file(".~lock.b.ods#"));
        assert!(!is_lock_file("a~$b.xlsx"));
    }
}
