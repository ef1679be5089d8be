//! Reads an index of points from TOML, section by section, and checks the sections against each other.

use serde::Deserialize;

use super::classes::classes;
use super::exemptions::exemptions;
use super::formula::Formula;
use super::points::{Item, Layer, MissingPoints, NotApplicable, PointsIndex, Role, Sheets, ZeroPoints};
use super::rule::{RawRule, Rule};
use super::sections::SectionReader;
use super::settings::RankRounding;
use super::{costs, robustness};
use crate::chains::{LONGEST_CHAIN, too_long};
use crate::{Fault, did_you_mean, parse_toml};

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
    robustness: toml::Table,
    #[serde(default)]
    target: toml::Table,
    #[serde(default)]
    class: Vec<toml::Table>,
    #[serde(default)]
    item: Vec<toml::Table>,
    #[serde(default)]
    exempt: Vec<toml::Table>,
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
    rounding: Option<RankRounding>,
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
    rounding: Option<RankRounding>,
    #[serde(default)]
    evidence: String,
    #[serde(default)]
    source: String,
}

fn default_counts() -> Vec<Layer> {
    vec![Layer::Verified, Layer::Surveyed, Layer::Computed]
}

/// Items of one index: each is compared with each, and a scorecard has a row for each.
const MOST_ITEMS: usize = 2000;

/// Reads and checks one file; every fault names its place. `inputs` are the ids that rules may read.
pub(crate) fn points(file: &str, text: &str, inputs: &[&str], faults: &mut Vec<Fault>) -> Option<PointsIndex> {
    let raw = parse_toml::<RawFile>(file, text, faults)?;
    let mut reader = SectionReader { file, faults };
    let head = reader.head(raw.index);
    let display = reader.display(raw.display);
    let settings = reader.section::<RawPoints>("points", raw.points);
    let rank = reader.ranking(raw.rank);
    let robustness = robustness::read(raw.robustness, &mut reader);
    let costs = costs::read(raw.target, &mut reader);
    let raw_items = reader.list::<RawItem>("item", raw.item);
    let settings = settings?;
    if raw_items.len() > MOST_ITEMS {
        reader.fault("item", format!("there are more than {MOST_ITEMS} items; divide the index"));
        return None;
    }
    let items = items(raw_items, inputs, &mut reader);
    let codes: Vec<&str> = items.iter().map(|item| item.code.as_str()).collect();
    let classes = classes(raw.class, inputs, &codes, &mut reader);
    let exempt = exemptions(raw.exempt, &codes, &mut reader);
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
        rounding: settings.rounding,
        classes,
        exempt,
        display,
        rank: rank.unwrap_or_default(),
        robustness,
        costs,
        items,
    };
    let mut fault = |key: &str, message: String| reader.fault(key, message);
    check_tree(&index, &mut fault);
    check_formulas(&index, &mut fault);
    check_totals(&index, &mut fault);
    Some(index)
}

fn items(raw: Vec<RawItem>, inputs: &[&str], reader: &mut SectionReader<'_>) -> Vec<Item> {
    let codes: Vec<String> = raw.iter().map(|item| item.code.clone()).collect();
    let position_of = |code: &str| codes.iter().position(|other| other == code);
    let mut items = Vec::with_capacity(raw.len());
    for (position, item) in raw.iter().enumerate() {
        if position_of(&item.code) != Some(position) {
            reader.fault(&item.code, "stands twice; every code is used once");
        }
        let parent = item.parent.as_deref().and_then(|code| {
            let found = position_of(code).filter(|at| *at != position);
            if found.is_none() {
                let hint = did_you_mean(code, codes.iter().map(String::as_str));
                reader.fault(format!("{}.parent", item.code), format!("no item '{code}'{hint}"));
            }
            found
        });
        if !(item.max.is_finite() && item.max > 0.0) {
            reader.fault(format!("{}.max", item.code), format!("{} is not above 0", item.max));
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
            rounding: item.rounding,
            evidence: item.evidence.clone(),
            source: item.source.clone(),
        });
    }
    for (position, item) in raw.into_iter().enumerate() {
        let is_parent = items.iter().any(|other| other.parent == Some(position));
        match (item.rule, is_parent) {
            (Some(_), true) => {
                let message = "an item with parts is their sum and has no rule of its own";
                reader.fault(format!("{}.rule", item.code), message);
            }
            (None, false) => {
                let message =
                    "has neither parts nor a rule; write rule = { kind = \"scored\" } for what is scored by hand";
                reader.fault(&item.code, message);
            }
            (Some(rule), false) => {
                let mut fault = |key: &str, message: String| reader.fault(format!("{}.rule{key}", item.code), message);
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

/// A formula reads other leaves, never itself by way of others, and not by way of too many.
fn check_formulas(index: &PointsIndex, fault: &mut impl FnMut(&str, String)) {
    let reads: Vec<Vec<usize>> =
        index.items.iter().map(|item| item.rule.as_ref().map(reads).unwrap_or_default()).collect();
    let mut is_sum = vec![false; index.items.len()];
    for parent in index.items.iter().filter_map(|item| item.parent) {
        is_sum[parent] = true;
    }
    for (start, item) in index.items.iter().enumerate() {
        let (mut open, mut seen) = (reads[start].clone(), vec![false; index.items.len()]);
        while let Some(at) = open.pop() {
            if at == start {
                fault(&format!("{}.rule", item.code), "its formula leads back to itself".to_owned());
                break;
            }
            if is_sum[at] {
                let message = format!("its formula reads '{}', which is a sum; name its parts", index.items[at].code);
                fault(&format!("{}.rule", item.code), message);
            }
            if !std::mem::replace(&mut seen[at], true) {
                open.extend(&reads[at]);
            }
        }
    }
    if let Some(at) = too_long(&reads) {
        let message = format!("its formula reads others that read others, more than {LONGEST_CHAIN} in a row");
        fault(&format!("{}.rule", index.items[at].code), message);
    }
}

fn reads(rule: &Rule) -> Vec<usize> {
    match rule {
        Rule::Formula { formula } => formula.items(),
        _ => Vec::new(),
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
