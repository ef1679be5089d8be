//! Whether figures rest on dossiers, so that it matters whose exports reach the period.

use std::collections::BTreeSet;

use cchc_definitions::{Definitions, Indicator};
use cchc_model::Period;

/// The table whose exports a unit sends.
const DOSSIERS: &str = "dossiers";

/// Whether any of the figures, or what they are made of, is counted from dossiers.
pub(super) fn reads_dossiers(definitions: &Definitions, read: Vec<&Indicator>, period: &Period) -> bool {
    let (mut waiting, mut seen) = (read, BTreeSet::new());
    while let Some(indicator) = waiting.pop() {
        if indicator.table == DOSSIERS && indicator.derived.is_none() {
            return true;
        }
        let more = indicator.derived.iter().flat_map(|derived| derived.inputs());
        let more = more.filter_map(|id| definitions.indicator(id, period));
        waiting.extend(more.filter(|one| seen.insert(one.id.clone())));
    }
    false
}
