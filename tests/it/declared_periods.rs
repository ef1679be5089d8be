//! The period of declared figures: as cells, headings, titles, names of sheets and files write it, and what happens without.

use crate::support::{Place, account};

/// Two units' figures, a row each, of the periods that a column names.
fn sheet(heading: &str, periods: &[&str]) -> String {
    let row = |(at, period): (usize, &&str)| format!("Sở A,{period},100,{},80,70,50,40\n", 90 + at);
    let rows: String = periods.iter().enumerate().map(row).collect();
    format!("Đơn vị,{heading},Số CBCCVC,Số máy tính,Số hộp thư công vụ,Số chữ ký số,Số văn bản đi,Gửi điện tử\n{rows}")
}

fn periods(place: &Place) -> Vec<String> {
    let rows = place.rows(&["sql", "SELECT DISTINCT period FROM declared ORDER BY period NULLS LAST"]);
    rows.iter().map(|row| row["period"].as_str().unwrap_or("none").to_owned()).collect()
}

#[test]
fn four_quarters_stay_four_quarters() {
    for spelling in [["I/2023", "II/2023", "III/2023", "IV/2023"], ["1/2023", "2/2023", "3/2023", "4/2023"]] {
        let place = Place::new();
        let (file, _) = place.import_text("so-lieu_20240105.csv", &sheet("Quý", &spelling));
        assert_eq!(account(&file), [4, 4, 0, 0, 0], "{spelling:?}");
        assert_eq!(periods(&place), ["2023-Q1", "2023-Q2", "2023-Q3", "2023-Q4"]);
    }
    let place = Place::new();
    place.import_text("so-lieu_20240105.csv", &sheet("Tháng", &["1/2023", "2/2023"]));
    assert_eq!(periods(&place), ["2023-01", "2023-02"]);
}

#[test]
fn a_period_that_cannot_be_read_refuses_its_row() {
    let place = Place::new();
    let (file, ran) = place.import_text("so-lieu_20240105.csv", &sheet("Kỳ", &["I/2023", "Quý II/2023", "đợt 3"]));
    assert_eq!(account(&file), [3, 1, 0, 0, 2]);
    ran.exits(3);
    assert_eq!(periods(&place), ["2023-Q2"]);
}

#[test]
fn a_period_may_stand_in_a_title_or_in_the_name_of_the_file() {
    let rows = "Đơn vị,Số CBCCVC,Số máy tính,Số hộp thư công vụ,Số chữ ký số,Số văn bản đi,Gửi điện tử\nSở A,100,90,80,70,50,40\n";
    for (name, title, expected) in [
        ("a_20230705.csv", "BIỂU SỐ LIỆU QUÝ I/2023", "2023-Q1"),
        ("a_20230705.csv", "Từ ngày 01/01/2023 đến ngày 31/3/2023", "2023-01-01..2023-03-31"),
        ("a_20230705.csv", "Từ ngày 1/1/2023 ĐẾN NGÀY 31/3/2023", "2023-01-01..2023-03-31"),
        ("a_20230705.csv", "Số liệu 6 tháng đầu năm 2021", "2021-H1"),
        ("a_20230705.csv", "Số liệu tháng 3 năm 2023", "2023-03"),
        ("so-lieu-quy-2-2023_20230705.csv", "BIỂU SỐ LIỆU", "2023-Q2"),
        ("so-lieu_20230705.csv", "BIỂU SỐ LIỆU", "none"),
    ] {
        let place = Place::new();
        let (file, _) = place.import_text(name, &format!("{title},,,,,,\n{rows}"));
        assert_eq!(account(&file), [1, 1, 0, 0, 0], "{title}");
        assert_eq!(periods(&place), [expected], "{name}: {title}");
    }
}

#[test]
fn a_sheet_without_a_period_asks_for_it_and_gets_it() {
    let rows = "Đơn vị,Số CBCCVC,Số máy tính,Số hộp thư công vụ,Số chữ ký số,Số văn bản đi,Gửi điện tử\nSở A,100,90,80,70,50,40\n";
    let place = Place::new();
    let undated = place.file("so-lieu_20230705.csv", rows);
    let ran = place.run(&["--lang", "vi", "import", undated.to_str().unwrap()]).exits(0);
    let said = ran.stdout + &ran.stderr;
    assert!(said.contains("--period") && said.contains("chung mọi kỳ"), "{said}");
    let file = place.file("lai_20230706.csv", rows);
    place.run(&["import", file.to_str().unwrap(), "--period", "Quý I/2023"]).exits(0);
    assert_eq!(periods(&place), ["2023-Q1", "none"]);
    // What a sheet says of itself goes before what is said of all files.
    let own = place.file("rieng_20230707.csv", format!("Quý II/2023,,,,,,\n{rows}"));
    place.run(&["import", own.to_str().unwrap(), "--period", "2023-Q4"]).exits(0);
    assert_eq!(periods(&place), ["2023-Q1", "2023-Q2", "none"]);
}
