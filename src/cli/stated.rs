//! Marks figures that rest on ready-made counts, and says what of these counts is not used.

use std::collections::BTreeSet;

use super::Global;
use super::output::Columns;
use cchc_engine::StatedDoubts;

/// Conflicts and gaps named at most; all are in the table `counts`.
const NAMED: usize = 5;

/// Adds the column `from_counts`, if any row rests on counts.
pub(super) fn with_stated(columns: Columns, rows: impl Iterator<Item = bool> + Clone) -> Columns {
    if rows.clone().any(|stated| stated) { columns.flag("from_counts", rows) } else { columns }
}

/// Says how many units are counted from counts, and which figures nothing uses.
pub(super) fn note_stated(global: &Global, units: &BTreeSet<&str>, doubts: &StatedDoubts) {
    let units = units.iter().filter(|code| !code.starts_with('*')).count();
    if units > 0 {
        global.note(&format!(
            "{units} unit(s) sent no dossiers of the period; their figures are those of ready-made counts (column from_counts)"
        ));
    }
    for gap in doubts.gaps.iter().take(NAMED) {
        global.note(&format!(
            "unit '{}', {}: the counts of {} to {} are missing, so it has no figure",
            gap.unit, gap.period, gap.days.0, gap.days.1
        ));
    }
    for conflict in doubts.conflicts.iter().take(NAMED) {
        let places = conflict.statements.iter().map(|one| format!("{} ({}, {})", one.value, one.place.0, one.place.2));
        global.note(&format!(
            "unit '{}', {} to {}: {} is stated differently and used by nothing: {}",
            conflict.unit,
            conflict.days.0,
            conflict.days.1,
            conflict.measure,
            places.collect::<Vec<_>>().join("; ")
        ));
    }
    let more = doubts.gaps.len().saturating_sub(NAMED) + doubts.conflicts.len().saturating_sub(NAMED);
    if more > 0 {
        global
            .note(&format!("{more} more counts that are missing or stated differently; see `cchc reconcile --counts`"));
    }
}
