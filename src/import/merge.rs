//! Merges the typed rows of all files, table by table, and makes the account of every file.

use std::collections::BTreeMap;

use super::masked_names;
use super::preview::Preview;
use super::reading::{FileFacts, FileReading};
use cchc_model::{FileAccount, Finding, Level, Table};
use cchc_normalise::RejectedRow;
use cchc_store::{Account, Aside, Cases, Conflict, Incoming, MergeNotes, Merged, RowsOf, StoreError};

/// Of many conflicts the first have a finding each, the rest are counted with the last of them.
const MAX_CONFLICT_FINDINGS: usize = 50;

/// Refused rows of one sheet that an account tells one by one; of more it tells each reason once.
const REFUSALS_NAMED: u64 = 1000;

/// Rows of a file from which a share of them says anything.
const ENOUGH_ROWS: u64 = 50;

/// The rule of rows whose unit is not in the list.
const UNKNOWN_UNIT: &str = "unknown_unit";

/// A file whose rows are merged.
pub(super) struct ImportedFile {
    pub facts: FileFacts,
    /// What became of the accepted rows of each sheet.
    pub accounts: Vec<Account>,
    /// Findings of the file, in order; those of its refused rows are made from them.
    pub findings: Vec<Finding>,
}

/// How one sheet was understood, and what became of its rows.
#[derive(Debug, Clone, PartialEq)]
pub struct SheetAccount {
    /// File as the user named it.
    pub file: String,
    /// Sheet.
    pub sheet: String,
    /// Source that fitted.
    pub source: String,
    /// Table that it feeds.
    pub table: &'static str,
    /// Row of the headings.
    pub heading_row: u32,
    /// Column of the table ← heading of the sheet.
    pub columns: Vec<(String, String)>,
    /// Headings kept out.
    pub extra: Vec<String>,
    /// Headings of personal columns, whose cells are dropped.
    pub personal: Vec<String>,
    /// The text of each column's lowest heading.
    pub headings: Vec<String>,
    /// How surely the sheet is one of that source, 0–1: see [`cchc_normalise::HeadingMatch::confidence`].
    pub confidence: f64,
    /// Body rows; the sum of those that follow.
    pub rows: u64,
    /// Rows new to the store.
    pub loaded: u64,
    /// Rows that replaced an older state.
    pub updated: u64,
    /// Rows that added nothing.
    pub duplicate: u64,
    /// Rows refused.
    pub rejected: u64,
    /// Of a dry run: what the sheet holds, word by word.
    pub preview: Option<Preview>,
}

/// Position of a file, and of one of its sheets.
type SheetPosition = (usize, usize);

/// The rows of all files that feed one table.
struct Parts {
    table: &'static Table,
    places: Vec<SheetPosition>,
    incoming: Vec<Incoming>,
}

/// Merges all rows, and counts for each file what became of them.
pub(super) fn merge_all(
    readings: Vec<FileReading>,
    mut merge: impl FnMut(&'static Table, Vec<Incoming>) -> Result<Merged, StoreError>,
) -> Result<Vec<ImportedFile>, StoreError> {
    let (files, by_table) = by_table(readings);
    let mut accounts: BTreeMap<SheetPosition, Account> = BTreeMap::new();
    let mut findings: BTreeMap<usize, Vec<Finding>> = BTreeMap::new();
    for Parts { table, places, incoming } in by_table.into_values() {
        let merged = merge(table, incoming)?;
        for (place, part) in places.iter().zip(&merged.accounts) {
            let account = accounts.entry(*place).or_default();
            account.loaded += part.loaded;
            account.updated += part.updated;
            account.duplicate += part.duplicate;
        }
        for (file, finding) in merge_findings(&files, &places, merged.notes) {
            findings.entry(file).or_default().push(finding);
        }
    }
    let imported = files.into_iter().enumerate().map(|(at, facts)| {
        let of_sheet = |sheet: usize| accounts.get(&(at, sheet)).copied().unwrap_or_default();
        let accounts = (0..facts.sheets.len()).map(of_sheet).collect();
        ImportedFile::new(facts, accounts, findings.remove(&at).unwrap_or_default())
    });
    Ok(imported.collect())
}

/// The rows of all files by the name of the table that they feed.
fn by_table(readings: Vec<FileReading>) -> (Vec<FileFacts>, BTreeMap<&'static str, Parts>) {
    let mut by_table: BTreeMap<&'static str, Parts> = BTreeMap::new();
    let mut files = Vec::with_capacity(readings.len());
    for (file, FileReading { facts, batches }) in readings.into_iter().enumerate() {
        for (sheet_at, accepted) in batches {
            let sheet = &facts.sheets[sheet_at];
            let table = sheet.table;
            let parts =
                by_table.entry(table.name).or_insert_with(|| Parts { table, places: Vec::new(), incoming: Vec::new() });
            parts.places.push((file, sheet_at));
            parts.incoming.push(Incoming {
                accepted,
                file: facts.file.clone(),
                sheet: sheet.name.clone(),
                source: sheet.source.clone(),
                exported_at: facts.exported_at,
                columns: (sheet.rows_of == RowsOf::One)
                    .then(|| sheet.columns.iter().map(|(column, _)| column.clone()).collect()),
                rows: sheet.rows_of,
            });
        }
        files.push(facts);
    }
    (files, by_table)
}

/// The findings of a merge, each with the position of its file.
fn merge_findings(files: &[FileFacts], places: &[SheetPosition], notes: MergeNotes) -> Vec<(usize, Finding)> {
    let mut findings = Vec::new();
    let finding = |level, rule, file: usize| Finding::new(level, rule, &files[file].file);
    let sheet = |(file, sheet): SheetPosition| files[file].sheets[sheet].name.as_str();
    let more = notes.conflicts.len().saturating_sub(MAX_CONFLICT_FINDINGS);
    for (named, Conflict { part, row, key, other }) in
        notes.conflicts.into_iter().take(MAX_CONFLICT_FINDINGS).enumerate()
    {
        let place = places[part];
        let count = if named + 1 == MAX_CONFLICT_FINDINGS { 1 + more as u64 } else { 1 };
        let finding = finding(Level::Warning, "conflicting_versions", place.0).at(sheet(place), row);
        findings.push((place.0, finding.value(key).hint(other).count(count)));
    }
    for (rule, cases) in [("changed_due_date", notes.due_moved), ("reopened", notes.reopened)] {
        for (place, cases) in by_place(cases, |part| places[part]) {
            let finding = finding(Level::Info, rule, place.0).at(sheet(place), 0);
            findings.push((place.0, finding.value(cases.example).count(cases.count)));
        }
    }
    for ((part, unit), cases) in notes.absent {
        let file = places[part].0;
        let finding = finding(Level::Warning, "absent_from_newer_export", file);
        findings.push((file, finding.value(cases.example).hint(unit).count(cases.count)));
    }
    for (file, cases) in by_place(notes.outside, |part| places[part].0) {
        let finding = finding(Level::Info, "absent_from_partial_export", file);
        findings.push((file, finding.value(cases.example).count(cases.count)));
    }
    findings
}

/// The cases of each sheet or file, of which several parts may have been merged.
fn by_place<P: Ord>(noted: BTreeMap<usize, Cases>, place: impl Fn(usize) -> P) -> BTreeMap<P, Cases> {
    let mut all: BTreeMap<P, Cases> = BTreeMap::new();
    for (part, cases) in noted {
        let known = all.entry(place(part)).or_default();
        if known.count == 0 {
            known.example = cases.example;
        }
        known.count += cases.count;
    }
    all
}

/// The finding of one refused row.
pub(super) fn refusal(file: &str, sheet: &str, row: &RejectedRow) -> Finding {
    Finding::new(Level::Error, row.rule, file).at(sheet, row.row).column(&row.column).value(&row.value).hint(&row.hint)
}

/// If more than a fifth of a file is refused for one reason, something is wrong with more than its rows.
fn mostly_refused(facts: &FileFacts) -> Vec<Finding> {
    let mut by_rule: BTreeMap<&'static str, u64> = BTreeMap::new();
    for (reason, same) in facts.sheets.iter().flat_map(|sheet| sheet.refused.reasons()) {
        *by_rule.entry(reason.rule).or_default() += same.count;
    }
    let is_much = |(_, count): &(&'static str, u64)| facts.rows >= ENOUGH_ROWS && count * 5 > facts.rows;
    let finding = |(rule, count): (&'static str, u64)| {
        let percent = format!("{} %", count * 100 / facts.rows);
        let finding = |name| Finding::new(Level::Warning, name, &facts.file).value(percent).count(count);
        if rule == UNKNOWN_UNIT { finding("wrong_list_of_units") } else { finding("mostly_refused").hint(rule) }
    };
    by_rule.into_iter().filter(is_much).map(finding).collect()
}

impl ImportedFile {
    fn new(facts: FileFacts, accounts: Vec<Account>, merge_findings: Vec<Finding>) -> Self {
        let mostly = mostly_refused(&facts);
        let masked = masked_names::findings(&facts);
        let known = facts.findings.iter().cloned();
        let mut findings: Vec<Finding> = known.chain(merge_findings).chain(mostly).chain(masked).collect();
        findings.sort();
        Self { facts, accounts, findings }
    }

    /// Its findings as an account tells them: each refused row, or, of many, each reason once.
    ///
    /// # Errors
    /// What was put aside cannot be read.
    pub fn told(&self, aside: &Aside) -> Result<Vec<Finding>, StoreError> {
        let mut told = self.findings.clone();
        for sheet in &self.facts.sheets {
            if sheet.refused.len() > REFUSALS_NAMED {
                told.extend(sheet.refused.reasons().iter().map(|(reason, same)| {
                    Finding::new(Level::Error, reason.rule, &self.facts.file)
                        .at(&sheet.name, same.first)
                        .column(&reason.column)
                        .value(&reason.value)
                        .hint(&reason.hint)
                        .count(same.count)
                }));
                continue;
            }
            for rows in sheet.refused.parts(aside) {
                told.extend(rows?.iter().map(|row| refusal(&self.facts.file, &sheet.name, row)));
            }
        }
        told.sort();
        Ok(told)
    }

    /// What became of its rows.
    pub fn account(&self) -> FileAccount {
        let sum = |of: fn(&Account) -> u64| self.accounts.iter().map(of).sum();
        FileAccount {
            file: self.facts.file.clone(),
            source: self.facts.source.clone(),
            exported_at: self.facts.exported_at.map(|day| day.to_string()),
            rows: self.facts.rows,
            loaded: sum(|account| account.loaded),
            updated: sum(|account| account.updated),
            duplicate: sum(|account| account.duplicate),
            rejected: self.facts.refused(),
        }
    }

    /// How each of its sheets was understood.
    pub fn sheets(&self) -> impl Iterator<Item = SheetAccount> {
        self.facts.sheets.iter().zip(&self.accounts).map(|(sheet, account)| {
            let (mapping, rejected) = (&sheet.mapping, sheet.refused.len());
            let personal = mapping.personal.iter().filter_map(|at| mapping.headings.get(*at));
            SheetAccount {
                file: self.facts.file.clone(),
                sheet: sheet.name.clone(),
                source: sheet.source.clone(),
                table: sheet.table.name,
                heading_row: sheet.heading_row,
                columns: sheet.columns.clone(),
                extra: mapping.extra.clone(),
                personal: personal.cloned().collect(),
                headings: mapping.headings.clone(),
                confidence: sheet.confidence,
                rows: account.loaded + account.updated + account.duplicate + rejected,
                loaded: account.loaded,
                updated: account.updated,
                duplicate: account.duplicate,
                rejected,
                preview: sheet.preview.clone(),
            }
        })
    }
}
