//! Reads one file through to typed rows; a fault of the file is a finding, never the end of the import.

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};

use chrono::NaiveDate;

use super::ends::Ends;
use super::preview::{Preview, Watcher};
use super::sheet::{FoundSheet, Message, SheetSink, StraySheet};
use super::unread::note_finding;
use cchc_definitions::SourceDef;
use cchc_model::{FileAccount, Finding, Kind, Level, Policies, Table, UnitIndex};
use cchc_normalise::{
    Duplicate, KnownHeadings, MendedCode, Normaliser, Origin, RawBatch, Refused, RejectedRow, in_name,
};
use cchc_read::InputFile;
use cchc_read::{Limits, ReadAs, ReadError, Sniffed, TextNote, column_letters, read_rows, sniff};
use cchc_store::{Account, Incoming, RowsOf};

/// What reading a file needs to know.
pub(super) struct Context<'a> {
    pub sources: &'a [SourceDef],
    pub known: &'a KnownHeadings<'a>,
    pub units: &'a UnitIndex,
    pub policies: Policies,
    pub limits: Limits,
    pub exported_at: Option<NaiveDate>,
    pub detail: Detail,
}

/// How much is kept of what a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
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

/// How one sheet was understood.
#[derive(Debug, Clone, PartialEq)]
pub struct SheetReport {
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
    /// How surely the sheet is one of that source, 0–1: the share of its headings that the source knows, less a tenth
    /// of each that fits only without diacritics (see [`HeadingMatch::confidence`]).
    ///
    /// [`HeadingMatch::confidence`]: cchc_normalise::HeadingMatch::confidence
    pub confidence: f64,
    /// Body rows; the sum of those that follow, once they are merged.
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

/// All that came of one file.
pub(super) struct FileOutcome {
    pub account: FileAccount,
    pub exported_at: Option<NaiveDate>,
    pub sha256: String,
    pub table: &'static str,
    pub incoming: Vec<(&'static str, Incoming)>,
    pub rejected: Vec<(String, RejectedRow)>,
    pub sheets: Vec<SheetReport>,
    pub findings: Vec<Finding>,
    /// How its text was read, if it was.
    pub read_as: Option<ReadAs>,
    /// Units for which the file reports dossiers.
    pub units: BTreeSet<String>,
    /// Units of its rows, whatever table they feed.
    pub named_units: BTreeSet<String>,
    /// Of a corrected file: sheet and row, and where that row first stood.
    pub origins: Vec<((String, u32), Origin)>,
}

impl FileOutcome {
    /// Nothing has come of the file yet.
    fn of(input: &InputFile) -> Self {
        Self {
            account: FileAccount {
                file: input.shown.clone(),
                source: String::new(),
                exported_at: None,
                rows: 0,
                loaded: 0,
                updated: 0,
                duplicate: 0,
                rejected: 0,
            },
            exported_at: None,
            sha256: String::new(),
            table: "",
            incoming: Vec::new(),
            rejected: Vec::new(),
            sheets: Vec::new(),
            findings: Vec::new(),
            units: BTreeSet::new(),
            read_as: None,
            named_units: BTreeSet::new(),
            origins: Vec::new(),
        }
    }

    /// Adds what became of accepted rows of a sheet.
    pub fn add(&mut self, sheet: &str, merged: Account) {
        self.account.loaded += merged.loaded;
        self.account.updated += merged.updated;
        self.account.duplicate += merged.duplicate;
        if let Some(sheet) = self.sheets.iter_mut().find(|report| report.sheet == sheet) {
            sheet.loaded += merged.loaded;
            sheet.updated += merged.updated;
            sheet.duplicate += merged.duplicate;
        }
    }

    /// Table that a sheet feeds.
    pub fn table_of(&self, sheet: &str) -> &'static str {
        self.sheets.iter().find(|report| report.sheet == sheet).map_or(self.table, |report| report.table)
    }

    /// Findings of the file and its refused rows.
    pub fn all_findings(&self) -> Vec<Finding> {
        let refused = self.rejected.iter().map(|(sheet, row)| {
            Finding::new(Level::Error, row.rule, &self.account.file)
                .at(sheet, row.row)
                .column(&row.column)
                .value(&row.value)
                .hint(&row.hint)
        });
        let mut all: Vec<Finding> = self.findings.iter().cloned().chain(refused).collect();
        all.sort();
        all
    }
}

/// What the normalising thread gathers.
#[derive(Default)]
struct Gathered {
    frames: Vec<(FoundSheet, Vec<polars::prelude::DataFrame>)>,
    /// Of a dry run: one for each sheet.
    previews: Vec<Preview>,
    rejected: Vec<(String, RejectedRow)>,
    findings: Vec<Finding>,
    refused: Option<Finding>,
}

impl Gathered {
    fn end_sheet(&mut self, normaliser: Option<Normaliser<'_>>, watcher: Option<Watcher<'_>>) {
        let Some(normaliser) = normaliser else { return };
        self.findings.extend(normaliser.findings());
        self.previews.extend(watcher.map(|watcher| watcher.finish(&normaliser)));
    }
}

/// Reads one file; one that changes in the meantime is refused whatever it gave.
pub(super) fn read_file(input: &InputFile, context: &Context<'_>) -> FileOutcome {
    match input.ready() {
        Err(error) => refuse(FileOutcome::of(input), &error),
        Ok(ready) => {
            let outcome = read_ready(&ready.input, context);
            if ready.is_unchanged() { outcome } else { refuse(FileOutcome::of(input), &ReadError::Changed) }
        }
    }
}

pub(super) fn read_ready(input: &InputFile, context: &Context<'_>) -> FileOutcome {
    let outcome = FileOutcome::of(input);
    let sniffed = match sniff(&input.path) {
        Ok(sniffed) => sniffed,
        Err(error) => return refuse(outcome, &error),
    };
    let (mut outcome, hashed) = std::thread::scope(|scope| {
        let hashing = scope.spawn(|| super::hash(&input.path));
        let outcome = super::encoding::read_best(outcome, input, &sniffed, context);
        (outcome, hashing.join().expect("hashing does not panic"))
    });
    match hashed {
        Ok(hash) => outcome.sha256 = hash,
        Err(error) => return refuse(FileOutcome::of(input), &ReadError::Open(error)),
    }
    outcome
}

fn refuse(mut outcome: FileOutcome, error: &ReadError) -> FileOutcome {
    outcome.findings.push(Finding::new(Level::Error, error.rule(), &outcome.account.file).hint(error.hint()));
    outcome
}

/// One reading of a file in one encoding.
pub(super) struct Reading {
    pub found: Vec<FoundSheet>,
    strays: Vec<StraySheet>,
    /// What is told of the text of strays.
    notes: Vec<(String, TextNote)>,
    rows: u64,
    letterhead: Option<NaiveDate>,
    origins: Vec<((String, u32), Origin)>,
    mended: Vec<(String, MendedCode)>,
    pub error: Option<ReadError>,
    /// Whether cells were left that may be in a legacy encoding.
    pub is_undecided: bool,
    /// Sheets that end where an .xls can hold no more.
    full: Vec<String>,
    gathered: Gathered,
}

/// Reads on this thread and normalises on another, so that both cores work.
pub(super) fn read_as(input: &InputFile, sniffed: &Sniffed, text: ReadAs, context: &Context<'_>) -> Reading {
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(4);
        let (give_back, used) = channel();
        let consumer = scope.spawn(move || normalise(receiver, &give_back, &input.shown, context));
        let mut sink = SheetSink::new(context.sources, context.known, sender, used);
        let mut ends = Ends::of(&mut sink);
        let error = read_rows(&input.path, sniffed, text, &context.limits, &mut ends).err();
        let full = ends.full();
        if error.is_none() {
            sink.finish();
        }
        let (found, strays, rows) = (std::mem::take(&mut sink.found), std::mem::take(&mut sink.strays), sink.rows);
        let (letterhead, mended) = (sink.letterhead, std::mem::take(&mut sink.mended));
        let (notes, is_undecided) = (std::mem::take(&mut sink.stray_notes), sink.is_undecided);
        let origins = std::mem::take(&mut sink.origins);
        drop(sink);
        let gathered = consumer.join().expect("the normaliser does not panic");
        Reading { found, strays, notes, rows, letterhead, origins, mended, error, is_undecided, full, gathered }
    })
}

fn normalise(receiver: Receiver<Message>, give_back: &Sender<RawBatch>, file: &str, context: &Context<'_>) -> Gathered {
    let mut gathered = Gathered::default();
    let mut current: Option<Normaliser<'_>> = None;
    let mut watcher: Option<Watcher<'_>> = None;
    for message in receiver {
        match message {
            Message::Sheet(sheet) => {
                if let Some(clash) = sheet.found.mapping.clashes.first() {
                    gathered.refused = Some(clash_finding(file, &sheet, clash));
                    return gathered;
                }
                gathered.end_sheet(current.take(), watcher.take());
                let source = &context.sources[sheet.found.source];
                let headings = headings(source, &sheet);
                let new = Normaliser::new(source, context.units, context.policies, file, &sheet.name, headings);
                let new = new.with_date_system(sheet.date_system).in_order_of(&sheet.found.mapping.columns);
                current = Some(new.with_records(sheet.records.clone()).with_year(sheet.year));
                gathered.frames.push((*sheet, Vec::new()));
                watcher = (context.detail == Detail::Preview).then(|| Watcher::new(source, context.units));
            }
            Message::Batch(batch) => {
                let (Some(normaliser), Some((sheet, frames))) = (&mut current, gathered.frames.last_mut()) else {
                    continue;
                };
                match normaliser.batch(&batch) {
                    Ok(done) => {
                        if let Some(watcher) = &mut watcher {
                            watcher.batch(normaliser, &batch, &done);
                        }
                        frames.push(done.frame);
                        gathered.rejected.extend(done.rejected.into_iter().map(|row| (sheet.name.clone(), row)));
                    }
                    Err(Refused(finding)) => {
                        gathered.refused = Some(*finding);
                        return gathered;
                    }
                }
                // The reader may be done already; then nobody needs the memory.
                let _ = give_back.send(batch);
            }
            Message::Unread(row) => {
                if let (Some(normaliser), Some((sheet, _))) = (&current, gathered.frames.last()) {
                    gathered.rejected.push((sheet.name.clone(), row.rejected(normaliser)));
                }
            }
            Message::TextNote(note) => {
                let sheet = gathered.frames.last().map_or("", |(sheet, _)| sheet.name.as_str());
                gathered.findings.push(note_finding(note, file, sheet, current.as_ref()));
            }
        }
    }
    gathered.end_sheet(current, watcher);
    gathered
}

/// Two columns of one heading would feed one column: the file is refused, since nobody can tell which is meant.
fn clash_finding(file: &str, sheet: &FoundSheet, clash: &Duplicate) -> Finding {
    Finding::new(Level::Error, "same_heading_twice", file)
        .at(&sheet.name, 0)
        .column(&clash.heading)
        .value(clash.read.map_or_else(String::new, column_letters))
        .hint(column_letters(clash.column))
}

/// The sheet's own heading for each column of the source.
fn headings(source: &SourceDef, sheet: &FoundSheet) -> Vec<String> {
    let own = |at: &Option<usize>| at.and_then(|at| sheet.found.mapping.headings.get(at)).cloned();
    source
        .columns
        .iter()
        .zip(&sheet.found.mapping.columns)
        .map(|(column, at)| own(at).unwrap_or_else(|| column.name.clone()))
        .collect()
}

/// Turns a reading into the file's outcome.
pub(super) fn settle(mut outcome: FileOutcome, input: &InputFile, read: Reading, context: &Context<'_>) -> FileOutcome {
    if let Some(error) = &read.error {
        return refuse(outcome, error);
    }
    if let Some(finding) = read.gathered.refused {
        outcome.findings.push(finding);
        return outcome;
    }
    outcome.findings.extend(read.notes.iter().map(|(sheet, note)| note_finding(*note, &input.shown, sheet, None)));
    if read.found.is_empty() {
        stray_findings(&mut outcome, &read.strays, context.sources, Level::Error);
        return outcome;
    }
    let width = read.found.iter().map(|sheet| sheet.found.mapping.headings.len()).max().unwrap_or(0);
    let level = if read.strays.iter().any(|stray| stray.width >= width) { Level::Warning } else { Level::Info };
    stray_findings(&mut outcome, &read.strays, context.sources, level);
    outcome.exported_at = context
        .exported_at
        .or_else(|| in_name(&input.name()))
        .or_else(|| read.found.iter().find_map(|sheet| sheet.letterhead).or(read.letterhead))
        .or_else(|| input.archive_name().and_then(|name| in_name(&name)));
    outcome.account.exported_at = outcome.exported_at.map(|day| day.to_string());
    if outcome.exported_at.is_none() {
        outcome.findings.push(Finding::new(Level::Warning, "no_export_date", &input.shown));
    }
    if read.rows == 0 {
        outcome.findings.push(Finding::new(Level::Warning, "no_body_rows", &input.shown));
    }
    for sheet in read.full.iter().filter(|name| read.found.iter().any(|found| found.name == **name)) {
        outcome.findings.push(Finding::new(Level::Warning, "may_be_cut", &input.shown).at(sheet, 0));
    }
    outcome.account.rows = read.rows;
    outcome.account.rejected = read.gathered.rejected.len() as u64;
    outcome.rejected = read.gathered.rejected;
    outcome.origins = read.origins;
    outcome.findings.extend(read.gathered.findings);
    for (sheet, code) in read.mended {
        let finding = Finding::new(Level::Warning, "lost_trailing_zero", &input.shown).at(&sheet, code.row);
        outcome.findings.push(finding.value(code.was).hint(code.is));
    }
    let mut previews = read.gathered.previews.into_iter();
    for (sheet, frames) in read.gathered.frames {
        let source = &context.sources[sheet.found.source];
        outcome.account.source.clone_from(&source.id);
        outcome.table = source.table.name;
        heading_findings(&mut outcome, &sheet);
        outcome.sheets.push(SheetReport {
            file: input.shown.clone(),
            sheet: sheet.name.clone(),
            source: source.id.clone(),
            table: source.table.name,
            heading_row: sheet.heading_row,
            columns: source
                .columns
                .iter()
                .zip(headings(source, &sheet))
                .zip(&sheet.found.mapping.columns)
                .filter(|(_, at)| at.is_some())
                .map(|((column, heading), _)| (column.name.clone(), heading))
                .collect(),
            extra: sheet.found.mapping.extra.clone(),
            personal: personal_headings(&sheet),
            headings: sheet.found.mapping.headings.clone(),
            confidence: sheet.found.confidence,
            rows: 0,
            loaded: 0,
            updated: 0,
            duplicate: 0,
            rejected: outcome.rejected.iter().filter(|(of, _)| *of == sheet.name).count() as u64,
            preview: previews.next(),
        });
        for frame in frames {
            let units = units_of(&frame, source.table);
            if source.table.name == "dossiers" {
                outcome.units.extend(units.iter().cloned());
            }
            outcome.named_units.extend(units);
            let incoming = Incoming {
                frame,
                file: input.shown.clone(),
                sheet: sheet.name.clone(),
                source: source.id.clone(),
                exported_at: outcome.exported_at,
                rows: if sheet.records.is_empty() { RowsOf::One } else { RowsOf::Several },
            };
            outcome.incoming.push((source.table.name, incoming));
        }
    }
    outcome
}

fn personal_headings(sheet: &FoundSheet) -> Vec<String> {
    let mapping = &sheet.found.mapping;
    mapping.personal.iter().filter_map(|at| mapping.headings.get(*at)).cloned().collect()
}

fn units_of(frame: &polars::prelude::DataFrame, table: &Table) -> BTreeSet<String> {
    let unit = table.columns.iter().rfind(|column| column.kind == Kind::Unit);
    let units = unit.and_then(|column| frame.column(column.name).ok()).and_then(|column| column.str().ok());
    let mut seen = BTreeSet::new();
    for unit in units.into_iter().flat_map(polars::prelude::ChunkedArray::iter).flatten() {
        if !seen.contains(unit) {
            seen.insert(unit.to_owned());
        }
    }
    seen
}

fn heading_findings(outcome: &mut FileOutcome, sheet: &FoundSheet) {
    let file = outcome.account.file.clone();
    let mapping = &sheet.found.mapping;
    if sheet.continues.is_none() {
        outcome.findings.extend(mapping.duplicates.iter().map(|duplicate| {
            Finding::new(Level::Warning, "duplicate_heading", &file)
                .at(&sheet.name, sheet.heading_row)
                .column(&duplicate.heading)
                .value(column_letters(duplicate.column))
                .hint(
                    duplicate.read.map_or_else(String::new, |read| {
                        format!("{} ({})", mapping.headings[read], column_letters(read))
                    }),
                )
        }));
    }
    if !mapping.extra.is_empty() {
        outcome.findings.push(
            Finding::new(Level::Info, "extra_columns", &file)
                .at(&sheet.name, sheet.heading_row)
                .value(mapping.extra.join(", ")),
        );
    }
    if let Some(before) = &sheet.continues {
        outcome
            .findings
            .push(Finding::new(Level::Warning, "continued_sheet", &file).at(&sheet.name, 0).value(before.clone()));
        return;
    }
    if sheet.hidden {
        outcome.findings.push(Finding::new(Level::Warning, "hidden_sheet", &file).at(&sheet.name, 0));
    }
}

/// Sheets that no source fits: refused if the file has no other, else worth knowing.
fn stray_findings(outcome: &mut FileOutcome, strays: &[StraySheet], sources: &[SourceDef], level: Level) {
    let file = outcome.account.file.clone();
    if strays.is_empty() && level == Level::Error {
        outcome.findings.push(Finding::new(Level::Error, "empty_file", &file));
    }
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for stray in strays.iter().filter(|stray| level == Level::Error || stray.rows > 1) {
        if !told.insert(&stray.name) {
            continue;
        }
        let finding = match &stray.near {
            Some(near) if level == Level::Error => {
                let missing: Vec<&str> = near.missing.iter().map(|(_, usual)| usual.as_str()).collect();
                let hint = near.nearest.clone().unwrap_or_default();
                Finding::new(level, "missing_column", &file)
                    .at(&stray.name, near.row as u32)
                    .column(missing.join(", "))
                    .value(hint)
                    .hint(format!("queries/sources/{}.toml", sources[near.source].id))
            }
            _ => Finding::new(level, "no_source", &file).at(&stray.name, 0),
        };
        outcome.findings.push(finding);
    }
}
