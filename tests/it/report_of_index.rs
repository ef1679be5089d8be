//! What the workbook says of an index, read back cell by cell against `rank`, `rank --detail` and `score`.

use std::path::PathBuf;

use calamine::{Data, Reader, Xlsx, open_workbook};
use serde_json::Value;

use crate::read_back::{cells, number, text};
use crate::support::{Place, close, files_below, list, row_of};

const PERIOD: &str = "2025-Q1";

/// Two areas, a bonus, and a criterion that does not apply where nothing was decided.
const INDEX: &str = r#"
kind = "points"

[index]
id = "thu"
name_vi = "Chỉ số thử"
name_en = "Trial index"
unit_kinds = ["department"]
legal_basis = "QĐ 12/QĐ-UBND [S]"

[points]
max = 20
counts = ["verified", "surveyed", "computed"]
bonus_cap = 1

[rank]
comparable = 1.0

[[class]]
from = 15
name = "Tốt"
[[class]]
from = 0
name = "Còn lại"

[[item]]
code = "1"
name = "Giải quyết hồ sơ"
max = 12
[[item]]
code = "1.1"
parent = "1"
name = "Đúng hạn"
max = 10
rule = { kind = "linear", input = "on_time_rate" }
evidence = "Báo cáo tháng"
source = "Điều 4 [S]"
[[item]]
code = "1.2"
parent = "1"
name = "Họp giao ban"
max = 2
rule = { kind = "scored" }
source = "Điều 5 [S]"
[[item]]
code = "2"
name = "Khảo sát"
max = 8
rule = { kind = "scored" }
source = "Điều 6 [S]"
[[item]]
code = "T"
name = "Sáng kiến"
max = 2
role = "bonus"
rule = { kind = "scored" }
source = "Điều 7 [S]"
"#;

const UNITS: &str = "code,name,short_name,level,parent_code,aliases,valid_from,valid_to\n\
    P,UBND tỉnh Thử,,province,,,,\n\
    A,Sở A,,department,P,SA,,\n\
    B,Sở Bê,,department,P,,,\n\
    D,Sở Dê,,department,P,,,\n\
    C,UBND xã Xê,,commune,A,,,\n";

/// Sở A: 3 of 4 on time, meetings cut from 2 to 1,5, survey 6, a bonus of 2 that the cap makes 1.
/// Sở Bê: all on time; the survey does not apply. Sở Dê: half on time, nobody scored the rest.
fn place() -> Place {
    let place = Place::with_units(UNITS);
    place.file("kho/queries/indices/thu.toml", INDEX);
    let dossiers = [
        "H1,Sở A,Trực tiếp,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả",
        "H2,Sở A,Trực tiếp,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả",
        "H3,Sở A,Trực tiếp,06/01/2025,10/01/2025,10/01/2025,Đã trả kết quả",
        "H4,Sở A,Trực tiếp,06/01/2025,10/01/2025,20/01/2025,Đã trả kết quả",
        "H5,Sở Bê,Trực tiếp,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả",
        "H6,Sở Dê,Trực tiếp,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả",
        "H7,Sở Dê,Trực tiếp,06/01/2025,10/01/2025,20/01/2025,Đã trả kết quả",
    ];
    place.import_text("ho-so_20250401.csv", &list(&dossiers)).1.exits(0);
    let points = "Đơn vị,Mã tiêu chí,Tiêu chí,Điểm tối đa,Tự chấm,Thẩm định,Điều tra xã hội học,Lý do\n\
        Sở A,1.2,Họp giao ban,2,2,\"1,5\",,=Thiếu một biên bản\n\
        Sở A,2,Khảo sát,8,,,6,\n\
        Sở A,T,Sáng kiến,2,2,2,,\n\
        Sở Bê,1.2,Họp giao ban,2,2,2,,\n\
        Sở Bê,2,Khảo sát,8,Không áp dụng,,,\n";
    place.import_text("diem_20250401.csv", points).1.exits(0);
    place
}

fn reported(place: &Place, more: &[&str]) -> PathBuf {
    let out = place.path("ra");
    let arguments = [&["report", "--period", PERIOD, "--out", out.to_str().unwrap(), "--index", "thu"], more].concat();
    place.run(&arguments).exits(0);
    out
}

/// The column with this heading, or with the first heading that begins so.
fn column(cells: &[Vec<Data>], heading: &str) -> usize {
    let find = |is: &dyn Fn(&str) -> bool| cells.iter().find_map(|row| row.iter().position(|cell| is(&text(cell))));
    find(&|cell| cell == heading)
        .or_else(|| find(&|cell| cell.starts_with(heading)))
        .unwrap_or_else(|| panic!("no heading {heading}"))
}

fn unit_row<'c>(cells: &'c [Vec<Data>], name: &str) -> &'c [Data] {
    cells.iter().find(|row| row.iter().any(|cell| text(cell) == name)).unwrap_or_else(|| panic!("no row of {name}"))
}

fn item<'v>(rows: &'v [Value], unit: &str, code: &str) -> &'v Value {
    rows.iter().find(|row| row["unit_code"] == unit && row["code"] == code).unwrap()
}

const NAMES: [(&str, &str); 3] = [("A", "Sở A"), ("B", "Sở Bê"), ("D", "Sở Dê")];

#[test]
fn the_ranking_of_points_shows_areas_totals_and_what_nobody_scored() {
    let place = place();
    let sheet = cells(&reported(&place, &[]), "XH thu Sở, ban, ngành");
    let ranked = place.rows(&["rank", "--index", "thu", "--period", PERIOD]);
    let detail = place.rows(&["rank", "--index", "thu", "--period", PERIOD, "--detail"]);
    // By hand: A 7,5 + 1,5 + 6 + 1; B (10 + 2) re-based from 12 to 20; D 5 of 10.
    for (unit, score) in [("A", 16.0), ("B", 20.0), ("D", 5.0)] {
        close(row_of(&ranked, unit)["score"].as_f64(), Some(score), unit);
    }
    let columns = [
        ("Điểm đạt", "points"),
        ("Điểm tối đa được áp dụng", "max"),
        ("Điểm cộng", "bonus"),
        ("Điểm chưa chấm được", "unscored"),
    ];
    for (code, name) in NAMES {
        let (shown, row) = (unit_row(&sheet, name), row_of(&ranked, code));
        close(number(&shown[0]), row["rank"].as_f64(), name);
        close(number(&shown[column(&sheet, "Điểm")]), row["score"].as_f64(), name);
        assert_eq!(text(&shown[column(&sheet, "Xếp loại")]), row["class"].as_str().unwrap_or_default(), "{name}");
        for (heading, key) in columns {
            close(number(&shown[column(&sheet, heading)]), row[key].as_f64(), &format!("{name} {heading}"));
        }
        for area in ["1", "2"] {
            let cell = &shown[column(&sheet, &format!("{area}. "))];
            let expected = item(&detail, code, area);
            match expected["status"].as_str().unwrap() {
                "not_applicable" => assert_eq!(text(cell), "–", "{name} {area}"),
                // Part of area 1 of Sở Dê was scored, of area 2 nothing.
                "missing" if area == "2" => assert_eq!(text(cell), "chưa có", "{name} {area}"),
                _ => close(number(cell), expected["points"].as_f64(), &format!("{name} {area}")),
            }
        }
    }
    let all: Vec<String> = sheet.iter().flatten().map(text).collect();
    let says = |words: &str| all.iter().any(|cell| cell.contains(words));
    assert!(says("QĐ 12/QĐ-UBND [S]") && says("1 trong 3 đơn vị") && says("nhiều nhất 10 điểm"), "{all:?}");
    assert!(says("loại ra, tổng điểm quy về thang đầy đủ") && says("tính đúng hạn"), "the rules and the policies");
    assert!(!says("không phải kết quả theo quy định"), "all of it was read in a published source");
}

#[test]
fn a_rule_without_a_published_source_is_never_shown_as_a_regulation() {
    for (from, to) in
        [("QĐ 12/QĐ-UBND [S]", "QĐ 12/QĐ-UBND [k]"), ("Điều 6 [S]", "ví dụ"), ("[S]\"\n\n[points]", "\"\n\n[points]")]
    {
        let place = place();
        assert!(INDEX.contains(from));
        place.file("kho/queries/indices/thu.toml", INDEX.replacen(from, to, 1));
        let out = reported(&place, &["--scorecard", "A"]);
        for sheet in ["XH thu Sở, ban, ngành", "PĐ Sở A"] {
            let says =
                cells(&out, sheet).iter().flatten().any(|cell| text(cell).contains("không phải kết quả theo quy định"));
            assert!(says, "{sheet}: {to}");
        }
    }
}

#[test]
fn the_heat_table_holds_shares_of_the_most_points() {
    let place = place();
    let sheet = cells(&reported(&place, &[]), "Nhiệt thu Sở, ban, ngành");
    let detail = place.rows(&["rank", "--index", "thu", "--period", PERIOD, "--detail"]);
    for criterion in ["1.1", "1.2", "2", "T"] {
        let at = column(&sheet, &format!("{criterion}. "));
        for (code, name) in NAMES {
            let (cell, expected) = (&unit_row(&sheet, name)[at], item(&detail, code, criterion));
            let what = format!("{name} {criterion}");
            match expected["status"].as_str().unwrap() {
                "not_applicable" => assert_eq!(text(cell), "–", "{what}"),
                "missing" => assert_eq!(text(cell), "?", "{what}"),
                _ => {
                    let share = expected["points"].as_f64().unwrap() / expected["max"].as_f64().unwrap();
                    close(number(cell), Some(share), &what);
                }
            }
        }
    }
    let mean = unit_row(&sheet, "Bình quân các đơn vị");
    close(number(&mean[column(&sheet, "1.1. ")]), Some((0.75 + 1.0 + 0.5) / 3.0), "mean of 1.1");
    close(number(&mean[column(&sheet, "1.2. ")]), Some(0.875), "mean of 1.2 over who has it");
    assert!(
        text(&sheet.iter().flatten().find(|cell| text(cell).starts_with("1.2. ")).unwrap().clone())
            .contains("tối đa 2")
    );
}

#[test]
fn a_scorecard_sheet_says_what_the_command_says() {
    let place = place();
    let out = reported(&place, &["--scorecard", "A", "B"]);
    for (code, name) in &NAMES[..2] {
        let sheet = cells(&out, &format!("PĐ {name}"));
        let rows = place.rows(&["score", "--index", "thu", "--period", PERIOD, "--unit", code]);
        let columns = [
            ("Điểm tối đa", "max"),
            ("Điểm được tính", "points"),
            ("Điểm chưa đạt", "lost"),
            ("Tự chấm", "self"),
            ("Thẩm định", "verified"),
            ("Điều tra XHH", "surveyed"),
            ("Theo quy tắc", "computed"),
            ("Tử số", "numerator"),
            ("Mẫu số", "denominator"),
            ("Giá trị", "value"),
        ];
        let texts = [
            ("Lý do điều chỉnh điểm", "reason"),
            ("Quy tắc", "rule"),
            ("Tài liệu kiểm chứng", "evidence"),
            ("Nguồn", "source"),
        ];
        for row in &rows {
            let what = format!("{name} {}", row["code"]);
            let shown = sheet.iter().find(|cells| text(&cells[0]) == row["code"].as_str().unwrap()).unwrap();
            assert_eq!(text(&shown[1]), row["name"].as_str().unwrap(), "{what}");
            for (heading, key) in columns {
                close(number(&shown[column(&sheet, heading)]), row[key].as_f64(), &format!("{what} {key}"));
            }
            for (heading, key) in texts {
                assert_eq!(
                    text(&shown[column(&sheet, heading)]),
                    row[key].as_str().unwrap_or_default(),
                    "{what} {key}"
                );
            }
        }
    }
    let book: Xlsx<_> = open_workbook(out.join("bao-cao_2025-Q1.xlsx")).unwrap();
    assert!(!book.sheet_names().iter().any(|name| name.contains("Dê")), "only those requested");
    let card = cells(&out, "PĐ Sở A");
    assert!(card.iter().flatten().any(|cell| text(cell).contains("điểm 16,00; hạng 2 trong 3 đơn vị")), "{card:?}");
    assert!(card.iter().flatten().any(|cell| text(cell) == "=Thiếu một biên bản"), "a reason is never a formula");
}

#[test]
fn scorecards_of_all_units_are_in_the_list_of_sheets_under_their_own_names() {
    let place = place();
    place.file("kho/queries/indices/khac.toml", INDEX.replace("\"thu\"", "\"chi-so-voi-mot-ma-rat-la-dai-2025\""));
    let out = reported(&place, &["chi-so-voi-mot-ma-rat-la-dai-2025", "--scorecards"]);
    let book: Xlsx<_> = open_workbook(out.join("bao-cao_2025-Q1.xlsx")).unwrap();
    let names = book.sheet_names();
    assert_eq!(names.iter().filter(|name| name.starts_with("PĐ ")).count(), 6, "{names:?}");
    assert!(names.iter().all(|name| name.encode_utf16().count() <= 31), "{names:?}");
    let listed: Vec<String> = cells(&out, "Mục lục").iter().map(|row| text(&row[1])).collect();
    for name in names.iter().filter(|name| *name != "Mục lục" && *name != "Số liệu biểu đồ") {
        assert!(listed.contains(name), "{name} is not in {listed:?}");
    }
}

#[test]
fn an_index_of_points_has_charts_of_scores_and_of_areas_the_same_each_time() {
    let place = place();
    let out = reported(&place, &["--scorecards"]);
    for stem in ["rank-thu-department", "areas-thu-department"] {
        for ending in ["png", "svg"] {
            assert!(out.join(format!("{stem}.{ending}")).is_file(), "{stem}.{ending}");
        }
    }
    let drawn = std::fs::read_to_string(out.join("areas-thu-department.svg")).unwrap();
    for words in ["1. Giải quyết hồ sơ", "2. Khảo sát", "Điểm cộng", "Sở Bê (1)"] {
        assert!(drawn.contains(words), "{words}");
    }
    let first: Vec<Vec<u8>> = files_below(&out).iter().map(|path| std::fs::read(path).unwrap()).collect();
    let again: Vec<Vec<u8>> =
        files_below(&reported(&place, &["--scorecards"])).iter().map(|path| std::fs::read(path).unwrap()).collect();
    assert!(first == again, "the same bytes");
}

#[test]
fn scorecards_that_no_index_has_are_a_usage_error_that_says_what_to_name() {
    let place = place();
    let out = place.path("x");
    let base = ["report", "--period", PERIOD, "--out", out.to_str().unwrap()];
    place.run(&[&base[..], &["--scorecards"]].concat()).exits(2).says(&["--index ID"]);
    place.run(&[&base[..], &["--index", "thu", "--scorecard", "AA"]].concat()).exits(2).says(&["no unit 'AA'", "'A'"]);
    place.run(&[&base[..], &["--index", "thu", "--scorecard", "C"]].concat()).exits(2).says(&["'C'", "commune"]);
    assert!(!out.exists(), "nothing is written");
}

#[test]
fn a_period_without_data_gives_no_place_to_move_from() {
    // Nothing without a due date is full points, also where nothing was sent at all.
    let index = INDEX.replace(
        "kind = \"linear\", input = \"on_time_rate\"",
        "kind = \"deduction\", input = \"no_due_resolved\", per = 1",
    );
    assert_ne!(index, INDEX);
    let place = Place::with_units(UNITS);
    place.file("kho/queries/indices/thu.toml", index);
    let dossier = "H1,Sở A,Trực tiếp,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả";
    place.import_text("ho-so_20250401.csv", &list(&[dossier])).1.exits(0);
    let rows = place.rows(&["rank", "--index", "thu", "--period", PERIOD]);
    let row = row_of(&rows, "A");
    close(row["score"].as_f64(), Some(10.0), "ten points, nothing late");
    for key in ["rank_before", "rank_last_year", "movement"] {
        assert!(row[key].is_null(), "{key}: {row}");
    }
    // The next quarter can be compared with this one.
    let rows = place.rows(&["rank", "--index", "thu", "--period", "2025-Q2"]);
    assert_eq!(row_of(&rows, "A")["rank_before"], 1);
}
