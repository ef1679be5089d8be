//! Classes of scores: by bounds, side conditions and quotas, the quotas within each group of units.

use std::collections::BTreeMap;

use cchc_definitions::{Class, PointsIndex, Read};
use cchc_model::{ClassReason, RankRow, Status, UnitRef};

use super::points::{Figures, ItemStatus, Scoring};
use super::rank::ranks_by;

/// The units of an index with what their rules read and what they were given.
#[derive(Debug, Clone, Copy)]
pub struct Assessed<'a> {
    /// Units, in the order of figures and points.
    pub units: &'a [UnitRef],
    /// What rules and classes read.
    pub figures: &'a Figures,
    /// Points and totals.
    pub scoring: &'a Scoring,
}

/// A unit's class as a place in the index, and why it is not the one of its score.
type Placed = (Option<usize>, Option<ClassReason>);

/// Gives each row its class. `group_of` names the group within which quotas count.
///
/// A score that lacks criteria is too low, and a class by it would be wrong: such a unit has none.
pub fn assign_classes(
    index: &PointsIndex,
    cards: Assessed<'_>,
    rows: &mut [RankRow],
    group_of: &dyn Fn(&RankRow) -> String,
) {
    let at_unit: BTreeMap<&str, usize> =
        cards.units.iter().enumerate().map(|(at, unit)| (unit.unit_code.as_str(), at)).collect();
    let mut placed: Vec<Placed> = Vec::with_capacity(rows.len());
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (row_at, row) in rows.iter().enumerate() {
        let unit = at_unit.get(row.unit.unit_code.as_str()).copied();
        let score = row.score.filter(|_| unit.is_some_and(|unit| cards.scoring.totals[unit].unscored <= 0.0));
        let first = score.and_then(|score| index.classes.iter().position(|class| score >= class.from));
        placed.push(match (first, unit) {
            (Some(first), Some(unit)) => fallen(index, cards, unit, first),
            _ => (None, None),
        });
        groups.entry(group_of(row)).or_default().push(row_at);
    }
    for members in groups.values() {
        for class in 0..index.classes.len() {
            let over = over_quota(index, rows, members, &placed, class);
            for row_at in over {
                let Some(unit) = at_unit.get(rows[row_at].unit.unit_code.as_str()) else { continue };
                let (place, reason) = fallen(index, cards, *unit, class + 1);
                placed[row_at] = (place, reason.filter(|_| place.is_none()).or(Some(ClassReason::Quota)));
            }
        }
    }
    for (row, (place, reason)) in rows.iter_mut().zip(placed) {
        row.class = place.map(|place| index.classes[place].name.clone());
        row.class_reason = reason;
    }
}

/// The first class from a place on whose conditions hold. Where it is not known whether they do, there is none.
fn fallen(index: &PointsIndex, cards: Assessed<'_>, unit: usize, first: usize) -> Placed {
    let mut reason = None;
    for (place, class) in index.classes.iter().enumerate().skip(first) {
        match meets(class, cards, unit) {
            Some(true) => return (Some(place), reason),
            Some(false) => reason = Some(ClassReason::Condition),
            None => return (None, Some(ClassReason::Unknown)),
        }
    }
    (None, reason)
}

/// Whether a unit meets all conditions of a class; unknown if one cannot be told and no other fails.
fn meets(class: &Class, cards: Assessed<'_>, unit: usize) -> Option<bool> {
    let read = |read: &Read| match read {
        Read::Indicator(id) => {
            let measure = cards.figures.now.get(id).and_then(|column| column.get(unit))?;
            measure.value.filter(|_| measure.status == Status::Ok)
        }
        Read::Item(at) => {
            let item = &cards.scoring.items[*at];
            item.points[unit].filter(|_| item.status[unit] != ItemStatus::Missing)
        }
    };
    let held: Vec<Option<bool>> = class.when.iter().map(|condition| condition.holds(read(&condition.read))).collect();
    if held.contains(&Some(false)) {
        return Some(false);
    }
    held.into_iter().collect::<Option<Vec<bool>>>().map(|_| true)
}

/// Rows of a group that are beyond the quota of a class. Units with one score stay or go together, so that the quota is
/// never passed and no tie is broken by a code.
fn over_quota(index: &PointsIndex, rows: &[RankRow], members: &[usize], placed: &[Placed], class: usize) -> Vec<usize> {
    let Some(quota) = &index.classes[class].quota else { return Vec::new() };
    let reaches = |most: usize| move |at: &&usize| placed[**at].0.is_some_and(|place| place <= most);
    let most = quota.most(members.iter().filter(reaches(quota.of)).count());
    let candidates: Vec<usize> = members.iter().filter(|at| placed[**at].0 == Some(class)).copied().collect();
    let scores: Vec<Option<f64>> = candidates.iter().map(|at| rows[*at].score).collect();
    let ranks = ranks_by(&scores, index.rank);
    let up_to = |rank: u32| ranks.iter().flatten().filter(|other| **other <= rank).count();
    let is_over = |rank: &Option<u32>| rank.is_none_or(|rank| up_to(rank) > most);
    candidates.into_iter().zip(&ranks).filter(|(_, rank)| is_over(rank)).map(|(at, _)| at).collect()
}
