//! `cchc compare`: parts of a change add up to it, and are those that one works out by hand.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{Place, list, sample};

/// So many dossiers of Sở A, received and finished in a month, the first `on_time` of them in time.
fn dossiers(month: u32, channel: &str, on_time: usize, all: usize) -> Vec<String> {
    let row = |at: usize| {
        let due = if at < on_time { "28" } else { "05" };
        format!(
            "{month}{channel}{at},Sở A,{channel},02/{month:02}/2025,{due}/{month:02}/2025,10/{month:02}/2025,Đã trả kết quả"
        )
    };
    (0..all).map(row).collect()
}

/// Direct 4 of 4 and online 1 of 2 in January; 3 of 4 and 2 of 4 in February.
fn place() -> Place {
    let place = Place::new();
    let rows: Vec<String> =
        [(1, "Trực tiếp", 4, 4), (1, "Trực tuyến", 1, 2), (2, "Trực tiếp", 3, 4), (2, "Trực tuyến", 2, 4)]
            .into_iter()
            .flat_map(|(month, channel, on_time, all)| dossiers(month, channel, on_time, all))
            .collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    place.import_text("ho-so_20250401.csv", &list(&rows)).1.exits(0);
    place
}

/// The part of a factor and an item.
#[track_caller]
fn part(rows: &[Value], factor: &str, item: &str) -> f64 {
    let row = rows.iter().find(|row| row["factor"] == factor && row["item"] == item);
    row.unwrap_or_else(|| panic!("no {factor} of {item} in {rows:?}"))["contribution"].as_f64().unwrap()
}

#[test]
fn rate_and_mix_effects_are_those_worked_out_by_hand() {
    let place = place();
    let asked = ["compare", "--unit", "A", "--from", "2025-01", "--to", "2025-02", "--indicator", "on_time_rate"];
    let rows = place.rows(&[&asked[..], &["--by", "channel"]].concat());
    assert_eq!((rows[0]["before"].as_f64(), rows[0]["after"].as_f64()), (Some(5.0 / 6.0), Some(5.0 / 8.0)));
    // Direct: mean share (4/6 + 4/8) / 2 = 7/12, rate 1 → 3/4. Mean of the whole: (5/6 + 5/8) / 2 = 35/48.
    let by_hand = [
        ("rate", "1", -7.0 / 12.0 / 4.0),
        ("mix", "1", -1.0 / 6.0 * (7.0 / 8.0 - 35.0 / 48.0)),
        ("mix", "2", 1.0 / 6.0 * (1.0 / 2.0 - 35.0 / 48.0)),
    ];
    for (factor, item, expected) in by_hand {
        assert!((part(&rows, factor, item) - expected).abs() < 1e-12, "{factor} {item}: {rows:?}");
    }
    assert_eq!(rows.len(), 3, "the rate of online dossiers stayed 1/2: {rows:?}");
}

/// Whether the parts of every unit add up; how many units have both sides.
#[track_caller]
fn adding_up(rows: &[Value]) -> usize {
    let mut units: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for row in rows {
        let Some((before, after)) = row["before"].as_f64().zip(row["after"].as_f64()) else { continue };
        let unit = units.entry(row["unit_code"].as_str().unwrap()).or_insert((after - before, 0.0));
        unit.1 += row["contribution"].as_f64().unwrap_or(0.0);
    }
    for (unit, (change, sum)) in &units {
        assert!((change - sum).abs() < 1e-9, "{unit}: {change} is not {sum}");
    }
    units.len()
}

#[test]
fn parts_add_up_for_figures_scores_and_ranks_of_every_unit() {
    let place = &sample().place;
    for index in ["on_time_rate", "mean_days", "median_days", "c8", "qd766"] {
        for quantity in ["score", "rank"] {
            let asked = ["compare", "--kind", "commune", "--from", "2024-Q4", "--to", "2025-Q1"];
            let rows = place.rows(&[&asked[..], &["--index", index, "--of", quantity]].concat());
            assert!(adding_up(&rows) > 5, "{index} {quantity}");
        }
    }
}

#[test]
fn a_rank_changes_by_own_score_and_by_those_of_others() {
    let place = &sample().place;
    let asked = ["compare", "--unit", "000.03.32.H99", "--from", "2024-Q4", "--to", "2025-Q1"];
    let rows = place.rows(&[&asked[..], &["--index", "qd766", "--of", "rank"]].concat());
    let factors: Vec<&str> = rows.iter().map(|row| row["factor"].as_str().unwrap()).collect();
    assert_eq!(factors, ["own", "others"]);
}

#[test]
fn another_version_of_an_index_is_a_factor_of_its_own() {
    let place = place();
    let version = |days: &str, rule: &str| {
        format!(
            "kind = \"points\"\n[index]\nid = \"thu\"\nname_vi = \"thu\"\nname_en = \"thu\"\nlegal_basis = \"ví dụ\"\n{days}\n\
             [points]\nmax = 10\n[[item]]\ncode = \"1\"\nname = \"Một\"\nmax = 10\nrule = {{ {rule} }}\n"
        )
    };
    let linear = "kind = \"linear\", input = \"on_time_rate\"";
    let strict = "kind = \"floor\", input = \"on_time_rate\", floor = 0.7";
    place.file("kho/queries/indices/thu-1.toml", version("valid_to = 2025-01-31", linear));
    place.file("kho/queries/indices/thu-2.toml", version("valid_from = 2025-02-01", strict));
    let rows = place.rows(&["compare", "--unit", "A", "--from", "2025-01", "--to", "2025-02", "--index", "thu"]);
    // linear: 25/3 and 25/4; with the floor: 25/3 and 0. Both orders: own (25/4 − 25/3, 0 − 25/3), definition (0, 0 − 25/4).
    assert!((part(&rows, "own", "1") - (-25.0 / 12.0 - 25.0 / 3.0) / 2.0).abs() < 1e-9, "{rows:?}");
    let definition = rows.iter().find(|row| row["factor"] == "definition").unwrap();
    assert!((definition["contribution"].as_f64().unwrap() + 25.0 / 8.0).abs() < 1e-9, "{rows:?}");
    assert_eq!(adding_up(&rows), 1);
}

#[test]
fn what_came_late_is_the_change_between_two_versions_of_one_period() {
    let place = place();
    let late: Vec<String> = dossiers(2, "Bưu chính", 0, 2);
    let late: Vec<&str> = late.iter().map(String::as_str).collect();
    place.import_text("ho-so_20250402.csv", &list(&late)).1.exits(0);
    let history = place.rows(&["history"]);
    let version = |at: usize| history[at]["version"].to_string();
    let versions = [version(history.len() - 2), version(history.len() - 1)];
    let rows = place.rows(&["compare", "--unit", "A", "--to", "2025-02", "--versions", &versions[0], &versions[1]]);
    assert_eq!((rows[0]["before"].as_f64(), rows[0]["after"].as_f64()), (Some(5.0 / 8.0), Some(0.5)));
    assert_eq!(adding_up(&rows), 1);
}

#[test]
fn what_cannot_be_compared_is_said() {
    let place = place();
    let asked = ["compare", "--from", "2025-01", "--to", "2025-02", "--lang", "en"];
    let ask = |more: &[&str]| place.run(&[&asked[..], more].concat());
    ask(&["--unit", "B"]).exits(0).says(&["Sở Bê (B) has no 'on-time' in 2025-01 and 2025-02"]);
    ask(&["--unit", "Sở Không Có"]).exits(2).says(&["no unit"]);
    ask(&["--unit", "A", "--index", "on-tme"]).exits(2).says(&["did you mean"]);
    ask(&["--kind", "phường ma"]).exits(2).says(&["the kinds are"]);
    ask(&["--unit", "A", "--public"]).exits(2).says(&["no public answer"]);
    let row = &place.rows(&["compare", "--unit", "B", "--from", "2025-01", "--to", "2025-02"])[0];
    assert!(row["before"].is_null() && row["factor"].is_null() && row["contribution"].is_null(), "{row}");
}

#[test]
fn dossiers_of_a_unit_that_was_merged_are_a_part_of_their_own() {
    let place = Place::with_units(
        "code,name,short_name,level,parent_code,aliases,valid_from,valid_to\n\
         P,UBND tỉnh Thử,,province,,,,\nA,Sở A,,department,P,,,\nB,Sở Bê,,department,P,,,2025-01-31\n",
    );
    let of = |unit: &str, month: u32, due: &str, count: usize| -> Vec<String> {
        let row = |at| {
            format!(
                "{unit}{month}{at},{unit},Trực tiếp,02/{month:02}/2025,{due}/{month:02}/2025,10/{month:02}/2025,Đã trả kết quả"
            )
        };
        (0..count).map(row).collect()
    };
    let rows = [of("Sở A", 1, "28", 4), of("Sở Bê", 1, "05", 4), of("Sở A", 2, "28", 2)].concat();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    place.import_text("ho-so_20250401.csv", &list(&rows)).1.exits(0);
    let merged = place.file("ke-thua.csv", "from_code,to_code,date\nB,A,2025-02-01\n");
    place.run(&["units", "successions", merged.to_str().unwrap()]).exits(0);
    let rows = place.rows(&["compare", "--unit", "A", "--from", "2025-01", "--to", "2025-02"]);
    assert_eq!((rows[0]["before"].as_f64(), rows[0]["after"].as_f64()), (Some(1.0), Some(1.0)));
    // With B's four late dossiers January would have been at 4 of 8.
    let boundaries = rows.iter().find(|row| row["factor"] == "boundaries").unwrap();
    assert_eq!(boundaries["contribution"], -0.5);
    assert_eq!(adding_up(&rows), 1);
}
