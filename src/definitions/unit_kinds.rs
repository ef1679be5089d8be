//! Titles of the kinds of units, in the order of reports, as `queries/units/kinds.toml` has them.

use serde::Deserialize;

use super::{Fault, Files, parse_toml};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKinds {
    kind: Vec<RawKind>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKind {
    id: String,
    title: String,
}

/// Reads `units/kinds.toml`: titles of the unit kinds in the order of reports.
pub(super) fn parse(files: &Files, faults: &mut Vec<Fault>) -> Vec<(String, String)> {
    let Some(text) = files.get("units/kinds.toml") else { return Vec::new() };
    let raw: Option<RawKinds> = parse_toml("units/kinds.toml", text, faults);
    raw.map_or_else(Vec::new, |raw| raw.kind.into_iter().map(|kind| (kind.id, kind.title)).collect())
}
