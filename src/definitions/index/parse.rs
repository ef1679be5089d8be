//! Reads a composite index from TOML: section by section, so that every fault of a file is found at once.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;

use super::composite::{Composite, Curve, DatedWeights, Denominator, Goalposts, Leaf};
use super::sections::SectionReader;
use super::settings::{Aggregate, AggregateMethod, Impute, Scale, Screen, Treat, Weigh, WeighMethod};
use super::tree::{self, RawNode};
use super::verify;
use super::{costs, robustness};
use crate::{Direction, Fault, parse_toml};

/// The file as sections; each is read by itself.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    #[serde(rename = "kind")]
    _kind: String,
    index: toml::Table,
    #[serde(default)]
    screen: toml::Table,
    #[serde(default)]
    impute: toml::Table,
    #[serde(default)]
    treat: toml::Table,
    scale: Option<toml::Table>,
    #[serde(default)]
    weigh: toml::Table,
    #[serde(default)]
    aggregate: toml::Table,
    #[serde(default)]
    rank: toml::Table,
    #[serde(default)]
    robustness: toml::Table,
    #[serde(default)]
    target: toml::Table,
    display: Option<toml::Table>,
    #[serde(default)]
    level: Vec<toml::Table>,
    #[serde(default)]
    node: Vec<toml::Table>,
    #[serde(default)]
    indicator: Vec<toml::Table>,
    #[serde(default)]
    weights: Vec<toml::Table>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLeaf {
    id: String,
    name_vi: Option<String>,
    name_en: Option<String>,
    column: Option<String>,
    parent: Option<String>,
    #[serde(default = "one")]
    weight: f64,
    #[serde(default = "higher")]
    direction: Direction,
    denominator: Option<String>,
    per: Option<f64>,
    goalposts: Option<RawGoalposts>,
    target: Option<f64>,
    impute: Option<Impute>,
    treat: Option<Treat>,
    scale: Option<Scale>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGoalposts {
    low: f64,
    high: f64,
    #[serde(default)]
    log: bool,
}

/// Settings of all nodes of one level.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLevel {
    /// 2 is right above the indicators.
    pub level: u32,
    /// Replaces `[weigh] method` there.
    pub weigh: Option<WeighMethod>,
    /// Replaces `[aggregate] method` there.
    pub aggregate: Option<AggregateMethod>,
    /// Replaces `[aggregate] min_available` there.
    pub min_available: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWeights {
    year: Option<i32>,
    valid_from: Option<toml::Value>,
    valid_to: Option<toml::Value>,
    of: BTreeMap<String, f64>,
}

/// The settings that levels and nodes may replace.
pub(super) struct Common {
    /// `[weigh]`.
    pub weigh: Weigh,
    /// `[aggregate]`.
    pub aggregate: Aggregate,
}

/// Indicators, nodes and dated weights of one index: each is compared with each.
const MOST_PARTS: usize = 2000;

/// Reads and checks one file; `None` if it cannot be put together at all.
pub(super) fn composite(file: &str, text: &str, faults: &mut Vec<Fault>) -> Option<Composite> {
    let raw = parse_toml::<RawFile>(file, text, faults)?;
    let mut reader = SectionReader { file, faults };
    if raw.node.len() + raw.indicator.len() + raw.weights.len() > MOST_PARTS {
        reader.fault(
            "index",
            format!("there are more than {MOST_PARTS} indicators, nodes and weights; divide the index"),
        );
        return None;
    }
    let head = reader.head(raw.index);
    let screen = reader.section::<Screen>("screen", raw.screen);
    let impute = reader.section::<Impute>("impute", raw.impute);
    let treat = reader.section::<Treat>("treat", raw.treat);
    let scale = match raw.scale {
        Some(table) => reader.section::<Scale>("scale", table),
        None => Some(Scale::default()),
    };
    let weigh = reader.section::<Weigh>("weigh", raw.weigh);
    let aggregate = reader.section::<Aggregate>("aggregate", raw.aggregate);
    let rank = reader.ranking(raw.rank);
    let robustness = robustness::read(raw.robustness, &mut reader);
    let costs = costs::read(raw.target, &mut reader);
    let display = reader.display(raw.display);
    let levels = reader.list::<RawLevel>("level", raw.level);
    let raw_nodes = reader.list::<RawNode>("node", raw.node);
    let raw_leaves = reader.list::<RawLeaf>("indicator", raw.indicator);
    let raw_weights = reader.list::<RawWeights>("weights", raw.weights);

    // Faults in a section leave a default in its place, so that the others are still checked.
    let (impute, treat, scale) = (impute.unwrap_or_default(), treat.unwrap_or_default(), scale.unwrap_or_default());
    let common = Common { weigh: weigh.unwrap_or_default(), aggregate: aggregate.unwrap_or_default() };
    let parents: Vec<Option<String>> = raw_leaves.iter().map(|leaf| leaf.parent.clone()).collect();
    let leaves: Vec<Leaf> = raw_leaves.into_iter().map(|raw| leaf(raw, &impute, treat, scale, &mut reader)).collect();
    let nodes = tree::build(
        &head.id,
        [&head.name_vi, &head.name_en],
        &leaves,
        &parents,
        raw_nodes,
        &levels,
        &common,
        &mut reader,
    );
    let index = Composite {
        file: file.to_owned(),
        weights: raw_weights.into_iter().enumerate().map(|(at, raw)| weights(at, raw, &mut reader)).collect(),
        head,
        screen: screen.unwrap_or_default(),
        weigh: common.weigh,
        rank: rank.unwrap_or_default(),
        robustness,
        costs,
        display,
        leaves,
        nodes,
    };
    verify::all(&index, &mut reader);
    Some(index)
}

fn leaf(raw: RawLeaf, impute: &Impute, treat: Treat, scale: Scale, reader: &mut SectionReader<'_>) -> Leaf {
    if raw.per.is_some() && raw.denominator.is_none() {
        reader.fault(format!("{}.per", raw.id), "has no denominator to be per");
    }
    Leaf {
        name_vi: raw.name_vi.or_else(|| raw.name_en.clone()).unwrap_or_else(|| raw.id.clone()),
        name_en: raw.name_en.unwrap_or_else(|| raw.id.clone()),
        column: raw.column.unwrap_or_else(|| raw.id.clone()),
        weight: raw.weight,
        direction: raw.direction,
        denominator: raw.denominator.map(|column| Denominator { column, per: raw.per.unwrap_or(1.0) }),
        impute: raw.impute.unwrap_or_else(|| impute.clone()),
        treat: raw.treat.unwrap_or(treat),
        scale: raw.scale.unwrap_or(scale),
        goalposts: raw.goalposts.map(|posts| Goalposts {
            low: posts.low,
            high: posts.high,
            curve: if posts.log { Curve::Log } else { Curve::Linear },
        }),
        target: raw.target,
        id: raw.id,
    }
}

fn weights(at: usize, raw: RawWeights, reader: &mut SectionReader<'_>) -> DatedWeights {
    let key = format!("weights[{}]", at + 1);
    let (from, to) = (
        reader.day(&format!("{key}.valid_from"), raw.valid_from.as_ref()),
        reader.day(&format!("{key}.valid_to"), raw.valid_to.as_ref()),
    );
    let Some(year) = raw.year else { return DatedWeights { from, to, of: raw.of } };
    if raw.valid_from.is_some() || raw.valid_to.is_some() {
        reader.fault(&key, "has a year and days too; write one of them");
    }
    let (from, to) = (NaiveDate::from_ymd_opt(year, 1, 1), NaiveDate::from_ymd_opt(year, 12, 31));
    if from.is_none() || to.is_none() {
        reader.fault(format!("{key}.year"), format!("{year} is no year"));
    }
    DatedWeights { from, to, of: raw.of }
}

fn one() -> f64 {
    1.0
}

fn higher() -> Direction {
    Direction::Higher
}
