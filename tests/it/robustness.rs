//! `cchc robustness`: spans of ranks that hold the ranks, the same each time; choices that cannot be drawn are said.

use crate::support::{Place, list, sample};

#[test]
fn a_span_holds_the_rank_and_units_without_a_rank_have_none() {
    let place = &sample().place;
    let asked = ["robustness", "--index", "qd766", "--period", "2025-Q1", "--kind", "commune"];
    let rows = place.rows(&asked);
    assert_eq!(rows.len(), 24);
    let ranked = rows.iter().filter(|row| !row["rank"].is_null());
    for row in ranked.clone() {
        let [low, high] = ["rank_low", "rank_high"].map(|key| row[key].as_u64().unwrap());
        assert!(1 <= low && low <= high && high <= 18, "{row}");
        assert!((0.0..=1.0).contains(&row["first_three"].as_f64().unwrap()), "{row}");
    }
    assert!(ranked.clone().any(|row| row["rank_low"] != row["rank_high"]));
    let of_three: f64 = ranked.map(|row| row["first_three"].as_f64().unwrap()).sum();
    assert!((of_three - 3.0).abs() < 0.2, "three places are shared out: {of_three}");
    assert!(rows.iter().filter(|row| row["rank"].is_null()).all(|row| row["rank_low"].is_null()));
    assert_eq!(place.rows(&asked), rows, "the same each time");
    assert_ne!(place.rows(&[&asked[..], &["--seed", "2"]].concat()), rows);
}

#[test]
fn shares_of_choices_are_told_and_the_total_is_not_below_the_first_order() {
    let rows = sample().place.rows(&[
        "robustness",
        "--index",
        "qd766",
        "--period",
        "2025-Q1",
        "--kind",
        "commune",
        "--sensitivity",
    ]);
    let choices: Vec<&str> = rows.iter().map(|row| row["choice"].as_str().unwrap()).collect();
    assert_eq!(choices, ["weights", "exclusion", "sampling"]);
    for row in rows {
        assert!(row["total"].as_f64().unwrap() > row["first_order"].as_f64().unwrap() - 0.05, "{row}");
    }
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let place = Place::new();
    let row = |unit: &str, at: usize| {
        format!("{unit}{at},Sở {unit},Trực tuyến,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả")
    };
    let rows: Vec<String> = (0..12).map(|at| row("A", at)).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    place.import_text("ho-so_20250401.csv", &list(&rows)).1.exits(0);
    let asked = ["robustness", "--period", "2025-01", "--kind", "department", "--index"];
    let ask = |index: &str| place.run(&[&asked[..], &[index]].concat());
    ask("on-time").exits(3).says(&["one unit of it is ranked"]);
    ask("on-tme").exits(2).says(&["did you mean"]);
    place
        .run(&["robustness", "--period", "2025-01", "--kind", "commune", "--index", "on-time"])
        .exits(3)
        .says(&["nobody of it is ranked"]);
}

#[test]
fn weights_below_zero_are_a_fault_of_the_definition() {
    let place = Place::new();
    let head = "kind = \"points\"\n[index]\nid = \"thu\"\nname_vi = \"thu\"\nname_en = \"thu\"\nlegal_basis = \"ví dụ\"\n[points]\nmax = 10\n";
    let item =
        "[[item]]\ncode = \"1\"\nname = \"Một\"\nmax = 10\nrule = { kind = \"linear\", input = \"on_time_rate\" }\n";
    place.file("kho/queries/indices/thu.toml", format!("{head}[robustness]\nweights = 1.5\ndraws = 0\n{item}"));
    place.run(&["check"]).exits(1).says(&["robustness.weights", "below zero", "robustness.draws"]);
    place.file("kho/queries/indices/thu.toml", format!("{head}[robustness]\nweigths = 0.1\n{item}"));
    place.run(&["check"]).exits(1).says(&["robustness", "did you mean 'weights'"]);
}
