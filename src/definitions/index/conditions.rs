//! Conditions on figures and points: of steps that give points, and of classes.

use serde::Deserialize;

use crate::{Bounds, did_you_mean};

/// What a condition looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// The figure of an indicator.
    Indicator(String),
    /// The points of an item, by its place in the index.
    Item(usize),
}

/// A figure or the points of an item, within bounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// What is looked at.
    pub read: Read,
    /// The bounds, at full precision.
    pub bounds: Bounds,
}

/// Points for units that meet all of some conditions.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Points.
    pub points: f64,
    /// Kinds of units to which it applies; all without any.
    pub kinds: Vec<String>,
    /// Conditions, all of figures; none holds for everybody.
    pub when: Vec<Condition>,
}

impl Condition {
    /// Whether it holds for what was read; unknown where nothing is known.
    ///
    /// ```
    /// use cchc_definitions::{Bounds, Condition, Read};
    /// let bounds = Bounds { at_least: Some(0.2), ..Bounds::default() };
    /// let condition = Condition { read: Read::Indicator("x".into()), bounds };
    /// assert_eq!((condition.holds(Some(0.2)), condition.holds(Some(0.1)), condition.holds(None)), (Some(true), Some(false), None));
    /// ```
    #[must_use]
    pub fn holds(&self, value: Option<f64>) -> Option<bool> {
        value.map(|value| self.bounds.contain(value))
    }

    /// The indicator that it looks at, if it looks at one.
    #[must_use]
    pub fn indicator(&self) -> Option<&str> {
        match &self.read {
            Read::Indicator(id) => Some(id),
            Read::Item(_) => None,
        }
    }

    /// The condition with signs, readable in any language: `on_time_rate >= 1`. `code_of` gives the code of an item.
    #[must_use]
    pub fn text<'c>(&'c self, code_of: &dyn Fn(usize) -> &'c str) -> String {
        let name = match &self.read {
            Read::Indicator(id) => id.as_str(),
            Read::Item(at) => code_of(*at),
        };
        self.bounds.sql(name).replace(" AND ", ", ")
    }
}

impl Step {
    /// The step as a formula: `coverage >= 0.2, late <= 0: 2`.
    #[must_use]
    pub fn text(&self) -> String {
        let kinds = (!self.kinds.is_empty()).then(|| self.kinds.join("/"));
        let when = self.when.iter().map(|condition| condition.text(&|_| ""));
        let when: Vec<String> = kinds.into_iter().chain(when).collect();
        if when.is_empty() { self.points.to_string() } else { format!("{}: {}", when.join(", "), self.points) }
    }
}

/// A condition as the file has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCondition {
    input: Option<String>,
    item: Option<String>,
    at_least: Option<f64>,
    above: Option<f64>,
    at_most: Option<f64>,
    below: Option<f64>,
}

/// A step as the file has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStep {
    points: f64,
    #[serde(default)]
    kinds: Vec<String>,
    #[serde(default)]
    when: Vec<RawCondition>,
}

impl RawCondition {
    /// Checks it; `codes` are those of the items whose points it may look at.
    pub fn checked(self, inputs: &[&str], codes: &[&str], mut fault: impl FnMut(String)) -> Option<Condition> {
        let bounds = Bounds { at_least: self.at_least, above: self.above, at_most: self.at_most, below: self.below };
        if let Some(message) = bounds.fault() {
            fault(message.to_owned());
        }
        let read = match (self.input, self.item) {
            (Some(id), None) => {
                if !inputs.contains(&id.as_str()) {
                    fault(format!("no indicator '{id}'{}", did_you_mean(&id, inputs.iter().copied())));
                }
                Read::Indicator(id)
            }
            (None, Some(code)) => {
                let place = codes.iter().position(|other| *other == code);
                if place.is_none() {
                    let hint = did_you_mean(&code, codes.iter().copied());
                    fault(format!("no item '{code}'{hint}"));
                }
                Read::Item(place?)
            }
            _ => {
                fault("names neither or both; write input = \"INDICATOR\" or item = \"CODE\"".to_owned());
                return None;
            }
        };
        Some(Condition { read, bounds })
    }
}

/// Checks the steps of a rule: points within the maximum, conditions on indicators, a last step for everybody else.
pub(super) fn checked_steps(
    raw: Vec<RawStep>,
    max: f64,
    inputs: &[&str],
    fault: &mut impl FnMut(&str, String),
) -> Vec<Step> {
    let key = ".steps";
    let last = raw.len();
    if raw.last().is_none_or(|step| !step.when.is_empty() || !step.kinds.is_empty()) {
        fault(key, "the last step must be for everybody else: { points = 0 }".to_owned());
    }
    let checked = |(at, step): (usize, RawStep)| {
        let number = at + 1;
        if !(0.0..=max + 1e-9).contains(&step.points) {
            fault(key, format!("step {number} gives {} of at most {max} points", step.points));
        }
        if number < last && step.when.is_empty() && step.kinds.is_empty() {
            fault(key, format!("step {number} is for everybody, but others follow it"));
        }
        let when = step.when.into_iter();
        let when = when.filter_map(|one| {
            if one.item.is_some() {
                fault(key, format!("step {number} looks at an item; steps look at figures only"));
                return None;
            }
            one.checked(inputs, &[], |message| fault(key, format!("step {number}: {message}")))
        });
        Step { points: step.points, kinds: step.kinds, when: when.collect() }
    };
    raw.into_iter().enumerate().map(checked).collect()
}
