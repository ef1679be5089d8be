//! The columns that `--units-as-of` adds to figures: which are estimates, and which units have no successor.

use std::collections::BTreeSet;

use super::Global;
use super::output::Columns;
use cchc_engine::Engine;
use cchc_model::Period;

/// Adds the columns of `--units-as-of`: whether a figure is an estimate, and whether its unit has no successor.
pub(super) fn with_estimates<'a>(
    columns: Columns,
    (engine, period): (&Engine, &Period),
    rows: impl Iterator<Item = (&'a str, bool)> + Clone,
) -> Columns {
    let Some(carry) = engine.carry(period) else { return columns };
    let is_left = |code: &str| engine.units().by_code(code).is_some_and(|unit| !carry.exists(unit));
    columns
        .flag("estimate", rows.clone().map(|(_, estimate)| estimate))
        .flag("not_carried", rows.map(|(code, _)| is_left(code)))
}

/// Explains those columns, if they mark any row.
pub(super) fn note_estimates<'a>(
    global: &Global,
    (engine, period): (&Engine, &Period),
    rows: impl Iterator<Item = (&'a str, bool)>,
) {
    let Some(carry) = engine.carry(period) else { return };
    global.note(&format!(
        "all figures, earlier periods too, are for the units in force on {}; --units-as-of as_received counts each dossier \
         for the unit that it names",
        carry.date
    ));
    let (mut estimates, mut outside) = (BTreeSet::new(), BTreeSet::new());
    for (code, estimate) in rows {
        if estimate {
            estimates.insert(code);
        }
        if engine.units().by_code(code).is_some_and(|unit| !carry.exists(unit)) {
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
