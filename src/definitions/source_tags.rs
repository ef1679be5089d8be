//! Recognises by the tag and the words of a source note whether a rule was read in a published regulation.

use serde::Deserialize;

use super::{Fault, Files, parse_toml};

const FILE: &str = "source-tags.toml";

/// The marks of `source-tags.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceTags {
    published: String,
    unsure_tags: Vec<String>,
    unsure_words: Vec<String>,
}

pub(super) fn parse(files: &Files, faults: &mut Vec<Fault>) -> SourceTags {
    files.get(FILE).and_then(|text| parse_toml(FILE, text, faults)).unwrap_or_default()
}

impl SourceTags {
    /// Whether a source note says that its rule was read in a published regulation.
    #[must_use]
    pub fn is_published(&self, source: &str) -> bool {
        source.contains(&self.published) && !self.is_unsure(source)
    }

    /// Whether a source note says that its rule was not read in a published regulation.
    #[must_use]
    pub fn is_unsure(&self, source: &str) -> bool {
        let lower = source.to_lowercase();
        // [S] and [s] differ by nothing but their size.
        self.unsure_tags.iter().any(|tag| source.contains(tag))
            || self.unsure_words.iter().any(|word| lower.contains(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_read_in_a_regulation_is_published() {
        let mut faults = Vec::new();
        let tags = parse(&Files::load(None, &mut faults), &mut faults);
        assert_eq!(faults, []);
        for (source, published) in [
            ("Quyết định 766/QĐ-TTg [S]", true),
            ("Quyết định 766/QĐ-TTg [s]", false),
            ("Ví dụ theo Quyết định 766/QĐ-TTg [S]", false),
            ("Quyết định 766/QĐ-TTg", false),
        ] {
            assert_eq!(tags.is_published(source), published, "{source}");
        }
        assert!(!tags.is_unsure("Quyết định 766/QĐ-TTg"));
    }
}
