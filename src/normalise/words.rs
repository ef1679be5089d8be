//! Understands words, units and numbers: each distinct word is looked up once.

use super::by_day::Undecided;
use super::columns::{CellFault, Normaliser, Typed, Word};
use super::numbers::{comma_thousands, number_in, whole};
use super::periods;
use super::raw::{RawBatch, TextColumn};
use super::text::{clean, is_error};
use cchc_definitions::{SourceColumn, Unknown, fold_word};
use cchc_model::{Kind, Resolved, fold_name};

/// Distinct unknown words of a sheet that get a suggestion.
const SUGGESTED: usize = 200;

impl Normaliser<'_> {
    /// Words and units: each distinct text is looked up once.
    pub(super) fn understand(
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
            match word {
                Word::Unknown(position) => self.not_understood(at, row, position, raw, faults),
                Word::ByDay => self.undecided.push(Undecided { column: at, row }),
                Word::CommaThousands(number) => {
                    self.warn_of("comma_thousands", at, raw, row, &format!("{} → {number}", clean(text)));
                }
                _ => {}
            }
            words.push(word);
        }
        words
    }

    /// Refuses the row of a word or unit that is not understood, or warns, as the source says.
    pub(super) fn not_understood(
        &mut self,
        at: usize,
        row: usize,
        position: u32,
        raw: &RawBatch,
        faults: &mut Vec<CellFault>,
    ) {
        let (rule, hint) = self.unknown[position as usize].clone();
        let text = raw.columns[at].as_ref().map_or("", |texts| texts.get(row));
        // A column of units or persons may hold a person's name: it is not repeated.
        let heading = self.heading(at, raw, row);
        let may_be_a_person = heading.to_lowercase().contains("cá nhân");
        let value = if may_be_a_person { String::new() } else { clean(text).into_owned() };
        if self.source.columns[at].unknown == Unknown::Reject {
            faults.push(CellFault { row, rule, column: at, value, hint });
            return;
        }
        let rule = match rule {
            "unknown_unit" => "unknown_receiving_unit",
            "ambiguous_unit" => "ambiguous_receiving_unit",
            other => other,
        };
        self.warn(rule, &heading, &value, raw.rows[row], &hint);
    }

    pub(super) fn unknown_word(&mut self, rule: &'static str, hint: String) -> Word {
        self.unknown.push((rule, hint));
        Word::Unknown(self.unknown.len() as u32 - 1)
    }

    /// The nearest unit, for the first names of a sheet: where a column of something else was taken for units, nobody
    /// reads thousands of suggestions, and each of them costs a look at all names.
    fn nearest_unit(&self, text: &str) -> String {
        if self.unknown.len() >= SUGGESTED {
            return String::new();
        }
        self.units.nearest(text).unwrap_or_default().to_owned()
    }

    fn word(&mut self, at: usize, column: &SourceColumn, text: &str) -> Word {
        // Signs such as ✓ have nothing to fold: they stand for themselves.
        let folded =
            Some(fold_name(text)).filter(|folded| !folded.is_empty()).unwrap_or_else(|| clean(text).into_owned());
        let folded = if folded.chars().all(|letter| letter == '-') { String::new() } else { folded };
        if folded.is_empty() && !(column.kind == Kind::Unit && column.unknown == Unknown::Reject)
            || column.ignore.contains(&folded)
        {
            // A word that means nothing is no blank: "không rõ" does not say no.
            let blank = column.blank.clone().filter(|_| folded.is_empty());
            return blank.map_or(Word::Empty, |value| self.coded(at, column.kind, value));
        }
        let (rule, hint) = if column.kind == Kind::Unit {
            if self.units.changes_by_day(text) {
                return Word::ByDay;
            }
            match self.units.resolve(text) {
                Resolved::One(unit) => return Word::Text(self.intern(at, unit.code.clone())),
                Resolved::Several(codes) => ("ambiguous_unit", codes.join(", ")),
                Resolved::None => ("unknown_unit", self.nearest_unit(text)),
            }
        } else if column.kind == Kind::Period && column.words.is_empty() {
            // "3" below "Tháng" is a month, "I" below "Quý" a quarter.
            let read = |text: &str| periods::read(text, self.year).map(|period| period.to_string());
            match read(text).or_else(|| read(&format!("{} {text}", self.headings[at]))) {
                Some(period) => return Word::Text(self.intern(at, period)),
                None => ("unreadable_period", String::new()),
            }
        } else {
            if let Some(value) = column.words.get(&folded) {
                return self.coded(at, column.kind, value.clone());
            }
            // A number beside words is a value of its own, unless numbers are among the words: then they are codes.
            let open = !column.words.keys().any(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
            let decimal = self.source.layout.decimal;
            match (column.kind, number_in(text, decimal)) {
                (Kind::Int, _)
                    if open
                        && decimal == ','
                        && let Some(number) = comma_thousands(text) =>
                {
                    return Word::CommaThousands(number);
                }
                (Kind::Int | Kind::Time, Some(number)) if open && whole(number).is_some() => {
                    return Word::Number(number);
                }
                (Kind::Float, Some(number)) if open => return Word::Number(number),
                _ => ("unknown_word", String::new()),
            }
        };
        self.unknown_word(rule, hint)
    }

    /// The value of a dictionary, which definitions have checked to suit the column.
    fn coded(&mut self, at: usize, kind: Kind, value: String) -> Word {
        match kind {
            Kind::Text | Kind::Unit | Kind::Period => Word::Text(self.intern(at, value)),
            Kind::Bool => Word::Bool(value == "true"),
            Kind::Int | Kind::Float | Kind::Time => value.parse().map_or(Word::Empty, Word::Number),
        }
    }

    pub(super) fn numbers(
        &mut self,
        at: usize,
        texts: &TextColumn,
        raw: &RawBatch,
        faults: &mut Vec<CellFault>,
    ) -> Typed {
        let (column, decimal) = (&self.source.columns[at], self.source.layout.decimal);
        let is_whole = column.kind == Kind::Int;
        let mut parsed: Vec<Option<f64>> = Vec::with_capacity(texts.len());
        for (row, text) in texts.iter().enumerate() {
            let text = &*clean(text);
            if text.is_empty() || is_ignored(column, text) {
                parsed.push(None);
                continue;
            }
            if let Some(number) = comma_thousands(text).filter(|_| is_whole && decimal == ',') {
                self.warn_of("comma_thousands", at, raw, row, &format!("{text} → {number}"));
                parsed.push(Some(number));
                continue;
            }
            let value = match (column.kind, text) {
                (Kind::Bool, "true") => Some(1.0),
                (Kind::Bool, "false") => Some(0.0),
                _ => number_in(text, decimal),
            };
            match value {
                None if is_error(text) => self.warn_of("error_cell", at, raw, row, text),
                None if column.unknown == Unknown::Reject => {
                    faults.push(CellFault::new(row, "unreadable_number", at));
                }
                None => self.warn_of("unreadable_number", at, raw, row, ""),
                Some(value) if is_whole && whole(value).is_none() => self.warn_of("not_whole", at, raw, row, text),
                Some(_) => {}
            }
            parsed.push(value);
        }
        match column.kind {
            Kind::Float => Typed::Float(parsed),
            Kind::Bool => Typed::Bool(parsed.into_iter().map(|value| value.map(|value| value != 0.0)).collect()),
            _ => Typed::Int(parsed.into_iter().map(|value| value.and_then(whole)).collect()),
        }
    }
}

/// Whether a text means that nothing is stated.
fn is_ignored(column: &SourceColumn, text: &str) -> bool {
    !column.ignore.is_empty() && column.ignore.contains(&fold_word(text))
}
