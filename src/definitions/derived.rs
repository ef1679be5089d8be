//! Indicators made of other indicators' figures: which kinds there are, and what must hold of them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;

use super::chains::{LONGEST_CHAIN, too_long};
use super::indicator::{Indicator, Rows};
use super::{Fault, Formula, did_you_mean, overlap};
use cchc_model::Period;

/// What `table` names for an indicator that is made of others.
pub const INDICATORS: &str = "indicators";

/// How the figures of other indicators make a figure.
#[derive(Debug, Clone, PartialEq)]
pub enum Derived {
    /// Of the units that have a figure, the share for which it lies in bounds. Only sums over units have it.
    UnitShare {
        /// The figure that is looked at.
        of: String,
        /// The bounds.
        bounds: Bounds,
        /// Kinds of units that are counted; all without any.
        kinds: Vec<String>,
    },
    /// One figure divided by another, each from a table of its own.
    Ratio {
        /// The figure on top.
        numerator: String,
        /// The figure below.
        denominator: String,
        /// How sums over units are made.
        sums: Sums,
    },
    /// How a figure has changed since an earlier period.
    Change {
        /// The figure.
        of: String,
        /// The earlier period.
        against: Against,
        /// How the change is expressed.
        expressed: Expressed,
    },
    /// A formula of other figures.
    Formula {
        /// With the inputs by position.
        formula: Formula,
        /// Ids of the figures that it reads.
        inputs: Vec<String>,
        /// How sums over units are made.
        sums: Sums,
    },
    /// The unit's own figure; over units the mean of theirs.
    UnitMean {
        /// The figure.
        of: String,
        /// The figure that is a unit's weight; all have the same without it.
        weights: Option<String>,
        /// Kinds of units that are counted; all without any.
        kinds: Vec<String>,
    },
    /// The unit's own figure; where it has none that of its whole kind: a catalogue that holds for every commune.
    OfKind {
        /// The figure.
        of: String,
    },
    /// The first of several figures that has a value.
    First {
        /// In the order in which they are tried.
        of: Vec<String>,
    },
}

/// Bounds of a figure at full precision.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Bounds {
    /// ≥
    pub at_least: Option<f64>,
    /// >
    pub above: Option<f64>,
    /// ≤
    pub at_most: Option<f64>,
    /// <
    pub below: Option<f64>,
}

impl Bounds {
    /// Whether a figure lies within.
    #[must_use]
    pub fn contain(&self, value: f64) -> bool {
        self.at_least.is_none_or(|bound| value >= bound)
            && self.above.is_none_or(|bound| value > bound)
            && self.at_most.is_none_or(|bound| value <= bound)
            && self.below.is_none_or(|bound| value < bound)
    }

    /// As a condition of SQL on `column`.
    #[must_use]
    pub fn sql(&self, column: &str) -> String {
        let bounds = [(">=", self.at_least), (">", self.above), ("<=", self.at_most), ("<", self.below)];
        let conditions = bounds.iter().filter_map(|(sign, bound)| Some(format!("{column} {sign} {}", (*bound)?)));
        conditions.collect::<Vec<_>>().join(" AND ")
    }

    pub(crate) fn fault(&self) -> Option<&'static str> {
        let low = self.at_least.or(self.above);
        let high = self.at_most.or(self.below);
        if low.is_none() && high.is_none() {
            return Some("says no bound; write at_least, above, at_most or below");
        }
        if (self.at_least.is_some() && self.above.is_some()) || (self.at_most.is_some() && self.below.is_some()) {
            return Some("says one side twice; write at_least or above, and at_most or below");
        }
        let open = self.above.is_some() || self.below.is_some();
        match (low, high) {
            (Some(low), Some(high)) if low > high || (open && low >= high) => Some("no figure lies within its bounds"),
            _ => None,
        }
    }
}

/// How a figure of other figures is made for a sum over units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sums {
    /// From the sums of its inputs, as for a unit.
    #[default]
    Apply,
    /// The units' own figures added up: values of a formula, both counts of a ratio.
    Add,
    /// Sums have no figure.
    None,
}

/// The earlier period with which a period is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// The period of the same length just before.
    Before,
    /// The same period of the year before.
    LastYear,
}

impl Against {
    /// The period with which a period is compared.
    #[must_use]
    pub fn earlier(self, period: &Period) -> Period {
        match self {
            Self::Before => period.before(),
            Self::LastYear => period.last_year(),
        }
    }
}

/// How a change is expressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expressed {
    /// Now − then; of rates, percentage points.
    #[default]
    Difference,
    /// (Now − then) ÷ then.
    Relative,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum RawDerived {
    UnitShare {
        of: String,
        at_least: Option<f64>,
        above: Option<f64>,
        at_most: Option<f64>,
        below: Option<f64>,
        #[serde(default)]
        kinds: Vec<String>,
    },
    Ratio {
        numerator: String,
        denominator: String,
        #[serde(default)]
        sums: Sums,
    },
    Change {
        of: String,
        against: Against,
        #[serde(default, alias = "told")]
        expressed: Expressed,
    },
    Formula {
        formula: String,
        #[serde(default)]
        sums: Sums,
    },
    UnitMean {
        of: String,
        weights: String,
        #[serde(default)]
        kinds: Vec<String>,
    },
    OfKind {
        of: String,
    },
    First {
        of: Vec<String>,
    },
}

impl RawDerived {
    /// Checks what does not need the other indicators.
    pub fn checked(self, mut fault: impl FnMut(String)) -> Option<Derived> {
        Some(match self {
            Self::UnitShare { of, at_least, above, at_most, below, kinds } => {
                let bounds = Bounds { at_least, above, at_most, below };
                if let Some(message) = bounds.fault() {
                    fault(message.to_owned());
                }
                Derived::UnitShare { of, bounds, kinds }
            }
            Self::Ratio { numerator, denominator, sums } => Derived::Ratio { numerator, denominator, sums },
            Self::Change { of, against, expressed } => Derived::Change { of, against, expressed },
            Self::Formula { formula, sums } => {
                let ids = RefCell::new(Vec::<String>::new());
                let place = |id: &str| {
                    let mut ids = ids.borrow_mut();
                    ids.iter().position(|known| known == id).or_else(|| {
                        ids.push(id.to_owned());
                        Some(ids.len() - 1)
                    })
                };
                let formula =
                    Formula::parse(&formula, place).map_err(|error| fault(format!("formula: {error}"))).ok()?;
                let inputs = ids.into_inner();
                if inputs.is_empty() {
                    fault("formula reads no indicator; write [id]".to_owned());
                }
                Derived::Formula { formula, inputs, sums }
            }
            Self::UnitMean { of, weights, kinds } => {
                Derived::UnitMean { of, weights: Some(weights).filter(|id| id != "equal"), kinds }
            }
            Self::OfKind { of } => Derived::OfKind { of },
            Self::First { of } => {
                if of.len() < 2 {
                    fault("of: name at least two indicators".to_owned());
                }
                Derived::First { of }
            }
        })
    }
}

impl Derived {
    /// Ids of the indicators that it reads.
    #[must_use]
    pub fn inputs(&self) -> Vec<&str> {
        match self {
            Self::UnitShare { of, .. } | Self::Change { of, .. } | Self::OfKind { of } => vec![of],
            Self::Ratio { numerator, denominator, .. } => vec![numerator, denominator],
            Self::Formula { inputs, .. } => inputs.iter().map(String::as_str).collect(),
            Self::UnitMean { of, weights, .. } => std::iter::once(of).chain(weights).map(String::as_str).collect(),
            Self::First { of } => of.iter().map(String::as_str).collect(),
        }
    }

    /// Numerator and denominator in words of the definition; the denominator is empty where there is none.
    #[must_use]
    pub fn parts(&self) -> (String, String) {
        match self {
            Self::UnitShare { of, bounds, kinds } => {
                let mut units = format!("units with a figure [{of}]");
                if !kinds.is_empty() {
                    let _ = write!(units, " of kind {}", kinds.join(", "));
                }
                (format!("units with {}", bounds.sql(&format!("[{of}]"))), units)
            }
            Self::Ratio { numerator, denominator, .. } => (format!("[{numerator}]"), format!("[{denominator}]")),
            Self::Change { of, against, expressed } => {
                let then = match against {
                    Against::Before => "of the period before",
                    Against::LastYear => "of the same period last year",
                };
                match expressed {
                    Expressed::Difference => (format!("[{of}] - [{of}] {then}"), String::new()),
                    Expressed::Relative => (format!("[{of}] - [{of}] {then}"), format!("[{of}] {then}")),
                }
            }
            Self::Formula { formula, .. } => (formula.text().to_owned(), String::new()),
            Self::UnitMean { of, weights: None, .. } => (format!("sum of the units' [{of}]"), "units".to_owned()),
            Self::UnitMean { of, weights: Some(weights), .. } => {
                (format!("sum of the units' [{of}] * [{weights}]"), format!("sum of the units' [{weights}]"))
            }
            Self::OfKind { of } => (format!("[{of}], or where a unit has none that of its kind"), String::new()),
            Self::First { of } => (format!("the first that is there: [{}]", of.join("], [")), String::new()),
        }
    }

    /// Whether its sums are made of the units' own figures.
    #[must_use]
    pub const fn is_of_units(&self) -> bool {
        matches!(
            self,
            Self::UnitShare { .. }
                | Self::UnitMean { .. }
                | Self::Ratio { sums: Sums::Add, .. }
                | Self::Formula { sums: Sums::Add, .. }
        )
    }
}

/// Checks the references of all indicators: unknown ids, days without a definition, circles and chains that are too long;
/// and which are of no period.
pub(super) fn link(indicators: &mut [Indicator], faults: &mut Vec<Fault>) {
    let reads = reads(indicators);
    let long = too_long(&reads);
    let mut has_circle = false;
    for at in 0..indicators.len() {
        let Some(derived) = indicators[at].derived.clone() else { continue };
        let indicator = &indicators[at];
        let mut fault = |message: String| {
            faults.push(Fault { file: indicator.file.clone(), key: format!("{}.derived", indicator.id), message });
        };
        for id in derived.inputs() {
            if let Some(message) = reference(indicators, indicator, id) {
                fault(message);
            }
        }
        if let Some(circle) = long.and_then(|_| circle(indicators, &reads, at)) {
            fault(format!("reads itself: {circle}"));
            has_circle = true;
            continue;
        }
        let undated = |id: &&str| is_undated(indicators, &reads, id);
        if let Derived::Change { of, .. } = &derived
            && undated(&of.as_str())
        {
            fault(format!("'{of}' counts a catalogue of today, which has no earlier period"));
        }
        if matches!(derived, Derived::UnitShare { .. }) && indicator.unit != "rate" {
            fault("is a share; write unit = \"rate\"".to_owned());
        }
        if derived.inputs().iter().all(undated) {
            indicators[at].rows = Rows::All;
        }
    }
    if let Some(at) = long.filter(|_| !has_circle) {
        let message = format!("reads indicators that read others, more than {LONGEST_CHAIN} in a row");
        let Indicator { file, id, .. } = &indicators[at];
        faults.push(Fault { file: file.clone(), key: format!("{id}.derived"), message });
    }
}

/// Places of the indicators that each reads itself, all versions of them.
fn reads(indicators: &[Indicator]) -> Vec<Vec<usize>> {
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, one) in indicators.iter().enumerate() {
        places.entry(&one.id).or_default().push(at);
    }
    let read = |one: &Indicator| {
        let ids = one.derived.as_ref().map(Derived::inputs).unwrap_or_default();
        ids.iter().filter_map(|id| places.get(id)).flatten().copied().collect()
    };
    indicators.iter().map(read).collect()
}

/// What is wrong with reading `id`, if anything.
fn reference(indicators: &[Indicator], reader: &Indicator, id: &str) -> Option<String> {
    let mut named = indicators.iter().filter(|one| one.id == id).peekable();
    if named.peek().is_none() {
        let known = indicators.iter().map(|one| one.id.as_str()).filter(|known| *known != reader.id);
        return Some(format!("no indicator '{id}'{}", did_you_mean(id, known)));
    }
    let days = (reader.valid_from, reader.valid_to);
    let overlaps = named.any(|one| overlap((one.valid_from, one.valid_to), days));
    (!overlaps).then(|| format!("'{id}' is never in force on the same days"))
}

/// The ids of a circle through the indicator, if there is one.
fn circle(indicators: &[Indicator], reads: &[Vec<usize>], start: usize) -> Option<String> {
    let mut from: Vec<Option<usize>> = vec![None; indicators.len()];
    let mut open = vec![start];
    while let Some(reader) = open.pop() {
        for read in reads[reader].iter().copied() {
            if indicators[read].id == indicators[start].id {
                let above = std::iter::successors(Some(reader), |at| from[*at].filter(|_| *at != start));
                let mut ids: Vec<&str> = above.map(|at| indicators[at].id.as_str()).collect();
                ids.reverse();
                return Some([ids.as_slice(), &[&indicators[start].id]].concat().join(" → "));
            }
            if from[read].is_none() {
                from[read] = Some(reader);
                open.push(read);
            }
        }
    }
    None
}

/// Whether an indicator, with all that it reads, counts what has no period.
fn is_undated(indicators: &[Indicator], reads: &[Vec<usize>], id: &str) -> bool {
    let mut open: Vec<usize> = (0..indicators.len()).filter(|at| indicators[*at].id == id).collect();
    let mut seen = vec![false; indicators.len()];
    while let Some(at) = open.pop() {
        if std::mem::replace(&mut seen[at], true) {
            continue;
        }
        match &indicators[at].derived {
            Some(_) => open.extend(&reads[at]),
            None if indicators[at].rows == Rows::All => {}
            None => return false,
        }
    }
    true
}
