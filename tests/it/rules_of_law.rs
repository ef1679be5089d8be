//! Rules that decisions on rating use, each on the smallest table that shows it, by hand; and the rating after NĐ 61/2018.

use serde_json::Value;

use crate::support::{Place, close, figure, row_of};

const UNITS: &str = "code,name,short_name,level,parent_code,aliases,valid_from,valid_to\n\
    P,UBND tỉnh Thử,,province,,,,\n\
    A,Sở A,,department,P,,,\n\
    B,Sở Bê,,department,P,,,\n\
    C,Sở Cờ,,department,P,,,\n\
    X,UBND xã Ích,,commune,P,,,\n\
    Y,UBND xã Y,,commune,P,,,\n";

const PERIOD: &str = "2025-Q1";

/// A workspace with declared figures (unit, indicator, value) and an index.
fn place(declared: &[(&str, &str, &str)], index: &str) -> Place {
    let place = Place::with_units(UNITS);
    let mut text = "Đơn vị,Mã chỉ tiêu,Kỳ,Giá trị,Tử số,Mẫu số\n".to_owned();
    for (unit, indicator, value) in declared {
        text.push_str(&format!("{unit},{indicator},{PERIOD},\"{value}\",,\n"));
    }
    place.import_text("so-lieu-khai_20250402.csv", &text).1.exits(0);
    place.file("kho/queries/indices/thu.toml", index);
    place
}

/// An index of points: settings, classes and items.
fn index(points: &str, more: &str) -> String {
    format!(
        "kind = \"points\"\n[index]\nid = \"thu\"\nname_vi = \"Thử\"\nname_en = \"Test\"\nlegal_basis = \"ví dụ\"\n\
         [points]\n{points}\n[rank]\ncomparable = 1\n{more}"
    )
}

fn item(code: &str, max: f64, rule: &str) -> String {
    format!("[[item]]\ncode = \"{code}\"\nname = \"{code}\"\nmax = {max}\nrule = {{ {rule} }}\n")
}

fn ranked(place: &Place) -> Vec<Value> {
    place.rows(&["rank", "--index", "thu", "--period", PERIOD])
}

#[track_caller]
fn scores(rows: &[Value], expected: &[(&str, Option<f64>)]) {
    for (unit, score) in expected {
        close(row_of(rows, unit)["score"].as_f64(), *score, unit);
    }
}

#[test]
fn at_or_above_the_mean_of_its_kind_gives_the_points_and_below_it_none() {
    // Departments 90, 80, 70: mean 80, which B just reaches. Communes by themselves: 60 and 40.
    let figures =
        [("A", "sipas", "90"), ("B", "sipas", "80"), ("C", "sipas", "70"), ("X", "sipas", "60"), ("Y", "sipas", "40")];
    let figures = figures.map(|(unit, _, value)| (unit, "meeting_count", value));
    let rule = "kind = \"relative_to_mean\", input = \"meeting_count\"";
    let place = place(&figures, &index("max = 2", &item("1", 2.0, rule)));
    let by_kind = ranked(&place);
    scores(&by_kind, &[("A", Some(2.0)), ("B", Some(2.0)), ("C", Some(0.0)), ("X", Some(2.0)), ("Y", Some(0.0))]);
    let card = place.rows(&["score", "--index", "thu", "--unit", "C", "--period", PERIOD]);
    assert_eq!((&card[0]["value"], &card[0]["reference"]), (&70.0.into(), &80.0.into()), "the mean stands beside");
    // The mean of all five is 68; of blocks, departments have 80 and communes 50.
    for (among, points) in [("all", [2.0, 2.0, 2.0, 0.0, 0.0]), ("publication", [2.0, 2.0, 0.0, 2.0, 0.0])] {
        let rule = format!("{rule}, among = \"{among}\"");
        place.file("kho/queries/indices/thu.toml", index("max = 2", &item("1", 2.0, &rule)));
        let expected: Vec<_> = ["A", "B", "C", "X", "Y"].into_iter().zip(points.map(Some)).collect();
        scores(&ranked(&place), &expected);
    }
}

#[test]
fn points_per_unit_of_difference_from_the_mean_are_capped() {
    // Mean 80: A 5 + 0.5 × 10, B 5, C 5 − 0.5 × 10; with 1 a unit A and C reach the ends at once.
    let figures = [("A", "meeting_count", "90"), ("B", "meeting_count", "80"), ("C", "meeting_count", "70")];
    let rule = |per: f64| format!("kind = \"relative_to_mean\", input = \"meeting_count\", per = {per}, at_mean = 5");
    let place = place(&figures, &index("max = 8", &item("1", 8.0, &rule(0.25))));
    scores(&ranked(&place), &[("A", Some(7.5)), ("B", Some(5.0)), ("C", Some(2.5))]);
    place.file("kho/queries/indices/thu.toml", index("max = 8", &item("1", 8.0, &rule(1.0))));
    scores(&ranked(&place), &[("A", Some(8.0)), ("B", Some(5.0)), ("C", Some(0.0))]);
}

#[test]
fn steps_ask_several_figures_at_once_and_may_differ_by_kind() {
    let steps = "kind = \"steps\", steps = [\
        { points = 2, kinds = [\"commune\"], when = [{ input = \"meeting_count\", at_least = 3 }] }, \
        { points = 2, when = [{ input = \"meeting_count\", at_least = 5 }, { input = \"late_reports\", at_most = 0 }] }, \
        { points = 1, when = [{ input = \"meeting_count\", above = 0 }] }, { points = 0 }]";
    let (meetings, late) = ("meeting_count", "late_reports");
    let figures = [
        ("A", meetings, "5"),
        ("A", late, "0"),
        ("B", meetings, "5"),
        ("B", late, "1"),
        ("C", meetings, "5"),
        ("X", meetings, "3"),
    ];
    let place = place(&figures, &index("max = 2", &item("1", 2.0, steps)));
    let rows = ranked(&place);
    scores(&rows, &[("A", Some(2.0)), ("B", Some(1.0)), ("X", Some(2.0)), ("C", None), ("Y", None)]);
    assert_eq!(row_of(&rows, "C")["unscored"], 2.0, "nobody knows whether C was late, so it has neither 2 nor 1");
    let card = place.rows(&["score", "--index", "thu", "--unit", "A", "--period", PERIOD]);
    assert_eq!(card[0]["indicator"], "meeting_count; late_reports");
}

#[test]
fn what_is_not_assigned_rebases_its_block_and_a_block_without_anything_the_one_above() {
    let part = |code: &str, parent: &str, max: f64, input: &str| {
        let rule = if input.is_empty() {
            String::new()
        } else {
            format!("rule = {{ kind = \"external\", input = \"{input}\", factor = 1 }}\n")
        };
        let parent = if parent.is_empty() { String::new() } else { format!("parent = \"{parent}\"\n") };
        format!("[[item]]\ncode = \"{code}\"\n{parent}name = \"{code}\"\nmax = {max}\n{rule}")
    };
    let items = [
        part("I", "", 6.0, ""),
        part("1.1", "I", 2.0, "meeting_count"),
        part("1.2", "I", 4.0, "hp212_site_clearance"),
        part("II", "", 4.0, "late_reports"),
    ]
    .concat();
    let place = place(
        &[
            ("A", "meeting_count", "1"),
            ("A", "late_reports", "4"),
            ("B", "meeting_count", "1"),
            ("B", "late_reports", "4"),
        ],
        &index("max = 10\nnot_applicable = \"parent\"", &items),
    );
    // B has nothing to clear: 0 of 0. So 1 of 2 counts for 3 of 6, and the 4 of the other block stay 4.
    place.import_text("khai-them_20250402.csv", "Đơn vị,Mã chỉ tiêu,Kỳ,Giá trị,Tử số,Mẫu số\nA,hp212_site_clearance,2025-Q1,,4,4\nB,hp212_site_clearance,2025-Q1,,0,0\n").1.exits(0);
    let rows = ranked(&place);
    scores(&rows, &[("A", Some(1.0 + 1.0 + 4.0)), ("B", Some(3.0 + 4.0))]);
    assert_eq!(row_of(&rows, "B")["max"], 10.0, "the block keeps its most points");
    let card = place.rows(&["score", "--index", "thu", "--unit", "B", "--period", PERIOD]);
    assert_eq!(
        (&card[0]["points"], &card[0]["rebased"], &card[2]["status"]),
        (&3.0.into(), &3.0.into(), &"not_applicable".into())
    );
}

#[test]
fn points_are_rounded_item_by_item_before_they_are_added() {
    let rule = |input: &str| format!("kind = \"external\", input = \"{input}\", factor = 1");
    let items = item("1", 2.0, &rule("meeting_count")) + &item("2", 2.0, &rule("late_reports"));
    let rounded = "max = 4\nrounding = { digits = 1, mode = \"half_up\" }";
    let place = place(&[("A", "meeting_count", "1,14"), ("A", "late_reports", "1,44")], &index(rounded, &items));
    // 1.1 + 1.4, and not 2.58 rounded to 2.6.
    scores(&ranked(&place), &[("A", Some(2.5))]);
}

#[test]
fn units_exempt_by_name_are_scored_out_of_the_rest_and_an_unknown_one_is_a_fault() {
    let rule = |input: &str| format!("kind = \"external\", input = \"{input}\", factor = 1");
    let items = item("1", 5.0, &rule("meeting_count")) + &item("2", 5.0, &rule("late_reports"));
    let exempt = |unit: &str| format!("[[exempt]]\nunits = [\"{unit}\"]\nitems = [\"2\"]\nreason = \"Điều 5 [S]\"\n");
    let figures = [
        ("A", "meeting_count", "4"),
        ("A", "late_reports", "1"),
        ("B", "meeting_count", "4"),
        ("B", "late_reports", "1"),
    ];
    let place = place(&figures, &index("max = 10", &(items.clone() + &exempt("A"))));
    scores(&ranked(&place), &[("A", Some(8.0)), ("B", Some(5.0))]);
    place.run(&["check"]).exits(0);
    place.file("kho/queries/indices/thu.toml", index("max = 10", &(items + &exempt("AA"))));
    place.run(&["check"]).exits(1).says(&["indices/thu.toml: exempt[1].units: no unit 'AA'"]);
    place.run(&["rank", "--index", "thu", "--period", PERIOD]).exits(1).says(&["no unit 'AA'"]);
}

/// Three departments with these points each, and classes.
fn classed(points: [&str; 3], tasks: [&str; 3], classes: &str) -> Vec<Value> {
    let units = ["A", "B", "C"];
    let figures = units.into_iter().zip(points).map(|(unit, points)| (unit, "meeting_count", points));
    let tasks = units
        .into_iter()
        .zip(tasks)
        .filter(|(_, share)| !share.is_empty())
        .map(|(unit, share)| (unit, "tasks_on_time", share));
    let figures: Vec<_> = figures.chain(tasks).collect();
    let items = item("1", 100.0, "kind = \"external\", input = \"meeting_count\", factor = 1");
    ranked(&place(&figures, &index("max = 100", &(classes.to_owned() + &items))))
}

#[track_caller]
fn classes_are(rows: &[Value], expected: [(&str, &str); 3]) {
    for (unit, (class, reason)) in ["A", "B", "C"].into_iter().zip(expected) {
        let row = row_of(rows, unit);
        let found = [&row["class"], &row["class_reason"]].map(|value| value.as_str().unwrap_or_default());
        assert_eq!(found, [class, reason], "{unit}");
    }
}

#[test]
fn a_class_with_a_quota_takes_the_best_and_never_breaks_a_tie() {
    let classes = |share: f64, few: &str| {
        format!(
            "[[class]]\nfrom = 90\nname = \"xuất sắc\"\nquota = {{ share = {share}, of = \"tốt\", rounding = \"down\"{few} }}\n\
             [[class]]\nfrom = 70\nname = \"tốt\"\n[[class]]\nfrom = 0\nname = \"khác\"\n"
        )
    };
    let few = ", fewer_than = 5, at_most = 1";
    let none = ["", "", ""];
    // Three reach "tốt": 20 % of three is none, but of fewer than five one may have it.
    classes_are(
        &classed(["95", "92", "75"], none, &classes(0.2, few)),
        [("xuất sắc", ""), ("tốt", "quota"), ("tốt", "")],
    );
    // Two tie for the one place: nobody has it.
    classes_are(
        &classed(["95", "95", "75"], none, &classes(0.2, few)),
        [("tốt", "quota"), ("tốt", "quota"), ("tốt", "")],
    );
    // Without the exception the share alone holds: none of three; and two thirds are two.
    classes_are(
        &classed(["95", "92", "75"], none, &classes(0.2, "")),
        [("tốt", "quota"), ("tốt", "quota"), ("tốt", "")],
    );
    classes_are(
        &classed(["95", "92", "91"], none, &classes(0.67, "")),
        [("xuất sắc", ""), ("xuất sắc", ""), ("tốt", "quota")],
    );
}

#[test]
fn a_class_with_a_side_condition_needs_to_know_that_it_holds() {
    let classes = "[[class]]\nfrom = 90\nname = \"xuất sắc\"\nwhen = [{ input = \"tasks_on_time\", at_least = 1 }]\n\
        [[class]]\nfrom = 70\nname = \"tốt\"\n[[class]]\nfrom = 0\nname = \"khác\"\n";
    let rows = classed(["95", "95", "95"], ["1", "0,99", ""], classes);
    classes_are(&rows, [("xuất sắc", ""), ("tốt", "condition"), ("", "unknown_condition")]);
}

#[test]
fn faults_of_the_new_rules_are_named_with_their_place() {
    let items = [
        item("1", 2.0, "kind = \"relative_to_mean\", input = \"meeting_cont\", among = \"publicatio\", at_mean = 3"),
        item("2", 2.0, "kind = \"steps\", steps = [{ points = 3, when = [{ input = \"late_report\", at_least = 1 }] }]"),
        "[[exempt]]\nunits = [\"A\"]\nitems = [\"9\"]\nreason = \"\"\n".to_owned(),
        "[[class]]\nfrom = 90\nname = \"A\"\nwhen = [{ item = \"7\", at_least = 1 }]\nquota = { share = 2, of = \"B\", rounding = \"down\" }\n".to_owned(),
    ];
    let place = place(&[], &index("max = 4", &items.concat()));
    place.run(&["check"]).exits(1).says(&[
        "1.rule.input: no indicator 'meeting_cont'; did you mean 'meeting_count'?",
        "1.rule.at_mean: 3 is not between 0 and 2",
        "1.rule.among: 'publicatio' is neither kind nor all nor a grouping",
        "2.rule.steps: step 1 gives 3 of at most 2 points",
        "2.rule.steps: step 1: no indicator 'late_report'; did you mean 'late_reports'?",
        "2.rule.steps: the last step must be for everybody else",
        "exempt[1].items: no item '9'",
        "exempt[1].reason: is empty",
        "class A.when: no item '7'",
        "class A.quota: 2 is no share",
        "class A.quota: no class 'B'",
    ]);
}

/// A: three of seven early, two on the due day, two late; four without a pause, two with one, one with two; three of seven
/// online, none of these late. B has the only feedback, answered late.
#[test]
fn the_rating_after_decree_61_is_the_one_by_hand() {
    let place = Place::with_units(UNITS);
    let mut dossiers =
        "MaHoSo,DonViXuLy,KenhThucHien,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy,TrangThaiHoSo,NgayBoSung,NgayTiepNhanBoSung,NgayBoSung2,NgayTiepNhanBoSung2\n"
            .to_owned();
    let pauses = [
        ",,,",
        ",,,",
        ",,,",
        ",,,",
        "20250107,20250108,,",
        "20250107,20250108,,",
        "20250107,20250107,20250108,20250108",
    ];
    for (at, (channel, finished)) in
        [(2, 9), (2, 9), (2, 9), (1, 10), (1, 10), (1, 13), (1, 13)].into_iter().enumerate()
    {
        dossiers += &format!("A{at},A,{channel},20250106,20250110,202501{finished:02},10,{}\n", pauses[at]);
    }
    let catalogue = "Mã thủ tục,Tên thủ tục,Lĩnh vực,Cơ quan thực hiện,Cấp,Mức độ dịch vụ công,Một cửa\n\
        1.000001,Một,L,Sở A,Cấp tỉnh,4,Có\n1.000002,Hai,L,Sở A,Cấp tỉnh,2,Có\n";
    let feedback =
        "Mã phản ánh,Đơn vị xử lý,Ngày tiếp nhận,Hạn xử lý,Ngày trả lời\nF1,B,06/01/2025,10/01/2025,13/01/2025\n";
    for (name, text) in [
        ("dong-bo_20250401.csv", dossiers.as_str()),
        ("danh-muc_20250401.csv", catalogue),
        ("phan-anh_20250401.csv", feedback),
    ] {
        place.file(&format!("gui/{name}"), text);
    }
    place.run(&["import", place.path("gui").to_str().unwrap()]).exits(0);
    let card = place.rows(&["score", "--index", "nd61", "--unit", "A", "--period", PERIOD]);
    let by_hand = [
        ("1", Some(1.1), "(3 × 2 + 2 × 1) / 7 = 1.14"),
        ("2", None, "no list says what each agency needed"),
        ("3", Some(1.4), "(4 × 2 + 2 × 1) / 7 = 1.43"),
        ("4", None, "scored by hand"),
        ("5", None, "nobody declared what is approved on the spot"),
        ("6", None, "scored by hand"),
        ("7", None, "scored by hand"),
        ("8", Some(2.0), "no feedback"),
        ("9", Some(2.0), "1 of 2 procedures, 3 of 7 dossiers online, none late"),
    ];
    for (row, (code, points, how)) in card.iter().zip(by_hand) {
        assert_eq!(row["code"], code);
        let scored = row["points"].as_f64().filter(|_| row["status"] == "scored");
        close(scored, points, &format!("{code}: {how}"));
    }
    let figures = ["nd61_time_points", "nd61_visit_points"];
    let rows = place.rows(&[&["indicators", "--period", PERIOD, "--indicator"], figures.as_slice()].concat());
    for (id, points) in figures.into_iter().zip([8.0, 10.0]) {
        close(figure(&rows, "A", id)["value"].as_f64(), Some(points / 7.0), id);
    }
    let rows = place.rows(&["rank", "--index", "nd61", "--period", PERIOD]);
    let row = row_of(&rows, "A");
    // The rounded figures are added: 8/7 + 10/7 alone would be 2.57.
    close(row["score"].as_f64(), Some(1.1 + 1.4 + 2.0 + 2.0), "total");
    assert_eq!(
        (&row["unscored"], &row["class"]),
        (&10.0.into(), &Value::Null),
        "four indices are no basis for a class"
    );
    close(row_of(&rows, "B")["score"].as_f64(), Some(0.0), "feedback answered late");
    place
        .run(&["rank", "--index", "nd61", "--period", "2025-Q3"])
        .exits(2)
        .says(&["no version of index 'nd61' is in force on 2025-09-30"]);
}
