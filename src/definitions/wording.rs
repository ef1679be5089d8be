//! Sentences for people outside reports, by key and in both languages, as `report-templates/wording.toml` words them.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;

use serde::Deserialize;

use super::{Fault, Language, TEMPLATES, did_you_mean, own_template, parse_toml};

/// The file, embedded and of a workspace.
const FILE: &str = "report-templates/wording.toml";

/// Sentences by section and key.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct Wording(BTreeMap<String, BTreeMap<String, Bilingual<String>>>);

impl Wording {
    /// Reads the embedded sentences, replaced key by key by those of the workspace.
    pub(super) fn load(overlay: Option<&Path>, faults: &mut Vec<Fault>) -> Self {
        let embedded = TEMPLATES.get_file("wording.toml").and_then(include_dir::File::contents_utf8);
        let mut wording: Self = parse_toml(FILE, embedded.unwrap_or_default(), faults).unwrap_or_default();
        let own = own_template(overlay, "wording.toml", faults);
        let own: Self = own.and_then(|text| parse_toml(FILE, &text, faults)).unwrap_or_default();
        for (section, sentences) in own.0 {
            for (key, sentence) in sentences {
                match wording.0.get_mut(&section).and_then(|known| known.get_mut(&key)) {
                    Some(known) => *known = sentence,
                    None => faults.push(wording.unknown(&section, &key)),
                }
            }
        }
        wording
    }

    /// The embedded sentences.
    #[must_use]
    pub fn shipped() -> Self {
        Self::load(None, &mut Vec::new())
    }

    fn unknown(&self, section: &str, key: &str) -> Fault {
        let keys = self.0.get(section).into_iter().flat_map(BTreeMap::keys).map(String::as_str);
        let message = format!("nothing uses this sentence{}", did_you_mean(key, keys));
        Fault { file: FILE.to_owned(), key: format!("{section}.{key}"), message }
    }

    /// A sentence as it is written; the key itself if there is none.
    #[must_use]
    pub fn say<'a>(&'a self, section: &str, key: &'a str, language: Language) -> &'a str {
        let sentence = self.0.get(section).and_then(|sentences| sentences.get(key));
        sentence.map_or(key, |sentence| sentence.of(language))
    }

    /// A sentence with its `{names}` replaced, each once: braces in a value stay.
    #[must_use]
    pub fn fill(&self, section: &str, key: &str, language: Language, values: &[(&str, &dyn Display)]) -> String {
        let texts: Vec<(&str, String)> = values.iter().map(|(name, value)| (*name, value.to_string())).collect();
        let texts: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (*name, text.as_str())).collect();
        fill(self.say(section, key, language), &texts)
    }

    /// Whether there is such a sentence.
    #[must_use]
    pub fn has(&self, section: &str, key: &str) -> bool {
        self.0.get(section).is_some_and(|sentences| sentences.contains_key(key))
    }
}

/// A sentence with its `{names}` replaced, each once: braces in a value stay, and so does a name without a value.
#[must_use]
pub fn fill(sentence: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let value = after.split_once('}').and_then(|(name, behind)| {
            let (_, value) = values.iter().find(|(known, _)| *known == name)?;
            Some((*value, behind))
        });
        if let Some((value, behind)) = value {
            filled.push_str(value);
            rest = behind;
        } else {
            filled.push('{');
            rest = after;
        }
    }
    filled + rest
}

/// Words of one template file, in both languages.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bilingual<T> {
    vi: T,
    en: T,
}

impl<T> Bilingual<T> {
    /// The words in a language.
    #[must_use]
    pub const fn of(&self, language: Language) -> &T {
        match language {
            Language::Vi => &self.vi,
            Language::En => &self.en,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_filled_in_once_and_unknown_names_stay() {
        let mut faults = Vec::new();
        let wording: Wording =
            parse_toml("a", "[s]\nk = { vi = \"{a} {b} {c\", en = \"-\" }", &mut faults).unwrap_or_default();
        assert_eq!(wording.fill("s", "k", Language::Vi, &[("a", &"{b}"), ("b", &1)]), "{b} 1 {c");
        assert_eq!(wording.say("s", "none", Language::En), "none");
    }

    #[test]
    fn both_languages_have_every_sentence_with_the_same_names() {
        let mut faults = Vec::new();
        let wording = Wording::load(None, &mut faults);
        assert!(faults.is_empty(), "{faults:?}");
        let names = |text: &str| {
            let mut names: Vec<String> = text
                .split('{')
                .skip(1)
                .filter_map(|part| part.split_once('}'))
                .map(|(name, _)| name.to_owned())
                .collect();
            names.sort();
            names
        };
        for (key, sentence) in wording.0.values().flatten() {
            assert!(!sentence.vi.is_empty() && !sentence.en.is_empty(), "{key}");
            assert_eq!(names(&sentence.vi), names(&sentence.en), "{key}");
        }
    }
}
