//! Reads one file up to its typed rows; a fault of the file is a finding, never the end of the import.

use std::path::Path;
use std::sync::atomic::AtomicU64;

use chrono::NaiveDate;

use super::encoding::read_best;
use super::reading::FileReading;
use cchc_definitions::{PointsIndex, ReadingWords, SourceDef};
use cchc_model::{Mask, MixedDates, Policies, UnitIndex};
use cchc_normalise::{FigureNames, KnownHeadings};
use cchc_read::{InputFile, Limits, ReadError, sniff};
use cchc_store::Aside;

/// What reading a file depends on.
pub(super) struct Context<'a> {
    pub sources: &'a [SourceDef],
    pub known: &'a KnownHeadings<'a>,
    pub words: &'a ReadingWords,
    /// What declared figures are called.
    pub figures: &'a FigureNames<'a>,
    pub units: &'a UnitIndex,
    /// What hides personal values.
    pub mask: &'a Mask,
    /// The indices that filled scoring forms have to fit; none where forms are not checked.
    pub points: Option<&'a [PointsIndex]>,
    pub policies: Policies,
    pub limits: Limits,
    pub exported_at: Option<NaiveDate>,
    pub mixed_dates: MixedDates,
    pub detail: Detail,
    pub aside: &'a Waiting,
    /// Cells of all files so far.
    pub cells: &'a AtomicU64,
}

/// Where rows wait that do not fit into memory until they are written.
#[derive(Debug)]
pub(super) struct Waiting {
    pub accepted: Aside,
    pub refused: Aside,
}

/// How much is kept of what a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// Sheets and what was found in them, no rows.
    Sheets,
    /// Rows and findings.
    Rows,
    /// Also what each word means and how dates are written.
    Preview,
}

impl Context<'_> {
    /// The same with other sources.
    pub(super) fn with_sources<'s>(&'s self, sources: &'s [SourceDef], known: &'s KnownHeadings<'s>) -> Context<'s> {
        Context { sources, known, limits: self.limits.clone(), ..*self }
    }
}

/// Reads one file; one that changes in the meantime is refused.
pub(super) fn read_file(input: &InputFile, context: &Context<'_>) -> FileReading {
    match input.ready() {
        Err(error) => FileReading::unreadable(input, &error),
        Ok(ready) => {
            let reading = read_ready(&ready.input, context);
            if ready.is_unchanged() { reading } else { FileReading::unreadable(input, &ReadError::Changed) }
        }
    }
}

/// Reads a file that is unpacked.
pub(super) fn read_ready(input: &InputFile, context: &Context<'_>) -> FileReading {
    let sniffed = match sniff(&input.path) {
        Ok(sniffed) => sniffed,
        Err(error) => return FileReading::unreadable(input, &error),
    };
    let (chosen, hashed) = std::thread::scope(|scope| {
        let hashing = scope.spawn(|| hash(&input.path));
        let chosen = read_best(input, &sniffed, context);
        (chosen, hashing.join().expect("hashing does not panic"))
    });
    match hashed {
        Ok(sha256) => FileReading::of(input, sha256, chosen, context),
        Err(error) => FileReading::unreadable(input, &ReadError::Open(error)),
    }
}

/// SHA-256 of a file, streamed.
pub(super) fn hash(path: &Path) -> std::io::Result<String> {
    use sha2::Digest;
    use std::io::Read;
    let mut file = std::fs::File::open(path)?;
    let mut hasher = sha2::Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            read => hasher.update(&buffer[..read]),
        }
    }
    Ok(hasher.finalize().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}")))
}
