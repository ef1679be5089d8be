//! Reads the files below `indices/` by their kind, and checks that versions of one index share no day.

pub mod classes;
pub mod composite;
pub mod conditions;
pub mod costs;
pub mod exemptions;
pub mod formula;
mod parse;
pub mod points;
pub(crate) mod points_file;
pub mod robustness;
pub mod rule;
mod sections;
pub mod settings;
mod tree;
mod verify;

use chrono::NaiveDate;
use serde::Deserialize;

use super::{Fault, Files, Grouping, Indicator, did_you_mean, overlap, parse_toml};
use composite::Composite;
use points::PointsIndex;
use rule::{Among, Rule};
pub use sections::Head;

/// An index that ranks units by one indicator (`kind = "indicator"`, also if the file names no kind).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexDef {
    /// Id, e.g. `on-time`: the name of the file.
    pub id: String,
    /// Name in Vietnamese.
    pub name_vi: String,
    /// Name in English.
    pub name_en: String,
    /// The indicator that gives the score.
    pub indicator: String,
    /// Smallest denominator with which a unit is ranked, if the file sets one.
    pub smallest: Option<u32>,
}

/// All indices, by kind.
#[derive(Debug, Default)]
pub(super) struct Indices {
    /// By one indicator.
    pub by_indicator: Vec<IndexDef>,
    /// Composite, every version of each.
    pub composites: Vec<Composite>,
    /// Of points, every version of each.
    pub points: Vec<PointsIndex>,
}

/// The kinds of files.
const KINDS: [&str; 3] = ["indicator", "composite", "points"];

#[derive(Deserialize)]
struct Kind {
    kind: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawIndex {
    #[serde(rename = "kind")]
    _kind: Option<String>,
    name_vi: String,
    name_en: String,
    indicator: String,
    smallest: Option<u32>,
    #[serde(default, rename = "note")]
    _note: String,
}

/// Reads every file of `indices/`.
pub(super) fn parse(files: &Files, indicators: &[Indicator], faults: &mut Vec<Fault>) -> Indices {
    let mut indices = Indices::default();
    let known: Vec<&str> = indicators.iter().map(|indicator| indicator.id.as_str()).collect();
    for (path, text) in files.below("indices/", "toml") {
        let Some(Kind { kind }) = parse_toml(path, text, faults) else { continue };
        match kind.as_deref() {
            None | Some("indicator") => indices.by_indicator.extend(by_indicator(path, text, &known, faults)),
            Some("points") => indices.points.extend(points_file::points(path, text, &known, faults)),
            Some("composite") => indices.composites.extend(parse::composite(path, text, faults)),
            Some(other) => faults.push(Fault {
                file: path.to_owned(),
                key: "kind".into(),
                message: format!(
                    "no kind of index '{other}'{}; there are {}",
                    did_you_mean(other, KINDS),
                    KINDS.join(", ")
                ),
            }),
        }
    }
    clashes(&indices, indicators, faults);
    indices
}

fn by_indicator(path: &str, text: &str, known: &[&str], faults: &mut Vec<Fault>) -> Option<IndexDef> {
    let raw = parse_toml::<RawIndex>(path, text, faults)?;
    if !known.contains(&raw.indicator.as_str()) {
        faults.push(Fault {
            file: path.to_owned(),
            key: "indicator".into(),
            message: format!("no indicator '{}'{}", raw.indicator, did_you_mean(&raw.indicator, known.iter().copied())),
        });
    }
    let id = path.trim_start_matches("indices/").trim_end_matches(".toml").to_owned();
    Some(IndexDef { id, name_vi: raw.name_vi, name_en: raw.name_en, indicator: raw.indicator, smallest: raw.smallest })
}

/// An id names one index; its versions share no day.
fn clashes<'i>(indices: &'i Indices, indicators: &[Indicator], faults: &mut Vec<Fault>) {
    let composites = indices.composites.iter().map(|one| (&one.file, &one.head));
    let points = indices.points.iter().map(|one| (&one.file, &one.head));
    let days = |(file, head): (&'i String, &'i Head)| (file, &head.id, (head.valid_from, head.valid_to));
    let all: Vec<(&String, &String, Days)> = composites.chain(points).map(days).collect();
    for (at, (file, id, days)) in all.iter().enumerate() {
        let mut fault = |message: String| faults.push(Fault { file: (*file).clone(), key: "index.id".into(), message });
        if indices.by_indicator.iter().any(|other| other.id == **id) || indicators.iter().any(|other| other.id == **id)
        {
            fault(format!("'{id}' is the id of another index or of an indicator"));
        }
        for (other, ..) in all[..at].iter().filter(|(_, other, others)| other == id && overlap(*others, *days)) {
            let message = "is defined for the same days; limit one with valid_from or valid_to";
            fault(format!("'{id}' in {other} {message}"));
        }
    }
}

/// Rules that read the mean of a group name a grouping that there is.
pub(super) fn check_groupings(points: &[PointsIndex], groupings: &[Grouping], faults: &mut Vec<Fault>) {
    let known: Vec<&str> = groupings.iter().map(|grouping| grouping.id.as_str()).collect();
    for index in points {
        for item in &index.items {
            let Some(Rule::RelativeToMean { among: Among::Grouping(id), .. }) = &item.rule else { continue };
            if !known.contains(&id.as_str()) {
                let hint = did_you_mean(id, known.iter().copied().chain(["kind", "all"]));
                let message = format!("'{id}' is neither kind nor all nor a grouping of queries/groupings{hint}");
                faults.push(Fault { file: index.file.clone(), key: format!("{}.rule.among", item.code), message });
            }
        }
    }
}

/// Days on which a definition is in force: first and last, both optional.
pub(super) type Days = (Option<NaiveDate>, Option<NaiveDate>);
