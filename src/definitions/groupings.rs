//! Groupings of units in which results are published: `queries/groupings/ID.toml`.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{Fault, Files, parse_toml};
use cchc_model::fold_name;

/// Groups of units that are ranked among themselves and set against each other's mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grouping {
    /// The file that defines it, below `queries/`.
    pub file: String,
    /// Its id: the name of the file.
    pub id: String,
    /// Name in Vietnamese.
    pub name_vi: String,
    /// Name in English.
    pub name_en: String,
    /// Where results are published so, with its tag.
    pub source: String,
    /// The groups, in the order in which they are shown; a unit belongs to the first that fits.
    pub groups: Vec<UnitGroup>,
}

/// A group, by attributes of its units; what is not given holds for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitGroup {
    /// Its id.
    pub id: String,
    /// Name in Vietnamese.
    pub name_vi: String,
    /// Name in English.
    pub name_en: String,
    /// Kinds of its units.
    kinds: Vec<String>,
    /// First words of their names, folded.
    names: Vec<String>,
    /// Codes of its units.
    units: BTreeSet<String>,
}

impl Grouping {
    /// The place of a unit's group, if it belongs to one.
    #[must_use]
    pub fn group_of(&self, code: &str, name: &str, kind: &str) -> Option<usize> {
        let name = fold_name(name);
        self.groups.iter().position(|group| {
            (group.units.is_empty() || group.units.contains(code))
                && (group.kinds.is_empty() || group.kinds.iter().any(|one| one == kind))
                && (group.names.is_empty() || group.names.iter().any(|first| name.starts_with(first.as_str())))
        })
    }

    /// Codes of units that groups name.
    pub fn named_units(&self) -> impl Iterator<Item = &str> {
        self.groups.iter().flat_map(|group| &group.units).map(String::as_str)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGrouping {
    name_vi: String,
    name_en: String,
    source: String,
    group: Vec<RawGroup>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGroup {
    id: String,
    name_vi: String,
    name_en: String,
    #[serde(default)]
    kinds: Vec<String>,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    units: Vec<String>,
}

/// Reads every file of `groupings/`.
pub(super) fn parse(files: &Files, faults: &mut Vec<Fault>) -> Vec<Grouping> {
    let mut groupings = Vec::new();
    for (path, text) in files.below("groupings/", "toml") {
        let Some(raw) = parse_toml::<RawGrouping>(path, text, faults) else { continue };
        let mut fault = |key: &str, message: &str| {
            faults.push(Fault { file: path.to_owned(), key: key.to_owned(), message: message.to_owned() });
        };
        if raw.group.is_empty() {
            fault("group", "there is none; add [[group]] with id, names and the units that it takes");
        }
        let mut ids = BTreeSet::new();
        for group in &raw.group {
            if !ids.insert(group.id.as_str()) {
                fault(&group.id, "stands twice; every group has an id of its own");
            }
            if group.kinds.is_empty() && group.names.is_empty() && group.units.is_empty() {
                fault(&group.id, "says no units; write kinds, names (first words of names) or units (codes)");
            }
        }
        let group = |group: RawGroup| UnitGroup {
            id: group.id,
            name_vi: group.name_vi,
            name_en: group.name_en,
            kinds: group.kinds,
            names: group.names.iter().map(|name| fold_name(name)).collect(),
            units: group.units.into_iter().collect(),
        };
        groupings.push(Grouping {
            file: path.to_owned(),
            id: path.trim_start_matches("groupings/").trim_end_matches(".toml").to_owned(),
            name_vi: raw.name_vi,
            name_en: raw.name_en,
            source: raw.source,
            groups: raw.group.into_iter().map(group).collect(),
        });
    }
    groupings
}
