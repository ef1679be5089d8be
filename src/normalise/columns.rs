//! Types the columns of one sheet, batch by batch, and decides row by row what is refused.

use std::borrow::Cow;
use std::collections::BTreeMap;

use polars::prelude::{DataFrame, PlHashMap};

use super::answers::{Answers, is_yes_no};
use super::by_day::Undecided;
use super::codes::Digits;
use super::raw::{RawBatch, TextColumn};
use super::text::clean;
use cchc_definitions::SourceDef;
use cchc_definitions::dates::{DateSystem, Pattern};
use cchc_model::{Finding, Kind, Level, Policies, UnitIndex};

/// Column with the digest of a row's personal cells: it is compared within one import and never stored.
pub const PERSONAL: &str = "personal_digest";

/// One typed batch.
#[derive(Debug)]
pub struct Normalised {
    /// The accepted rows: the columns of the table in its order, then `row` and [`PERSONAL`].
    pub frame: DataFrame,
    /// The refused rows.
    pub rejected: Vec<RejectedRow>,
}

/// A refused row: where it stood, why, and its non-personal cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedRow {
    /// Row number in the sheet.
    pub row: u32,
    /// Its code, if it has one: the key of the table.
    pub code: String,
    /// Code of the unit that it belongs to, if that was recognised.
    pub unit: String,
    /// The finding that refused it.
    pub rule: &'static str,
    /// Heading of the column to blame.
    pub column: String,
    /// The offending value.
    pub value: String,
    /// What would help.
    pub hint: String,
    /// Mapped cells as JSON object, heading → text. Personal columns are not among them.
    pub cells: String,
}

/// The whole file must be refused, since going on would misread it.
#[derive(Debug)]
pub struct Refused(pub Box<Finding>);

/// What stands in one batch's column after typing.
pub(super) enum Typed {
    /// Ids of distinct texts.
    Text(Vec<Option<u32>>),
    /// Texts of which nearly every one is another; empty is null.
    Key(TextColumn),
    Int(Vec<Option<i64>>),
    Float(Vec<Option<f64>>),
    Bool(Vec<Option<bool>>),
    Time(Vec<Option<i64>>),
}

/// A fault of one cell that refuses its row.
pub(super) struct CellFault {
    pub row: usize,
    pub rule: &'static str,
    pub column: usize,
    pub value: String,
    pub hint: String,
}

impl CellFault {
    pub const fn new(row: usize, rule: &'static str, column: usize) -> Self {
        Self { row, rule, column, value: String::new(), hint: String::new() }
    }
}

/// Types the batches of one sheet; remembers what it has seen, so that each distinct word is understood once.
pub struct Normaliser<'a> {
    pub(super) source: &'a SourceDef,
    pub(super) units: &'a UnitIndex,
    pub(super) policies: Policies,
    pub(super) file: &'a str,
    pub(super) sheet: String,
    pub(super) headings: Vec<String>,
    /// Columns of the source in the order in which the sheet has them.
    pub(super) order: Vec<usize>,
    pub(super) patterns: Vec<Pattern>,
    pub(super) short_patterns: Vec<Pattern>,
    pub(super) date_system: DateSystem,
    /// For each column the first date that is surely day-first, with its row.
    pub(super) day_first: Vec<Option<String>>,
    /// What the yes/no columns have said.
    pub(super) answers: Vec<Option<Answers>>,
    pub(super) digits: Digits,
    pub(super) texts: Vec<PlHashMap<String, u32>>,
    pub(super) words: Vec<PlHashMap<String, Word>>,
    pub(super) distinct: Vec<Vec<String>>,
    pub(super) unknown: Vec<(&'static str, String)>,
    pub(super) undecided: Vec<Undecided>,
    pub(super) by_day: PlHashMap<(usize, String, Option<i64>), Word>,
    pub(super) warnings: BTreeMap<(&'static str, String, String), (u32, u64, String)>,
    /// Headings per record, of sheets whose rows become several.
    pub(super) records: Vec<Vec<String>>,
    /// The year that the sheet is about, where its name or letterhead names one only.
    pub(super) year: Option<i32>,
    /// Records left out of rows that were loaded.
    pub(super) left_out: BTreeMap<(&'static str, String, String), (u32, u64, String)>,
}

/// What a distinct word turned out to be.
#[derive(Clone, Copy)]
pub(super) enum Word {
    Text(u32),
    Number(f64),
    /// `150,000` in a column of whole numbers: told each time it is met.
    CommaThousands(f64),
    Bool(bool),
    Empty,
    /// Position among the unknown words: rule and hint.
    Unknown(u32),
    /// Several units bear the name, and the row's day may decide.
    ByDay,
}

impl<'a> Normaliser<'a> {
    /// `headings` names each column of the source as the sheet does.
    #[must_use]
    pub fn new(
        source: &'a SourceDef,
        units: &'a UnitIndex,
        policies: Policies,
        file: &'a str,
        sheet: &str,
        headings: Vec<String>,
    ) -> Self {
        let patterns: Vec<Pattern> = source.dates.iter().filter_map(|pattern| Pattern::compile(pattern)).collect();
        Self {
            source,
            units,
            policies,
            file,
            sheet: sheet.to_owned(),
            headings,
            order: (0..source.columns.len()).collect(),
            short_patterns: patterns.iter().filter_map(Pattern::with_short_year).collect(),
            patterns,
            date_system: DateSystem::default(),
            day_first: vec![None; source.columns.len()],
            answers: source.columns.iter().map(|column| is_yes_no(column).then(Answers::default)).collect(),
            digits: Digits::default(),
            texts: vec![PlHashMap::default(); source.columns.len()],
            words: vec![PlHashMap::default(); source.columns.len()],
            distinct: vec![Vec::new(); source.columns.len()],
            unknown: Vec::new(),
            undecided: Vec::new(),
            by_day: PlHashMap::default(),
            warnings: BTreeMap::new(),
            records: Vec::new(),
            year: None,
            left_out: BTreeMap::new(),
        }
    }

    /// Says from which day the serial numbers of the sheet count.
    #[must_use]
    pub fn with_date_system(mut self, system: DateSystem) -> Self {
        self.date_system = system;
        self
    }

    /// Keeps the cells of refused rows in the order of the sheet's columns, given for each column of the source.
    #[must_use]
    pub fn in_order_of(mut self, columns: &[Option<usize>]) -> Self {
        self.order.sort_by_key(|at| columns.get(*at).copied().flatten());
        self
    }

    /// Types one batch.
    ///
    /// # Errors
    /// The file must be refused as a whole (a date that only reads month-first).
    pub fn batch(&mut self, raw: &RawBatch) -> Result<Normalised, Refused> {
        let height = raw.rows.len();
        let mut faults = Vec::new();
        self.marked(raw, &mut faults);
        let mut typed: Vec<Option<Typed>> = Vec::with_capacity(raw.columns.len());
        for (at, texts) in raw.columns.iter().enumerate() {
            typed.push(match texts {
                Some(texts) => {
                    let column = self.column(at, texts, raw, &mut faults)?;
                    if let Some(answers) = &mut self.answers[at] {
                        answers.see(&column, &raw.rows);
                    }
                    Some(column)
                }
                None => None,
            });
        }
        self.decide_by_day(&mut typed, raw, &mut faults);
        self.row_rules(&typed, raw, &mut faults);
        let derived = self.derive(&typed, raw, &mut faults);
        let rejected = self.rejected(raw, &typed, faults);
        let mut keep = vec![true; height];
        for (row, _) in &rejected {
            keep[*row] = false;
        }
        let frame = self.frame(&typed, &derived, raw, &keep).expect("columns of one batch have one length");
        Ok(Normalised { frame, rejected: self.fold_records(raw, rejected) })
    }

    /// The warnings gathered over all batches, one per rule, column and value.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        self.warnings
            .iter()
            .map(|((rule, column, value), (row, count, hint))| {
                let level = if *rule == "no_due_date" { Level::Info } else { Level::Warning };
                Finding::new(level, rule, self.file)
                    .at(&self.sheet, *row)
                    .column(column)
                    .value(value)
                    .hint(hint)
                    .count(*count)
            })
            .chain(self.left_out_findings())
            .chain(self.only_yes())
            .chain(self.shortened_codes())
            .collect()
    }

    pub(super) fn warn(&mut self, rule: &'static str, column: &str, value: &str, row: u32, hint: &str) {
        let entry = self
            .warnings
            .entry((rule, column.to_owned(), value.to_owned()))
            .or_insert_with(|| (row, 0, hint.to_owned()));
        entry.1 += 1;
    }

    /// A warning of one sort for all cells of a column, by the row of the batch; `example` shows the first.
    pub(super) fn warn_of(&mut self, rule: &'static str, at: usize, raw: &RawBatch, row: usize, example: &str) {
        let heading = self.heading(at, raw, row);
        self.warn(rule, &heading, "", raw.rows[row], example);
    }

    /// The same by the row of the sheet.
    pub(super) fn warn_at(&mut self, rule: &'static str, at: usize, row: u32, example: &str) {
        let heading = self.headings[at].clone();
        self.warn(rule, &heading, "", row, example);
    }

    fn column(
        &mut self,
        at: usize,
        texts: &TextColumn,
        raw: &RawBatch,
        faults: &mut Vec<CellFault>,
    ) -> Result<Typed, Refused> {
        let source = self.source;
        let column = &source.columns[at];
        if !column.words.is_empty() || matches!(column.kind, Kind::Unit | Kind::Period) {
            let words = self.understand(at, column, texts, raw, faults);
            let number = |word: &Word| match word {
                Word::Number(number) | Word::CommaThousands(number) => Some(*number),
                _ => None,
            };
            return Ok(match column.kind {
                Kind::Int | Kind::Time => {
                    Typed::Int(words.iter().map(|word| number(word).map(|number| number as i64)).collect())
                }
                Kind::Float => Typed::Float(words.iter().map(number).collect()),
                Kind::Bool => Typed::Bool(
                    words.iter().map(|word| if let Word::Bool(value) = word { Some(*value) } else { None }).collect(),
                ),
                Kind::Text | Kind::Unit | Kind::Period => Typed::Text(
                    words.iter().map(|word| if let Word::Text(id) = word { Some(*id) } else { None }).collect(),
                ),
            });
        }
        Ok(match column.kind {
            Kind::Text if column.name == source.table.key => Typed::Key(self.codes(at, texts, raw, faults)),
            Kind::Text | Kind::Unit | Kind::Period => {
                Typed::Text(texts.iter().map(|text| self.text(at, text)).collect())
            }
            Kind::Time => Typed::Time(self.times(at, texts, raw, faults)?),
            Kind::Int | Kind::Float | Kind::Bool => self.numbers(at, texts, raw, faults),
        })
    }

    pub(super) fn intern(&mut self, at: usize, value: String) -> u32 {
        if let Some(id) = self.texts[at].get(&value) {
            return *id;
        }
        let id = self.distinct[at].len() as u32;
        self.distinct[at].push(value.clone());
        self.texts[at].insert(value, id);
        id
    }

    fn text(&mut self, at: usize, text: &str) -> Option<u32> {
        if let Some(id) = self.texts[at].get(text) {
            return Some(*id);
        }
        match clean(text) {
            Cow::Borrowed("") => None,
            cleaned => {
                let id = self.intern(at, cleaned.clone().into_owned());
                if cleaned != text {
                    self.texts[at].insert(text.to_owned(), id);
                }
                Some(id)
            }
        }
    }
}
