//! Composite indices by their definitions: published results, hand-worked cases, methods, faults, laws.

mod asem;
mod examples;
mod faults;
mod laws;
mod methods;
mod papi;
mod uncertain;

use std::collections::BTreeMap;

use cchc::definitions::Composite;
use cchc::indices::{Column, Composed, Input, ValueTable, compose};

use crate::support::project;

/// Rows of a CSV file below `tests/data/`, by heading.
fn csv_rows(path: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(project("tests/data").join(path)).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

/// The number of a cell; blank is missing.
fn number(cell: &str) -> Option<f64> {
    (!cell.is_empty()).then(|| cell.parse().unwrap_or_else(|_| panic!("no number: {cell}")))
}

/// A definition below `tests/data/`.
fn definition(path: &str) -> Composite {
    let text = std::fs::read_to_string(project("tests/data").join(path)).unwrap();
    Composite::parse(path, &text).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

/// A table of the named columns of rows; units by the column `id`.
fn table(rows: &[BTreeMap<String, String>], id: &str, columns: &[String]) -> ValueTable {
    let columns = columns
        .iter()
        .map(|column| Column { id: column.clone(), values: rows.iter().map(|row| number(&row[column])).collect() });
    ValueTable::new(rows.iter().map(|row| row[id].clone()).collect(), columns.collect()).unwrap()
}

/// A small table: units in the first column, then one column per id.
fn small(ids: &[&str], rows: &[(&str, &[f64])]) -> ValueTable {
    let columns = ids.iter().enumerate().map(|(at, id)| Column {
        id: (*id).to_owned(),
        values: rows.iter().map(|(_, values)| Some(values[at]).filter(|value| !value.is_nan())).collect(),
    });
    ValueTable::new(rows.iter().map(|(unit, _)| (*unit).to_owned()).collect(), columns.collect()).unwrap()
}

/// Computes an index of values on a day, without groups or earlier periods.
fn computed(index: &Composite, values: &ValueTable, on: &str) -> Composed {
    compose(index, Input { values, groups: &BTreeMap::new(), earlier: &[], on: on.parse().unwrap() })
        .unwrap_or_else(|faults| panic!("{faults:#?}"))
}

/// Fails unless two values agree to a share of the expected one; missing equals missing, and zero zero.
#[track_caller]
fn close(got: Option<f64>, expected: Option<f64>, tolerance: f64, place: &str) {
    match (got, expected) {
        (Some(got), Some(expected)) => {
            let scale = expected.abs().max(f64::MIN_POSITIVE);
            assert!((got - expected).abs() <= tolerance * scale, "{place}: {got} is not {expected}");
        }
        _ => assert_eq!(got, expected, "{place}"),
    }
}
