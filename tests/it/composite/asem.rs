//! The ASEM sustainable connectivity index: every stage, every rank, and the second target with screening.

use std::collections::BTreeMap;

use cchc::definitions::Rounding;
use cchc::definitions::index::settings::{RankRounding, Ranking, Transform};
use cchc::indices::{Composed, Input, ValueTable, compose};

use super::{close, csv_rows, definition, number, table};

const NODES: [&str; 11] =
    ["Index", "Conn", "Sust", "Physical", "ConEcFin", "Political", "Instit", "P2P", "Environ", "Social", "SusEcFin"];

/// The stored raw values with the denominators beside them, and the grouping.
pub(super) fn input() -> (ValueTable, BTreeMap<String, BTreeMap<String, String>>) {
    let units = csv_rows("asem/units.csv");
    let mut rows = csv_rows("asem/stage1_raw.csv");
    let denominators = ["Area", "Energy", "GDP", "Population"];
    for (row, unit) in rows.iter_mut().zip(&units) {
        assert_eq!(row["code"], unit["code"]);
        row.extend(denominators.map(|column| (column.to_owned(), unit[column].clone())));
    }
    let columns: Vec<String> = rows[0].keys().filter(|column| *column != "code").cloned().collect();
    let groups = units.iter().map(|unit| (unit["code"].clone(), unit["group_eurasia"].clone())).collect();
    (table(&rows, "code", &columns), BTreeMap::from([("group_eurasia".to_owned(), groups)]))
}

fn computed(definition_path: &str) -> Composed {
    let (values, groups) = input();
    let on = "2018-12-31".parse().unwrap();
    compose(&definition(definition_path), Input { values: &values, groups: &groups, earlier: &[], on }).unwrap()
}

/// Compares a stage with the stored one in every cell and counts the cells.
fn assert_stage(stage: &ValueTable, path: &str, rename: &dyn Fn(&str) -> String) -> usize {
    let mut cells = 0;
    for row in csv_rows(path) {
        for (column, cell) in row.iter().filter(|(column, _)| *column != "code") {
            let place = format!("{path}: {} {column}", row["code"]);
            assert!(stage.column(&rename(column)).is_some(), "{place}");
            close(stage.value(&row["code"], &rename(column)), number(cell), 1e-9, &place);
            cells += 1;
        }
    }
    cells
}

#[test]
fn every_stage_equals_the_stored_one() {
    let done = computed("asem/index.toml");
    let same = |column: &str| column.to_owned();
    for (stage, file) in [
        (&done.raw, "stage1_raw"),
        (&done.denominated, "stage2_denominated"),
        (&done.imputed, "stage3_imputed"),
        (&done.treated, "stage4_treated"),
        (&done.scaled, "stage5_normalised"),
    ] {
        assert_eq!(assert_stage(stage, &format!("asem/{file}.csv"), &same), 51 * 49, "{file}");
    }
    let index = |column: &str| if column == "Index" { "asem".to_owned() } else { column.to_owned() };
    assert_eq!(assert_stage(&done.scores, "asem/stage6_aggregated.csv", &index), 51 * 11);
    assert_eq!(done.raw.columns().iter().flat_map(|column| &column.values).filter(|value| value.is_none()).count(), 63);
    assert_eq!(done.imputed_counts.iter().sum::<usize>(), 65);
    assert!(done.dropped.is_empty());
}

#[test]
fn as_many_points_are_winsorised_as_stored() {
    let done = computed("asem/index.toml");
    for (row, (column, treated)) in
        csv_rows("asem/treatment.csv").iter().zip(done.treated.columns().iter().zip(&done.treatments))
    {
        assert_eq!(row["code"], column.id);
        assert_eq!(row["winsorised_low"], treated.low.to_string(), "{}", column.id);
        assert_eq!(row["winsorised_high"], treated.high.to_string(), "{}", column.id);
        assert_eq!((treated.transform, treated.beyond), (None::<Transform>, false), "{}", column.id);
    }
    assert_eq!(done.treatments.iter().filter(|treated| treated.low + treated.high > 0).count(), 15);
}

#[test]
fn ranks_equal_those_of_full_precision() {
    let done = computed("asem/index.toml");
    for row in csv_rows("asem/ranks_full_precision.csv") {
        let at = done.scores.units().iter().position(|unit| *unit == row["code"]).unwrap();
        for node in NODES {
            let id = if node == "Index" { "asem" } else { node };
            let rank = done.ranks(id, Ranking::default()).unwrap()[at].unwrap();
            assert_eq!(rank.to_string(), row[node], "{} {node}", row["code"]);
        }
    }
}

#[test]
fn the_publishers_rounding_gives_the_publishers_ranks() {
    let done = computed("asem/index.toml");
    let settings = Ranking { rounding: Some(RankRounding { digits: 2, mode: Rounding::HalfUp }), ..Ranking::default() };
    let mut moved = Vec::new();
    for row in csv_rows("asem/results.csv") {
        let at = done.scores.units().iter().position(|unit| *unit == row["code"]).unwrap();
        for node in NODES {
            let id = if node == "Index" { "asem" } else { node };
            assert_eq!(done.ranks(id, settings).unwrap()[at].unwrap().to_string(), row[&format!("{node}_rank")]);
            let score = done.scores.value(&row["code"], id).unwrap();
            let printed = number(&row[&format!("{node}_score")]).unwrap();
            assert!((score - printed).abs() < 0.005_000_1, "{} {node}: {score}", row["code"]);
            if done.ranks(id, settings).unwrap()[at] != done.ranks(id, Ranking::default()).unwrap()[at] {
                moved.push((row["code"].clone(), node));
            }
        }
    }
    moved.sort();
    assert_eq!(moved, [("PRT".to_owned(), "Instit"), ("RUS".to_owned(), "ConEcFin")]);
}

#[test]
fn units_with_too_little_data_are_dropped_and_ranks_shift() {
    let done = computed("asem/index-screened.toml");
    let dropped: Vec<&str> = done.dropped.iter().map(|one| one.unit.as_str()).collect();
    assert_eq!(dropped, ["BGD", "BRN", "KHM", "LAO", "MMR"]);
    assert_eq!(done.scores.units().len(), 46);
    assert_eq!(done.imputed_counts.iter().sum::<usize>(), 0);
    let mut compared = 0;
    for row in csv_rows("asem/results_screened_printed.csv") {
        let at = done.scores.units().iter().position(|unit| *unit == row["code"]).unwrap();
        for node in NODES {
            let id = if node == "Index" { "asem-screened" } else { node };
            let score = done.scores.value(&row["code"], id).unwrap();
            let printed = number(&row[&format!("{node}_score")]).unwrap();
            assert!((score - printed).abs() < 0.005, "{} {node}: {score}", row["code"]);
            compared += 1;
        }
        let rank = done.ranks("asem-screened", Ranking::default()).unwrap()[at].unwrap();
        assert_eq!(rank.to_string(), row["Index_rank"]);
    }
    assert_eq!(compared, 66);
}

#[test]
fn the_order_of_rows_changes_no_digit() {
    let (values, groups) = input();
    let backwards: Vec<usize> = (0..values.units().len()).rev().collect();
    let index = definition("asem/index.toml");
    let on = "2018-12-31".parse().unwrap();
    let turned = values.rows(&backwards);
    let done = |values| compose(&index, Input { values, groups: &groups, earlier: &[], on }).unwrap();
    assert_eq!(done(&values), done(&turned));
}
