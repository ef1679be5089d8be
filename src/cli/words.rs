//! The words that the command line prints for people, from `report-templates/cli.toml`, in the chosen language.

use std::fmt::Display;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::Global;
use cchc_definitions::{Bilingual, Language, fill, template_text};

/// All words, in one language.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub import: ImportWords,
    pub dry_run: DryRunWords,
    pub findings: FindingsWords,
    pub index: IndexWords,
}

/// The account of an import.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ImportWords {
    pub folder: String,
    pub file: String,
    pub source: String,
    pub sheet_row: String,
    pub rows: String,
    pub loaded: String,
    pub updated: String,
    pub duplicate: String,
    pub rejected: String,
    pub files: String,
    pub sheets: String,
    pub heading_row: String,
    pub sum: String,
    pub refused_files: String,
    pub column: String,
    pub unknown_units: String,
    pub unknown_rows: String,
    pub unknown_near: String,
    pub unknown_several: String,
    pub unknown_more: String,
    pub unknown_todo: String,
    pub learnt: String,
    pub asked: String,
}

/// How a dry run understood a sheet.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DryRunWords {
    pub source: String,
    pub headings: String,
    pub fuzzy: String,
    pub missing: String,
    pub extra: String,
    pub personal: String,
    pub dates: String,
    pub no_pattern: String,
    pub sample: String,
    pub units: String,
    pub words: String,
    pub hidden: String,
    pub rows: String,
    pub more_words: String,
    pub empty: String,
    pub unknown: String,
    pub unknown_near: String,
    pub several: String,
    pub by_day: String,
}

/// The list of findings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FindingsWords {
    pub import: String,
    pub row: String,
    pub cleared: String,
    pub open: String,
    pub cleared_count: String,
}

/// What an index made of a criteria sheet says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IndexWords {
    pub no_legal_basis: String,
}

impl Words {
    /// The words of the workspace's own file, or the shipped ones.
    pub fn load(global: &Global) -> Result<Self> {
        const FILE: &str = "report-templates/cli.toml";
        let text = template_text(Some(&global.workspace), "cli.toml").context(FILE)?;
        Self::parse(&text, global.language()).context(FILE)
    }

    /// An unknown or missing key is an error that names it.
    fn parse(text: &str, language: Language) -> Result<Self, toml::de::Error> {
        Ok(toml::from_str::<Bilingual<Self>>(text)?.of(language).clone())
    }
}

/// A sentence whose only place is a number.
pub(super) fn counted(sentence: &str, name: &str, count: impl Copy + Display) -> String {
    fill(sentence, &[(name, &count.to_string())])
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_words_are_whole_in_both_languages() {
        let text = template_text(None, "cli.toml").unwrap();
        for language in [Language::Vi, Language::En] {
            assert!(!Words::parse(&text, language).unwrap().import.folder.is_empty());
        }
    }
}
