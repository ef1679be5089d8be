//! Builds the tree of a composite index and finds what makes it none: unknown parents, cycles, nodes without children.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::composite::{Child, Leaf, Node};
use super::parse::{Common, RawLevel};
use super::sections::SectionReader;
use super::settings::{Aggregate, AggregateMethod, Weigh, WeighMethod};
use crate::did_you_mean;

/// `[[node]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawNode {
    id: String,
    name_vi: Option<String>,
    name_en: Option<String>,
    parent: Option<String>,
    #[serde(default = "one")]
    weight: f64,
    weigh: Option<WeighMethod>,
    aggregate: Option<AggregateMethod>,
    min_available: Option<f64>,
}

fn one() -> f64 {
    1.0
}

/// Puts indicators and nodes below their parents; without a parent they are right below the index.
#[expect(clippy::too_many_arguments, reason = "the parts of one file, each used once")]
pub(super) fn build(
    id: &str,
    [name_vi, name_en]: [&str; 2],
    leaves: &[Leaf],
    leaf_parents: &[Option<String>],
    raw: Vec<RawNode>,
    levels: &[RawLevel],
    common: &Common,
    reader: &mut SectionReader<'_>,
) -> Vec<Node> {
    let places = places(id, leaves, &raw, reader);
    let mut find = |child: &str, parent: Option<&String>| match parent {
        None => 0,
        Some(parent) => places.get(parent.as_str()).copied().flatten().unwrap_or_else(|| {
            let nodes = places.iter().filter(|(_, at)| at.is_some()).map(|(id, _)| *id);
            let is_leaf = places.contains_key(parent.as_str());
            reader.fault(
                format!("{child}.parent"),
                if is_leaf {
                    format!("'{parent}' is an indicator; nothing can stand below it")
                } else {
                    format!("no node '{parent}'{}", did_you_mean(parent, nodes))
                },
            );
            0
        }),
    };
    let mut children = vec![Vec::new(); raw.len() + 1];
    for (at, (leaf, parent)) in leaves.iter().zip(leaf_parents).enumerate() {
        children[find(&leaf.id, parent.as_ref())].push(Child::Leaf(at));
    }
    let mut parents = vec![None];
    for (at, node) in raw.iter().enumerate() {
        let parent = find(&node.id, node.parent.as_ref());
        children[parent].push(Child::Node(at + 1));
        parents.push(Some(parent));
    }
    let heights = heights(&children, &parents, &raw, reader);
    for (at, settings) in levels.iter().enumerate() {
        let key = format!("level[{}]", at + 1);
        if !heights.contains(&settings.level) {
            reader.fault(
                &key,
                format!("no node is of level {}; indicators are 1, the index is {}", settings.level, heights[0]),
            );
        }
        if levels[..at].iter().any(|other| other.level == settings.level) {
            reader.fault(&key, format!("level {} is set twice", settings.level));
        }
    }
    let mut raws = raw.into_iter();
    children
        .into_iter()
        .zip(parents)
        .zip(heights)
        .map(|((children, parent), level)| {
            let raw = parent.and_then(|_| raws.next());
            node(raw, (id, name_vi, name_en), parent, level, levels, common, children)
        })
        .collect()
}

/// Id → place of the node; `None` for an indicator. The index itself is at 0, `[[node]]`s follow.
fn places<'a>(
    id: &'a str,
    leaves: &'a [Leaf],
    raw: &'a [RawNode],
    reader: &mut SectionReader<'_>,
) -> BTreeMap<&'a str, Option<usize>> {
    let mut places = BTreeMap::from([(id, Some(0))]);
    let nodes = raw.iter().enumerate().map(|(at, node)| (node.id.as_str(), Some(at + 1)));
    for (id, at) in nodes.chain(leaves.iter().map(|leaf| (leaf.id.as_str(), None))) {
        if id.trim().is_empty() {
            reader.fault("id", "is empty");
        } else if places.contains_key(id) {
            reader.fault(id, "stands twice; ids of indicators, nodes and the index are one family");
        } else {
            places.insert(id, at);
        }
    }
    places
}

/// Level of each node: one more than the highest of its children; indicators are 1. Names cycles and empty nodes.
fn heights(
    children: &[Vec<Child>],
    parents: &[Option<usize>],
    raw: &[RawNode],
    reader: &mut SectionReader<'_>,
) -> Vec<u32> {
    for (at, _) in children.iter().enumerate().filter(|(_, below)| below.is_empty()) {
        let id = if at == 0 { "index" } else { &raw[at - 1].id };
        reader.fault(id, "has no children; give it indicators or nodes, or remove it");
    }
    let mut levels = vec![2_u32; parents.len()];
    for at in 1..parents.len() {
        let (mut above, mut steps) = (at, 0);
        while let Some(parent) = parents[above] {
            steps += 1;
            if steps > parents.len() {
                reader.fault(format!("{}.parent", raw[at - 1].id), "leads round in a circle, never up to the index");
                break;
            }
            levels[parent] = levels[parent].max(levels[above] + 1);
            above = parent;
        }
    }
    levels
}

fn node(
    raw: Option<RawNode>,
    (id, name_vi, name_en): (&str, &str, &str),
    parent: Option<usize>,
    level: u32,
    levels: &[RawLevel],
    common: &Common,
    children: Vec<Child>,
) -> Node {
    let raw = raw.unwrap_or_else(|| RawNode {
        id: id.to_owned(),
        name_vi: Some(name_vi.to_owned()),
        name_en: Some(name_en.to_owned()),
        parent: None,
        weight: 1.0,
        weigh: None,
        aggregate: None,
        min_available: None,
    });
    let of_level = levels.iter().find(|settings| settings.level == level);
    Node {
        name_vi: raw.name_vi.or_else(|| raw.name_en.clone()).unwrap_or_else(|| raw.id.clone()),
        name_en: raw.name_en.unwrap_or_else(|| raw.id.clone()),
        parent,
        weight: raw.weight,
        level,
        weigh: Weigh {
            method: raw.weigh.or(of_level.and_then(|level| level.weigh)).unwrap_or(common.weigh.method),
            sum: common.weigh.sum,
        },
        aggregate: Aggregate {
            method: raw.aggregate.or(of_level.and_then(|level| level.aggregate)).unwrap_or(common.aggregate.method),
            min_available: raw
                .min_available
                .or(of_level.and_then(|level| level.min_available))
                .or(common.aggregate.min_available),
        },
        children,
        id: raw.id,
    }
}
