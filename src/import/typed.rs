//! One sheet while its rows are typed, batch by batch, until its end.

use std::collections::BTreeSet;

use std::collections::BTreeMap;

use polars::prelude::DataFrame;

use super::file::{Context, Detail};
use super::found::FoundSheet;
use super::preview::PreviewBuilder;
use super::reading::SheetReading;
use super::refused::RefusedRows;
use super::unfolded;
use super::unread::{UnreadRow, note_finding};
use cchc_definitions::SourceDef;
use cchc_model::{ColumnType, Finding, Level, MixedDates, Table};
use cchc_normalise::{
    CellMask, CountFault, Duplicate, Mapping, RawBatch, Refused, RejectedRow, Remark, RepairedCode, SheetFacts,
    SheetNormaliser,
};
use cchc_read::{TextNote, column_letters};
use cchc_store::RowsOf;

/// What becomes of a sheet with dates in two orders.
pub(super) enum Mixed {
    Refused(Box<Finding>),
    /// These columns are to be read anew, with their date cells swapped back.
    Swapped(BTreeSet<usize>),
}

/// A sheet whose rows are still coming.
pub(super) struct OpenSheet<'a> {
    found: FoundSheet,
    file: &'a str,
    source: &'a SourceDef,
    normaliser: SheetNormaliser<'a>,
    /// Of a dry run.
    preview: Option<PreviewBuilder<'a>>,
    refused: RefusedRows,
    /// Refused rows that stand among those of the batch to come.
    unread: Vec<RejectedRow>,
    units: BTreeMap<String, u64>,
    findings: Vec<Finding>,
    context: &'a Context<'a>,
}

impl<'a> OpenSheet<'a> {
    pub fn new(found: FoundSheet, file: &'a str, context: &'a Context<'a>, cells: &'a CellMask<'a>) -> Self {
        let source = &context.sources[found.source];
        let facts = SheetFacts {
            source,
            units: context.units,
            policies: context.policies,
            words: context.words,
            file,
            sheet: found.name.clone(),
            headings: own_headings(source, &found.mapping),
            columns: found.mapping.columns.clone(),
            records: found.records.clone(),
            year: found.year,
            date_system: found.date_system,
            swapped: BTreeSet::new(),
            mask: cells,
        };
        Self {
            findings: heading_findings(file, &found),
            normaliser: SheetNormaliser::new(facts),
            preview: (context.detail == Detail::Preview)
                .then(|| PreviewBuilder::new(source, context.units, &context.words.dates)),
            found,
            file,
            source,
            refused: RefusedRows::default(),
            unread: Vec::new(),
            units: BTreeMap::new(),
            context,
        }
    }

    /// The sheet with day and month of the date cells of some columns swapped back.
    pub fn swapping(mut self, columns: Option<BTreeSet<usize>>) -> Self {
        self.normaliser.swap_dates(columns.unwrap_or_default());
        self
    }

    /// What is to be done where a spreadsheet program has swapped day and month of some dates.
    pub fn mixed_order(&self, mixed_dates: MixedDates) -> Option<Mixed> {
        let orders = self.normaliser.mixed_orders();
        let first = orders.first()?;
        if mixed_dates == MixedDates::Swap {
            return Some(Mixed::Swapped(self.normaliser.swapped_columns()));
        }
        let heading = own_headings(self.source, &self.found.mapping).swap_remove(first.column);
        let finding = Finding::new(Level::Error, "mixed_date_order", self.file).at(&self.found.name, 0).column(heading);
        Some(Mixed::Refused(Box::new(finding.value(first.cell.clone()).hint(first.text.clone()))))
    }

    /// The table that it feeds.
    pub const fn table(&self) -> &'static Table {
        self.source.table
    }

    /// Types some rows and returns those that are accepted.
    pub fn batch(&mut self, batch: &RawBatch) -> Result<DataFrame, Refused> {
        let done = self.normaliser.batch(batch)?;
        if let Some(preview) = &mut self.preview {
            preview.batch(&self.normaliser, batch, &done);
        }
        add_units(&done.frame, self.source.table, &mut self.units);
        self.refuse(done.rejected);
        Ok(done.frame)
    }

    /// Adds a row that could not be read.
    pub fn unread(&mut self, row: &UnreadRow) {
        self.unread.push(row.rejected(&self.normaliser));
    }

    /// Keeps refused rows in the order of the sheet.
    fn refuse(&mut self, mut rows: Vec<RejectedRow>) {
        if self.context.detail == Detail::Sheets {
            return self.unread.clear();
        }
        if !self.unread.is_empty() {
            rows.append(&mut self.unread);
            rows.sort_by_key(|row| row.row);
        }
        self.refused.add(rows, &self.context.aside.refused);
    }

    /// Adds a note of the reader on the sheet's text.
    pub fn text_note(&mut self, note: TextNote) {
        self.findings.push(note_finding(note, self.file, &self.found.name, Some(&self.normaliser)));
    }

    /// Adds what is wrong with figures of a declared sheet, or asked of it.
    pub fn remarks(&mut self, remarks: Vec<Remark>) {
        for mut remark in remarks {
            // Any cell may hold a person's name.
            remark.value = self.normaliser.shown(&remark.value).into_owned();
            remark.column = self.normaliser.shown(&remark.column).into_owned();
            self.findings.push(unfolded::finding(remark, self.file, &self.found.name));
        }
    }

    /// Adds codes of criteria that were repaired.
    pub fn repaired(&mut self, codes: Vec<RepairedCode>) {
        let finding = |code: RepairedCode| {
            let finding = Finding::new(Level::Warning, "lost_trailing_zero", self.file).at(&self.found.name, code.row);
            finding.value(code.written).hint(code.repaired)
        };
        self.findings.extend(codes.into_iter().map(finding));
    }

    /// Counts that do not add up.
    pub fn unequal(&mut self, faults: Vec<CountFault>) {
        let finding = |fault: CountFault| {
            let finding = Finding::new(Level::Warning, fault.rule, self.file).at(&self.found.name, fault.row);
            finding.column(fault.column).value(fault.value).hint(fault.hint)
        };
        self.findings.extend(faults.into_iter().map(finding));
    }

    /// What is known of the sheet beside its accepted rows, and its findings.
    pub fn close(mut self) -> (SheetReading, Vec<Finding>) {
        self.refuse(Vec::new());
        self.refused.finish(&self.context.aside.refused);
        let (found, source) = (self.found, self.source);
        let mut findings = self.findings;
        findings.extend(self.normaliser.findings());
        let columns = source.columns.iter().zip(own_headings(source, &found.mapping)).zip(&found.mapping.columns);
        let columns = columns.filter(|(_, at)| at.is_some());
        let reading = SheetReading {
            source: source.id.clone(),
            table: source.table,
            columns: columns.map(|((column, heading), _)| (column.name.clone(), heading)).collect(),
            rows_of: if found.records.is_empty() { RowsOf::One } else { RowsOf::Several },
            preview: self.preview.map(|preview| preview.finish(&self.normaliser)),
            name: found.name,
            heading_row: found.heading_row,
            mapping: found.mapping,
            confidence: found.confidence,
            letterhead: found.letterhead,
            refused: self.refused,
            units: self.units,
            covers: source.covers,
        };
        (reading, findings)
    }
}

/// The sheet's own heading for each column of the source.
fn own_headings(source: &SourceDef, mapping: &Mapping) -> Vec<String> {
    let own = |at: &Option<usize>| at.and_then(|at| mapping.headings.get(at)).cloned();
    let columns = source.columns.iter().zip(&mapping.columns);
    columns.map(|(column, at)| own(at).unwrap_or_else(|| column.name.clone())).collect()
}

/// Counts accepted rows by unit.
fn add_units(frame: &DataFrame, table: &Table, seen: &mut BTreeMap<String, u64>) {
    let unit = table.columns.iter().rfind(|column| column.kind == ColumnType::Unit);
    let units = unit.and_then(|column| frame.column(column.name).ok()).and_then(|column| column.str().ok());
    for unit in units.into_iter().flat_map(polars::prelude::ChunkedArray::iter).flatten() {
        match seen.get_mut(unit) {
            Some(rows) => *rows += 1,
            None => drop(seen.insert(unit.to_owned(), 1)),
        }
    }
}

/// Two columns of one heading would feed one column: the file is refused, since either could be meant.
pub(super) fn clash_finding(file: &str, sheet: &str, clash: &Duplicate) -> Finding {
    Finding::new(Level::Error, "same_heading_twice", file)
        .at(sheet, 0)
        .column(&clash.heading)
        .value(clash.read.map_or_else(String::new, column_letters))
        .hint(column_letters(clash.column))
}

/// Findings about the headings of a sheet.
fn heading_findings(file: &str, sheet: &FoundSheet) -> Vec<Finding> {
    let mapping = &sheet.mapping;
    let finding = |level, rule, row| Finding::new(level, rule, file).at(&sheet.name, row);
    let mut findings = Vec::new();
    if !mapping.extra.is_empty() {
        findings.push(finding(Level::Info, "extra_columns", sheet.heading_row).value(mapping.extra.join(", ")));
    }
    if let Some(before) = &sheet.continues {
        findings.push(finding(Level::Warning, "continued_sheet", 0).value(before.clone()));
        return findings;
    }
    findings.extend(mapping.duplicates.iter().map(|duplicate| {
        let read = |read: usize| format!("{} ({})", mapping.headings[read], column_letters(read));
        finding(Level::Warning, "duplicate_heading", sheet.heading_row)
            .column(&duplicate.heading)
            .value(column_letters(duplicate.column))
            .hint(duplicate.read.map_or_else(String::new, read))
    }));
    if sheet.hidden {
        findings.push(finding(Level::Warning, "hidden_sheet", 0));
    }
    findings
}
