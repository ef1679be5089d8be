//! The words that a definition made of a criteria sheet says to people, from `report-templates/criteria-definition.toml`.

use std::sync::OnceLock;

use serde::Deserialize;

use cchc_definitions::{Bilingual, Language, TEMPLATES};

/// The words, in one language; places in `{braces}` are filled in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DefinitionWords {
    /// First line of the definition.
    pub intro: String,
    /// Why scores have two decimals.
    pub digits: String,
    /// What to do about a rule whose figure is unknown.
    pub input: String,
    /// Where a criterion was read.
    pub source: String,
}

/// The words in a language.
pub(super) fn words(language: Language) -> &'static DefinitionWords {
    static LANGUAGES: OnceLock<Bilingual<DefinitionWords>> = OnceLock::new();
    let languages = LANGUAGES.get_or_init(|| {
        let text = TEMPLATES.get_file("criteria-definition.toml").and_then(|file| file.contents_utf8());
        toml::from_str(text.unwrap_or_default()).expect("a test reads the embedded file")
    });
    languages.of(language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_words_are_whole_in_both_languages() {
        assert!(words(Language::Vi).source.contains("{row}") && words(Language::En).source.contains("{row}"));
    }
}
