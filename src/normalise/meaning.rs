//! What a sheet's words turned out to mean, for people who want to see before they import.

use super::columns::{Normaliser, Word};
use cchc_model::Kind;

/// What one distinct cell text of a coded column means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// It is stored as this.
    Stored(String),
    /// It says nothing.
    Empty,
    /// Nobody knows.
    Unknown,
    /// Several units bear the name.
    Several,
    /// Several units bear the name, and the day of the row decides.
    ByDay,
}

impl Normaliser<'_> {
    /// What a text of a column means, if the column is one of words or units and the text was met.
    #[must_use]
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

    /// Whether the cells of a column are understood word by word.
    #[must_use]
    pub fn has_words(&self, at: usize) -> bool {
        let column = &self.source.columns[at];
        !column.words.is_empty() || matches!(column.kind, Kind::Unit | Kind::Period)
    }

    /// Whether a column may hold persons beside units, so that what nobody knows in it is not shown.
    #[must_use]
    pub fn may_hold_persons(&self, at: usize) -> bool {
        self.headings[at].to_lowercase().contains("cá nhân")
    }
}
