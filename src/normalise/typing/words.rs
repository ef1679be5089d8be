//! Looks up words, units and periods, each distinct word once, and reads numbers.

use super::by_day::Undecided;
use super::{ColumnTyper, Typed, Word};
use crate::batch::{Batch, CellFault};
use crate::numbers::{comma_thousands, number_in, whole};
use crate::periods;
use crate::raw::TextColumn;
use crate::sheet::SheetFacts;
use crate::text::{clean, is_error};
use cchc_definitions::{SourceColumn, Unknown, fold_word};
use cchc_model::{ColumnType, Resolved, UnitIndex, fold_name};

/// Distinct unknown words of a sheet that get a suggestion.
const SUGGESTED: usize = 200;

impl ColumnTyper {
    /// The word of each row; each distinct text is looked up once.
    pub(super) fn look_up_words(&mut self, at: usize, texts: &TextColumn, batch: &mut Batch<'_, '_>) -> Vec<Word> {
        let mut words = Vec::with_capacity(texts.len());
        for (row, text) in texts.iter().enumerate() {
            let known = self.words[at].get(text).copied();
            let word = known.unwrap_or_else(|| self.word(at, text, batch.sheet));
            if known.is_none() {
                self.words[at].insert(text.to_owned(), word);
            }
            match word {
                Word::Unknown(position) => self.report_unknown(at, row, position, batch),
                Word::ByDay => self.undecided.push(Undecided { column: at, row }),
                Word::CommaThousands(number) => {
                    batch.warn("comma_thousands", at, row, &format!("{} → {number}", clean(text)));
                }
                _ => {}
            }
            words.push(word);
        }
        words
    }

    /// Refuses the row of an unknown word or unit, or warns, as the source says.
    pub(super) fn report_unknown(&self, at: usize, row: usize, position: u32, batch: &mut Batch<'_, '_>) {
        let (rule, hint) = &self.unknown[position as usize];
        // A column of units or persons may hold a person's name: it is not repeated.
        let heading = batch.heading(at, row);
        let may_be_a_person = batch.sheet.words.headings.may_name_persons(&heading);
        let text = clean(batch.text(at, row));
        let value = if may_be_a_person { String::new() } else { batch.sheet.mask.text(&text).into_owned() };
        if !may_be_a_person && value != text {
            batch.warn_of_person(at, row, &value);
        }
        if batch.sheet.source.columns[at].unknown == Unknown::Reject {
            batch.refuse(CellFault::new(row, rule, at).with_value(value).with_hint(hint));
            return;
        }
        let rule = match *rule {
            "unknown_unit" => "unknown_receiving_unit",
            "ambiguous_unit" => "ambiguous_receiving_unit",
            other => other,
        };
        batch.warnings.add(rule, &heading, &value, batch.raw.rows[row], hint);
    }

    pub(super) fn unknown_word(&mut self, rule: &'static str, hint: String) -> Word {
        self.unknown.push((rule, hint));
        Word::Unknown(self.unknown.len() as u32 - 1)
    }

    /// The nearest unit, for the first unknown names of a sheet only: each suggestion compares all names, and a column
    /// of something else that was taken for units would need thousands.
    fn nearest_unit(&self, text: &str, units: &UnitIndex) -> String {
        if self.unknown.len() >= SUGGESTED {
            return String::new();
        }
        units.nearest(text).unwrap_or_default().to_owned()
    }

    fn word(&mut self, at: usize, text: &str, sheet: &SheetFacts<'_>) -> Word {
        let column = &sheet.source.columns[at];
        // Signs such as ✓ fold to nothing: they are compared as they are.
        let folded =
            Some(fold_name(text)).filter(|folded| !folded.is_empty()).unwrap_or_else(|| clean(text).into_owned());
        let folded = if folded.chars().all(|letter| letter == '-') { String::new() } else { folded };
        if folded.is_empty() && !(column.kind == ColumnType::Unit && column.unknown == Unknown::Reject)
            || column.ignore.contains(&folded)
        {
            // A word that means nothing is no blank: "không rõ" does not say no.
            let blank = column.blank.clone().filter(|_| folded.is_empty());
            return blank.map_or(Word::Empty, |value| self.coded(at, column.kind, value));
        }
        let (rule, hint) = if column.kind == ColumnType::Unit {
            if sheet.units.changes_by_day(text) {
                return Word::ByDay;
            }
            match sheet.units.resolve(text) {
                Resolved::One(unit) => return Word::Text(self.intern(at, unit.code.clone())),
                Resolved::Several(codes) => ("ambiguous_unit", codes.join(", ")),
                Resolved::None => ("unknown_unit", self.nearest_unit(text, sheet.units)),
            }
        } else if column.kind == ColumnType::Period && column.words.is_empty() {
            // "3" below "Tháng" is a month, "I" below "Quý" a quarter.
            let words = &sheet.words.periods;
            match periods::read_period_below(&sheet.headings[at], text, sheet.year, words) {
                Some(period) => return Word::Text(self.intern(at, period.to_string())),
                None => ("unreadable_period", String::new()),
            }
        } else if let Some(value) = column.words.get(&folded) {
            return self.coded(at, column.kind, value.clone());
        } else if let Some(number) = number_beside_words(column, text, sheet) {
            return number;
        } else {
            ("unknown_word", String::new())
        };
        self.unknown_word(rule, hint)
    }

    /// The value of a dictionary, which definitions have checked to suit the column.
    fn coded(&mut self, at: usize, kind: ColumnType, value: String) -> Word {
        match kind {
            ColumnType::Text | ColumnType::Unit | ColumnType::Period => Word::Text(self.intern(at, value)),
            ColumnType::Bool => Word::Bool(value == "true"),
            ColumnType::Int | ColumnType::Float | ColumnType::Time => value.parse().map_or(Word::Empty, Word::Number),
        }
    }
}

/// A number beside words is a value of its own, unless numbers are among the words: then they are codes.
fn number_beside_words(column: &SourceColumn, text: &str, sheet: &SheetFacts<'_>) -> Option<Word> {
    if column.words.keys().any(|word| word.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    if is_number_of_a_person(text, sheet) {
        return None;
    }
    let (decimal, words) = (sheet.source.layout.decimal, &sheet.words.numbers);
    if column.kind == ColumnType::Int
        && decimal == ','
        && let Some(number) = comma_thousands(text, words)
    {
        return Some(Word::CommaThousands(number));
    }
    let number = number_in(text, decimal, words)?;
    let fits = match column.kind {
        ColumnType::Int | ColumnType::Time => whole(number).is_some(),
        ColumnType::Float => true,
        _ => false,
    };
    fits.then_some(Word::Number(number))
}

/// A column of plain numbers.
pub(super) fn numbers(at: usize, texts: &TextColumn, batch: &mut Batch<'_, '_>) -> Typed {
    let sheet = batch.sheet;
    let (column, decimal, words) = (&sheet.source.columns[at], sheet.source.layout.decimal, &sheet.words.numbers);
    let is_whole = column.kind == ColumnType::Int;
    let mut parsed: Vec<Option<f64>> = Vec::with_capacity(texts.len());
    for (row, text) in texts.iter().enumerate() {
        let text = &*clean(text);
        if text.is_empty() || is_ignored(column, text) {
            parsed.push(None);
            continue;
        }
        if is_number_of_a_person(text, sheet) {
            batch.warn_of_person(at, row, &sheet.mask.number(text));
            if column.unknown == Unknown::Reject {
                batch.refuse(CellFault::new(row, "unreadable_number", at));
            }
            parsed.push(None);
            continue;
        }
        if is_whole
            && decimal == ','
            && let Some(number) = comma_thousands(text, words)
        {
            batch.warn("comma_thousands", at, row, &format!("{text} → {number}"));
            parsed.push(Some(number));
            continue;
        }
        let value = match (column.kind, text) {
            (ColumnType::Bool, "true") => Some(1.0),
            (ColumnType::Bool, "false") => Some(0.0),
            _ => number_in(text, decimal, words),
        };
        match value {
            None if is_error(text) => batch.warn("error_cell", at, row, text),
            None if column.unknown == Unknown::Reject => {
                batch.refuse(CellFault::new(row, "unreadable_number", at));
            }
            None => batch.warn("unreadable_number", at, row, ""),
            Some(value) if is_whole && whole(value).is_none() => batch.warn("not_whole", at, row, text),
            Some(_) => {}
        }
        parsed.push(value);
    }
    match column.kind {
        ColumnType::Float => Typed::Float(parsed),
        ColumnType::Bool => Typed::Bool(parsed.into_iter().map(|value| value.map(|value| value != 0.0)).collect()),
        _ => Typed::Int(parsed.into_iter().map(|value| value.and_then(whole)).collect()),
    }
}

/// An amount does not begin with 0: a phone or an identity number in a column of numbers is none.
fn is_number_of_a_person(text: &str, sheet: &SheetFacts<'_>) -> bool {
    text.len() > 9 && text.starts_with('0') && sheet.mask.number(text) != text
}

/// Whether a text means that nothing is stated.
fn is_ignored(column: &SourceColumn, text: &str) -> bool {
    !column.ignore.is_empty() && column.ignore.contains(&fold_word(text))
}
