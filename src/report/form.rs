//! The form on which a unit scores itself by an index of points: its words, and its rules in words.

use chrono::NaiveDateTime;
use serde::Deserialize;

use super::ReportError;
use super::number;
use super::template::rgb;
use cchc_definitions::{Among, Item, Layer, PointsIndex, Role, Rule, Step, Tier, fill};
use cchc_model::Period;

/// The words of `form.toml`. Headings and labels are those by which a filled form is recognised.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoringFormWords {
    pub(super) title: String,
    pub(super) sheet: String,
    unit_code: String,
    set: String,
    period_code: String,
    unit: String,
    period: String,
    dots: String,
    pub(super) day: String,
    pub(super) day_error: String,
    pub(super) intro: String,
    pub(super) not_applicable: String,
    pub(super) entry_fill: String,
    pub(super) total: String,
    bonus: String,
    deduction: String,
    #[serde(rename = "final")]
    pub(super) last: String,
    pub(super) drawn_up: String,
    pub(super) head: String,
    pub(super) signed: String,
    pub(super) columns: FormColumns,
    entry: EntryWords,
    /// Sentences of rules.
    pub rule: RuleWords,
}

/// Headings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FormColumns {
    pub code: String,
    pub name: String,
    pub max: String,
    pub rule: String,
    pub needed: String,
    pub self_points: String,
    pub evidence: String,
    pub verified: String,
    pub surveyed: String,
    pub reason: String,
}

/// What a cell says of the points that it takes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryWords {
    title: String,
    one_of: String,
    up_to: String,
    or_not_applicable: String,
}

/// A sentence for each kind of rule, with places in `{braces}`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleWords {
    /// Scored by hand.
    pub scored: String,
    yes_no: String,
    tier_first: String,
    tier_between: String,
    tier_last: String,
    tier_only: String,
    /// A share of the most points.
    pub linear: String,
    /// The same from a least value on.
    pub floor: String,
    /// A share of a target.
    pub target: String,
    /// Points off for each case.
    pub deduction: String,
    /// Points given elsewhere.
    pub external: String,
    /// A share of the best unit's value.
    pub relative_to_best: String,
    at_mean: String,
    per_difference: String,
    among_kind: String,
    among_all: String,
    among_group: String,
    steps: String,
    /// Growth against the period before.
    pub improvement: String,
    /// Decline against the period before.
    pub decline: String,
    /// A change of a share.
    pub percent_points: String,
    /// Computed from other criteria.
    pub formula: String,
    /// The figure that a rule reads.
    pub figure: String,
    /// Points on top of the total.
    pub bonus: String,
    /// Points off the total.
    pub deducted: String,
}

/// A form to fill in.
#[derive(Debug, Clone)]
pub struct ScoringForm<'a> {
    /// The version of the index.
    pub index: &'a PointsIndex,
    /// Code and name of the unit; none for a form that any unit fills in.
    pub unit: Option<(&'a str, &'a str)>,
    /// The period that is scored; none if it is filled in by hand.
    pub period: Option<&'a Period>,
    /// What each rule reads, in the order of the index's items.
    pub figures: Vec<Option<Figure<'a>>>,
    /// Stands in the file as its time: the same time gives the same bytes.
    pub created: NaiveDateTime,
}

/// A figure that a rule reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure<'a> {
    /// Its name in Vietnamese.
    pub name: &'a str,
    /// How it is counted.
    pub counted: Counted,
}

/// How a figure is written in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// 0–1, written in percent.
    Share,
    /// A number as it is.
    Number,
}

/// What a cell for points takes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Allowed {
    /// Any number from 0 to this.
    UpTo(f64),
    /// One of these.
    OneOf(Vec<f64>),
}

impl ScoringFormWords {
    /// Reads `form.toml`.
    ///
    /// # Errors
    /// A key is missing or unknown, or a colour is none.
    pub fn parse(text: &str) -> Result<Self, ReportError> {
        let words: Self = toml::from_str(text)?;
        if rgb(&words.entry_fill).is_none() {
            return Err(ReportError::Colour { key: "entry_fill", value: words.entry_fill });
        }
        Ok(words)
    }

    /// The cells by which a filled form is recognised: unit, set of criteria, period. A cell with dots is to fill in.
    pub(super) fn marks(&self, form: &ScoringForm<'_>) -> [String; 3] {
        let unit = match form.unit {
            Some((code, _)) => fill(&self.unit_code, &[("code", code)]),
            None => fill(&self.unit, &[("name", &self.dots)]),
        };
        let period = match form.period {
            Some(period) => fill(&self.period_code, &[("period", &period.to_string())]),
            None => fill(&self.period, &[("period", &self.dots)]),
        };
        [unit, fill(&self.set, &[("set", &form.index.set())]), period]
    }

    pub(super) fn unit_line(&self, name: &str) -> String {
        fill(&self.unit, &[("name", name)])
    }

    pub(super) fn period_line(&self, label: &str) -> String {
        fill(&self.period, &[("period", label)])
    }

    pub(super) fn bonus_line(&self, cap: f64) -> String {
        fill(&self.bonus, &[("cap", &plain(cap))])
    }

    pub(super) fn deduction_line(&self, cap: f64) -> String {
        fill(&self.deduction, &[("cap", &plain(cap))])
    }

    /// Title and sentence of what a cell takes.
    pub(super) fn entry(&self, allowed: &Allowed, max: f64, layer: Layer) -> (String, String) {
        let max = plain(max);
        let sentence = match allowed {
            Allowed::UpTo(_) => fill(&self.entry.up_to, &[("max", &max)]),
            Allowed::OneOf(points) => {
                let points: Vec<String> = points.iter().map(|one| plain(*one)).collect();
                fill(&self.entry.one_of, &[("points", &points.join("; "))])
            }
        };
        let more = if layer == Layer::Verified { format!(" {}", self.entry.or_not_applicable) } else { String::new() };
        (shortened(&fill(&self.entry.title, &[("max", &max)]), 32), shortened(&(sentence + &more), 255))
    }

    /// The rule of an item in words, with the figure that it reads; nothing for a sum.
    #[must_use]
    pub fn rule_text(&self, item: &Item, figure: Option<Figure<'_>>) -> String {
        let Some(rule) = &item.rule else { return String::new() };
        let words = &self.rule;
        let max = plain(item.max);
        let number = |value: f64| match figure.map(|figure| figure.counted) {
            Some(Counted::Share) => format!("{}%", plain(value * 100.0)),
            _ => plain(value),
        };
        // A share that grows from 20% to 25% grows by 5 points of percent, not by 5%.
        let change = |by: f64| match figure.map(|figure| figure.counted) {
            Some(Counted::Share) => fill(&words.percent_points, &[("by", &plain(by * 100.0))]),
            _ => plain(by),
        };
        let filled = |sentence: &str, values: &[(&str, &str)]| fill(&fill(sentence, values), &[("max", &max)]);
        let mut text = match rule {
            Rule::Scored => filled(&words.scored, &[]),
            Rule::YesNo { .. } => filled(&words.yes_no, &[]),
            Rule::Tiers { tiers, .. } => words.tiers(tiers, &number),
            Rule::Linear { .. } => filled(&words.linear, &[]),
            Rule::Floor { floor, .. } => filled(&words.floor, &[("floor", &number(*floor))]),
            Rule::Target { target, .. } => filled(&words.target, &[("target", &number(*target))]),
            Rule::Deduction { per, .. } => filled(&words.deduction, &[("per", &plain(*per))]),
            Rule::External { factor, .. } => filled(&words.external, &[("factor", &plain(*factor))]),
            Rule::RelativeToBest { .. } => filled(&words.relative_to_best, &[]),
            Rule::Improvement { by, .. } if *by < 0.0 => filled(&words.decline, &[("by", &change(-by))]),
            Rule::Improvement { by, .. } => filled(&words.improvement, &[("by", &change(*by))]),
            Rule::RelativeToMean { per: None, at_mean, among, .. } => {
                let points = plain(at_mean.unwrap_or(item.max));
                filled(&words.at_mean, &[("among", words.among(among)), ("points", &points)])
            }
            Rule::RelativeToMean { per: Some(per), at_mean, among, .. } => {
                let values = [("per", plain(*per)), ("at_mean", plain(at_mean.unwrap_or(0.0)))];
                let [per, at_mean] = values.each_ref().map(|(name, value)| (*name, value.as_str()));
                filled(&words.per_difference, &[per, at_mean, ("among", words.among(among))])
            }
            Rule::Steps { steps } => {
                filled(&words.steps, &[("steps", &steps.iter().map(Step::text).collect::<Vec<_>>().join("; "))])
            }
            Rule::Formula { formula } => filled(&words.formula, &[("formula", formula.text())]),
        };
        let aside = match item.role {
            Role::Points => "",
            Role::Bonus => words.bonus.as_str(),
            Role::Deduction => words.deducted.as_str(),
        };
        let figure = figure.map(|figure| fill(&words.figure, &[("figure", figure.name)])).unwrap_or_default();
        for more in [aside, &figure].into_iter().filter(|more| !more.is_empty()) {
            text = format!("{text}. {more}");
        }
        text
    }
}

impl RuleWords {
    /// Whose mean it is, in words.
    fn among(&self, among: &Among) -> &str {
        match among {
            Among::Kind => &self.among_kind,
            Among::All => &self.among_all,
            Among::Grouping(_) => &self.among_group,
        }
    }

    fn tiers(&self, tiers: &[Tier], number: &dyn Fn(f64) -> String) -> String {
        let of = |at: usize, tier: &Tier| {
            let points = plain(tier.points);
            let below = at.checked_sub(1).and_then(|above| tiers[above].from).map(number);
            let from = tier.from.map(number);
            let sentence = match (&from, &below) {
                (Some(_), None) => &self.tier_first,
                (Some(_), Some(_)) => &self.tier_between,
                (None, Some(_)) => &self.tier_last,
                (None, None) => &self.tier_only,
            };
            let (from, below) = (from.unwrap_or_default(), below.unwrap_or_default());
            fill(sentence, &[("from", &from), ("below", &below), ("points", &points)])
        };
        tiers.iter().enumerate().map(|(at, tier)| of(at, tier)).collect::<Vec<_>>().join("; ")
    }
}

/// What the cells of an item take: the points of its tiers, nothing or everything, or any number up to the maximum.
pub(super) fn allowed(item: &Item) -> Allowed {
    match &item.rule {
        Some(Rule::YesNo { .. }) => Allowed::OneOf(vec![0.0, item.max]),
        Some(Rule::Tiers { tiers, .. }) => {
            let mut points: Vec<f64> = tiers.iter().map(|tier| tier.points).collect();
            points.sort_by(f64::total_cmp);
            points.dedup();
            Allowed::OneOf(points)
        }
        _ => Allowed::UpTo(item.max),
    }
}

/// A text of as many letters as Excel takes.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// Writes a number with as many decimals as it needs, at most six: 0.5 is "0,5".
fn plain(value: f64) -> String {
    let text = number::decimal(value, 6);
    text.trim_end_matches('0').trim_end_matches(',').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> ScoringFormWords {
        let text = cchc_definitions::TEMPLATES.get_file("form.toml").and_then(include_dir::File::contents_utf8);
        ScoringFormWords::parse(text.unwrap_or_default()).expect("the shipped words are whole")
    }

    fn item(max: f64, rule: Rule) -> Item {
        Item {
            code: "1".into(),
            parent: None,
            name: "Một".into(),
            max,
            role: Role::Points,
            rule: Some(rule),
            counts: None,
            not_applicable: None,
            zero: None,
            rounding: None,
            evidence: String::new(),
            source: String::new(),
        }
    }

    #[test]
    fn numbers_have_the_decimals_that_they_need() {
        for (value, text) in [(2.0, "2"), (0.5, "0,5"), (1000.0, "1.000"), (0.125, "0,125"), (100.0, "100")] {
            assert_eq!(plain(value), text);
        }
    }

    #[test]
    fn tiers_of_a_share_are_written_in_percent_and_those_of_a_count_are_not() {
        let tier = |from, points| Tier { from, points };
        let rule = |tiers| Rule::Tiers { input: "x".into(), tiers };
        let share = Figure { name: "Tỷ lệ đúng hạn", counted: Counted::Share };
        let of_share = item(2.0, rule(vec![tier(Some(0.95), 2.0), tier(Some(0.9), 1.0), tier(None, 0.0)]));
        assert_eq!(
            words().rule_text(&of_share, Some(share)),
            "Từ 95% trở lên: 2 điểm; từ 90% đến dưới 95%: 1 điểm; dưới 90%: 0 điểm. Số liệu: Tỷ lệ đúng hạn"
        );
        let count = Figure { name: "Số cuộc họp", counted: Counted::Number };
        let of_count = item(1.5, rule(vec![tier(Some(4.0), 1.5), tier(None, 0.0)]));
        assert_eq!(
            words().rule_text(&of_count, Some(count)),
            "Từ 4 trở lên: 1,5 điểm; dưới 4: 0 điểm. Số liệu: Số cuộc họp"
        );
    }

    #[test]
    fn what_a_cell_takes_is_written_in_as_many_letters_as_excel_allows() {
        let points = (0..200).map(f64::from).collect();
        let (title, sentence) = words().entry(&Allowed::OneOf(points), 1000.125, Layer::Verified);
        assert_eq!((title.as_str(), sentence.chars().count()), ("Điểm từ 0 đến 1.000,125", 255));
        assert!(sentence.starts_with("Chọn một trong các mức: 0; 1; 2;") && sentence.ends_with('…'), "{sentence}");
    }

    #[test]
    fn tiers_and_yes_or_no_take_their_points_only() {
        assert_eq!(allowed(&item(2.0, Rule::YesNo { input: "x".into() })), Allowed::OneOf(vec![0.0, 2.0]));
        assert_eq!(allowed(&item(2.0, Rule::Scored)), Allowed::UpTo(2.0));
    }
}
