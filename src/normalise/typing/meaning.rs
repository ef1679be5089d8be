//! The meaning of the words of a sheet, for the preview of an import.

use super::{ColumnTyper, Word};
use crate::sheet::SheetFacts;
use cchc_model::ColumnType;

/// Text columns of the tables whose cells name no person.
const SHOWN: [&str; 3] = ["procedure_name", "field", "indicator"];

/// What one distinct cell text of a coded column means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// It is stored as this.
    Stored(String),
    /// It means that nothing is stated.
    Empty,
    /// It is not known.
    Unknown,
    /// Several units have the name.
    Several,
    /// Several units have the name, and the day of the row decides.
    ByDay,
}

impl ColumnTyper {
    /// What a text of a column means, if its words are looked up and the text has occurred.
    pub fn meaning(&self, at: usize, text: &str) -> Option<Meaning> {
        Some(match self.words[at].get(text)? {
            Word::Text(id) => Meaning::Stored(self.distinct[at][*id as usize].clone()),
            Word::Number(number) | Word::CommaThousands(number) => Meaning::Stored(number.to_string()),
            Word::Bool(truth) => Meaning::Stored(truth.to_string()),
            Word::Empty => Meaning::Empty,
            Word::Unknown(position) if self.unknown[*position as usize].0 == "ambiguous_unit" => Meaning::Several,
            Word::Unknown(_) => Meaning::Unknown,
            Word::ByDay => Meaning::ByDay,
        })
    }

    /// The first text of units or procedures, in the order of letters, that holds letters of the Western code page
    /// only: it may be shown where the encoding of the sheet is in doubt, since it names no person.
    pub fn legacy_sample(&self, sheet: &SheetFacts<'_>) -> Option<String> {
        let columns = sheet.source.columns.iter().enumerate().filter(|(at, column)| {
            !sheet.words.headings.may_name_persons(&sheet.headings[*at])
                && (column.kind == ColumnType::Unit || SHOWN.contains(&column.name.as_str()))
        });
        let texts = columns.flat_map(|(at, _)| self.texts[at].keys().chain(self.words[at].keys()));
        let is_shown = |text: &&String| {
            !text.is_ascii() && text.chars().all(|letter| letter <= 'ÿ') && sheet.mask.text(text) == text.as_str()
        };
        texts.filter(is_shown).min().map(|text| text.trim().to_owned())
    }
}
