//! Figures that a kind of units lacks: who owes what before it can be ranked, and what hardly anybody has.

use std::collections::BTreeMap;

use super::points::ItemStatus;
use super::scorecard::Scorecards;
use super::table::ValueTable;
use cchc_definitions::{Composite, Indicator, PointsIndex, Role};
use cchc_indicators::Measuring;
use cchc_model::{NamedItem, Period, RankRow, Status, UnitRef};

/// A figure that units of one kind lack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The kind.
    pub kind: String,
    /// The criterion or indicator.
    pub item: NamedItem,
    /// Who has no such figure, in order of code.
    pub owed_by: Vec<UnitRef>,
    /// How many units the kind has.
    pub units: usize,
}

/// Who lacks the indicator, in kinds of which nobody is ranked.
pub(super) fn of_indicator(indicator: &Indicator, rows: &[RankRow]) -> Vec<Gap> {
    let item = NamedItem { id: indicator.id.clone(), name: indicator.name_vi.clone() };
    let units: Vec<(&UnitRef, bool)> =
        rows.iter().map(|row| (&row.unit, row.reason == Some(Status::Missing))).collect();
    told(&item, &units, rows)
}

/// Criteria that nobody scored, by kind.
pub(super) fn of_points(index: &PointsIndex, cards: &Scorecards, rows: &[RankRow]) -> Vec<Gap> {
    let leaves = index.leaves().filter(|(_, item)| item.role == Role::Points);
    let gaps = leaves.flat_map(|(at, item)| {
        let status = &cards.scoring.items[at].status;
        let is_missing = status.iter().map(|status| *status == ItemStatus::Missing);
        let units: Vec<(&UnitRef, bool)> = cards.units.iter().zip(is_missing).collect();
        told(&NamedItem { id: item.code.clone(), name: item.name.clone() }, &units, rows)
    });
    by_kind(gaps.collect())
}

/// Indicators, and what they are divided by, without a value, by kind.
pub(super) fn of_composite(
    measuring: &Measuring<'_>,
    index: &Composite,
    period: &Period,
    tables: &[(Vec<UnitRef>, ValueTable)],
    rows: &[RankRow],
) -> Vec<Gap> {
    let mut items: Vec<(&str, NamedItem)> = Vec::new();
    for leaf in &index.leaves {
        let own = NamedItem { id: leaf.id.clone(), name: leaf.name_vi.clone() };
        let denominator = leaf.denominator.iter().filter_map(|by| {
            let name = measuring.definitions.indicator(&by.column, period)?.name_vi.clone();
            Some((by.column.as_str(), NamedItem { id: by.column.clone(), name }))
        });
        for (column, item) in std::iter::once((leaf.column.as_str(), own)).chain(denominator) {
            if !items.iter().any(|(other, _)| *other == column) {
                items.push((column, item));
            }
        }
    }
    let gaps = tables.iter().flat_map(|(units, table)| {
        items.iter().flat_map(move |(column, item)| {
            let values = table.column(column).unwrap_or_default();
            let units: Vec<(&UnitRef, bool)> = units.iter().zip(values.iter().map(Option::is_none)).collect();
            told(item, &units, rows)
        })
    });
    by_kind(gaps.collect())
}

/// The gaps of one item that are worth telling: more than half of a kind lack it, or nobody of the kind is ranked.
fn told(item: &NamedItem, units: &[(&UnitRef, bool)], rows: &[RankRow]) -> Vec<Gap> {
    let mut kinds: BTreeMap<&str, (usize, Vec<UnitRef>)> = BTreeMap::new();
    for (unit, is_missing) in units {
        let (count, owed_by) = kinds.entry(unit.kind.as_deref().unwrap_or_default()).or_default();
        *count += 1;
        owed_by.extend(is_missing.then(|| (*unit).clone()));
    }
    let is_ranked =
        |kind: &str| rows.iter().any(|row| row.rank.is_some() && row.unit.kind.as_deref().unwrap_or_default() == kind);
    let told = kinds
        .into_iter()
        .filter(|(kind, (count, owed_by))| 2 * owed_by.len() > *count || (!owed_by.is_empty() && !is_ranked(kind)));
    told.map(|(kind, (units, mut owed_by))| {
        owed_by.sort_by(|left, right| left.unit_code.cmp(&right.unit_code));
        Gap { kind: kind.to_owned(), item: item.clone(), owed_by, units }
    })
    .collect()
}

/// Gaps of a kind together, its items in the order of the definition.
fn by_kind(mut gaps: Vec<Gap>) -> Vec<Gap> {
    gaps.sort_by(|left, right| left.kind.cmp(&right.kind));
    gaps
}
