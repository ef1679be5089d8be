//! The kinds of rules that turn a figure into points.

use serde::Deserialize;

use super::conditions::{RawStep, Step, checked_steps};
use super::formula::Formula;
use super::points::Item;
use super::points_file::formula;
use crate::did_you_mean;

/// How the points of a criterion follow from figures. `max` is the most that the criterion gives.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// Nothing is computed: people score it (self-scored, verified, surveyed).
    Scored,
    /// `max` if the figure is not 0.
    YesNo {
        /// Indicator.
        input: String,
    },
    /// The points of the tier in which the figure lies: of a rate (0–1) or of a count.
    Tiers {
        /// Indicator.
        input: String,
        /// Tiers, the highest first; the last has no lower bound.
        tiers: Vec<Tier>,
    },
    /// r × `max`, r between 0 and 1.
    Linear {
        /// Indicator.
        input: String,
    },
    /// r × `max` from a floor on, 0 below it.
    Floor {
        /// Indicator.
        input: String,
        /// Lowest rate that gives points.
        floor: f64,
    },
    /// r ÷ target × `max`, at most `max`.
    Target {
        /// Indicator.
        input: String,
        /// Rate that gives `max`.
        target: f64,
    },
    /// `max` less so many points for each violation, not below 0.
    Deduction {
        /// Indicator: a count.
        input: String,
        /// Points for one violation.
        per: f64,
    },
    /// A value from outside times a factor, between 0 and `max`: SIPAS × 10.
    External {
        /// Indicator, usually a declared figure.
        input: String,
        /// Points for 1.
        factor: f64,
    },
    /// r ÷ the best unit of the kind × `max`; for an indicator where less is better, best ÷ r.
    RelativeToBest {
        /// Indicator.
        input: String,
    },
    /// Points for the change on the period before: `max` from `by` on, in proportion below, 0 without improvement.
    Improvement {
        /// Indicator.
        input: String,
        /// Change that gives `max`.
        by: f64,
    },
    /// Set against the mean of other units: `max` at or above it and 0 below, or so many points for each unit of difference.
    /// For an indicator where less is better, at or below.
    RelativeToMean {
        /// Indicator.
        input: String,
        /// Whose mean.
        among: Among,
        /// Points for a difference of 1; without it the mean itself decides between `max` and 0.
        per: Option<f64>,
        /// Points at the mean, and without `per` above it: `max` then, 0 with `per`, unless it is said.
        at_mean: Option<f64>,
    },
    /// The points of the first step whose conditions all hold.
    Steps {
        /// Steps, the first that fits counts; the last is for everybody else.
        steps: Vec<Step>,
    },
    /// A formula of the points of other criteria.
    Formula {
        /// The formula.
        formula: Formula,
    },
}

/// Of which units the mean is taken: the simple mean of their figures, whatever their size.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Among {
    /// Units of the same kind.
    #[default]
    Kind,
    /// All units that the index scores.
    All,
    /// Units of the same group of a grouping, by its id.
    Grouping(String),
}

impl Among {
    fn from_word(word: Option<&str>) -> Self {
        match word {
            None | Some("kind") => Self::Kind,
            Some("all") => Self::All,
            Some(id) => Self::Grouping(id.to_owned()),
        }
    }

    /// Its word in definitions.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Kind => "kind",
            Self::All => "all",
            Self::Grouping(id) => id,
        }
    }
}

/// A range of figures and its points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tier {
    /// Lowest figure; none: everything below the tier above.
    pub from: Option<f64>,
    /// Points.
    pub points: f64,
}

impl Rule {
    /// The indicator that the rule reads.
    #[must_use]
    pub fn input(&self) -> Option<&str> {
        match self {
            Self::Scored | Self::Formula { .. } | Self::Steps { .. } => None,
            Self::YesNo { input }
            | Self::Tiers { input, .. }
            | Self::Linear { input }
            | Self::Floor { input, .. }
            | Self::Target { input, .. }
            | Self::Deduction { input, .. }
            | Self::External { input, .. }
            | Self::RelativeToBest { input }
            | Self::RelativeToMean { input, .. }
            | Self::Improvement { input, .. } => Some(input),
        }
    }

    /// All indicators that the rule reads, each once.
    #[must_use]
    pub fn inputs(&self) -> Vec<&str> {
        let Self::Steps { steps } = self else { return self.input().into_iter().collect() };
        let mut inputs: Vec<&str> = Vec::new();
        for id in steps.iter().flat_map(|step| &step.when).filter_map(|condition| condition.indicator()) {
            if !inputs.contains(&id) {
                inputs.push(id);
            }
        }
        inputs
    }

    /// Names the indicator that the rule reads, if it reads one.
    pub fn set_input(&mut self, id: &str) {
        match self {
            Self::Scored | Self::Formula { .. } | Self::Steps { .. } => {}
            Self::YesNo { input }
            | Self::Tiers { input, .. }
            | Self::Linear { input }
            | Self::Floor { input, .. }
            | Self::Target { input, .. }
            | Self::Deduction { input, .. }
            | Self::External { input, .. }
            | Self::RelativeToBest { input }
            | Self::RelativeToMean { input, .. }
            | Self::Improvement { input, .. } => id.clone_into(input),
        }
    }

    /// The rule as a formula of r (a rate), n (a count) or x, readable in any language.
    ///
    /// ```
    /// use cchc_definitions::Rule;
    /// assert_eq!(Rule::Floor { input: "on_time_rate".into(), floor: 0.95 }.formula(8.0), "r ≥ 0.95: 8 × r; 0");
    /// ```
    #[must_use]
    pub fn formula(&self, max: f64) -> String {
        match self {
            Self::Scored => "–".to_owned(),
            Self::YesNo { .. } => format!("x ≠ 0: {max}; 0"),
            Self::Tiers { tiers, .. } => {
                let tier = |tier: &Tier| match tier.from {
                    Some(from) => format!("x ≥ {from}: {}", tier.points),
                    None => tier.points.to_string(),
                };
                tiers.iter().map(tier).collect::<Vec<_>>().join("; ")
            }
            Self::Linear { .. } => format!("{max} × r"),
            Self::Floor { floor, .. } => format!("r ≥ {floor}: {max} × r; 0"),
            Self::Target { target, .. } => format!("min({max}; {max} × r / {target})"),
            Self::Deduction { per, .. } => format!("max(0; {max} − {per} × n)"),
            Self::External { factor, .. } => format!("min({max}; {factor} × x)"),
            Self::RelativeToBest { .. } => format!("{max} × r / best"),
            Self::Improvement { by, .. } => format!("min({max}; {max} × (r − before) / {by})"),
            Self::RelativeToMean { per: None, at_mean, .. } => format!("r ≥ mean: {}; 0", at_mean.unwrap_or(max)),
            Self::RelativeToMean { per: Some(per), at_mean, .. } => {
                format!("min({max}; max(0; {} + {per} × (r − mean)))", at_mean.unwrap_or(0.0))
            }
            Self::Steps { steps } => steps.iter().map(Step::text).collect::<Vec<_>>().join("; "),
            Self::Formula { formula } => formula.text().to_owned(),
        }
    }

    /// Its name in definitions.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Scored => "scored",
            Self::YesNo { .. } => "yes_no",
            Self::Tiers { .. } => "tiers",
            Self::Linear { .. } => "linear",
            Self::Floor { .. } => "floor",
            Self::Target { .. } => "target",
            Self::Deduction { .. } => "deduction",
            Self::External { .. } => "external",
            Self::RelativeToBest { .. } => "relative_to_best",
            Self::Improvement { .. } => "improvement",
            Self::RelativeToMean { .. } => "relative_to_mean",
            Self::Steps { .. } => "steps",
            Self::Formula { .. } => "formula",
        }
    }
}

/// A rule as the file has it.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum RawRule {
    Scored {},
    YesNo { input: String },
    Tiers { input: String, tiers: Vec<RawTier> },
    Linear { input: String },
    Floor { input: String, floor: f64 },
    Target { input: String, target: f64 },
    Deduction { input: String, per: f64 },
    External { input: String, factor: f64 },
    RelativeToBest { input: String },
    Improvement { input: String, by: f64 },
    RelativeToMean { input: String, among: Option<String>, per: Option<f64>, at_mean: Option<f64> },
    Steps { steps: Vec<RawStep> },
    Formula { formula: String },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTier {
    from: Option<f64>,
    below: Option<f64>,
    points: f64,
}

impl RawRule {
    /// Checks the rule; one with faults is never used.
    pub fn checked(self, max: f64, inputs: &[&str], items: &[Item], fault: &mut impl FnMut(&str, String)) -> Rule {
        let mut above_zero = |key: &str, value: f64| {
            if !(value.is_finite() && value > 0.0) {
                fault(key, format!("{value} is not above 0"));
            }
        };
        let rule = match self {
            Self::Scored {} => Rule::Scored,
            Self::YesNo { input } => Rule::YesNo { input },
            Self::Tiers { input, tiers } => Rule::Tiers { input, tiers: checked_tiers(&tiers, max, fault) },
            Self::Linear { input } => Rule::Linear { input },
            Self::Floor { input, floor } => {
                above_zero(".floor", floor);
                Rule::Floor { input, floor }
            }
            Self::Target { input, target } => {
                above_zero(".target", target);
                Rule::Target { input, target }
            }
            Self::Deduction { input, per } => {
                above_zero(".per", per);
                Rule::Deduction { input, per }
            }
            Self::External { input, factor } => {
                above_zero(".factor", factor);
                Rule::External { input, factor }
            }
            Self::RelativeToBest { input } => Rule::RelativeToBest { input },
            Self::Improvement { input, by } => {
                if !by.is_finite() || by == 0.0 {
                    fault(".by", format!("{by} is no change"));
                }
                Rule::Improvement { input, by }
            }
            Self::RelativeToMean { input, among, per, at_mean } => {
                if let Some(per) = per {
                    above_zero(".per", per);
                }
                checked_at_mean(at_mean, max, fault);
                Rule::RelativeToMean { input, among: Among::from_word(among.as_deref()), per, at_mean }
            }
            Self::Steps { steps } => Rule::Steps { steps: checked_steps(steps, max, inputs, fault) },
            Self::Formula { formula: text } => match formula(&text, items) {
                Ok(formula) => Rule::Formula { formula },
                Err(message) => {
                    fault(".formula", message);
                    Rule::Scored
                }
            },
        };
        check_input(&rule, inputs, fault);
        rule
    }
}

/// The indicator that a rule reads is one that there is.
fn check_input(rule: &Rule, inputs: &[&str], fault: &mut impl FnMut(&str, String)) {
    let Some(input) = rule.input().filter(|input| !inputs.contains(input)) else { return };
    let hint = did_you_mean(input, inputs.iter().copied());
    let message = if input.is_empty() { "is empty".to_owned() } else { format!("no indicator '{input}'{hint}") };
    fault(".input", message);
}

/// Points at the mean lie between 0 and the maximum.
fn checked_at_mean(at_mean: Option<f64>, max: f64, fault: &mut impl FnMut(&str, String)) {
    let Some(points) = at_mean else { return };
    if !(0.0..=max).contains(&points) {
        fault(".at_mean", format!("{points} is not between 0 and {max}"));
    }
}

/// Tiers from the highest to the lowest, without gaps and overlaps, the last open downwards.
fn checked_tiers(raw: &[RawTier], max: f64, fault: &mut impl FnMut(&str, String)) -> Vec<Tier> {
    let key = ".tiers";
    if raw.is_empty() {
        fault(key, "is empty".to_owned());
    }
    for (position, tier) in raw.iter().enumerate() {
        let number = position + 1;
        if !(0.0..=max + 1e-9).contains(&tier.points) {
            fault(key, format!("tier {number} gives {} of at most {max} points", tier.points));
        }
        let above = position.checked_sub(1).and_then(|at| raw[at].from);
        match (tier.below, above) {
            (Some(below), Some(from)) if below < from => {
                fault(key, format!("between tier {position} (from {from}) and tier {number} (below {below}) is a gap"));
            }
            (Some(below), Some(from)) if below > from => {
                fault(key, format!("tier {number} (below {below}) overlaps tier {position} (from {from})"));
            }
            (Some(below), None) if position == 0 => {
                fault(key, format!("nothing is said of figures from {below} on; the first tier has no upper bound"));
            }
            _ => {}
        }
        match (tier.from, above) {
            (Some(from), Some(above)) if from >= above => {
                fault(
                    key,
                    format!(
                        "tier {number} (from {from}) overlaps tier {position} (from {above}); write the highest first"
                    ),
                );
            }
            (None, _) if number < raw.len() => fault(key, format!("tier {number} has no 'from', but others follow it")),
            _ => {}
        }
        if number == raw.len() && tier.from.is_some_and(|from| from > 0.0) {
            fault(
                key,
                format!(
                    "nothing is said of figures below {}; add a last tier without 'from'",
                    tier.from.unwrap_or(0.0)
                ),
            );
        }
    }
    raw.iter().map(|tier| Tier { from: tier.from, points: tier.points }).collect()
}
