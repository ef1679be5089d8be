//! Finds the files below the paths that a user gave, those in zip archives too, in a stable order.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::{FileType, Metadata};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use tempfile::NamedTempFile;

use cchc_model::{Mask, Where};

use super::{Archive, ArchiveEntry, Limits, ReadError, is_hidden, is_lock_file};

/// A path that was given leads nowhere.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {source}")]
pub struct PathError {
    /// The path.
    pub path: PathBuf,
    /// Why.
    pub source: std::io::Error,
}

/// A file to import.
#[derive(Debug, Clone)]
pub struct InputFile {
    /// The argument as given plus the path below it, then the path inside an archive. Bytes that are no text are
    /// escaped, and so is what would lead out of the archive.
    pub shown: String,
    /// Where it is, or the archive that holds it.
    pub path: PathBuf,
    /// Its bytes, unpacked.
    pub bytes: u64,
    access: Access,
}

/// What there is to import.
#[derive(Debug, Default)]
pub struct Found {
    /// Files, sorted by what is shown; also those that are refused before they are opened.
    pub files: Vec<InputFile>,
    /// Lock files of office programs and workspaces, which are passed over.
    pub skipped: Vec<String>,
}

/// How the bytes of a file are reached.
#[derive(Debug, Clone)]
enum Access {
    Disk,
    /// From an archive, which looked like this when its files were listed.
    Packed(Arc<Archive>, ArchiveEntry, FileStamp),
    /// Not at all.
    Refused(Arc<ReadError>),
}

/// A file that can be read now.
pub struct Ready {
    /// The file, its path leading to its own bytes.
    pub input: InputFile,
    /// The file on disk that must not change while this one is read.
    watched: PathBuf,
    stamp: FileStamp,
    /// Deleted when the file has been read.
    _unpacked: Option<NamedTempFile>,
}

/// What changes when a file is written to or replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FileStamp {
    bytes: u64,
    modified: Option<SystemTime>,
    /// Device and number of the file.
    identity: (u64, u64),
}

/// All files below `paths` and in the archives there. Hidden files are left out and not listed.
///
/// Symbolic links are refused, not followed: those below a folder and those given by name, to a file or to a folder.
/// FIFOs, devices and sockets are refused too. Each is a file of the result, so that none hides the others.
///
/// # Errors
/// A path does not exist or cannot be read.
pub fn find_files(paths: &[PathBuf], limits: &Limits) -> Result<Found, PathError> {
    let mut found = Found::default();
    for path in paths {
        let fail = |source| PathError { path: path.clone(), source };
        let kind = std::fs::symlink_metadata(path).map_err(fail)?;
        if kind.is_dir() {
            std::fs::read_dir(path).map_err(fail)?;
        }
        found.add(path, &kind, limits);
    }
    found.files.sort_by(|left, right| (&left.shown, &left.path).cmp(&(&right.shown, &right.path)));
    found.files.dedup_by(|left, right| (&left.shown, &left.path) == (&right.shown, &right.path));
    found.skipped.sort();
    found.skipped.dedup();
    Ok(found)
}

impl Found {
    /// The same with masks for personal values in what is shown. Two files of which the same is left are numbered.
    #[must_use]
    pub fn masked(mut self, mask: &Mask) -> Self {
        let mut times: BTreeMap<String, u32> = BTreeMap::new();
        for file in &mut self.files {
            if let Cow::Owned(masked) = mask.text(&file.shown, Where::Name) {
                let time = times.entry(masked.clone()).or_default();
                *time += 1;
                file.shown = if *time == 1 { masked } else { format!("{masked} #{time}") };
            }
        }
        for skipped in &mut self.skipped {
            *skipped = mask.text(skipped, Where::Name).into_owned();
        }
        self
    }
}

/// Whether a folder is a workspace, of whatever layout: a file in it was imported already, or is no export.
fn is_workspace(folder: &Path) -> bool {
    folder.join("FORMAT").is_file() && folder.join("versions").is_dir()
}

impl InputFile {
    fn new(path: &Path, bytes: u64, access: Access) -> Self {
        Self { shown: shown(path), path: path.to_owned(), bytes, access }
    }

    /// Unpacks the file if need be, and notes what it looks like.
    ///
    /// # Errors
    /// The file is refused, or cannot be unpacked.
    pub fn ready(&self) -> Result<Ready, Arc<ReadError>> {
        let watched = self.path.clone();
        let mut input = self.clone();
        let (unpacked, stamp) = match &self.access {
            Access::Refused(error) => return Err(Arc::clone(error)),
            Access::Disk => (None, FileStamp::of(&watched)?),
            Access::Packed(archive, entry, stamp) => {
                let unpacked = archive.unpack(entry)?;
                unpacked.path().clone_into(&mut input.path);
                (Some(unpacked), *stamp)
            }
        };
        Ok(Ready { input, watched, stamp, _unpacked: unpacked })
    }

    /// The file's own name, in which the day of export may be written.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.access {
            Access::Packed(_, entry, _) => entry.name.rsplit('/').next().unwrap_or_default().to_owned(),
            _ => name(&self.path),
        }
    }

    /// The name of the archive that it comes from.
    #[must_use]
    pub fn archive_name(&self) -> Option<String> {
        match &self.access {
            Access::Packed(archive, ..) => Some(name(archive.path())),
            _ => None,
        }
    }
}

impl Ready {
    /// Whether the file has not changed since.
    pub fn is_unchanged(&self) -> bool {
        FileStamp::of(&self.watched).is_ok_and(|now| now == self.stamp)
    }
}

impl FileStamp {
    /// Looks at a file without following a link.
    fn of(path: &Path) -> Result<Self, ReadError> {
        let data = std::fs::symlink_metadata(path).map_err(ReadError::Open)?;
        if !data.is_file() {
            return Err(ReadError::NotAFile(special_kind(data.file_type())));
        }
        Ok(Self { bytes: data.len(), modified: data.modified().ok(), identity: identity(&data) })
    }
}

impl Found {
    /// Adds what a path leads to. What cannot be listed is a refused file, since the rest may be sound.
    fn add(&mut self, path: &Path, kind: &Metadata, limits: &Limits) {
        if kind.is_dir() {
            if is_workspace(path) {
                self.skipped.push(shown(path));
            } else if let Err(error) = self.add_folder(path, limits) {
                self.refuse(path, ReadError::Open(error));
            }
        } else if !kind.is_file() {
            self.refuse(path, ReadError::NotAFile(special_kind(kind.file_type())));
        } else if is_lock_file(&name(path)) {
            self.skipped.push(shown(path));
        } else {
            self.add_file(path, kind.len(), limits);
        }
    }

    fn add_folder(&mut self, folder: &Path, limits: &Limits) -> std::io::Result<()> {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let path = entry.path();
            if is_hidden(&name(&path)) {
                continue;
            }
            match entry.metadata() {
                Ok(kind) => self.add(&path, &kind, limits),
                Err(error) => self.refuse(&path, ReadError::Open(error)),
            }
        }
        Ok(())
    }

    fn add_file(&mut self, path: &Path, bytes: u64, limits: &Limits) {
        // An archive that is replaced while it is listed differs from this when its files are unpacked.
        let stamp = FileStamp::of(path);
        match (Archive::look(path, limits), stamp) {
            (Ok(Some(archive)), Ok(stamp)) => {
                let archive = Arc::new(archive);
                self.skipped.extend(archive.skipped().iter().map(|inner| format!("{}/{inner}", shown(path))));
                for entry in archive.entries() {
                    let access = Access::Packed(Arc::clone(&archive), entry.clone(), stamp);
                    let mut file = InputFile::new(path, entry.bytes, access);
                    file.shown = format!("{}/{}", file.shown, entry.name);
                    self.files.push(file);
                }
            }
            (Err(error), _) => self.refuse(path, error),
            _ => self.files.push(InputFile::new(path, bytes, Access::Disk)),
        }
    }

    fn refuse(&mut self, path: &Path, error: ReadError) {
        self.files.push(InputFile::new(path, 0, Access::Refused(Arc::new(error))));
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// A path as text; a byte that belongs to no character is shown as `\xE9`.
fn shown(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02X}")));
    }
    text
}

/// What is neither file nor folder, in words that are the same in every language.
fn special_kind(kind: FileType) -> &'static str {
    if kind.is_symlink() {
        return "symlink";
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return "FIFO";
        }
        if kind.is_socket() {
            return "socket";
        }
    }
    if kind.is_dir() { "folder" } else { "device" }
}

#[cfg(unix)]
fn identity(data: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (data.dev(), data.ino())
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> (u64, u64) {
    (0, 0)
}
