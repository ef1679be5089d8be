//! Which indicators ready-made counts give, and from which of their figures, as `queries/counts.toml` says.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::files::Files;
use super::{Fault, did_you_mean, parse_toml};

const FILE: &str = "counts.toml";

/// The figures that make an indicator: each list adds up.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatedParts {
    /// Measures of the numerator.
    pub numerator: Vec<String>,
    /// Measures of the denominator; none for a count.
    #[serde(default)]
    pub denominator: Vec<String>,
}

/// Reads the file; `known` are the ids of indicators.
pub(super) fn parse(files: &Files, known: &[&str], faults: &mut Vec<Fault>) -> BTreeMap<String, StatedParts> {
    let Some(text) = files.get(FILE) else { return BTreeMap::new() };
    let parts: BTreeMap<String, StatedParts> = parse_toml(FILE, text, faults).unwrap_or_default();
    for id in parts.keys().filter(|id| !known.contains(&id.as_str())) {
        let message = format!("no indicator '{id}'{}", did_you_mean(id, known.iter().copied()));
        faults.push(Fault { file: FILE.to_owned(), key: id.clone(), message });
    }
    parts
}
