//! Which earlier findings an import clears: refused rows that were loaded or sent again, and files that were read again.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::NaiveDate;
use polars::prelude::DataFrame;

use super::log::LoggedFinding;
use super::merge::ImportedFile;
use super::reading::FileReading;
use cchc_model::{Level, is_masked};
use cchc_normalise::{Origin, RejectedRow, clean};
use cchc_store::questions::OpenFinding;
use cchc_store::{Aside, StoreError, frame_of, ints, texts};

/// Findings of a merge are about the store and not about a file: reading the file again clears none of them.
const MERGE_RULES: [&str; 5] =
    ["conflicting_versions", "absent_from_newer_export", "absent_from_partial_export", "changed_due_date", "reopened"];

/// A finding of an earlier import that nothing has cleared yet.
pub(super) struct Uncleared {
    finding: OpenFinding,
    about: About,
    origin: Origin,
}

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    /// A row was refused.
    RefusedRow,
    /// A file was refused.
    RefusedFile,
    /// Something loaded should be looked at.
    Loaded,
}

/// A finding that is cleared: no one has to act on it any more.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ClearedFinding {
    pub import: i64,
    pub number: i64,
    pub because: ClearedBecause,
}

/// Why a finding is cleared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ClearedBecause {
    /// The row was accepted.
    Loaded,
    /// The row came again and was refused again: the newer finding replaces it.
    RefusedAgain,
    /// The file was read again: what is still wrong has a finding of this import.
    ReadAgain,
}

impl ClearedBecause {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Loaded => "loaded",
            Self::RefusedAgain => "refused_again",
            Self::ReadAgain => "read_again",
        }
    }
}

impl Uncleared {
    /// A finding that nothing has cleared yet.
    pub fn of(finding: OpenFinding) -> Self {
        Self {
            about: match finding.level {
                Level::Error if finding.is_row => About::RefusedRow,
                Level::Error => About::RefusedFile,
                _ => About::Loaded,
            },
            origin: Origin::new(&finding.sha256, &clean(&finding.sheet), finding.row),
            finding,
        }
    }
}

/// What stands for a table and a text in it: there may be a million of them, and two that differ never agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Digest(u64, u64);

impl Digest {
    fn of(table: &str, text: &str) -> Self {
        let digest = |first: u8| {
            let mut hasher = DefaultHasher::new();
            (first, table, text).hash(&mut hasher);
            hasher.finish()
        };
        Self(digest(0), digest(1))
    }
}

/// Codes of accepted rows that were refused before, here or in an earlier import, and their newest export days.
pub(super) struct Accepted(HashMap<Digest, Option<NaiveDate>>);

impl Accepted {
    /// Looks for the codes of refused rows among the accepted rows, which are not merged yet. `codes` are the tables
    /// and codes of rows that earlier imports refused.
    ///
    /// # Errors
    /// What was put aside cannot be read.
    pub fn among(readings: &[FileReading], codes: &RefusedCodes, refused: &Aside) -> Result<Self, StoreError> {
        let mut wanted = codes.0.clone();
        // Of one file nothing is newer than itself.
        for sheet in readings.iter().filter(|_| readings.len() > 1).flat_map(|reading| &reading.facts.sheets) {
            for rows in sheet.refused.parts(refused) {
                let rows = rows?;
                let with_code = rows.iter().filter(|row| !row.code.is_empty());
                wanted.extend(with_code.map(|row| Digest::of(sheet.table.name, &row.code)));
            }
        }
        let mut found = HashMap::new();
        for FileReading { facts, batches } in readings.iter().filter(|_| !wanted.is_empty()) {
            for (sheet, rows) in batches {
                let table = facts.sheets[*sheet].table;
                let Some(Ok(codes)) = rows.keys(table).map(|column| column.str()) else { continue };
                for code in codes.iter().flatten().map(|code| Digest::of(table.name, code)) {
                    if wanted.contains(&code) {
                        let day = found.entry(code).or_insert(facts.exported_at);
                        *day = (*day).max(facts.exported_at);
                    }
                }
            }
        }
        Ok(Self(found))
    }

    /// Whether a newer file than that of a day brings an accepted row with that code.
    fn is_newer(&self, table: &str, code: &str, than: Option<NaiveDate>) -> bool {
        self.0.get(&Digest::of(table, code)).is_some_and(|day| *day > than)
    }
}

/// Codes of rows that earlier imports refused and that nothing has cleared yet.
#[derive(Debug, Default)]
pub(super) struct RefusedCodes(HashSet<Digest>);

impl RefusedCodes {
    /// Adds the row of a finding, if it is about one with a code.
    pub fn add(&mut self, open: &Uncleared) {
        if open.about == About::RefusedRow && !open.finding.code.is_empty() {
            self.0.insert(Digest::of(&open.finding.table, &open.finding.code));
        }
    }
}

/// What the files of this import hold, as far as earlier findings depend on it.
pub(super) struct ImportContents<'a> {
    accepted: &'a Accepted,
    /// Where rows of corrected files first stood, and how many of the rows that name it are not refused.
    origins: HashMap<&'a Origin, usize>,
    /// Where rows of corrected files first stood, by file, sheet and row in which they stand now.
    corrected: HashMap<Digest, &'a Origin>,
    /// Refused rows by table and code, and their newest export day.
    refused: HashMap<Digest, Option<NaiveDate>>,
    /// Refused rows without a code, by table and cells: how many.
    nameless: HashMap<Digest, usize>,
    /// SHA-256 of files that were read.
    hashes: BTreeSet<&'a str>,
    /// Paths of files that were read, and their export days.
    paths: BTreeMap<&'a str, Option<NaiveDate>>,
    /// Contents and paths of files that were refused.
    refused_files: BTreeSet<&'a str>,
}

impl<'a> ImportContents<'a> {
    /// What the files say beside their refused rows, which [`ImportContents::refuse`] adds.
    pub fn of(files: &'a [ImportedFile], accepted: &'a Accepted) -> Self {
        let mut contents = Self {
            accepted,
            origins: HashMap::new(),
            corrected: HashMap::new(),
            refused: HashMap::new(),
            nameless: HashMap::new(),
            hashes: BTreeSet::new(),
            paths: BTreeMap::new(),
            refused_files: BTreeSet::new(),
        };
        for ImportedFile { facts, .. } in files {
            if facts.sheets.is_empty() {
                contents.refused_files.insert(&facts.sha256);
                contents.refused_files.extend((!is_masked(&facts.file)).then_some(facts.file.as_str()));
                continue;
            }
            for ((sheet, row), origin) in &facts.origins {
                contents.corrected.insert(Self::place(&facts.file, sheet, *row), origin);
                *contents.origins.entry(origin).or_default() += 1;
            }
            contents.hashes.insert(&facts.sha256);
            // Masks of two names may be alike: such a file is known by its content only.
            if !is_masked(&facts.file) {
                contents.paths.insert(&facts.file, facts.exported_at);
            }
        }
        contents
    }

    /// Adds a refused row; says whether a newer file of this very import brings it sound.
    pub fn refuse(&mut self, logged: &LoggedFinding<'_>, row: &RejectedRow) -> bool {
        let facts = &logged.file.facts;
        if !self.corrected.is_empty() {
            let origin = self.corrected.remove(&Self::place(&facts.file, &logged.finding.sheet, row.row));
            origin.and_then(|origin| self.origins.get_mut(origin)).into_iter().for_each(|accepted| *accepted -= 1);
        }
        if row.code.is_empty() {
            *self.nameless.entry(Digest::of(logged.table(), &row.cells)).or_default() += 1;
            return false;
        }
        let day = self.refused.entry(Digest::of(logged.table(), &row.code)).or_insert(facts.exported_at);
        *day = (*day).max(facts.exported_at);
        self.accepted.is_newer(logged.table(), &row.code, facts.exported_at)
    }

    fn place(file: &str, sheet: &str, row: u32) -> Digest {
        Digest::of(file, &format!("{row} {sheet}"))
    }

    /// What this import clears of an earlier finding.
    pub fn cleared(&mut self, open: &Uncleared) -> Option<ClearedFinding> {
        let because = match open.about {
            About::RefusedRow => row_cleared(open, self),
            About::RefusedFile | About::Loaded => file_cleared(open, self),
        };
        because.map(|because| ClearedFinding { import: open.finding.import, number: open.finding.number, because })
    }
}

/// By its address in a corrected file, else by its code in an export that is not older, else because its file or its
/// cells were read again.
fn row_cleared(open: &Uncleared, contents: &mut ImportContents<'_>) -> Option<ClearedBecause> {
    let finding = &open.finding;
    if let Some(accepted) = contents.origins.get(&open.origin) {
        return Some(if *accepted > 0 { ClearedBecause::Loaded } else { ClearedBecause::RefusedAgain });
    }
    let code = Digest::of(&finding.table, &finding.code);
    if !finding.code.is_empty() && contents.accepted.0.get(&code).is_some_and(|day| *day >= finding.exported_at) {
        return Some(ClearedBecause::Loaded);
    }
    if !finding.code.is_empty() && contents.refused.get(&code).is_some_and(|day| *day >= finding.exported_at) {
        return Some(ClearedBecause::RefusedAgain);
    }
    if contents.hashes.contains(finding.sha256.as_str()) {
        return Some(ClearedBecause::ReadAgain);
    }
    let left = contents.nameless.get_mut(&Digest::of(&finding.table, &finding.cells)).filter(|left| **left > 0)?;
    *left -= 1;
    Some(ClearedBecause::RefusedAgain)
}

/// The file was read again, as it was or with another content that is not older; or it was refused again.
fn file_cleared(open: &Uncleared, contents: &ImportContents<'_>) -> Option<ClearedBecause> {
    let finding = &open.finding;
    if MERGE_RULES.contains(&finding.rule.as_str()) {
        return None;
    }
    let refused_again =
        || [&finding.sha256, &finding.file].iter().any(|one| contents.refused_files.contains(one.as_str()));
    if open.about == About::RefusedFile && refused_again() {
        return Some(ClearedBecause::RefusedAgain);
    }
    let replaced = contents.paths.get(finding.file.as_str()).is_some_and(|day| *day >= finding.exported_at);
    (replaced || contents.hashes.contains(finding.sha256.as_str())).then_some(ClearedBecause::ReadAgain)
}

/// One row per finding of an earlier import, or of this one, that needs nobody any more.
pub(super) fn cleared_frame(number: u64, cleared: &[ClearedFinding]) -> DataFrame {
    frame_of(
        cleared.len(),
        vec![
            ints("import", vec![number as i64; cleared.len()]),
            ints("old_import", cleared.iter().map(|one| one.import).collect()),
            ints("number", cleared.iter().map(|one| one.number).collect()),
            texts("how", &cleared.iter().map(|one| one.because.as_str().to_owned()).collect::<Vec<_>>()),
        ],
    )
}
