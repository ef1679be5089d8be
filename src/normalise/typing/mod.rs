//! Types the columns of one sheet: each distinct word is looked up once, numbers and dates cell by cell.

mod by_day;
mod clocks;
mod codes;
mod computed;
mod date_order;
mod frame;
mod meaning;
mod times;
mod words;

use std::borrow::Cow;

use polars::prelude::{PlHashMap, PlHashSet};

use crate::batch::Batch;
use crate::code::{code, is_mended};
use crate::raw::TextColumn;
use crate::sheet::{Refused, SheetFacts};
use crate::text::clean;
use by_day::Undecided;
use cchc_definitions::SourceDef;
use cchc_definitions::dates::DateReader;
use cchc_model::ColumnType;
use clocks::Clocks;
use date_order::DateOrders;

pub use date_order::MixedOrder;
pub use frame::data_type;
pub use meaning::Meaning;

/// One column of a batch after typing.
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

/// The meaning of a distinct word.
#[derive(Clone, Copy)]
enum Word {
    Text(u32),
    Number(f64),
    /// `150,000` in a column of whole numbers: a warning each time it occurs.
    CommaThousands(f64),
    Bool(bool),
    Empty,
    /// Position among the unknown words: rule and hint.
    Unknown(u32),
    /// Several units have the name, and the row's day may decide.
    ByDay,
}

/// Types the columns of one sheet; remembers what it has seen, so that each distinct word is looked up once.
pub(super) struct ColumnTyper {
    dates: DateReader,
    /// For each column the first date whose order of day and month is certain, with its row.
    certain: Vec<Option<String>>,
    /// For each column what its dates show of swapped days and months, and its times of day of clocks.
    orders: Vec<DateOrders>,
    clocks: Vec<Clocks>,
    /// For each column its raw texts → their ids.
    texts: Vec<PlHashMap<String, u32>>,
    /// For each column its raw words → their meaning.
    words: Vec<PlHashMap<String, Word>>,
    /// For each column the stored texts by their ids.
    distinct: Vec<Vec<String>>,
    /// For each column the ids of stored texts in which something personal was masked.
    masked: Vec<PlHashSet<u32>>,
    /// Rule and hint of each unknown word.
    unknown: Vec<(&'static str, String)>,
    /// Cells of the batch that wait for the day of their row.
    undecided: Vec<Undecided>,
    /// Column, text and day → what the text means on that day.
    by_day: PlHashMap<(usize, String, Option<i64>), Word>,
}

/// The columns of one batch after typing, and those that follow from them.
pub(super) struct TypedBatch<'t> {
    source: &'t SourceDef,
    /// For each column of the source; none where the sheet lacks it.
    columns: Vec<Option<Typed>>,
    /// Columns of the table that no column of the source feeds, by name.
    computed: Vec<(&'static str, Typed)>,
    /// For each column the stored texts by their ids.
    distinct: &'t [Vec<String>],
}

impl ColumnTyper {
    pub fn new(sheet: &SheetFacts<'_>) -> Self {
        let source = sheet.source;
        let columns = source.columns.len();
        Self {
            dates: DateReader::new(&source.dates, &sheet.words.dates, source.zone),
            certain: vec![None; columns],
            orders: vec![DateOrders::default(); columns],
            clocks: vec![Clocks::default(); columns],
            texts: vec![PlHashMap::default(); columns],
            words: vec![PlHashMap::default(); columns],
            distinct: vec![Vec::new(); columns],
            masked: vec![PlHashSet::default(); columns],
            unknown: Vec::new(),
            undecided: Vec::new(),
            by_day: PlHashMap::default(),
        }
    }

    /// Types all columns of a batch.
    pub fn columns<'t>(&'t mut self, batch: &mut Batch<'t, '_>) -> Result<TypedBatch<'t>, Refused> {
        let raw = batch.raw;
        let mut columns: Vec<Option<Typed>> = Vec::with_capacity(raw.columns.len());
        for (at, texts) in raw.columns.iter().enumerate() {
            let Some(texts) = texts else {
                columns.push(None);
                continue;
            };
            let typed = self.column(at, texts, batch)?;
            if let Some(answers) = batch.warnings.answers(at) {
                answers.count(&typed, &raw.rows);
            }
            columns.push(Some(typed));
        }
        self.decide_by_day(&mut columns, batch);
        Ok(TypedBatch { source: batch.sheet.source, columns, computed: Vec::new(), distinct: &self.distinct })
    }

    fn column(&mut self, at: usize, texts: &TextColumn, batch: &mut Batch<'_, '_>) -> Result<Typed, Refused> {
        let source = batch.sheet.source;
        let column = &source.columns[at];
        if batch.sheet.has_words(at) {
            let words = self.look_up_words(at, texts, batch);
            return Ok(typed_words(column.kind, &words));
        }
        Ok(match column.kind {
            ColumnType::Text if column.name == source.table.key => Typed::Key(codes::codes(at, texts, batch)),
            ColumnType::Text | ColumnType::Unit | ColumnType::Period => Typed::Text(self.texts(at, texts, batch)),
            ColumnType::Time => Typed::Time(self.times(at, texts, batch)?),
            ColumnType::Int | ColumnType::Float | ColumnType::Bool => words::numbers(at, texts, batch),
        })
    }

    /// The id of a stored text.
    fn intern(&mut self, at: usize, value: String) -> u32 {
        if let Some(id) = self.texts[at].get(&value) {
            return *id;
        }
        let id = self.distinct[at].len() as u32;
        self.distinct[at].push(value.clone());
        self.texts[at].insert(value, id);
        id
    }

    /// The ids of the texts of a column, which are stored without what may be personal.
    fn texts(&mut self, at: usize, texts: &TextColumn, batch: &mut Batch<'_, '_>) -> Vec<Option<u32>> {
        if batch.sheet.source.columns[at].name.ends_with("_code") {
            batch.sheet.mask.learn(&batch.sheet.source.columns[at].name, texts);
        }
        if holds_codes(batch.sheet.source, at) {
            for (row, text) in texts.iter().enumerate() {
                let code = code(text);
                if is_mended(text, &code) {
                    batch.warn("mended_code", at, row, &batch.sheet.mask.code(&code));
                }
            }
        }
        let ids: Vec<Option<u32>> = texts.iter().map(|text| self.text(at, text, batch.sheet)).collect();
        if !self.masked[at].is_empty() {
            for (row, id) in ids.iter().enumerate() {
                if let Some(id) = id.filter(|id| self.masked[at].contains(id)) {
                    batch.warn_of_person(at, row, &self.distinct[at][id as usize]);
                }
            }
        }
        ids
    }

    fn text(&mut self, at: usize, text: &str, sheet: &SheetFacts<'_>) -> Option<u32> {
        if let Some(id) = self.texts[at].get(text) {
            return Some(*id);
        }
        match if holds_codes(sheet.source, at) { code(text) } else { clean(text) } {
            Cow::Borrowed("") => None,
            cleaned => {
                let is_code = sheet.source.columns[at].name.ends_with("_code");
                let name = &sheet.source.columns[at].name;
                let is_usual = || sheet.mask.suspect(&cleaned).is_some_and(|kind| sheet.mask.is_usual(name, kind));
                let stored = match is_code {
                    true if is_usual() => cleaned.clone(),
                    true => sheet.mask.code(&cleaned),
                    false => sheet.mask.text(&cleaned),
                };
                let is_masked = stored != cleaned;
                let id = self.intern(at, stored.into_owned());
                if is_masked {
                    self.masked[at].insert(id);
                }
                if is_masked || cleaned != text {
                    self.texts[at].insert(text.to_owned(), id);
                }
                Some(id)
            }
        }
    }
}

/// Whether a column refers to something by its code. The codes of an outline are numbers by nature.
fn holds_codes(source: &SourceDef, at: usize) -> bool {
    source.columns[at].name.ends_with("_code") && source.layout.outline.is_none()
}

/// Words as values of a kind.
fn typed_words(kind: ColumnType, words: &[Word]) -> Typed {
    let number = |word: &Word| match word {
        Word::Number(number) | Word::CommaThousands(number) => Some(*number),
        _ => None,
    };
    match kind {
        ColumnType::Int | ColumnType::Time => {
            Typed::Int(words.iter().map(|word| number(word).map(|number| number as i64)).collect())
        }
        ColumnType::Float => Typed::Float(words.iter().map(number).collect()),
        ColumnType::Bool => Typed::Bool(
            words.iter().map(|word| if let Word::Bool(value) = word { Some(*value) } else { None }).collect(),
        ),
        ColumnType::Text | ColumnType::Unit | ColumnType::Period => {
            Typed::Text(words.iter().map(|word| if let Word::Text(id) = word { Some(*id) } else { None }).collect())
        }
    }
}

impl<'t> TypedBatch<'t> {
    /// A column by its name.
    pub fn column(&self, name: &str) -> Option<&Typed> {
        self.columns[self.position(name)?].as_ref()
    }

    /// Position among the columns of the source, and the times, of a column of times that the sheet has.
    pub fn times(&self, name: &str) -> Option<(usize, &[Option<i64>])> {
        let at = self.position(name)?;
        if let Some(Typed::Time(times)) = &self.columns[at] { Some((at, times)) } else { None }
    }

    /// A stored text of a column of texts; nothing where the cell is empty or of another kind.
    pub fn text(&self, at: usize, row: usize) -> Option<&'t str> {
        match &self.columns[at] {
            Some(Typed::Text(ids)) => ids[row].map(|id| self.distinct[at][id as usize].as_str()),
            _ => None,
        }
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.source.columns.iter().position(|column| column.name == name)
    }
}
