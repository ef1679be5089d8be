//! Published indices by commands alone: import the published table, rank by a definition file, compare every stage and rank.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{Place, account, project};

type Row = BTreeMap<String, String>;

const HEADING: &str = "code,name,short_name,level,parent_code,aliases,valid_from,valid_to\n";

fn table(path: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(project(path)).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

/// Fails unless a figure of the program is the published one, to this share of it; nothing equals nothing.
#[track_caller]
fn close(ours: &Value, published: &str, tolerance: f64, place: &str) {
    if published.is_empty() {
        assert!(ours.is_null(), "{place}: {ours} where nothing is published");
        return;
    }
    let (ours, theirs) = (ours.as_f64().unwrap_or(f64::NAN), published.parse::<f64>().unwrap());
    assert!((ours - theirs).abs() <= tolerance * theirs.abs(), "{place}: {ours} is not {theirs}");
}

/// Rows of `rank --detail` by unit and node.
fn by_place(rows: &[Value]) -> BTreeMap<(&str, &str), &Value> {
    rows.iter().map(|row| ((row["unit_code"].as_str().unwrap(), row["node"].as_str().unwrap()), row)).collect()
}

/// The 51 countries below units of the grouping, their values and denominators imported as figures; the definition as it is.
fn asem(definition: &str) -> Place {
    let countries = table("tests/data/asem/units.csv");
    let mut units = HEADING.to_owned();
    let groups: std::collections::BTreeSet<&String> = countries.iter().map(|unit| &unit["group_eurasia"]).collect();
    for group in groups {
        units.push_str(&format!("{group},{group},,group_eurasia,,,,\n"));
    }
    let mut denominators = "code,Area,Energy,GDP,Population\n".to_owned();
    for unit in &countries {
        units.push_str(&format!("{},\"{}\",,country,{},,,\n", unit["code"], unit["name"], unit["group_eurasia"]));
        let columns = ["code", "Area", "Energy", "GDP", "Population"].map(|column| unit[column].as_str());
        denominators.push_str(&format!("{}\n", columns.join(",")));
    }
    let place = Place::with_units(&units);
    place.file("kho/queries/indices/asem.toml", std::fs::read_to_string(project(definition)).unwrap());
    let denominators = place.file("denominators.csv", denominators);
    for file in [project("tests/data/asem/stage1_raw.csv"), denominators] {
        let command = ["--format", "json", "import", "--source", "declared-wide-point", file.to_str().unwrap()];
        let ran = place.run(&command).exits(0);
        assert_eq!(account(&ran.rows()[0]), [51, 51, 0, 0, 0]);
    }
    place
}

#[test]
fn every_stage_and_rank_of_the_connectivity_index_comes_out_of_the_command() {
    let place = asem("tests/data/asem/index.toml");
    let detail = place.rows(&["rank", "--index", "asem", "--period", "2018", "--detail", "--stages"]);
    assert_eq!(detail.len(), 51 * (49 + 11));
    let cells = by_place(&detail);
    let mut compared = 0;
    for (file, key) in [
        ("stage1_raw", "raw"),
        ("stage2_denominated", "divided"),
        ("stage3_imputed", "imputed"),
        ("stage4_treated", "treated"),
        ("stage5_normalised", "score"),
        ("stage6_aggregated", "score"),
    ] {
        for row in table(&format!("tests/data/asem/{file}.csv")) {
            for (column, published) in row.iter().filter(|(column, _)| *column != "code") {
                let node = if column == "Index" { "asem" } else { column };
                let cell = cells[&(row["code"].as_str(), node)];
                close(&cell[key], published, 1e-9, &format!("{file} {} {column}", row["code"]));
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 5 * 51 * 49 + 51 * 11);
    let mut ranks = 0;
    for row in table("tests/data/asem/ranks_full_precision.csv") {
        for (column, published) in row.iter().filter(|(column, _)| *column != "code") {
            let node = if column == "Index" { "asem" } else { column };
            let ours = &cells[&(row["code"].as_str(), node)]["rank"];
            assert_eq!(ours.to_string(), *published, "{} {column}", row["code"]);
            ranks += 1;
        }
    }
    assert_eq!(ranks, 561);
    let ranking = place.rows(&["rank", "--index", "asem", "--period", "2018", "--kind", "country"]);
    for row in table("tests/data/asem/ranks_full_precision.csv") {
        let ours = crate::support::row_of(&ranking, &row["code"]);
        assert_eq!(ours["rank"].to_string(), row["Index"], "{}", row["code"]);
    }
}

#[test]
fn countries_with_too_little_data_have_no_rank_in_the_screened_index() {
    let place = asem("tests/data/asem/index-screened.toml");
    let detail = place.rows(&["rank", "--index", "asem-screened", "--period", "2018", "--detail"]);
    let cells = by_place(&detail);
    assert_eq!(detail.len(), 46 * (49 + 11));
    let mut compared = 0;
    for row in table("tests/data/asem/results_screened_printed.csv") {
        for (column, printed) in row.iter().filter(|(column, _)| column.ends_with("_score")) {
            let node = column.trim_end_matches("_score").replace("Index", "asem-screened");
            let ours = cells[&(row["code"].as_str(), node.as_str())]["score"].as_f64().unwrap();
            // Printed to two digits.
            assert!((ours - printed.parse::<f64>().unwrap()).abs() < 0.005, "{} {column}: {ours}", row["code"]);
            compared += 1;
        }
        let rank = &cells[&(row["code"].as_str(), "asem-screened")]["rank"];
        assert_eq!(rank.to_string(), row["Index_rank"], "{}", row["code"]);
    }
    assert_eq!(compared, 66);
    let ranking = place.rows(&["rank", "--index", "asem-screened", "--period", "2018", "--kind", "country"]);
    assert_eq!(ranking.len(), 51);
    let unranked: Vec<&str> =
        ranking.iter().filter(|row| row["rank"].is_null()).map(|row| row["unit_code"].as_str().unwrap()).collect();
    assert_eq!(unranked, ["BGD", "BRN", "KHM", "LAO", "MMR"]);
    // Their values can still be looked up.
    let stages = place.rows(&["rank", "--index", "asem-screened", "--period", "2018", "--detail", "--stages"]);
    assert_eq!(stages.len(), 51 * (49 + 11));
    let raw = table("tests/data/asem/stage1_raw.csv");
    let laos = raw.iter().find(|row| row["code"] == "LAO").unwrap();
    let cell = by_place(&stages)[&("LAO", "Goods")];
    close(&cell["raw"], &laos["Goods"], 1e-12, "LAO Goods");
    assert!(cell["imputed"].is_null() && cell["score"].is_null(), "{cell}");
}

const DIMENSIONS: [&str; 6] =
    ["participation", "transparency", "accountability", "corruption", "procedures", "service"];

/// Printed digits: parts have six or seven, so a sum of four may be off by two in the sixth.
const ROUNDED: f64 = 2e-6 + 1e-12;

#[test]
fn dimensions_and_totals_of_all_provinces_and_years_come_out_of_the_command() {
    let published = table("tests/data/papi/expected.csv");
    let names: BTreeMap<&String, &String> = published.iter().map(|row| (&row["tinhid"], &row["province"])).collect();
    let mut units = format!("{HEADING}VN,Việt Nam,,country,,,,\n");
    for (id, name) in names {
        units.push_str(&format!("P{id},\"{name}\",,province,VN,,,\n"));
    }
    let place = Place::with_units(&units);
    let own = |path: &str, to: &str| {
        place.file(to, std::fs::read_to_string(project(path)).unwrap());
    };
    own("tests/data/papi/source.toml", "kho/queries/sources/papi.toml");
    for name in ["index-2011", "index-2016", "index-dimensions"] {
        own(&format!("tests/data/papi/{name}.toml"), &format!("kho/queries/indices/{name}.toml"));
    }
    place.import(&project("tests/data/papi/PAPI_2011-2016.xlsx")).1.exits(0);
    let (mut with_data, mut without) = (0, Vec::new());
    for year in 2011..=2016 {
        let year = year.to_string();
        let of = |index| place.rows(&["rank", "--index", index, "--period", year.as_str(), "--detail"]);
        let (parts, sums) = (of("papi"), of("papi-dimensions"));
        let (parts, sums) = (by_place(&parts), by_place(&sums));
        for row in published.iter().filter(|row| row["year"] == year) {
            let unit = format!("P{}", row["tinhid"]);
            let part = |node: &str| parts[&(unit.as_str(), node)];
            let total = sums[&(unit.as_str(), "papi-dimensions")];
            assert_eq!(total["rank"].to_string().replace("null", ""), row["rank"], "{year} {}", row["province"]);
            assert_eq!(part("papi")["rank"], total["rank"], "{year} {}", row["province"]);
            if row["rank"].is_empty() {
                assert!(part("papi")["score"].is_null() && total["score"].is_null());
                without.push(format!("{year} {}", row["province"]));
                continue;
            }
            let off = |ours: &Value, key: &str| (ours.as_f64().unwrap() - row[key].parse::<f64>().unwrap()).abs();
            for dimension in DIMENSIONS {
                let off = off(&part(dimension)["score"], dimension);
                assert!(off <= ROUNDED, "{year} {} {dimension}: off by {off}", row["province"]);
            }
            // The publisher adds the dimensions as printed, which is what the second definition does.
            let off = off(&total["score"], "total");
            assert!(off <= ROUNDED, "{year} {}: off by {off}", row["province"]);
            with_data += 1;
        }
    }
    without.sort();
    assert_eq!(with_data, 376);
    assert_eq!(without, ["2014 Bắc Giang", "2014 Đồng Tháp"]);
}
