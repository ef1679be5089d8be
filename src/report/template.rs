//! The report template: what appears where, its words and colours, read from `workbook.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::ReportError;
use super::plan::{Series, Tint};
use cchc_model::Policies;

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

/// Fills the `{name}` places of a sentence.
pub(super) fn fill(sentence: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(sentence.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// Groups of sheets that a template can ask for.
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

/// Font and colours (`#rrggbb`) of a report.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    pub(super) font: String,
    pub(super) size: u16,
    pub(super) title_size: u16,
    pub(super) ink: String,
    pub(super) muted: String,
    pub(super) accent: String,
    pub(super) header_fill: String,
    pub(super) section_fill: String,
    pub(super) total_fill: String,
    pub(super) marked_fill: String,
    pub(super) grid: String,
    pub(super) good: String,
    pub(super) bad: String,
    pub(super) scale_low: String,
    pub(super) scale_middle: String,
    pub(super) scale_high: String,
    pub(super) bar: String,
    pub(super) series: Vec<String>,
    pub(super) page: String,
    pub(super) data_sheet: String,
}

impl Theme {
    /// The colour of a chart's series, in turn.
    fn series_colour(&self, index: usize) -> &str {
        self.series.get(index % self.series.len().max(1)).map_or(&self.accent, String::as_str)
    }

    /// The colour of a series: by what it means, else in turn.
    pub(super) fn tint(&self, series: &Series, index: usize) -> &str {
        match series.tint {
            Tint::Turn => self.series_colour(index),
            Tint::Good => &self.good,
            Tint::Fair => self.series_colour(0),
            Tint::Bad => &self.bad,
        }
    }

    fn check(&self) -> Result<(), ReportError> {
        let named = [
            ("ink", &self.ink),
            ("muted", &self.muted),
            ("accent", &self.accent),
            ("header_fill", &self.header_fill),
            ("section_fill", &self.section_fill),
            ("total_fill", &self.total_fill),
            ("marked_fill", &self.marked_fill),
            ("grid", &self.grid),
            ("good", &self.good),
            ("bad", &self.bad),
            ("scale_low", &self.scale_low),
            ("scale_middle", &self.scale_middle),
            ("scale_high", &self.scale_high),
            ("bar", &self.bar),
        ];
        let series = self.series.iter().map(|colour| ("series", colour));
        for (key, value) in named.into_iter().chain(series) {
            if rgb(value).is_none() {
                return Err(ReportError::Colour { key, value: value.clone() });
            }
        }
        Ok(())
    }
}

/// Splits `#rrggbb`.
pub(super) fn rgb(colour: &str) -> Option<(u8, u8, u8)> {
    let digits = colour.strip_prefix('#').filter(|d| d.len() == 6 && d.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let value = u32::from_str_radix(digits, 16).ok()?;
    Some(((value >> 16) as u8, (value >> 8) as u8, value as u8))
}

/// Declares the words of one part of the template: texts, then the fields of other types.
macro_rules! words {
    ($name:ident { $($text:ident),* $(,)? } $({ $($field:ident: $type:ty),* $(,)? })?) => {
        #[derive(Debug, Clone, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $name {
            $(pub(super) $text: String,)*
            $($(pub(super) $field: $type,)*)?
        }
    };
}

words!(BookWords { file, title, subject });
words!(Words {
    missing,
    not_applicable,
    suppressed,
    missing_reason,
    not_applicable_reason,
    suppressed_reason,
    not_sent_reason,
    legend,
    marked,
    no_period,
    not_sent,
    number,
    unit,
    all_units,
    now,
    before,
    last_year,
    numerator,
    denominator,
    value,
    yes,
    no,
    units_as_of,
    units_as_of_text,
    estimate_mark,
    estimate,
    not_carried_mark,
    not_carried,
});
words!(CoverWords {
    sheet, title, subtitle, key_figures, key_rate, ranking, not_sent, not_sent_line, not_sent_more,
    not_sent_none, basis, period, period_text, compared, compared_text, version, version_text, held, held_text,
    rows, rows_text, policies, ranking_none,
} { key_columns: [String; 7], ranking_columns: [String; 7], places: usize, not_sent_names: usize });
words!(RankingWords {
    sheet, sheet_other, title, title_index, subtitle, rank, score, rate, class, change, note, unranked, tie_note, average, chart, chart_cut,
} { chart_bars: usize });
words!(ContentWords { sheet, title, number, name, about });
words!(IndexWords {
    legal_basis, not_a_regulation, set_aside, set_aside_reason, left_out, areas, nodes, area, node, points, applies, bonus, deduction, unscored,
    unscored_note, score_note, heat_sheet, heat_title, subtitle, heat_note, heat_note_scaled, heat_missing, mean,
    charts_sheet, charts_title, areas_chart, chart_cut, counts, not_applicable, zero, missing, cap, class_from, scale,
    weigh, aggregate,
} {
    layers: BTreeMap<String, String>,
    not_applicable_rules: BTreeMap<String, String>,
    zero_rules: BTreeMap<String, String>,
    missing_rules: BTreeMap<String, String>,
    imputations: BTreeMap<String, String>,
    scales: BTreeMap<String, String>,
    weighings: BTreeMap<String, String>,
    aggregations: BTreeMap<String, String>,
});
words!(ScorecardWords {
    sheet,
    sheet_other,
    title,
    subtitle,
    unit,
    result,
    result_text,
    before_text,
    points,
    points_text,
    note,
    note_scaled,
    code,
    name,
    max,
    got,
    lost,
    status,
    layers,
    reason,
    rule,
    input,
    indicator,
    evidence,
    source,
    not_applicable,
    full_by_default,
    missing,
    partly_missing,
    weight,
    raw,
    divided,
    imputed,
    treated,
    scaled,
});
words!(ChartWords {
    sheet, title, by_kind, outcome, pending, early, on_time, late, in_time,
} { indicators: Vec<String> });
words!(Form06Words {
    sheet, form, period, days, reporting, receiving, receiver, unit, total,
} { title: Vec<String>, columns: [Vec<String>; 13] });
words!(IndicatorWords { sheet, title, subtitle, total, absent, only_sum, no_unit } { fractions_up_to: usize });
words!(CompareWords {
    sheet,
    title,
    subtitle,
    indicator,
    counted,
    change_before,
    change_last_year,
    note,
    rate,
    days,
    hours,
    count,
    points,
});
words!(LateWords {
    sheet, title, sheet_list, title_list, subtitle, total, none, finished_late, open_late, all, longest, mean,
    code, procedure, received, due, finished, days, state, cut,
    chart,
} { max_rows: usize, chart_bars: usize });
words!(NotSentWords { sheet, title, subtitle, kind, last_export, days, never, none, note });
words!(QualityWords {
    sheet,
    title,
    sheet_files,
    title_files,
    rules,
    rule,
    level,
    error,
    warning,
    info,
    sentence,
    count,
    none,
    file,
    source,
    exported,
    rows,
    loaded,
    updated,
    duplicate,
    rejected,
    total,
    identity,
    no_source,
    unknown_day,
    files,
    dossiers,
});
words!(MethodWords {
    sheet, title, id, name, meaning, formula, sense, more_is_better, less_is_better, legal_basis, available,
} { notes: Vec<String> });

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../report-templates/workbook.toml");

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
