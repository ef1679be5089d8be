//! Which of several statements of one figure holds: equal ones are one, a newer export goes before an older one, and
//! those that differ beyond that are used by nothing.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::StatedConflict;
use cchc_model::SameUnit;

/// A figure as one file states it.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// Code of the unit.
    pub unit: String,
    /// First and last day.
    pub days: (NaiveDate, NaiveDate),
    /// The measure.
    pub measure: String,
    /// The figure.
    pub value: f64,
    /// Day of export; unknown is older than any.
    pub exported_at: Option<NaiveDate>,
    /// File, sheet and row.
    pub place: (String, String, u64),
}

/// The figures of one unit: by days, then measure.
pub(super) type Chosen = BTreeMap<(NaiveDate, NaiveDate), BTreeMap<String, f64>>;

/// Measures of all dossiers of a unit; a list that states none of these in all speaks of some services only.
const OF_ALL: &str = "received_total";
const OF_ALL_DOSSIERS: [&str; 18] = [
    "received_total",
    "received_new",
    "carried",
    "online",
    "full_level_online",
    "partial_level_online",
    "not_full_level_online",
    "other_online",
    "direct",
    "direct_post",
    "post",
    "resolved",
    "early",
    "on_time",
    "early_or_on_time",
    "late",
    "pending",
    "in_time",
];

/// Chooses among the statements of one unit.
pub(super) fn choose(
    statements: Vec<Statement>,
    same_unit: SameUnit,
    torn: &BTreeSet<Span>,
) -> (Chosen, Vec<StatedConflict>) {
    let mut figures: BTreeMap<((NaiveDate, NaiveDate), String), Vec<Statement>> = BTreeMap::new();
    for statement in statements {
        figures.entry((statement.days, statement.measure.clone())).or_default().push(statement);
    }
    let (mut chosen, mut conflicts) = (Chosen::new(), Vec::new());
    let apart = files_apart(&figures);
    for ((days, measure), statements) in figures {
        // A day of export that is not known may be newer than one that is: such a statement has to agree.
        let newest = statements.iter().filter_map(|one| one.exported_at).max();
        let holding: Vec<&Statement> =
            statements.iter().filter(|one| one.exported_at.is_none() || one.exported_at == newest).collect();
        let value = match same_unit {
            SameUnit::Newest => holding.iter().max_by_key(|one| (one.exported_at, &one.place)).map(|one| one.value),
            SameUnit::Add => added(&holding, &apart),
            SameUnit::Refuse => Some(holding[0].value)
                .filter(|value| holding.iter().all(|one| is_same(one.value, *value)))
                .filter(|_| holding.len() == 1 || !torn.contains(&days)),
        };
        if let Some(value) = value {
            chosen.entry(days).or_default().insert(measure, value);
        } else {
            let unit = holding[0].unit.clone();
            let statements = holding.into_iter().cloned().collect();
            conflicts.push(StatedConflict { unit, days, measure, statements });
        }
    }
    (chosen, conflicts)
}

fn is_same(left: f64, right: f64) -> bool {
    (left - right).abs() < 1e-9
}

/// First and last day.
pub(super) type Span = (NaiveDate, NaiveDate);

/// Leaves out figures of files that count some services only: they have the same columns, and other figures.
pub(super) fn of_all_dossiers(mut statements: Vec<Statement>) -> Vec<Statement> {
    let whole: BTreeSet<_> =
        statements.iter().filter(|one| one.measure == OF_ALL).map(|one| one.place.clone()).collect();
    statements.retain(|one| !OF_ALL_DOSSIERS.contains(&one.measure.as_str()) || whole.contains(&one.place));
    statements
}

/// Days of which most figures that are stated twice differ, over all units: the files count other dossiers, and where they
/// state the same it is by chance. A single figure that differs is a fault of that figure.
pub(super) fn torn_days(statements: &[Statement]) -> BTreeSet<Span> {
    let mut figures: BTreeMap<(&Span, &str, &str), Vec<&Statement>> = BTreeMap::new();
    for one in statements {
        figures.entry((&one.days, one.unit.as_str(), one.measure.as_str())).or_default().push(one);
    }
    let mut twice: BTreeMap<Span, (usize, usize)> = BTreeMap::new();
    for ((days, ..), all) in figures {
        let newest = all.iter().filter_map(|one| one.exported_at).max();
        let holding = || all.iter().filter(|one| one.exported_at.is_none() || one.exported_at == newest);
        let Some(first) = holding().next() else { continue };
        let differs = holding().any(|one| !is_same(one.value, first.value));
        if holding().count() > 1 && (differs || !is_same(first.value, 0.0)) {
            let (stated, different) = twice.entry(*days).or_default();
            *stated += 1;
            *different += usize::from(differs);
        }
    }
    twice
        .into_iter()
        .filter(|(_, (stated, different))| *stated > 2 && different * 2 > *stated)
        .map(|(days, _)| days)
        .collect()
}

/// Days and file.
type FileOfDays = ((NaiveDate, NaiveDate), String);

/// Files that state any figure of the same days differently: each counts other dossiers, also where figures are equal.
fn files_apart(figures: &BTreeMap<((NaiveDate, NaiveDate), String), Vec<Statement>>) -> BTreeSet<FileOfDays> {
    let differ = figures.values().filter(|all| all.iter().any(|one| !is_same(one.value, all[0].value)));
    differ.flatten().map(|one| (one.days, one.place.0.clone())).collect()
}

/// The sum over files that count other dossiers; else the figure that all state.
fn added(holding: &[&Statement], apart: &BTreeSet<FileOfDays>) -> Option<f64> {
    let is_apart = |one: &Statement| apart.contains(&(one.days, one.place.0.clone()));
    if holding.iter().all(|one| is_apart(one)) {
        return Some(holding.iter().map(|one| one.value).sum());
    }
    Some(holding[0].value).filter(|value| holding.iter().all(|one| is_same(one.value, *value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2020, 4, day).expect("a day of April")
    }

    fn stated(value: f64, exported: Option<u32>) -> Statement {
        Statement {
            unit: "A".to_owned(),
            days: (day(1), day(30)),
            measure: "payments_total".to_owned(),
            value,
            exported_at: exported.map(day),
            place: (format!("{value}.xls"), String::new(), 7),
        }
    }

    #[test]
    fn the_newest_export_holds_and_what_is_undated_must_agree() {
        let value = |statements| {
            choose(statements, SameUnit::Refuse, &BTreeSet::new())
                .0
                .into_values()
                .next()
                .map(|figures| figures["payments_total"])
        };
        assert_eq!(value(vec![stated(3.0, Some(1)), stated(4.0, Some(2))]), Some(4.0));
        assert_eq!(value(vec![stated(4.0, Some(2)), stated(4.0, None)]), Some(4.0));
        let of_two_systems = choose(vec![stated(3.0, None), stated(4.0, None)], SameUnit::Add, &BTreeSet::new()).0;
        assert_eq!(of_two_systems.into_values().next(), Some([("payments_total".to_owned(), 7.0)].into()));
        let (chosen, conflicts) =
            choose(vec![stated(3.0, None), stated(4.0, Some(2))], SameUnit::Refuse, &BTreeSet::new());
        assert!(chosen.is_empty());
        assert_eq!(conflicts[0].statements.len(), 2);
    }
}
