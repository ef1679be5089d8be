//! What a dry run shows of one sheet: what each word and unit name means, how dates are written, and a few rows as stored.

use std::collections::{BTreeMap, HashMap};

use polars::prelude::{AnyValue, DataFrame};

use cchc_definitions::SourceDef;
use cchc_definitions::dates::{DateWords, Pattern};
use cchc_model::{ColumnType, UnitIndex, is_masked};
use cchc_normalise::{Meaning, Normalised, RawBatch, SheetNormaliser, clean};

/// Rows shown as they would be stored.
const SAMPLE_ROWS: usize = 3;
/// Distinct texts that are counted in one column.
const MAX_DISTINCT: usize = 5_000;
/// Units suggested for a name that is no unit's.
const MAX_SUGGESTIONS: usize = 3;

/// What a sheet holds, word by word.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Preview {
    /// Distinct words of coded columns and unit names, the commonest first.
    pub words: Vec<WordSeen>,
    /// Patterns of the dates of each column.
    pub dates: Vec<DatesSeen>,
    /// Columns and values of the first accepted rows, without personal cells.
    pub sample: Vec<Vec<(String, String)>>,
}

/// One distinct cell text of a coded column.
#[derive(Debug, Clone, PartialEq)]
pub struct WordSeen {
    /// Column of the table.
    pub column: String,
    /// Whether it names units.
    pub is_unit: bool,
    /// The text; nothing if it may name a person.
    pub text: Option<String>,
    /// Rows that have it.
    pub rows: u64,
    /// What it means.
    pub meaning: Meaning,
    /// Name of the unit, where it means one.
    pub unit_name: Option<String>,
    /// Units that it may mean, where it means none: code, name and likeness 0–1.
    pub candidates: Vec<(String, String, f64)>,
}

/// How the dates of one column are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatesSeen {
    /// Column of the table.
    pub column: String,
    /// Pattern and cells; the pattern is empty for cells that fit none.
    pub patterns: Vec<(String, u64)>,
}

/// Builds the preview of one sheet from its batches.
pub(super) struct PreviewBuilder<'a> {
    source: &'a SourceDef,
    units: &'a UnitIndex,
    patterns: Vec<(String, Pattern)>,
    date_words: &'a DateWords,
    /// Per column: clean text → one way in which it is written, and rows.
    words: Vec<HashMap<String, (String, u64)>>,
    dates: Vec<BTreeMap<String, u64>>,
    sample: Vec<Vec<(String, String)>>,
}

/// What date cells of workbooks and databases look like.
const DATE_CELL: &str = "yyyy-MM-dd";

impl<'a> PreviewBuilder<'a> {
    pub fn new(source: &'a SourceDef, units: &'a UnitIndex, date_words: &'a DateWords) -> Self {
        let patterns = source.dates.iter().filter_map(|text| Some((text.clone(), Pattern::compile(text)?))).collect();
        Self {
            source,
            units,
            patterns,
            date_words,
            words: vec![HashMap::new(); source.columns.len()],
            dates: vec![BTreeMap::new(); source.columns.len()],
            sample: Vec::new(),
        }
    }

    pub fn batch(&mut self, normaliser: &SheetNormaliser<'_>, raw: &RawBatch, done: &Normalised) {
        for (at, texts) in raw.columns.iter().enumerate() {
            let Some(texts) = texts else { continue };
            if self.source.columns[at].kind == ColumnType::Time {
                for text in texts.iter().map(clean).filter(|text| !text.is_empty() && text != "-") {
                    let pattern = self.pattern(&text);
                    *self.dates[at].entry(pattern).or_default() += 1;
                }
            } else if normaliser.has_words(at) {
                let seen = &mut self.words[at];
                for text in texts.iter() {
                    let cleaned = clean(text);
                    if let Some((_, rows)) = seen.get_mut(cleaned.as_ref()) {
                        *rows += 1;
                    } else if seen.len() < MAX_DISTINCT {
                        seen.insert(cleaned.into_owned(), (text.to_owned(), 1));
                    }
                }
            }
        }
        let missing = SAMPLE_ROWS.saturating_sub(self.sample.len());
        self.sample.extend((0..done.frame.height().min(missing)).map(|row| stored(&done.frame, row)));
    }

    /// The preview, once all batches were added.
    pub fn finish(self, normaliser: &SheetNormaliser<'_>) -> Preview {
        let key = self.source.table.key;
        let shown = |(column, value): (String, String)| {
            let value = if column == key { normaliser.shown_code(&value).into_owned() } else { value };
            (column, value)
        };
        let sample = self.sample.iter().map(|row| row.iter().cloned().map(shown).collect()).collect();
        let mut preview = Preview { sample, ..Preview::default() };
        for (at, column) in self.source.columns.iter().enumerate() {
            let mut patterns: Vec<(String, u64)> = self.dates[at].clone().into_iter().collect();
            patterns.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
            if !patterns.is_empty() {
                preview.dates.push(DatesSeen { column: column.name.clone(), patterns });
            }
            let mut texts: Vec<(&String, &(String, u64))> = self.words[at].iter().collect();
            texts.sort_by(|left, right| right.1.1.cmp(&left.1.1).then_with(|| left.0.cmp(right.0)));
            let seen = texts.into_iter().filter_map(|(_, (text, rows))| self.seen(normaliser, at, text, *rows));
            preview.words.extend(seen);
        }
        preview
    }

    fn seen(&self, normaliser: &SheetNormaliser<'_>, at: usize, text: &str, rows: u64) -> Option<WordSeen> {
        let column = &self.source.columns[at];
        let is_unit = column.kind == ColumnType::Unit;
        let meaning = normaliser.meaning(at, text)?;
        let unit_name = match &meaning {
            Meaning::Stored(code) if is_unit => self.units.by_code(code).map(|unit| unit.name.clone()),
            _ => None,
        };
        let is_hidden = meaning == Meaning::Unknown && normaliser.may_name_persons(at);
        let candidates = match &meaning {
            _ if !is_unit || is_hidden => Vec::new(),
            Meaning::Unknown => self
                .units
                .suggest(text, MAX_SUGGESTIONS)
                .into_iter()
                .map(|one| (one.unit.code.clone(), one.unit.name.clone(), one.likeness.share))
                .collect(),
            Meaning::Several | Meaning::ByDay => {
                self.units.named(text).into_iter().map(|unit| (unit.code.clone(), unit.name.clone(), 1.0)).collect()
            }
            _ => Vec::new(),
        };
        let cleaned = clean(text);
        let is_number = matches!((column.kind, &meaning), (ColumnType::Int | ColumnType::Float, Meaning::Stored(_)));
        let shown = if is_number { normaliser.shown_number(&cleaned) } else { normaliser.shown(&cleaned) }.into_owned();
        let candidates = if is_masked(&shown) { Vec::new() } else { candidates };
        Some(WordSeen {
            column: column.name.clone(),
            is_unit,
            text: (!is_hidden).then_some(shown),
            rows,
            meaning,
            unit_name,
            candidates,
        })
    }

    fn pattern(&self, text: &str) -> String {
        let fits =
            |text: &str| self.patterns.iter().find(|(_, pattern)| pattern.fits(text)).map(|(name, _)| name.clone());
        fits(text).or_else(|| fits(&self.date_words.digits(text)?)).unwrap_or_else(|| {
            let is_cell = text.get(..10).and_then(|day| day.parse::<chrono::NaiveDate>().ok()).is_some();
            if is_cell { DATE_CELL.to_owned() } else { String::new() }
        })
    }
}

/// The columns of one row that hold something, as they would be stored.
fn stored(frame: &DataFrame, row: usize) -> Vec<(String, String)> {
    let columns = frame.columns().iter().filter(|column| column.name() != "row");
    columns.filter_map(|column| Some((column.name().to_string(), shown(&column.get(row).ok()?)?))).collect()
}

fn shown(value: &AnyValue<'_>) -> Option<String> {
    match value {
        AnyValue::Null => None,
        AnyValue::String(text) => Some((*text).to_owned()),
        AnyValue::StringOwned(text) => Some(text.to_string()),
        AnyValue::Datetime(micros, ..) | AnyValue::DatetimeOwned(micros, ..) => {
            let time = chrono::DateTime::from_timestamp_micros(*micros)?.naive_utc();
            let is_day = time.time() == chrono::NaiveTime::MIN;
            Some(time.format(if is_day { "%Y-%m-%d" } else { "%Y-%m-%d %H:%M:%S" }).to_string())
        }
        other => Some(other.to_string()),
    }
}
