//! One sheet on its way to typed rows: columns typed, rows judged, warnings gathered, batch by batch.

use std::collections::BTreeSet;

use polars::prelude::DataFrame;

use crate::batch::Batch;
use crate::judging::{RejectedRow, RowJudge};
use crate::personal::CellMask;
use crate::raw::RawBatch;
use crate::typing::{ColumnTyper, Meaning, MixedOrder};
use crate::warnings::Warnings;
use cchc_definitions::dates::DateSystem;
use cchc_definitions::{ReadingWords, SourceDef};
use cchc_model::{ColumnType, Finding, Policies, UnitIndex};

/// What is known of a sheet once its headings are found.
pub struct SheetFacts<'a> {
    /// The source that fits it.
    pub source: &'a SourceDef,
    /// Units that its cells may name.
    pub units: &'a UnitIndex,
    /// Policies of the workspace.
    pub policies: Policies,
    /// Words that the reader looks for.
    pub words: &'a ReadingWords,
    /// The file as the user named it.
    pub file: &'a str,
    /// The sheet's name.
    pub sheet: String,
    /// The sheet's heading for each column of the source.
    pub headings: Vec<String>,
    /// For each column of the source the column of the sheet that feeds it.
    pub columns: Vec<Option<usize>>,
    /// Per record and column of the source the heading that feeds it, where rows of the sheet become several records.
    pub records: Vec<Vec<String>>,
    /// The year that the sheet is about, where its name or letterhead names one only: it completes months and quarters
    /// that name none.
    pub year: Option<i32>,
    /// From which day its serial numbers count.
    pub date_system: DateSystem,
    /// Columns of the source whose date cells have day and month swapped, as an earlier reading of the file has shown.
    pub swapped: BTreeSet<usize>,
    /// What hides personal values in cells that are shown or kept as text.
    pub mask: &'a CellMask<'a>,
}

/// Types and judges the rows of one sheet.
pub struct SheetNormaliser<'a> {
    sheet: SheetFacts<'a>,
    typer: ColumnTyper,
    judge: RowJudge,
    warnings: Warnings,
}

/// One typed batch.
#[derive(Debug)]
pub struct Normalised {
    /// The accepted rows: the columns of the table in its order, then `row`.
    pub frame: DataFrame,
    /// The refused rows.
    pub rejected: Vec<RejectedRow>,
}

/// The whole file must be refused, since going on would misread it.
#[derive(Debug)]
pub struct Refused(pub Box<Finding>);

impl<'a> SheetNormaliser<'a> {
    /// Begins a sheet.
    #[must_use]
    pub fn new(sheet: SheetFacts<'a>) -> Self {
        let typer = ColumnTyper::new(&sheet);
        let judge = RowJudge::new(&sheet);
        let warnings = Warnings::new(sheet.source);
        Self { sheet, typer, judge, warnings }
    }

    /// Swaps day and month of the date cells of these columns of the source.
    pub fn swap_dates(&mut self, columns: BTreeSet<usize>) {
        self.sheet.swapped = columns;
    }

    /// Types one batch and judges its rows.
    ///
    /// # Errors
    /// The file must be refused as a whole (a date that only reads month-first).
    pub fn batch(&mut self, raw: &RawBatch) -> Result<Normalised, Refused> {
        let mut batch = Batch::new(&self.sheet, raw, &mut self.warnings);
        self.judge.marks(&mut batch);
        let mut typed = self.typer.columns(&mut batch)?;
        self.judge.rules(&typed, &mut batch);
        typed.compute(&mut batch);
        let rejected = self.judge.rejected(&typed, &mut batch);
        let mut keep = vec![true; raw.rows.len()];
        for (row, _) in &rejected {
            keep[*row] = false;
        }
        let frame = typed.frame(raw, &keep).expect("columns of one batch have one length");
        Ok(Normalised { frame, rejected: RowJudge::fold_records(rejected, &mut batch) })
    }

    /// The refusal of the one row of `raw`, whose cells are not interpreted.
    #[must_use]
    pub fn refused(&self, raw: &RawBatch, rule: &'static str, value: String, hint: String) -> RejectedRow {
        self.judge.unread(&self.sheet, raw, rule, value, hint)
    }

    /// The warnings gathered over all batches.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        self.warnings.findings(&self.sheet).into_iter().chain(self.typer.shifted_times(&self.sheet)).collect()
    }

    /// Columns in which a spreadsheet program swapped day and month of some dates; known at the end of the sheet.
    #[must_use]
    pub fn mixed_orders(&self) -> Vec<MixedOrder> {
        self.typer.mixed_orders()
    }

    /// Columns whose date cells are to be swapped back, if any column is mixed.
    #[must_use]
    pub fn swapped_columns(&self) -> BTreeSet<usize> {
        self.typer.swapped_columns()
    }

    /// What a text of a column means, if its words are looked up and the text has occurred.
    #[must_use]
    pub fn meaning(&self, column: usize, text: &str) -> Option<Meaning> {
        self.typer.meaning(column, text)
    }

    /// Whether the words of a column are looked up: it has a dictionary, or holds units or periods.
    #[must_use]
    pub fn has_words(&self, column: usize) -> bool {
        self.sheet.has_words(column)
    }

    /// A cell of text as it may be shown.
    #[must_use]
    pub fn shown<'t>(&self, text: &'t str) -> std::borrow::Cow<'t, str> {
        self.sheet.mask.text(text)
    }

    /// A number as it may be shown.
    #[must_use]
    pub fn shown_number<'t>(&self, text: &'t str) -> std::borrow::Cow<'t, str> {
        self.sheet.mask.number(text)
    }

    /// A code as it may be shown.
    #[must_use]
    pub fn shown_code<'t>(&self, code: &'t str) -> std::borrow::Cow<'t, str> {
        self.sheet.mask.code(code)
    }

    /// Whether a column may hold persons beside units, so that unknown texts in it are not shown.
    #[must_use]
    pub fn may_name_persons(&self, column: usize) -> bool {
        self.sheet.words.headings.may_name_persons(&self.sheet.headings[column])
    }

    /// A text that may be shown where the encoding of the sheet is in doubt: of units and procedures, never of persons.
    #[must_use]
    pub fn legacy_sample(&self) -> Option<String> {
        self.typer.legacy_sample(&self.sheet)
    }
}

impl SheetFacts<'_> {
    /// The sheet's heading of a column in a row of a batch.
    pub(super) fn heading(&self, column: usize, raw: &RawBatch, row: usize) -> String {
        let record = raw.records.get(row).and_then(|record| self.records.get(*record as usize));
        record.unwrap_or(&self.headings)[column].clone()
    }

    /// Whether the words of a column are looked up: it has a dictionary, or holds units or periods.
    pub(super) fn has_words(&self, column: usize) -> bool {
        let column = &self.source.columns[column];
        !column.words.is_empty() || matches!(column.kind, ColumnType::Unit | ColumnType::Period)
    }

    /// Position of a column of the table among those of the source.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.source.columns.iter().position(|column| column.name == name)
    }

    /// Position of the table's key among the columns of the source.
    pub(super) fn key(&self) -> Option<usize> {
        self.position(self.source.table.key)
    }
}
