//! Inspects the cells of one column: whether they are dates, numbers, codes, units, words, or persons.

use std::collections::{BTreeMap, HashSet};

use cchc_definitions::dates::{DateWords, Pattern};
use cchc_definitions::{Definitions, NumberWords, PersonalSigns};
use cchc_model::{Resolved, UnitIndex, fold_name};
use cchc_normalise::{number_with_currency, without_diacritics};

/// Most distinct texts of a column of words.
const MAX_WORDS: usize = 60;
/// Most shapes of unreadable dates that are listed.
const MAX_SHAPES: usize = 3;

/// One column of the sheet.
#[derive(Debug, Clone)]
pub struct InspectedColumn {
    /// Its heading.
    pub heading: String,
    /// The names under which it may be known: the lowest heading, then with one more of the texts above it each time.
    pub names: Vec<String>,
    /// Cells that hold something.
    pub filled: u64,
    /// Rows of the body that were looked at.
    pub rows: u64,
    /// Different texts.
    pub distinct: usize,
    /// Texts and their rows, the commonest first; nothing if there are too many.
    pub words: Vec<(String, u64)>,
    /// Patterns that read its dates, the commonest first.
    pub dates: Vec<(String, u64)>,
    /// Shapes of what looks like a date and is read by no pattern.
    pub odd_dates: Vec<(String, u64)>,
    /// Dates whose first number is no month, so that their writer puts the day first.
    pub day_first: u64,
    /// Dates whose second number is no month.
    pub month_first: u64,
    /// Numbers that may be the serial numbers of days.
    pub serials: u64,
    pub date_share: f64,
    pub number_share: f64,
    pub code_share: f64,
    pub unit_share: f64,
    /// Why it seems to hold personal values.
    pub person: Option<Person>,
}

/// Why a column seems to hold personal values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Person {
    /// A source lists its heading as personal.
    Known,
    /// Its heading says so.
    Heading,
    /// Its cells look like names.
    Names,
    /// Its cells look like phone numbers.
    Phones,
    /// Its cells look like identity numbers.
    Numbers,
    /// Its cells look like addresses of houses or mail boxes.
    Addresses,
}

/// The share of the cells of which something holds.
type ShareOf<'s> = dyn Fn(&dyn Fn(&str) -> bool) -> f64 + 's;

/// Inspects the cells of columns.
pub struct ColumnInspector<'a> {
    signs: &'a PersonalSigns,
    numbers: &'a NumberWords,
    units: &'a UnitIndex,
    patterns: Vec<(String, Pattern)>,
    date_words: &'a DateWords,
    /// Headings of personal columns of all sources, and those of all others, folded.
    personal: HashSet<String>,
    listed: HashSet<String>,
}

impl<'a> ColumnInspector<'a> {
    pub fn new(definitions: &'a Definitions, units: &'a UnitIndex) -> Self {
        let hints = &definitions.proposal;
        let patterns = hints.dates.iter().filter_map(|text| Some((text.clone(), Pattern::compile(text)?))).collect();
        let folded = |headings: &[String]| headings.iter().map(|heading| fold_name(heading)).collect::<Vec<_>>();
        let columns = hints.known.iter().flat_map(|source| &source.columns);
        Self {
            signs: &hints.personal,
            numbers: &definitions.reading.numbers,
            units,
            patterns,
            date_words: &definitions.reading.dates,
            personal: hints.known.iter().flat_map(|source| folded(&source.personal)).collect(),
            listed: columns.flat_map(|column| folded(&column.headings)).collect(),
        }
    }

    /// Inspects the cells below one heading.
    pub fn column(&self, heading: &str, names: &[String], cells: &[&str]) -> InspectedColumn {
        let filled: Vec<&str> = cells.iter().copied().filter(|text| !text.is_empty() && *text != "-").collect();
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        let mut dates: BTreeMap<String, u64> = BTreeMap::new();
        let mut odd: BTreeMap<String, u64> = BTreeMap::new();
        let (mut day_first, mut month_first, mut serials) = (0, 0, 0);
        for text in &filled {
            serials += u64::from(is_serial(text));
            *counts.entry(text).or_default() += 1;
            match self.date(text) {
                Date::Read(pattern) => {
                    if pattern.starts_with("dd") {
                        let (day, month) = first_numbers(text);
                        day_first += u64::from(day > 12);
                        month_first += u64::from(month > 12);
                    }
                    *dates.entry(pattern).or_default() += 1;
                }
                Date::Odd => *odd.entry(shape(text)).or_default() += 1,
                Date::None => {}
            }
        }
        let share = |count: u64| if filled.is_empty() { 0.0 } else { count as f64 / filled.len() as f64 };
        let of = |wanted: &dyn Fn(&str) -> bool| {
            share(counts.iter().filter(|(text, _)| wanted(text)).map(|(_, rows)| rows).sum())
        };
        let distinct = counts.len();
        let date_share = share(dates.values().chain(odd.values()).sum());
        let mut column = InspectedColumn {
            heading: heading.to_owned(),
            names: names.to_vec(),
            filled: filled.len() as u64,
            rows: cells.len() as u64,
            distinct,
            words: if distinct <= MAX_WORDS {
                commonest(counts.iter().map(|(text, rows)| ((*text).to_owned(), *rows)))
            } else {
                Vec::new()
            },
            dates: commonest(dates.into_iter()),
            odd_dates: commonest(odd.into_iter()).into_iter().take(MAX_SHAPES).collect(),
            day_first,
            month_first,
            serials,
            date_share,
            number_share: of(&|text| number_with_currency(text, self.numbers).is_some()),
            code_share: of(&is_code) * (distinct as f64 / (filled.len() as f64).max(1.0)),
            unit_share: of(&|text| !matches!(self.units.resolve(text), Resolved::None)),
            person: None,
        };
        column.person = self.person(&column, &of);
        column
    }

    fn date(&self, text: &str) -> Date {
        // Date cells of workbooks come as ISO text and need no pattern.
        if text.get(..10).is_some_and(|day| day.parse::<chrono::NaiveDate>().is_ok()) {
            return Date::Read(String::new());
        }
        let fits =
            |text: &str| self.patterns.iter().find(|(_, pattern)| pattern.fits(text)).map(|(name, _)| name.clone());
        if let Some(name) = fits(text).or_else(|| fits(&self.date_words.digits(text)?)) {
            return Date::Read(name);
        }
        let numbers: Vec<&str> =
            text.split(|letter: char| !letter.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
        let separated = text.chars().any(|letter| matches!(letter, '/' | '-' | '.'));
        let short = |part: &&str| part.len() <= 2 || part.len() == 4;
        let is_odd = separated && numbers.len() >= 3 && numbers.iter().all(short) && text.len() <= 30;
        if is_odd && !text.chars().any(char::is_alphabetic) { Date::Odd } else { Date::None }
    }

    fn person(&self, column: &InspectedColumn, of: &ShareOf<'_>) -> Option<Person> {
        let (signs, folded) = (self.signs, fold_name(&column.heading));
        if self.personal.contains(&folded) {
            return Some(Person::Known);
        }
        if self.listed.contains(&folded) {
            return None;
        }
        let plain = plain(&column.heading);
        let says_so = |sign: &String| {
            let sign = self::plain(sign);
            format!(" {plain} ").contains(&format!(" {sign} "))
        };
        if signs.headings.iter().any(says_so) {
            return Some(Person::Heading);
        }
        // Dates, amounts and units are no persons.
        if column.date_share > 0.5 || column.unit_share > 0.5 || column.filled == 0 {
            return None;
        }
        let found = [
            (Person::Names, of(&|text| is_name(text, signs))),
            (Person::Phones, of(&is_phone)),
            (Person::Numbers, of(&is_identity)),
            (Person::Addresses, of(&|text| is_address(text, signs))),
        ];
        found.into_iter().find(|(_, share)| *share >= 0.5).map(|(person, _)| person)
    }
}

/// Whether a text may name, number or place a person.
pub fn may_be_person(text: &str, signs: &PersonalSigns) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    digits >= 6 || is_name(text, signs) || is_address(text, signs)
}

enum Date {
    Read(String),
    Odd,
    None,
}

/// The first two numbers of a text.
fn first_numbers(text: &str) -> (u32, u32) {
    let mut numbers = text.split(|letter: char| !letter.is_ascii_digit()).filter_map(|part| part.parse().ok());
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

/// A whole or broken number of the years 2000 to 2100.
fn is_serial(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(|number| (36_526.0..73_416.0).contains(&number))
}

fn commonest(counts: impl Iterator<Item = (String, u64)>) -> Vec<(String, u64)> {
    let mut counts: Vec<(String, u64)> = counts.collect();
    counts.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
    counts
}

/// A text with 9 for each digit: the shape of a date without its value.
fn shape(text: &str) -> String {
    text.chars().map(|letter| if letter.is_ascii_digit() { '9' } else { letter }).collect()
}

/// Lower case, without diacritics, words apart by one blank.
pub fn plain(text: &str) -> String {
    let text = without_diacritics(&text.to_lowercase());
    let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// No blank, some digits, and long enough not to be a number in a list.
fn is_code(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    digits >= 3 && text.chars().count() >= 5 && !text.contains(char::is_whitespace)
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn is_phone(text: &str) -> bool {
    let only =
        text.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, ' ' | '.' | '-' | '+' | '(' | ')'));
    let digits = digits(text);
    only && ((digits.len() == 10 && digits.starts_with('0')) || (digits.len() == 11 && digits.starts_with("84")))
}

fn is_identity(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && matches!(text.len(), 9 | 12)
}

fn is_name(text: &str, signs: &PersonalSigns) -> bool {
    let text = text.trim_start_matches(|letter: char| !letter.is_alphabetic());
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_surname = words.first().is_some_and(|first| {
        let first = first.to_lowercase();
        signs.surnames.iter().any(|surname| surname.to_lowercase() == first)
    });
    let is_capital = |word: &&str| word.chars().next().is_some_and(char::is_uppercase);
    is_surname
        && (2..=6).contains(&words.len())
        && words.iter().all(is_capital)
        && !text.contains(|letter: char| letter.is_ascii_digit())
}

fn is_address(text: &str, signs: &PersonalSigns) -> bool {
    if text.contains('@') {
        return true;
    }
    let plain = format!(" {} ", text.to_lowercase().replace([',', ';', '.'], " "));
    let parts = text.split(',').count();
    parts >= 2 && signs.address.iter().any(|word| plain.contains(&format!(" {word} ")))
}
