//! What tells whether a file is still what was written: its length, a fast checksum, and its SHA-256.
//!
//! The fast checksum is CRC-32, which finds every change within 32 neighbouring bits, so every flipped bit. It is
//! looked at before a question reads a file; the SHA-256 before an import relies on one, and by `cchc check --store`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{FaultKind, StoreFault};

/// Bytes that are read at once.
const BLOCK: usize = 1 << 18;

/// What a file was when it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileDigest {
    /// Its length.
    pub bytes: u64,
    /// CRC-32 of its bytes.
    pub crc32: u32,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// How closely a file is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Length only.
    Length,
    /// Length and CRC-32.
    Fast,
    /// Length and SHA-256.
    Thorough,
}

/// Digests by path below `data/`, with `/` between folders.
pub type Digests = BTreeMap<String, FileDigest>;

impl FileDigest {
    /// Reads a whole file.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        let (mut crc, mut sha, mut bytes) = (crc32fast::Hasher::new(), Sha256::new(), 0);
        blocks(path, |block| {
            crc.update(block);
            sha.update(block);
            bytes += block.len() as u64;
        })?;
        Ok(Self { bytes, crc32: crc.finalize(), sha256: hex(&sha.finalize()) })
    }

    /// Whether bytes are those that were written.
    pub(crate) fn is_of_bytes(&self, bytes: &[u8]) -> bool {
        self.bytes == bytes.len() as u64 && self.sha256 == sha256(bytes)
    }

    fn is_content_of(&self, path: &Path, depth: Depth) -> io::Result<bool> {
        match depth {
            Depth::Length => Ok(true),
            Depth::Fast => {
                let mut crc = crc32fast::Hasher::new();
                blocks(path, |block| crc.update(block))?;
                Ok(crc.finalize() == self.crc32)
            }
            Depth::Thorough => Ok(Self::of(path)? == *self),
        }
    }
}

/// A data file of a table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DataFile {
    pub table: String,
    /// Below the table's folder.
    pub file: String,
}

impl DataFile {
    pub fn new(table: &str, file: &str) -> Self {
        Self { table: table.to_owned(), file: file.to_owned() }
    }

    /// Its key among digests.
    pub fn key(&self) -> String {
        key(&self.table, &self.file)
    }

    fn fault(&self, kind: FaultKind) -> StoreFault {
        StoreFault::of_table(kind, &self.table, &self.file)
    }

    /// What is wrong with it. A file without a digest only has to be there.
    pub fn verify(&self, root: &Path, digest: Option<&FileDigest>, depth: Depth) -> Option<StoreFault> {
        let path = root.join("data").join(&self.table).join(&self.file);
        let look = || -> io::Result<Option<StoreFault>> {
            let found = std::fs::metadata(&path)?.len();
            let Some(digest) = digest else { return Ok(None) };
            if found != digest.bytes {
                return Ok(Some(self.fault(FaultKind::FileLength).expected(digest.bytes).found(found)));
            }
            Ok((!digest.is_content_of(&path, depth)?).then(|| self.fault(FaultKind::FileChanged)))
        };
        look().unwrap_or_else(|error| {
            Some(match error.kind() {
                io::ErrorKind::NotFound => self.fault(FaultKind::FileMissing),
                _ => self.fault(FaultKind::FileUnreadable).found(error),
            })
        })
    }
}

/// What is wrong with files, in their order. They are read side by side.
pub(crate) fn verify(root: &Path, files: &[DataFile], digests: &Digests, depth: Depth) -> Vec<StoreFault> {
    let mut faults = side_by_side(files, |file| file.verify(root, digests.get(&file.key()), depth));
    faults.sort_by_key(|(at, _)| *at);
    faults.into_iter().filter_map(|(_, fault)| fault).collect()
}

/// Digests of files that have none yet.
///
/// # Errors
/// The first file that cannot be read, by its place.
pub(crate) fn digests_of(root: &Path, files: &[DataFile]) -> Result<Digests, (DataFile, io::Error)> {
    let read = side_by_side(files, |file| FileDigest::of(&root.join("data").join(&file.table).join(&file.file)));
    read.into_iter()
        .map(|(at, digest)| digest.map(|digest| (files[at].key(), digest)).map_err(|error| (files[at].clone(), error)))
        .collect()
}

/// The key of a file among digests.
pub(crate) fn key(table: &str, file: &str) -> String {
    format!("{table}/{file}")
}

/// SHA-256 in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        text.push_str(&format!("{byte:02x}"));
        text
    })
}

fn blocks(path: &Path, mut see: impl FnMut(&[u8])) -> io::Result<()> {
    let mut file = File::open(path)?;
    let mut block = vec![0; BLOCK];
    loop {
        match file.read(&mut block) {
            Ok(0) => return Ok(()),
            Ok(count) => see(&block[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Answers for all files, with their places, in any order; on as many threads as there are cores, at most four.
fn side_by_side<T: Send>(files: &[DataFile], ask: impl Fn(&DataFile) -> T + Sync) -> Vec<(usize, T)> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(4).min(files.len());
    let queue = Mutex::new(files.iter().enumerate());
    let work = || {
        let mut answers = Vec::new();
        loop {
            let next = queue.lock().expect("no thread panics while it takes a file").next();
            let Some((at, file)) = next else { return answers };
            answers.push((at, ask(file)));
        }
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut answers = work();
        for other in others {
            answers.extend(other.join().expect("reading a file does not panic"));
        }
        answers
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_bit_of_a_file_is_found_at_either_depth() {
        let root = tempfile::tempdir().unwrap();
        let file = DataFile::new("dossiers", "month=2025-02/part-x.parquet");
        let path = root.path().join("data/dossiers").join(&file.file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let bytes: Vec<u8> = (0..200).map(|at| (at * 7) as u8).collect();
        std::fs::write(&path, &bytes).unwrap();
        let digest = FileDigest::of(&path).unwrap();
        assert_eq!(file.verify(root.path(), Some(&digest), Depth::Thorough), None);
        for bit in 0..bytes.len() * 8 {
            let mut bytes = bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            std::fs::write(&path, &bytes).unwrap();
            for depth in [Depth::Fast, Depth::Thorough] {
                let fault = file.verify(root.path(), Some(&digest), depth).unwrap();
                assert_eq!((fault.kind, fault.month.as_deref()), (FaultKind::FileChanged, Some("2025-02")), "{bit}");
            }
        }
    }
}
