//! Reads a composite index from TOML: section by section, so that every fault of a file is found at once.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::composite::{Composite, Curve, DatedWeights, Denominator, Goalposts, Leaf};
use super::settings::{Aggregate, AggregateMethod, Impute, Ranking, Scale, Screen, Treat, Weigh, WeighMethod};
use super::tree::{self, RawNode};
use super::verify;
use crate::definitions::{Direction, Display, Fault, Rounding, explain, parse_toml};

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
struct RawHead {
    id: String,
    name_vi: String,
    name_en: String,
    #[serde(default)]
    unit_kinds: Vec<String>,
    valid_from: Option<String>,
    valid_to: Option<String>,
    legal_basis: String,
    #[serde(default)]
    note: String,
}

/// What every index says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Id, shared by the versions of one index.
    pub id: String,
    /// Name in Vietnamese.
    pub name_vi: String,
    /// Name in English.
    pub name_en: String,
    /// Kinds of units that it scores; empty for any.
    pub unit_kinds: Vec<String>,
    /// First day on which it holds.
    pub valid_from: Option<NaiveDate>,
    /// Last day on which it holds.
    pub valid_to: Option<NaiveDate>,
    /// The regulation or publication, with the tag of how sure it is.
    pub legal_basis: String,
    /// Anything else that a reader should know.
    pub note: String,
}

impl Head {
    /// Whether this version holds on a day.
    #[must_use]
    pub fn is_valid(&self, day: NaiveDate) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day <= to)
    }
}

impl RawHead {
    /// Stands in where `[index]` has a fault, so that the rest of the file is still checked.
    fn unread(file: &str) -> Self {
        Self {
            id: file.to_owned(),
            name_vi: String::new(),
            name_en: String::new(),
            unit_kinds: Vec::new(),
            valid_from: None,
            valid_to: None,
            legal_basis: String::new(),
            note: String::new(),
        }
    }
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
    valid_from: Option<String>,
    valid_to: Option<String>,
    of: BTreeMap<String, f64>,
}

/// The settings that levels and nodes may replace.
pub(super) struct Common {
    /// `[weigh]`.
    pub weigh: Weigh,
    /// `[aggregate]`.
    pub aggregate: Aggregate,
}

/// Collects the faults of one file.
pub(super) struct Place<'a> {
    pub file: &'a str,
    pub faults: &'a mut Vec<Fault>,
}

impl Place<'_> {
    /// Notes a fault at a key.
    pub fn fault(&mut self, key: impl Into<String>, message: impl Into<String>) {
        self.faults.push(Fault { file: self.file.to_owned(), key: key.into(), message: message.into() });
    }

    /// Reads one section; a fault names it.
    pub fn section<T: DeserializeOwned>(&mut self, key: &str, table: toml::Table) -> Option<T> {
        match T::deserialize(table) {
            Ok(value) => Some(value),
            Err(error) => {
                self.fault(key, explain(error.message()));
                None
            }
        }
    }

    /// Reads the tables of a list; a fault names the id, or the place in the list where there is none.
    pub fn list<T: DeserializeOwned>(&mut self, key: &str, tables: Vec<toml::Table>) -> Vec<T> {
        let mut read = Vec::with_capacity(tables.len());
        for (at, mut table) in tables.into_iter().enumerate() {
            let id = table.get("id").or_else(|| table.get("code")).and_then(toml::Value::as_str).map(str::to_owned);
            let place = id.unwrap_or_else(|| format!("{key}[{}]", at + 1));
            read.extend(self.section(&place, table.clone()).or_else(|| {
                // Its place in the tree is kept, or the faults that follow from its absence would hide this one.
                table.retain(|key, _| ["id", "parent", "weight", "code", "name", "max"].contains(&key));
                let weighed = T::deserialize(table.clone()).ok();
                table.remove("weight");
                weighed.or_else(|| T::deserialize(table).ok())
            }));
        }
        read
    }

    /// Reads `[index]`.
    pub fn head(&mut self, table: toml::Table) -> Head {
        let raw = self.section::<RawHead>("index", table).unwrap_or_else(|| RawHead::unread(self.file));
        Head {
            valid_from: self.day("index.valid_from", raw.valid_from.as_ref()),
            valid_to: self.day("index.valid_to", raw.valid_to.as_ref()),
            id: raw.id,
            name_vi: raw.name_vi,
            name_en: raw.name_en,
            unit_kinds: raw.unit_kinds,
            legal_basis: raw.legal_basis,
            note: raw.note,
        }
    }

    fn day(&mut self, key: &str, text: Option<&String>) -> Option<NaiveDate> {
        let text = text?;
        let day = text.parse().ok();
        if day.is_none() {
            self.fault(key, format!("'{text}' is no day; write 2020-01-31"));
        }
        day
    }
}

/// Reads and checks one file; `None` if it cannot be put together at all.
pub(super) fn composite(file: &str, text: &str, faults: &mut Vec<Fault>) -> Option<Composite> {
    let raw = parse_toml::<RawFile>(file, text, faults)?;
    let mut place = Place { file, faults };
    let head = place.section::<RawHead>("index", raw.index);
    let screen = place.section::<Screen>("screen", raw.screen);
    let impute = place.section::<Impute>("impute", raw.impute);
    let treat = place.section::<Treat>("treat", raw.treat);
    let scale = match raw.scale {
        Some(table) => place.section::<Scale>("scale", table),
        None => Some(Scale::default()),
    };
    let weigh = place.section::<Weigh>("weigh", raw.weigh);
    let aggregate = place.section::<Aggregate>("aggregate", raw.aggregate);
    let rank = place.section::<Ranking>("rank", raw.rank);
    let display = match raw.display {
        Some(table) => place.section::<Display>("display", table),
        None => Some(two_digits()),
    };
    let levels = place.list::<RawLevel>("level", raw.level);
    let raw_nodes = place.list::<RawNode>("node", raw.node);
    let raw_leaves = place.list::<RawLeaf>("indicator", raw.indicator);
    let raw_weights = place.list::<RawWeights>("weights", raw.weights);

    // Faults in a section leave a default in its place, so that the others are still checked.
    let (impute, treat, scale) = (impute.unwrap_or_default(), treat.unwrap_or_default(), scale.unwrap_or_default());
    let common = Common { weigh: weigh.unwrap_or_default(), aggregate: aggregate.unwrap_or_default() };
    let parents: Vec<Option<String>> = raw_leaves.iter().map(|leaf| leaf.parent.clone()).collect();
    let leaves: Vec<Leaf> = raw_leaves.into_iter().map(|raw| leaf(raw, &impute, treat, scale, &mut place)).collect();
    let head = head.unwrap_or_else(|| RawHead::unread(file));
    let nodes = tree::build(
        &head.id,
        [&head.name_vi, &head.name_en],
        &leaves,
        &parents,
        raw_nodes,
        &levels,
        &common,
        &mut place,
    );
    let index = Composite {
        file: file.to_owned(),
        valid_from: place.day("index.valid_from", head.valid_from.as_ref()),
        valid_to: place.day("index.valid_to", head.valid_to.as_ref()),
        weights: raw_weights.into_iter().enumerate().map(|(at, raw)| weights(at, raw, &mut place)).collect(),
        id: head.id,
        name_vi: head.name_vi,
        name_en: head.name_en,
        unit_kinds: head.unit_kinds,
        legal_basis: head.legal_basis,
        note: head.note,
        screen: screen.unwrap_or_default(),
        weigh: common.weigh,
        rank: rank.unwrap_or_default(),
        display: display.unwrap_or_else(two_digits),
        leaves,
        nodes,
    };
    verify::all(&index, &mut place);
    Some(index)
}

fn leaf(raw: RawLeaf, impute: &Impute, treat: Treat, scale: Scale, place: &mut Place<'_>) -> Leaf {
    if raw.per.is_some() && raw.denominator.is_none() {
        place.fault(format!("{}.per", raw.id), "has no denominator to be per");
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

fn weights(at: usize, raw: RawWeights, place: &mut Place<'_>) -> DatedWeights {
    let key = format!("weights[{}]", at + 1);
    let (from, to) = (
        place.day(&format!("{key}.valid_from"), raw.valid_from.as_ref()),
        place.day(&format!("{key}.valid_to"), raw.valid_to.as_ref()),
    );
    let Some(year) = raw.year else { return DatedWeights { from, to, of: raw.of } };
    if raw.valid_from.is_some() || raw.valid_to.is_some() {
        place.fault(&key, "has a year and days too; write one of them");
    }
    let (from, to) = (NaiveDate::from_ymd_opt(year, 1, 1), NaiveDate::from_ymd_opt(year, 12, 31));
    if from.is_none() || to.is_none() {
        place.fault(format!("{key}.year"), format!("{year} is no year"));
    }
    DatedWeights { from, to, of: raw.of }
}

pub(super) fn two_digits() -> Display {
    Display { digits: 2, mode: Rounding::HalfUp, reason: String::new() }
}

fn one() -> f64 {
    1.0
}

fn higher() -> Direction {
    Direction::Higher
}
