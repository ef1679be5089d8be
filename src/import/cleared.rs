//! Which earlier findings an import clears: refused rows that were loaded or sent again, and files that were read anew.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;
use polars::prelude::DataFrame;

use super::log::Kept;
use super::merge::ImportedFile;
use super::reading::FileReading;
use cchc_model::Level;
use cchc_normalise::{Origin, clean};
use cchc_store::questions::{self, OpenFinding};
use cchc_store::{Session, StoreError, frame_of, ints, texts};

/// Findings of a merge are about the store and not about a file: reading the file again clears none of them.
const OF_THE_MERGE: [&str; 5] =
    ["conflicting_versions", "absent_from_newer_export", "absent_from_partial_export", "changed_due_date", "reopened"];

/// A finding of an earlier import that nothing has cleared yet.
#[derive(Debug)]
pub(super) struct Open {
    import: i64,
    number: i64,
    file: String,
    rule: String,
    about: About,
    table: String,
    code: String,
    cells: String,
    sha256: String,
    origin: Origin,
    exported_at: Option<NaiveDate>,
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

/// A finding that needs nobody any more.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ClearedFinding {
    pub import: i64,
    pub number: i64,
    pub how: How,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum How {
    /// The row was accepted.
    Loaded,
    /// The row came again and was refused again: the newer finding stands for it.
    RefusedAgain,
    /// The file was read again: what is still wrong was found anew.
    ReadAgain,
}

impl How {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Loaded => "loaded",
            Self::RefusedAgain => "refused_again",
            Self::ReadAgain => "read_again",
        }
    }
}

/// All findings that nothing has cleared yet.
pub(super) async fn open(session: &Session) -> Result<Vec<Open>, StoreError> {
    let of = |one: OpenFinding| Open {
        about: match one.level {
            Level::Error if one.is_row => About::RefusedRow,
            Level::Error => About::RefusedFile,
            _ => About::Loaded,
        },
        origin: Origin::new(&one.sha256, &clean(&one.sheet), one.row),
        import: one.import,
        number: one.number,
        file: one.file,
        rule: one.rule,
        table: one.table,
        code: one.code,
        cells: one.cells,
        sha256: one.sha256,
        exported_at: one.exported_at,
    };
    Ok(questions::open_findings(session).await?.into_iter().map(of).collect())
}

/// Codes of accepted rows that were refused before, here or in an earlier import: table and code → newest export day.
pub(super) struct Accepted(HashMap<(&'static str, String), Option<NaiveDate>>);

impl Accepted {
    /// Looks for the codes of refused rows among the accepted rows, which are not merged yet.
    pub fn among(readings: &[FileReading], open: &[Open]) -> Self {
        let mut wanted: BTreeMap<&str, HashSet<&str>> = BTreeMap::new();
        for open in open.iter().filter(|open| open.about == About::RefusedRow && !open.code.is_empty()) {
            wanted.entry(&open.table).or_default().insert(&open.code);
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

/// What the files of this import say about earlier rows.
struct Sent<'a> {
    /// Where rows of corrected files first stood, and whether they are accepted now.
    origins: HashMap<&'a Origin, bool>,
    /// Refused rows by table and code, and their newest export day.
    refused: HashMap<(&'static str, &'a str), Option<NaiveDate>>,
    /// Refused rows without a code, by table and cells: how many.
    nameless: HashMap<(String, String), usize>,
    /// Contents of files that were read.
    contents: BTreeSet<&'a str>,
    /// Paths of files that were read, and their export days.
    paths: BTreeMap<&'a str, Option<NaiveDate>>,
    /// Contents and paths of files that were refused.
    refused_files: BTreeSet<&'a str>,
}

impl<'a> Sent<'a> {
    fn of(files: &'a [ImportedFile], kept: &'a [Kept<'a>]) -> Self {
        let mut sent = Self {
            origins: HashMap::new(),
            refused: HashMap::new(),
            nameless: HashMap::new(),
            contents: BTreeSet::new(),
            paths: BTreeMap::new(),
            refused_files: BTreeSet::new(),
        };
        for ImportedFile { facts, .. } in files {
            if facts.sheets.is_empty() {
                sent.refused_files.extend([facts.sha256.as_str(), facts.file.as_str()]);
                continue;
            }
            let refused: BTreeSet<(&str, u32)> =
                facts.rejected().map(|(sheet, row)| (sheet.name.as_str(), row.row)).collect();
            for ((sheet, row), origin) in &facts.origins {
                let accepted = sent.origins.entry(origin).or_insert(false);
                *accepted |= !refused.contains(&(sheet.as_str(), *row));
            }
            sent.contents.insert(&facts.sha256);
            sent.paths.insert(&facts.file, facts.exported_at);
        }
        for kept in kept {
            let Some(row) = kept.refused else { continue };
            if row.code.is_empty() {
                *sent.nameless.entry((kept.table().to_owned(), row.cells.clone())).or_default() += 1;
            } else {
                let day = sent.refused.entry((kept.table(), &row.code)).or_insert(kept.file.facts.exported_at);
                *day = (*day).max(kept.file.facts.exported_at);
            }
        }
        sent
    }
}

/// The findings that an import clears. `kept` are its own, in the order of their numbers.
pub(super) fn cleared(
    number: u64,
    open: &[Open],
    accepted: &Accepted,
    files: &[ImportedFile],
    kept: &[Kept<'_>],
) -> Vec<ClearedFinding> {
    let mut sent = Sent::of(files, kept);
    let accepted = by_table(accepted);
    let mut cleared: Vec<ClearedFinding> = open
        .iter()
        .filter_map(|open| {
            let how = match open.about {
                About::RefusedRow => row_settled(open, &accepted, &mut sent),
                About::RefusedFile | About::Loaded => file_settled(open, &sent),
            };
            how.map(|how| ClearedFinding { import: open.import, number: open.number, how })
        })
        .collect();
    // A row refused here that a newer file of this very import brings sound.
    for (own, kept) in (1..).zip(kept) {
        let Some(row) = kept.refused.filter(|row| !row.code.is_empty()) else { continue };
        let newer = accepted.get(&(kept.table(), row.code.as_str()));
        if newer.is_some_and(|day| *day > kept.file.facts.exported_at) {
            cleared.push(ClearedFinding { import: number as i64, number: own, how: How::Loaded });
        }
    }
    cleared
}

fn by_table(accepted: &Accepted) -> HashMap<(&str, &str), Option<NaiveDate>> {
    accepted.0.iter().map(|((table, code), day)| ((*table, code.as_str()), *day)).collect()
}

/// By its address in a corrected file, else by its code in an export that is not older, else because it came again.
fn row_settled(open: &Open, accepted: &HashMap<(&str, &str), Option<NaiveDate>>, sent: &mut Sent<'_>) -> Option<How> {
    if let Some(accepted) = sent.origins.get(&open.origin) {
        return Some(if *accepted { How::Loaded } else { How::RefusedAgain });
    }
    let code = (open.table.as_str(), open.code.as_str());
    if !open.code.is_empty() && accepted.get(&code).is_some_and(|day| *day >= open.exported_at) {
        return Some(How::Loaded);
    }
    if !open.code.is_empty() && sent.refused.get(&code).is_some_and(|day| *day >= open.exported_at) {
        return Some(How::RefusedAgain);
    }
    if sent.contents.contains(open.sha256.as_str()) {
        return Some(How::ReadAgain);
    }
    let again = sent.nameless.get_mut(&(open.table.clone(), open.cells.clone())).filter(|left| **left > 0)?;
    *again -= 1;
    Some(How::RefusedAgain)
}

/// The file was read again, as it was or with another content that is not older; or it was refused again.
fn file_settled(open: &Open, sent: &Sent<'_>) -> Option<How> {
    if OF_THE_MERGE.contains(&open.rule.as_str()) {
        return None;
    }
    let refused_again = || [&open.sha256, &open.file].iter().any(|one| sent.refused_files.contains(one.as_str()));
    if open.about == About::RefusedFile && refused_again() {
        return Some(How::RefusedAgain);
    }
    let replaced = sent.paths.get(open.file.as_str()).is_some_and(|day| *day >= open.exported_at);
    (replaced || sent.contents.contains(open.sha256.as_str())).then_some(How::ReadAgain)
}

/// One row per finding of an earlier import, or of this one, that needs nobody any more.
pub(super) fn cleared_frame(number: u64, cleared: &[ClearedFinding]) -> DataFrame {
    frame_of(
        cleared.len(),
        vec![
            ints("import", vec![number as i64; cleared.len()]),
            ints("old_import", cleared.iter().map(|one| one.import).collect()),
            ints("number", cleared.iter().map(|one| one.number).collect()),
            texts("how", &cleared.iter().map(|one| one.how.as_str().to_owned()).collect::<Vec<_>>()),
        ],
    )
}
