//! The stored uncertainty and sensitivity of the ASEM index, reproduced by a definition with the same four choices.

use std::collections::BTreeMap;

use cchc::definitions::Composite;
use cchc::indices::{KindValues, compose};
use cchc::insight::robustness::{
    Choice, CompositeModel, Draw, Model, firmness, mean_shift, monte_carlo, saltelli_design, sensitivity, tried,
};
use cchc::model::UnitRef;

use super::asem::input;
use super::csv_rows;
use crate::support::project;

const CHOICES: &str = r#"
[robustness]
weights = 0.25
weight_levels = [2, 3]
scaling = [{ method = "min_max", range = [1, 100] }, { method = "z_score", mean = 10, sd = 2 }]
aggregation = ["arithmetic", "geometric"]
treat_points = [1, 2, 3, 4, 5]
exclude = false
sampling = false
"#;

fn index() -> Composite {
    let text = std::fs::read_to_string(project("tests/data/asem/index.toml")).unwrap();
    let (head, nodes) = text.split_once("[[node]]").unwrap();
    Composite::parse("asem.toml", &format!("{head}{CHOICES}\n[[node]]{nodes}"))
        .unwrap_or_else(|faults| panic!("{faults:#?}"))
}

fn values() -> KindValues {
    let (table, groups) = input();
    let unit =
        |code: &String| UnitRef { unit_code: code.clone(), unit_name: code.clone(), kind: Some("country".into()) };
    let units = table.units().iter().map(unit).collect();
    KindValues { units, table, groups, earlier: Vec::new(), on: "2018-12-31".parse().unwrap() }
}

fn with_model<T>(ask: impl FnOnce(&CompositeModel<'_>, &Composite, &[Option<u32>], &[String]) -> T) -> T {
    let (index, values) = (index(), values());
    let done = compose(&index, values.input()).unwrap();
    let codes: Vec<String> = done.scores.units().to_vec();
    let nominal = done.ranks("asem", index.rank).unwrap();
    let model = CompositeModel::new(&index, &values, done.weights.clone(), BTreeMap::new(), codes.clone());
    ask(&model, &index, &nominal, &codes)
}

#[test]
fn mean_ranks_lie_within_a_place_of_the_stored_ones() {
    with_model(|model, index, _, codes| {
        let scores = tried(model, &monte_carlo(model, 1, 400), 2);
        let firm = firmness(&scores, index.rank);
        for row in csv_rows("asem/uncertainty_ranks.csv") {
            let at = codes.iter().position(|code| *code == row["unit"]).unwrap();
            let mean = firm[at].unwrap().mean;
            for column in ["ua_mean", "sa_mean"] {
                let stored: f64 = row[column].parse().unwrap();
                assert!((mean - stored).abs() < 1.25, "{} {column}: {mean}, stored {stored}", row["unit"]);
            }
        }
    });
}

#[test]
fn the_order_of_the_total_indices_is_the_stored_one() {
    with_model(|model, index, nominal, _| {
        let choices = model.choices();
        assert_eq!(choices, [Choice::Weights, Choice::Scaling, Choice::Aggregation, Choice::Treatment]);
        let design: Vec<Draw> =
            saltelli_design(choices.len(), 256).iter().map(|point| Draw::new(&choices, point)).collect();
        let outcomes: Vec<f64> =
            tried(model, &design, 2).iter().map(|scores| mean_shift(scores, nominal, index.rank)).collect();
        let total = sensitivity(choices.len(), &outcomes).total;
        assert!(total[2] > total[1] && total[1] > total[0] && total[0] > total[3], "{total:?}");
        // Within the bootstrap intervals of the stored indices.
        for (found, name) in total.iter().zip(["Weights", "Normalisation", "Aggregation", "Winmax"]) {
            let rows = csv_rows("asem/uncertainty_sensitivity.csv");
            let row = rows.iter().find(|row| row["variable"] == name).unwrap();
            let [low, high]: [f64; 2] = ["sti_q5", "sti_q95"].map(|column| row[column].parse().unwrap());
            assert!((low - 0.05..=high + 0.05).contains(found), "{name}: {found}, stored {low} to {high}");
        }
    });
}

#[test]
fn draws_are_the_same_on_any_number_of_threads() {
    with_model(|model, _, _, _| {
        let draws = monte_carlo(model, 7, 20);
        assert_eq!(tried(model, &draws, 1), tried(model, &draws, 3));
        assert_eq!(monte_carlo(model, 7, 10), draws[..10], "more draws change none of the earlier ones");
        assert_ne!(monte_carlo(model, 8, 20), draws);
    });
}
