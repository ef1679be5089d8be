//! Ranking 1-2-2-4 within a kind, on full precision; rounding is for display and comes last.

use std::collections::BTreeMap;

use cchc_definitions::Rounding;
use cchc_definitions::index::settings::{First, Ranking, Ties};
use cchc_model::{Held, IndicatorRow, NamedItem, NotSent, RankRow, Status, UnitRef};

/// Scores closer than this share of the largest are one: sums of the same parts in another order differ by as much.
const NOISE: f64 = 1e-12;

/// Ranks scores by the settings of an index; a missing score has no rank.
///
/// Full precision counts, unless the settings name the publisher's rounding. Scores that differ by less than 1e-12 of the
/// largest are equal: (0.1 + 0.2 + 0.3) / 3 and (0.3 + 0.2 + 0.1) / 3 are one score, although not one number.
///
/// ```
/// use cchc_definitions::index::settings::{Ranking, Ties};
/// use cchc_indices::ranks_by;
/// let scores = [Some((0.3 + 0.2 + 0.1) / 3.0), Some((0.1 + 0.2 + 0.3) / 3.0), Some(0.19), None, Some(0.21)];
/// assert_eq!(ranks_by(&scores, Ranking::default()), [Some(2), Some(2), Some(4), None, Some(1)]);
/// let dense = Ranking { ties: Ties::Dense, ..Ranking::default() };
/// assert_eq!(ranks_by(&scores, dense), [Some(2), Some(2), Some(3), None, Some(1)]);
/// ```
#[must_use]
pub fn ranks_by(scores: &[Option<f64>], settings: Ranking) -> Vec<Option<u32>> {
    let compared = |score: f64| {
        let score = settings.rounding.map_or(score, |rounding| rounded(score, rounding.digits, rounding.mode));
        if settings.first == First::Lowest { -score } else { score }
    };
    let mut order: Vec<(usize, f64)> =
        scores.iter().enumerate().filter_map(|(row, score)| Some((row, compared((*score)?)))).collect();
    order.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(&right.0)));
    let noise = order.iter().map(|(_, score)| score.abs()).fold(0.0, f64::max) * NOISE;
    let mut ranks = vec![None; scores.len()];
    let (mut rank, mut before) = (0, None);
    for (place, (row, score)) in order.iter().enumerate() {
        if before.is_none_or(|before| before - score > noise) {
            rank = match settings.ties {
                Ties::Competition => place as u32 + 1,
                Ties::Dense => rank + 1,
            };
        }
        before = Some(*score);
        ranks[*row] = Some(rank);
    }
    ranks
}

/// Rounds to so many digits. What is a half but for the last bits counts as one, and so does what is whole but for them.
///
/// ```
/// use cchc_definitions::Rounding;
/// use cchc_indices::rounded;
/// assert_eq!(rounded(1.005, 2, Rounding::HalfUp), 1.01);
/// assert_eq!(rounded(0.125, 2, Rounding::HalfEven), 0.12);
/// assert_eq!(rounded(0.29, 2, Rounding::Truncate), 0.29);
/// assert_eq!(rounded(0.291, 2, Rounding::Ceil), 0.3);
/// assert_eq!(rounded(-2.5, 0, Rounding::HalfUp), -3.0);
/// ```
#[must_use]
pub fn rounded(value: f64, digits: u8, mode: Rounding) -> f64 {
    let power = 10_f64.powi(i32::from(digits));
    let scaled = value.abs() * power;
    let (noise, whole) = (scaled * 4.0 * f64::EPSILON, scaled.floor());
    let rest = scaled - whole;
    let is_half = (rest - 0.5).abs() <= noise;
    let is_next = match mode {
        Rounding::HalfUp => is_half || rest > 0.5,
        Rounding::HalfEven if is_half => whole % 2.0 != 0.0,
        Rounding::HalfEven => rest > 0.5,
        Rounding::Truncate => 1.0 - rest <= noise,
        Rounding::Ceil => rest > noise,
    };
    (if is_next { whole + 1.0 } else { whole } / power).copysign(value)
}

/// A unit and its score in one period.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// The unit.
    pub unit: UnitRef,
    /// Its score at full precision.
    pub score: Option<f64>,
    /// Why it has none.
    pub reason: Option<Status>,
    /// Why it is not ranked although it has one.
    pub held: Option<Held>,
    /// Its score over the common items alone.
    pub score_common: Option<f64>,
    /// Common items that it lacks.
    pub lacking: Vec<NamedItem>,
}

impl Scored {
    /// A unit that is ranked if it has a score.
    #[must_use]
    pub const fn new(unit: UnitRef, score: Option<f64>, reason: Option<Status>) -> Self {
        Self { unit, score, reason, held: None, score_common: None, lacking: Vec::new() }
    }

    /// The scores that an indicator gives. Sums have no rank.
    #[must_use]
    pub fn by_indicator(rows: &[IndicatorRow]) -> Vec<Self> {
        rows.iter()
            .filter(|row| !row.unit.unit_code.starts_with('*'))
            .map(|row| {
                let reason = (row.measure.status != Status::Ok).then_some(row.measure.status);
                Self::new(row.unit.clone(), row.measure.value, reason)
            })
            .collect()
    }
}

/// Ranks every unit among its own kind: by kind, then rank, then code; units without a score come last, with the reason.
/// `scores` are those of the period, of the period before and of the same period last year.
#[must_use]
pub fn rank(scores: [&[Scored]; 3], settings: Ranking, not_sent: &[NotSent]) -> Vec<RankRow> {
    let common = by_unit(scores[0], settings, |row| row.score_common);
    let [now, before, last_year] = scores.map(|scores| by_unit(scores, settings, |row| row.score));
    let mut shared: BTreeMap<(&str, u32), u32> = BTreeMap::new();
    for (kind, rank) in now.values().filter_map(|(row, rank)| Some((row.unit.kind.as_deref()?, (*rank)?))) {
        *shared.entry((kind, rank)).or_default() += 1;
    }
    let mut ranked: Vec<RankRow> = now
        .values()
        .map(|(row, rank)| {
            let code = row.unit.unit_code.as_str();
            let kind = row.unit.kind.as_deref().unwrap_or_default();
            let then = |of: &BTreeMap<&str, (&Scored, Option<u32>)>| {
                of.get(code).map_or((None, None), |(row, rank)| (row.score, *rank))
            };
            let ((score_before, rank_before), (score_last_year, rank_last_year)) = (then(&before), then(&last_year));
            RankRow {
                unit: row.unit.clone(),
                rank: *rank,
                score: row.score,
                class: None,
                class_reason: None,
                group: None,
                group_mean: None,
                tied: rank.is_some_and(|rank| shared.get(&(kind, rank)).is_some_and(|count| *count > 1)),
                rank_before,
                rank_last_year,
                score_before,
                score_last_year,
                reason: row.reason,
                held: row.held.filter(|_| row.score.is_some()),
                score_common: row.score_common,
                rank_common: common.get(code).and_then(|(_, rank)| *rank),
                lacking: row.lacking.clone(),
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

/// Each unit with its rank among its kind by a score; one that is held has none, and the others close up.
fn by_unit(
    rows: &[Scored],
    settings: Ranking,
    score: fn(&Scored) -> Option<f64>,
) -> BTreeMap<&str, (&Scored, Option<u32>)> {
    let mut kinds: BTreeMap<&str, Vec<&Scored>> = BTreeMap::new();
    for row in rows {
        kinds.entry(row.unit.kind.as_deref().unwrap_or_default()).or_default().push(row);
    }
    let mut ranked = BTreeMap::new();
    for rows in kinds.values() {
        let scores: Vec<Option<f64>> = rows.iter().map(|row| score(row).filter(|_| row.held.is_none())).collect();
        for (row, rank) in rows.iter().zip(ranks_by(&scores, settings)) {
            ranked.insert(row.unit.unit_code.as_str(), (*row, rank));
        }
    }
    ranked
}

#[cfg(test)]
mod tests {
    use super::*;
    use cchc_model::{Measure, UnitRef};

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
        let ranked = rank([&Scored::by_indicator(&now), &[], &[]], Ranking::default(), &[]);
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
        let ranked = rank([&Scored::by_indicator(&now), &[], &[]], Ranking::default(), &[]);
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
            let mut expected = ranks_by(&scores, Ranking::default());
            expected.rotate_left(at);
            proptest::prop_assert_eq!(ranks_by(&rotated, Ranking::default()), expected);
        }

        #[test]
        fn a_rank_is_one_more_than_the_number_of_better_scores(scores in proptest::collection::vec(proptest::option::of(0_u8..6), 0..40)) {
            let scores: Vec<Option<f64>> = scores.iter().map(|score| score.map(f64::from)).collect();
            for (score, rank) in scores.iter().zip(ranks_by(&scores, Ranking::default())) {
                let better = score.map(|score| scores.iter().flatten().filter(|other| **other > score).count() as u32 + 1);
                proptest::prop_assert_eq!(rank, better);
            }
        }
    }
}
