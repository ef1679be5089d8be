//! Declared sheets in whatever layout offices send them load by the dictionary of figures, without a source of their own.

use crate::support::{Place, account};

/// What is held, as `unit figure period: value or part/whole`, sorted.
fn held(place: &Place) -> Vec<String> {
    let rows = place.rows(&["sql", "SELECT unit, indicator, period, numerator, denominator, value FROM declared"]);
    let mut lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let text = |key: &str| row[key].as_str().unwrap_or("-").to_owned();
            let value = row["value"].as_f64().map_or_else(
                || format!("{}/{}", row["numerator"].as_f64().unwrap(), row["denominator"].as_f64().unwrap()),
                |value| value.to_string(),
            );
            format!("{} {} {}: {value}", text("unit"), text("indicator"), text("period"))
        })
        .collect();
    lines.sort();
    lines
}

/// The figures of one sheet, loaded without a question.
#[track_caller]
fn loaded(name: &str, text: &str) -> Vec<String> {
    let place = Place::new();
    let (file, ran) = place.import_text(name, text);
    let asked = place.rows(&["findings", "--all", "--rule", "unknown_figure"]);
    assert!(asked.is_empty(), "{asked:?}");
    assert_eq!(file["source"], "declared-sheet", "{}{}", ran.stdout, ran.stderr);
    let [rows, new, updated, same, refused] = account(&file);
    assert_eq!((rows, updated, same, refused), (new, 0, 0, 0));
    held(&place)
}

#[test]
fn figures_down_the_side_and_units_across() {
    let sheet = "BIỂU SỐ LIỆU QUÝ I/2023,,,\nSTT,Chỉ tiêu,Sở A,Sở Bê\n1,Tổng số CBCCVC,100,50\n2,Số máy vi tính,90,50\n\
                 3,Điểm cầu trực tuyến,2,1\n";
    assert_eq!(
        loaded("a_20230405.csv", sheet),
        [
            "A computers 2023-Q1: 90",
            "A computers_per_staff 2023-Q1: 90/100",
            "A staff 2023-Q1: 100",
            "A video_points 2023-Q1: 2",
            "B computers 2023-Q1: 50",
            "B computers_per_staff 2023-Q1: 50/50",
            "B staff 2023-Q1: 50",
            "B video_points 2023-Q1: 1",
        ]
    );
}

#[test]
fn one_unit_named_above_its_table() {
    let sheet = "SỞ A,,,\nSố liệu tháng 3 năm 2023,,,\nTT,Nội dung,ĐVT,Số liệu\n1,Số lớp tập huấn,lớp,4\n\
                 2,Lượt tra cứu Zalo,lượt,1.250\n";
    assert_eq!(loaded("a_20230405.csv", sheet), ["A classes 2023-03: 4", "A zalo_lookups 2023-03: 1250"]);
}

#[test]
fn months_across() {
    let sheet = "Năm 2023,,,,\nSTT,Đơn vị,Tháng 1,Tháng 2,Tháng 3\n,Số lớp tập huấn,,,\n1,Sở A,1,2,3\n2,Sở Bê,0,,1\n";
    let place = Place::new();
    place.import_text("a_20230405.csv", sheet);
    // A line of one figure above rows of units says what they count.
    assert_eq!(
        held(&place),
        [
            "A classes 2023-01: 1",
            "A classes 2023-02: 2",
            "A classes 2023-03: 3",
            "B classes 2023-01: 0",
            "B classes 2023-03: 1"
        ]
    );
}

#[test]
fn money_is_held_in_dong() {
    let sheet = "Đơn vị tính: triệu đồng,,,\nQuý II/2023,,,\nSTT,Đơn vị,Kế hoạch vốn,Vốn đã giải ngân\n1,Sở A,200,150\n\
                 2,Sở Bê,100,\"20,5\"\n,Tổng cộng,300,\"170,5\"\n";
    assert_eq!(
        loaded("a_20230705.csv", sheet),
        [
            "A capital_disbursed 2023-Q2: 150000000",
            "A capital_planned 2023-Q2: 200000000",
            "A disbursed_share 2023-Q2: 150000000/200000000",
            "B capital_disbursed 2023-Q2: 20500000",
            "B capital_planned 2023-Q2: 100000000",
            "B disbursed_share 2023-Q2: 20500000/100000000",
        ]
    );
}

#[test]
fn a_figure_that_nobody_knows_is_asked_about_and_the_others_load() {
    let place = Place::new();
    let sheet = "Quý II/2023,,,\nSTT,Đơn vị,Số điểm cầu,Số rô-bốt lễ tân\n1,Sở A,2,1\n2,Sở Bê,1,0\n";
    place.import_text("a_20230705.csv", sheet);
    let asked = place.rows(&["findings", "--all", "--rule", "unknown_figure"]);
    assert_eq!((asked.len(), asked[0]["value"].as_str()), (1, Some("Số rô-bốt lễ tân")), "{asked:?}");
    assert_eq!(held(&place), ["A video_points 2023-Q2: 2", "B video_points 2023-Q2: 1"]);
}

#[test]
fn a_figure_declared_twice_differently_is_told_with_both_places() {
    let place = Place::new();
    let sheet = "Quý II/2023,,,\nSTT,Đơn vị,Số điểm cầu,Số lớp tập huấn\n1,Sở A,2,1\n2,Sở A,3,1\n";
    place.import_text("a_20230705.csv", sheet).1.exits(3);
    let found = place.rows(&["findings", "--all", "--rule", "declared_twice"]);
    assert_eq!((found.len(), found[0]["value"].as_str(), found[0]["row"].as_i64()), (1, Some("3"), Some(4)));
    let said = found[0].to_string();
    assert!(said.contains("2 (3)"), "{said}");
    assert_eq!(held(&place), ["A classes 2023-Q2: 1"]);
}

#[test]
fn marks_are_yes_and_no() {
    let sheet = "Năm 2023,,,\nSTT,Đơn vị,Một cửa điện tử,Áp dụng ISO\n1,Sở A,x,Có\n2,Sở Bê,,Không\n";
    assert_eq!(
        loaded("a_20240105.csv", sheet),
        ["A electronic_one_stop 2023: 1", "A iso_applied 2023: 1", "B iso_applied 2023: 0"]
    );
}

#[test]
fn an_answer_is_given_once_and_kept() {
    let place = Place::new();
    let sheet = "Quý II/2023,,,,\nSTT,Đơn vị,Số điểm cầu,Số hộp thư,Số rô-bốt lễ tân\n1,Sở A,2,9,1\n2,Sở Bê,1,8,0\n";
    let file = place.file("a_20230705.csv", sheet);
    let file = file.to_str().unwrap();
    place.run(&["source", "learn", file]).exits(3);
    place.run(&["source", "learn", file, "--accept-all-sure"]).exits(3);
    place.run(&["source", "learn", file, "--accept", "Số rô-bốt lễ tân=robots"]).exits(0);
    // Nothing is left to learn, and a second run changes nothing.
    let before = place.snapshot();
    place.run(&["source", "learn", file]).exits(0);
    assert_eq!(place.snapshot(), before);
    place.run(&["import", file]).exits(0);
    assert_eq!(
        held(&place),
        [
            "A mailboxes 2023-Q2: 9",
            "A robots 2023-Q2: 1",
            "A video_points 2023-Q2: 2",
            "B mailboxes 2023-Q2: 8",
            "B robots 2023-Q2: 0",
            "B video_points 2023-Q2: 1"
        ]
    );
}

#[test]
fn the_unit_may_be_named_by_the_sheet_or_by_the_file() {
    let sheet = "Quý I/2023,,\nTT,Nội dung,Số liệu\n1,Số lớp tập huấn,4\n2,Số điểm cầu,2\n";
    let figures = ["B classes 2023-Q1: 4", "B video_points 2023-Q1: 2"];
    assert_eq!(loaded("Sở Bê_20230405.csv", sheet), figures);
    assert_eq!(loaded("so_be_quy1_20230405.csv", sheet), figures);
    let place = Place::new();
    let file = place.file("x_20230405.csv", sheet);
    place.run(&["import", file.to_str().unwrap(), "--unit", "B"]).exits(0);
    assert_eq!(held(&place), figures);
}

#[test]
fn quarters_above_figures_and_pairs_below_figures() {
    let sheet = "Năm 2023,,,,,\nSTT,Đơn vị,Quý I,,Quý II,\n,,Số lớp tập huấn,Số điểm cầu,Số lớp tập huấn,Số điểm cầu\n\
                 1,Sở A,1,2,3,4\n2,Sở Bê,5,6,7,8\n";
    assert_eq!(
        loaded("a_20240105.csv", sheet),
        [
            "A classes 2023-Q1: 1",
            "A classes 2023-Q2: 3",
            "A video_points 2023-Q1: 2",
            "A video_points 2023-Q2: 4",
            "B classes 2023-Q1: 5",
            "B classes 2023-Q2: 7",
            "B video_points 2023-Q1: 6",
            "B video_points 2023-Q2: 8"
        ]
    );
    let pairs =
        "Năm 2023,,,,\nSTT,Đơn vị,Hộp thư công vụ,,\n,,Số đạt,Tổng số,Tỷ lệ (%)\n1,Sở A,80,100,80\n2,Sở Bê,10,40,25\n";
    assert_eq!(loaded("b_20240105.csv", pairs), ["A mailbox_share 2023: 80/100", "B mailbox_share 2023: 10/40"]);
}

#[test]
fn lists_and_blocks() {
    let list = "Đơn vị,Chỉ tiêu,Quý,Số lượng\nSở A,Số lớp tập huấn,I/2023,4\nSở A,Số lớp tập huấn,II/2023,5\nSở Bê,Điểm cầu,I/2023,\n\
                Sở Bê,Điểm cầu,đợt 2,1\n";
    let place = Place::new();
    let (_, ran) = place.import_text("a_20240105.csv", list);
    ran.exits(3);
    assert_eq!(held(&place).len(), 2, "{:?}", held(&place));
    let blocks = "SỐ LIỆU NĂM 2023,,,\nSTT,Đơn vị,Số máy tính,Số CBCCVC\n1,Sở A,9,10\n2,Sở Bê,8,10\n,,,\nII. Đào tạo,,,\n\
                  STT,Đơn vị,Số lớp tập huấn,Số học viên\n1,Sở A,1,30\n2,Sở Bê,2,40\n,Tổng cộng,3,70\n";
    let found = loaded("b_20240105.csv", blocks);
    assert!(found.contains(&"B people_trained 2023: 40".to_owned()) && found.len() == 10, "{found:?}");
}

#[test]
fn shares_by_themselves_are_percent_or_fractions_but_never_both() {
    let sheet = |values: [&str; 2]| {
        let [first, second] = values;
        format!(
            "Năm 2023,,,\nSTT,Đơn vị,Tỷ lệ giải ngân (%),Số điểm cầu\n1,Sở A,\"{first}\",1\n2,Sở Bê,\"{second}\",1\n"
        )
    };
    let shares = |text: String| {
        let place = Place::new();
        place.import_text("a_20240105.csv", &text);
        let asked = place.rows(&["findings", "--all", "--rule", "mixed_percent"]).len();
        (held(&place).into_iter().filter(|line| line.contains("disbursed_share")).collect::<Vec<_>>(), asked)
    };
    let both = ["A disbursed_share 2023: 0.875", "B disbursed_share 2023: 0.5"].map(str::to_owned).to_vec();
    assert_eq!(shares(sheet(["87,5", "50"])), (both.clone(), 0));
    assert_eq!(shares(sheet(["87,5%", "50%"])), (both.clone(), 0));
    assert_eq!(shares(sheet(["0,875", "0,5"])), (both.clone(), 0));
    assert_eq!(shares(sheet(["87,5", "0,5"])), (both[..1].to_vec(), 1));
}

#[test]
fn a_text_in_the_place_of_a_number_is_told() {
    let place = Place::new();
    let sheet = "Quý II/2023,,,\nSTT,Đơn vị,Số điểm cầu,Số lớp tập huấn\n1,Sở A,khoảng hai,1\n2,Sở Bê,1,0\n";
    place.import_text("a_20230705.csv", sheet).1.exits(0);
    let found = place.rows(&["findings", "--all", "--rule", "unreadable_number"]);
    assert_eq!((found.len(), found[0]["row"].as_i64()), (1, Some(3)), "{found:?}");
    assert_eq!(held(&place).len(), 3);
}

#[test]
fn a_part_above_its_whole_is_told() {
    let place = Place::new();
    let sheet = "Quý II/2023,,,\nSTT,Đơn vị,Kế hoạch vốn,Vốn đã giải ngân\n1,Sở A,10,20\n2,Sở Bê,10,5\n";
    place.import_text("a_20230705.csv", sheet);
    let found = place.rows(&["findings", "--all", "--rule", "part_above_whole"]);
    assert_eq!((found.len(), found[0]["row"].as_i64()), (1, Some(3)), "{found:?}");
}
