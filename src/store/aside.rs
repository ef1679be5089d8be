//! What an import puts aside on the disk until it is written: pieces in a file without a name, gone with the process.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::{StoreError, Workspace};

/// A place for what does not fit into memory, and how much still does.
///
/// The file is made when the first piece comes, in the workspace or, where that cannot be written, in the folder for
/// temporary files. It has no name, so nothing is left of it even if the process is killed.
#[derive(Debug)]
pub struct Aside {
    folder: PathBuf,
    room: Arc<AtomicU64>,
    file: Mutex<Option<File>>,
    /// Why the first piece could not be put aside that could not.
    failed: Mutex<Option<StoreError>>,
}

/// A piece that was put aside.
#[derive(Debug)]
pub struct Piece {
    start: u64,
    length: usize,
}

/// A part of the memory that is kept for what waits, given back when dropped.
#[derive(Debug)]
pub struct Claim {
    room: Arc<AtomicU64>,
    bytes: u64,
}

impl Aside {
    /// A place for an import of the workspace, of which `memory` bytes may stay in memory.
    #[must_use]
    pub fn of(workspace: &Workspace, memory: u64) -> Self {
        Self::below(workspace.root(), memory)
    }

    /// A place in a folder.
    #[must_use]
    pub fn below(folder: &Path, memory: u64) -> Self {
        Self {
            folder: folder.to_owned(),
            room: Arc::new(AtomicU64::new(memory)),
            file: Mutex::default(),
            failed: Mutex::default(),
        }
    }

    /// Room for so many bytes in memory; `None` if there is none left, so that they have to be put aside.
    #[must_use]
    pub fn claim(&self, bytes: u64) -> Option<Claim> {
        let left = |room: u64| room.checked_sub(bytes);
        self.room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left).ok()?;
        Some(Claim { room: Arc::clone(&self.room), bytes })
    }

    /// Puts bytes aside; `None` if the disk does not take them, which [`Aside::check`] tells.
    #[must_use]
    pub fn put(&self, bytes: &[u8]) -> Option<Piece> {
        let mut held = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        match self.append(&mut held, bytes) {
            Ok(piece) => Some(piece),
            Err(source) => {
                let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
                failed.get_or_insert(StoreError::Aside { folder: self.folder.clone(), source });
                None
            }
        }
    }

    fn append(&self, held: &mut Option<File>, bytes: &[u8]) -> io::Result<Piece> {
        let mut file = match held.take() {
            Some(file) => file,
            None => tempfile::tempfile_in(&self.folder).or_else(|_| tempfile::tempfile())?,
        };
        let start = file.seek(SeekFrom::End(0))?;
        let written = file.write_all(bytes);
        *held = Some(file);
        written.map(|()| Piece { start, length: bytes.len() })
    }

    /// Tells whether everything could be put aside.
    ///
    /// # Errors
    /// Something could not be put aside and is lost; what was read is not whole.
    pub fn check(&self) -> Result<(), StoreError> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).take().map_or(Ok(()), Err)
    }

    /// The bytes of a piece.
    ///
    /// # Errors
    /// The disk does not give them back.
    pub fn take(&self, piece: &Piece) -> Result<Vec<u8>, StoreError> {
        let mut held = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bytes = vec![0; piece.length];
        let file = held.as_mut().ok_or_else(|| io::Error::from(io::ErrorKind::NotFound));
        let read = file.and_then(|file| {
            file.seek(SeekFrom::Start(piece.start))?;
            file.read_exact(&mut bytes)
        });
        read.map_err(|source| StoreError::Aside { folder: self.folder.clone(), source })?;
        Ok(bytes)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.room.fetch_add(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_back_as_they_were_put_and_leave_no_name() {
        let folder = tempfile::tempdir().unwrap();
        let aside = Aside::below(folder.path(), 0);
        let pieces = [&b"one"[..], b"", b"three"].map(|bytes| aside.put(bytes).unwrap());
        assert_eq!(aside.take(&pieces[2]).unwrap(), b"three");
        assert_eq!(aside.take(&pieces[1]).unwrap(), b"");
        assert_eq!(aside.take(&pieces[0]).unwrap(), b"one");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn memory_is_claimed_up_to_its_bound_and_given_back() {
        let folder = tempfile::tempdir().unwrap();
        let aside = Aside::below(folder.path(), 10);
        let first = aside.claim(7).unwrap();
        assert!(aside.claim(4).is_none());
        drop(first);
        assert!(aside.claim(10).is_some());
    }
}
