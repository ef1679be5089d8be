//! Titles of the kinds of units, in the order of reports, and of all units together, as `queries/units/kinds.toml` has them.

use serde::Deserialize;

use super::{Fault, Files, parse_toml};

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
}

/// Reads `units/kinds.toml`: titles of the unit kinds in the order of reports, and that of all units together. A
/// workspace's own file need not name the latter.
pub(super) fn parse(files: &Files, faults: &mut Vec<Fault>) -> (Vec<(String, String)>, String) {
    let mut read = |text: &str| parse_toml::<RawKinds>("units/kinds.toml", text, faults);
    let raw = files.get("units/kinds.toml").and_then(&mut read);
    let shipped = || Files::shipped("units/kinds.toml").and_then(|text| toml::from_str::<RawKinds>(text).ok()?.all);
    let (kinds, all) = raw.map_or_else(Default::default, |raw| (raw.kind, raw.all));
    let titles = kinds.into_iter().map(|kind| (kind.id, kind.title)).collect();
    (titles, all.or_else(shipped).unwrap_or_default())
}
