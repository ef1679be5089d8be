//! The columns that `--units-as-of` adds to figures: which are estimates, and which units have no successor.

use std::collections::BTreeSet;

use super::Global;
use super::output::Columns;
use cchc_engine::Engine;

/// Adds the columns of `--units-as-of`: whether a figure is an estimate, and whether its unit has no successor.
pub(super) fn with_estimates<'a>(
    columns: Columns,
    engine: &Engine,
    rows: impl Iterator<Item = (&'a str, bool)> + Clone,
) -> Columns {
    if engine.carry().is_none() {
        return columns;
    }
    columns
        .flag("estimate", rows.clone().map(|(_, estimate)| estimate))
        .flag("not_carried", rows.map(|(code, _)| engine.is_not_carried(code)))
}

/// Explains those columns, if they mark any row.
pub(super) fn note_estimates<'a>(global: &Global, engine: &Engine, rows: impl Iterator<Item = (&'a str, bool)>) {
    let Some(carry) = engine.carry() else { return };
    let (mut estimates, mut outside) = (BTreeSet::new(), BTreeSet::new());
    for (code, estimate) in rows {
        if estimate {
            estimates.insert(code);
        }
        if engine.is_not_carried(code) {
            outside.insert(code);
        }
    }
    if !estimates.is_empty() {
        global.note(&format!(
            "{} unit(s) and sums hold estimates (column estimate): a unit was divided, and its dossiers count for \
             its default part",
            estimates.len()
        ));
    }
    if !outside.is_empty() {
        global.note(&format!(
            "{} unit(s) did not exist on {} and have no successor; their figures stay their own (column not_carried)",
            outside.len(),
            carry.date
        ));
    }
}
