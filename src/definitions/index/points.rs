//! An index of points: a tree of areas, criteria and sub-criteria, each with a maximum, the leaves with a rule.

use serde::Deserialize;

use super::classes::Class;
use super::costs::Costs;
use super::exemptions::Exemption;
use super::points_file;
use super::robustness::Robustness;
use super::rule::Rule;
use super::sections::Head;
use super::settings::{RankRounding, Ranking};
use crate::{Display, Fault};

/// Points of a criterion, by who gave them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// What the rule gives for the measured figures.
    Computed,
    /// What the unit gave itself.
    #[serde(rename = "self")]
    SelfScored,
    /// What the department found on checking.
    Verified,
    /// What a survey of citizens or officials gave.
    Surveyed,
}

/// Which sheets of criteria count for an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sheets {
    /// Those that name it, and those that name no index.
    #[default]
    Any,
    /// Those that name it; sheets of another index may have the same codes.
    Named,
}

impl Layer {
    /// All layers in the order in which scorecards show them.
    pub const ALL: [Self; 4] = [Self::Computed, Self::SelfScored, Self::Verified, Self::Surveyed];

    /// The word in definitions and JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Computed => "computed",
            Self::SelfScored => "self",
            Self::Verified => "verified",
            Self::Surveyed => "surveyed",
        }
    }
}

/// What becomes of a criterion that does not apply to a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotApplicable {
    /// It drops out and the total is re-based to the maximum of the index.
    #[default]
    Rescale,
    /// It gives its full points.
    Full,
    /// It drops out; the total stays as it is, out of less.
    Exclude,
    /// It drops out and the item that it is part of is re-based; where nothing of that is left, the item above.
    Parent,
}

/// What a figure with a denominator of zero gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ZeroPoints {
    /// The criterion does not apply.
    #[default]
    NotApplicable,
    /// No points.
    None,
    /// Full points: nothing had to be done.
    Full,
}

/// What a figure gives that nobody sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingPoints {
    /// No points; the scorecard and the ranking say how many points could not be scored.
    #[default]
    None,
    /// The criterion does not apply.
    NotApplicable,
}

/// Whether the points of a criterion are part of the total, on top of it or taken off it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Part of the total.
    #[default]
    Points,
    /// On top of it, up to `bonus_cap`.
    Bonus,
    /// Taken off it, up to `deduction_cap`.
    Deduction,
}

/// One version of an index of points.
#[derive(Debug, Clone, PartialEq)]
pub struct PointsIndex {
    /// The file that defines it, below `queries/`.
    pub file: String,
    /// Id, names, kinds of units, days on which it holds, legal basis.
    pub head: Head,
    /// Points of a unit that gets everything.
    pub max: f64,
    /// Which layer counts: the first that has points.
    pub counts: Vec<Layer>,
    /// Whose sheets count.
    pub sheets: Sheets,
    /// Criteria that do not apply.
    pub not_applicable: NotApplicable,
    /// Denominators of zero.
    pub zero: ZeroPoints,
    /// Figures that nobody sent.
    pub missing: MissingPoints,
    /// Most points on top.
    pub bonus_cap: Option<f64>,
    /// Most points taken off.
    pub deduction_cap: Option<f64>,
    /// How the points of each scored item are rounded before they are added up; full precision without it.
    pub rounding: Option<RankRounding>,
    /// Classes, the best first.
    pub classes: Vec<Class>,
    /// Units to which items do not apply, by name.
    pub exempt: Vec<Exemption>,
    /// How points are shown.
    pub display: Display,
    /// How scores become ranks.
    pub rank: Ranking,
    /// Which choices vary where the ranks are tried.
    pub robustness: Robustness,
    /// What changes cost where a target is sought.
    pub costs: Costs,
    /// Areas, criteria and sub-criteria in the order of the file.
    pub items: Vec<Item>,
}

/// An area, a criterion or a sub-criterion.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Code as the set prints it, e.g. `3.1.2`.
    pub code: String,
    /// Position of the item that it is part of.
    pub parent: Option<usize>,
    /// Name in Vietnamese.
    pub name: String,
    /// Most points.
    pub max: f64,
    /// Part of the total, on top of it, or taken off.
    pub role: Role,
    /// How the points follow from figures; `None` for an item that is the sum of its parts.
    pub rule: Option<Rule>,
    /// Which layer counts here, instead of the index's order.
    pub counts: Option<Vec<Layer>>,
    /// What happens where it does not apply, instead of the index's choice.
    pub not_applicable: Option<NotApplicable>,
    /// What a denominator of zero gives, instead of the index's choice.
    pub zero: Option<ZeroPoints>,
    /// How its points are rounded before they are added up, instead of the index's choice.
    pub rounding: Option<RankRounding>,
    /// What a unit must show for it.
    pub evidence: String,
    /// The source of the rule, with its tag.
    pub source: String,
}

impl PointsIndex {
    /// Reads one definition file of `kind = "points"`, whose rules may read the named indicators.
    pub fn parse(file: &str, text: &str, inputs: &[&str]) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let parsed = points_file::points(file, text, inputs, &mut faults);
        faults.sort();
        parsed.filter(|_| faults.is_empty()).ok_or(faults)
    }

    /// The name of this version on forms: its id, and the first day on which it is in force.
    #[must_use]
    pub fn set(&self) -> String {
        match self.head.valid_from {
            Some(day) => format!("{}@{day}", self.head.id),
            None => self.head.id.clone(),
        }
    }

    /// The items without parts, which are scored.
    pub fn leaves(&self) -> impl Iterator<Item = (usize, &Item)> {
        self.items.iter().enumerate().filter(|(_, item)| item.rule.is_some())
    }

    /// Ids of the indicators that rules and classes read, each once, in order of first use.
    #[must_use]
    pub fn inputs(&self) -> Vec<&str> {
        let mut inputs = self.read_by(|_| true);
        let conditions = self.classes.iter().flat_map(|class| &class.when);
        for input in conditions.filter_map(|condition| condition.indicator()) {
            if !inputs.contains(&input) {
                inputs.push(input);
            }
        }
        inputs
    }

    /// Ids of the indicators whose figures of the period before are read, too.
    #[must_use]
    pub fn improved(&self) -> Vec<&str> {
        self.read_by(|rule| matches!(rule, Rule::Improvement { .. }))
    }

    fn read_by(&self, is_meant: impl Fn(&Rule) -> bool) -> Vec<&str> {
        let mut inputs: Vec<&str> = Vec::new();
        for rule in self.items.iter().filter_map(|item| item.rule.as_ref()).filter(|rule| is_meant(rule)) {
            for input in rule.inputs() {
                if !inputs.contains(&input) {
                    inputs.push(input);
                }
            }
        }
        inputs
    }

    /// The depth of an item in the tree: 0 for an area.
    #[must_use]
    pub fn depth(&self, item: usize) -> usize {
        std::iter::successors(self.items[item].parent, |at| self.items[*at].parent).count()
    }
}
