//! The family of files below `indices/`: what each kind of index is, and which version of it holds on which days.

pub mod composite;
mod parse;
pub mod settings;
mod tree;
mod verify;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Deserialize;

use super::{Fault, Files, Indicator, did_you_mean, overlap, parse_toml};
use composite::Composite;

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
}

/// All indices, by kind.
#[derive(Debug, Default)]
pub(super) struct Indices {
    /// By one indicator.
    pub by_indicator: Vec<IndexDef>,
    /// Composite; versions of one id stand side by side.
    pub composites: Vec<Composite>,
}

/// The kinds of files.
const KINDS: [&str; 2] = ["indicator", "composite"];

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
    #[serde(default, rename = "note")]
    _note: String,
}

/// Reads every file of `indices/`.
pub(super) fn parse(files: &Files, indicators: &[Indicator], faults: &mut Vec<Fault>) -> Indices {
    let mut indices = Indices::default();
    for (path, text) in files.below("indices/", "toml") {
        let Some(Kind { kind }) = parse_toml(path, text, faults) else { continue };
        match kind.as_deref() {
            None | Some("indicator") => indices.by_indicator.extend(by_indicator(path, text, indicators, faults)),
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

fn by_indicator(path: &str, text: &str, indicators: &[Indicator], faults: &mut Vec<Fault>) -> Option<IndexDef> {
    let known: BTreeSet<&str> = indicators.iter().map(|indicator| indicator.id.as_str()).collect();
    let raw = parse_toml::<RawIndex>(path, text, faults)?;
    if !known.contains(raw.indicator.as_str()) {
        faults.push(Fault {
            file: path.to_owned(),
            key: "indicator".into(),
            message: format!("no indicator '{}'{}", raw.indicator, did_you_mean(&raw.indicator, known.iter().copied())),
        });
    }
    let id = path.trim_start_matches("indices/").trim_end_matches(".toml").to_owned();
    Some(IndexDef { id, name_vi: raw.name_vi, name_en: raw.name_en, indicator: raw.indicator })
}

/// An id names one index; its versions share no day.
fn clashes(indices: &Indices, indicators: &[Indicator], faults: &mut Vec<Fault>) {
    let mut fault = |index: &Composite, message: String| {
        faults.push(Fault { file: index.file.clone(), key: "index.id".into(), message });
    };
    for (at, index) in indices.composites.iter().enumerate() {
        if indices.by_indicator.iter().any(|other| other.id == index.id)
            || indicators.iter().any(|other| other.id == index.id)
        {
            fault(index, format!("'{}' is the id of another index or of an indicator", index.id));
        }
        for other in indices.composites[..at].iter().filter(|other| other.id == index.id) {
            if overlap((other.valid_from, other.valid_to), (index.valid_from, index.valid_to)) {
                let message = "is defined for the same days; limit one with valid_from or valid_to";
                fault(index, format!("'{}' in {} {message}", index.id, other.file));
            }
        }
    }
}

/// Days on which something holds: first and last, both optional.
pub(super) type Days = (Option<NaiveDate>, Option<NaiveDate>);
