//! Titles of the kinds of units, in the order of reports, and of all units together, as `queries/units/kinds.toml` has them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Fault, Files, fold_word, parse_toml};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKinds {
    all: Option<String>,
    kind: Vec<RawKind>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKind {
    id: String,
    title: String,
    /// What people call a unit of the kind, beside the title.
    #[serde(default)]
    words: Vec<String>,
}

/// The kinds of units.
pub(super) struct Kinds {
    /// Title of each kind, in the order of reports.
    pub titles: Vec<(String, String)>,
    /// Folded word → kind.
    pub words: BTreeMap<String, String>,
    /// Title of all units together.
    pub all: String,
}

/// Reads `units/kinds.toml`: titles of the unit kinds in the order of reports, and that of all units together. A
/// workspace's own file need not name the latter.
pub(super) fn parse(files: &Files, faults: &mut Vec<Fault>) -> Kinds {
    let mut read = |text: &str| parse_toml::<RawKinds>("units/kinds.toml", text, faults);
    let raw = files.get("units/kinds.toml").and_then(&mut read);
    let shipped = || Files::shipped("units/kinds.toml").and_then(|text| toml::from_str::<RawKinds>(text).ok()?.all);
    let (kinds, all) = raw.map_or_else(Default::default, |raw| (raw.kind, raw.all));
    let mut words = BTreeMap::new();
    for kind in &kinds {
        words.extend(kind.words.iter().chain([&kind.title]).map(|word| (fold_word(word), kind.id.clone())));
    }
    let titles = kinds.into_iter().map(|kind| (kind.id, kind.title)).collect();
    Kinds { titles, words, all: all.or_else(shipped).unwrap_or_default() }
}
