//! An index of points: a tree of areas, criteria and sub-criteria, each with a maximum, the leaves with a rule.

use serde::Deserialize;

use super::formula::Formula;
use super::parse::two_digits;
use super::place::{Head, Place};
use super::rule::{RawRule, Rule};
use super::settings::Ranking;
use crate::{Display, Fault, did_you_mean, parse_toml};

/// What counts towards the points of a criterion, by who found it.
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

/// A class of scores.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// Lowest score of the class, in points.
    pub from: f64,
    /// Its name, e.g. `xuất sắc`.
    pub name: String,
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
    /// Classes, the best first.
    pub classes: Vec<Class>,
    /// How points are shown.
    pub display: Display,
    /// How scores become ranks.
    pub rank: Ranking,
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
    /// What a unit must show for it.
    pub evidence: String,
    /// Where the rule stands, with its tag.
    pub source: String,
}

impl PointsIndex {
    /// Reads one definition file of `kind = "points"`, whose rules may read the named indicators.
    ///
    /// # Errors
    /// All faults of the file at once.
    pub fn parse(file: &str, text: &str, inputs: &[&str]) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let parsed = points(file, text, inputs, &mut faults);
        faults.sort();
        parsed.filter(|_| faults.is_empty()).ok_or(faults)
    }

    /// The name by which forms of this version say that they are of it: its id, and the first day on which it holds.
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

    /// Ids of the indicators that rules read, each once, in order of first use.
    #[must_use]
    pub fn inputs(&self) -> Vec<&str> {
        self.read_by(|_| true)
    }

    /// Ids of the indicators whose figures of the period before are read, too.
    #[must_use]
    pub fn improved(&self) -> Vec<&str> {
        self.read_by(|rule| matches!(rule, Rule::Improvement { .. }))
    }

    fn read_by(&self, is_meant: impl Fn(&Rule) -> bool) -> Vec<&str> {
        let mut inputs: Vec<&str> = Vec::new();
        for rule in self.items.iter().filter_map(|item| item.rule.as_ref()).filter(|rule| is_meant(rule)) {
            if let Some(input) = rule.input().filter(|input| !inputs.contains(input)) {
                inputs.push(input);
            }
        }
        inputs
    }

    /// How deep an item stands: 0 for an area.
    #[must_use]
    pub fn depth(&self, item: usize) -> usize {
        std::iter::successors(self.items[item].parent, |at| self.items[*at].parent).count()
    }

    /// The class of a score, if the index has classes.
    #[must_use]
    pub fn class(&self, score: f64) -> Option<&str> {
        self.classes.iter().find(|class| score >= class.from).map(|class| class.name.as_str())
    }
}

/// The file as sections; each is read by itself, so that every fault is found at once.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    #[serde(rename = "kind")]
    _kind: String,
    index: toml::Table,
    points: toml::Table,
    display: Option<toml::Table>,
    #[serde(default)]
    rank: toml::Table,
    #[serde(default)]
    class: Vec<toml::Table>,
    #[serde(default)]
    item: Vec<toml::Table>,
}

/// `[points]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPoints {
    max: f64,
    #[serde(default = "default_counts")]
    counts: Vec<Layer>,
    #[serde(default)]
    sheets: Sheets,
    #[serde(default)]
    not_applicable: NotApplicable,
    #[serde(default)]
    zero: ZeroPoints,
    #[serde(default)]
    missing: MissingPoints,
    bonus_cap: Option<f64>,
    deduction_cap: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawItem {
    code: String,
    parent: Option<String>,
    name: String,
    max: f64,
    #[serde(default)]
    role: Role,
    rule: Option<RawRule>,
    counts: Option<Vec<Layer>>,
    not_applicable: Option<NotApplicable>,
    zero: Option<ZeroPoints>,
    #[serde(default)]
    evidence: String,
    #[serde(default)]
    source: String,
}

fn default_counts() -> Vec<Layer> {
    vec![Layer::Verified, Layer::Surveyed, Layer::Computed]
}

/// Reads and checks one file; every fault is told with its place. `inputs` are the ids that rules may read.
pub(crate) fn points(
    file: &str,
    text: &str,
    inputs: &[&str],
    faults: &mut Vec<Fault>,
) -> Option<PointsIndex> {
    let raw = parse_toml::<RawFile>(file, text, faults)?;
    let mut place = Place { file, faults };
    let head = place.head(raw.index);
    let display = match raw.display {
        Some(table) => place.section::<Display>("display", table),
        None => Some(two_digits()),
    };
    let settings = place.section::<RawPoints>("points", raw.points);
    let rank = place.section::<Ranking>("rank", raw.rank);
    let classes = place.list::<Class>("class", raw.class);
    let raw_items = place.list::<RawItem>("item", raw.item);
    let settings = settings?;
    let index = PointsIndex {
        file: file.to_owned(),
        head,
        max: settings.max,
        counts: settings.counts,
        sheets: settings.sheets,
        not_applicable: settings.not_applicable,
        zero: settings.zero,
        missing: settings.missing,
        bonus_cap: settings.bonus_cap,
        deduction_cap: settings.deduction_cap,
        classes,
        display: display.unwrap_or_else(two_digits),
        rank: rank.unwrap_or_default(),
        items: items(raw_items, inputs, &mut place),
    };
    let mut fault = |key: &str, message: String| place.fault(key, message);
    check_tree(&index, &mut fault);
    check_formulas(&index, &mut fault);
    check_totals(&index, &mut fault);
    Some(index)
}

fn items(raw: Vec<RawItem>, inputs: &[&str], place: &mut Place<'_>) -> Vec<Item> {
    let codes: Vec<String> = raw.iter().map(|item| item.code.clone()).collect();
    let position_of = |code: &str| codes.iter().position(|other| other == code);
    let mut items = Vec::with_capacity(raw.len());
    for (position, item) in raw.iter().enumerate() {
        if position_of(&item.code) != Some(position) {
            place.fault(&item.code, "stands twice; every code is used once");
        }
        let parent = item.parent.as_deref().and_then(|code| {
            let found = position_of(code).filter(|at| *at != position);
            if found.is_none() {
                let hint = did_you_mean(code, codes.iter().map(String::as_str));
                place.fault(format!("{}.parent", item.code), format!("no item '{code}'{hint}"));
            }
            found
        });
        if !(item.max.is_finite() && item.max > 0.0) {
            place.fault(format!("{}.max", item.code), format!("{} is not above 0", item.max));
        }
        items.push(Item {
            code: item.code.clone(),
            parent,
            name: item.name.clone(),
            max: item.max,
            role: item.role,
            rule: None,
            counts: item.counts.clone(),
            not_applicable: item.not_applicable,
            zero: item.zero,
            evidence: item.evidence.clone(),
            source: item.source.clone(),
        });
    }
    for (position, item) in raw.into_iter().enumerate() {
        let is_parent = items.iter().any(|other| other.parent == Some(position));
        match (item.rule, is_parent) {
            (Some(_), true) => {
                let message = "an item with parts is their sum and has no rule of its own";
                place.fault(format!("{}.rule", item.code), message);
            }
            (None, false) => {
                let message =
                    "has neither parts nor a rule; write rule = { kind = \"scored\" } for what is scored by hand";
                place.fault(&item.code, message);
            }
            (Some(rule), false) => {
                let mut fault = |key: &str, message: String| place.fault(format!("{}.rule{key}", item.code), message);
                let rule = rule.checked(item.max, inputs, &items, &mut fault);
                items[position].rule = Some(rule);
            }
            (None, true) => {}
        }
    }
    items
}

/// No item is part of itself, however far up.
fn check_tree(index: &PointsIndex, fault: &mut impl FnMut(&str, String)) {
    for item in &index.items {
        let mut above = item.parent;
        for _ in 0..index.items.len() {
            above = above.and_then(|at| index.items[at].parent);
        }
        if above.is_some() {
            fault(&format!("{}.parent", item.code), "is part of itself by way of its parents".to_owned());
        }
        let role = item.parent.map_or(item.role, |at| index.items[at].role);
        if role != item.role {
            fault(&format!("{}.role", item.code), "differs from the role of the item that it is part of".to_owned());
        }
    }
}

/// A formula reads other leaves, never itself by way of others.
fn check_formulas(index: &PointsIndex, fault: &mut impl FnMut(&str, String)) {
    let reads = |at: usize| match &index.items[at].rule {
        Some(Rule::Formula { formula }) => formula.items(),
        _ => Vec::new(),
    };
    for (start, item) in index.items.iter().enumerate() {
        let (mut open, mut seen) = (reads(start), vec![false; index.items.len()]);
        while let Some(at) = open.pop() {
            if at == start {
                fault(&format!("{}.rule", item.code), "its formula leads back to itself".to_owned());
                break;
            }
            if index.items.iter().any(|part| part.parent == Some(at)) {
                let message = format!("its formula reads '{}', which is a sum; name its parts", index.items[at].code);
                fault(&format!("{}.rule", item.code), message);
            }
            if !std::mem::replace(&mut seen[at], true) {
                open.extend(reads(at));
            }
        }
    }
}

/// Maxima add up, classes fall, caps are there where they are needed.
fn check_totals(index: &PointsIndex, fault: &mut impl FnMut(&str, String)) {
    let differs = |left: f64, right: f64| (left - right).abs() > 1e-9;
    for (position, item) in index.items.iter().enumerate() {
        let parts: Vec<f64> =
            index.items.iter().filter(|other| other.parent == Some(position)).map(|other| other.max).collect();
        let sum: f64 = parts.iter().sum();
        if !parts.is_empty() && differs(sum, item.max) {
            fault(&format!("{}.max", item.code), format!("is {}, but its parts add up to {sum}", item.max));
        }
    }
    let areas = index.items.iter().filter(|item| item.parent.is_none() && item.role == Role::Points);
    let sum: f64 = areas.map(|item| item.max).sum();
    if differs(sum, index.max) {
        fault("max", format!("is {}, but the areas add up to {sum}", index.max));
    }
    for (role, cap, key) in
        [(Role::Bonus, index.bonus_cap, "bonus_cap"), (Role::Deduction, index.deduction_cap, "deduction_cap")]
    {
        if index.items.iter().any(|item| item.role == role) && cap.is_none() {
            fault(key, "is needed, since there are items with that role".to_owned());
        }
    }
    if index.counts.is_empty() {
        fault("counts", "is empty; name the layers that count, the first first".to_owned());
    }
    if index.classes.windows(2).any(|pair| pair[0].from <= pair[1].from) {
        fault("classes", "must fall from the best class to the worst, without equal bounds".to_owned());
    }
}

/// Parses a formula of other items' points.
pub(super) fn formula(text: &str, items: &[Item]) -> Result<Formula, String> {
    Formula::parse(text, |code| items.iter().position(|item| item.code == code))
}
