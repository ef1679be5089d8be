//! Types the columns of one sheet, batch by batch, and decides row by row what is refused.

use std::borrow::Cow;
use std::collections::BTreeMap;

use polars::prelude::{
    ChunkTake, Column, DataFrame, DataType, IdxCa, IntoColumn, NamedFrom, NewChunkedArray, PlHashMap, PlHashSet,
    PolarsResult, Series, StringChunked, StringChunkedBuilder, TimeUnit,
};

use super::raw::{RawBatch, TextColumn};
use super::text::clean;
use crate::definitions::dates::{self, DAY, DateFault, Pattern};
use crate::definitions::{SourceColumn, SourceDef, Unknown};
use crate::model::{Finding, FinishedBeforeReceived, Kind, Level, Policies, Resolved, UnitIndex, fold_name};

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
enum Typed {
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
struct CellFault {
    row: usize,
    rule: &'static str,
    column: usize,
    value: String,
    hint: String,
}

impl CellFault {
    const fn new(row: usize, rule: &'static str, column: usize) -> Self {
        Self { row, rule, column, value: String::new(), hint: String::new() }
    }
}

/// Types the batches of one sheet; remembers what it has seen, so that each distinct word is understood once.
pub struct Normaliser<'a> {
    source: &'a SourceDef,
    units: &'a UnitIndex,
    policies: Policies,
    file: &'a str,
    sheet: String,
    headings: Vec<String>,
    patterns: Vec<Pattern>,
    texts: Vec<PlHashMap<String, u32>>,
    words: Vec<PlHashMap<String, Word>>,
    distinct: Vec<Vec<String>>,
    unknown: Vec<(&'static str, String)>,
    warnings: BTreeMap<(&'static str, String, String), (u32, u64, String)>,
}

/// What a distinct word turned out to be.
#[derive(Clone, Copy)]
enum Word {
    Text(u32),
    Number(f64),
    Bool(bool),
    Empty,
    /// Position among the unknown words: rule and hint.
    Unknown(u32),
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
        Self {
            source,
            units,
            policies,
            file,
            sheet: sheet.to_owned(),
            headings,
            patterns: source.dates.iter().filter_map(|pattern| Pattern::compile(pattern)).collect(),
            texts: vec![PlHashMap::default(); source.columns.len()],
            words: vec![PlHashMap::default(); source.columns.len()],
            distinct: vec![Vec::new(); source.columns.len()],
            unknown: Vec::new(),
            warnings: BTreeMap::new(),
        }
    }

    /// Types one batch.
    ///
    /// # Errors
    /// The file must be refused as a whole (a date that only reads month-first).
    pub fn batch(&mut self, raw: &RawBatch) -> Result<Normalised, Refused> {
        let height = raw.rows.len();
        let mut faults = Vec::new();
        let mut typed: Vec<Option<Typed>> = Vec::with_capacity(raw.columns.len());
        for (at, texts) in raw.columns.iter().enumerate() {
            typed.push(match texts {
                Some(texts) => Some(self.column(at, texts, raw, &mut faults)?),
                None => None,
            });
        }
        self.row_rules(&typed, raw, &mut faults);
        let rejected = self.rejected(raw, faults);
        let mut keep = vec![true; height];
        for (row, _) in &rejected {
            keep[*row] = false;
        }
        let frame = self.frame(&typed, raw, &keep).expect("columns of one batch have one length");
        Ok(Normalised { frame, rejected: rejected.into_iter().map(|(_, rejected)| rejected).collect() })
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
            .collect()
    }

    fn warn(&mut self, rule: &'static str, column: &str, value: &str, row: u32, hint: &str) {
        let entry = self
            .warnings
            .entry((rule, column.to_owned(), value.to_owned()))
            .or_insert_with(|| (row, 0, hint.to_owned()));
        entry.1 += 1;
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
        if !column.words.is_empty() || column.kind == Kind::Unit {
            let words = self.understand(at, column, texts, raw, faults);
            let number = |word: &Word| if let Word::Number(number) = word { Some(*number) } else { None };
            return Ok(match column.kind {
                Kind::Int | Kind::Time => {
                    Typed::Int(words.iter().map(|word| number(word).map(|number| number as i64)).collect())
                }
                Kind::Float => Typed::Float(words.iter().map(number).collect()),
                Kind::Bool => Typed::Bool(
                    words.iter().map(|word| if let Word::Bool(value) = word { Some(*value) } else { None }).collect(),
                ),
                Kind::Text | Kind::Unit => Typed::Text(
                    words.iter().map(|word| if let Word::Text(id) = word { Some(*id) } else { None }).collect(),
                ),
            });
        }
        Ok(match column.kind {
            Kind::Text if column.name == source.table.key => {
                let mut keys = TextColumn::default();
                texts.iter().for_each(|text| keys.push(&clean(text)));
                Typed::Key(keys)
            }
            Kind::Text | Kind::Unit => Typed::Text(texts.iter().map(|text| self.text(at, text)).collect()),
            Kind::Time => Typed::Time(self.times(at, texts, faults)?),
            Kind::Int | Kind::Float | Kind::Bool => self.numbers(column, texts, raw),
        })
    }

    fn intern(&mut self, at: usize, value: String) -> u32 {
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

    /// Words and units: each distinct text is looked up once.
    fn understand(
        &mut self,
        at: usize,
        column: &SourceColumn,
        texts: &TextColumn,
        raw: &RawBatch,
        faults: &mut Vec<CellFault>,
    ) -> Vec<Word> {
        let mut words = Vec::with_capacity(texts.len());
        for (row, text) in texts.iter().enumerate() {
            let known = self.words[at].get(text).copied();
            let word = known.unwrap_or_else(|| self.word(at, column, text));
            if known.is_none() {
                self.words[at].insert(text.to_owned(), word);
            }
            if let Word::Unknown(position) = word {
                let (rule, hint) = self.unknown[position as usize].clone();
                let value = clean(text).into_owned();
                if column.unknown == Unknown::Reject {
                    faults.push(CellFault { row, rule, column: at, value, hint });
                } else {
                    let rule = if rule == "unknown_unit" { "unknown_receiving_unit" } else { rule };
                    let heading = self.headings[at].clone();
                    self.warn(rule, &heading, &value, raw.rows[row], &hint);
                }
            }
            words.push(word);
        }
        words
    }

    fn word(&mut self, at: usize, column: &SourceColumn, text: &str) -> Word {
        let folded = fold_name(text);
        if folded.is_empty() && !(column.kind == Kind::Unit && column.unknown == Unknown::Reject)
            || column.ignore.contains(&folded)
        {
            return Word::Empty;
        }
        let (rule, hint) = if column.kind == Kind::Unit {
            match self.units.resolve(text) {
                Resolved::One(unit) => return Word::Text(self.intern(at, unit.code.clone())),
                Resolved::Several(codes) => ("ambiguous_unit", codes.join(", ")),
                Resolved::None => ("unknown_unit", self.units.nearest(text).unwrap_or_default().to_owned()),
            }
        } else {
            let value = column.words.get(&folded).cloned();
            // A number beside words is a value of its own, unless numbers are among the words: then they are codes.
            let open = !column.words.keys().any(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
            let number = value.as_ref().map_or_else(|| number(text).filter(|_| open), |value| value.parse().ok());
            match (column.kind, value, number) {
                (Kind::Text | Kind::Unit, Some(value), _) => return Word::Text(self.intern(at, value)),
                (Kind::Bool, Some(value), _) => return Word::Bool(value == "true"),
                (Kind::Int | Kind::Float | Kind::Time, _, Some(number)) => return Word::Number(number),
                _ => ("unknown_word", String::new()),
            }
        };
        self.unknown.push((rule, hint));
        Word::Unknown(self.unknown.len() as u32 - 1)
    }

    fn times(&self, at: usize, texts: &TextColumn, faults: &mut Vec<CellFault>) -> Result<Vec<Option<i64>>, Refused> {
        let mut times = Vec::with_capacity(texts.len());
        for (row, text) in texts.iter().enumerate() {
            let text = text.trim();
            if text.is_empty() || text == "-" {
                times.push(None);
                continue;
            }
            times.push(match dates::read(text, &self.patterns) {
                Ok(time) => Some(time),
                Err(DateFault::MonthFirst) => {
                    return Err(Refused(Box::new(
                        Finding::new(Level::Error, "month_first_date", self.file)
                            .at(&self.sheet, 0)
                            .column(&self.headings[at])
                            .value(text),
                    )));
                }
                Err(fault) => {
                    let rule = match fault {
                        DateFault::Impossible => "impossible_date",
                        DateFault::Year => "year_out_of_range",
                        DateFault::Unreadable | DateFault::MonthFirst => "unreadable_date",
                    };
                    // An unreadable text might be a misplaced personal value: it is not repeated.
                    let value = if fault == DateFault::Unreadable { String::new() } else { text.to_owned() };
                    faults.push(CellFault { row, rule, column: at, value, hint: self.source.dates.join(", ") });
                    None
                }
            });
        }
        Ok(times)
    }

    fn numbers(&mut self, column: &SourceColumn, texts: &TextColumn, raw: &RawBatch) -> Typed {
        let heading = column.headings.first().cloned().unwrap_or_default();
        let mut parsed: Vec<Option<f64>> = Vec::with_capacity(texts.len());
        for (row, text) in texts.iter().enumerate() {
            let text = text.trim();
            let value = number(text);
            if value.is_none() && !text.is_empty() {
                self.warn("unreadable_number", &heading, "", raw.rows[row], "");
            }
            parsed.push(value);
        }
        match column.kind {
            Kind::Float => Typed::Float(parsed),
            Kind::Bool => Typed::Bool(parsed.into_iter().map(|value| value.map(|value| value != 0.0)).collect()),
            _ => Typed::Int(
                parsed
                    .into_iter()
                    .map(|value| value.filter(|value| value.fract() == 0.0).map(|value| value as i64))
                    .collect(),
            ),
        }
    }

    /// Rules over several cells of a row: the key, the order of dates, the received date.
    fn row_rules(&mut self, typed: &[Option<Typed>], raw: &RawBatch, faults: &mut Vec<CellFault>) {
        let source = self.source;
        let position = |name: &str| source.columns.iter().position(|column| column.name == name);
        let time = |name: &str| {
            position(name).and_then(|at| match &typed[at] {
                Some(Typed::Time(times)) => Some((at, times)),
                _ => None,
            })
        };
        if let Some(at) = position(source.table.key)
            && let Some(Typed::Key(keys)) = &typed[at]
        {
            let missing = keys.iter().enumerate().filter(|(_, key)| key.is_empty());
            faults.extend(missing.map(|(row, _)| CellFault::new(row, "missing_code", at)));
        }
        let Some((received_at, received)) = time("received_at") else { return };
        let (finished, returned, due) = (time("finished_at"), time("returned_at"), time("due_at"));
        let status = position("status").and_then(|at| match &typed[at] {
            Some(Typed::Int(values)) => Some(values),
            _ => None,
        });
        let refused: PlHashSet<usize> = faults.iter().map(|fault| fault.row).collect();
        for (row, &number) in raw.rows.iter().enumerate() {
            let Some(start) = received[row] else {
                let status = status.and_then(|status| status[row]);
                if !status.is_some_and(|status| source.without_received.contains(&status)) {
                    faults.push(CellFault::new(row, "missing_received", received_at));
                }
                continue;
            };
            let before = |times: Option<(usize, &Vec<Option<i64>>)>| {
                let (at, times) = times?;
                times[row].filter(|end| end.div_euclid(DAY) < start.div_euclid(DAY)).map(|_| at)
            };
            let early_finish = before(finished);
            if let Some(at) = early_finish
                && self.policies.finished_before_received == FinishedBeforeReceived::Reject
            {
                faults.push(CellFault::new(row, "finished_before_received", at));
                continue;
            }
            if refused.contains(&row) {
                continue;
            }
            let no_due = due.filter(|(_, times)| times[row].is_none()).map(|(at, _)| at);
            for (rule, found) in [
                ("finished_before_received", early_finish),
                ("returned_before_received", before(returned)),
                ("no_due_date", no_due),
            ] {
                if let Some(at) = found {
                    let heading = self.headings[at].clone();
                    self.warn(rule, &heading, "", number, "");
                }
            }
        }
    }

    /// One refusal per row, by the first rule that applies: code, unit, dates, order of dates.
    fn rejected(&self, raw: &RawBatch, faults: Vec<CellFault>) -> Vec<(usize, RejectedRow)> {
        const ORDER: [&str; 8] = [
            "missing_code",
            "unknown_unit",
            "ambiguous_unit",
            "unreadable_date",
            "impossible_date",
            "year_out_of_range",
            "finished_before_received",
            "missing_received",
        ];
        let rank = |rule: &str| ORDER.iter().position(|other| *other == rule).unwrap_or(ORDER.len());
        let mut first: BTreeMap<usize, CellFault> = BTreeMap::new();
        for fault in faults {
            match first.get(&fault.row) {
                Some(other) if rank(other.rule) <= rank(fault.rule) => {}
                _ => drop(first.insert(fault.row, fault)),
            }
        }
        first
            .into_iter()
            .map(|(row, fault)| {
                let column = self.headings[fault.column].clone();
                (
                    row,
                    RejectedRow {
                        row: raw.rows[row],
                        rule: fault.rule,
                        column,
                        value: fault.value,
                        hint: fault.hint,
                        cells: self.cells(raw, row),
                    },
                )
            })
            .collect()
    }

    /// The mapped cells of a refused row. What no date and no number is, in a column of dates or numbers, may be a
    /// personal value in the wrong column: it is left out.
    fn cells(&self, raw: &RawBatch, row: usize) -> String {
        let kept = |at: usize, text: &str| {
            let column = &self.source.columns[at];
            match column.kind {
                _ if !column.words.is_empty() || text.trim().is_empty() => true,
                Kind::Time => dates::read(text.trim(), &self.patterns) != Err(DateFault::Unreadable),
                Kind::Int | Kind::Float | Kind::Bool => number(text).is_some(),
                Kind::Text | Kind::Unit => true,
            }
        };
        let cells: serde_json::Map<String, serde_json::Value> = raw
            .columns
            .iter()
            .enumerate()
            .filter_map(|(at, texts)| Some((at, texts.as_ref()?.get(row))))
            .filter(|(at, text)| kept(*at, text))
            .map(|(at, text)| (self.headings[at].clone(), clean(text).into_owned().into()))
            .collect();
        serde_json::Value::Object(cells).to_string()
    }

    /// The accepted rows as a frame with all columns of the table; those that the sheet lacks are null.
    fn frame(&self, typed: &[Option<Typed>], raw: &RawBatch, keep: &[bool]) -> PolarsResult<DataFrame> {
        let height = keep.iter().filter(|keep| **keep).count();
        let mut columns: Vec<Column> = Vec::with_capacity(self.source.table.columns.len() + 1);
        for target in self.source.table.columns {
            let at = self.source.columns.iter().position(|column| column.name == target.name);
            let column = match at.and_then(|at| typed[at].as_ref().map(|typed| (at, typed))) {
                Some((at, typed)) => self.series(target.name, at, typed, keep)?,
                None => Series::full_null(target.name.into(), height, &data_type(target.kind)).into_column(),
            };
            columns.push(column);
        }
        let rows: Vec<i64> =
            raw.rows.iter().zip(keep).filter(|(_, keep)| **keep).map(|(row, _)| i64::from(*row)).collect();
        columns.push(Series::new("row".into(), rows).into_column());
        let personal: Vec<u64> =
            raw.personal.iter().zip(keep).filter(|(_, keep)| **keep).map(|(one, _)| *one).collect();
        columns.push(Series::new(PERSONAL.into(), personal).into_column());
        DataFrame::new(height, columns)
    }

    fn series(&self, name: &str, at: usize, typed: &Typed, keep: &[bool]) -> PolarsResult<Column> {
        fn kept<T: Copy>(values: &[T], keep: &[bool]) -> Vec<T> {
            values.iter().zip(keep).filter(|(_, keep)| **keep).map(|(value, _)| *value).collect()
        }
        let series = match typed {
            Typed::Int(values) => Series::new(name.into(), kept(values, keep)),
            Typed::Float(values) => Series::new(name.into(), kept(values, keep)),
            Typed::Bool(values) => Series::new(name.into(), kept(values, keep)),
            Typed::Time(values) => Series::new(name.into(), kept(values, keep)).cast(&data_type(Kind::Time))?,
            Typed::Key(values) => {
                let mut builder = StringChunkedBuilder::new(name.into(), keep.len());
                values.iter().zip(keep).filter(|(_, keep)| **keep).for_each(|(value, _)| builder.append_value(value));
                return Ok(builder.finish().into_column());
            }
            Typed::Text(values) => return self.texts_of(name, at, &kept(values, keep)),
        };
        Ok(series.into_column())
    }
}

impl Normaliser<'_> {
    /// Texts by their ids. Rows share the bytes of the distinct texts, unless nearly every row has its own.
    fn texts_of(&self, name: &str, at: usize, ids: &[Option<u32>]) -> PolarsResult<Column> {
        let distinct = &self.distinct[at];
        if distinct.len() > ids.len() {
            let mut builder = StringChunkedBuilder::new(name.into(), ids.len());
            for id in ids {
                builder.append_option(id.map(|id| distinct[id as usize].as_str()));
            }
            return Ok(builder.finish().into_column());
        }
        let all = StringChunked::from_iter_values(name.into(), distinct.iter().map(String::as_str));
        let ids = IdxCa::from_slice_options("".into(), ids);
        Ok(all.take(&ids)?.into_column())
    }
}

/// The polars type of a kind of column.
#[must_use]
pub fn data_type(kind: Kind) -> DataType {
    match kind {
        Kind::Text | Kind::Unit => DataType::String,
        Kind::Int => DataType::Int64,
        Kind::Float => DataType::Float64,
        Kind::Bool => DataType::Boolean,
        Kind::Time => DataType::Datetime(TimeUnit::Microseconds, None),
    }
}

/// A Vietnamese number: `1.234`, `1.234,5`, `200000,00`, `8000`, `12,4%`.
fn number(text: &str) -> Option<f64> {
    let text = text.trim().trim_end_matches(['đ', '₫']).trim();
    let (text, scale) = text.strip_suffix('%').map_or((text, 1.0), |text| (text.trim(), 100.0));
    let (sign, digits) = text.strip_prefix('-').map_or((1.0, text), |digits| (-1.0, digits));
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b',') {
        return None;
    }
    let (whole, fraction) = digits.split_once(',').unwrap_or((digits, ""));
    let groups: Vec<&str> = whole.split('.').collect();
    let grouped = groups.len() == 1 || (groups[0].len() <= 3 && groups[1..].iter().all(|group| group.len() == 3));
    if !grouped || groups.iter().any(|group| group.is_empty()) || fraction.contains(['.', ',']) {
        return None;
    }
    format!("{}.{fraction}0", groups.concat()).parse::<f64>().ok().map(|number| sign * number / scale)
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_are_vietnamese() {
        for (text, value) in [
            ("1.234", Some(1234.0)),
            ("1.234,5", Some(1234.5)),
            ("200000,00", Some(200_000.0)),
            ("8000", Some(8000.0)),
            ("12,4%", Some(0.124)),
            ("1.23", None),
            ("1,2,3", None),
            ("", None),
            ("abc", None),
            ("-5", Some(-5.0)),
        ] {
            assert_eq!(number(text), value, "{text}");
        }
    }
}
