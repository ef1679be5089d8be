//! PAPI 2011–2016: sums of sub-dimensions and of dimensions, provinces without data, a version per set of sub-dimensions.

use std::collections::BTreeMap;

use cchc::definitions::Composite;
use cchc::indices::Composed;

use super::{computed, csv_rows, definition, number, table};

const DIMENSIONS: [&str; 6] =
    ["participation", "transparency", "accountability", "corruption", "procedures", "service"];

/// Parts are printed to six or seven digits, so their sums may be off by two in the sixth decimal; the rest is binary noise
/// of a difference of decimals.
const ROUNDED: f64 = 2e-6 + 1e-12;

type Row = BTreeMap<String, String>;

/// Computes each year by the version in force and hands over each province with its published row and its rank.
fn each_province(versions: &[Composite], mut check: impl FnMut(&Row, &Composed, Option<u32>)) {
    let rows = csv_rows("papi/expected.csv");
    for year in 2011..=2016 {
        let (year, on) = (year.to_string(), format!("{year}-12-31"));
        let in_force: Vec<&Composite> =
            versions.iter().filter(|index| index.head.is_valid(on.parse().unwrap())).collect();
        assert_eq!(in_force.len(), 1);
        let of_year: Vec<Row> = rows.iter().filter(|row| row["year"] == year).cloned().collect();
        assert_eq!(of_year.len(), 63);
        let columns: Vec<String> = in_force[0].leaves.iter().map(|leaf| leaf.column.clone()).collect();
        let done = computed(in_force[0], &table(&of_year, "province", &columns), &on);
        let ranks = done.ranks(&in_force[0].head.id, in_force[0].rank).unwrap();
        for row in &of_year {
            let at = done.scores.units().iter().position(|unit| *unit == row["province"]).unwrap();
            check(row, &done, ranks[at]);
        }
    }
}

fn off(got: Option<f64>, printed: &str) -> f64 {
    (got.unwrap() - number(printed).unwrap()).abs()
}

#[test]
fn dimensions_are_sums_and_provinces_without_data_have_no_rank() {
    let versions = [definition("papi/index-2011.toml"), definition("papi/index-2016.toml")];
    let (mut with_data, mut without, mut first) = (0, Vec::new(), Vec::new());
    each_province(&versions, |row, done, rank| {
        let (year, province) = (&row["year"], &row["province"]);
        assert_eq!(rank.map(|rank| rank.to_string()).unwrap_or_default(), row["rank"], "{year} {province}");
        let total = done.scores.value(province, "papi");
        if row["rank"].is_empty() {
            assert_eq!(total, None, "{year} {province}");
            without.push(format!("{year} {province}"));
            return;
        }
        with_data += 1;
        for dimension in DIMENSIONS {
            let off = off(done.scores.value(province, dimension), &row[dimension]);
            assert!(off <= ROUNDED, "{year} {province} {dimension}: off by {off}");
        }
        // The printed total adds six dimensions after they were rounded.
        assert!(off(total, &row["total"]) <= 6.0 * ROUNDED, "{year} {province}");
        if rank == Some(1) {
            first.push(province.clone());
        }
    });
    without.sort();
    assert_eq!(with_data, 376);
    assert_eq!(without, ["2014 Bắc Giang", "2014 Đồng Tháp"]);
    assert_eq!(first, ["Quảng Bình", "Quảng Bình", "Quảng Bình", "Quảng Trị", "Hà Tĩnh", "Cần Thơ"]);
}

#[test]
fn totals_are_sums_of_the_published_dimensions() {
    let mut with_data = 0;
    each_province(&[definition("papi/index-dimensions.toml")], |row, done, rank| {
        assert_eq!(rank.map(|rank| rank.to_string()).unwrap_or_default(), row["rank"]);
        if rank.is_some() {
            with_data += 1;
            let off = off(done.scores.value(&row["province"], "papi-dimensions"), &row["total"]);
            assert!(off <= ROUNDED, "{} {}: off by {off}", row["year"], row["province"]);
        }
    });
    assert_eq!(with_data, 376);
}
