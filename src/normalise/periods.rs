//! Reads reporting periods as people write them: "Quý I/2020", "6 tháng đầu năm 2020", "Tháng 3/2020", "Năm 2020".

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use crate::text::clean;
use cchc_definitions::PeriodWords;
use cchc_model::Period;

/// The period that a text names, if it names one; `year` completes "Quý I" and "Tháng 3".
///
/// ```
/// use cchc_normalise::read_period;
/// let words = cchc_definitions::ReadingWords::shipped().periods;
/// let period = |text: &str| read_period(text, None, &words).map(|period| period.to_string());
/// assert_eq!(period("Quý I/2020").as_deref(), Some("2020-Q1"));
/// assert_eq!(period("6 tháng đầu năm 2020").as_deref(), Some("2020-H1"));
/// assert_eq!(period("2011_PAPI").as_deref(), Some("2011"));
/// assert_eq!(period("Sheet1 (2)"), None);
/// ```
#[must_use]
pub fn read_period(text: &str, year: Option<i32>, known: &PeriodWords) -> Option<Period> {
    let text = clean(text).to_lowercase();
    if let Ok(period) = text.to_uppercase().replace("@ND09", "@nd09").parse() {
        return Some(period);
    }
    // Days of another year would be read as those of the calendar.
    if text.contains("@nd09") || text.ends_with("@581") {
        return None;
    }
    if let Some((first, last)) = days_of_one_year(&text, known) {
        return format!("{}..{last}", first?).parse().ok();
    }
    match dates(&text).as_slice() {
        [] => {}
        // A month typed into a spreadsheet ("3/2020") becomes its first day.
        [day] if day.day() == 1 && starts_iso(&text) => return day.format("%Y-%m").to_string().parse().ok(),
        [day] => return format!("{day}..{day}").parse().ok(),
        [from, to] => return format!("{from}..{to}").parse().ok(),
        _ => return None,
    }
    let words = words(&text);
    let years: Vec<i32> = words.iter().filter_map(|word| year_of(word)).collect();
    let year = match years.as_slice() {
        [] => year?,
        [first, rest @ ..] if rest.iter().all(|other| other == first) => *first,
        _ => return None,
    };
    let parts = [quarter(&words, known), months(&words, known), month(&words, known)];
    match parts.into_iter().flatten().collect::<Vec<_>>().as_slice() {
        // A year alone: nothing else in the text is a number.
        [] => {
            let plain = words.iter().all(|word| year_of(word).is_some() || !is_number(word));
            let names_year = !years.is_empty() || words.iter().any(|word| is_one(word, &known.year));
            // "I/2023" is a part of the year whose kind only a heading can tell.
            let names_part = words.iter().any(|word| is_one(word, &known.parts)) || has_ordinal(&words, known);
            (plain && names_year && !names_part).then(|| format!("{year:04}").parse().ok())?
        }
        [part] => part.of(year),
        _ => None,
    }
}

/// The period of a cell below a heading, which decides where the cell names only a number: "I/2023" and "1/2023" below
/// "Quý" are quarters, "1/2023" below "Tháng" or "Kỳ" is a month, "3" below "Tháng" a month of the sheet's year.
///
/// ```
/// use cchc_normalise::read_period_below;
/// let words = cchc_definitions::ReadingWords::shipped().periods;
/// let period = |heading, text| read_period_below(heading, text, Some(2023), &words).map(|period| period.to_string());
/// assert_eq!(period("Quý", "1/2023").as_deref(), Some("2023-Q1"));
/// assert_eq!(period("Tháng", "1/2023").as_deref(), Some("2023-01"));
/// assert_eq!(period("Quý", "II-2022").as_deref(), Some("2022-Q2"));
/// assert_eq!(period("Kỳ", "I/2023"), None);
/// ```
#[must_use]
pub fn read_period_below(heading: &str, text: &str, year: Option<i32>, known: &PeriodWords) -> Option<Period> {
    let (lower, heading) = (clean(text).to_lowercase(), clean(heading).to_lowercase());
    let (cell, above) = (words(&lower), words(&heading));
    let names = |list: &[String]| above.iter().any(|word| is_one(word, list));
    let is_bare = cell.iter().all(|word| is_number(word) || known.ordinals.contains_key(*word));
    let is_part = cell.len() > 1 || cell.first().is_some_and(|word| year_of(word).is_none());
    // Of a heading for months and quarters ("Tháng/quý") nothing follows.
    if is_bare && is_part && names(&known.quarter) && !names(&known.month) {
        let quarter = known.quarter.first()?;
        let read = read_period(&format!("{quarter} {text}"), year, known);
        return read.filter(|_| dates(&lower).is_empty());
    }
    read_period(text, year, known).or_else(|| read_period(&format!("{heading} {text}"), year, known))
}

/// The period in the name of a sheet or file. A single day in a name is the day of sending, and a number of eight
/// digits the day of export.
#[must_use]
pub fn period_in_name(name: &str, known: &PeriodWords) -> Option<Period> {
    let parts: Vec<&str> = name
        .split(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '.' | '-' | '/'))
        .filter(|part| !(part.len() == 8 && is_number(part)))
        .collect();
    let name = parts.join(" ");
    let first = name.to_lowercase();
    let first = words(&first).first().is_some_and(|word| year_of(word).is_some());
    // "bieu 03" is no month of a year; a year alone must be called one, or stand alone or first.
    let is_plain = first || words(&name.to_lowercase()).iter().any(|word| is_one(word, &known.year));
    read_period(&name, None, known)
        .filter(|period| period.start != period.end)
        .filter(|period| period.to_string().len() > 4 || is_plain)
}

/// The period that somebody asks for, in the form of the program or in words; nothing where a word is left over.
///
/// ```
/// use cchc_normalise::asked_period;
/// let words = cchc_definitions::ReadingWords::shipped().periods;
/// let period = |text: &str| asked_period(text, &words).map(|period| period.to_string());
/// for text in ["2025-Q1", "2025-q1", "Quý I/2025", "Q1/2025", "quý 1 năm 2025", "qui 1-2025"] {
///     assert_eq!(period(text).as_deref(), Some("2025-Q1"), "{text}");
/// }
/// assert_eq!(period("6 tháng đầu năm 2025").as_deref(), Some("2025-H1"));
/// assert_eq!(period("T3/2025").as_deref(), Some("2025-03"));
/// assert_eq!(period("01/01/2025..31/03/2025").as_deref(), Some("2025-01-01..2025-03-31"));
/// assert_eq!(period("Quý III/2026@581").as_deref(), Some("2026-Q3@581"));
/// for text in ["2025-Q5", "Quý II/2026@581", "Quý I", "2025 sao", "31/02/2025..01/03/2025", "Quý I/2025 và Quý II/2025"] {
///     assert_eq!(period(text), None, "{text}");
/// }
/// ```
#[must_use]
pub fn asked_period(text: &str, known: &PeriodWords) -> Option<Period> {
    if let Ok(period) = text.parse() {
        return Some(period);
    }
    let lower = clean(text).to_lowercase();
    if let Some((named, year)) = lower.rsplit_once('@') {
        return format!("{}@{year}", asked_period(named.trim(), known)?).parse().ok();
    }
    if let Some((from, to)) = lower.split_once("..") {
        let day = |text: &str| NaiveDate::parse_from_str(text.trim(), "%d/%m/%Y").ok();
        return format!("{}..{}", day(from)?, day(to)?).parse().ok();
    }
    let lists = [&known.year, &known.quarter, &known.month, &known.parts, &known.months, &known.last, &known.first];
    let is_known = |word: &str| {
        lists.iter().any(|list| is_one(word, list))
            || known.ordinals.contains_key(word)
            || known.counts.contains_key(word)
            || word == "h"
    };
    let named = words(&lower).into_iter().filter(|word| !is_number(word));
    if !named.into_iter().all(is_known) {
        return None;
    }
    read_period(text, None, known)
}

/// The year that a sheet is about, if its name and the rows above its headings name one and no other.
#[must_use]
pub fn only_year(sheet: &str, above: &[Vec<String>]) -> Option<i32> {
    let lines = above.iter().flatten().map(String::as_str).chain([sheet]);
    let mut years: Vec<i32> =
        lines.flat_map(|line| words(line).into_iter().filter_map(year_of).collect::<Vec<_>>()).collect();
    years.sort_unstable();
    years.dedup();
    if let [year] = years.as_slice() { Some(*year) } else { None }
}

/// A part of a year.
#[derive(Debug, Clone, Copy)]
enum Part {
    Quarter(u32),
    Half(u32),
    /// The first months of the year.
    First(u32),
    Month(u32),
}

impl Part {
    fn of(self, year: i32) -> Option<Period> {
        let text = match self {
            Self::Quarter(quarter) => format!("{year:04}-Q{quarter}"),
            Self::Half(half) => format!("{year:04}-H{half}"),
            Self::Month(month) => format!("{year:04}-{month:02}"),
            Self::First(12) => format!("{year:04}"),
            Self::First(months) => {
                let next = NaiveDate::from_ymd_opt(year, months + 1, 1)?;
                format!("{year:04}-01-01..{}", next.pred_opt()?)
            }
        };
        text.parse().ok()
    }
}

/// Words and numbers of a text, apart from each other: `q1/2020` is `q`, `1`, `2020`.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = None;
    let kind = |letter: char| match letter {
        _ if letter.is_ascii_digit() => 1,
        _ if letter.is_alphabetic() => 2,
        _ => 0,
    };
    let mut before = 0;
    for (at, letter) in text.char_indices().chain([(text.len(), ' ')]) {
        let now = kind(letter);
        if now != before {
            if let Some(start) = start.take() {
                words.push(&text[start..at]);
            }
            start = (now != 0).then_some(at);
        }
        before = now;
    }
    words
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

fn year_of(word: &str) -> Option<i32> {
    (word.len() == 4 && is_number(word)).then(|| word.parse().ok())?.filter(|year| (1900..=2200).contains(year))
}

fn is_one(word: &str, names: &[String]) -> bool {
    names.iter().any(|name| name == word)
}

/// A number in words or in at most two digits.
fn count(word: &str, in_words: &BTreeMap<String, u32>) -> Option<u32> {
    let digits = || (is_number(word) && word.len() <= 2).then(|| word.parse().ok()).flatten();
    in_words.get(word).copied().or_else(digits)
}

/// The number that follows one of some words.
fn number_after(words: &[&str], names: &[String], most: u32, known: &PeriodWords) -> Option<u32> {
    let at = words.iter().position(|word| is_one(word, names))?;
    count(words.get(at + 1)?, &known.ordinals).filter(|number| (1..=most).contains(number))
}

/// "quý II", "q2".
fn quarter(words: &[&str], known: &PeriodWords) -> Option<Part> {
    // `QI`, `QII`: letters on both sides, so one word.
    let in_one_word = || {
        let of =
            |word: &&str| known.quarter.iter().find_map(|name| known.ordinals.get(word.strip_prefix(name.as_str())?));
        words.iter().find_map(of).copied().filter(|number| (1..=4).contains(number))
    };
    number_after(words, &known.quarter, 4, known).or_else(in_one_word).map(Part::Quarter)
}

/// "6 tháng đầu năm", "sáu tháng cuối năm", "9 tháng".
fn months(words: &[&str], known: &PeriodWords) -> Option<Part> {
    let at = words.iter().position(|word| is_one(word, &known.months)).filter(|at| *at > 0)?;
    let count = count(words[at - 1], &known.counts)?;
    let last = words.get(at + 1).is_some_and(|word| is_one(word, &known.last));
    match count {
        6 if last => Some(Part::Half(2)),
        _ if last => None,
        6 => Some(Part::Half(1)),
        3 => Some(Part::Quarter(1)),
        1..=12 => Some(Part::First(count)),
        _ => None,
    }
}

/// "tháng 3", "t3", or "03/2020" with nothing else.
fn month(words: &[&str], known: &PeriodWords) -> Option<Part> {
    if months(words, known).is_some() {
        return None;
    }
    let bare = || {
        let [month, year] = words else { return None };
        (year_of(year).is_some() && is_number(month))
            .then(|| month.parse().ok())?
            .filter(|month| (1..=12).contains(month))
    };
    number_after(words, &known.month, 12, known).or_else(bare).map(Part::Month)
}

/// The whole dates in a text, also where a dash joins two ("01/01/2023-13/04/2023").
fn dates(text: &str) -> Vec<NaiveDate> {
    let mut days = Vec::new();
    for run in text.split(|letter: char| !letter.is_ascii_digit() && !matches!(letter, '/' | '-' | '.')) {
        let numbers: Vec<&str> = run.split(['/', '-', '.']).filter(|number| !number.is_empty()).collect();
        let mut rest = numbers.as_slice();
        while let [first, second, third, after @ ..] = rest {
            let day = match (first.len(), second.len(), third.len()) {
                (1..=2, 1..=2, 4) => day_of(third, second, first),
                (4, 2, 2) => day_of(first, second, third),
                _ => None,
            };
            rest = if day.is_some() { after } else { &rest[1..] };
            days.extend(day.filter(|day| (1900..=2200).contains(&day.year())));
        }
    }
    days
}

fn day_of(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// "từ 01/01 đến 31/03/2023": the first day takes its year from the last. Nothing where the text has not the word for
/// the first of two days, and one whole day; no first day where none can be read.
fn days_of_one_year(text: &str, known: &PeriodWords) -> Option<(Option<NaiveDate>, NaiveDate)> {
    let from = words(text).into_iter().find(|word| is_one(word, &known.from))?;
    let [last] = dates(text).try_into().ok()?;
    let rest = &text[text.find(from)? + from.len()..];
    let runs = rest.split(|letter: char| !letter.is_ascii_digit() && !matches!(letter, '/' | '-' | '.'));
    let first = runs.map(|run| run.trim_matches(['/', '-', '.'])).find(|run| !run.is_empty())?;
    let first = first.split_once(['/', '-', '.']).and_then(|(day, month)| day_of(&last.year().to_string(), month, day));
    Some((first, last))
}

/// "i/2023", "IV-2022": a number in letters right before the year.
fn has_ordinal(words: &[&str], known: &PeriodWords) -> bool {
    words.windows(2).any(|pair| known.ordinals.contains_key(pair[0]) && year_of(pair[1]).is_some())
}

/// Cells with a date come as `2020-03-01` or `2020-03-01T00:00:00`.
fn starts_iso(text: &str) -> bool {
    text.get(..10).is_some_and(|start| NaiveDate::parse_from_str(start, "%Y-%m-%d").is_ok())
}

#[cfg(test)]
mod tests {
    use cchc_definitions::ReadingWords;
    use cchc_model::Period;

    fn read(text: &str, year: Option<i32>) -> Option<Period> {
        super::read_period(text, year, &ReadingWords::shipped().periods)
    }

    fn period(text: &str) -> String {
        read(text, None).map_or_else(String::new, |period| period.to_string())
    }

    #[test]
    fn periods_are_read_as_people_write_them() {
        for (text, expected) in [
            ("2020", "2020"),
            ("Năm 2020", "2020"),
            ("NĂM  2020", "2020"),
            ("2016_PAPI", "2016"),
            ("2020-Q1", "2020-Q1"),
            ("2020-q1", "2020-Q1"),
            ("2020-H1@nd09", "2020-H1@nd09"),
            ("2026-q3@581", "2026-Q3@581"),
            ("2020-03", "2020-03"),
            ("Quý I/2020", "2020-Q1"),
            ("Quí 2 năm 2020", "2020-Q2"),
            ("quý IV-2020", "2020-Q4"),
            ("Q3/2020", "2020-Q3"),
            ("6 tháng đầu năm 2020", "2020-H1"),
            ("6 tháng cuối năm 2020", "2020-H2"),
            ("6 tháng năm 2020", "2020-H1"),
            ("9 tháng đầu năm 2020", "2020-01-01..2020-09-30"),
            ("12 tháng năm 2020", "2020"),
            ("Tháng 3/2020", "2020-03"),
            ("tháng 03 năm 2020", "2020-03"),
            ("T12/2020", "2020-12"),
            ("03/2020", "2020-03"),
            ("3-2020", "2020-03"),
            ("2020-03-01", "2020-03"),
            ("2020-03-01T00:00:00", "2020-03"),
            ("30/06/2020", "2020-06-30..2020-06-30"),
            ("từ ngày 01/01/2020 đến ngày 13/04/2020", "2020-01-01..2020-04-13"),
            ("2020-01-01..2020-04-13", "2020-01-01..2020-04-13"),
            ("01/01/2020-13/04/2020", "2020-01-01..2020-04-13"),
            ("1/1/2020 - 13/4/2020", "2020-01-01..2020-04-13"),
            ("Từ ngày 1/1/2020 ĐẾN NGÀY 31/3/2020", "2020-01-01..2020-03-31"),
            ("từ 01/01 đến 31/03/2020", "2020-01-01..2020-03-31"),
            ("Tính đến ngày 30/6/2020", "2020-06-30..2020-06-30"),
            ("QI/2020", "2020-Q1"),
            ("BIỂU SỐ LIỆU QUÝ I/2020", "2020-Q1"),
            ("T1/2020", "2020-01"),
        ] {
            assert_eq!(period(text), expected, "{text}");
        }
    }

    #[test]
    fn what_names_no_single_period_is_none() {
        for text in
            ["", "Sheet1 (2)", "Quý I", "2019 và 2020", "13/2020", "Quý V/2020", "Quý I tháng 2/2020", "5 của 2020"]
        {
            assert_eq!(period(text), "", "{text}");
        }
    }

    #[test]
    fn four_quarters_in_roman_numbers_are_never_one_year() {
        for text in ["I/2023", "II-2023", "III / 2023", "IV.2023"] {
            assert_eq!(period(text), "", "{text}");
        }
    }

    #[test]
    fn names_of_sheets_and_files_name_periods() {
        let words = ReadingWords::shipped().periods;
        let named = |name: &str| super::period_in_name(name, &words).map_or_else(String::new, |one| one.to_string());
        for (name, expected) in [
            ("Quý I-2023", "2023-Q1"),
            ("bieu_Q2_2023_20230705", "2023-Q2"),
            ("T3-2023", "2023-03"),
            ("2019", "2019"),
            ("so lieu nam 2021", "2021"),
            ("6 tháng đầu năm 2021", "2021-H1"),
            ("cntt_05.04.2023", ""),
            ("CV 2023", ""),
            ("Phụ lục 2 2023", ""),
            ("Sheet1", ""),
        ] {
            assert_eq!(named(name), expected, "{name}");
        }
    }

    #[test]
    fn the_year_of_the_sheet_completes_a_month_or_quarter() {
        let of_2020 = |text| read(text, Some(2020)).map(|period| period.to_string());
        assert_eq!(of_2020("Tháng 3").as_deref(), Some("2020-03"));
        assert_eq!(of_2020("Quý I").as_deref(), Some("2020-Q1"));
        assert_eq!(of_2020("Quý I/2019").as_deref(), Some("2019-Q1"));
        assert_eq!(of_2020("cả năm").as_deref(), Some("2020"));
    }
}
