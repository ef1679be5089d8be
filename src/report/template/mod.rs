//! The report template: what appears where, its words and colours, read from `workbook.toml`.

mod theme;
mod words;

use std::collections::BTreeMap;

use serde::Deserialize;

use super::ReportError;
use cchc_model::Policies;
use words::{
    BookWords, ChartWords, CompareWords, CoverWords, Form06Words, IndexWords, IndicatorWords, LateWords, MethodWords,
    NotSentWords, QualityWords, RankingWords, ScorecardWords, Words,
};

pub use theme::Theme;
pub(super) use theme::rgb;
pub(super) use words::ContentWords;

/// A checked template. Its words fill `{braces}` from the report's data.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Font and colours, which the writers need.
    pub theme: Theme,
    pub(super) sheets: Vec<SheetKind>,
    pub(super) book: BookWords,
    pub(super) words: Words,
    pub(super) cover: CoverWords,
    pub(super) contents: ContentWords,
    pub(super) ranking: RankingWords,
    pub(super) index: IndexWords,
    pub(super) scorecard: ScorecardWords,
    pub(super) charts: ChartWords,
    pub(super) form06: Form06Words,
    pub(super) indicators: IndicatorWords,
    pub(super) compare: CompareWords,
    pub(super) late: LateWords,
    pub(super) not_sent: NotSentWords,
    pub(super) quality: QualityWords,
    pub(super) method: MethodWords,
    policies: BTreeMap<String, BTreeMap<String, String>>,
}

impl Template {
    /// Reads a template; an unknown or missing key and a malformed colour are errors that name it.
    pub fn parse(text: &str) -> Result<Self, ReportError> {
        let template: Self = toml::from_str(text)?;
        template.theme.check()?;
        Ok(template)
    }

    /// The policies in words, as (what about, which choice (its name)).
    pub(super) fn policies(&self, policies: Policies) -> Vec<(String, String)> {
        let Ok(serde_json::Value::Object(chosen)) = serde_json::to_value(policies) else { return Vec::new() };
        let described = |(policy, choice): (String, serde_json::Value)| {
            let choice = choice.as_str().map_or_else(|| choice.to_string(), str::to_owned);
            let words = self.policies.get(&policy);
            let word = |key: &str| words.and_then(|words| words.get(key)).cloned();
            let meaning = word(&choice).map_or_else(|| choice.clone(), |meaning| format!("{meaning} ({choice})"));
            (word("name").unwrap_or(policy), meaning)
        };
        chosen.into_iter().map(described).collect()
    }
}

/// Groups of sheets that a template can list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SheetKind {
    Cover,
    Charts,
    Contents,
    Ranking,
    Scorecards,
    Form06,
    Indicators,
    Compare,
    Late,
    NotSent,
    Quality,
    Method,
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../../report-templates/workbook.toml");

    #[test]
    fn the_shipped_template_is_whole() {
        assert!(Template::parse(SHIPPED).is_ok());
    }

    #[test]
    fn an_unknown_key_is_named() {
        let text = SHIPPED.replacen("[cover]", "[cover]\ntitel = \"x\"", 1);
        let error = Template::parse(&text).expect_err("an unknown key is refused").to_string();
        assert!(error.contains("titel"), "{error}");
    }

    #[test]
    fn a_malformed_colour_is_named() {
        let text = SHIPPED.replacen("accent = \"#1f4e79\"", "accent = \"blue\"", 1);
        let error = Template::parse(&text).expect_err("a colour name is refused").to_string();
        assert!(error.contains("theme.accent"), "{error}");
    }
}
