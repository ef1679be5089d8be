//! What a period is called in sentences, in the words of `report-templates/periods.toml`.

use std::sync::OnceLock;

use serde::Deserialize;

use super::number::day;
use cchc_definitions::{Bilingual, Language, TEMPLATES, fill};
use cchc_model::Period;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Labels {
    year: String,
    first_half: String,
    second_half: String,
    quarter: String,
    quarters: [String; 4],
    month: String,
    days: String,
    from_the_15th: String,
    reform_report: String,
    reform_half: String,
}

/// Names a period for people: "Quý I năm 2020".
#[must_use]
pub fn period_label(period: &Period, language: Language) -> String {
    static LANGUAGES: OnceLock<Bilingual<Labels>> = OnceLock::new();
    let languages = LANGUAGES.get_or_init(|| {
        let text = TEMPLATES.get_file("periods.toml").and_then(|file| file.contents_utf8()).unwrap_or_default();
        toml::from_str(text).expect("a test reads the embedded file")
    });
    languages.of(language).label(period)
}

impl Labels {
    fn label(&self, period: &Period) -> String {
        let id = period.to_string();
        if id.contains("..") {
            return fill(&self.days, &[("from", &day(period.start)), ("to", &day(period.end))]);
        }
        let (body, counted) = id.split_once('@').map_or((id.as_str(), None), |(body, counted)| (body, Some(counted)));
        let (year, part) = body.split_once('-').map_or((body, None), |(year, part)| (year, Some(part)));
        let quarter = |at: usize| fill(&self.quarter, &[("quarter", &self.quarters[at]), ("year", year)]);
        let of_year = |sentence: &str| fill(sentence, &[("year", year)]);
        let label = match part {
            None => of_year(&self.year),
            Some("H1") if counted == Some("581") => of_year(&self.reform_half),
            Some("H1") => of_year(&self.first_half),
            Some("H2") => of_year(&self.second_half),
            Some("Q1") => quarter(0),
            Some("Q2") => quarter(1),
            Some("Q3") => quarter(2),
            Some("Q4") => quarter(3),
            Some(month) => fill(&self.month, &[("month", month.trim_start_matches('0')), ("year", year)]),
        };
        match counted {
            None => label,
            Some("581") => fill(&self.reform_report, &[("label", &label)]),
            Some(_) => fill(&self.from_the_15th, &[("label", &label)]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_named_as_people_say_them() {
        for (id, vi, en) in [
            ("2020", "Năm 2020", "2020"),
            ("2020-H2", "6 tháng cuối năm 2020", "Second half of 2020"),
            ("2020-Q4", "Quý IV năm 2020", "Quarter IV of 2020"),
            ("2020-03", "Tháng 3 năm 2020", "3/2020"),
            ("2020-01-01..2020-04-13", "Giai đoạn 01/01/2020–13/04/2020", "01/01/2020–13/04/2020"),
            (
                "2020-Q1@nd09",
                "Quý I năm 2020 (kỳ báo cáo từ ngày 15 đến ngày 14)",
                "Quarter I of 2020 (from the 15th to the 14th)",
            ),
            (
                "2026-H1@581",
                "6 tháng năm 2026 (kỳ báo cáo cải cách hành chính, Công văn 581/BNV-CCHC)",
                "6 months of 2026 (period of the reform report, official letter 581/BNV-CCHC)",
            ),
        ] {
            let period: Period = id.parse().expect("a period");
            assert_eq!(
                (period_label(&period, Language::Vi), period_label(&period, Language::En)),
                (vi.into(), en.into())
            );
        }
    }
}
