//! Ranking 1-2-2-4 within a kind, on full precision; rounding is for display and comes last.

use std::collections::BTreeMap;

use crate::definitions::Direction;
use crate::model::{IndicatorRow, NotSent, RankRow, Status};

/// Scores of the units in three periods.
#[derive(Debug, Clone, Copy)]
pub struct Scores<'a> {
    /// The period ranked.
    pub now: &'a [IndicatorRow],
    /// The period before.
    pub before: &'a [IndicatorRow],
    /// The same period last year.
    pub last_year: &'a [IndicatorRow],
}

/// Competition ranks of scores, the best first: equal scores share the better rank and leave a gap.
/// A missing score has no rank.
///
/// ```
/// use cchc::definitions::Direction;
/// use cchc::indices::ranks;
/// let scores = [Some(0.9), Some(0.8), None, Some(0.9), Some(0.7)];
/// assert_eq!(ranks(&scores, Direction::Higher), [Some(1), Some(3), None, Some(1), Some(4)]);
/// assert_eq!(ranks(&scores, Direction::Lower), [Some(3), Some(2), None, Some(3), Some(1)]);
/// ```
#[must_use]
pub fn ranks(scores: &[Option<f64>], direction: Direction) -> Vec<Option<u32>> {
    let better = |left: f64, right: f64| match direction {
        Direction::Lower => left < right,
        Direction::Higher | Direction::None => left > right,
    };
    let mut sorted: Vec<f64> = scores.iter().flatten().copied().collect();
    match direction {
        Direction::Lower => sorted.sort_by(f64::total_cmp),
        Direction::Higher | Direction::None => sorted.sort_by(|left, right| right.total_cmp(left)),
    }
    scores
        .iter()
        .map(|score| score.map(|score| sorted.partition_point(|other| better(*other, score)) as u32 + 1))
        .collect()
}

/// Ranks every unit among its own kind: by kind, then rank, then code; units without a score come last, with the reason.
#[must_use]
pub fn rank(scores: Scores<'_>, direction: Direction, not_sent: &[NotSent]) -> Vec<RankRow> {
    let before = by_unit(scores.before, direction);
    let last_year = by_unit(scores.last_year, direction);
    let now = by_unit(scores.now, direction);
    let mut shared: BTreeMap<(&str, u32), u32> = BTreeMap::new();
    for (kind, rank) in now.values().filter_map(|(row, rank)| Some((row.unit.kind.as_deref()?, (*rank)?))) {
        *shared.entry((kind, rank)).or_default() += 1;
    }
    let mut ranked: Vec<RankRow> = now
        .values()
        .map(|(row, rank)| {
            let code = row.unit.unit_code.as_str();
            let kind = row.unit.kind.as_deref().unwrap_or_default();
            let then = |of: &BTreeMap<&str, (&IndicatorRow, Option<u32>)>| {
                of.get(code).map_or((None, None), |(row, rank)| (row.measure.value, *rank))
            };
            let ((score_before, rank_before), (score_last_year, rank_last_year)) = (then(&before), then(&last_year));
            RankRow {
                unit: row.unit.clone(),
                rank: *rank,
                score: row.measure.value,
                class: None,
                tied: rank.is_some_and(|rank| shared.get(&(kind, rank)).is_some_and(|count| *count > 1)),
                rank_before,
                rank_last_year,
                score_before,
                score_last_year,
                reason: (row.measure.status != Status::Ok).then_some(row.measure.status),
                not_sent: not_sent.iter().any(|one| one.unit.unit_code == code),
            }
        })
        .collect();
    ranked.sort_by(|left, right| {
        let place = |row: &RankRow| (row.unit.kind.clone(), row.rank.unwrap_or(u32::MAX), row.unit.unit_code.clone());
        place(left).cmp(&place(right))
    });
    ranked
}

/// Each unit's row with its rank among its kind. Sums have no rank.
fn by_unit(rows: &[IndicatorRow], direction: Direction) -> BTreeMap<&str, (&IndicatorRow, Option<u32>)> {
    let mut kinds: BTreeMap<&str, Vec<&IndicatorRow>> = BTreeMap::new();
    for row in rows.iter().filter(|row| !row.unit.unit_code.starts_with('*')) {
        kinds.entry(row.unit.kind.as_deref().unwrap_or_default()).or_default().push(row);
    }
    let mut ranked = BTreeMap::new();
    for rows in kinds.values() {
        let scores: Vec<Option<f64>> = rows.iter().map(|row| row.measure.value).collect();
        for (row, rank) in rows.iter().zip(ranks(&scores, direction)) {
            ranked.insert(row.unit.unit_code.as_str(), (*row, rank));
        }
    }
    ranked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Measure, UnitRef};

    fn row(code: &str, kind: &str, top: f64, bottom: f64) -> IndicatorRow {
        IndicatorRow {
            unit: UnitRef { unit_code: code.into(), unit_name: code.into(), kind: Some(kind.into()) },
            period: "2020-Q1".into(),
            indicator: "on_time_rate".into(),
            measure: Measure::ratio(top, bottom),
        }
    }

    #[test]
    fn tied_units_share_the_better_rank_and_leave_a_gap() {
        let now = [
            row("a", "x", 1.0, 1.0),
            row("b", "x", 113.0, 122.0),
            row("c", "x", 226.0, 244.0),
            row("d", "x", 1.0, 2.0),
            row("e", "y", 1.0, 2.0),
            row("f", "x", 0.0, 0.0),
        ];
        let ranked = rank(Scores { now: &now, before: &[], last_year: &[] }, Direction::Higher, &[]);
        let places: Vec<_> = ranked.iter().map(|row| (row.unit.unit_code.as_str(), row.rank, row.tied)).collect();
        assert_eq!(
            places,
            [
                ("a", Some(1), false),
                ("b", Some(2), true),
                ("c", Some(2), true),
                ("d", Some(4), false),
                ("f", None, false),
                ("e", Some(1), false)
            ]
        );
        assert_eq!(ranked[4].reason, Some(Status::NotApplicable));
    }

    #[test]
    fn rates_that_only_look_equal_when_rounded_are_not_tied() {
        let now = [row("a", "x", 99_991.0, 100_000.0), row("b", "x", 99_992.0, 100_000.0)];
        let ranked = rank(Scores { now: &now, before: &[], last_year: &[] }, Direction::Higher, &[]);
        assert_eq!(ranked[0].unit.unit_code, "b");
        assert_eq!(ranked[1].rank, Some(2));
    }

    proptest::proptest! {
        #[test]
        fn ranks_do_not_depend_on_the_order_of_rows(counts in proptest::collection::vec((0_u8..9, 0_u8..9), 0..40), shift in 0_usize..40) {
            let scores: Vec<Option<f64>> =
                counts.iter().map(|(top, bottom)| Measure::ratio(f64::from(*top), f64::from(*bottom)).value).collect();
            let at = shift % scores.len().max(1);
            let mut rotated = scores.clone();
            rotated.rotate_left(at);
            let mut expected = ranks(&scores, Direction::Higher);
            expected.rotate_left(at);
            proptest::prop_assert_eq!(ranks(&rotated, Direction::Higher), expected);
        }

        #[test]
        fn a_rank_is_one_more_than_the_number_of_better_scores(scores in proptest::collection::vec(proptest::option::of(0_u8..6), 0..40)) {
            let scores: Vec<Option<f64>> = scores.iter().map(|score| score.map(f64::from)).collect();
            for (score, rank) in scores.iter().zip(ranks(&scores, Direction::Higher)) {
                let better = score.map(|score| scores.iter().flatten().filter(|other| **other > score).count() as u32 + 1);
                proptest::prop_assert_eq!(rank, better);
            }
        }
    }
}
