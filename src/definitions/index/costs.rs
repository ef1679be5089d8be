//! `[target]`: what one case more costs, indicator by indicator, where a unit asks what would move it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::sections::SectionReader;

/// The costs of changes; 1 for what is not named.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Costs {
    /// By id of the indicator: what one dossier, or another case, costs.
    pub cost: BTreeMap<String, f64>,
}

impl Costs {
    /// What one case of an indicator costs.
    #[must_use]
    pub fn of(&self, indicator: &str) -> f64 {
        self.cost.get(indicator).copied().unwrap_or(1.0)
    }
}

/// Reads the section; what is no cost is a fault.
pub(super) fn read(table: toml::Table, reader: &mut SectionReader<'_>) -> Costs {
    let Some(read) = reader.section::<Costs>("target", table) else { return Costs::default() };
    for (id, cost) in &read.cost {
        if !(cost.is_finite() && *cost > 0.0) {
            reader.fault(format!("target.cost.{id}"), format!("{cost} is no cost above 0"));
        }
    }
    read
}
