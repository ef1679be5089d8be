//! Each method of each stage on a case small enough to work by hand.

use std::collections::BTreeMap;

use cchc::definitions::index::composite::{Curve, Goalposts};
use cchc::definitions::index::settings::{
    Aggregate, AggregateMethod, Cut, First, ImputeMethod, RankRounding, Ranking, Scale, Screen, Ties, Transform, Treat,
    TreatMethod, TreatWhen,
};
use cchc::definitions::{Composite, Direction, Rounding};
use cchc::indices::{
    Input, Scaling, Sources, TableError, ValueTable, aggregate, compose, denominate, impute, moments::shape, ranks_by,
    rounded, scale, screen, treat,
};

use super::{close, computed, csv_rows, small, table};

const N: f64 = f64::NAN;

/// Values with NaN for missing.
fn values(of: &[f64]) -> Vec<Option<f64>> {
    of.iter().map(|value| Some(*value).filter(|value| !value.is_nan())).collect()
}

#[track_caller]
fn all_close(got: &[Option<f64>], expected: &[f64]) {
    assert_eq!(got.len(), expected.len());
    for (at, (got, expected)) in got.iter().zip(values(expected)).enumerate() {
        match (got, expected) {
            (Some(got), Some(expected)) => assert!((got - expected).abs() < 1e-12, "{at}: {got} is not {expected}"),
            _ => assert_eq!(*got, expected, "{at}"),
        }
    }
}

fn scaled(of: &[f64], method: Scale, direction: Direction) -> Vec<Option<f64>> {
    scale(&values(of), Scaling { scale: method, direction, goalposts: None, target: None }).unwrap()
}

#[test]
fn scaling_methods_that_compare_units() {
    let x = [2.0, 5.0, N, 5.0, 10.0];
    let range = [1.0, 9.0];
    let (higher, lower) = (Direction::Higher, Direction::Lower);
    all_close(&scaled(&x, Scale::None {}, higher), &x);
    all_close(&scaled(&x, Scale::None {}, lower), &[-2.0, -5.0, N, -5.0, -10.0]);
    all_close(&scaled(&x, Scale::MinMax { range }, higher), &[1.0, 4.0, N, 4.0, 9.0]);
    all_close(&scaled(&x, Scale::MinMax { range }, lower), &[9.0, 6.0, N, 6.0, 1.0]);
    all_close(&scaled(&x, Scale::DistanceToBest { range: [0.0, 1.0] }, lower), &[1.0, 0.625, N, 0.625, 0.0]);
    all_close(&scaled(&x, Scale::Rank {}, higher), &[1.0, 2.0, N, 2.0, 4.0]);
    all_close(&scaled(&x, Scale::Rank {}, lower), &[4.0, 2.0, N, 2.0, 1.0]);
    all_close(&scaled(&x, Scale::Borda {}, higher), &[0.0, 1.0, N, 1.0, 3.0]);
    all_close(&scaled(&x, Scale::PercentileRank { range: [0.0, 1.0] }, higher), &[0.0, 1.0 / 3.0, N, 1.0 / 3.0, 1.0]);
    all_close(&scaled(&x, Scale::PercentileRank { range: [0.0, 30.0] }, lower), &[30.0, 10.0, N, 10.0, 0.0]);
    all_close(&scaled(&x, Scale::FractionOfBest { range: [0.0, 100.0] }, higher), &[20.0, 50.0, N, 50.0, 100.0]);
    all_close(&scaled(&x, Scale::FractionOfBest { range: [0.0, 1.0] }, lower), &[1.0, 0.4, N, 0.4, 0.2]);
    // Mean 5, sum of squares 9 + 25 + 1 + 1 = 36, sample deviation √(36 / 4) = 3.
    let x = [2.0, 10.0, 4.0, 4.0, 5.0];
    all_close(
        &scaled(&x, Scale::ZScore { mean: 0.0, sd: 1.0 }, higher),
        &[-1.0, 5.0 / 3.0, -1.0 / 3.0, -1.0 / 3.0, 0.0],
    );
    all_close(&scaled(&x, Scale::ZScore { mean: 100.0, sd: 15.0 }, lower), &[115.0, 75.0, 105.0, 105.0, 100.0]);
    all_close(&scaled(&[3.0, 3.0], Scale::Rank {}, higher), &[1.0, 1.0]);
    assert_eq!(scaled(&[N, N], Scale::MinMax { range }, higher), [None, None]);
}

#[test]
fn goalposts_cut_on_the_side_that_is_named() {
    let with = |cut, direction, curve, x: &[f64]| {
        let goalposts = Some(Goalposts { low: 10.0, high: 1000.0, curve });
        let by = Scaling { scale: Scale::Goalposts { range: [0.0, 2.0], cut }, direction, goalposts, target: None };
        scale(&values(x), by)
    };
    let (higher, lower) = (Direction::Higher, Direction::Lower);
    let x = [-89.0, 10.0, 109.0, N, 1000.0, 1198.0];
    let of = |cut, direction| with(cut, direction, Curve::Linear, &x).unwrap();
    all_close(&of(Cut::Both, higher), &[0.0, 0.0, 0.2, N, 2.0, 2.0]);
    all_close(&of(Cut::None, higher), &[-0.2, 0.0, 0.2, N, 2.0, 2.4]);
    all_close(&of(Cut::Top, higher), &[-0.2, 0.0, 0.2, N, 2.0, 2.0]);
    all_close(&of(Cut::Bottom, higher), &[0.0, 0.0, 0.2, N, 2.0, 2.4]);
    all_close(&of(Cut::Both, lower), &[2.0, 2.0, 1.8, N, 0.0, 0.0]);
    all_close(&of(Cut::Top, lower), &[2.0, 2.0, 1.8, N, 0.0, -0.4]);
    all_close(&of(Cut::Bottom, lower), &[2.2, 2.0, 1.8, N, 0.0, 0.0]);
    let x = [10.0, 100.0, 1000.0, 10_000.0];
    all_close(&with(Cut::Both, higher, Curve::Log, &x).unwrap(), &[0.0, 1.0, 2.0, 2.0]);
    all_close(&with(Cut::None, lower, Curve::Log, &x).unwrap(), &[2.0, 1.0, 0.0, -1.0]);
    // Cut before the logarithm is taken, so a negative value is no fault.
    all_close(&with(Cut::Both, higher, Curve::Log, &[-5.0, 1000.0]).unwrap(), &[0.0, 2.0]);
    let error = with(Cut::Top, higher, Curve::Log, &[1.0, -5.0, 0.0]).unwrap_err();
    assert!(error.to_string().contains("no logarithm"), "{error}");
}

#[test]
fn distance_to_target_stops_at_the_target_unless_set_otherwise() {
    let with = |cut, direction, target| {
        let by = Scaling {
            scale: Scale::DistanceToTarget { range: [0.0, 1.0], cut },
            direction,
            goalposts: None,
            target: Some(target),
        };
        scale(&values(&[2.0, 6.0, N, 12.0]), by)
    };
    all_close(&with(Cut::Top, Direction::Higher, 10.0).unwrap(), &[0.0, 0.5, N, 1.0]);
    all_close(&with(Cut::None, Direction::Higher, 10.0).unwrap(), &[0.0, 0.5, N, 1.25]);
    all_close(&with(Cut::Both, Direction::Lower, 4.0).unwrap(), &[1.0, 0.75, N, 0.0]);
    let error = with(Cut::Top, Direction::Lower, 12.0).unwrap_err();
    assert_eq!(error.to_string(), "the target, 12, is not better than the worst value, 12");
}

#[test]
fn fractions_of_a_best_value_need_positive_numbers() {
    let with = |x: &[f64], direction| {
        let scale_by = Scale::FractionOfBest { range: [0.0, 1.0] };
        scale(&values(x), Scaling { scale: scale_by, direction, goalposts: None, target: None })
    };
    all_close(&with(&[0.0, 4.0], Direction::Higher).unwrap(), &[0.0, 1.0]);
    assert!(with(&[-1.0, 4.0], Direction::Higher).unwrap_err().to_string().contains("needs values above 0"));
    assert!(with(&[0.0, 0.0], Direction::Higher).unwrap_err().to_string().contains("constant"));
    assert!(with(&[0.0, 4.0], Direction::Lower).unwrap_err().to_string().contains("needs values above 0"));
}

/// Skewness 3.063, kurtosis 9.741; with 100 moved to 30: 1.712 and 1.816. Worked in a spreadsheet with SKEW and KURT.
const OUTLYING: [f64; 12] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 30.0, 100.0];

#[test]
fn winsorising_moves_as_few_points_as_the_limits_need() {
    let with = |x: &[f64], settings: Treat| treat(&values(x), &settings).unwrap();
    let winsorise = Treat { method: TreatMethod::Winsorise, ..Treat::default() };
    let (after, done) = with(&OUTLYING, winsorise);
    assert_eq!(after[..11], values(&OUTLYING)[..11]);
    assert_eq!((after[11], done.high, done.low, done.transform, done.beyond), (Some(30.0), 1, 0, None, false));
    // The mirror image is moved at its low end.
    let mirrored: Vec<f64> = OUTLYING.iter().map(|x| -x).collect();
    let (after, done) = with(&mirrored, winsorise);
    assert_eq!((after[11], done.high, done.low), (Some(-30.0), 0, 1));
    // Kurtosis alone is not enough to be treated, nor is skewness alone.
    let within = Treat { max_kurtosis: 9.75, ..winsorise };
    assert_eq!(with(&OUTLYING, within).0, values(&OUTLYING));
    let within = Treat { max_skewness: 3.07, ..winsorise };
    assert_eq!(with(&OUTLYING, within).0, values(&OUTLYING));
    // A limit is not passed by a column that lies exactly on it.
    let at = shape(&OUTLYING).unwrap();
    for limits in [(at.skewness, 3.5), (2.0, at.kurtosis)] {
        let settings = Treat { max_skewness: limits.0, max_kurtosis: limits.1, ..winsorise };
        assert_eq!(with(&OUTLYING, settings).1.high, 1);
    }
    // Stricter limits: 100 and 30 both end at 10, and two points count as moved.
    let strict = Treat { max_skewness: 1.0, max_kurtosis: 0.0, ..winsorise };
    let (after, done) = with(&OUTLYING, strict);
    assert_eq!((after[10], after[11], done.high), (Some(10.0), Some(10.0), 2));
    // One point is not enough for these limits, so the untreated values are transformed instead.
    let few = Treat { max_points: 1, ..strict };
    let (after, done) = with(&OUTLYING, few);
    assert_eq!((done.high, done.transform), (0, Some(Transform::LogCt)));
    close(after[0], Some(0.99_f64.ln()), 1e-12, "ln(1 − 1 + 0.01 · 99)");
    let (after, done) = with(&OUTLYING, Treat { transform: Transform::None, ..few });
    assert_eq!((after[11], done.high, done.transform, done.beyond), (Some(30.0), 1, None, true));
    // Nothing to treat: missing stays missing, few and equal values pass.
    let (after, done) = with(&[1.0, N, 1.0, 1.0, 1.0], winsorise);
    assert_eq!((after, done.high), (values(&[1.0, N, 1.0, 1.0, 1.0]), 0));
}

#[test]
fn skewness_and_kurtosis_are_those_of_spreadsheets() {
    // Mean 4, off by −3 −2 −1 0 6: m2 = 50/5, m3 = 180/5, m4 = 1394/5.
    // SKEW = 36/10^1.5 · √20/3; KURT = (6 (2.788 − 3) + 6) · 4/(3 · 2).
    let shape = cchc::indices::moments::shape(&[1.0, 2.0, 3.0, 4.0, 10.0]).unwrap();
    assert!((shape.skewness - 1.697_056_274_847_714).abs() < 1e-12, "{shape:?}");
    assert!((shape.kurtosis - 3.152).abs() < 1e-12, "{shape:?}");
    assert!(cchc::indices::moments::shape(&[1.0, 2.0, 9.0]).is_none(), "three values have no kurtosis");
    assert!(cchc::indices::moments::shape(&[2.0; 6]).is_none(), "equal values have no shape");
}

#[test]
fn transformations_follow_their_formulas() {
    let with = |x: &[f64], transform, lambda| {
        let settings =
            Treat { method: TreatMethod::Transform, when: TreatWhen::Always, transform, lambda, ..Treat::default() };
        treat(&values(x), &settings).map(|(after, _)| after)
    };
    let x = [2.0, 3.0, N, 7.0, 12.0];
    // min 2, max 12, range 10, skewness above 0
    let ln = |y: [f64; 4]| [y[0].ln(), y[1].ln(), N, y[2].ln(), y[3].ln()];
    all_close(&with(&x, Transform::LogCt, 0.0).unwrap(), &ln([0.1, 1.1, 5.1, 10.1]));
    all_close(&with(&x, Transform::LogCtPlus, 0.0).unwrap(), &ln([0.1, 1.1, 5.1, 10.1]));
    all_close(&with(&x, Transform::LogCtOrig, 0.0).unwrap(), &ln([1.0, 2.0, 6.0, 11.0]));
    all_close(&with(&x, Transform::LogGii, 0.0).unwrap(), &ln([1.0, 2.1, 6.5, 12.0]));
    all_close(&with(&x, Transform::Log, 0.0).unwrap(), &ln([2.0, 3.0, 7.0, 12.0]));
    all_close(&with(&x, Transform::BoxCox, 0.0).unwrap(), &ln([1.0, 2.0, 6.0, 11.0]));
    all_close(&with(&x, Transform::BoxCox, 2.0).unwrap(), &[0.0, 1.5, N, 17.5, 60.0]);
    // Skewed to the left: mirrored, so that the order stays.
    let left = [1.0, 9.0, 10.0, 11.0];
    let mirrored = [-(10.1_f64.ln()), -(2.1_f64.ln()), -(1.1_f64.ln()), -(0.1_f64.ln())];
    all_close(&with(&left, Transform::LogCtPlus, 0.0).unwrap(), &mirrored);
    // So is what leans to neither side, and three values are enough to see it: range 8, max 9.
    let even = [-(8.08_f64.ln()), -(4.08_f64.ln()), -(0.08_f64.ln())];
    all_close(&with(&[1.0, 5.0, 9.0], Transform::LogCtPlus, 0.0).unwrap(), &even);
    let upwards = [0.08_f64.ln(), 1.08_f64.ln(), 8.08_f64.ln()];
    all_close(&with(&[1.0, 2.0, 9.0], Transform::LogCtPlus, 0.0).unwrap(), &upwards);
    assert!(with(&[0.1, 0.5, 0.9], Transform::LogGii, 0.0).unwrap_err().contains("turns the order round"));
    assert!(with(&[0.0, 0.5, 0.9], Transform::Log, 0.0).unwrap_err().contains("no logarithm"));
    assert!(with(&[3.0, 3.0], Transform::LogCt, 0.0).unwrap_err().contains("equal"));
    // Only where it is due.
    let outlying = Treat { method: TreatMethod::Transform, transform: Transform::Log, ..Treat::default() };
    assert_eq!(treat(&values(&x), &outlying).unwrap().0, values(&x));
    let (after, done) = treat(&values(&OUTLYING), &outlying).unwrap();
    assert_eq!((after[0], done.transform), (Some(0.0), Some(Transform::Log)));
}

#[test]
fn aggregation_leaves_out_missing_children_with_their_weights() {
    let (a, b, c) = (values(&[1.0, 1.0, N, 0.0]), values(&[4.0, N, N, 4.0]), values(&[2.0, 8.0, N, 2.0]));
    let with = |method, min_available, weights: &[f64]| {
        aggregate(&[&a, &b, &c], weights, Aggregate { method, min_available }).unwrap()
    };
    let weights = [1.0, 1.0, 2.0];
    all_close(&with(AggregateMethod::Arithmetic, None, &weights), &[2.25, 17.0 / 3.0, N, 2.0]);
    all_close(&with(AggregateMethod::Arithmetic, Some(0.67), &weights), &[2.25, N, N, 2.0]);
    all_close(&with(AggregateMethod::Arithmetic, Some(2.0 / 3.0), &weights), &[2.25, 17.0 / 3.0, N, 2.0]);
    all_close(&with(AggregateMethod::Sum, None, &weights), &[9.0, N, N, 8.0]);
    all_close(&with(AggregateMethod::Sum, Some(0.0), &weights), &[9.0, 17.0, N, 8.0]);
    // (1 · 4 · 2²)^(1/4) = 2; (1 · 8²)^(1/3) = 4; a zero makes it 0.
    all_close(&with(AggregateMethod::Geometric, None, &weights), &[2.0, 4.0, N, 0.0]);
    // 4 / (1 + 1/4 + 2/2); 3 / (1 + 2/8); a zero makes it 0.
    all_close(&with(AggregateMethod::Harmonic, None, &weights), &[16.0 / 9.0, 2.4, N, 0.0]);
    // A child of weight 0 is as if it were not there.
    all_close(&with(AggregateMethod::Geometric, None, &[0.0, 1.0, 1.0]), &[8.0_f64.sqrt(), 8.0, N, 8.0_f64.sqrt()]);
}

#[test]
fn copeland_counts_majorities_and_outranking_adds_shares() {
    // By weights 0.5, 0.3, 0.2. a–b 0.7, a–c 0.5 (a draw), a–d 0.85, b–c 0.8, b–d 0.9, c–d 0.75.
    let first = values(&[3.0, 2.0, 1.0, 1.0, N]);
    let second = values(&[1.0, 3.0, 2.0, 1.0, N]);
    let third = values(&[2.0, 1.0, 3.0, 1.0, N]);
    let with = |method| {
        let settings = Aggregate { method, min_available: None };
        aggregate(&[&first, &second, &third], &[0.5, 0.3, 0.2], settings).unwrap()
    };
    all_close(&with(AggregateMethod::Copeland), &[2.0, 1.0, 0.0, -3.0, N]);
    all_close(&with(AggregateMethod::Outranking), &[2.05, 2.0, 1.45, 0.5, N]);
    // 0.1 + 0.2 against 0.3 is a draw, whatever binary fractions say.
    let settings = Aggregate { method: AggregateMethod::Copeland, min_available: None };
    let (one, two, three) = (values(&[2.0, 1.0]), values(&[2.0, 1.0]), values(&[1.0, 2.0]));
    all_close(&aggregate(&[&one, &two, &three], &[0.1, 0.2, 0.3], settings).unwrap(), &[0.0, 0.0]);
    // Units with no child in common draw.
    all_close(&aggregate(&[&values(&[1.0, N]), &values(&[N, 2.0])], &[1.0, 1.0], settings).unwrap(), &[0.0, 0.0]);
}

#[test]
fn principal_components_weigh_as_worked_elsewhere() {
    // First eigenvectors of the correlations of the stored normalised indicators, by power iteration in another language.
    let index = |method: &str, parent: &str, children: &[&str]| {
        let children: Vec<String> = children.iter().map(|id| format!("{{ id = \"{id}\" }}")).collect();
        let text = format!(
            "kind = \"composite\"\n\
             index = {{ id = \"{parent}\", name_vi = \"X\", name_en = \"X\", legal_basis = \"constructed\" }}\n\
             scale = {{ method = \"none\" }}\nweigh = {{ method = \"{method}\" }}\nindicator = [{}]\n",
            children.join(", ")
        );
        Composite::parse("indices/x.toml", &text).unwrap()
    };
    let weights = |method: &str, children: &[&str]| {
        let columns: Vec<String> = children.iter().map(|id| (*id).to_owned()).collect();
        let values = table(&csv_rows("asem/stage5_normalised.csv"), "code", &columns);
        let weights = computed(&index(method, "x", children), &values, "2018-12-31").weights.remove(0);
        values_of(&weights)
    };
    let political = ["Embs", "IGOs", "UNVote"];
    let plain = [0.318_761_623_619_875_87, 0.416_426_258_043_336_3, 0.264_812_118_336_787_8];
    all_close(&weights("principal_component", &political), &plain);
    let squared = [0.294_394_809_182_940_5, 0.502_428_539_336_678_6, 0.203_176_651_480_380_98];
    all_close(&weights("principal_component_squared", &political), &squared);
    // An indicator that runs against the others gets a negative weight, which a mean of logarithms cannot take.
    let environ = ["Renew", "PrimEner", "CO2", "MatCon", "Forest"];
    let found = weights("principal_component", &environ);
    let expected =
        [0.296_393_897_921_784_6, 0.168_138_900_766_814_9, 0.354_132_746_743_572_7, 0.323_643_951_347_827_14];
    all_close(&found[..4], &expected);
    close(found[4], Some(-0.142_309_496_779_999_2), 1e-9, "Forest");
}

fn values_of(weights: &[f64]) -> Vec<Option<f64>> {
    weights.iter().copied().map(Some).collect()
}

#[test]
fn a_negative_loading_under_a_geometric_mean_is_named() {
    let text = r#"
        kind = "composite"
        index = { id = "x", name_vi = "X", name_en = "X", legal_basis = "constructed" }
        scale = { method = "min_max", range = [1, 100] }
        weigh = { method = "principal_component" }
        aggregate = { method = "geometric" }
        indicator = [{ id = "a" }, { id = "b" }, { id = "against" }]
    "#;
    let index = Composite::parse("indices/x.toml", text).unwrap();
    let values = small(
        &["a", "b", "against"],
        &[("u", &[1.0, 1.0, 9.0]), ("v", &[2.0, 2.1, 7.0]), ("w", &[3.0, 2.9, 8.0]), ("z", &[4.0, 4.0, 2.0])],
    );
    let input = Input { values: &values, groups: &BTreeMap::new(), earlier: &[], on: "2024-12-31".parse().unwrap() };
    let faults = compose(&index, input).unwrap_err();
    assert_eq!(faults.len(), 1);
    assert!(faults[0].to_string().contains("x.aggregate: 'against' has a negative weight"), "{}", faults[0]);
}

#[test]
fn imputation_takes_what_its_method_says_and_keeps_what_is_there() {
    let column = values(&[1.0, 3.0, N, 20.0, N, 8.0, N]);
    let groups = [Some(0), Some(0), Some(0), Some(1), Some(1), Some(0), None];
    let earlier = [values(&[N, N, 5.0, N, N, 6.0, N]), values(&[N, N, 4.0, N, 7.0, N, N])];
    let with = |method, earlier: &[Vec<Option<f64>>]| impute(&column, method, Sources { groups: &groups, earlier });
    let check = |method, expected: [f64; 3], count| {
        let (filled, counted) = with(method, &earlier);
        all_close(&filled, &[1.0, 3.0, expected[0], 20.0, expected[1], 8.0, expected[2]]);
        assert_eq!(counted, count);
    };
    check(ImputeMethod::None, [N, N, N], 0);
    check(ImputeMethod::IndicatorMean, [8.0, 8.0, 8.0], 3);
    check(ImputeMethod::IndicatorMedian, [5.5, 5.5, 5.5], 3);
    check(ImputeMethod::GroupMean, [4.0, 20.0, N], 2);
    check(ImputeMethod::GroupMedian, [3.0, 20.0, N], 2);
    check(ImputeMethod::LastPeriod, [5.0, 7.0, N], 2);
    assert_eq!(with(ImputeMethod::LastPeriod, &[]).1, 0);
}

#[test]
fn last_periods_are_divided_by_their_own_denominators() {
    let text = |periods: &str| {
        format!(
            "kind = \"composite\"\n\
             index = {{ id = \"x\", name_vi = \"X\", name_en = \"X\", legal_basis = \"constructed\" }}\n\
             scale = {{ method = \"none\" }}\nimpute = {{ method = \"last_period\"{periods} }}\n\
             indicator = [{{ id = \"crimes\", denominator = \"people\", per = 1000 }}]\n"
        )
    };
    let now = small(&["crimes", "people"], &[("a", &[N, 1000.0]), ("b", &[4.0, 2000.0]), ("c", &[N, 500.0])]);
    let before = small(&["people", "crimes"], &[("b", &[1000.0, 9.0]), ("a", &[500.0, 3.0])]);
    let long_ago = small(&["people", "crimes"], &[("c", &[100.0, 1.0])]);
    let earlier: [ValueTable; 2] = [before, long_ago];
    let score = |periods: &str| {
        let index = Composite::parse("indices/x.toml", &text(periods)).unwrap();
        let on = "2024-12-31".parse().unwrap();
        let input = Input { values: &now, groups: &BTreeMap::new(), earlier: &earlier, on };
        compose(&index, input).unwrap().index().to_vec()
    };
    all_close(&score(""), &[6.0, 2.0, N]);
    all_close(&score(", max_periods = 2"), &[6.0, 2.0, 10.0]);
}

#[test]
fn a_denominator_of_zero_gives_no_value_rather_than_an_infinite_one() {
    let quotients =
        denominate(&values(&[3.0, 0.0, 0.0, N, 5.0, 7.0, 7.0]), &values(&[2.0, 4.0, 0.0, 1.0, N, 1.0, 0.0]), 10.0);
    all_close(&quotients, &[15.0, 0.0, N, N, N, 70.0, N]);
}

#[test]
fn an_indicator_that_nobody_sent_is_left_out_with_its_weight_if_the_definition_says_so() {
    let text = r#"
        kind = "composite"
        index = { id = "i", name_vi = "I", name_en = "I", legal_basis = "constructed" }
        scale = { method = "z_score" }
        weigh = { method = "WEIGH" }
        screen = { empty = "leave_out" }
        indicator = [{ id = "p" }, { id = "gone" }, { id = "q" }, { id = "r" }]
    "#;
    // p and q alike, r uncorrelated: the first component is (1, 1, 0)/√2 of the three that are there.
    let (up, down) = (1.0, -1.0);
    let table = small(
        &["p", "gone", "q", "r"],
        &[
            ("a", &[up, N, up, up]),
            ("b", &[up, N, up, down]),
            ("c", &[down, N, down, up]),
            ("d", &[down, N, down, down]),
        ],
    );
    let h = 3_f64.sqrt() / 2.0;
    for (method, weights, scores) in [
        ("principal_component", [0.5, 0.0, 0.5, 0.0], [h, h, -h, -h]),
        ("principal_component_squared", [0.5, 0.0, 0.5, 0.0], [h, h, -h, -h]),
        ("equal", [1.0; 4], [h, h / 3.0, -h / 3.0, -h]),
    ] {
        let index = Composite::parse("i.toml", &text.replace("WEIGH", method)).unwrap();
        let done = computed(&index, &table, "2025-12-31");
        assert_eq!(done.left_out, [1]);
        for (ours, by_hand) in done.weights[0].iter().zip(weights) {
            assert!((ours - by_hand).abs() < 1e-12, "{method}: {:?}", done.weights);
        }
        for (ours, by_hand) in done.index().iter().zip(scores) {
            assert!((ours.unwrap() - by_hand).abs() < 1e-12, "{method}: {:?}", done.index());
        }
        // Without being requested it is a fault that names the column.
        let strict = text.replace("WEIGH", method).replace("leave_out", "fault");
        let faults = Composite::parse("i.toml", &strict).unwrap();
        let input = Input { values: &table, groups: &BTreeMap::new(), earlier: &[], on: "2025-12-31".parse().unwrap() };
        assert!(compose(&faults, input).unwrap_err()[0].to_string().contains("gone.column: no unit has a value"));
    }
}

#[test]
fn screening_counts_values_and_zeros() {
    let table = small(
        &["p", "q", "r", "s"],
        &[
            ("full", &[1.0, 2.0, 3.0, 4.0]),
            ("half", &[1.0, N, 0.0, N]),
            ("none", &[N; 4]),
            ("zeros", &[0.0, 0.0, 0.0, 1.0]),
        ],
    );
    let with = |min_available, min_nonzero| {
        let (stay, dropped) = screen(&table, Screen { min_available, min_nonzero, ..Screen::default() });
        (stay, dropped.into_iter().map(|one| (one.unit, one.available, one.nonzero)).collect::<Vec<_>>())
    };
    assert_eq!(with(0.0, 0.0).0, [0, 1, 2, 3]);
    let half = ("half".to_owned(), 0.5, Some(0.5));
    let none = ("none".to_owned(), 0.0, None);
    assert_eq!(with(0.5, 0.0), (vec![0, 1, 3], vec![none.clone()]));
    assert_eq!(with(0.51, 0.0), (vec![0, 3], vec![half.clone(), none.clone()]));
    assert_eq!(with(0.25, 0.5), (vec![0, 1], vec![none, ("zeros".to_owned(), 1.0, Some(0.25))]));
}

#[test]
fn ranks_follow_their_settings() {
    let scores = values(&[61.234, 61.226, N, 70.0, 61.226, 50.0]);
    let with = |settings| ranks_by(&scores, settings);
    let default = Ranking::default();
    let of = |ranks: [u32; 6]| ranks.map(|rank| Some(rank).filter(|rank| *rank > 0)).to_vec();
    assert_eq!(with(default), of([2, 3, 0, 1, 3, 5]));
    assert_eq!(with(Ranking { ties: Ties::Dense, ..default }), of([2, 3, 0, 1, 3, 4]));
    assert_eq!(with(Ranking { first: First::Lowest, ..default }), of([4, 2, 0, 5, 2, 1]));
    let rounding = |digits, mode| Ranking { rounding: Some(RankRounding { digits, mode }), ..default };
    assert_eq!(with(rounding(2, Rounding::HalfUp)), of([2, 2, 0, 1, 2, 5]));
    assert_eq!(with(rounding(2, Rounding::Truncate)), of([2, 3, 0, 1, 3, 5]));
    assert_eq!(with(rounding(0, Rounding::HalfEven)), of([2, 2, 0, 1, 2, 5]));
    // Two that round together although neither equals its rounded value.
    let close = values(&[1.994, 2.006, 2.004]);
    assert_eq!(ranks_by(&close, rounding(2, Rounding::HalfUp)), [Some(3), Some(1), Some(2)]);
    assert_eq!(ranks_by(&close, rounding(1, Rounding::HalfUp)), [Some(1), Some(1), Some(1)]);
    assert!((rounded(61.226, 2, Rounding::HalfUp) - 61.23).abs() < 1e-12);
    assert_eq!(ranks_by(&[], default), Vec::<Option<u32>>::new());
    assert_eq!(ranks_by(&values(&[0.0, 0.0, 1e-9]), default), [Some(2), Some(2), Some(1)]);
}

#[test]
fn levels_and_nodes_replace_the_settings_of_the_index() {
    let text = r#"
        kind = "composite"
        index = { id = "x", name_vi = "X", name_en = "X", legal_basis = "constructed" }
        scale = { method = "none" }
        aggregate = { method = "arithmetic", min_available = 1 }
        level = [
            { level = 2, aggregate = "geometric", weigh = "equal", min_available = 0 },
            { level = 3, aggregate = "sum" },
        ]
        node = [
            { id = "left", weight = 3 },
            { id = "right", weight = 2, aggregate = "harmonic", weigh = "given" },
        ]
        indicator = [
            { id = "a", parent = "left", weight = 5 },
            { id = "b", parent = "left" },
            { id = "c", parent = "right", weight = 2 },
            { id = "d", parent = "right" },
        ]
    "#;
    let index = Composite::parse("indices/x.toml", text).unwrap();
    let values = small(&["a", "b", "c", "d"], &[("u", &[4.0, 9.0, 2.0, 1.0]), ("v", &[4.0, N, N, N])]);
    let done = computed(&index, &values, "2024-12-31");
    // √(4 · 9), weights of the file not counted; 3 / (2/2 + 1/1); 3 · 6 + 2 · 1.5
    close(done.scores.value("u", "left"), Some(6.0), 1e-12, "left");
    close(done.scores.value("u", "right"), Some(1.5), 1e-12, "right");
    close(done.scores.value("u", "x"), Some(21.0), 1e-12, "x");
    close(done.scores.value("v", "left"), Some(4.0), 1e-12, "left");
    assert_eq!((done.scores.value("v", "right"), done.scores.value("v", "x")), (None, None));
    assert_eq!(done.weights, [vec![3.0, 2.0], vec![1.0, 1.0], vec![2.0, 1.0]]);
}

#[test]
fn a_table_names_all_that_is_wrong_with_its_columns() {
    let column = |id: &str, values: &[f64]| cchc::indices::Column {
        id: id.to_owned(),
        values: values.iter().copied().map(Some).collect(),
    };
    let units = ["a", "b", "a"].map(str::to_owned).to_vec();
    let columns =
        vec![column("p", &[1.0, 2.0, 3.0]), column("p", &[1.0, f64::INFINITY, 3.0]), column("q", &[1.0, f64::NAN])];
    let errors: Vec<String> = ValueTable::new(units, columns).unwrap_err().iter().map(TableError::to_string).collect();
    assert_eq!(
        errors,
        [
            "unit 'a' has two rows; scored twice, it would count twice",
            "column 'p' stands twice",
            "column 'p', unit 'b': inf is no value; leave the cell empty",
            "column 'q' has 2 values for 3 units",
            "column 'q', unit 'b': NaN is no value; leave the cell empty",
        ]
    );
}
