//! Which earlier findings an import clears: refused rows that were loaded or sent again, and files that were read again.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;
use polars::prelude::DataFrame;

use super::log::LoggedFinding;
use super::merge::ImportedFile;
use super::reading::FileReading;
use cchc_model::{Level, is_masked};
use cchc_normalise::{Origin, clean};
use cchc_store::questions::{self, OpenFinding};
use cchc_store::{Session, StoreError, frame_of, ints, texts};

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

/// All findings that nothing has cleared yet.
pub(super) async fn uncleared(session: &Session) -> Result<Vec<Uncleared>, StoreError> {
    let of = |finding: OpenFinding| Uncleared {
        about: match finding.level {
            Level::Error if finding.is_row => About::RefusedRow,
            Level::Error => About::RefusedFile,
            _ => About::Loaded,
        },
        origin: Origin::new(&finding.sha256, &clean(&finding.sheet), finding.row),
        finding,
    };
    Ok(questions::open_findings(session).await?.into_iter().map(of).collect())
}

/// Codes of accepted rows that were refused before, here or in an earlier import: table and code → newest export day.
pub(super) struct Accepted(HashMap<(&'static str, String), Option<NaiveDate>>);

impl Accepted {
    /// Looks for the codes of refused rows among the accepted rows, which are not merged yet.
    pub fn among(readings: &[FileReading], uncleared: &[Uncleared]) -> Self {
        let mut wanted: BTreeMap<&str, HashSet<&str>> = BTreeMap::new();
        let refused_rows = uncleared.iter().filter(|one| one.about == About::RefusedRow);
        for finding in refused_rows.map(|one| &one.finding).filter(|finding| !finding.code.is_empty()) {
            wanted.entry(&finding.table).or_default().insert(&finding.code);
        }
        for (sheet, row) in readings.iter().flat_map(|reading| reading.facts.rejected()) {
            if !row.code.is_empty() {
                wanted.entry(sheet.table.name).or_default().insert(&row.code);
            }
        }
        let mut found = HashMap::new();
        for FileReading { facts, batches } in readings {
            for (sheet, frame) in batches {
                let table = facts.sheets[*sheet].table;
                let Some(wanted) = wanted.get(table.name) else { continue };
                let Ok(Ok(codes)) = frame.column(table.key).map(|column| column.str()) else { continue };
                for code in codes.iter().flatten().filter(|code| wanted.contains(code)) {
                    let day = found.entry((table.name, code.to_owned())).or_insert(facts.exported_at);
                    *day = (*day).max(facts.exported_at);
                }
            }
        }
        Self(found)
    }
}

/// What the files of this import hold, as far as earlier findings depend on it.
struct ImportContents<'a> {
    /// Where rows of corrected files first stood, and whether they are accepted now.
    origins: HashMap<&'a Origin, bool>,
    /// Refused rows by table and code, and their newest export day.
    refused: HashMap<(&'static str, &'a str), Option<NaiveDate>>,
    /// Refused rows without a code, by table and cells: how many.
    nameless: HashMap<(String, String), usize>,
    /// SHA-256 of files that were read.
    hashes: BTreeSet<&'a str>,
    /// Paths of files that were read, and their export days.
    paths: BTreeMap<&'a str, Option<NaiveDate>>,
    /// SHA-256 and paths of files that were refused.
    refused_files: BTreeSet<&'a str>,
}

impl<'a> ImportContents<'a> {
    fn of(files: &'a [ImportedFile], logged: &'a [LoggedFinding<'a>]) -> Self {
        let mut contents = Self {
            origins: HashMap::new(),
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
            let refused: BTreeSet<(&str, u32)> =
                facts.rejected().map(|(sheet, row)| (sheet.name.as_str(), row.row)).collect();
            for ((sheet, row), origin) in &facts.origins {
                let accepted = contents.origins.entry(origin).or_insert(false);
                *accepted |= !refused.contains(&(sheet.as_str(), *row));
            }
            contents.hashes.insert(&facts.sha256);
            // Masks of two names may be alike: such a file is known by its content only.
            if !is_masked(&facts.file) {
                contents.paths.insert(&facts.file, facts.exported_at);
            }
        }
        for logged in logged {
            let Some(row) = logged.refused else { continue };
            if row.code.is_empty() {
                *contents.nameless.entry((logged.table().to_owned(), row.cells.clone())).or_default() += 1;
            } else {
                let day = contents.refused.entry((logged.table(), &row.code)).or_insert(logged.file.facts.exported_at);
                *day = (*day).max(logged.file.facts.exported_at);
            }
        }
        contents
    }
}

/// The findings that an import clears. `logged` are its own, in the order of their numbers.
pub(super) fn cleared(
    number: u64,
    uncleared: &[Uncleared],
    accepted: &Accepted,
    files: &[ImportedFile],
    logged: &[LoggedFinding<'_>],
) -> Vec<ClearedFinding> {
    let mut contents = ImportContents::of(files, logged);
    let accepted = by_table(accepted);
    let mut cleared: Vec<ClearedFinding> = uncleared
        .iter()
        .filter_map(|open| {
            let because = match open.about {
                About::RefusedRow => row_cleared(open, &accepted, &mut contents),
                About::RefusedFile | About::Loaded => file_cleared(open, &contents),
            }?;
            Some(ClearedFinding { import: open.finding.import, number: open.finding.number, because })
        })
        .collect();
    // A row refused here that a newer file of this very import brings sound.
    for (own, logged) in (1..).zip(logged) {
        let Some(row) = logged.refused.filter(|row| !row.code.is_empty()) else { continue };
        let newer = accepted.get(&(logged.table(), row.code.as_str()));
        if newer.is_some_and(|day| *day > logged.file.facts.exported_at) {
            cleared.push(ClearedFinding { import: number as i64, number: own, because: ClearedBecause::Loaded });
        }
    }
    cleared
}

fn by_table(accepted: &Accepted) -> HashMap<(&str, &str), Option<NaiveDate>> {
    accepted.0.iter().map(|((table, code), day)| ((*table, code.as_str()), *day)).collect()
}

/// By its address in a corrected file, else by its code in an export that is not older, else because its file or its
/// cells were read again.
fn row_cleared(
    open: &Uncleared,
    accepted: &HashMap<(&str, &str), Option<NaiveDate>>,
    contents: &mut ImportContents<'_>,
) -> Option<ClearedBecause> {
    let finding = &open.finding;
    if let Some(accepted) = contents.origins.get(&open.origin) {
        return Some(if *accepted { ClearedBecause::Loaded } else { ClearedBecause::RefusedAgain });
    }
    let code = (finding.table.as_str(), finding.code.as_str());
    if !finding.code.is_empty() && accepted.get(&code).is_some_and(|day| *day >= finding.exported_at) {
        return Some(ClearedBecause::Loaded);
    }
    if !finding.code.is_empty() && contents.refused.get(&code).is_some_and(|day| *day >= finding.exported_at) {
        return Some(ClearedBecause::RefusedAgain);
    }
    if contents.hashes.contains(finding.sha256.as_str()) {
        return Some(ClearedBecause::ReadAgain);
    }
    let left = contents.nameless.get_mut(&(finding.table.clone(), finding.cells.clone())).filter(|left| **left > 0)?;
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
