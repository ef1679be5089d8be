//! Laws of composite indices: what no order of rows, no re-scaling and no improvement may break.

use cchc::definitions::index::composite::{Curve, Goalposts};
use cchc::definitions::index::settings::{
    Aggregate, AggregateMethod, Cut, Ranking, Scale, Transform, Treat, TreatMethod, TreatWhen,
};
use cchc::definitions::{Composite, Direction};
use cchc::indices::{Scaling, aggregate, ranks_by, scale, treat};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;

use super::{computed, small};

const MEANS: [AggregateMethod; 3] =
    [AggregateMethod::Arithmetic, AggregateMethod::Geometric, AggregateMethod::Harmonic];

/// Every method of scaling, with ends that the values of [`column`] cross.
fn scales() -> Vec<Scale> {
    let range = [-3.0, 7.0];
    let mut all = vec![
        Scale::None {},
        Scale::MinMax { range },
        Scale::ZScore { mean: 50.0, sd: 10.0 },
        Scale::Rank {},
        Scale::PercentileRank { range },
        Scale::Borda {},
        Scale::DistanceToBest { range },
        Scale::FractionOfBest { range },
    ];
    for cut in [Cut::Both, Cut::Top, Cut::Bottom, Cut::None] {
        all.push(Scale::Goalposts { range, cut });
        all.push(Scale::DistanceToTarget { range, cut });
    }
    all
}

/// Every way of scaling in both directions, linear and by logarithm.
fn scalings() -> impl Iterator<Item = Scaling> {
    scales().into_iter().flat_map(|scale| {
        [(Direction::Higher, 60.0), (Direction::Lower, 2.0)].into_iter().flat_map(move |(direction, target)| {
            [Curve::Linear, Curve::Log].map(|curve| Scaling {
                scale,
                direction,
                goalposts: Some(Goalposts { low: 5.0, high: 50.0, curve }),
                target: Some(target),
            })
        })
    })
}

/// Positive values of one decimal, some missing.
fn column(length: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Option<f64>>> {
    vec(weighted(0.9, (1_u32..1000).prop_map(|tenths| f64::from(tenths) / 10.0)), length)
}

/// Children of one node with their weights.
fn children() -> impl Strategy<Value = (Vec<Vec<Option<f64>>>, Vec<f64>)> {
    (1_usize..6, 1_usize..12)
        .prop_flat_map(|(width, rows)| (vec(column(rows..rows + 1), width), vec((1_u8..9).prop_map(f64::from), width)))
}

fn aggregated(children: &[Vec<Option<f64>>], weights: &[f64], method: AggregateMethod) -> Vec<Option<f64>> {
    let children: Vec<&[Option<f64>]> = children.iter().map(Vec::as_slice).collect();
    aggregate(&children, weights, Aggregate { method, min_available: None }).unwrap()
}

/// No more than what binary sums of such numbers may differ by.
fn at_most(left: f64, right: f64) -> bool {
    left <= right + 1e-9 * right.abs().max(1.0)
}

const INDEX: &str = r#"
    kind = "composite"
    index = { id = "x", name_vi = "X", name_en = "X", legal_basis = "constructed" }
    scale = { method = "min_max", range = [LOW, HIGH] }
    treat = { method = "TREAT" }
    node = [{ id = "area", weight = 2 }]
    indicator = [{ id = "a", parent = "area" }, { id = "b", parent = "area", direction = "lower" }, { id = "c" }]
"#;

fn index(low: &str, high: &str, treat: &str) -> Composite {
    let text = INDEX.replace("LOW", low).replace("HIGH", high).replace("TREAT", treat);
    Composite::parse("indices/x.toml", &text).unwrap()
}

/// Rows of three indicators; the first three rows see to it that no column is constant.
fn rows() -> impl Strategy<Value = Vec<[f64; 3]>> {
    vec((1_u32..500).prop_map(|tenths| f64::from(tenths) / 10.0), 3..60).prop_map(|flat| {
        let mut rows = vec![[0.1, 0.1, 0.1], [60.0, 60.0, 60.0], [30.0, 7.0, 55.0]];
        rows.extend(flat.chunks_exact(3).map(|row| [row[0], row[1], row[2]]));
        rows
    })
}

fn ranks_of(index: &Composite, rows: &[(String, [f64; 3])]) -> Vec<(String, Option<u32>)> {
    let rows: Vec<(&str, &[f64])> = rows.iter().map(|(unit, row)| (unit.as_str(), &row[..])).collect();
    let done = computed(index, &small(&["a", "b", "c"], &rows), "2024-12-31");
    done.scores.units().iter().cloned().zip(done.ranks("x", Ranking::default()).unwrap()).collect()
}

proptest! {
    #[test]
    fn scores_and_ranks_do_not_depend_on_the_order_of_rows(rows in rows(), turn in 0_usize..50) {
        let index = index("0", "100", "winsorise");
        let mut named: Vec<(String, [f64; 3])> =
            rows.into_iter().enumerate().map(|(at, row)| (format!("u{at:02}"), row)).collect();
        let before = ranks_of(&index, &named);
        let at = turn % named.len();
        named.rotate_left(at);
        named.swap(0, 1);
        prop_assert_eq!(ranks_of(&index, &named), before);
    }

    #[test]
    fn another_range_of_min_max_keeps_every_rank(rows in rows()) {
        let named: Vec<(String, [f64; 3])> =
            rows.into_iter().enumerate().map(|(at, row)| (format!("u{at:02}"), row)).collect();
        let before = ranks_of(&index("0", "100", "none"), &named);
        prop_assert_eq!(ranks_of(&index("0", "1", "none"), &named), before.clone());
        prop_assert_eq!(ranks_of(&index("-7", "35.5", "none"), &named), before);
    }

    #[test]
    fn scaling_is_monotone_in_the_direction_that_is_good(values in column(2..20)) {
        for by in scalings() {
            let Ok(scores) = scale(&values, by) else { continue };
            for (value, score) in values.iter().zip(&scores) {
                prop_assert_eq!(value.is_some(), score.is_some());
                for (other, other_score) in values.iter().zip(&scores) {
                    if let (Some(value), Some(score), Some(other), Some(other_score)) = (value, score, other, other_score) {
                        let is_better = if by.direction == Direction::Lower { value < other } else { value > other };
                        prop_assert!(!is_better || score >= other_score, "{:?}: {} {}", by, value, other);
                        prop_assert!((value - other).abs() > 0.0 || (score - other_score).abs() == 0.0, "{:?}", by);
                    }
                }
            }
        }
    }

    /// With every method of scaling, a unit's own score never falls when its value improves and the others stay.
    #[test]
    fn improving_a_value_never_lowers_its_score(values in column(2..20), at in 0_usize..20, by_tenths in 1_u32..600) {
        let at = at % values.len();
        let Some(value) = values[at] else { return Ok(()) };
        for by in scalings() {
            let mut better = values.clone();
            let step = f64::from(by_tenths) / 10.0;
            better[at] = Some(if by.direction == Direction::Lower { (value - step).max(0.05) } else { value + step });
            if let (Ok(before), Ok(after)) = (scale(&values, by), scale(&better, by)) {
                prop_assert!(at_most(before[at].unwrap(), after[at].unwrap()), "{:?}: {:?} {:?}", by, before, after);
            }
        }
    }

    #[test]
    fn improving_a_child_never_lowers_the_parent((children, weights) in children(), child in 0_usize..6, row in 0_usize..12, by in 1_u8..50) {
        let (child, row) = (child % children.len(), row % children[0].len());
        let Some(value) = children[child][row] else { return Ok(()) };
        let mut better = children.clone();
        better[child][row] = Some(value + f64::from(by));
        for method in MEANS.into_iter().chain([AggregateMethod::Sum, AggregateMethod::Copeland, AggregateMethod::Outranking]) {
            let (before, after) = (aggregated(&children, &weights, method), aggregated(&better, &weights, method));
            prop_assert_eq!(before[row].is_some(), after[row].is_some());
            if let (Some(before), Some(after)) = (before[row], after[row]) {
                prop_assert!(at_most(before, after), "{:?}: {} {}", method, before, after);
            }
        }
    }

    #[test]
    fn harmonic_is_at_most_geometric_is_at_most_arithmetic((children, weights) in children()) {
        let [arithmetic, geometric, harmonic] = MEANS.map(|method| aggregated(&children, &weights, method));
        for row in 0..arithmetic.len() {
            if let (Some(arithmetic), Some(geometric), Some(harmonic)) = (arithmetic[row], geometric[row], harmonic[row]) {
                prop_assert!(at_most(geometric, arithmetic));
                prop_assert!(at_most(harmonic, geometric));
            }
        }
    }

    #[test]
    fn a_mean_of_equal_scores_is_that_score_and_stays_between_its_parts((children, weights) in children(), score in 1_u32..9999) {
        let score = f64::from(score) / 100.0;
        let equal: Vec<Vec<Option<f64>>> =
            children.iter().map(|child| child.iter().map(|value| value.map(|_| score)).collect()).collect();
        for method in MEANS {
            for mean in aggregated(&equal, &weights, method).into_iter().flatten() {
                prop_assert!((mean - score).abs() < 1e-12 * score.max(1.0) * 10.0, "{:?}: {} {}", method, mean, score);
            }
            for (row, mean) in aggregated(&children, &weights, method).into_iter().enumerate() {
                let parts: Vec<f64> = children.iter().filter_map(|child| child[row]).collect();
                prop_assert_eq!(mean.is_some(), !parts.is_empty());
                if let Some(mean) = mean {
                    let (low, high) = parts.iter().fold((f64::MAX, 0.0_f64), |(low, high), part| (low.min(*part), high.max(*part)));
                    prop_assert!(at_most(low, mean) && at_most(mean, high));
                }
            }
        }
    }

    #[test]
    fn pairwise_scores_add_up_to_a_constant((children, weights) in children()) {
        let copeland: Vec<f64> = aggregated(&children, &weights, AggregateMethod::Copeland).into_iter().flatten().collect();
        prop_assert!(copeland.iter().sum::<f64>().abs() < 1e-9);
        let shares: Vec<f64> = aggregated(&children, &weights, AggregateMethod::Outranking).into_iter().flatten().collect();
        let pairs = (shares.len() * shares.len().saturating_sub(1)) as f64 / 2.0;
        prop_assert!((shares.iter().sum::<f64>() - pairs).abs() < 1e-9);
    }

    #[test]
    fn treating_keeps_the_order_of_the_values(values in column(4..30), tail in 500_u32..90_000, is_high in any::<bool>()) {
        let mut values = values;
        values.push(Some(if is_high { f64::from(tail) } else { -f64::from(tail) }));
        let transforms = [Transform::None, Transform::LogCt, Transform::LogCtPlus, Transform::LogCtOrig, Transform::LogGii, Transform::BoxCox];
        for transform in transforms {
            for (method, when) in [(TreatMethod::Winsorise, TreatWhen::Outlying), (TreatMethod::Transform, TreatWhen::Always)] {
                let settings = Treat { method, when, transform, lambda: 0.5, max_points: 2, ..Treat::default() };
                let Ok((after, done)) = treat(&values, &settings) else { continue };
                prop_assert!(done.low + done.high <= values.len());
                for (left, left_after) in values.iter().zip(&after) {
                    prop_assert_eq!(left.is_some(), left_after.is_some());
                    for (right, right_after) in values.iter().zip(&after) {
                        prop_assert!(left >= right || left_after <= right_after, "{:?} {:?}", settings, values);
                    }
                }
            }
        }
    }

    #[test]
    fn a_rank_is_one_more_than_the_number_of_better_scores(scores in column(0..30)) {
        for (score, rank) in scores.iter().zip(ranks_by(&scores, Ranking::default())) {
            let better = score.map(|score| scores.iter().flatten().filter(|other| **other > score).count() as u32 + 1);
            prop_assert_eq!(rank, better);
        }
    }
}
