//! Laws of points, whatever the figures: no order of rows, no improvement and no re-basing may break them.
#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "a test may stop at the first surprise; equal sums are equal bits"
)]

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;

use super::tests::{figures, index, item, plain};
use super::{Figures, Judgements, Scoring, score};
use crate::ranks_by;
use cchc_definitions::{Direction, Formula, Item, PointsIndex, Role, Rule, Tier};
use cchc_model::Measure;

fn x() -> String {
    "x".into()
}

fn y() -> String {
    "y".into()
}

fn tiers(input: String, tiers: [(Option<f64>, f64); 3]) -> Rule {
    Rule::Tiers { input, tiers: tiers.map(|(from, points)| Tier { from, points }).to_vec() }
}

/// Every kind of rule: those by `x`, of which more is better, then those by `y`, of which less is.
fn rules() -> Vec<Rule> {
    vec![
        Rule::YesNo { input: x() },
        tiers(x(), [(Some(0.9), 10.0), (Some(0.4), 3.5), (None, 0.0)]),
        Rule::Linear { input: x() },
        Rule::Floor { input: x(), floor: 0.5 },
        Rule::Target { input: x(), target: 0.8 },
        Rule::External { input: x(), factor: 12.0 },
        Rule::RelativeToBest { input: x() },
        Rule::Improvement { input: x(), by: 0.25 },
        Rule::Deduction { input: y(), per: 3.0 },
        tiers(y(), [(Some(0.7), 0.0), (Some(0.2), 4.0), (None, 10.0)]),
        Rule::RelativeToBest { input: y() },
        Rule::Improvement { input: y(), by: -0.25 },
    ]
}

/// One area of all kinds of rules, a formula of some of them, a bonus by `x` and a deduction by `y`.
fn all_rules() -> PointsIndex {
    let mut items = vec![item("I", None, 130.0, None)];
    items.extend(rules().into_iter().enumerate().map(|(at, rule)| item(&format!("1.{at}"), Some(0), 10.0, Some(rule))));
    let codes: Vec<String> = items.iter().map(|item| item.code.clone()).collect();
    let formula = Formula::parse("min([1.2] + [1.8] / 2, 10)", |code| codes.iter().position(|one| one == code));
    items.push(item("1.12", Some(0), 10.0, Some(Rule::Formula { formula: formula.unwrap() })));
    let extra = |code, role, input| Item { role, ..item(code, None, 5.0, Some(Rule::External { input, factor: 5.0 })) };
    items.extend([extra("T", Role::Bonus, x()), extra("P", Role::Deduction, y())]);
    let mut index = index(130.0, items);
    (index.bonus_cap, index.deduction_cap) = (Some(4.0), Some(4.0));
    index
}

fn measured(now: &[[f64; 2]], before: &[[f64; 2]]) -> Figures {
    let column = |rows: &[[f64; 2]], at: usize| plain(&rows.iter().map(|row| row[at]).collect::<Vec<f64>>());
    let mut all = figures(&[("x", &column(now, 0)), ("y", &column(now, 1))]);
    all.before = [(x(), column(before, 0)), (y(), column(before, 1))].into();
    all.directions = [(y(), Direction::Lower)].into();
    all
}

fn scored(now: &[[f64; 2]], before: &[[f64; 2]]) -> Scoring {
    score(&all_rules(), &measured(now, before), &Judgements::new())
}

/// Figures of units, now and before, in hundredths.
fn rows(shares: std::ops::RangeInclusive<i32>) -> impl Strategy<Value = Vec<([f64; 2], [f64; 2])>> {
    let share = move || shares.clone().prop_map(|hundredths| f64::from(hundredths) / 100.0);
    vec(([share(), share()], [share(), share()]), 1..20)
}

fn parted(rows: &[([f64; 2], [f64; 2])]) -> (Vec<[f64; 2]>, Vec<[f64; 2]>) {
    rows.iter().copied().unzip()
}

proptest! {
    #[test]
    fn a_better_figure_never_costs_a_point_by_any_rule(rows in rows(0..=100), at in 0_usize..20, by in (0_i32..100, 0_i32..100)) {
        let (now, before) = parted(&rows);
        let (at, mut better) = (at % now.len(), now.clone());
        better[at][0] += f64::from(by.0) / 100.0;
        better[at][1] = (better[at][1] - f64::from(by.1) / 100.0).max(0.0);
        let (worse, better) = (scored(&now, &before), scored(&better, &before));
        for (item, (worse, better)) in worse.items.iter().zip(&better.items).enumerate() {
            let is_deduction = all_rules().items[item].role == Role::Deduction;
            let (less, more) = if is_deduction { (better, worse) } else { (worse, better) };
            prop_assert!(less.points[at].unwrap() <= more.points[at].unwrap() + 1e-12, "item {} of {:?}", item, now[at]);
        }
        prop_assert!(worse.totals[at].score.unwrap() <= better.totals[at].score.unwrap() + 1e-9);
    }

    #[test]
    fn points_stay_between_nothing_and_the_most_whatever_the_figures(rows in rows(-500..=500)) {
        let (now, before) = parted(&rows);
        let index = all_rules();
        let scoring = scored(&now, &before);
        for (item, scores) in index.items.iter().zip(&scoring.items) {
            for points in scores.points.iter().flatten() {
                prop_assert!((0.0..=item.max).contains(points), "{}: {}", item.code, points);
            }
        }
        for total in &scoring.totals {
            let score = total.score.unwrap();
            prop_assert!((0.0..=index.max + 4.0).contains(&score), "{}", score);
            prop_assert!(total.bonus <= 4.0 && total.deduction <= 4.0 && total.points <= total.max);
        }
    }

    #[test]
    fn a_parent_is_the_sum_of_its_parts_and_so_is_its_most(parts in vec(weighted(0.7, 0_i32..=100), 4)) {
        // I = 1 + 2, 1 = 1.1 + 1.2, 2 = 2.1 + 2.2; what is missing here has a denominator of zero and does not apply.
        let linear = |code: &str, parent, max| item(code, Some(parent), max, Some(Rule::Linear { input: code.into() }));
        let items = vec![
            item("I", None, 40.0, None), item("1", Some(0), 18.0, None), linear("1.1", 1, 11.0), linear("1.2", 1, 7.0),
            item("2", Some(0), 22.0, None), linear("2.1", 4, 9.5), linear("2.2", 4, 12.5),
        ];
        let column = |part: &Option<i32>| part.map_or(Measure::ratio(0.0, 0.0), |part| Measure::ratio(f64::from(part), 100.0));
        let columns: Vec<[Measure; 1]> = parts.iter().map(|part| [column(part)]).collect();
        let named: Vec<(&str, &[Measure])> =
            ["1.1", "1.2", "2.1", "2.2"].into_iter().zip(columns.iter().map(|column| &column[..])).collect();
        let scoring = score(&index(40.0, items), &figures(&named), &Judgements::new());
        for (parent, [left, right]) in [(1, [2, 3]), (4, [5, 6]), (0, [1, 4])] {
            let points = |at: usize| scoring.items[at].points[0];
            let sum = points(left).into_iter().chain(points(right)).reduce(|sum, part| sum + part);
            prop_assert_eq!(points(parent), sum);
            let max = |at: usize| scoring.items[at].max[0];
            prop_assert_eq!(max(parent), max(left) + max(right));
        }
        let total = scoring.totals[0];
        prop_assert_eq!(total.max, scoring.items[0].max[0]);
        let rebased = scoring.items[0].points[0].map(|points| points * 40.0 / total.max);
        prop_assert_eq!(total.score.is_some(), rebased.is_some());
        prop_assert!(total.score.zip(rebased).is_none_or(|(ours, by_hand)| (ours - by_hand).abs() < 1e-9));
    }

    /// Units leave out what the mask says: among those with one mask the order of points is the order of scores.
    #[test]
    fn rebasing_keeps_the_order_among_units_with_the_same_exclusions(rows in vec(([0_i32..=100, 0_i32..=100, 0_i32..=100], 0_u8..7), 2..25)) {
        let maxima = [50.0, 30.0, 20.0];
        let items = maxima.iter().zip(["a", "b", "c"]).map(|(max, id)| item(id, None, *max, Some(Rule::Linear { input: id.into() })));
        let is_out = |mask: u8, at: usize| mask & (1 << at) != 0;
        let column = |at: usize| rows.iter().map(|(shares, mask)| {
            if is_out(*mask, at) { Measure::ratio(0.0, 0.0) } else { Measure::ratio(f64::from(shares[at]), 100.0) }
        }).collect::<Vec<_>>();
        let columns = [column(0), column(1), column(2)];
        let named: Vec<(&str, &[Measure])> = ["a", "b", "c"].into_iter().zip(columns.iter().map(Vec::as_slice)).collect();
        let scoring = score(&index(100.0, items.collect()), &figures(&named), &Judgements::new());
        // Whole hundredths of points: the order is exact.
        let points = |(shares, mask): &([i32; 3], u8)| -> i32 {
            (0..3).filter(|at| !is_out(*mask, *at)).map(|at| shares[at] * [50, 30, 20][at]).sum()
        };
        for (left, one) in rows.iter().zip(&scoring.totals) {
            for (right, other) in rows.iter().zip(&scoring.totals).filter(|(right, _)| right.1 == left.1) {
                let (one, other) = (one.score.unwrap(), other.score.unwrap());
                match points(left).cmp(&points(right)) {
                    std::cmp::Ordering::Less => prop_assert!(one < other),
                    std::cmp::Ordering::Equal => prop_assert!((one - other).abs() < 1e-9),
                    std::cmp::Ordering::Greater => prop_assert!(one > other),
                }
            }
        }
    }

    #[test]
    fn scores_and_ranks_do_not_depend_on_the_order_of_units(rows in rows(0..=100), turn in 0_usize..20) {
        let ranked = |rows: &[([f64; 2], [f64; 2])]| {
            let (now, before) = parted(rows);
            let scores: Vec<Option<f64>> = scored(&now, &before).totals.iter().map(|total| total.score).collect();
            let ranks = ranks_by(&scores, all_rules().rank);
            scores.into_iter().zip(ranks).collect::<Vec<_>>()
        };
        let mut expected = ranked(&rows);
        let (turn, mut turned) = (turn % rows.len(), rows.clone());
        turned.rotate_left(turn);
        expected.rotate_left(turn);
        prop_assert_eq!(ranked(&turned), expected);
    }
}
