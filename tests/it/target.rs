//! `cchc target`: the smallest changes that get there do so when they are made; what is out of reach is said.

use serde_json::Value;

use crate::support::{Place, list, row_of, sample};

const UNITS: &str = "code,name,short_name,level,parent_code,aliases,valid_from,valid_to\n\
    P,UBND tỉnh Thử,,province,,,,\nA,Sở A,,department,P,,,\nB,Sở Bê,,department,P,,,\n\
    C,Sở Xê,,department,P,,,\nD,Sở Dê,,department,P,,,\n";

/// Ten dossiers of a unit in January, so many of them in time, the first ones online.
fn dossiers(unit: &str, on_time: usize, online: usize) -> Vec<String> {
    let row = |at: usize| {
        let (due, channel) =
            (if at < on_time { "28" } else { "05" }, if at < online { "Trực tuyến" } else { "Trực tiếp" });
        format!("{unit}{at},{unit},{channel},02/01/2025,{due}/01/2025,10/01/2025,Đã trả kết quả")
    };
    (0..10).map(row).collect()
}

fn import(place: &Place, name: &str, of_units: &[(&str, usize, usize)]) {
    let rows: Vec<String> =
        of_units.iter().flat_map(|(unit, on_time, online)| dossiers(unit, *on_time, *online)).collect();
    place.import_text(name, &list(&rows.iter().map(String::as_str).collect::<Vec<_>>())).1.exits(0);
}

/// On time: A 6 of 10, B 9, C 8, D 7; all of A's are filed at the desk.
fn place() -> Place {
    let place = Place::with_units(UNITS);
    import(&place, "ho-so_20250201.csv", &[("Sở A", 6, 0), ("Sở Bê", 9, 5), ("Sở Xê", 8, 5), ("Sở Dê", 7, 5)]);
    place
}

fn changes(rows: &[Value], alternative: u64) -> Vec<(&str, i64)> {
    let of = rows.iter().filter(|row| row["alternative"] == alternative);
    of.map(|row| (row["indicator"].as_str().unwrap(), row["change"].as_i64().unwrap())).collect()
}

const PERIOD: [&str; 4] = ["target", "--period", "2025-01", "--unit"];

#[test]
fn the_change_that_is_told_reaches_the_rank_when_it_is_made() {
    let place = place();
    let rows = place.rows(&[&PERIOD[..], &["A", "--index", "on-time", "--rank", "2"]].concat());
    let keys = ["unit_code", "alternative", "indicator", "change", "change_unit", "cost", "reached"];
    assert_eq!(rows[0].as_object().unwrap().keys().take(7).collect::<Vec<_>>(), keys);
    assert_eq!(changes(&rows, 1), [("on_time_rate", 2)], "two more make 8 of 10, a rank shared with C");
    assert_eq!(
        (&rows[0]["change_unit"], &rows[0]["reached"], &rows[0]["rank"]),
        (&"dossiers".into(), &true.into(), &2.into())
    );
    let rank = |place: &Place| {
        let rows = place.rows(&["rank", "--index", "on-time", "--period", "2025-01", "--kind", "department"]);
        row_of(&rows, "A")["rank"].as_u64().unwrap()
    };
    assert_eq!(rank(&place), 4);
    import(&place, "ho-so_20250202.csv", &[("Sở A", 7, 0)]);
    assert_eq!(rank(&place), 3, "one is not enough");
    import(&place, "ho-so_20250203.csv", &[("Sở A", 8, 0)]);
    assert_eq!(rank(&place), 2);
}

#[test]
fn several_figures_are_combined_at_the_lowest_cost_that_the_definition_gives() {
    let place = place();
    let index = |cost: &str| {
        format!(
            "kind = \"points\"\n[index]\nid = \"thu\"\nname_vi = \"thu\"\nname_en = \"thu\"\nlegal_basis = \"ví dụ\"\n\
             [points]\nmax = 100\n[target]\ncost = {{ {cost} }}\n[[class]]\nfrom = 60\nname = \"Tốt\"\n[[class]]\nfrom = 0\nname = \"Yếu\"\n\
             [[item]]\ncode = \"1\"\nname = \"Một\"\nmax = 50\nrule = {{ kind = \"linear\", input = \"on_time_rate\" }}\n\
             [[item]]\ncode = \"2\"\nname = \"Hai\"\nmax = 50\nrule = {{ kind = \"floor\", input = \"online_share\", floor = 0.4 }}\n"
        )
    };
    let ask = |place: &Place| place.rows(&[&PERIOD[..], &["A", "--index", "thu", "--class", "tốt"]].concat());
    // 30 points now. On time alone gives 50 at most; four online give 20, a fifth or one in time 5 each.
    place.file("kho/queries/indices/thu.toml", index("on_time_rate = 1"));
    let rows = ask(&place);
    let cost: f64 = rows.iter().filter(|row| row["alternative"] == 1).filter_map(|row| row["cost"].as_f64()).sum();
    assert!((cost - 6.0).abs() < 1e-9, "{rows:?}");
    assert!(rows.iter().all(|row| row["reached"] == true && row["score"].as_f64().unwrap() >= 60.0), "{rows:?}");
    // A dossier in time costs three: online ones alone are cheaper.
    place.file("kho/queries/indices/thu.toml", index("on_time_rate = 3"));
    assert_eq!(changes(&ask(&place), 1), [("online_share", 6)]);
    place.file("kho/queries/indices/thu.toml", index("online_share = 5"));
    assert_eq!(changes(&ask(&place), 1), [("on_time_rate", 2), ("online_share", 4)]);
    place.file("kho/queries/indices/thu.toml", index("online_share = -1"));
    place.run(&["check"]).exits(1).says(&["target.cost.online_share", "no cost above 0"]);
}

#[test]
fn what_is_out_of_reach_is_said_with_the_furthest_and_what_stands_in_the_way() {
    let place = &sample().place;
    let asked = ["target", "--unit", "000.01.33.H99", "--period", "2025-Q1", "--index", "qd766", "--class", "Tốt"];
    let ran = place.run(&[&["--format", "json"], &asked[..]].concat()).exits(3);
    assert!(ran.rows().iter().all(|row| row["reached"] == false && row["alternative"] == 1));
    ran.says(&["out of reach", "come to score 68.1", "what no figure moves", "3.7"]);
}

#[test]
fn in_a_period_that_runs_on_only_what_is_to_come_changes() {
    let place = place();
    let asked =
        ["--format", "json", "target", "--period", "2025-Q1", "--unit", "A", "--index", "on-time", "--rank", "3"];
    let ran = place.run(&asked).exits(3).says(&["the period runs on", "out of reach"]);
    // 6 of 10, and 7 of 10 are third: (6 + k) / (10 + k) from k = 4 on.
    let rows = ran.rows();
    assert_eq!(changes(&rows, 1), [("on_time_rate", 2)], "of ten a year two are to come from February to March");
    assert_eq!((&rows[0]["reached"], &rows[0]["score"]), (&false.into(), &(8.0 / 12.0).into()));
}

#[test]
fn targets_that_are_none_are_refused() {
    let place = place();
    let ask = |more: &[&str]| place.run(&[&PERIOD[..], more].concat());
    ask(&["A", "--index", "on-time"]).exits(2).says(&["--rank"]);
    ask(&["A", "--index", "on-time", "--rank", "0"]).exits(2).says(&["ranks begin with 1"]);
    ask(&["A", "--index", "on-time", "--class", "tốt"]).exits(2).says(&["has no classes"]);
    ask(&["A", "--index", "qd766", "--class", "tot"]).exits(2).says(&["no class 'tot'; there are"]);
    let alone = ["target", "--period", "2024-01", "--unit", "A", "--index", "on-time", "--rank", "1"];
    place.run(&alone).exits(2).says(&["'A' has no rank by 'on-time'"]);
    ask(&["B", "--index", "on-time", "--rank", "1"]).exits(0).says(&["is there already"]);
    ask(&["Sở Không", "--index", "on-time", "--rank", "1"]).exits(2).says(&["no unit"]);
    ask(&["A", "--index", "on-time", "--rank", "1", "--public"]).exits(2).says(&["no public answer"]);
}
