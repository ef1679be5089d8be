//! Indices as outsiders write them, each worked by hand: goalposts with logarithm, weights by year, a plain mean with ties.

use cchc::definitions::Composite;

use super::{close, computed, small};

/// The formula of the Human Development Index: goalposts 20–85 years, 0–18 and 0–15 years of schooling, 100–75 000 dollars by
/// logarithm; arithmetic mean of the two schooling indices, geometric mean of the three dimensions
/// (UNDP, Human Development Report, technical note 1).
const HDI: &str = r#"
kind = "composite"

[index]
id = "hdi"
name_vi = "Chỉ số phát triển con người"
name_en = "Human development index"
legal_basis = "UNDP, Technical note 1 [k]"

[scale]
method = "goalposts"

[aggregate]
method = "geometric"
min_available = 1

[[node]]
id = "education"
name_en = "Education"
aggregate = "arithmetic"

[[indicator]]
id = "life_expectancy"
goalposts = { low = 20, high = 85 }

[[indicator]]
id = "expected_schooling"
parent = "education"
goalposts = { low = 0, high = 18 }

[[indicator]]
id = "mean_schooling"
parent = "education"
goalposts = { low = 0, high = 15 }

[[indicator]]
id = "income"
goalposts = { low = 100, high = 75000, log = true }

[display]
digits = 3
mode = "half_up"
reason = "As published"
"#;

const HDI_COLUMNS: [&str; 4] = ["life_expectancy", "expected_schooling", "mean_schooling", "income"];

#[test]
fn goalposts_with_logarithm_and_geometric_mean_give_the_human_development_index() {
    let index = Composite::parse("indices/hdi.toml", HDI).unwrap();
    // Constructed numbers, chosen so that every step can be followed by hand.
    let values = small(
        &HDI_COLUMNS,
        &[
            // (72 − 20)/65 = 0.8; (9/18 + 7.5/15)/2 = 0.5; ln(7500/100)/ln(750).
            ("a", &[72.0, 9.0, 7.5, 7_500.0]),
            // At or beyond every upper goalpost: 1 in all.
            ("b", &[90.0, 18.0, 15.0, 120_000.0]),
            // The logarithm at half of its way: √(100 · 75 000).
            ("c", &[52.5, 9.0, 7.5, 7_500_000_f64.sqrt()]),
            // Income below its lower goalpost: the index is 0, and so is the mean.
            ("d", &[72.0, 9.0, 7.5, 80.0]),
            // A dimension missing: no score, since all are required.
            ("e", &[72.0, f64::NAN, f64::NAN, 7_500.0]),
        ],
    );
    let done = computed(&index, &values, "2024-12-31");
    let income_a = 75_f64.ln() / 750_f64.ln();
    close(done.scaled.value("a", "life_expectancy"), Some(0.8), 1e-12, "a");
    close(done.scaled.value("a", "income"), Some(income_a), 1e-12, "a");
    close(done.scaled.value("c", "income"), Some(0.5), 1e-12, "c");
    close(done.scores.value("a", "hdi"), Some((0.8 * 0.5 * income_a).cbrt()), 1e-12, "a");
    close(done.scores.value("b", "hdi"), Some(1.0), 1e-12, "b");
    close(done.scores.value("c", "hdi"), Some(0.5), 1e-12, "c");
    assert_eq!(done.scores.value("d", "hdi"), Some(0.0));
    assert_eq!(done.scores.value("e", "hdi"), None);
    assert_eq!(done.ranks("hdi", index.rank).unwrap(), [Some(2), Some(1), Some(3), Some(4), None]);
}

#[test]
fn a_country_calculated_by_the_technical_note_comes_out_as_there() {
    // The worked kind of case of the technical note, with inputs of the order of a country of high development; the expected
    // numbers were worked with a pocket calculator from the formula: 0.8615, 0.7583, 0.8089 and their geometric mean.
    let index = Composite::parse("indices/hdi.toml", HDI).unwrap();
    let values = small(&HDI_COLUMNS, &[("x", &[76.0, 14.0, 11.083_333_333_333_334, 21_162.0])]);
    let done = computed(&index, &values, "2024-12-31");
    let rounded = |id: &str| {
        let table = if done.scaled.column(id).is_some() { &done.scaled } else { &done.scores };
        format!("{:.4}", table.value("x", id).unwrap())
    };
    assert_eq!(rounded("life_expectancy"), "0.8615");
    assert_eq!(rounded("education"), "0.7583");
    assert_eq!(rounded("income"), "0.8089");
    assert_eq!(rounded("hdi"), "0.8085");
}

/// Constructed: three areas whose weights a province changes from one year to the next.
const YEARLY: &str = r#"
kind = "composite"

[index]
id = "yearly"
name_vi = "Trọng số theo năm"
name_en = "Weights by year"
legal_basis = "constructed"

[scale]
method = "none"

[weigh]
sum = 1

[[indicator]]
id = "speed"
[[indicator]]
id = "openness"
[[indicator]]
id = "people"

[[weights]]
year = 2023
of = { speed = 0.5, openness = 0.3, people = 0.2 }

[[weights]]
year = 2024
of = { speed = 0.2, openness = 0.3, people = 0.5 }

[[weights]]
valid_from = "2025-01-01"
of = { speed = 0.25, openness = 0.25, people = 0.5 }
"#;

#[test]
fn weights_change_by_year_and_turn_the_ranking() {
    let index = Composite::parse("indices/yearly.toml", YEARLY).unwrap();
    let values = small(&["speed", "openness", "people"], &[("a", &[90.0, 60.0, 40.0]), ("b", &[40.0, 60.0, 90.0])]);
    let score = |on: &str| {
        let done = computed(&index, &values, on);
        (done.index().to_vec(), done.ranks("yearly", index.rank).unwrap())
    };
    // 0.5·90 + 0.3·60 + 0.2·40 = 71; 0.5·40 + 0.3·60 + 0.2·90 = 56
    for on in ["2023-01-01", "2023-12-31"] {
        let (scores, ranks) = score(on);
        close(scores[0], Some(71.0), 1e-12, on);
        close(scores[1], Some(56.0), 1e-12, on);
        assert_eq!(ranks, [Some(1), Some(2)]);
    }
    let (scores, ranks) = score("2024-06-30");
    close(scores[0], Some(56.0), 1e-12, "2024");
    close(scores[1], Some(71.0), 1e-12, "2024");
    assert_eq!(ranks, [Some(2), Some(1)]);
    // 0.25·90 + 0.25·60 + 0.5·40 = 57.5; 0.25·40 + 0.25·60 + 0.5·90 = 70
    let (scores, _) = score("2030-01-01");
    close(scores[0], Some(57.5), 1e-12, "2030");
    close(scores[1], Some(70.0), 1e-12, "2030");
}

/// Constructed: the mean of three scores, nothing else.
const PLAIN: &str = r#"
kind = "composite"
index = { id = "plain", name_vi = "Trung bình", name_en = "Mean", legal_basis = "constructed" }
scale = { method = "none" }
indicator = [{ id = "first" }, { id = "second" }, { id = "third" }]
"#;

#[test]
fn a_plain_mean_of_three_ranks_ties_1_2_2_4() {
    let index = Composite::parse("indices/plain.toml", PLAIN).unwrap();
    let columns = ["first", "second", "third"];
    let values = small(
        &columns,
        &[
            ("a", &[70.0, 90.0, 80.0]),
            ("b", &[90.0, 90.0, 90.0]),
            ("c", &[80.0, 80.0, 80.0]),
            ("d", &[60.0, 70.0, 80.0]),
            ("e", &[f64::NAN, 50.0, f64::NAN]),
        ],
    );
    let done = computed(&index, &values, "2024-12-31");
    assert_eq!(done.index(), [Some(80.0), Some(90.0), Some(80.0), Some(70.0), Some(50.0)]);
    assert_eq!(done.ranks("plain", index.rank).unwrap(), [Some(2), Some(1), Some(2), Some(4), Some(5)]);
}

#[test]
fn the_same_parts_in_another_order_tie_although_their_binary_sums_differ() {
    let index = Composite::parse("indices/plain.toml", PLAIN).unwrap();
    let values = small(
        &["first", "second", "third"],
        &[("a", &[0.1, 0.2, 0.3]), ("b", &[0.3, 0.2, 0.1]), ("c", &[0.2, 0.2, 0.2]), ("d", &[0.2, 0.2, 0.199_999])],
    );
    let done = computed(&index, &values, "2024-12-31");
    assert_ne!(done.index()[0], done.index()[1], "the trap of this test");
    assert_eq!(done.ranks("plain", index.rank).unwrap(), [Some(1), Some(1), Some(1), Some(4)]);
}
