//! The sentences of findings: what is wrong and what to do.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Fault, own_template, parse_toml, template_text};
use cchc_model::Finding;

/// Sentences by rule, in two languages.
#[derive(Debug, Clone, Default)]
pub struct Messages(BTreeMap<String, Sentence>);

/// What is wrong, what to do, and a short name, each in both languages. Only the first is a must.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sentence {
    vi: String,
    en: String,
    #[serde(default)]
    do_vi: String,
    #[serde(default)]
    do_en: String,
    #[serde(default)]
    short_vi: String,
    #[serde(default)]
    short_en: String,
}

/// The language of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Vietnamese.
    Vi,
    /// English.
    En,
}

impl Sentence {
    /// What is wrong and what to do, unfilled.
    fn parts(&self, language: Language) -> (&str, &str) {
        match language {
            Language::Vi => (&self.vi, &self.do_vi),
            Language::En => (&self.en, &self.do_en),
        }
    }
}

impl Messages {
    /// Reads `messages.toml` of the templates, or the workspace's own.
    pub(super) fn load(overlay: Option<&std::path::Path>, faults: &mut Vec<Fault>) -> Self {
        let text = own_template(overlay, "messages.toml", faults);
        let embedded = template_text(None, "messages.toml").unwrap_or_default();
        let text = text.as_deref().unwrap_or(&embedded);
        Self(parse_toml("report-templates/messages.toml", text, faults).unwrap_or_default())
    }

    /// What is wrong and what to do. A part whose only placeholder is empty is left out.
    #[must_use]
    pub fn sentence(&self, finding: &Finding, language: Language) -> String {
        let (wrong, todo) = (self.wrong(finding, language), self.to_do(finding, language));
        format!("{wrong} {todo}").trim().to_owned()
    }

    /// The part of the sentence that says what is wrong.
    #[must_use]
    pub fn wrong(&self, finding: &Finding, language: Language) -> String {
        self.0
            .get(&*finding.rule)
            .map_or_else(|| finding.hint.clone(), |sentence| filled(sentence.parts(language).0, finding))
    }

    /// The part of the sentence that says what to do.
    #[must_use]
    pub fn to_do(&self, finding: &Finding, language: Language) -> String {
        self.0.get(&*finding.rule).map_or_else(String::new, |sentence| filled(sentence.parts(language).1, finding))
    }

    /// A few words that name a rule, or else its first sentence without values.
    #[must_use]
    pub fn short(&self, rule: &str, language: Language) -> String {
        let short = self.0.get(rule).map(|sentence| match language {
            Language::Vi => &sentence.short_vi,
            Language::En => &sentence.short_en,
        });
        short.filter(|short| !short.is_empty()).cloned().unwrap_or_else(|| self.summary(rule, language))
    }

    /// The first sentence of a rule without its values, for summaries.
    #[must_use]
    pub fn summary(&self, rule: &str, language: Language) -> String {
        let Some(sentence) = self.0.get(rule) else { return rule.to_owned() };
        let (text, _) = sentence.parts(language);
        let mut plain = text.split(". ").next().unwrap_or(text).to_owned();
        for name in ["{column}", "{value}", "{hint}", "{count}"] {
            plain = plain.replace(&format!("\"{name}\""), "…").replace(name, "…");
        }
        plain.trim_end_matches('.').to_owned()
    }
}

fn filled(text: &str, finding: &Finding) -> String {
    let values = [("{column}", &finding.column), ("{value}", &finding.value), ("{hint}", &finding.hint)];
    let parts = text.split_inclusive(". ").filter(|part| {
        let named: Vec<_> = values.iter().filter(|(name, _)| part.contains(name)).collect();
        named.len() != 1 || !named[0].1.is_empty()
    });
    let mut filled: String = parts.collect();
    for (name, value) in values {
        filled = filled.replace(name, value);
    }
    filled.replace("{count}", &finding.count.to_string()).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use cchc_model::Level;

    fn messages() -> Messages {
        let mut faults = Vec::new();
        let messages = Messages::load(None, &mut faults);
        assert!(faults.is_empty(), "{faults:?}");
        messages
    }

    #[test]
    fn every_rule_says_what_to_do_in_both_languages() {
        for (rule, sentence) in messages().0 {
            for language in [Language::Vi, Language::En] {
                let (wrong, todo) = sentence.parts(language);
                assert!(!wrong.is_empty(), "{rule}");
                assert!(
                    language == Language::En || !todo.is_empty(),
                    "[{rule}] lacks do_vi: what to do about '{wrong}'"
                );
            }
        }
    }

    #[test]
    fn a_part_whose_only_value_is_unknown_is_left_out() {
        let finding = Finding::new(Level::Error, "unknown_unit", "a.csv").column("Cơ quan").value("Sở Lạ");
        let messages = messages();
        let sentence = messages.sentence(&finding, Language::Vi);
        assert!(sentence.starts_with("Không có đơn vị nào tên \"Sở Lạ\" (cột \"Cơ quan\")"), "{sentence}");
        assert!(!sentence.contains("Tên gần nhất") && sentence.contains(" Đề nghị sửa tên"), "{sentence}");
        assert!(!messages.wrong(&finding, Language::Vi).contains("Đề nghị"));
        assert!(messages.to_do(&finding.hint("Sở L"), Language::En).starts_with("Correct the name"));
    }
}
