//! The words that the reader looks for in exports: total rows, numbering columns, currencies, periods, days of export.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::dates::DateWords;
use super::{Fault, Files, parse_toml};

/// The file below `queries/`.
const FILE: &str = "reading.toml";

/// The data of `queries/reading.toml`. All words are in lower case and composed (NFC), but for the headings of
/// corrected files, which are written as they stand.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadingWords {
    /// Rows that are no data.
    pub rows: RowWords,
    /// Headings with a meaning in every source.
    pub headings: HeadingWords,
    /// What may be beside a number.
    pub numbers: NumberWords,
    /// Reporting periods.
    pub periods: PeriodWords,
    /// The day of export in the rows above the headings.
    pub export_day: ExportDayWords,
    /// Words in dates.
    #[serde(default)]
    pub dates: DateWords,
    /// Columns that a corrected file has beside those of the original.
    pub corrected: CorrectedHeadings,
    /// Lists of some dossiers only.
    #[serde(default)]
    pub partial_lists: PartialListWords,
}

/// Words in the title of a list that does not hold all dossiers of its units.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartialListWords {
    /// Parts of titles and names of files, in small letters.
    pub words: Vec<String>,
}

impl PartialListWords {
    /// The title, of these texts, that says so.
    pub fn told_by<'a>(&self, titles: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
        titles.into_iter().find(|title| {
            let title = title.to_lowercase();
            self.words.iter().any(|word| title.contains(word.as_str()))
        })
    }
}

/// Words of rows that are no data.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowWords {
    /// Whole texts of total rows.
    pub total: Vec<String>,
    /// What texts of total rows begin with.
    pub total_begins: Vec<String>,
}

/// Words of headings.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadingWords {
    /// Headings of numbering columns, without diacritics.
    pub numbering: Vec<String>,
    /// Parts of headings whose column may name persons.
    pub persons: Vec<String>,
}

impl HeadingWords {
    /// Whether a column under this heading may name persons, so that its unknown cells are not repeated.
    #[must_use]
    pub fn may_name_persons(&self, heading: &str) -> bool {
        let heading = heading.to_lowercase();
        self.persons.iter().any(|word| heading.contains(word.as_str()))
    }
}

/// Words beside numbers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NumberWords {
    /// Currencies, of two that end alike the longer one first.
    pub currency: Vec<String>,
}

/// Words of reporting periods.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeriodWords {
    /// Words by which a year alone is meant.
    pub year: Vec<String>,
    /// Words before the number of a quarter.
    pub quarter: Vec<String>,
    /// Words before the number of a month.
    pub month: Vec<String>,
    /// Words that name a part of a year, with or without its number.
    pub parts: Vec<String>,
    /// Words behind a number of months.
    pub months: Vec<String>,
    /// Words by which the last months of a year are meant.
    pub last: Vec<String>,
    /// Words by which the first months of a year are meant.
    pub first: Vec<String>,
    /// Words before the first of two days.
    pub from: Vec<String>,
    /// Numbers in words, behind a word for quarter or month.
    pub ordinals: BTreeMap<String, u32>,
    /// Numbers in words, before a word for months.
    pub counts: BTreeMap<String, u32>,
}

/// Words around the day of export.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportDayWords {
    /// Words before the day of export, the surest first.
    pub before: Vec<String>,
    /// What precedes the days that a list covers.
    pub covered: String,
    /// What announces the day of export after those days.
    pub after_covered: String,
    /// What precedes the number of a day that is spelled out.
    pub day: String,
    /// What precedes the number of its month.
    pub month: String,
    /// What precedes the day of a letter, behind the place.
    pub dateline: String,
}

/// Headings of the columns that a corrected file has beside those of the original. They are written and read.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorrectedHeadings {
    /// What is wrong with the row.
    pub wrong: String,
    /// What to do.
    pub to_do: String,
    /// Where the row first stood: file, sheet, row.
    pub origin: [String; 3],
}

impl ReadingWords {
    /// The words of the embedded file, for tests and examples; programs read [`super::Definitions::reading`].
    #[must_use]
    pub fn shipped() -> Self {
        parse(&Files::load(None, &mut Vec::new()), &mut Vec::new())
    }
}

pub(super) fn parse(files: &Files, faults: &mut Vec<Fault>) -> ReadingWords {
    let words = files.get(FILE).and_then(|text| parse_toml::<ReadingWords>(FILE, text, faults)).unwrap_or_default();
    // The reader looks at the first letter of a cell before it looks at words.
    for word in words.rows.total.iter().chain(&words.rows.total_begins) {
        if !word.starts_with(['t', 'c']) {
            faults.push(Fault {
                file: FILE.to_owned(),
                key: "rows".to_owned(),
                message: format!("'{word}' does not begin with t or c, so no cell would be compared with it"),
            });
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_words_are_sound_and_in_lower_case() {
        let mut faults = Vec::new();
        let words = parse(&Files::load(None, &mut faults), &mut faults);
        assert_eq!(faults, []);
        let all = words.rows.total.iter().chain(&words.numbers.currency).chain(&words.export_day.before);
        assert!(all.clone().count() > 10);
        assert!(all.clone().all(|word| word.to_lowercase() == *word), "{words:?}");
    }

    #[test]
    fn a_total_that_could_never_be_met_is_a_fault() {
        let text = Files::load(None, &mut Vec::new()).get(FILE).unwrap_or_default().replace("\"cộng\"", "\"sum\"");
        let mut faults = Vec::new();
        parse(&Files::default().with(FILE, &text), &mut faults);
        assert_eq!(faults.len(), 1, "{faults:?}");
    }
}
