//! The sentences that tell people what a finding means and what to do.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Fault, TEMPLATES, parse_toml};
use crate::model::Finding;

/// Sentences by rule, in two languages.
#[derive(Debug, Clone, Default)]
pub struct Messages(BTreeMap<String, Sentence>);

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sentence {
    vi: String,
    en: String,
}

/// The language of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Vietnamese.
    Vi,
    /// English.
    En,
}

impl Messages {
    /// Reads `messages.toml` of the templates, or the workspace's own.
    pub(super) fn load(overlay: Option<&std::path::Path>, faults: &mut Vec<Fault>) -> Self {
        let own = overlay.and_then(|root| std::fs::read_to_string(root.join("report-templates/messages.toml")).ok());
        let embedded = TEMPLATES.get_file("messages.toml").and_then(include_dir::File::contents_utf8);
        let text = own.as_deref().or(embedded).unwrap_or_default();
        Self(parse_toml("report-templates/messages.toml", text, faults).unwrap_or_default())
    }

    /// The sentence of a finding. A part whose only placeholder is empty is left out.
    #[must_use]
    pub fn sentence(&self, finding: &Finding, language: Language) -> String {
        let Some(sentence) = self.0.get(finding.rule) else { return finding.hint.clone() };
        let text = match language {
            Language::Vi => &sentence.vi,
            Language::En => &sentence.en,
        };
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

    /// The sentence of a rule without its values, for summaries.
    #[must_use]
    pub fn summary(&self, rule: &str, language: Language) -> String {
        let Some(sentence) = self.0.get(rule) else { return rule.to_owned() };
        let text = if language == Language::Vi { &sentence.vi } else { &sentence.en };
        let mut plain = text.split(". ").next().unwrap_or(text).to_owned();
        for name in ["{column}", "{value}", "{hint}", "{count}"] {
            plain = plain.replace(&format!("\"{name}\""), "…").replace(name, "…");
        }
        plain.trim_end_matches('.').to_owned()
    }
}
