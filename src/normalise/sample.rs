//! Picks a text that may be shown where the encoding of a sheet is in doubt: of units and procedures, never of persons.

use super::columns::Normaliser;
use cchc_model::Kind;

/// Text columns of the tables whose cells name no person.
const SHOWN: [&str; 3] = ["procedure_name", "field", "indicator"];

impl Normaliser<'_> {
    /// The first such text in the order of letters that holds letters of the Western code page only.
    #[must_use]
    pub fn legacy_sample(&self) -> Option<String> {
        let columns = self.source.columns.iter().enumerate().filter(|(at, column)| {
            let may_be_a_person = self.headings[*at].to_lowercase().contains("cá nhân");
            !may_be_a_person && (column.kind == Kind::Unit || SHOWN.contains(&column.name.as_str()))
        });
        let texts = columns.flat_map(|(at, _)| self.texts[at].keys().chain(self.words[at].keys()));
        let is_shown = |text: &&String| !text.is_ascii() && text.chars().all(|letter| letter <= 'ÿ');
        texts.filter(is_shown).min().map(|text| text.trim().to_owned())
    }
}
