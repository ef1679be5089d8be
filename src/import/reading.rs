//! The result of reading one file: filled once, and merged as a whole.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::attempt::Attempt;
use super::encoding::Chosen;
use super::file::Context;
use super::found::{NearSource, UnmatchedSheet};
use super::preview::Preview;
use super::refused::RefusedRows;
use super::scoring_forms;
use super::unread::{display_name, note_finding};
use cchc_definitions::Covers;
use cchc_model::{Finding, Level, Table};
use cchc_normalise::{Mapping, Origin, in_name};
use cchc_read::{InputFile, ReadAs, ReadError};
use cchc_store::{AcceptedRows, RowsOf};

/// The result of reading one file.
pub(super) struct FileReading {
    pub facts: FileFacts,
    /// Typed rows ready to merge, each part with the position of its sheet.
    pub batches: Vec<(usize, AcceptedRows)>,
}

/// What is known of a file beside its accepted rows.
pub(super) struct FileFacts {
    /// The file as the user named it.
    pub file: String,
    /// SHA-256 of its bytes; empty where they could not be read.
    pub sha256: String,
    /// Day of export, if one is known.
    pub exported_at: Option<NaiveDate>,
    /// How its text was read, if it was.
    pub text: Option<ReadAs>,
    /// Source of its last sheet.
    pub source: String,
    /// Table that this sheet feeds.
    pub table: &'static str,
    /// Body rows.
    pub rows: u64,
    /// Sheets whose headings fit a source; none if the file is refused.
    pub sheets: Vec<SheetReading>,
    /// What was found, refused rows aside.
    pub findings: Vec<Finding>,
    /// Of a corrected file: sheet and row, and where that row first stood.
    pub origins: Vec<((String, u32), Origin)>,
}

/// What is known of a sheet beside its accepted rows.
pub(super) struct SheetReading {
    pub name: String,
    /// Source that fitted.
    pub source: String,
    /// Table that it feeds.
    pub table: &'static Table,
    pub heading_row: u32,
    /// What its columns are.
    pub mapping: Mapping,
    /// Column of the table ← heading of the sheet.
    pub columns: Vec<(String, String)>,
    /// See [`cchc_normalise::HeadingMatch::confidence`].
    pub confidence: f64,
    /// The day of export in the rows above its headings.
    pub letterhead: Option<NaiveDate>,
    /// What a row of it becomes.
    pub rows_of: RowsOf,
    /// Rows that are refused.
    pub refused: RefusedRows,
    /// Units of its accepted rows, and how many each has.
    pub units: BTreeMap<String, u64>,
    /// Which of them have sent by it.
    pub covers: Covers,
    /// Of a dry run: what it holds, word by word.
    pub preview: Option<Preview>,
}

impl FileReading {
    /// A file of which nothing can be read.
    pub fn unreadable(input: &InputFile, error: &ReadError) -> Self {
        Self::refused(input, String::new(), None, vec![unreadable(input, error)])
    }

    fn refused(input: &InputFile, sha256: String, text: Option<ReadAs>, findings: Vec<Finding>) -> Self {
        let facts = FileFacts {
            file: input.shown.clone(),
            sha256,
            exported_at: None,
            text,
            source: String::new(),
            table: "",
            rows: 0,
            sheets: Vec::new(),
            findings,
            origins: Vec::new(),
        };
        Self { facts, batches: Vec::new() }
    }

    /// The result of the attempt that was chosen.
    pub fn of(input: &InputFile, sha256: String, chosen: Chosen, context: &Context<'_>) -> Self {
        let Chosen { attempt, text, legacy } = chosen;
        let file = input.shown.as_str();
        let mut findings: Vec<Finding> =
            legacy.iter().map(|one| Finding::new(Level::Info, "legacy_text", file).value(display_name(*one))).collect();
        let Attempt { error, read, typed } = attempt;
        if let Some(refused) = error.map(|error| unreadable(input, &error)).or(typed.refused) {
            findings.push(refused);
            return Self::refused(input, sha256, Some(text), findings);
        }
        findings.extend(read.unmatched_notes.iter().map(|(sheet, note)| note_finding(*note, file, sheet, None)));
        let Some(last) = typed.sheets.last() else {
            findings.extend(unmatched_findings(file, &read.unmatched, Level::Error));
            return Self::refused(input, sha256, Some(text), findings);
        };
        let (source, table) = (last.source.clone(), last.table.name);
        let width = typed.sheets.iter().map(|sheet| sheet.mapping.headings.len()).max().unwrap_or(0);
        let level = if read.unmatched.iter().any(|sheet| sheet.width >= width) { Level::Warning } else { Level::Info };
        findings.extend(unmatched_findings(file, &read.unmatched, level));
        let letterhead = typed.sheets.iter().find_map(|sheet| sheet.letterhead).or(read.letterhead);
        let exported_at = exported_at(input, letterhead, context);
        if exported_at.is_none() {
            findings.push(Finding::new(Level::Warning, "no_export_date", file));
        }
        if read.rows == 0 {
            findings.push(Finding::new(Level::Warning, "no_body_rows", file));
        }
        let full = read.full_sheets.iter().filter(|name| typed.sheets.iter().any(|sheet| sheet.name == **name));
        findings.extend(full.map(|sheet| Finding::new(Level::Warning, "may_be_cut", file).at(sheet, 0)));
        findings.extend(typed.findings);
        let (mut rows, mut sheets, mut batches) = (read.rows, typed.sheets, typed.batches);
        if let Some(points) = context.points {
            let refusals = scoring_forms::check((file, context), &mut sheets, &mut batches, points);
            // Nothing of a form that does not fit is loaded, whatever else the file holds.
            if !refusals.is_empty() {
                findings.extend(refusals);
                (rows, sheets, batches) = (0, Vec::new(), Vec::new());
            }
        }
        let facts = FileFacts {
            file: file.to_owned(),
            sha256,
            exported_at,
            text: Some(text),
            source,
            table,
            rows,
            sheets,
            findings,
            origins: read.origins,
        };
        Self { facts, batches }
    }
}

impl FileFacts {
    /// How many of its rows are refused.
    pub fn refused(&self) -> u64 {
        self.sheets.iter().map(|sheet| sheet.refused.len()).sum()
    }

    /// Table that a sheet feeds.
    pub fn table_of(&self, sheet: &str) -> &'static str {
        self.sheets.iter().find(|reading| reading.name == sheet).map_or(self.table, |reading| reading.table.name)
    }
}

fn unreadable(input: &InputFile, error: &ReadError) -> Finding {
    Finding::new(Level::Error, error.rule(), &input.shown).hint(error.hint())
}

/// The day that the user gives, else the one in the file's name, its letterhead, or the name of its archive.
fn exported_at(input: &InputFile, letterhead: Option<NaiveDate>, context: &Context<'_>) -> Option<NaiveDate> {
    let stated = context.exported_at.or_else(|| in_name(&input.name()));
    stated.or(letterhead).or_else(|| input.archive_name().and_then(|name| in_name(&name)))
}

/// A list of one unit may name it nowhere but above the headings, which another sentence explains.
const fn missing_rule(near: &NearSource) -> &'static str {
    if near.lacks_only_unit { "missing_unit_column" } else { "missing_column" }
}

/// Sheets that no source fits: the file is refused if it has no other, else they are named in a warning.
fn unmatched_findings(file: &str, unmatched: &[UnmatchedSheet], level: Level) -> Vec<Finding> {
    if unmatched.is_empty() && level == Level::Error {
        return vec![Finding::new(Level::Error, "empty_file", file)];
    }
    let mut named: BTreeSet<&str> = BTreeSet::new();
    let unmatched = unmatched.iter().filter(|sheet| level == Level::Error || sheet.rows > 1);
    unmatched
        .filter(|sheet| named.insert(&sheet.name))
        .map(|sheet| match &sheet.near {
            Some(near) if level == Level::Error => Finding::new(level, missing_rule(near), file)
                .at(&sheet.name, near.row)
                .column(near.missing.join(", "))
                .value(near.nearest.clone())
                .hint(format!("queries/sources/{}.toml", near.source)),
            _ => Finding::new(level, "no_source", file).at(&sheet.name, 0),
        })
        .collect()
}
