//! Rankings in the blocks in which results are published, and each score beside the mean of its group.

use std::collections::BTreeMap;

use super::EngineError;
use cchc_definitions::index::settings::Ranking;
use cchc_definitions::{Definitions, Grouping, did_you_mean};
use cchc_indices::{Index, Ranked, Scored, assign_classes, rank};
use cchc_model::{Held, RankRow};

/// The grouping of an id.
pub(super) fn grouping<'d>(definitions: &'d Definitions, id: &str) -> Result<&'d Grouping, EngineError> {
    definitions.grouping(id).ok_or_else(|| {
        let known: Vec<&str> = definitions.groupings.iter().map(|grouping| grouping.id.as_str()).collect();
        let hint = did_you_mean(id, known.iter().copied());
        EngineError::Request(format!("no grouping '{id}'{hint}; there are {}", known.join(", ")))
    })
}

/// Ranks the units of each group among themselves, groups in the order of their definition. Units of no group stay among
/// their kind and come last.
pub(super) fn regroup(ranked: &mut Ranked, index: &Index<'_>, grouping: &Grouping) {
    let mut groups: BTreeMap<(usize, String), Vec<RankRow>> = BTreeMap::new();
    for row in ranked.rows.drain(..) {
        let kind = row.unit.kind.clone().unwrap_or_default();
        let group = grouping.group_of(&row.unit.unit_code, &row.unit.unit_name, &kind);
        // A group may hold several kinds; without a group each kind is by itself.
        let place = group.map_or((usize::MAX, kind), |group| (group, String::new()));
        groups.entry(place).or_default().push(row);
    }
    for ((group, _), rows) in groups {
        let group = grouping.groups.get(group).map(|group| group.id.clone());
        let rows = if group.is_some() { among_one_kind(rows, index.settings()) } else { rows };
        ranked.rows.extend(rows.into_iter().map(|row| RankRow { group: group.clone(), ..row }));
    }
    if let (Index::Points(points), Some(cards)) = (index, &ranked.cards) {
        assign_classes(points, cards.assessed(), &mut ranked.rows, &group_key);
    }
}

/// Sets beside each score the mean of the ranked units of its group, or of its kind.
pub(super) fn set_means(rows: &mut [RankRow]) {
    let mut sums: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.rank.is_some()) {
        let Some(score) = row.score else { continue };
        let (sum, count) = sums.entry(group_key(row)).or_default();
        (*sum, *count) = (*sum + score, *count + 1.0);
    }
    for row in rows {
        row.group_mean = sums.get(&group_key(row)).map(|(sum, count)| sum / count);
    }
}

/// The group in which a unit is ranked: of the grouping, or its kind.
fn group_key(row: &RankRow) -> String {
    let kind = || format!("*{}", row.unit.kind.as_deref().unwrap_or_default());
    row.group.clone().unwrap_or_else(kind)
}

/// Ranks rows as if all units were of one kind.
fn among_one_kind(mut rows: Vec<RankRow>, settings: Ranking) -> Vec<RankRow> {
    let kinds: BTreeMap<String, Option<String>> =
        rows.iter_mut().map(|row| (row.unit.unit_code.clone(), row.unit.kind.take())).collect();
    let mut again = among_themselves(&rows, settings);
    for row in &mut again {
        row.unit.kind = kinds.get(&row.unit.unit_code).cloned().flatten();
    }
    again
}

/// The rows of a group ranked anew, since ranks among all units do not count within it.
pub(super) fn among_themselves(rows: &[RankRow], settings: Ranking) -> Vec<RankRow> {
    // A unit that was held in an earlier period has a score of it, but no rank: it is held here, too.
    let scored = |score: fn(&RankRow) -> Option<f64>, rank: fn(&RankRow) -> Option<u32>| -> Vec<Scored> {
        let of = |row: &RankRow| Scored {
            held: row.held.or(Some(Held::Incomplete)).filter(|_| rank(row).is_none()),
            score_common: row.score_common,
            lacking: row.lacking.clone(),
            ..Scored::new(row.unit.clone(), score(row), row.reason)
        };
        rows.iter().map(of).collect()
    };
    let now = scored(|row| row.score, |row| row.rank);
    let before = scored(|row| row.score_before, |row| row.rank_before);
    let last_year = scored(|row| row.score_last_year, |row| row.rank_last_year);
    let mut again = rank([&now, &before, &last_year], settings, &[]);
    for row in &mut again {
        if let Some(first) = rows.iter().find(|first| first.unit == row.unit) {
            row.class.clone_from(&first.class);
            row.class_reason = first.class_reason;
            row.not_sent = first.not_sent;
        }
    }
    again
}
