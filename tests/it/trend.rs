//! `cchc trend`: a series with limits by its denominators, which months are beyond them, and where its basis breaks.

use serde_json::Value;

use crate::support::{Place, list};

/// So many dossiers of a unit, received and finished in a month, the first `on_time` of them in time.
fn dossiers(unit: &str, month: u32, on_time: usize, all: usize) -> Vec<String> {
    let row = |at: usize| {
        let due = if at < on_time { "28" } else { "05" };
        format!(
            "{unit}{month}-{at},{unit},Trực tiếp,02/{month:02}/2025,{due}/{month:02}/2025,10/{month:02}/2025,Đã trả kết quả"
        )
    };
    (0..all).map(row).collect()
}

fn import(place: &Place, rows: &[Vec<String>]) {
    let rows: Vec<&str> = rows.iter().flatten().map(String::as_str).collect();
    place.import_text("ho-so_20250701.csv", &list(&rows)).1.exits(0);
}

#[track_caller]
fn is_near(found: &Value, expected: f64) {
    assert!((found.as_f64().unwrap() - expected).abs() < 1e-12, "{found} is not {expected}");
}

#[test]
fn a_month_beyond_three_standard_errors_is_out_of_control() {
    let place = Place::new();
    let months = [(1, 36, 40), (2, 37, 40), (3, 35, 40), (4, 20, 40), (5, 36, 40), (6, 4, 4)];
    import(&place, &months.map(|(month, on_time, all)| dossiers("Sở A", month, on_time, all)));
    let rows = place.rows(&["trend", "--indicator", "on_time_rate", "--unit", "A", "--months", "6"]);
    let keys = ["unit_code", "period", "value", "low", "high", "out_of_control", "basis"];
    assert_eq!(rows[0].as_object().unwrap().keys().take(7).collect::<Vec<_>>(), keys);
    let periods: Vec<&str> = rows.iter().map(|row| row["period"].as_str().unwrap()).collect();
    assert_eq!(periods, ["2025-01", "2025-02", "2025-03", "2025-04", "2025-05", "2025-06"], "up to the newest export");
    let mean = 168.0_f64 / 204.0;
    let width = |cases: f64| 3.0 * (mean * (1.0 - mean) / cases).sqrt();
    is_near(&rows[3]["low"], mean - width(40.0));
    is_near(&rows[3]["high"], (mean + width(40.0)).min(1.0));
    is_near(&rows[5]["low"], mean - width(4.0));
    let out: Vec<bool> = rows.iter().map(|row| row["out_of_control"].as_bool().unwrap()).collect();
    assert_eq!(out, [false, false, false, true, false, false]);
}

/// B became A on 1 April.
fn merged() -> Place {
    let place = Place::with_units(
        "code,name,short_name,level,parent_code,aliases,valid_from,valid_to\n\
         P,UBND tỉnh Thử,,province,,,,\nA,Sở A,,department,P,,,\nB,Sở Bê,,department,P,,,2025-03-31\n",
    );
    import(
        &place,
        &[
            dossiers("Sở A", 1, 4, 4),
            dossiers("Sở Bê", 1, 0, 4),
            dossiers("Sở A", 2, 4, 4),
            dossiers("Sở Bê", 2, 0, 4),
            dossiers("Sở A", 4, 3, 4),
        ],
    );
    let merged = place.file("ke-thua.csv", "from_code,to_code,date\nB,A,2025-04-01\n");
    place.run(&["units", "successions", merged.to_str().unwrap()]).exits(0);
    place
}

#[test]
fn a_merger_breaks_the_series_of_each_month_and_not_that_for_the_units_of_one_day() {
    let place = merged();
    let asked = ["trend", "--unit", "A", "--months", "4", "--to", "2025-04"];
    let values = |rows: &[Value]| rows.iter().map(|row| row["value"].as_f64()).collect::<Vec<_>>();
    let rows = place.rows(&asked);
    assert_eq!(values(&rows), [Some(1.0), Some(1.0), None, Some(0.75)]);
    let breaks: Vec<bool> = rows.iter().map(|row| row["is_break"].as_bool().unwrap()).collect();
    assert_eq!(breaks, [false, false, false, true]);
    assert!(rows[3]["basis"].as_str().unwrap().contains("merged on 2025-04-01"), "{}", rows[3]);
    let rows = place.rows(&[&asked[..], &["--units-as-of", "2025-07-01"]].concat());
    assert_eq!(values(&rows), [Some(0.5), Some(0.5), None, Some(0.75)]);
    assert!(rows.iter().all(|row| row["is_break"] == false && row["basis"] == rows[0]["basis"]));
}

#[test]
fn another_version_of_an_index_breaks_the_series() {
    let place = merged();
    let version = |days: &str, max: u32| {
        format!(
            "kind = \"points\"\n[index]\nid = \"thu\"\nname_vi = \"thu\"\nname_en = \"thu\"\nlegal_basis = \"ví dụ\"\n{days}\n\
             [points]\nmax = {max}\n[[item]]\ncode = \"1\"\nname = \"Một\"\nmax = {max}\nrule = {{ kind = \"linear\", input = \"on_time_rate\" }}\n"
        )
    };
    place.file("kho/queries/indices/thu-1.toml", version("valid_from = 2025-02-01\nvalid_to = 2025-03-31", 10));
    place.file("kho/queries/indices/thu-2.toml", version("valid_from = 2025-04-01", 100));
    let rows = place.rows(&["trend", "--unit", "A", "--months", "4", "--to", "2025-04", "--index", "thu"]);
    let basis: Vec<&str> = rows.iter().map(|row| row["basis"].as_str().unwrap().split(';').next().unwrap()).collect();
    assert_eq!(basis, ["no version in force", "thu@2025-02-01", "thu@2025-02-01", "thu@2025-04-01"]);
    assert_eq!(rows[3]["value"], 75.0);
}

#[test]
fn what_has_no_series_is_said() {
    let place = merged();
    let ask = |more: &[&str]| place.run(&[&["trend"], more].concat());
    ask(&["--unit", "A", "--to", "2025"]).exits(2).says(&["is no month"]);
    ask(&["--unit", "A", "--months", "0"]).exits(2).says(&["1 to 144"]);
    ask(&["--unit", "A", "--index", "thuu"]).exits(2).says(&["no index"]);
    ask(&["--unit", "A", "--to", "2023-03"]).exits(0).says(&["1 of 1 unit(s) have no value"]);
}
