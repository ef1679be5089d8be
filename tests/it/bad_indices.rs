//! Indices that cannot be right: faults of all definitions in one `cchc check`, faults of values and sheets in one `cchc rank`.

use serde_json::Value;

use crate::support::{Place, Ran};

/// Fails unless each of these faults is on a line of its own: a line with all of its words.
#[track_caller]
fn names(ran: &Ran, faults: &[&[&str]]) {
    let mut lines: Vec<&str> = ran.stderr.lines().collect();
    for words in faults {
        let at = lines.iter().position(|line| words.iter().all(|word| line.contains(word)));
        let at = at.unwrap_or_else(|| panic!("{words:?} on no other line of: {}", ran.stderr));
        lines.remove(at);
    }
}

/// `[index]` of a definition.
fn head(kind: &str, id: &str, more: &str) -> String {
    format!(
        "kind = \"{kind}\"\n[index]\nid = \"{id}\"\nname_vi = \"{id}\"\nname_en = \"{id}\"\nlegal_basis = \"ví dụ\"\n{more}\n"
    )
}

/// An item of an index of points.
fn item(code: &str, parent: &str, max: f64, rule: &str) -> String {
    let parent = if parent.is_empty() { String::new() } else { format!("parent = \"{parent}\"\n") };
    let rule = if rule.is_empty() { String::new() } else { format!("rule = {{ {rule} }}\n") };
    format!("[[item]]\ncode = \"{code}\"\n{parent}name = \"{code}\"\nmax = {max}\n{rule}")
}

const SCORED: &str = "kind = \"scored\"";

/// Points: maxima, circles, ids, tiers, rules without input.
fn faulty_points() -> String {
    let rate = "kind = \"tiers\", input = \"on_time_rate\", tiers =";
    [
        head("points", "diem", ""),
        "[points]\nmax = 50\n[[class]]\nfrom = 10\nname = \"A\"\n[[class]]\nfrom = 40\nname = \"B\"\n".to_owned(),
        item("I", "", 20.0, ""),
        item("1.1", "I", 6.0, SCORED),
        item("1.2", "I", 4.0, "kind = \"linear\", input = \"on_time_rat\""),
        item("1.3", "IV", 4.0, SCORED),
        item("II", "", 20.0, ""),
        item("2.1", "II", 4.0, &format!("{rate} [{{ from = 0.9, points = 4 }}, {{ below = 0.8, points = 0 }}]")),
        item(
            "2.2",
            "II",
            4.0,
            &format!(
                "{rate} [{{ from = 0.8, points = 4 }}, {{ from = 0.5, below = 0.9, points = 2 }}, {{ points = 0 }}]"
            ),
        ),
        item("2.3", "II", 4.0, &format!("{rate} [{{ from = 0.8, points = 5 }}, {{ points = 0 }}]")),
        item(
            "2.4",
            "II",
            4.0,
            &format!("{rate} [{{ from = 0.5, points = 4 }}, {{ from = 0.8, points = 2 }}, {{ points = 0 }}]"),
        ),
        item("2.5", "II", 2.0, "kind = \"linear\", input = \"\""),
        item("2.6", "II", 1.0, ""),
        item("2.7", "II", 1.0, "kind = \"linear\""),
        item("3", "", 5.0, "kind = \"formula\", formula = \"[4] / 2\""),
        item("4", "", 5.0, "kind = \"formula\", formula = \"[3] * 2\""),
        item("5", "5.1", 5.0, ""),
        item("5.1", "5", 5.0, ""),
        item("6", "", 5.0, "kind = \"formula\", formula = \"[7.1]\""),
        item("6", "", 5.0, SCORED),
    ]
    .concat()
}

/// Composite: weights, circles, ids, inputs, days.
fn faulty_composite() -> String {
    head("composite", "gop", "")
        + r#"
        [weigh]
        sum = 1
        [[node]]
        id = "area"
        weight = 1
        [[node]]
        id = "round"
        parent = "about"
        [[node]]
        id = "about"
        parent = "round"
        [[indicator]]
        id = "on_time_rate"
        parent = "area"
        weight = 0.7
        [[indicator]]
        id = "late_rate"
        direction = "lower"
        parent = "area"
        weight = 0.4
        [[indicator]]
        id = "online_share"
        parent = "aera"
        weight = 0
        [[indicator]]
        id = "nothing"
        column = ""
        parent = "area"
        weight = 0
        [[weights]]
        year = 2024
        of = { on_time_rate = 0.7, late_rate = 0.4 }
        [[weights]]
        valid_from = "2024-12-31"
        of = { on_time_rate = 0.5, late_rate = 0.5 }
        "#
}

fn version(days: &str) -> String {
    head("points", "phien-ban", days) + "[points]\nmax = 5\n" + &item("1", "", 5.0, SCORED)
}

#[test]
fn every_fault_of_all_indices_of_a_workspace_is_named_in_one_check() {
    let place = Place::new();
    for (name, text) in [
        ("diem", faulty_points()),
        ("gop", faulty_composite()),
        ("cu", version("valid_to = \"2025-03-31\"")),
        ("moi", version("valid_from = \"2025-03-31\"")),
        ("mot", "name_vi = \"Một\"\nname_en = \"One\"\nindicator = \"on_time_rat\"\n".to_owned()),
        ("loai", head("compsite", "loai", "")),
    ] {
        place.file(&format!("kho/queries/indices/{name}.toml"), text);
    }
    let before = place.snapshot();
    let ran = place.run(&["check"]).exits(1);
    assert_eq!(ran.stdout, "");
    let (points, composite) = ("indices/diem.toml: ", "indices/gop.toml: ");
    names(
        &ran,
        &[
            &[points, "I.max: is 20, but its parts add up to 10"],
            &[points, "max: is 50, but the areas add up to"],
            &[points, "classes", "fall"],
            &[points, "1.2.rule.input: no indicator 'on_time_rat'; did you mean 'on_time_rate'?"],
            &[points, "1.3.parent: no item 'IV'", "did you mean"],
            &[points, "2.1.rule.tiers: between tier 1 (from 0.9) and tier 2 (below 0.8) is a gap"],
            &[points, "2.2.rule.tiers: tier 2 (below 0.9) overlaps tier 1 (from 0.8)"],
            &[points, "2.3.rule.tiers: tier 1 gives 5 of at most 4 points"],
            &[points, "2.4.rule.tiers: tier 2 (from 0.8) overlaps tier 1 (from 0.5)"],
            &[points, "2.5.rule.input: is empty"],
            &[points, "2.6: has neither parts nor a rule"],
            &[points, "2.7", "missing field `input`"],
            &[points, "3.rule: its formula leads back to itself"],
            &[points, "4.rule: its formula leads back to itself"],
            &[points, "5.parent: is part of itself"],
            &[points, "5.1.parent: is part of itself"],
            &[points, "6.rule.formula", "7.1"],
            &[points, "6: stands twice"],
            &[composite, "round.parent", "circle"],
            &[composite, "about.parent", "circle"],
            &[composite, "online_share.parent: no node 'aera'; did you mean 'area'?"],
            &[composite, "nothing.column", "without input"],
            &[composite, "weights[2]: holds on days of weights[1] too"],
            &[composite, "area.weights: on_time_rate + late_rate", "add up to 1.1 in weights[1], not 1"],
            &["indices/moi.toml: index.id: 'phien-ban' in indices/cu.toml is defined for the same days"],
            &["indices/mot.toml: indicator: no indicator 'on_time_rat'; did you mean 'on_time_rate'?"],
            &["indices/loai.toml: kind: no kind of index 'compsite'; did you mean 'composite'?"],
        ],
    );
    // Nothing is computed with them, either.
    let ranked = place.run(&["rank", "--index", "on-time", "--period", "2025"]).exits(1);
    assert_eq!(ranked.stdout, "");
    names(&ranked, &[&["indices/diem.toml", "I.max"], &["indices/gop.toml", "area.weights"], &["indices/moi.toml"]]);
    assert_eq!(place.snapshot(), before);
}

/// Four departments, and one commune alone of its kind.
const UNITS: &str = "code,name,short_name,level,parent_code,aliases,valid_from,valid_to\n\
    P,UBND tỉnh Thử,,province,,,,\nA,Sở A,,department,P,,,\nB,Sở Bê,,department,P,,,\nD,Sở Dê,,department,P,,,\n\
    C,UBND xã Xê,,commune,P,,,\n";

/// Declared for 2025: `same` is equal everywhere, `none` nobody has, `lone` one has, `minus` is below zero for Sở Bê and Dê.
fn declared(definition: &str) -> Place {
    let place = Place::with_units(UNITS);
    place.file("kho/queries/indices/x.toml", definition);
    let table =
        "code,period,same,none,lone,minus,fine\nA,2025,3,,1,2,5\nB,2025,3,,,-1,6\nD,2025,3,,,-4,7\nC,2025,3,,2,1,5\n";
    let file = place.file("khai.csv", table);
    place.run(&["import", "--source", "declared-wide-point", file.to_str().unwrap()]);
    place
}

fn columns(ids: &[&str]) -> String {
    ids.iter().map(|id| format!("[[indicator]]\nid = \"{id}\"\n")).collect::<Vec<_>>().concat()
}

#[test]
fn constant_missing_and_lonely_columns_are_all_named_before_a_score_is_given() {
    for method in ["min_max", "z_score"] {
        let place = declared(
            &(head("composite", "x", "unit_kinds = [\"department\"]")
                + &format!("[scale]\nmethod = \"{method}\"\n")
                + &columns(&["same", "none", "lone", "fine"])),
        );
        let ran = place.run(&["rank", "--index", "x", "--period", "2025"]).exits(3);
        assert!(ran.stderr.contains("nobody is ranked"), "{method}");
        names(
            &ran,
            &[
                &["indices/x.toml: same.scale: all 3 values are 3"],
                &["indices/x.toml: none.column: no unit has a value in column 'none'"],
                &["indices/x.toml: lone.scale: only one unit has a value"],
            ],
        );
    }
}

#[test]
fn an_id_that_is_no_indicator_stops_a_composite_index_at_once() {
    let place =
        declared(&(head("composite", "x", "unit_kinds = [\"department\"]") + &columns(&["fine", "nobody_has"])));
    let ran = place.run(&["rank", "--index", "x", "--period", "2025"]).exits(1);
    assert_eq!(ran.stdout, "");
    names(&ran, &[&["indices/x.toml: nobody_has.column: no indicator 'nobody_has'"]]);
}

#[test]
fn a_unit_alone_cannot_be_compared_and_a_negative_value_has_no_geometric_mean() {
    let alone = declared(
        &(head("composite", "x", "unit_kinds = [\"commune\"]")
            + "[scale]\nmethod = \"min_max\"\n"
            + &columns(&["fine", "lone"])),
    );
    let ran = alone.run(&["rank", "--index", "x", "--period", "2025"]).exits(3);
    names(&ran, &[&["indices/x.toml: fine.scale: only one unit"], &["indices/x.toml: lone.scale: only one unit"]]);
    let negative = declared(
        &(head("composite", "x", "unit_kinds = [\"department\"]")
            + "[scale]\nmethod = \"none\"\n[aggregate]\nmethod = \"geometric\"\n"
            + &columns(&["minus", "fine"])),
    );
    let ran = negative.run(&["rank", "--index", "x", "--period", "2025"]).exits(3);
    names(&ran, &[&["indices/x.toml: x.aggregate: 'minus' is negative", "unit B, D"]]);
}

/// Two criteria of 2 and 3 points, one of 5.
fn sheets() -> Place {
    let place = Place::with_units(UNITS);
    let items = item("1", "", 5.0, "") + &item("1.1", "1", 2.0, SCORED) + &item("1.2", "1", 3.0, SCORED);
    let text = head("points", "x", "unit_kinds = [\"department\"]")
        + "[points]\nmax = 10\n"
        + &items
        + &item("2", "", 5.0, SCORED);
    place.file("kho/queries/indices/x.toml", text);
    place
}

fn findings(place: &Place, rule: &str) -> Vec<Value> {
    place.rows(&["findings", "--rule", rule])
}

#[test]
fn sheets_with_text_for_points_too_many_points_or_a_unit_twice_are_named_at_once_by_the_import() {
    let place = sheets();
    let sheet = "Mã tiêu chí,Tên tiêu chí,Đơn vị,Điểm tối đa,Tự chấm,Thẩm định,Kỳ\n\
        1.1,Một,Sở A,2,2,hai,2025\n\
        1.2,Hai,Sở A,3,3,4,2025\n\
        2,Ba,Sở A,5,-1,4,2025\n\
        2,Ba,Sở Bê,5,4,4,2025\n\
        2,Ba,Sở Bê,5,4,5,2025\n\
        1.1,Một,Sở Bê,hai,2,2,2025\n";
    let (file, ran) = place.import_text("diem_20260106.csv", sheet);
    ran.exits(3);
    // Each row is named with the column of its fault.
    let named: Vec<String> = ["unreadable_number", "above_maximum"]
        .iter()
        .flat_map(|rule| findings(&place, rule))
        .map(|one| {
            let (rule, file) = (one["rule"].as_str().unwrap(), one["file"].as_str().unwrap());
            format!("{rule} {} {} {}", file.rsplit('/').next().unwrap(), one["row"], one["column"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        named,
        [
            "unreadable_number diem_20260106.csv 2 Thẩm định",
            "unreadable_number diem_20260106.csv 7 Điểm tối đa",
            "above_maximum diem_20260106.csv 3 Thẩm định",
        ]
    );
    assert_eq!(file["rejected"], 3);
    let twice = findings(&place, "conflicting_versions");
    assert_eq!(twice.len(), 1, "{twice:?}");
    assert!(twice[0].to_string().contains("diem_20260106.csv"), "{twice:?}");
    // Only a form is checked against its set when it is read; the points below 0 of this sheet stop the ranking.
    let ran = place.run(&["rank", "--index", "x", "--period", "2025"]).exits(1);
    names(&ran, &[&["diem_20260106.csv", " 4: unit A, criterion 2: -1 self-scored points; there are 0 to 5"]]);
}

#[test]
fn sheets_that_do_not_fit_the_index_are_all_named_before_a_score_is_given() {
    let place = sheets();
    let sheet = "Mã tiêu chí,Tên tiêu chí,Đơn vị,Điểm tối đa,Tự chấm,Thẩm định,Kỳ\n\
        1.1,Một,Sở A,4,2,3,2025\n1.2,Hai,Sở A,3,3,3,2025\n2,Ba,Sở Bê,6,5,5,2025\n";
    place.import_text("diem_20260106.csv", sheet).1.exits(0);
    // The same points again, without a day and for the set by name: of one period and one day, they contradict each other.
    let form = |verified: &str| {
        format!(
            "Mã đơn vị: D,Mã bộ chỉ số: x,Mã kỳ: 2025\nMã tiêu chí,Tiêu chí,Điểm tối đa,Tự chấm,Thẩm định,Lý do\n\
             1.1,Một,2,1,{verified},\n"
        )
    };
    let list = "Mã tiêu chí,Tên tiêu chí,Đơn vị,Điểm tối đa,Tự chấm,Thẩm định,Kỳ\n1.1,Một,Sở Dê,2,1,2,2025\n";
    place.import_text("bieu-D.csv", &form("1"));
    place.import_text("bang.csv", list);
    let ran = place.run(&["rank", "--index", "x", "--period", "2025"]).exits(1);
    assert_eq!(ran.stdout, "");
    names(
        &ran,
        &[
            &["diem_20260106.csv", " 2: unit A, criterion 1.1: the sheet gives at most 4 points, index 'x' at most 2"],
            &["diem_20260106.csv", " 2: unit A, criterion 1.1: 3 verified points; there are 0 to 2"],
            &["diem_20260106.csv", " 4: unit B, criterion 2: the sheet gives at most 6 points, index 'x' at most 5"],
            &["unit D, criterion 1.1: scored twice: ", "bieu-D.csv", "bang.csv"],
        ],
    );
    let card = place.run(&["score", "--index", "x", "--period", "2025", "--unit", "A"]).exits(1);
    names(&card, &[&["unit A, criterion 1.1", "at most 4"], &["unit D, criterion 1.1", "twice"]]);
}

/// Composite indices whose weights or ids leave something open: named by `check`, before any period is asked for.
#[test]
fn weights_of_some_children_days_without_weights_and_ids_of_nothing_are_faults_of_check() {
    let place = Place::new();
    let text = head("composite", "ho", "valid_from = \"2022-01-01\"\nvalid_to = \"2025-12-31\"")
        + r#"
        [[indicator]]
        id = "on_time_rate"
        [[indicator]]
        id = "online_share"
        [[weights]]
        year = 2023
        of = { on_time_rate = 0.5 }
        [[weights]]
        valid_from = "2024-02-01"
        valid_to = "2024-12-31"
        of = { on_time_rate = 0.5, online_share = 0.5 }
        "#;
    place.file("kho/queries/indices/ho.toml", text);
    let ran = place.run(&["check"]).exits(1);
    let file = "indices/ho.toml: ";
    names(
        &ran,
        &[
            &[file, "weights[1].of: names only some children of 'ho'; add online_share"],
            &[file, "weights: none hold on 2022-01-01"],
            &[file, "weights: none hold on 2024-01-01"],
            &[file, "weights: none hold on 2025-01-01"],
        ],
    );
    let text = head("composite", "ho", "") + "[[indicator]]\nid = \"on_time_rat\"\n[[indicator]]\nid = \"dan_so\"\n";
    place.file("kho/queries/indices/ho.toml", text);
    let ran = place.run(&["check"]).exits(1);
    names(
        &ran,
        &[
            &[file, "on_time_rat.column: no indicator 'on_time_rat'", "did you mean 'on_time_rate'?"],
            &[file, "dan_so.column: no indicator 'dan_so': no file defines it and no unit declared it"],
        ],
    );
}

#[test]
fn index_show_prints_the_weights_that_act() {
    let place = Place::new();
    let text = head("composite", "ho", "")
        + r#"
        [[indicator]]
        id = "on_time_rate"
        weight = 3
        [[indicator]]
        id = "online_share"
        "#;
    place.file("kho/queries/indices/ho.toml", text);
    let ran = place.run(&["--lang", "en", "index", "show", "ho", "--period", "2025"]).exits(0);
    assert!(ran.stdout.contains("# Weights in force on 2025-12-31"), "{}", ran.stdout);
    assert!(ran.stdout.contains("#   ho: on_time_rate 0.7500, online_share 0.2500"), "{}", ran.stdout);
}
